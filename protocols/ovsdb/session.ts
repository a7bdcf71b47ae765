/**
 * The session: one connection to a database server, as a client, whoever opened the connection.
 *
 * Reads the schema, monitors the wanted tables, asks for the lock, probes, carries transactions; tells
 * what happened as events, in wire order. Knows no socket and no clock (protocols/base/byte-session).
 *
 * ```
 * get_schema → monitor_cond_since → synced → lock
 *              (→ monitor_cond → monitor, when unknown)
 * any state → ended
 * ```
 *
 * What came together, and the rows of a large update, is taken in slices (SLICE_BYTES): the rest waits
 * for a `tick` that is due at once, so that one peer does not hold the others up.
 *
 * Source: RFC 7047 §4.1; ovsdb-server(7).
 */
import type { ByteSession } from '../base/byte-session.ts';
import type { DurationMs, InstantMs } from '../base/units.ts';
import { Liveness } from './liveness.ts';
import { LockRequest } from './lock-request.ts';
import type { Replica } from './replica.ts';
import { type RpcArrival, RpcPeer } from './rpc-peer.ts';
import type { OvsdbEvent, OvsdbSessionOptions } from './session-events.ts';
import { type NextRequest, Subscription } from './subscription.ts';
import { type Operation, readTransactReply } from './transaction.ts';
import { excerpt, isJsonObject, type Json, member } from './values/json.ts';
import { type OvsdbError, type OvsdbErrorCode, ovsdbError } from './values/protocol-errors.ts';
import { JsonSplitter } from './wire/json-splitter.ts';

const MESSAGE_TIMEOUT_MS = 60_000;

/** About 5 ms of parsing and applying on a slow core. */
const SLICE_BYTES = 256 * 1024;

/** One step of applying rows (replica.ts) in the same coin. */
const STEP_COST_BYTES = 64 * 1024;

/** Transactions that may wait for replies at once; whoever sends more is refused. */
const REQUESTS_PENDING_MAX = 1024;

export interface TransactOptions {
  /** The session's requestTimeoutMs when left out. */
  readonly timeoutMs?: DurationMs;
  /** Puts an assertion of the session's lock before the operations. */
  readonly assertLock?: boolean;
}

/** Why a request was made, by its id. */
type Purpose =
  | { readonly kind: 'schema' | 'monitor' | 'probe' | 'unlock' }
  | { readonly kind: 'lock'; readonly serial: number }
  | { readonly kind: 'transact'; readonly operationCount: number; readonly assertedLock: boolean };

export class OvsdbSession implements ByteSession<OvsdbEvent> {
  readonly #options: OvsdbSessionOptions;
  readonly #splitter: JsonSplitter;
  readonly #peer = new RpcPeer();
  readonly #liveness: Liveness;
  readonly #subscription: Subscription;
  readonly #lock: LockRequest;
  readonly #purposes = new Map<number, Purpose>();
  #events: OvsdbEvent[] = [];
  #refusedCount = 0;
  #isEnded = false;
  /** An update or the first rows, half done: what comes behind waits, so that order holds. */
  #applying: Generator<undefined, () => void> | undefined;
  /** When the last slice ended with messages left; undefined: none left. */
  #restDueAt: InstantMs | undefined;

  constructor(options: OvsdbSessionOptions, now: InstantMs) {
    this.#options = options;
    this.#splitter = new JsonSplitter(options.limits);
    const messageTimeoutMs = options.messageTimeoutMs ?? MESSAGE_TIMEOUT_MS;
    this.#liveness = new Liveness(options.probeIntervalMs, messageTimeoutMs, now);
    this.#subscription = new Subscription(options);
    this.#lock = new LockRequest(options.lock);
    this.#ask(this.#subscription.firstRequest(), { kind: 'schema' }, now);
  }

  /** The rows as they are after the last event taken from the wire; undefined before the schema came. */
  get replica(): Replica | undefined {
    return this.#subscription.replica;
  }

  get isSynced(): boolean {
    return this.#subscription.isSynced && !this.#isEnded;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** True while the server has told us that we hold the lock. */
  get holdsLock(): boolean {
    return this.#lock.isHeld && !this.#isEnded;
  }

  receive(chunk: Uint8Array, now: InstantMs): void {
    if (this.#isEnded || chunk.length === 0) return;
    const before = this.#splitter.completedCount;
    this.#splitter.push(chunk);
    const completed = this.#splitter.completedCount > before;
    this.#liveness.heard(now, this.#splitter.isInsideMessage, completed);
    this.#takeSlice(now);
  }

  tick(now: InstantMs): void {
    if (this.#isEnded) return;
    if (this.#restDueAt !== undefined) this.#takeSlice(now);
    for (const id of this.#peer.expire(now)) this.#expired(id);
    if (this.#isEnded) return;
    const verdict = this.#liveness.judge(now);
    if (verdict === 'probe') this.#ask({ method: 'echo', params: [] }, { kind: 'probe' }, now);
    else if (verdict === 'silent') {
      this.#end('peer-silent', `no answer to an echo within ${this.#options.probeIntervalMs} ms`);
    } else if (verdict === 'stuck-message') {
      this.#end('message-timeout', 'a message began and did not end in time');
    }
  }

  deadline(): InstantMs | undefined {
    if (this.#isEnded) return undefined;
    const dues = [this.#restDueAt, this.#peer.deadline(), this.#liveness.deadline()];
    const known = dues.filter((due) => due !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  takeEvents(): OvsdbEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  takeOutput(): Uint8Array[] {
    return this.#peer.takeOutput();
  }

  /** Sends a transaction; its `reply` or `request-failed` event carries the returned id. */
  transact(
    operations: readonly Operation[],
    now: InstantMs,
    { timeoutMs, assertLock = false }: TransactOptions = {},
  ): number {
    if (this.#isEnded) return this.#refuse('connection-lost', 'the session has ended');
    if (this.#peer.pendingCount >= REQUESTS_PENDING_MAX) {
      return this.#refuse('too-many-requests', `${REQUESTS_PENDING_MAX} requests wait for replies`);
    }
    const { database, lock, requestTimeoutMs } = this.#options;
    const assertedLock = assertLock && lock !== undefined;
    const params: Json[] = [database];
    if (assertedLock) params.push({ op: 'assert', lock });
    params.push(...operations);
    const deadline = now + (timeoutMs ?? requestTimeoutMs);
    const id = this.#peer.request('transact', params, deadline);
    this.#purposes.set(id, { kind: 'transact', operationCount: operations.length, assertedLock });
    return id;
  }

  /** Gives the lock back, or stops waiting for it. */
  releaseLock(now: InstantMs): void {
    const request = this.#isEnded ? undefined : this.#lock.release();
    if (request === undefined) return;
    this.#ask(request, { kind: 'unlock' }, now);
    this.#events.push({ type: 'lock', state: 'released' });
  }

  /** Asks for the lock again, after it was released or stolen: behind all who wait. */
  requestLock(now: InstantMs): void {
    if (this.isSynced) this.#askForLock(this.#lock.request(), now);
  }

  /** Takes the lock from whoever holds it, who is told so. */
  stealLock(now: InstantMs): void {
    if (this.isSynced) this.#askForLock(this.#lock.steal(), now);
  }

  /** The owner of the socket says that it is gone. */
  connectionLost(detail: string): void {
    this.#end('connection-lost', detail);
  }

  #askForLock(requests: readonly NextRequest[], now: InstantMs): void {
    for (const request of requests) {
      const isUnlock = request.method === 'unlock';
      this.#ask(
        request,
        isUnlock ? { kind: 'unlock' } : { kind: 'lock', serial: this.#lock.serial },
        now,
      );
    }
  }

  #ask(request: NextRequest, purpose: Purpose, now: InstantMs): void {
    const deadline = now + this.#options.requestTimeoutMs;
    const id = this.#peer.request(request.method, request.params, deadline);
    this.#purposes.set(id, purpose);
  }

  #refuse(code: OvsdbErrorCode, detail: string): number {
    const id = -++this.#refusedCount;
    this.#events.push({ type: 'request-failed', id, error: ovsdbError(code, detail) });
    return id;
  }

  #takeSlice(now: InstantMs): void {
    for (let spent = 0; spent < SLICE_BYTES; ) {
      if (this.#isEnded || !this.#hasRest()) break;
      spent += this.#applying === undefined ? this.#takeMessage(now) : this.#stepOn(this.#applying);
    }
    this.#restDueAt = !this.#isEnded && this.#hasRest() ? now : undefined;
  }

  #hasRest(): boolean {
    return this.#applying !== undefined || this.#splitter.hasNext;
  }

  /** Returns what it cost, in bytes. */
  #takeMessage(now: InstantMs): number {
    const next = this.#splitter.next();
    if (next === undefined) return SLICE_BYTES;
    const arrival = next.message.ok ? this.#peer.receive(next.message.value) : next.message;
    if (arrival.ok) this.#arrived(arrival.value, now);
    else this.#obey(arrival.error);
    // What is applied in steps pays for its steps.
    return this.#applying === undefined ? next.sizeBytes : 0;
  }

  #stepOn(applying: Generator<undefined, () => void>): number {
    const step = applying.next();
    if (step.done === true) {
      this.#applying = undefined;
      step.value();
    }
    return STEP_COST_BYTES;
  }

  #arrived(arrival: RpcArrival, now: InstantMs): void {
    switch (arrival.kind) {
      case 'result':
        this.#replied(arrival.id, arrival.result, now);
        break;
      case 'error':
        this.#refusedByServer(arrival.id, arrival.error, now);
        break;
      case 'call':
        this.#called(arrival.method, arrival.params);
        break;
      case 'answered':
        if (arrival.error !== undefined) this.#obey(arrival.error);
    }
  }

  #replied(id: number, result: Json, now: InstantMs): void {
    const purpose = this.#takePurpose(id);
    switch (purpose?.kind) {
      case 'schema':
        this.#schemaCame(result, now);
        break;
      case 'monitor':
        this.#applying = this.#monitorCame(result, now);
        break;
      case 'lock':
        this.#tellLock(this.#lock.answered(purpose.serial, result));
        break;
      case 'unlock':
        this.#lock.unlocked();
        break;
      case 'transact':
        this.#transactCame(id, result, purpose);
        break;
    }
  }

  #schemaCame(result: Json, now: InstantMs): void {
    const next = this.#subscription.acceptSchema(result);
    if (next.ok) this.#ask(next.value, { kind: 'monitor' }, now);
    else this.#obey(next.error);
  }

  *#monitorCame(result: Json, now: InstantMs): Generator<undefined, () => void> {
    const synced = yield* this.#subscription.acceptMonitor(result);
    return () => {
      if (synced.ok) {
        this.#events.push(synced.value);
        this.requestLock(now);
      } else {
        this.#obey(synced.error);
      }
    };
  }

  #transactCame(id: number, reply: Json, purpose: Extract<Purpose, { kind: 'transact' }>): void {
    const result = readTransactReply(reply, purpose.operationCount, purpose.assertedLock);
    if (result !== undefined) this.#events.push({ type: 'reply', id, result });
    else this.#requestFailed(id, 'request-refused', 'the reply does not fit the operations');
  }

  #refusedByServer(id: number, wire: Json, now: InstantMs): void {
    const purpose = this.#takePurpose(id);
    const words = errorWords(wire);
    if (purpose?.kind === 'transact') {
      this.#requestFailed(id, 'request-refused', words);
    } else if (purpose?.kind === 'monitor' && words.startsWith('unknown method')) {
      const older = this.#subscription.olderMonitor();
      if (older !== undefined) this.#ask(older, { kind: 'monitor' }, now);
      else this.#end('setup-refused', 'the server knows no monitor');
    } else if (purpose?.kind === 'unlock') {
      this.#lock.unlocked();
    } else if (purpose !== undefined && purpose.kind !== 'probe') {
      this.#end('setup-refused', `${purpose.kind}: ${words}`);
    }
  }

  #called(method: string, params: readonly Json[]): void {
    switch (method) {
      case 'update':
      case 'update2':
      case 'update3':
        this.#applying = this.#updated(method, params);
        break;
      case 'locked':
      case 'stolen':
        this.#tellLock(this.#lock.notified(method, params));
        break;
      case 'monitor_canceled':
        this.#end('monitor-canceled', 'the server stopped the monitor');
    }
  }

  *#updated(
    method: 'update' | 'update2' | 'update3',
    params: readonly Json[],
  ): Generator<undefined, () => void> {
    const changes = yield* this.#subscription.acceptUpdate(method, params);
    return () => {
      if (!changes.ok) this.#obey(changes.error);
      else if (changes.value.length > 0) {
        this.#events.push({ type: 'changed', changes: changes.value });
      }
    };
  }

  #tellLock(outcome: ReturnType<LockRequest['answered']>): void {
    if (outcome === 'bad-reply') this.#end('setup-refused', 'lock: the reply is not one');
    else if (outcome !== undefined) this.#events.push({ type: 'lock', state: outcome });
  }

  #expired(id: number): void {
    const purpose = this.#takePurpose(id);
    if (purpose?.kind === 'transact') {
      this.#requestFailed(id, 'request-timeout', 'no reply to the transaction in time');
    } else if (purpose !== undefined && purpose.kind !== 'probe') {
      this.#end('setup-timeout', `no reply to the ${purpose.kind} request in time`);
    }
  }

  #takePurpose(id: number): Purpose | undefined {
    const purpose = this.#purposes.get(id);
    this.#purposes.delete(id);
    return purpose;
  }

  #requestFailed(id: number, code: OvsdbErrorCode, detail: string): void {
    this.#events.push({ type: 'request-failed', id, error: ovsdbError(code, detail) });
  }

  #obey(error: OvsdbError): void {
    if (error.remedy === 'end-session') this.#endWith(error);
    else this.#events.push({ type: 'dropped', error });
  }

  #end(code: OvsdbErrorCode, detail: string): void {
    this.#endWith(ovsdbError(code, detail));
  }

  #endWith(error: OvsdbError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#restDueAt = undefined;
    this.#applying = undefined;
    for (const id of this.#peer.abandon()) {
      if (this.#takePurpose(id)?.kind === 'transact') {
        this.#requestFailed(id, 'connection-lost', error.detail);
      }
    }
    this.#events.push({ type: 'ended', error });
  }
}

/** A JSON-RPC error is text, or an object with the text in "error": RFC 7047 §3.1 <error>. */
function errorWords(wire: Json): string {
  if (typeof wire === 'string') return wire.slice(0, 200);
  const error = isJsonObject(wire) ? member(wire, 'error') : undefined;
  if (!isJsonObject(wire) || typeof error !== 'string') return excerpt(wire);
  const details = member(wire, 'details');
  return typeof details === 'string' ? `${error}: ${details}`.slice(0, 200) : error.slice(0, 200);
}
