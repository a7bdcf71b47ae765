/**
 * A database's schema as its server tells it, reduced to what a client needs: which tables and columns
 * there are and what type each column has.
 *
 * Source: RFC 7047 §3.2, §4.1.2.
 */
import { failed, ok, type Result } from '../../base/protocol-error.ts';
import { type ColumnType, columnType, describeColumnType } from './column.ts';
import type { Json } from './json.ts';
import { type OvsdbError, ovsdbError } from './protocol-errors.ts';
import { parseServerSchema, type ServerSchema, type ServerTable } from './server-schema.ts';

export type TableSchema = ReadonlyMap<string, ColumnType>;

export interface DatabaseSchema {
  readonly name: string;
  /** "x.y.z" */
  readonly version: string;
  readonly tables: ReadonlyMap<string, TableSchema>;
}

/** Tables by name, each with the columns that one asks for. */
export type WantedColumns = Readonly<Record<string, readonly string[]>>;

/** Reads the wanted tables and columns only: the rest of a schema cannot be wrong. */
export function parseDatabaseSchema(
  wire: Json | undefined,
  wanted: WantedColumns,
): Result<DatabaseSchema, OvsdbError> {
  const parsed = parseServerSchema(wire);
  return parsed.ok ? wantedPart(parsed.value, wanted) : parsed;
}

/** Every row has it, and no schema names it: a UUID that changes with the row (RFC 7047 §3.2). */
const ROW_VERSION = columnType('uuid', undefined, 1, 1);

/** The wanted tables and columns, as far as the server has them. */
export function wantedPart(
  { name, version, tables: offered }: ServerSchema,
  wanted: WantedColumns,
): Result<DatabaseSchema, OvsdbError> {
  const tables = new Map<string, TableSchema>();
  for (const [table, columns] of Object.entries(wanted)) {
    if (!offered.has(table)) continue;
    const offeredTable = offered.get(table);
    if (offeredTable === undefined) return bad(`table ${table} has no columns`);
    const kept = wantedTable(table, offeredTable, columns);
    if (!kept.ok) return kept;
    tables.set(table, kept.value);
  }
  return ok({ name, version, tables });
}

function wantedTable(
  table: string,
  offered: ServerTable,
  columns: readonly string[],
): Result<TableSchema, OvsdbError> {
  const kept = new Map<string, ColumnType>();
  for (const column of columns) {
    const type = column === '_version' ? ROW_VERSION : offered.get(column)?.type;
    if (type !== undefined) kept.set(column, type);
    else if (offered.has(column)) return bad(`the type of ${table}.${column} is not one`);
  }
  return ok(kept);
}

function bad(detail: string): { readonly ok: false; readonly error: OvsdbError } {
  return failed(ovsdbError('bad-schema', detail));
}

/** What was wanted and cannot be had from this server. */
export interface SchemaGap {
  readonly table: string;
  /** Undefined: the whole table. */
  readonly column: string | undefined;
  /** One sentence for an operator. */
  readonly reason: string;
}

export interface AgreedSchema {
  readonly schema: DatabaseSchema;
  readonly gaps: readonly SchemaGap[];
}

/** Keeps what the server has and types as we expect it; names everything else. */
export function agreeOnSchema(
  offered: DatabaseSchema,
  wanted: WantedColumns,
  expected: (table: string, column: string) => ColumnType | undefined,
): AgreedSchema {
  const gaps: SchemaGap[] = [];
  const tables = new Map<string, TableSchema>();
  for (const [table, columns] of Object.entries(wanted)) {
    const offeredTable = offered.tables.get(table);
    if (offeredTable === undefined) {
      gaps.push({ table, column: undefined, reason: `the server has no table ${table}` });
      continue;
    }
    const kept = new Map<string, ColumnType>();
    for (const column of columns) {
      const type = offeredTable.get(column);
      const reason = gapReason(`${table}.${column}`, type, expected(table, column));
      if (reason !== undefined) gaps.push({ table, column, reason });
      else if (type !== undefined) kept.set(column, type);
    }
    tables.set(table, kept);
  }
  return { schema: { ...offered, tables }, gaps };
}

function gapReason(
  name: string,
  type: ColumnType | undefined,
  expected: ColumnType | undefined,
): string | undefined {
  if (type === undefined) return `the server has no column ${name}`;
  if (expected === undefined) return undefined;
  const same =
    type.shape === expected.shape && type.key === expected.key && type.value === expected.value;
  if (same) return undefined;
  return `the server's ${name} holds ${describeColumnType(type)}, not ${describeColumnType(expected)}`;
}

/** True when a replica of one can be carried on as a replica of the other. */
export function sameSchema(a: DatabaseSchema, b: DatabaseSchema): boolean {
  if (a === b) return true;
  if (a.name !== b.name || a.tables.size !== b.tables.size) return false;
  for (const [table, columns] of a.tables) {
    const others = b.tables.get(table);
    if (others === undefined || others.size !== columns.size) return false;
    for (const [column, type] of columns) {
      const other = others.get(column);
      if (other === undefined || !sameType(type, other)) return false;
    }
  }
  return true;
}

function sameType(a: ColumnType, b: ColumnType): boolean {
  return a.key === b.key && a.value === b.value && a.min === b.min && a.max === b.max;
}
