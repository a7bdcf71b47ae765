/**
 * Transactions: builds the operations of one, and finds in its reply what was done or what failed.
 *
 * Pure text to text; the session sends. A transaction of an ovsdb-server is atomic: either all its
 * operations took effect or none.
 *
 * Trap: a reply holds one result per operation, null for those after a failed one, and one more when
 * the commit itself failed (a constraint, a dangling reference).
 *
 * Source: RFC 7047 §4.1.3, §5.2.
 */
import { NamedUuidRef, type Uuid, UuidRef } from './values/atoms.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject, member } from './values/json.ts';
import { readServerError, type ServerErrorCode } from './values/server-errors.ts';
import { encodeValue, type InputRow, type InputValue } from './values/wire-value.ts';

/** RFC 7047 §5.1 <condition>. */
export type Condition = readonly [column: string, test: ConditionTest, value: InputValue];
export type ConditionTest = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'includes' | 'excludes';

/** RFC 7047 §5.1 <mutation>. */
export type Mutation = readonly [column: string, mutator: Mutator, value: InputValue];
export type Mutator = '+=' | '-=' | '*=' | '/=' | '%=' | 'insert' | 'delete';

/** One operation in its wire form. */
export type Operation = JsonObject;

/** The row whose UUID is this one. */
export function whereUuid(uuid: Uuid): readonly Condition[] {
  return [['_uuid', '==', new UuidRef(uuid)]];
}

/** Collects operations in order; one builder, one transaction. */
export class Transaction {
  readonly #operations: Operation[] = [];
  #names = 0;

  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /**
   * Returns a reference by which later operations name the new row. `uuid`: the UUID that it is to have (Open vSwitch
   * 2.17 and later); left out, the server chooses.
   */
  insert(table: string, row: InputRow, uuid?: Uuid): NamedUuidRef {
    // Table names have letters, digits and underscores only, as an <id> must.
    const name = `${table}_${++this.#names}`;
    const given = uuid === undefined ? {} : { uuid };
    this.#add({ op: 'insert', table, row: encodeRow(table, row), 'uuid-name': name, ...given });
    return new NamedUuidRef(name);
  }

  select(table: string, where: readonly Condition[], columns?: readonly string[]): this {
    const operation = { op: 'select', table, where: encodeConditions(table, where) };
    return this.#add(columns === undefined ? operation : { ...operation, columns });
  }

  update(table: string, where: readonly Condition[], row: InputRow): this {
    const found = encodeConditions(table, where);
    return this.#add({ op: 'update', table, where: found, row: encodeRow(table, row) });
  }

  mutate(table: string, where: readonly Condition[], mutations: readonly Mutation[]): this {
    const encoded = mutations.map(([column, mutator, value]) => [
      column,
      mutator,
      encodeFor(table, column, value),
    ]);
    const found = encodeConditions(table, where);
    return this.#add({ op: 'mutate', table, where: found, mutations: encoded });
  }

  delete(table: string, where: readonly Condition[]): this {
    return this.#add({ op: 'delete', table, where: encodeConditions(table, where) });
  }

  /**
   * Goes on only when the rows that `where` finds are (or are not) these. With the default timeout of
   * zero a guard fails at once ("timed out"); any longer holds the transaction on the server.
   */
  wait(
    table: string,
    where: readonly Condition[],
    rows: readonly InputRow[],
    options: {
      readonly columns?: readonly string[];
      readonly until?: '==' | '!=';
      readonly timeoutMs?: number;
    } = {},
  ): this {
    const columns = options.columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return this.#add({
      op: 'wait',
      timeout: options.timeoutMs ?? 0,
      table,
      where: encodeConditions(table, where),
      columns,
      until: options.until ?? '==',
      rows: rows.map((row) => encodeRow(table, row)),
    });
  }

  /** Text for the server's log of transactions. */
  comment(text: string): this {
    return this.#add({ op: 'comment', comment: text });
  }

  /** Fails with "not owner" unless this connection holds the lock. */
  assertLock(lock: string): this {
    return this.#add({ op: 'assert', lock });
  }

  commit(durable: boolean): this {
    return this.#add({ op: 'commit', durable });
  }

  abort(): this {
    return this.#add({ op: 'abort' });
  }

  #add(operation: Operation): this {
    this.#operations.push(operation);
    return this;
  }
}

export function encodeCondition(table: string, [column, test, value]: Condition): Json {
  return [column, test, encodeFor(table, column, value)];
}

function encodeConditions(table: string, conditions: readonly Condition[]): Json {
  return conditions.map((condition) => encodeCondition(table, condition));
}

function encodeRow(table: string, row: InputRow): JsonObject {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, encodeFor(table, column, value)]),
  );
}

/** What cannot be sent exactly is our own fault, and it is said where. */
function encodeFor(table: string, column: string, value: InputValue): Json {
  try {
    return encodeValue(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`${table}.${column}: ${error.message}`);
  }
}

/** What one operation did; which member is there depends on the operation. */
export interface OperationResult {
  /** insert: the new row. */
  readonly uuid?: Uuid;
  /** update, mutate, delete: how many rows. */
  readonly count?: number;
  /** select: rows in wire form; read columns by decodeUntyped. */
  readonly rows?: readonly JsonObject[];
}

export interface TransactFailure {
  /** In the server's own words, e.g. "timed out", "not owner", "constraint violation"; one of a closed catalogue. */
  readonly code: ServerErrorCode;
  /** Counted from 0; "lock": the lock's assertion; "commit": all operations passed, the commit did not. */
  readonly operation: number | 'lock' | 'commit';
  readonly details: string;
}

export type TransactResult =
  | { readonly ok: true; readonly results: readonly OperationResult[] }
  | { readonly ok: false; readonly failure: TransactFailure };

/**
 * Undefined: the reply is not one to `operationCount` operations. `assertedLock`: an assertion was put
 * before them.
 */
export function readTransactReply(
  reply: Json,
  operationCount: number,
  assertedLock: boolean,
): TransactResult | undefined {
  if (!isJsonArray(reply)) return undefined;
  const skipped = assertedLock ? 1 : 0;
  const sent = operationCount + skipped;
  const failedAt = reply.findIndex(
    (result) => isJsonObject(result) && Object.hasOwn(result, 'error'),
  );
  if (failedAt !== -1) {
    const where = failedAt >= sent ? 'commit' : failedAt < skipped ? 'lock' : failedAt - skipped;
    return { ok: false, failure: { ...readServerError(reply[failedAt]), operation: where } };
  }
  if (reply.length !== sent || !reply.every(isJsonObject)) return undefined;
  return { ok: true, results: reply.slice(skipped).map(readOperationResult) };
}

function readOperationResult(wire: JsonObject): OperationResult {
  const uuid = member(wire, 'uuid');
  const count = member(wire, 'count');
  const rows = member(wire, 'rows');
  return {
    ...(isJsonArray(uuid) && typeof uuid[1] === 'string' ? { uuid: uuid[1] as Uuid } : {}),
    ...(typeof count === 'number' ? { count } : {}),
    ...(isJsonArray(rows) ? { rows: rows.filter(isJsonObject) } : {}),
  };
}
