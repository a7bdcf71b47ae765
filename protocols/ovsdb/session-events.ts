/**
 * What a database session is given and what it tells: the vocabulary between it and its user.
 */
import type { DurationMs } from '../base/units.ts';
import type { TableConditions } from './conditions.ts';
import type { Replica, RowChanged } from './replica.ts';
import type { TransactResult } from './transaction.ts';
import type { Uuid } from './values/atoms.ts';
import type { SchemaGap, WantedColumns } from './values/database-schema.ts';
import type { Json } from './values/json.ts';
import type { OvsdbError } from './values/protocol-errors.ts';
import type { ServerError } from './values/server-errors.ts';
import type { SplitterLimits } from './wire/json-splitter.ts';

export interface OvsdbSessionOptions {
  /** E.g. "Open_vSwitch". */
  readonly database: string;
  readonly tables: WantedColumns;
  /** Which rows of a table are monitored; all of a table that is not named. `changeConditions` changes them live. */
  readonly conditions?: TableConditions;
  /** Ends the session with `not-leader` on any server of a cluster but its leader: go to the next one. */
  readonly leaderOnly?: boolean;
  /** Silence after which the peer is asked to echo; as much again ends the session. 0: never. */
  readonly probeIntervalMs: DurationMs;
  readonly requestTimeoutMs: DurationMs;
  /** From the first byte of a message to its last; 60 s when left out. */
  readonly messageTimeoutMs?: DurationMs;
  /**
   * The replica of the session before, when it was of the same server: its rows are carried on from
   * its last transaction, and `synced` tells the difference. The new session owns it from then on.
   */
  readonly resume?: Replica;
  /** A lock to ask for once synchronised (RFC 7047 §4.1.8). An <id>: letters, digits, underscores. */
  readonly lock?: string;
  readonly limits?: SplitterLimits;
}

/** From best to oldest; the first that the server knows is used. */
export type MonitorMethod = 'monitor_cond_since' | 'monitor_cond' | 'monitor';

/** `stolen`: somebody took it by force; `released`: we gave it back. */
export type LockState = 'locked' | 'waiting' | 'stolen' | 'released';

/** What is to be sent next. */
export interface NextRequest {
  readonly method: string;
  readonly params: readonly Json[];
}

export type DatabaseModel = 'standalone' | 'clustered' | 'relay';

export interface DatabaseStatus {
  /** False: the server does not have our database, or not any more. */
  readonly isServed: boolean;
  readonly model: DatabaseModel;
  /** To its cluster or to the server that it relays; a standalone one always is. */
  readonly connected: boolean;
  /** Of its cluster; a standalone one always is. */
  readonly leader: boolean;
  /** Of the cluster; undefined: not clustered, or not joined yet. */
  readonly cid: Uuid | undefined;
  /** Of the server within its cluster. */
  readonly sid: Uuid | undefined;
}

/** How the replica came in step with the server. */
export interface Synchronisation {
  /** All zeros: the server tells none, and the next session reads everything. */
  readonly lastTransactionId: Uuid;
  readonly schemaVersion: string;
  readonly gaps: readonly SchemaGap[];
  readonly method: MonitorMethod;
  /** True: the server knew our last transaction and sent only what came after. */
  readonly resumed: boolean;
  /** False: conditions were given, and this server does not filter: the replica has all rows. */
  readonly filters: boolean;
}

export type OvsdbEvent =
  | ({
      readonly type: 'synced';
      /** Since the replica to resume from, or since nothing. */
      readonly changes: readonly RowChanged[];
    } & Synchronisation)
  /**
   * The monitor had ended (the database was converted: another schema, maybe other gaps) and is in step again.
   * Meanwhile the replica stayed as it was; what changed follows as `changed`.
   */
  | ({ readonly type: 'resynced' } & Synchronisation)
  | { readonly type: 'changed'; readonly changes: readonly RowChanged[] }
  /** What the server's `_Server` database says of ours, when that is news; never from one before Open vSwitch 2.9. */
  | { readonly type: 'server'; readonly status: DatabaseStatus }
  | { readonly type: 'lock'; readonly state: LockState }
  | { readonly type: 'reply'; readonly id: number; readonly result: TransactResult }
  /** To any request but a transaction; rows that come or go with new conditions were told before it. */
  | { readonly type: 'answer'; readonly id: number; readonly result: Json }
  /** The outcome of the transaction is unknown when `error.code` is request-timeout or connection-lost. */
  | {
      readonly type: 'request-failed';
      readonly id: number;
      readonly error: OvsdbError;
      /** What the server said, if it was the server that refused. */
      readonly server?: ServerError;
    }
  /** A message was forgotten or refused; the session goes on. The first hundred of a session are told. */
  | { readonly type: 'dropped'; readonly error: OvsdbError }
  /** The last event. Close the connection. */
  | { readonly type: 'ended'; readonly error: OvsdbError };
