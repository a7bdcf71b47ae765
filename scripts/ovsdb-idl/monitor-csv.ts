/**
 * Changes of rows as lines of CSV, values in the wire form of RFC 7047.
 */
import type { RowChanged } from '../../protocols/ovsdb/replica.ts';
import type { Atom, AtomType } from '../../protocols/ovsdb/values/atoms.ts';
import {
  type ColumnType,
  type ColumnValue,
  defaultColumn,
  sameColumn,
} from '../../protocols/ovsdb/values/column.ts';
import type { TableSchema } from '../../protocols/ovsdb/values/database-schema.ts';
import type { Json } from '../../protocols/ovsdb/values/json.ts';
import type { OvsdbRow } from '../../protocols/ovsdb/values/tables.ts';

export type Action = 'initial' | 'insert' | 'delete' | 'modify';

export interface CsvFormat {
  readonly columns: readonly string[];
  readonly kinds: readonly Action[];
  /** No column at its default, and nothing of a deleted row. */
  readonly isSparse: boolean;
}

type Choose = (column: string, type: ColumnType) => boolean;

export function csvLines(
  format: CsvFormat,
  schema: TableSchema,
  { uuid, old, new: row }: RowChanged,
  isInitial: boolean,
): string[] {
  const action = actionOf(old, row, isInitial);
  if (!format.kinds.includes(action)) return [];
  const line = (head: string, of: OvsdbRow, chosen: Choose) =>
    [head, ...format.columns.map((column) => cell(schema, of, column, chosen))].join(',');
  const all: Choose = () => true;
  if (old !== undefined && row !== undefined) {
    const changed: Choose = (column) => !sameColumn(old[column], row[column]);
    return [line(`${uuid},old`, old, changed), line(',new', row, all)];
  }
  if (row === undefined) return [line(`${uuid},delete`, old ?? {}, () => !format.isSparse)];
  const telling: Choose = (column, type) =>
    !format.isSparse || !sameColumn(row[column], defaultColumn(type));
  return [line(`${uuid},${action}`, row, telling)];
}

function actionOf(
  old: OvsdbRow | undefined,
  row: OvsdbRow | undefined,
  isInitial: boolean,
): Action {
  if (row === undefined) return 'delete';
  if (old !== undefined) return 'modify';
  return isInitial ? 'initial' : 'insert';
}

function cell(schema: TableSchema, row: OvsdbRow, column: string, chosen: Choose): string {
  const type = schema.get(column);
  if (type === undefined || !chosen(column, type)) return '';
  const text = JSON.stringify(wireValue(type, row[column]));
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function wireValue(type: ColumnType, value: ColumnValue): Json {
  const atom = (kind: AtomType, of: Atom): Json => (kind === 'uuid' ? ['uuid', of] : of);
  if (value instanceof Map) {
    const pairs = [...(value as ReadonlyMap<Atom, Atom>)];
    const kind = type.value ?? 'string';
    return ['map', pairs.map(([key, entry]) => [atom(type.key, key), atom(kind, entry)])];
  }
  const atoms = Array.isArray(value)
    ? (value as readonly Atom[])
    : value === undefined
      ? []
      : [value as Atom];
  const [only] = atoms;
  if (atoms.length === 1 && only !== undefined) return atom(type.key, only);
  return ['set', [...atoms].sort().map((of) => atom(type.key, of))];
}
