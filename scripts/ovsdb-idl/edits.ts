/**
 * Changes to rows in the words of the cases ("set 0 b 1, insert 2, verify 1 r, delete 1"), as one transaction.
 *
 * What was read is asserted by `wait` operations in front, so that a transaction that was decided on old rows fails with
 * "timed out" and can be tried again.
 */
import { type Condition, Transaction, whereUuid } from '../../protocols/ovsdb/transaction.ts';
import { isUuid, type Uuid, UuidRef } from '../../protocols/ovsdb/values/atoms.ts';
import type { ColumnValue } from '../../protocols/ovsdb/values/column.ts';
import type { OvsdbRow } from '../../protocols/ovsdb/values/tables.ts';
import type { InputRow, InputValue } from '../../protocols/ovsdb/values/wire-value.ts';
import type { IdlClient, Outcome } from './client.ts';

/** A row that is there, or that this transaction inserts. */
interface EditedRow {
  readonly table: string;
  readonly uuid: Uuid | undefined;
  readonly i: ColumnValue;
  inserted?: { readonly row: Record<string, InputValue>; readonly asUuid?: Uuid };
}

export type Status = 'success' | 'try again' | 'aborted' | 'unchanged' | 'error';

interface Fetch {
  readonly table: string;
  readonly uuid: Uuid;
  readonly column: string;
}

export class Edits {
  readonly #client: IdlClient;
  readonly #verified: { uuid: Uuid; row: InputRow }[] = [];
  readonly #inserted: EditedRow[] = [];
  readonly #updated = new Map<Uuid, Record<string, InputValue>>();
  readonly #deleted: Uuid[] = [];
  /** More operations, for which the words above have no name. */
  readonly more: ((transaction: Transaction) => void)[] = [];
  readonly #fetched: Fetch[] = [];
  #incremented: Uuid | undefined;
  /** After success: of the incremented row. */
  incrementedTo: number | undefined;

  constructor(client: IdlClient) {
    this.#client = client;
  }

  get isIncrement(): boolean {
    return this.#incremented !== undefined;
  }

  /** One command; its words after the name. */
  command(name: string, args: readonly string[]): void {
    const [first = '', second = '', third = ''] = args;
    switch (name) {
      case 'set':
        this.#set(this.#find(first), second, third);
        break;
      case 'insert':
        this.#insert(Number(first));
        break;
      case 'insert_uuid':
        this.#insert(Number(second), first);
        break;
      case 'delete':
        this.#deleted.push(this.#existing(first));
        break;
      case 'verify':
        this.#verify(this.#find(first).uuid, second);
        break;
      case 'increment':
        this.#incremented = this.#existing(first);
        break;
      case 'fetch':
        this.#fetched.push({ table: 'simple', uuid: this.#existing(first), column: second });
        break;
      default:
        throw new Error(`unknown command ${name}`);
    }
  }

  async commit(): Promise<Status> {
    const transaction = this.#build();
    if (transaction.operations.length === 0) return 'unchanged';
    const outcome = await this.#client.transact(transaction);
    if (outcome.ok) {
      this.#readSelects(outcome);
      return 'success';
    }
    return statusOf(outcome);
  }

  #build(): Transaction {
    const transaction = new Transaction();
    for (const { uuid, row } of this.#verified) transaction.wait('simple', whereUuid(uuid), [row]);
    for (const uuid of this.#deleted) transaction.delete('simple', whereUuid(uuid));
    for (const [uuid, row] of this.#updated) transaction.update('simple', whereUuid(uuid), row);
    for (const { table, inserted } of this.#inserted) {
      if (inserted === undefined) continue;
      transaction.insert(table, inserted.row, inserted.asUuid);
    }
    for (const add of this.more) add(transaction);
    const incremented = this.#incremented;
    if (incremented !== undefined) {
      transaction.mutate('simple', whereUuid(incremented), [['i', '+=', 1]]);
      transaction.select('simple', whereUuid(incremented), ['i']);
    }
    for (const { table, uuid, column } of this.#fetched) {
      transaction.select(table, whereUuid(uuid), [column]);
    }
    return transaction;
  }

  #readSelects(outcome: Extract<Outcome, { ok: true }>): void {
    const selects = outcome.results.filter((result) => result.rows !== undefined);
    if (this.#incremented !== undefined) {
      this.incrementedTo = Number(selects.shift()?.rows?.[0]?.i);
    }
    for (const [index, fetch] of this.#fetched.entries()) {
      const value = selects[index]?.rows?.[0]?.[fetch.column];
      this.#client.fetched(fetch.uuid, fetch.column, value as ColumnValue);
    }
  }

  #find(i: string): EditedRow {
    const wanted = Number(i);
    const inserted = this.#inserted.find((row) => row.i === wanted);
    if (inserted !== undefined) return inserted;
    for (const [uuid, row] of this.#client.rows.get('simple') ?? []) {
      if (row.i === wanted) return { table: 'simple', uuid, i: wanted };
    }
    throw new Error(`there is no row with i=${i}`);
  }

  #existing(i: string): Uuid {
    const { uuid } = this.#find(i);
    if (uuid === undefined) throw new Error(`the row with i=${i} is not in the database yet`);
    return uuid;
  }

  #insert(i: number, uuid?: string): void {
    if (uuid !== undefined && !isUuid(uuid)) throw new Error(`${uuid} is no UUID`);
    const inserted = { row: { i }, ...(uuid === undefined ? {} : { asUuid: uuid }) };
    this.#inserted.push({ table: 'simple', uuid: undefined, i, inserted });
  }

  #set(row: EditedRow, column: string, text: string): void {
    const value = parseColumn(column, text);
    if (row.inserted !== undefined) row.inserted.row[column] = value;
    else if (row.uuid !== undefined) {
      this.#updated.set(row.uuid, { ...this.#updated.get(row.uuid), [column]: value });
    }
  }

  /** A row that is inserted here cannot have changed meanwhile. */
  #verify(uuid: Uuid | undefined, column: string): void {
    if (uuid === undefined) return;
    const value = this.#client.row('simple', uuid)?.[column];
    const input = column === 'u' ? new UuidRef(value as Uuid) : (value as InputValue);
    this.#verified.push({ uuid, row: { [column]: input } });
  }
}

function statusOf(outcome: Exclude<Outcome, { ok: true }>): Status {
  if ('error' in outcome) {
    process.stderr.write(`${outcome.error.code}: ${outcome.error.detail}\n`);
    return 'error';
  }
  const { code, details } = outcome.failure;
  process.stderr.write(`${code}: ${details}\n`);
  return code === 'timed out' ? 'try again' : 'error';
}

function parseColumn(column: string, text: string): InputValue {
  switch (column) {
    case 'b':
      return text === '1';
    case 's':
      return text;
    case 'u':
      return new UuidRef(text as Uuid);
    case 'r':
      return Number(text);
    default:
      throw new Error(`unknown column ${column}`);
  }
}

/** The row of this table whose name is this one. */
export function named(client: IdlClient, table: string, name: string): readonly Condition[] {
  return whereUuid(namedUuid(client, table, name));
}

export function namedUuid(client: IdlClient, table: string, name: string): Uuid {
  const rows: Iterable<[Uuid, OvsdbRow]> = client.rows.get(table) ?? [];
  for (const [uuid, row] of rows) if (row.name === name) return uuid;
  throw new Error(`${table} has no row named ${name}`);
}
