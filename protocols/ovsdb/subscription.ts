/**
 * The subscription: from a server's schema and its replies to a replica in step.
 *
 * Knows which requests lead there (get_schema, then the best monitor that the server has) and how each
 * format of update changes the replica. Sends nothing: it says which request comes next.
 *
 * Source: RFC 7047 §4.1.2, §4.1.5, §4.1.6; ovsdb-server(7) §4.1.12 to §4.1.15.
 */
import { failed, ok, type Result } from '../base/protocol-error.ts';
import { checkClauses } from './check-operations.ts';
import {
  ALL_ROWS,
  changedConditions,
  conditionChange,
  conditionsText,
  type EncodedConditions,
  type TableConditions,
} from './conditions.ts';
import { type Applying, type ClusterPosition, Replica, type RowChanged } from './replica.ts';
import type { UpdateFormat } from './row-update.ts';
import { readAgreedSchema, readServerSchema } from './schema-cache.ts';
import type { MonitorMethod, NextRequest, OvsdbEvent } from './session-events.ts';
import { isUuid, type Uuid, ZERO_UUID } from './values/atoms.ts';
import {
  type DatabaseSchema,
  type SchemaGap,
  sameSchema,
  type WantedColumns,
} from './values/database-schema.ts';
import { excerpt, isJsonArray, type Json } from './values/json.ts';
import { type OvsdbError, ovsdbError } from './values/protocol-errors.ts';
import type { ServerSchema } from './values/server-schema.ts';
import type { SplitterLimits } from './wire/json-splitter.ts';

/** Names our one monitor on this connection. */
export const MONITOR_ID = 'nva';

const METHODS: readonly MonitorMethod[] = ['monitor_cond_since', 'monitor_cond', 'monitor'];

export interface SubscriptionOptions {
  readonly database: string;
  readonly tables: WantedColumns;
  readonly conditions?: TableConditions;
  readonly resume?: Replica;
  readonly limits?: SplitterLimits;
}

export class Subscription {
  readonly #options: SubscriptionOptions;
  #replica: Replica | undefined;
  #serverSchema: ServerSchema | undefined;
  #gaps: readonly SchemaGap[] = [];
  #method: MonitorMethod = 'monitor_cond_since';
  #isSynced = false;
  /** `live`: the server tells every change; `asked`: it will. */
  #phase: 'idle' | 'asked' | 'live' = 'idle';
  #wanted: EncodedConditions;
  /** What the server has been told, whether it has answered or not. */
  #told: EncodedConditions = ALL_ROWS;
  #changesUnanswered = 0;
  #clusterPosition: ClusterPosition | undefined;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#wanted = changedConditions(ALL_ROWS, options.conditions ?? {});
    this.#clusterPosition = options.resume?.clusterPosition;
  }

  /** The rows as they are; before the first synchronisation those to resume from, if any. */
  get replica(): Replica | undefined {
    return this.#replica ?? this.#options.resume;
  }

  /** The server's newest schema, whole; undefined: it has not come yet. */
  get serverSchema(): ServerSchema | undefined {
    return this.#serverSchema;
  }

  /** True from the first synchronisation on: the replica is a consistent snapshot. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** True while the server tells the changes. */
  get isLive(): boolean {
    return this.#phase === 'live';
  }

  /** True when nothing is monitored and nothing has been asked for: `firstRequest` begins. */
  get isIdle(): boolean {
    return this.#phase === 'idle';
  }

  /** False: the server is too old to filter rows. */
  get filters(): boolean {
    return this.#method !== 'monitor';
  }

  /** The furthest that we have seen of a cluster that we follow. */
  get clusterPosition(): ClusterPosition | undefined {
    return this.#clusterPosition;
  }

  clusterAt(position: ClusterPosition): void {
    this.#clusterPosition = position;
    if (this.#isSynced && this.#replica !== undefined) this.#replica.clusterPosition = position;
  }

  firstRequest(): NextRequest {
    this.#phase = 'asked';
    return { method: 'get_schema', params: [this.#options.database] };
  }

  /** The reply to get_schema, of a message of so many bytes: what to ask next. */
  acceptSchema(reply: Json, sizeBytes: number): Result<NextRequest, OvsdbError> {
    const { database, tables } = this.#options;
    const server = readServerSchema(reply, sizeBytes);
    if (!server.ok) return server;
    const { schema, gaps } = readAgreedSchema(server.value, database, tables);
    this.#serverSchema = server.value;
    this.#gaps = [...gaps, ...this.#dropUnfitConditions()];
    const previous = this.replica;
    const carriesOn =
      previous !== undefined &&
      sameSchema(previous.schema, schema) &&
      previous.conditions === conditionsText(this.#wanted);
    this.#replica = carriesOn ? previous : new Replica(schema, previous, this.#sizeMaxBytes());
    return ok(this.#monitorRequest(this.#replica));
  }

  /** The server does not know the monitor that was asked for; undefined: there is no older one. */
  olderMonitor(): NextRequest | undefined {
    const older = METHODS[METHODS.indexOf(this.#method) + 1];
    if (older === undefined || this.#replica === undefined) return undefined;
    this.#method = older;
    return this.#monitorRequest(this.#replica);
  }

  /** The reply to a monitor request: what there is to tell. */
  *acceptMonitor(reply: Json): Generator<undefined, Result<readonly OvsdbEvent[], OvsdbError>> {
    const replica = this.#replica;
    if (replica === undefined)
      return failed(ovsdbError('bad-schema', 'a monitor without a schema'));
    const accepted =
      this.#method === 'monitor_cond_since'
        ? yield* acceptSince(replica, reply)
        : yield* acceptInitial(replica, reply, this.filters ? 'v2' : 'v1');
    if (!accepted.ok) return this.#distrust(accepted.error);
    this.#phase = 'live';
    replica.conditions = conditionsText(this.#told);
    replica.clusterPosition = this.#clusterPosition;
    const { changes, resumed } = accepted.value;
    const synchronisation = {
      lastTransactionId: replica.lastTransactionId,
      schemaVersion: replica.schema.version,
      gaps: this.#gaps,
      method: this.#method,
      resumed,
      filters: this.filters,
    };
    const wasSynced = this.#isSynced;
    this.#isSynced = true;
    if (!wasSynced) return ok([{ type: 'synced', changes, ...synchronisation }]);
    const resynced = { type: 'resynced', ...synchronisation } as const;
    return ok(changes.length > 0 ? [resynced, { type: 'changed', changes }] : [resynced]);
  }

  /** An update notification. */
  *acceptUpdate(method: 'update' | 'update2' | 'update3', params: readonly Json[]): Applying {
    const replica = this.#replica;
    if (replica === undefined || !this.isLive || params[0] !== MONITOR_ID) {
      return failed(ovsdbError('unknown-monitor', `an update for monitor ${excerpt(params[0])}`));
    }
    const applied =
      method === 'update3'
        ? yield* applySince(replica, params)
        : yield* applyPlain(method, replica, params);
    return applied.ok ? applied : this.#distrust(applied.error);
  }

  /**
   * Other rows are wanted. They are asked for by `conditionRequest` now, or by the next monitor request. Returns why
   * they cannot be, in a sentence; undefined: they can.
   */
  wantConditions(conditions: TableConditions): string | undefined {
    const wanted = changedConditions(this.#wanted, conditions);
    for (const table of this.#replica === undefined ? [] : Object.keys(conditions)) {
      const isMonitored = this.#replica?.schema.tables.has(table) === true;
      if (!isMonitored)
        return `table ${table} is not monitored: name it among the session's tables`;
      const fault = this.#clauseFault(table, wanted.get(table));
      if (fault !== undefined) return fault;
    }
    this.#wanted = wanted;
    return undefined;
  }

  /** Leads the server to the conditions that are wanted; undefined: it has them, or filters nothing. */
  conditionRequest(): NextRequest | undefined {
    const change = this.isLive ? conditionChange(this.#told, this.#wanted) : undefined;
    if (change === undefined || this.#replica === undefined || !this.filters) return undefined;
    this.#told = this.#wanted;
    this.#changesUnanswered++;
    this.#replica.conditions = undefined;
    return { method: 'monitor_cond_change', params: [MONITOR_ID, MONITOR_ID, change] };
  }

  /**
   * The server did what the oldest `conditionRequest` asked for. One that it refused, or never answered, may have been
   * carried out in part: then the replica is read anew the next time.
   */
  conditionsChanged(): void {
    // Of a monitor that was stopped since: its answers come before the new one is live.
    if (!this.isLive || this.#replica === undefined) return;
    this.#changesUnanswered--;
    if (this.#changesUnanswered > 0) return;
    this.#replica.conditions = conditionsText(this.#told);
  }

  /** The server tells no changes any more: `firstRequest` begins anew. */
  stopped(): void {
    this.#phase = 'idle';
    this.#changesUnanswered = 0;
  }

  /** What has no room in two messages is not read anew. */
  #sizeMaxBytes(): number | undefined {
    const { limits } = this.#options;
    return limits === undefined ? undefined : 2 * limits.messageSizeMaxBytes;
  }

  #clauseFault(table: string, clauses: readonly Json[] | undefined): string | undefined {
    if (clauses === undefined || this.#serverSchema === undefined) return undefined;
    return checkClauses(this.#serverSchema, table, clauses);
  }

  /** A condition that this server cannot have is left out: the table is told whole, and the gap is named. */
  #dropUnfitConditions(): SchemaGap[] {
    const unfit: SchemaGap[] = [];
    for (const [table, clauses] of this.#wanted) {
      const fault = this.#clauseFault(table, clauses);
      if (fault === undefined) continue;
      const reason = `${table} is monitored whole, because its condition does not fit: ${fault}`;
      unfit.push({ table, column: undefined, reason });
    }
    const whole = unfit.map(({ table }) => [table, [true]] as const);
    this.#wanted = changedConditions(this.#wanted, Object.fromEntries(whole));
    return unfit;
  }

  #distrust(error: OvsdbError): { readonly ok: false; readonly error: OvsdbError } {
    this.#replica?.distrust();
    return failed(error);
  }

  #monitorRequest(replica: Replica): NextRequest {
    this.#told = this.filters ? this.#wanted : ALL_ROWS;
    const requests = monitorRequests(replica.schema, this.#method, this.#told);
    const params: Json[] = [this.#options.database, MONITOR_ID, requests];
    if (this.#method === 'monitor_cond_since') params.push(replica.lastTransactionId);
    return { method: this.#method, params };
  }
}

function monitorRequests(
  schema: DatabaseSchema,
  method: MonitorMethod,
  conditions: EncodedConditions,
): Json {
  const requests: Record<string, Json> = {};
  for (const [table, columns] of schema.tables) {
    const where = conditions.get(table);
    const request = { columns: [...columns.keys()], ...(where === undefined ? {} : { where }) };
    requests[table] = method === 'monitor' ? request : [request];
  }
  return requests;
}

interface Accepted {
  readonly changes: readonly RowChanged[];
  readonly resumed: boolean;
}

type Accepting = Generator<undefined, Result<Accepted, OvsdbError>>;

function* acceptSince(replica: Replica, reply: Json): Accepting {
  if (!isJsonArray(reply) || reply.length !== 3 || typeof reply[0] !== 'boolean') {
    return failed(
      ovsdbError('bad-value', 'monitor_cond_since answers [found, transaction, updates]'),
    );
  }
  const transactionId = readTransactionId(reply[1]);
  if (!transactionId.ok) return transactionId;
  const [found, , updates = null] = reply;
  if (found && replica.lastTransactionId === ZERO_UUID) {
    return failed(
      ovsdbError('bad-value', 'the server goes on from a transaction that was not named'),
    );
  }
  const changes = found
    ? yield* replica.apply(updates, 'v2', transactionId.value)
    : yield* replica.replaceAll(updates, 'v2', transactionId.value);
  return changes.ok ? ok({ changes: changes.value, resumed: found }) : changes;
}

function* acceptInitial(replica: Replica, reply: Json, format: UpdateFormat): Accepting {
  const changes = yield* replica.replaceAll(reply, format, ZERO_UUID);
  return changes.ok ? ok({ changes: changes.value, resumed: false }) : changes;
}

function* applySince(replica: Replica, params: readonly Json[]): Applying {
  const transactionId = readTransactionId(params[1]);
  if (!transactionId.ok) return transactionId;
  return yield* replica.apply(params[2] ?? null, 'v2', transactionId.value);
}

function* applyPlain(
  method: 'update' | 'update2',
  replica: Replica,
  params: readonly Json[],
): Applying {
  return yield* replica.apply(params[1] ?? null, method === 'update' ? 'v1' : 'v2');
}

function readTransactionId(wire: Json | undefined): Result<Uuid, OvsdbError> {
  if (typeof wire === 'string' && isUuid(wire)) return ok(wire);
  return failed(ovsdbError('bad-value', `a transaction id is a UUID, not ${excerpt(wire)}`));
}
