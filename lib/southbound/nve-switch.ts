/**
 * One NVE's OpenFlow session: takes the role that it is given, reads what is installed, sends batches while it is master,
 * tells what was confirmed.
 *
 * What waits to be sent is kept as operations, not as bytes, and given to the socket only as fast as the switch takes it.
 * A queue above its bound is dropped and the switch read again later: a slow switch costs this bound and nobody else's
 * time.
 */
import type { Socket } from 'node:net';
import type { IpAddress } from '../../protocols/base/addresses.ts';
import type { OpenFlowEvent, RequestFailure } from '../../protocols/openflow/session/events.ts';
import { OpenFlowSession } from '../../protocols/openflow/session/session.ts';
import type { GroupDesc } from '../../protocols/openflow/values/group.ts';
import type { Features } from '../../protocols/openflow/values/messages.ts';
import type { FlowStats } from '../../protocols/openflow/values/multipart.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { decodeFlowStats } from '../../protocols/openflow/wire/flow-scan.ts';
import type { Input } from '../control/inputs.ts';
import { isOurCookie } from '../desired/cookie.ts';
import { isMarkedGroup } from '../reconcile/groups.ts';
import type { Operation } from '../reconcile/operations.ts';
import { now } from '../runtime/clock.ts';
import { Connection } from '../runtime/connection.ts';
import type { Log } from '../runtime/log.ts';
import { plainAddress } from '../runtime/streams.ts';
import { certificateNames } from '../runtime/tls-peer.ts';
import type { ShownNames } from './certificate-rule.ts';
import { inTurns } from './in-turns.ts';
import { readAuditedFlows, readInstalledFlows } from './installed-flows.ts';
import { cookieOfOffending, describeError, isSlaveError } from './openflow-faults.ts';
import { encodeOperation, encodeWipe } from './operation-encoder.ts';
import { SendQueue } from './send-queue.ts';
import { type RoleAnswer, type RoleRequest, SwitchRole, type WantedRole } from './switch-role.ts';
import type { Wiped } from './take-back.ts';

export interface SwitchSettings {
  /** Offered to the switch; ascending. */
  readonly openflowVersions: readonly OpenFlowVersion[];
  readonly probeIntervalMs: number;
  readonly requestTimeoutMs: number;
}

export interface SwitchHost {
  readonly log: Log;
  emit(input: Input): void;
  ready(device: NveSwitch, features: Features): void;
  /** The generation that we asked with is behind this one, which the switch has seen. */
  stale(device: NveSwitch, seen: bigint): void;
  closed(device: NveSwitch, reason: string): void;
}

/** A barrier after so many flow-mods may take long on a busy switch. */
const BATCH_TIMEOUT_MS = 60_000;
/** Given to the socket at most, before the switch has taken it. */
const UNSENT_BYTES_MAX = 1024 * 1024;
/** Bytes joined into one write. */
const CHUNK_BYTES = 64 * 1024;
/** Encoded in one turn of the event loop, a few milliseconds: the others have theirs before the next. */
const TURN_BYTES_MAX = 256 * 1024;
type Waiting =
  | { readonly kind: 'role'; readonly answered: (answer: RoleAnswer) => void }
  | { readonly kind: 'barrier'; readonly batch: number }
  | { readonly kind: 'done'; readonly done: (event: OpenFlowEvent) => void };

export class NveSwitch {
  readonly peer: string;
  /** Without the port; undefined: a local socket. */
  readonly address: IpAddress | undefined;
  /** Where its NVE's database was last; undefined: it serves none, or that is at a local socket. */
  home: IpAddress | undefined;
  /** Undefined: it came without TLS. */
  readonly certificateNames: ShownNames;
  readonly #settings: SwitchSettings;
  readonly #host: SwitchHost;
  readonly #session: OpenFlowSession;
  readonly #connection: Connection<OpenFlowEvent>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #queue = new SendQueue();
  #nextPump: NodeJS.Immediate | undefined;
  readonly #role: SwitchRole;
  #nve: string | undefined;
  /** As whose master it has been. */
  #mastered: string | undefined;
  /** Nothing but a wipe was asked for since it began. */
  #isWiping = false;
  #datapathId = '';

  constructor(socket: Socket, peer: string, settings: SwitchSettings, host: SwitchHost) {
    this.peer = peer;
    this.address = plainAddress(socket.remoteAddress);
    this.certificateNames = certificateNames(socket);
    this.#settings = settings;
    this.#host = host;
    // 0: never.
    const probeIntervalMs = settings.probeIntervalMs || Number.POSITIVE_INFINITY;
    this.#session = new OpenFlowSession(now(), {
      probeIntervalMs,
      versions: settings.openflowVersions,
      // No flow of ours sends a packet here.
      packetInsMax: 0,
    });
    this.#role = new SwitchRole({
      ask: (request, answered) => this.#askRole(request, answered),
      gained: () => this.#gained(),
      lost: (reason) => this.#lost(reason),
      stale: (seen) => host.stale(this, seen),
      refused: (role, failure) =>
        this.close(`it did not give the role ${role}: ${failureText(failure)}`),
    });
    this.#connection = new Connection(socket, this.#session, {
      onEvent: (event) => this.#take(event),
      onClosed: (reason) => this.#closed(reason),
      onDrain: () => this.#pump(),
    });
  }

  get datapathId(): string {
    return this.#datapathId;
  }

  get nve(): string | undefined {
    return this.#nve;
  }

  /** Whether this instance has been the master for that NVE, which it is by its lock. */
  hasServed(nve: string | undefined): boolean {
    return nve !== undefined && this.#mastered === nve;
  }

  get version(): OpenFlowVersion {
    return this.#session.version;
  }

  /**
   * Serves this NVE from now on, in this role (undefined: as before); `flows-ready` follows when it is the master.
   * `reason`: why it is not master any more.
   */
  serve(nve: string, role: WantedRole | undefined, reason: string): void {
    this.#nve = nve;
    if (role === undefined) return;
    this.#role.want(role, reason);
    this.#connection.flush();
  }

  /** Serves its NVE no longer. */
  leave(reason: string): void {
    this.#role.drop(reason);
  }

  /** Only while it is master. */
  send(batch: number, operations: readonly Operation[]): void {
    if (!this.#role.isMaster) return;
    if (this.#queue.add(batch, operations)) this.#pump();
    else {
      this.#queue.clear();
      if (this.#nve !== undefined) this.#host.emit({ type: 'behind', nve: this.#nve });
    }
  }

  /** Answers with an `installed` input. `isAudit`: beside everything else, and looking at what each flow does. */
  async readInstalled(read: number, isAudit = false): Promise<void> {
    // What waits was meant for a switch in another state: the difference to come has it all.
    if (!isAudit) {
      this.#queue.clear();
      this.#isWiping = false;
    }
    const [flowParts, groups] = await Promise.all([this.#flowParts(), this.#groups()]);
    if (flowParts === undefined || groups === undefined || this.#nve === undefined) return;
    const { version } = this;
    const flows = await inTurns(
      (isAudit ? readAuditedFlows : readInstalledFlows)(version, flowParts),
    );
    if (flows === undefined) {
      this.close('its flow dump has a wrong length');
      return;
    }
    const buckets = new Map(groups.map((group) => [group.groupId, group.buckets]));
    const installed = { version, flows, groups: buckets };
    this.#host.emit({ type: 'installed', nve: this.#nve, read, installed });
  }

  /** Everything that the switch has, decoded; undefined: the session ended meanwhile. */
  async dump(): Promise<{ flows: FlowStats[]; groups: readonly GroupDesc[] } | undefined> {
    const [parts, groups] = await Promise.all([this.#flowParts(), this.#groups()]);
    if (parts === undefined || groups === undefined) return undefined;
    const flows: FlowStats[] = [];
    for (const part of parts) {
      const decoded = decodeFlowStats(this.version, part);
      if (!decoded.ok) return undefined;
      flows.push(...decoded.value);
    }
    return { flows, groups };
  }

  /**
   * Removes every flow and group with our mark, whoever sent it, and reads the switch to see that they are gone; undefined:
   * they are not, or the switch is served again. Not as a slave: whoever has no role yet may write, too (OpenFlow 1.3.5
   * §6.3.5).
   */
  async wipe(): Promise<Wiped | undefined> {
    this.#queue.clear();
    this.#isWiping = true;
    if (!this.#role.isMaster) {
      const role = { type: 'role_request', role: 'equal', generationId: 0n } as const;
      if ((await this.#ask(role))?.type !== 'reply') return undefined;
    }
    const before = await this.dump();
    if (before === undefined || this.#session.state !== 'ready') return undefined;
    // Whoever reads what there is to serve it would not see this any more.
    if (!this.#isWiping) return undefined;
    this.#session.send(encodeWipe(this.version, before.groups));
    const after = await this.dump();
    if (after === undefined) return undefined;
    const others = after.flows.filter(({ cookie }) => !isOurCookie(cookie));
    const isClean =
      others.length === after.flows.length &&
      after.groups.every(({ groupId }) => !isMarkedGroup(groupId));
    const [first] = others;
    const example =
      first === undefined
        ? ''
        : `the first: table ${first.table}, priority ${first.priority}, cookie 0x${first.cookie.toString(16)}`;
    return isClean ? { others: others.length, example } : undefined;
  }

  close(reason: string): void {
    this.#connection.close(reason);
  }

  async #flowParts(): Promise<readonly Uint8Array[] | undefined> {
    const event = await this.#ask({ type: 'multipart_request', request: { kind: 'flow' } });
    return event?.type === 'reply' ? event.parts : undefined;
  }

  async #groups(): Promise<readonly GroupDesc[] | undefined> {
    const event = await this.#ask({ type: 'multipart_request', request: { kind: 'group_desc' } });
    if (event?.type !== 'reply' || event.message?.type !== 'multipart_reply') return undefined;
    const { reply } = event.message;
    return reply.kind === 'group_desc' ? reply.groups : undefined;
  }

  #ask(message: Parameters<OpenFlowSession['request']>[0]): Promise<OpenFlowEvent | undefined> {
    return new Promise((resolve) => {
      if (this.#session.state !== 'ready') {
        resolve(undefined);
        return;
      }
      const xid = this.#session.request(message, BATCH_TIMEOUT_MS, now());
      this.#waiting.set(xid, { kind: 'done', done: resolve });
      this.#connection.flush();
    });
  }

  #take(event: OpenFlowEvent): void {
    switch (event.type) {
      case 'ready':
        this.#ready(event.features);
        return;
      case 'reply':
      case 'request-failed':
        this.#answered(event);
        return;
      case 'error':
        if (isSlaveError(event.message)) this.#role.demoted();
        else this.#refused(describeError(event.message), event.offending);
        return;
      case 'malformed':
        this.#host.log.warn(`${this.#who()}: ${event.error.detail}`);
        return;
      case 'async':
        this.#async(event);
        return;
      case 'ended':
        this.#connection.close(event.error.detail);
    }
  }

  #ready(features: Features): void {
    if (features.auxiliaryId !== 0) {
      this.close('auxiliary connections are not used');
      return;
    }
    this.#datapathId = features.datapathId;
    this.#host.ready(this, features);
  }

  #async(event: Extract<OpenFlowEvent, { type: 'async' }>): void {
    const { message } = event;
    if (message.type === 'role_status' && message.role !== 'master') this.#role.demoted();
  }

  #askRole(request: RoleRequest, answered: (answer: RoleAnswer) => void): void {
    if (this.#session.state !== 'ready') return;
    const xid = this.#session.request(request, this.#settings.requestTimeoutMs, now());
    this.#waiting.set(xid, { kind: 'role', answered });
    this.#connection.flush();
  }

  #gained(): void {
    if (this.#nve === undefined) return;
    this.#mastered = this.#nve;
    this.#host.emit({ type: 'flows-ready', nve: this.#nve, version: this.version });
  }

  #lost(reason: string): void {
    this.#queue.clear();
    if (this.#nve !== undefined) this.#host.emit({ type: 'flows-lost', nve: this.#nve, reason });
  }

  #answered(event: Extract<OpenFlowEvent, { type: 'reply' | 'request-failed' }>): void {
    const waiting = this.#waiting.get(event.xid);
    this.#waiting.delete(event.xid);
    if (waiting === undefined) return;
    if (waiting.kind === 'done') waiting.done(event);
    if (waiting.kind === 'role') waiting.answered(event);
    if (waiting.kind === 'barrier') this.#barrierAnswered(event, waiting.batch);
    if (event.type === 'request-failed' && waiting.kind === 'done') {
      this.close(`it did not give its flows or groups: ${failureText(event.error)}`);
    }
  }

  #barrierAnswered(
    event: Extract<OpenFlowEvent, { type: 'reply' | 'request-failed' }>,
    batch: number,
  ): void {
    if (event.type === 'request-failed')
      this.close(`no barrier reply: ${failureText(event.error)}`);
    else if (this.#nve !== undefined) this.#host.emit({ type: 'confirmed', nve: this.#nve, batch });
  }

  #refused(message: string, offending: Uint8Array): void {
    // It was about something from before, and the switch is read when it is ours again.
    if (this.#nve === undefined || !this.#role.isMaster) return;
    const cookie = cookieOfOffending(offending);
    const input = { type: 'refused', nve: this.#nve, message } as const;
    this.#host.emit(cookie === undefined ? input : { ...input, cookie });
  }

  /** Gives the socket what it may have, in writes of some size; one barrier after the last batch in it. */
  #pump(): void {
    // One that is due goes on with it.
    if (this.#nextPump !== undefined) return;
    for (let written = 0; written < TURN_BYTES_MAX; ) {
      if (this.#session.state !== 'ready' || this.#queue.isEmpty) return;
      if (this.#connection.unsentBytes >= UNSENT_BYTES_MAX) return;
      written += this.#writeChunk();
      this.#connection.flush();
    }
    this.#nextPump = setImmediate(() => {
      this.#nextPump = undefined;
      this.#pump();
    });
  }

  /** Returns the bytes. */
  #writeChunk(): number {
    const messages: Uint8Array[] = [];
    let bytes = 0;
    let batch: number | undefined;
    while (bytes < CHUNK_BYTES) {
      const entry = this.#queue.next();
      if (entry === undefined) break;
      if (typeof entry === 'number') batch = entry;
      else {
        const message = encodeOperation(this.version, entry);
        bytes += message.length;
        messages.push(message);
      }
    }
    if (messages.length > 0) this.#session.send(joined(messages, bytes));
    if (batch === undefined) return bytes;
    const xid = this.#session.barrier(now(), BATCH_TIMEOUT_MS);
    this.#waiting.set(xid, { kind: 'barrier', batch });
    return bytes;
  }

  #who(): string {
    return this.#nve ?? `the switch at ${this.peer}`;
  }

  #closed(reason: string): void {
    const ended = { type: 'request-failed', xid: 0, error: 'timeout' } as const;
    for (const waiting of this.#waiting.values()) if (waiting.kind === 'done') waiting.done(ended);
    this.#waiting.clear();
    clearImmediate(this.#nextPump);
    this.#role.drop(reason);
    this.#host.closed(this, reason);
  }
}

function joined(messages: readonly Uint8Array[], bytes: number): Uint8Array {
  const [first] = messages;
  if (messages.length === 1 && first !== undefined) return first;
  const chunk = new Uint8Array(bytes);
  let offset = 0;
  for (const message of messages) {
    chunk.set(message, offset);
    offset += message.length;
  }
  return chunk;
}

function failureText(error: RequestFailure): string {
  if (error === 'timeout') return 'it did not answer in time';
  return error.type === 'error' ? describeError(error) : error.error.detail;
}
