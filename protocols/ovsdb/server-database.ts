/**
 * The `_Server` database: what the server says of the database that we are there for.
 *
 * Monitored beside the database itself, over the same connection. It is asked for before anything is known of the
 * server, so that it costs no round trip; a server that has none (before Open vSwitch 2.9) refuses, and is taken for a
 * standalone one.
 *
 * Source: ovsdb-server(5) (the schema of _Server); ovsdb-server(7) §4.1.12, "Database Schema Versioning".
 */
import { failed, ok, type Result } from '../base/protocol-error.ts';
import { type ClusterPosition, Replica } from './replica.ts';
import type { DatabaseStatus, NextRequest } from './session-events.ts';
import type { Uuid } from './values/atoms.ts';
import { columnType } from './values/column.ts';
import type { DatabaseSchema } from './values/database-schema.ts';
import type { Json } from './values/json.ts';
import { type OvsdbError, ovsdbError } from './values/protocol-errors.ts';
import type { OvsdbRow } from './values/tables.ts';

/** Names the monitor of `_Server`. */
export const SERVER_MONITOR_ID = 'nva-server';

const DATABASE_COLUMNS = new Map([
  ['name', columnType('string', undefined, 1, 1)],
  ['model', columnType('string', undefined, 1, 1)],
  ['connected', columnType('boolean', undefined, 1, 1)],
  ['leader', columnType('boolean', undefined, 1, 1)],
  ['cid', columnType('uuid', undefined, 0, 1)],
  ['sid', columnType('uuid', undefined, 0, 1)],
  ['index', columnType('integer', undefined, 0, 1)],
]);

const SCHEMA: DatabaseSchema = {
  name: '_Server',
  version: '1.0.0',
  tables: new Map([['Database', DATABASE_COLUMNS]]),
};

const UNSERVED: DatabaseStatus = {
  isServed: false,
  model: 'standalone',
  connected: false,
  leader: false,
  cid: undefined,
  sid: undefined,
};

/** It is one row. */
const SIZE_MAX_BYTES = 64 * 1024;

type Accepting = Generator<undefined, Result<DatabaseStatus | undefined, OvsdbError>>;

export class ServerDatabase {
  readonly #database: string;
  readonly #replica = new Replica(SCHEMA, undefined, SIZE_MAX_BYTES);
  #status: DatabaseStatus | undefined;
  #position: ClusterPosition | undefined;

  constructor(database: string) {
    this.#database = database;
  }

  /** Undefined: the server has not said, or does not. */
  get status(): DatabaseStatus | undefined {
    return this.#status;
  }

  /** How far the log of its cluster has come; undefined: not clustered. */
  get position(): ClusterPosition | undefined {
    return this.#position;
  }

  firstRequest(): NextRequest {
    const columns = [...DATABASE_COLUMNS.keys()];
    const where = [['name', '==', this.#database]];
    return {
      method: 'monitor_cond',
      params: ['_Server', SERVER_MONITOR_ID, { Database: [{ columns, where }] }],
    };
  }

  /** The reply to the request; what is news, if anything. */
  *acceptMonitor(reply: Json): Accepting {
    const changes = yield* this.#replica.replaceAll(reply, 'v2', this.#replica.lastTransactionId);
    return changes.ok ? ok(this.#look()) : changes;
  }

  /** An update2 notification; what is news, if anything. */
  *acceptUpdate(params: readonly Json[]): Accepting {
    if (this.#status === undefined) {
      return failed(ovsdbError('unknown-monitor', 'an update of _Server, which is not monitored'));
    }
    const changes = yield* this.#replica.apply(params[1] ?? null, 'v2');
    return changes.ok ? ok(this.#look()) : changes;
  }

  #look(): DatabaseStatus | undefined {
    const rows = [...this.#replica.table('Database').values()];
    const row = rows.find(({ name }) => name === this.#database);
    const status = row === undefined ? UNSERVED : readStatus(row);
    const { cid } = status;
    const index = row?.index;
    this.#position = cid !== undefined && typeof index === 'number' ? { cid, index } : undefined;
    const isNews = JSON.stringify(status) !== JSON.stringify(this.#status);
    this.#status = status;
    return isNews ? status : undefined;
  }
}

function readStatus(row: OvsdbRow): DatabaseStatus {
  const model = row.model === 'clustered' || row.model === 'relay' ? row.model : 'standalone';
  return {
    isServed: true,
    model,
    connected: row.connected === true,
    leader: row.leader === true,
    // The types are those of SCHEMA: the replica holds nothing else.
    cid: row.cid as Uuid | undefined,
    sid: row.sid as Uuid | undefined,
  };
}

/** Why a session on this server must end; undefined: it may go on. `seen`: by this session or the one before it. */
export function serverFault(
  { status, position }: Pick<ServerDatabase, 'status' | 'position'>,
  leaderOnly: boolean,
  seen: ClusterPosition | undefined,
): OvsdbError | undefined {
  if (status === undefined || !status.isServed || status.model === 'standalone') return undefined;
  const { model, connected, leader } = status;
  if (!connected) {
    const from = model === 'relay' ? 'the server that it relays' : 'its cluster';
    return ovsdbError('not-connected', `the server is cut off from ${from}: try another one`);
  }
  if (leaderOnly && (model === 'relay' || !leader)) {
    const what = model === 'relay' ? 'a relay' : 'a follower';
    return ovsdbError('not-leader', `the server is ${what}: try another one`);
  }
  if (position === undefined || position.cid !== seen?.cid || position.index >= seen.index) return;
  const detail = `the server is at entry ${position.index} of its cluster's log and ${seen.index} has been seen`;
  return ovsdbError('stale-server', `${detail}: try another one`);
}
