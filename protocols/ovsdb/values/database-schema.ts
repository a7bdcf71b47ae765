/**
 * A database's schema as its server tells it, reduced to what a client needs: which tables and columns
 * there are and what type each column has.
 *
 * Source: RFC 7047 §3.2, §4.1.2.
 */
import { type ColumnType, columnType, describeColumnType } from './column.ts';
import type { ServerSchema, ServerTable } from './server-schema.ts';

export type TableSchema = ReadonlyMap<string, ColumnType>;

export interface DatabaseSchema {
  readonly name: string;
  /** "x.y.z" */
  readonly version: string;
  readonly tables: ReadonlyMap<string, TableSchema>;
}

/** Tables by name, each with the columns that one asks for. */
export type WantedColumns = Readonly<Record<string, readonly string[]>>;

/** Every row has it, and no schema names it: a UUID that changes with the row (RFC 7047 §3.2). */
const ROW_VERSION = columnType('uuid', undefined, 1, 1);

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
  { name, version, tables: offered }: ServerSchema,
  wanted: WantedColumns,
  expected: (table: string, column: string) => ColumnType | undefined,
): AgreedSchema {
  const gaps: SchemaGap[] = [];
  const tables = new Map<string, TableSchema>();
  for (const [table, columns] of Object.entries(wanted)) {
    const offeredTable = offered.get(table);
    if (offeredTable === undefined) {
      const reason = offered.has(table)
        ? `the server's table ${table} has columns that are not known here`
        : `the server has no table ${table}`;
      gaps.push({ table, column: undefined, reason });
      continue;
    }
    const kept = new Map<string, ColumnType>();
    for (const column of columns) {
      const type = offeredType(offeredTable, `${table}.${column}`, column, expected(table, column));
      if (typeof type === 'string') gaps.push({ table, column, reason: type });
      else kept.set(column, type);
    }
    tables.set(table, kept);
  }
  return { schema: { name, version, tables }, gaps };
}

/** Text: why it cannot be had. */
function offeredType(
  table: ServerTable,
  name: string,
  column: string,
  expected: ColumnType | undefined,
): ColumnType | string {
  const type = column === '_version' ? ROW_VERSION : table.get(column)?.type;
  if (type === undefined) {
    return table.has(column)
      ? `the server's ${name} has a type that is not known here`
      : `the server has no column ${name}`;
  }
  const same =
    expected === undefined ||
    (type.shape === expected.shape && type.key === expected.key && type.value === expected.value);
  if (same) return type;
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
