/**
 * Checks a transaction against the server's schema before anything of it is sent, so that a mistake of ours is named by
 * table, column and remedy, and costs the server nothing.
 *
 * What depends on rows (references, indexes, a column's value after a mutation) stays the server's to say. A table or
 * column whose schema we cannot read is not checked.
 *
 * Source: RFC 7047 §5.1 (<condition>, <mutation>), §5.2; what Open vSwitch allows beyond it (ovsdb-server(7) §5.2:
 * order tests on optional columns, a map's keys to be deleted, `true` and `false` as conditions).
 */
import {
  anyKeysOf,
  anyNumber,
  anyNumberOf,
  checkText,
  checkValue,
  type NamedRows,
  ROW_ID,
} from './check-value.ts';
import type { Operation } from './transaction.ts';
import { type ColumnType, describeColumnType } from './values/column.ts';
import { excerpt, isJsonArray, isJsonObject, type Json, member } from './values/json.ts';
import type { ServerColumn, ServerSchema, ServerTable } from './values/server-schema.ts';

/** RFC 7047 §3.1 <id>. */
const ID = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** One sentence about the first fault; undefined: there is none. */
export function checkOperations(
  schema: ServerSchema,
  operations: readonly Operation[],
): string | undefined {
  const named = namedRows(operations);
  if (typeof named === 'string') return named;
  for (const [index, operation] of operations.entries()) {
    const fault = checkOperation(schema, operation, named);
    if (fault !== undefined) return `operation ${index}: ${fault}`;
  }
  return undefined;
}

/** The conditions of a monitor. */
export function checkClauses(
  schema: ServerSchema,
  table: string,
  clauses: readonly Json[],
): string | undefined {
  return new TableCheck(schema, table, NO_NAMES).conditions(clauses);
}

const NO_NAMES: NamedRows = new Map();

function namedRows(operations: readonly Operation[]): NamedRows | string {
  const named = new Map<string, string>();
  for (const [index, operation] of operations.entries()) {
    const name = operation.op === 'insert' ? member(operation, 'uuid-name') : undefined;
    if (name === undefined) continue;
    if (typeof name !== 'string' || !ID.test(name)) {
      return `operation ${index}: a uuid-name has letters, digits and underscores, not ${excerpt(name)}`;
    }
    if (named.has(name)) return `operation ${index}: two new rows are named ${name}: rename one`;
    named.set(name, String(operation.table));
  }
  return named;
}

type Check = (check: TableCheck, operation: Operation) => string | undefined;

const CHECKS: Readonly<Record<string, Check>> = {
  insert: (check, { row }) => check.row(row, 'insert'),
  select: (check, { where, columns }) => check.conditions(where) ?? check.columns(columns),
  update: (check, { where, row }) => check.conditions(where) ?? check.row(row, 'update'),
  mutate: (check, { where, mutations }) => check.conditions(where) ?? check.mutations(mutations),
  delete: (check, { where }) => check.conditions(where),
  wait: (check, { where, columns, until, rows }) =>
    check.conditions(where) ?? check.columns(columns) ?? check.waitedRows(until, rows),
};

const WITHOUT_TABLE: ReadonlySet<Json> = new Set(['commit', 'abort', 'comment', 'assert']);

function checkOperation(
  schema: ServerSchema,
  operation: Operation,
  named: NamedRows,
): string | undefined {
  const { op, table, comment } = operation;
  if (op === 'comment' && typeof comment === 'string') return checkComment(comment);
  if (WITHOUT_TABLE.has(op ?? null)) return undefined;
  const check = typeof op === 'string' && Object.hasOwn(CHECKS, op) ? CHECKS[op] : undefined;
  if (check === undefined) return `${excerpt(op)} is none of RFC 7047's operations`;
  if (typeof table !== 'string' || !schema.tables.has(table)) {
    return `the server has no table ${excerpt(table)} to ${op}: its ${schema.name} is version ${schema.version}`;
  }
  return check(new TableCheck(schema, table, named), operation);
}

function checkComment(text: string): string | undefined {
  const fault = checkText(text);
  return fault && `a comment ${fault}`;
}

class TableCheck {
  readonly #table: string;
  /** Undefined: it cannot be read. */
  readonly #columns: ServerTable | undefined;
  readonly #version: string;
  readonly #named: NamedRows;

  constructor(schema: ServerSchema, table: string, named: NamedRows) {
    this.#table = table;
    this.#columns = schema.tables.get(table);
    this.#version = `its ${schema.name} is version ${schema.version}`;
    this.#named = named;
  }

  row(row: Json | undefined, op: 'insert' | 'update' | 'wait'): string | undefined {
    if (!isJsonObject(row)) return `${op} of ${this.#table} without a row`;
    for (const [column, value] of Object.entries(row)) {
      const found = this.#find(column);
      if (typeof found === 'string') return found;
      if (found === undefined) continue;
      if (op === 'insert' && found === ROW_ID) {
        return `${this.#table}.${column} is the server's to choose: leave it out`;
      }
      if (op === 'update' && !found.isMutable) return this.#fixed(column);
      const fault = checkValue(found, value, this.#named);
      if (fault !== undefined) return `${this.#table}.${column} ${fault}`;
    }
    return undefined;
  }

  columns(columns: Json | undefined): string | undefined {
    if (columns === undefined) return undefined;
    if (!isJsonArray(columns)) return `the columns of ${this.#table} are to be named in an array`;
    const seen = new Set<Json>();
    for (const column of columns) {
      const found = this.#find(column);
      if (typeof found === 'string') return found;
      if (seen.has(column)) return `${this.#table}.${column} is named twice: once is enough`;
      seen.add(column);
    }
    return undefined;
  }

  waitedRows(until: Json | undefined, rows: Json | undefined): string | undefined {
    if (until !== '==' && until !== '!=')
      return `a wait is until "==" or "!=", not ${excerpt(until)}`;
    if (!isJsonArray(rows)) return `a wait on ${this.#table} without rows`;
    for (const row of rows) {
      const fault = this.row(row, 'wait');
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  conditions(where: Json | undefined): string | undefined {
    if (!isJsonArray(where))
      return `the rows of ${this.#table} are to be found by an array of conditions`;
    for (const condition of where) {
      const fault = this.#condition(condition);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  mutations(mutations: Json | undefined): string | undefined {
    if (!isJsonArray(mutations)) return `mutate of ${this.#table} without an array of mutations`;
    for (const mutation of mutations) {
      const fault = this.#mutation(mutation);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #condition(condition: Json): string | undefined {
    if (typeof condition === 'boolean') return undefined;
    if (!isTriple(condition)) return `a condition on ${this.#table} is [column, test, value]`;
    const [column, test, value] = condition;
    const found = this.#find(column);
    if (typeof found === 'string' || found === undefined) return found;
    const fault = checkTest(found, test, value, this.#named);
    return fault && `${this.#table}.${column} ${fault}`;
  }

  #mutation(mutation: Json): string | undefined {
    if (!isTriple(mutation)) return `a mutation of ${this.#table} is [column, mutator, value]`;
    const [column, mutator, value] = mutation;
    const found = this.#find(column);
    if (typeof found === 'string' || found === undefined) return found;
    if (!found.isMutable) return this.#fixed(column);
    const fault = checkMutator(found, mutator, value, this.#named);
    return fault && `${this.#table}.${column} ${fault}`;
  }

  /** Text: there is none; undefined: it cannot be read. */
  #find(column: Json): ServerColumn | string | undefined {
    if (column === '_uuid' || column === '_version') return ROW_ID;
    if (this.#columns === undefined) return undefined;
    if (typeof column === 'string' && this.#columns.has(column)) return this.#columns.get(column);
    const name =
      typeof column === 'string' ? `${this.#table}.${column.slice(0, 80)}` : excerpt(column);
    return `the server has no column ${name}: leave it out (${this.#version})`;
  }

  #fixed(column: Json): string {
    return `${this.#table}.${column} keeps the value that its row was inserted with: replace the row`;
  }
}

function isTriple(wire: Json): wire is readonly [Json, Json, Json] {
  return isJsonArray(wire) && wire.length === 3;
}

const ORDER_TESTS: ReadonlySet<Json> = new Set(['<', '<=', '>', '>=']);
const ARITHMETIC: ReadonlySet<Json> = new Set(['+=', '-=', '*=', '/=', '%=']);

function isNumeric({ shape, key }: ColumnType, shapes: readonly ColumnType['shape'][]): boolean {
  return shapes.includes(shape) && (key === 'integer' || key === 'real');
}

function checkTest(
  column: ServerColumn,
  test: Json,
  value: Json,
  named: NamedRows,
): string | undefined {
  const { type } = column;
  if (ORDER_TESTS.has(test)) {
    if (!isNumeric(type, ['scalar', 'optional'])) return unfit(type, `compared by ${test}`);
    return checkValue({ ...column, type: { ...type, min: 1 } }, value, named);
  }
  switch (test) {
    case '==':
    case '!=':
      return checkValue(column, value, named);
    case 'includes':
      return checkValue(
        type.shape === 'scalar' ? column : anyNumberOf(column, type.max),
        value,
        named,
      );
    case 'excludes':
      return checkValue(
        type.shape === 'scalar' ? column : anyNumberOf(column, UNBOUND),
        value,
        named,
      );
    default:
      return `has no test ${excerpt(test)}`;
  }
}

const UNBOUND = Number.POSITIVE_INFINITY;

function checkMutator(
  column: ServerColumn,
  mutator: Json,
  value: Json,
  named: NamedRows,
): string | undefined {
  const { type } = column;
  if (ARITHMETIC.has(mutator)) {
    const fits = isNumeric(type, ['scalar', 'optional', 'set']);
    if (!fits || (mutator === '%=' && type.key === 'real')) {
      return unfit(type, `mutated by ${mutator}`);
    }
    return checkValue(anyNumber(type.key), value, named);
  }
  if (mutator !== 'insert' && mutator !== 'delete') return `has no mutator ${excerpt(mutator)}`;
  if (type.shape === 'scalar') return unfit(type, `mutated by ${mutator}: update it`);
  if (mutator === 'insert') return checkValue(anyNumberOf(column, type.max), value, named);
  const isByKeys = type.shape === 'map' && !(isJsonArray(value) && value[0] === 'map');
  return checkValue(isByKeys ? anyKeysOf(column) : anyNumberOf(column, UNBOUND), value, named);
}

function unfit(type: ColumnType, what: string): string {
  return `holds ${describeColumnType(type)}, which cannot be ${what}`;
}
