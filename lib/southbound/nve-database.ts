/**
 * One NVE's database connection: who it is, what it has, and our bridge in it.
 *
 * Gives the core facts and interfaces, brings the bridge to what reconcile/bridge-plan says while it holds the NVE's
 * lock, one guarded transaction at a time, and keeps the generation for the OpenFlow master role.
 */
import type { Socket } from 'node:net';
import { type IpAddress, isHostIp, parseIp } from '../../protocols/base/addresses.ts';
import type { RowChanged } from '../../protocols/ovsdb/replica.ts';
import { OvsdbSession } from '../../protocols/ovsdb/session.ts';
import type { OvsdbEvent } from '../../protocols/ovsdb/session-events.ts';
import type { Transaction } from '../../protocols/ovsdb/transaction.ts';
import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import type { Input, NveFacts } from '../control/inputs.ts';
import type { Encapsulation, Endpoint } from '../model/encapsulation.ts';
import { isNveName, NVE_NAME_RULE } from '../model/names.ts';
import type { Condition } from '../model/views.ts';
import {
  type BridgePlan,
  isForeign,
  planBridge,
  workingEncapsulations,
} from '../reconcile/bridge-plan.ts';
import { now } from '../runtime/clock.ts';
import { Connection } from '../runtime/connection.ts';
import type { Log } from '../runtime/log.ts';
import { plainAddress } from '../runtime/streams.ts';
import { bridgeTransaction, generationTransaction } from './bridge-transaction.ts';
import { type RootView, touchesView, viewDatabase, WANTED_COLUMNS } from './database-view.ts';
import { TenantInterfaces } from './tenant-interfaces.ts';

export interface DatabaseSettings {
  readonly domain: string;
  readonly lock: string;
  readonly probeIntervalMs: number;
  readonly requestTimeoutMs: number;
  /** OpenFlow targets to tell this NVE, given the address of ours that it reached (undefined: none, a unix socket). */
  controllers(localAddress: IpAddress | undefined): readonly string[];
}

export interface DatabaseHost {
  readonly log: Log;
  emit(input: Input): void;
  /** The connection says that it is this NVE. Returns why it may not be, or undefined. */
  claim(database: NveDatabase, systemId: string, rootUuid: Uuid): string | undefined;
  /** The bridge's datapath, or the generation of our master role there, is known now or has changed. */
  switchKnown(database: NveDatabase): void;
  closed(database: NveDatabase, reason: string): void;
}

/** After a transaction that failed, the plan is made anew at the next change, or after this. */
const RETRY_MS = 1_000;

export class NveDatabase {
  readonly peer: string;
  /** Without the port; undefined: a local socket. */
  readonly address: IpAddress | undefined;
  readonly #settings: DatabaseSettings;
  readonly #host: DatabaseHost;
  readonly #session: OvsdbSession;
  readonly #connection: Connection<OvsdbEvent>;
  readonly #tenants = new TenantInterfaces();
  readonly #localAddress: IpAddress | undefined;
  #name: string | undefined;
  #rootUuid: Uuid | undefined;
  #bridge: Uuid | undefined;
  #datapathId: string | undefined;
  #isForeign = false;
  #generation: bigint | undefined;
  #generationAsked = 0n;
  #factsText = '';
  #working: ReadonlySet<Encapsulation> = new Set();
  #transaction: { id: number; generation?: bigint } | undefined;
  #unsettled = true;
  #retry: NodeJS.Timeout | undefined;
  #complaint = '';

  constructor(socket: Socket, peer: string, settings: DatabaseSettings, host: DatabaseHost) {
    this.peer = peer;
    this.address = plainAddress(socket.remoteAddress);
    this.#settings = settings;
    this.#host = host;
    this.#localAddress = plainAddress(socket.localAddress);
    const { lock, probeIntervalMs, requestTimeoutMs } = settings;
    const options = { database: 'Open_vSwitch', tables: WANTED_COLUMNS };
    this.#session = new OvsdbSession(
      { ...options, lock, probeIntervalMs, requestTimeoutMs },
      now(),
    );
    this.#connection = new Connection(socket, this.#session, {
      onEvent: (event) => this.#take(event),
      onClosed: (reason) => this.#closed(reason),
    });
  }

  /** The NVE's system-id, once it is known and accepted. */
  get name(): string | undefined {
    return this.#name;
  }

  get rootUuid(): Uuid | undefined {
    return this.#rootUuid;
  }

  /** The bridge's datapath id and the generation to be its master with; undefined: not yet. */
  get mastership(): { readonly datapathId: string; readonly generation: bigint } | undefined {
    if (this.#datapathId === undefined || this.#generation === undefined) return undefined;
    return { datapathId: this.#datapathId, generation: this.#generation };
  }

  get datapathId(): string | undefined {
    return this.#datapathId;
  }

  /** Its integration bridge belongs to another domain. */
  get isForeign(): boolean {
    return this.#isForeign;
  }

  /** The switch has seen this generation, which is not below ours (OFPRRFC_STALE): go above it. */
  raiseGeneration(seen: bigint): void {
    this.#generationAsked = maximum(this.#generationAsked, seen);
    this.#generation = undefined;
    this.#unsettled = true;
    this.#refresh();
    this.#connection.flush();
  }

  close(reason: string): void {
    this.#connection.close(reason);
  }

  #take(event: OvsdbEvent): void {
    switch (event.type) {
      case 'synced':
        for (const gap of event.gaps) this.#host.log.warn(`${this.#who()}: ${gap.reason}`);
        this.#unsettled = true;
        this.#refresh();
        return;
      case 'changed':
        this.#changed(event.changes);
        return;
      case 'lock':
        this.#owned(event.state === 'locked');
        return;
      case 'reply':
        this.#replied(event.id, event.result.ok ? undefined : event.result.failure);
        return;
      case 'request-failed':
        this.#replied(event.id, { code: event.error.code, details: event.error.detail });
        return;
      case 'dropped':
        this.#host.log.warn(`${this.#who()}: ${event.error.detail}`);
        return;
      case 'ended':
        this.#connection.close(event.error.detail);
    }
  }

  #changed(changes: readonly RowChanged[]): void {
    const { replica } = this.#session;
    if (replica === undefined) return;
    const own = changes.some(
      (change) => touchesView(change) || (this.#unsettled && change.table === 'Open_vSwitch'),
    );
    // Interfaces first: a changed view may replace the bridge, and then they are all told anew.
    const tenants = this.#tenants.update(replica, changes);
    if (tenants.length > 0 && this.#name !== undefined) {
      this.#host.emit({ type: 'interfaces', nve: this.#name, complete: false, changes: tenants });
    }
    if (own) this.#refresh();
  }

  #owned(owner: boolean): void {
    if (this.#name !== undefined) this.#host.emit({ type: 'nve-owner', nve: this.#name, owner });
    if (!owner) this.#generation = undefined;
    this.#unsettled = true;
    this.#refresh();
  }

  #refresh(): void {
    const { replica } = this.#session;
    if (replica === undefined || !this.#session.isSynced) return;
    const seen = viewDatabase(replica);
    if (seen === undefined || !this.#identify(seen)) return;
    const { domain } = this.#settings;
    const plan = planBridge(seen.view, {
      domain,
      controllers: this.#settings.controllers(this.#localAddress),
    });
    this.#isForeign = isForeign(seen.view.bridge, domain);
    const root = this.#isForeign ? withoutBridge(seen) : seen;
    this.#tellFacts(root, plan);
    this.#followBridge(root);
    this.#carryOut(root, plan);
  }

  #identify(root: RootView): boolean {
    const { systemId } = root.view;
    if (systemId === undefined || systemId === '') {
      this.#complain(
        'it has no external_ids:system-id, so it cannot be told from others: set one with "ovs-vsctl set Open_vSwitch . external_ids:system-id=NAME"',
      );
      return false;
    }
    if (!isNveName(systemId)) {
      this.#connection.close(
        `its system-id ${JSON.stringify(systemId.slice(0, 80))} cannot name it: ${NVE_NAME_RULE}`,
      );
      return false;
    }
    if (this.#name === systemId) return true;
    if (this.#name !== undefined) {
      this.#connection.close(`its system-id changed from ${this.#name} to ${systemId}`);
      return false;
    }
    const refusal = this.#host.claim(this, systemId, root.rootUuid);
    if (refusal !== undefined) {
      this.#connection.close(refusal);
      return false;
    }
    this.#name = systemId;
    this.#rootUuid = root.rootUuid;
    return true;
  }

  #tellFacts(root: RootView, plan: BridgePlan): void {
    if (this.#name === undefined) return;
    const facts = this.#facts(root, plan);
    const text = JSON.stringify(facts);
    const first = this.#factsText === '';
    if (text === this.#factsText) return;
    this.#factsText = text;
    const type = first ? 'nve-connected' : 'nve-facts';
    this.#host.emit({ type, nve: this.#name, facts });
    if (first) {
      this.#host.emit({ type: 'nve-owner', nve: this.#name, owner: this.#session.holdsLock });
      this.#tellInterfaces(root);
    }
  }

  #facts({ view, encapIps }: RootView, { conditions }: BridgePlan): NveFacts {
    const encapsulations = workingEncapsulations(view, this.#working);
    this.#working = new Set(encapsulations);
    const own: Condition[] = [...conditions];
    const ips = this.#underlayIps(encapIps, own);
    const endpoints: Endpoint[] = encapsulations.flatMap((type) => ips.map((ip) => ({ type, ip })));
    const datapathId = view.bridge?.datapathId;
    return {
      bridge: view.bridgeName,
      endpoints,
      conditions: own,
      ...(datapathId === undefined ? {} : { datapathId }),
      ...(view.ovsVersion === undefined ? {} : { ovsVersion: view.ovsVersion }),
    };
  }

  #underlayIps(texts: readonly string[], conditions: Condition[]): IpAddress[] {
    const ips: IpAddress[] = [];
    for (const text of texts) {
      const ip = parseIp(text);
      if (ip !== undefined && isHostIp(ip)) ips.push(ip);
      else {
        const message = `external_ids:nva-encap-ip has "${text}", which is no IP address of a host`;
        conditions.push({ code: 'encap-ip-invalid', message });
      }
    }
    if (texts.length === 0 && this.address !== undefined) return [this.address];
    if (ips.length === 0) {
      const message = 'no underlay address is known: set external_ids:nva-encap-ip';
      conditions.push({ code: 'encap-ip-missing', message });
    }
    return ips;
  }

  #followBridge(root: RootView): void {
    const bridge = root.view.bridge?.uuid;
    if (bridge !== this.#bridge) this.#tellInterfaces(root);
    const datapathId = root.view.bridge?.datapathId;
    if (datapathId !== this.#datapathId) {
      this.#datapathId = datapathId;
      this.#host.switchKnown(this);
    }
  }

  #tellInterfaces(root: RootView): void {
    const { replica } = this.#session;
    if (replica === undefined || this.#name === undefined) return;
    this.#bridge = root.view.bridge?.uuid;
    const changes = this.#tenants.reset(replica, this.#bridge);
    this.#host.emit({ type: 'interfaces', nve: this.#name, complete: true, changes });
  }

  #carryOut(root: RootView, plan: BridgePlan): void {
    const { view, rootUuid } = root;
    if (!this.#session.holdsLock || this.#transaction !== undefined) return;
    this.#unsettled =
      plan.steps.length > 0 || view.curCfg < view.nextCfg || view.bridge?.datapathId === undefined;
    if (plan.steps.length > 0) {
      const controllers = this.#settings.controllers(this.#localAddress);
      const { domain } = this.#settings;
      this.#transact(bridgeTransaction(plan.steps, { view, rootUuid, domain, controllers }));
    } else if (view.bridge !== undefined && this.#generation === undefined) {
      // Never behind the clock, nor behind what any master of this bridge has used.
      const clock = BigInt(Date.now());
      const least = maximum(view.bridge.generation, this.#generationAsked) + 1n;
      const generation = maximum(clock, least);
      this.#generationAsked = generation;
      this.#transact(generationTransaction(view.bridge.uuid, generation), generation);
    }
  }

  #transact(transaction: Transaction, generation?: bigint): void {
    const id = this.#session.transact(transaction.operations, now(), { assertLock: true });
    this.#transaction = generation === undefined ? { id } : { id, generation };
  }

  #replied(id: number, failure: { code: string; details: string } | undefined): void {
    const transaction = this.#transaction;
    if (transaction?.id !== id) return;
    this.#transaction = undefined;
    if (failure !== undefined) {
      this.#complain(
        `a change of its database was refused (${failure.code}: ${failure.details}); it is tried again`,
      );
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#again(), RETRY_MS);
      return;
    }
    this.#complaint = '';
    if (transaction.generation !== undefined) {
      this.#generation = transaction.generation;
      this.#host.switchKnown(this);
    }
    this.#refresh();
  }

  #again(): void {
    this.#refresh();
    this.#connection.flush();
  }

  #complain(text: string): void {
    if (text === this.#complaint) return;
    this.#complaint = text;
    this.#host.log.warn(`${this.#who()}: ${text}`);
  }

  #who(): string {
    return this.#name ?? `the database at ${this.peer}`;
  }

  #closed(reason: string): void {
    clearTimeout(this.#retry);
    this.#host.closed(this, reason);
  }
}

/** What the NVE is to us as long as its bridge is not ours. */
function withoutBridge(root: RootView): RootView {
  return { ...root, view: { ...root.view, bridge: undefined, tunnels: [] } };
}

function maximum(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
