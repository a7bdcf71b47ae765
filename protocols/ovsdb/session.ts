/**
 * The session: one connection to a database server, as a client, whoever opened the connection.
 *
 * Reads the schema, monitors the wanted tables and what the server says of itself, asks for the lock, probes, carries
 * its user's requests (client-requests.ts); tells what happened as events, in wire order. Knows no socket and no clock
 * (protocols/base/byte-session).
 *
 * ```
 * set_db_change_aware, monitor_cond of _Server and get_schema, all at once
 *      get_schema → monitor_cond_since → synced → lock
 *      (↑            → monitor_cond → monitor, when unknown)
 *       └── monitor_canceled (the database was converted) → resynced
 * any state → ended
 * ```
 *
 * What came together is taken in slices (intake.ts): the rest waits for a `tick` that is due at once.
 *
 * Source: RFC 7047 §4.1; ovsdb-server(7).
 */
import type { ByteSession } from '../base/byte-session.ts';
import type { InstantMs } from '../base/units.ts';
import { ClientLock } from './client-lock.ts';
import { ClientRequests, type TransactOptions } from './client-requests.ts';
import type { TableConditions } from './conditions.ts';
import { Intake, type Working } from './intake.ts';
import { Liveness } from './liveness.ts';
import type { Replica } from './replica.ts';
import { type RpcArrival, RpcPeer } from './rpc-peer.ts';
import { SERVER_MONITOR_ID, ServerDatabase, serverFault } from './server-database.ts';
import type {
  DatabaseStatus,
  NextRequest,
  OvsdbEvent,
  OvsdbSessionOptions,
} from './session-events.ts';
import { MONITOR_ID, Subscription } from './subscription.ts';
import type { Operation } from './transaction.ts';
import type { Json } from './values/json.ts';
import { type OvsdbError, type OvsdbErrorCode, ovsdbError } from './values/protocol-errors.ts';
import { describeServerError, readServerError, type ServerError } from './values/server-errors.ts';
import type { NextMessage } from './wire/json-splitter.ts';

const MESSAGE_TIMEOUT_MS = 60_000;

/** In one session: each becomes a line of a log, which a peer must not fill. */
const DROPPED_TOLD_MAX = 100;

/** Why a request of the session's own was made. */
type Purpose = 'aware' | 'server' | 'schema' | 'monitor' | 'probe';

type RpcResult = Extract<RpcArrival, { kind: 'result' }>;

export class OvsdbSession implements ByteSession<OvsdbEvent> {
  readonly #options: OvsdbSessionOptions;
  readonly #intake: Intake;
  readonly #peer = new RpcPeer();
  readonly #liveness: Liveness;
  readonly #subscription: Subscription;
  readonly #server: ServerDatabase;
  readonly #lock: ClientLock;
  readonly #client: ClientRequests;
  /** Requests of the session's own that wait for replies, by id. */
  readonly #purposes = new Map<number, Purpose>();
  #events: OvsdbEvent[] = [];
  #droppedCount = 0;
  #isEnded = false;

  constructor(options: OvsdbSessionOptions, now: InstantMs) {
    this.#options = options;
    this.#intake = new Intake(options.limits, (next, at) => this.#take(next, at));
    const messageTimeoutMs = options.messageTimeoutMs ?? MESSAGE_TIMEOUT_MS;
    this.#liveness = new Liveness(options.probeIntervalMs, messageTimeoutMs, now);
    this.#subscription = new Subscription(options);
    this.#server = new ServerDatabase(options.database);
    this.#lock = new ClientLock(this.#peer, options, {
      tell: (state) => this.#events.push({ type: 'lock', state }),
      fail: (detail) => this.#end('setup-refused', detail),
    });
    this.#client = new ClientRequests(this.#peer, options, (event) => this.#events.push(event));
    // An older server does not know these two, and says so: no harm done, no time lost.
    this.#ask({ method: 'set_db_change_aware', params: [true] }, 'aware', now);
    this.#ask(this.#server.firstRequest(), 'server', now);
    this.#ask(this.#subscription.firstRequest(), 'schema', now);
  }

  /** The rows as they are after the last event taken from the wire; undefined before the schema came. */
  get replica(): Replica | undefined {
    return this.#subscription.replica;
  }

  /** True from the first synchronisation to the end. While a converted database is read anew, the replica stays. */
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

  /** What the server says of our database; undefined: not yet, or it is too old to say. */
  get serverStatus(): DatabaseStatus | undefined {
    return this.#server.status;
  }

  receive(chunk: Uint8Array, now: InstantMs): void {
    if (this.#isEnded || chunk.length === 0) return;
    const completed = this.#intake.push(chunk);
    if (this.#intake.isInsideMessage) this.#putOffSetup(now);
    this.#liveness.heard(now, this.#intake.isInsideMessage, completed);
    this.#intake.takeSlice(now);
  }

  tick(now: InstantMs): void {
    if (this.#isEnded) return;
    if (this.#intake.dueAt !== undefined) {
      this.#intake.takeSlice(now);
      this.#liveness.tookMore(now);
      this.#putOffSetup(now);
    }
    for (const id of this.#peer.expire(now)) this.#expired(id);
    if (this.#isEnded) return;
    const verdict = this.#liveness.judge(now);
    if (verdict === 'probe') this.#ask({ method: 'echo', params: [] }, 'probe', now);
    else if (verdict === 'silent') {
      this.#end('peer-silent', `no answer to an echo within ${this.#options.probeIntervalMs} ms`);
    } else if (verdict === 'stuck-message') {
      this.#end('message-timeout', 'a message began and did not end in time');
    }
  }

  deadline(): InstantMs | undefined {
    if (this.#isEnded) return undefined;
    const dues = [this.#intake.dueAt, this.#peer.deadline(), this.#liveness.deadline()];
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

  /**
   * Sends a transaction, once it is checked against the server's schema; its `reply` or `request-failed` event carries
   * the returned id.
   */
  transact(
    operations: readonly Operation[],
    now: InstantMs,
    options: TransactOptions = {},
  ): number {
    if (this.#isEnded) return this.#refuse();
    return this.#client.transact(this.#subscription.serverSchema, operations, now, options);
  }

  /**
   * Takes a transaction back: it fails with `canceled`, unless its reply was under way already. One whose deadline
   * passes is cancelled without being asked.
   */
  cancel(id: number, now: InstantMs): void {
    if (!this.#isEnded) this.#client.cancel(id, now);
  }

  /** The names of the server's databases; an `answer` or `request-failed` event carries the returned id. */
  listDatabases(now: InstantMs): number {
    return this.#isEnded
      ? this.#refuse()
      : this.#client.plain({ method: 'list_dbs', params: [] }, now);
  }

  /** A schema in the words of RFC 7047 §3.2; an `answer` or `request-failed` event carries the returned id. */
  getSchema(database: string, now: InstantMs): number {
    return this.#isEnded
      ? this.#refuse()
      : this.#client.plain({ method: 'get_schema', params: [database] }, now);
  }

  /**
   * Changes which rows of the named tables are monitored. What comes or goes is told as `changed`, then an `answer`
   * with the returned id. Undefined: there is nothing to wait for, because the server has these conditions or is told
   * them when it is asked for the rows (before `synced`, and until `resynced`).
   */
  changeConditions(conditions: TableConditions, now: InstantMs): number | undefined {
    if (this.#isEnded) return this.#refuse();
    const fault = this.#subscription.wantConditions(conditions);
    if (fault !== undefined) return this.#client.refuse(ovsdbError('invalid-request', fault));
    if (this.#subscription.isLive && !this.#subscription.filters) {
      const detail = 'the server is too old to filter rows: all rows of the tables are monitored';
      return this.#client.refuse(ovsdbError('conditions-unsupported', detail));
    }
    return this.#askForConditions(now);
  }

  /**
   * Ends the monitor: the replica stays as it is then. An `answer` event carries the returned id; undefined: nothing
   * is monitored.
   */
  stopMonitoring(now: InstantMs): number | undefined {
    if (this.#isEnded || !this.#subscription.isLive) return undefined;
    this.#subscription.stopped();
    return this.#client.plain({ method: 'monitor_cancel', params: [MONITOR_ID] }, now);
  }

  /** Begins anew where `stopMonitoring` ended: `resynced` tells when the replica is in step. */
  startMonitoring(now: InstantMs): void {
    if (this.#isEnded || !this.#subscription.isIdle) return;
    this.#ask(this.#subscription.firstRequest(), 'schema', now);
  }

  /** Gives the lock back, or stops waiting for it. */
  releaseLock(now: InstantMs): void {
    if (!this.#isEnded) this.#lock.release(now);
  }

  /** Asks for the lock again, after it was released or stolen: behind all who wait. */
  requestLock(now: InstantMs): void {
    if (this.isSynced) this.#lock.request(now);
  }

  /** Takes the lock from whoever holds it, who is told so. */
  stealLock(now: InstantMs): void {
    if (this.isSynced) this.#lock.steal(now);
  }

  /** The owner of the socket says that it is gone. */
  connectionLost(detail: string): void {
    this.#end('connection-lost', detail);
  }

  #ask(request: NextRequest, purpose: Purpose, now: InstantMs): number {
    const deadline = now + this.#options.requestTimeoutMs;
    const id = this.#peer.request(request.method, request.params, deadline);
    this.#purposes.set(id, purpose);
    return id;
  }

  /**
   * What comes may be the answer, and a large one takes its time (how long, is for `messageTimeoutMs` to say); or the
   * answer waits behind what we are still taking.
   */
  #putOffSetup(now: InstantMs): void {
    const deadline = now + this.#options.requestTimeoutMs;
    for (const id of this.#purposes.keys()) this.#peer.putOff(id, deadline);
    for (const id of this.#lock.waiting) this.#peer.putOff(id, deadline);
  }

  #refuse(): number {
    return this.#client.refuse(ovsdbError('connection-lost', 'the session has ended'));
  }

  #askForConditions(now: InstantMs): number | undefined {
    const request = this.#subscription.conditionRequest();
    if (request === undefined) return undefined;
    return this.#client.plain(request, now, () => this.#subscription.conditionsChanged());
  }

  #take({ message, sizeBytes }: NextMessage, now: InstantMs): Working | undefined {
    const arrival = message.ok ? this.#peer.receive(message.value) : message;
    if (arrival.ok) return this.#arrived(arrival.value, sizeBytes, now);
    this.#obey(arrival.error);
    return undefined;
  }

  #arrived(arrival: RpcArrival, sizeBytes: number, now: InstantMs): Working | undefined {
    switch (arrival.kind) {
      case 'result':
        return this.#replied(arrival, sizeBytes, now);
      case 'error':
        this.#refusedByServer(arrival.id, arrival.error, now);
        return undefined;
      case 'call':
        return this.#called(arrival.method, arrival.params, now);
      case 'answered':
        if (arrival.error !== undefined) this.#obey(arrival.error);
        else this.#liveness.wasProbed();
        return undefined;
    }
  }

  #replied({ id, result }: RpcResult, sizeBytes: number, now: InstantMs): Working | undefined {
    if (this.#client.replied(id, result) || this.#lock.replied(id, result)) return undefined;
    switch (this.#takePurpose(id)) {
      case 'server':
        return this.#serverTold(this.#server.acceptMonitor(result));
      case 'schema':
        this.#schemaCame(result, sizeBytes, now);
        break;
      case 'monitor':
        return this.#monitorCame(result, now);
    }
    return undefined;
  }

  *#serverTold(told: ReturnType<ServerDatabase['acceptMonitor']>): Working {
    const news = yield* told;
    return () => {
      if (!news.ok) this.#obey(news.error);
      else if (news.value !== undefined) this.#events.push({ type: 'server', status: news.value });
      if (!this.#isEnded) this.#judgeServer();
    };
  }

  #judgeServer(): void {
    const { position } = this.#server;
    const { leaderOnly = false } = this.#options;
    const fault = serverFault(this.#server, leaderOnly, this.#subscription.clusterPosition);
    if (fault !== undefined) this.#endWith(fault);
    else if (position !== undefined) this.#subscription.clusterAt(position);
  }

  #schemaCame(result: Json, sizeBytes: number, now: InstantMs): void {
    const next = this.#subscription.acceptSchema(result, sizeBytes);
    if (next.ok) this.#ask(next.value, 'monitor', now);
    else this.#obey(next.error);
  }

  *#monitorCame(result: Json, now: InstantMs): Working {
    const wasSynced = this.#subscription.isSynced;
    const inStep = yield* this.#subscription.acceptMonitor(result);
    return () => {
      if (!inStep.ok) {
        this.#obey(inStep.error);
        return;
      }
      this.#events.push(...inStep.value);
      if (!wasSynced) this.requestLock(now);
      this.#askForConditions(now);
    };
  }

  #refusedByServer(id: number, wire: Json, now: InstantMs): void {
    if (this.#client.refusedByServer(id, wire) || this.#lock.refusedByServer(id, wire)) return;
    const purpose = this.#takePurpose(id);
    const server = readServerError(wire);
    if (purpose === 'monitor') this.#monitorRefused(server, now);
    else if (purpose === 'schema') {
      this.#endWith(schemaRefusal(server, this.#subscription.isSynced));
    }
  }

  #monitorRefused(server: ServerError, now: InstantMs): void {
    const isUnknown = server.code === 'unknown method';
    const older = isUnknown ? this.#subscription.olderMonitor() : undefined;
    if (older !== undefined) this.#ask(older, 'monitor', now);
    else if (isUnknown) this.#end('setup-refused', 'the server knows no monitor');
    else this.#end('setup-refused', `monitor: ${describeServerError(server)}`);
  }

  #called(method: string, params: readonly Json[], now: InstantMs): Working | undefined {
    switch (method) {
      case 'update':
      case 'update2':
      case 'update3':
        return params[0] === SERVER_MONITOR_ID
          ? this.#serverTold(this.#server.acceptUpdate(params))
          : this.#updated(method, params);
      case 'locked':
      case 'stolen':
        this.#lock.notified(method, params);
        break;
      case 'monitor_canceled':
        this.#monitorCanceled(params[0], now);
    }
    return undefined;
  }

  /** The database is another one now, or will not be there any more: its schema tells. */
  #monitorCanceled(monitor: Json | undefined, now: InstantMs): void {
    if (monitor !== MONITOR_ID || !this.#subscription.isLive) return;
    this.#subscription.stopped();
    this.startMonitoring(now);
  }

  *#updated(method: 'update' | 'update2' | 'update3', params: readonly Json[]): Working {
    const changes = yield* this.#subscription.acceptUpdate(method, params);
    return () => {
      if (!changes.ok) this.#obey(changes.error);
      else if (changes.value.length > 0) {
        this.#events.push({ type: 'changed', changes: changes.value });
      }
    };
  }

  #expired(id: number): void {
    if (this.#client.expired(id)) return;
    const purpose = this.#takePurpose(id) ?? 'lock';
    if (purpose !== 'probe')
      this.#end('setup-timeout', `no reply to the ${purpose} request in time`);
  }

  /** Undefined: it is none of these. */
  #takePurpose(id: number): Purpose | undefined {
    const purpose = this.#purposes.get(id);
    this.#purposes.delete(id);
    return purpose;
  }

  #obey(error: OvsdbError): void {
    if (error.remedy === 'end-session') this.#endWith(error);
    else if (++this.#droppedCount <= DROPPED_TOLD_MAX)
      this.#events.push({ type: 'dropped', error });
  }

  #end(code: OvsdbErrorCode, detail: string): void {
    this.#endWith(ovsdbError(code, detail));
  }

  #endWith(error: OvsdbError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#intake.close();
    for (const id of this.#peer.abandon()) this.#client.abandoned(id, error.detail);
    this.#purposes.clear();
    this.#events.push({ type: 'ended', error });
  }
}

function schemaRefusal(server: ServerError, wasSynced: boolean): OvsdbError {
  const words = describeServerError(server);
  if (server.code === 'database not available') return ovsdbError('not-connected', words);
  if (wasSynced) return ovsdbError('monitor-canceled', words);
  return ovsdbError('setup-refused', `schema: ${words}`);
}
