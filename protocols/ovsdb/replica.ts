/**
 * The replica: the monitored rows of one database, always as they were after some transaction.
 *
 * Each update is checked as a whole before the first row changes, so a reader never sees half of one
 * and a bad one leaves the replica as it was. Rows are never changed in place: a row that one holds
 * stays what it was.
 *
 * Refuses an update that does not fit (a change to a row that is not there, an insert of one that is):
 * the replica has lost step and must be read anew. Refuses to grow above its limit: whoever's server lets it grow pays
 * with its session.
 *
 * Source: RFC 7047 §4.1.5, §4.1.6 (update); ovsdb-server(7) §4.1.12 to §4.1.15 (update2, update3).
 */
import { failed, ok, type Result } from '../base/protocol-error.ts';
import { rowSizeBytes } from './row-size.ts';
import { decodeRowChange, type RowChange, type UpdateFormat } from './row-update.ts';
import { isUuid, type Uuid, ZERO_UUID } from './values/atoms.ts';
import { sameColumn } from './values/column.ts';
import type { DatabaseSchema, TableSchema } from './values/database-schema.ts';
import { excerpt, isJsonObject, type Json, type JsonObject } from './values/json.ts';
import { type OvsdbError, ovsdbError } from './values/protocol-errors.ts';
import type { OvsdbRow } from './values/tables.ts';

export interface ClusterPosition {
  readonly cid: Uuid;
  readonly index: number;
}

/** One row's change: inserted (no old), deleted (no new) or modified (both). */
export interface RowChanged {
  readonly table: string;
  readonly uuid: Uuid;
  readonly old?: OvsdbRow;
  readonly new?: OvsdbRow;
}

/**
 * Work on an update, in steps of ROWS_PER_STEP rows, so that a large one can be done over several
 * turns. The replica changes in the last step or not at all. One at a time, in the order of the wire.
 */
export type Applying = Generator<undefined, Result<readonly RowChanged[], OvsdbError>>;

/** About a millisecond of decoding on a slow core; of rows of 5 KB, the largest that were seen, too. */
const ROWS_PER_STEP = 50;

/** Twice the largest message that brings it (json-splitter.ts). */
export const REPLICA_SIZE_MAX_BYTES = 128 * 1024 * 1024;

type Rows = Map<Uuid, OvsdbRow>;

const NO_ROWS: ReadonlyMap<Uuid, OvsdbRow> = new Map();

export class Replica {
  readonly schema: DatabaseSchema;
  readonly #tables = new Map<string, Rows>();
  readonly #sizeMaxBytes: number;
  #sizeBytes: number;
  #lastTransactionId: Uuid = ZERO_UUID;
  /** Which rows are in it, as conditions.ts puts it into text; undefined: that is changing, so nobody can carry it on. */
  conditions: string | undefined;
  /** How far the log of its cluster had come when the server last said so; kept for who carries it on. */
  clusterPosition: ClusterPosition | undefined;

  /** `previous`: rows to begin with, so that `replaceAll` tells what changed since; it stays as it is. */
  constructor(
    schema: DatabaseSchema,
    previous?: Replica,
    sizeMaxBytes: number = REPLICA_SIZE_MAX_BYTES,
  ) {
    this.schema = schema;
    this.#sizeMaxBytes = sizeMaxBytes;
    this.#sizeBytes = previous === undefined ? 0 : previous.#sizeBytes;
    for (const table of schema.tables.keys()) {
      this.#tables.set(table, new Map(previous?.table(table)));
    }
    this.clusterPosition = previous?.clusterPosition;
  }

  /** The transaction that this state is the state after; all zeros: the server told none. */
  get lastTransactionId(): Uuid {
    return this.#lastTransactionId;
  }

  /** The rows of a monitored table; empty when it is not monitored. Ask again after each event. */
  table(name: string): ReadonlyMap<Uuid, OvsdbRow> {
    return this.#tables.get(name) ?? NO_ROWS;
  }

  row(table: string, uuid: Uuid): OvsdbRow | undefined {
    return this.#tables.get(table)?.get(uuid);
  }

  /** The whole content in one: what was there and is not in it is deleted. */
  *replaceAll(updates: Json, format: UpdateFormat, transactionId: Uuid): Applying {
    const fresh = new Map<string, Rows>();
    for (const table of this.#tables.keys()) fresh.set(table, new Map());
    const changes: RowChanged[] = [];
    let size = 0;
    const fault = yield* this.#decodeAll(updates, format, ({ table, uuid, change }) => {
      if (change.kind !== 'insert') return unfit(table, uuid, `${change.kind} in initial rows`);
      const old = this.row(table, uuid);
      // A row told again stays the same object: half the memory, and nothing to tell.
      const isSame = old !== undefined && sameRow(old, change.row);
      fresh.get(table)?.set(uuid, isSame ? old : change.row);
      if (!isSame) changes.push(rowChanged(table, uuid, old, change.row));
      size += rowSizeBytes(change.row);
      return this.#excess(size);
    });
    if (fault !== undefined) return failed(fault);
    yield* this.#findGone(fresh, changes);
    for (const [table, rows] of fresh) this.#tables.set(table, rows);
    this.#sizeBytes = size;
    this.#lastTransactionId = transactionId;
    return ok(changes);
  }

  /** The next synchronisation reads everything anew: what we hold may be wrong. */
  distrust(): void {
    this.#lastTransactionId = ZERO_UUID;
  }

  /** One update; `transactionId` when it carried one. */
  *apply(
    updates: Json,
    format: UpdateFormat,
    transactionId: Uuid = this.#lastTransactionId,
  ): Applying {
    const changes: RowChanged[] = [];
    let size = this.#sizeBytes;
    const fault = yield* this.#decodeAll(updates, format, (update) => {
      const before = changes.length;
      const unfitting = this.#stage(update, changes);
      if (changes.length > before) size += growthBytes(changes[before]);
      return unfitting ?? this.#excess(size);
    });
    if (fault !== undefined) return failed(fault);
    this.#sizeBytes = size;
    for (const { table, uuid, new: row } of changes) {
      if (row === undefined) this.#tables.get(table)?.delete(uuid);
      else this.#tables.get(table)?.set(uuid, row);
    }
    this.#lastTransactionId = transactionId;
    return ok(changes);
  }

  #excess(sizeBytes: number): OvsdbError | undefined {
    if (sizeBytes <= this.#sizeMaxBytes) return undefined;
    const detail = `the rows of ${this.schema.name} that are monitored have more than ${this.#sizeMaxBytes} bytes`;
    return ovsdbError('database-too-large', detail);
  }

  #stage({ table, uuid, change }: RowUpdate, changes: RowChanged[]): OvsdbError | undefined {
    const old = this.row(table, uuid);
    if (change.kind === 'insert') {
      if (old !== undefined) return unfit(table, uuid, 'inserted, but is there already');
      changes.push({ table, uuid, new: change.row });
      return undefined;
    }
    if (old === undefined) return unfit(table, uuid, `${change.kind} of a row that is not there`);
    if (change.kind === 'delete') {
      changes.push({ table, uuid, old });
      return undefined;
    }
    const row = change.apply(old);
    if (row === undefined)
      return unfit(table, uuid, 'changed an integer above 2^53 to its neighbour');
    if (!sameRow(old, row)) changes.push({ table, uuid, old, new: row });
    return undefined;
  }

  *#decodeAll(
    updates: Json,
    format: UpdateFormat,
    take: TakeUpdate,
  ): Generator<undefined, OvsdbError | undefined> {
    if (!isJsonObject(updates)) return ovsdbError('bad-value', 'updates are an object of tables');
    for (const [table, rows] of Object.entries(updates)) {
      const schema = this.schema.tables.get(table);
      if (schema === undefined || !isJsonObject(rows)) {
        return ovsdbError('bad-value', `${excerpt(table)} is not a monitored table with rows`);
      }
      const fault = yield* decodeTable(table, schema, rows, format, take);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  *#findGone(fresh: ReadonlyMap<string, Rows>, changes: RowChanged[]): Generator<undefined, void> {
    let count = 0;
    for (const [table, rows] of this.#tables) {
      const freshRows = fresh.get(table) ?? NO_ROWS;
      for (const [uuid, old] of rows) {
        if (!freshRows.has(uuid)) changes.push({ table, uuid, old });
        if (++count % ROWS_PER_STEP === 0) yield;
      }
    }
  }
}

interface RowUpdate {
  readonly table: string;
  readonly uuid: Uuid;
  readonly change: RowChange;
}

/** Undefined: it fits. */
type TakeUpdate = (update: RowUpdate) => OvsdbError | undefined;

function* decodeTable(
  table: string,
  schema: TableSchema,
  rows: JsonObject,
  format: UpdateFormat,
  take: TakeUpdate,
): Generator<undefined, OvsdbError | undefined> {
  let count = 0;
  for (const uuid of Object.keys(rows)) {
    if (++count % ROWS_PER_STEP === 0) yield;
    const update = decodeRow(table, schema, uuid, rows[uuid], format);
    const fault = update.ok ? take(update.value) : update.error;
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function decodeRow(
  table: string,
  schema: TableSchema,
  uuid: string,
  wire: Json | undefined,
  format: UpdateFormat,
): Result<RowUpdate, OvsdbError> {
  if (!isUuid(uuid)) return failed(ovsdbError('bad-value', `a row of ${table} has no UUID`));
  const change = decodeRowChange(schema, wire, format);
  if (change.ok) return ok({ table, uuid, change: change.value });
  return failed(ovsdbError('bad-value', `${table} ${uuid}: ${change.error}`));
}

function rowChanged(
  table: string,
  uuid: Uuid,
  old: OvsdbRow | undefined,
  row: OvsdbRow,
): RowChanged {
  return old === undefined ? { table, uuid, new: row } : { table, uuid, old, new: row };
}

function growthBytes(change: RowChanged | undefined): number {
  const sizeOf = (row: OvsdbRow | undefined) => (row === undefined ? 0 : rowSizeBytes(row));
  return sizeOf(change?.new) - sizeOf(change?.old);
}

function unfit(table: string, uuid: Uuid, what: string): OvsdbError {
  return ovsdbError('inconsistent-update', `${table} ${uuid}: ${what}`);
}

function sameRow(a: OvsdbRow, b: OvsdbRow): boolean {
  const columns = Object.keys(a);
  if (columns.length !== Object.keys(b).length) return false;
  for (const column of columns) if (!sameColumn(a[column], b[column])) return false;
  return true;
}
