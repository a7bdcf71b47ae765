/**
 * Rows of the test schema (idltest) as lines of text, as the cases expect them.
 *
 * | table             | text                                                     |
 * |-------------------|----------------------------------------------------------|
 * | link1, link2      | references as the `i` of the row that they name          |
 * | all others        | column=value for each column; references as UUIDs        |
 *
 * A reference to a row that the replica does not have (a condition leaves it out) is not shown.
 */
import type { Atom, Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import type { ColumnValue } from '../../protocols/ovsdb/values/column.ts';
import type { WantedColumns } from '../../protocols/ovsdb/values/database-schema.ts';
import type { OvsdbRow } from '../../protocols/ovsdb/values/tables.ts';

export const DATABASE = 'idltest';

/** Every table and column that theirs knows, in the order of printing. */
export const COLUMNS: WantedColumns = {
  simple: ['i', 'r', 'b', 's', 'u', 'ia', 'ra', 'ba', 'sa', 'ua'],
  link1: ['i', 'k', 'ka', 'l2'],
  link2: ['i', 'l1'],
  simple2: ['name', 'smap', 'imap'],
  simple3: ['name', 'uset', 'uref'],
  simple4: ['name'],
  simple5: ['name', 'irefmap'],
  simple6: ['name', 'weak_ref'],
  simple7: ['name', 'id'],
  singleton: ['name'],
  indexed: ['i'],
};

/** Columns whose references show only rows that are there. */
const REFERENCES: Readonly<Record<string, string>> = {
  'simple3.uref': 'simple4',
  'simple6.weak_ref': 'simple',
};

export type FindRow = (table: string, uuid: Uuid) => OvsdbRow | undefined;

/** How sets and maps are written. */
export interface Style {
  readonly separator: string;
  readonly pair: (key: string, value: string) => string;
}

export const PLAIN: Style = { separator: ' ', pair: (key, value) => `(${key} ${value})` };
export const PARTIAL: Style = { separator: ',', pair: (key, value) => `[${key} : ${value}]` };

export function rowText(table: string, row: OvsdbRow, find: FindRow, style = PLAIN): string {
  if (table === 'link1') return link1Text(row, find);
  if (table === 'link2') return `i=${atomText(row.i)} l1=${linked(row.l1, 'link1', find)}`;
  return columnsText(table, row, COLUMNS[table] ?? [], find, style);
}

export function columnsText(
  table: string,
  row: OvsdbRow,
  columns: readonly string[],
  find: FindRow,
  style = PLAIN,
): string {
  return columns
    .filter((column) => Object.hasOwn(row, column))
    .map((column) => {
      const target = REFERENCES[`${table}.${column}`];
      const value = row[column];
      const shown = target === undefined ? value : existing(value, target, find);
      const isSet = SETS.has(column) && !Array.isArray(shown);
      return `${column}=${valueText(isSet ? setOf(shown) : shown, style)}`;
    })
    .join(' ');
}

/** Written as sets though they hold at most one element. */
const SETS: ReadonlySet<string> = new Set(['ba']);

function setOf(value: ColumnValue): ColumnValue {
  return value === undefined ? [] : [value as Atom];
}

function link1Text(row: OvsdbRow, find: FindRow): string {
  const links = Array.isArray(row.ka) ? (row.ka as readonly Uuid[]) : [];
  const shown = links
    .map((uuid) => find('link1', uuid)?.i)
    .filter((i) => i !== undefined)
    .sort((a, b) => Number(a) - Number(b));
  return `i=${atomText(row.i)} k=${linked(row.k, 'link1', find)} ka=[${shown.join(' ')}] l2=${linked(row.l2, 'link2', find)}`;
}

function linked(value: ColumnValue, table: string, find: FindRow): string {
  return typeof value === 'string' ? atomText(find(table, value as Uuid)?.i) : '';
}

function existing(value: ColumnValue, table: string, find: FindRow): ColumnValue {
  if (!Array.isArray(value)) return value;
  return (value as readonly Uuid[]).filter((uuid) => find(table, uuid) !== undefined);
}

function valueText(value: ColumnValue, style: Style): string {
  if (value instanceof Map) {
    const pairs = [...(value as ReadonlyMap<Atom, Atom>)].sort(([a], [b]) => compare(a, b));
    const texts = pairs.map(([key, entry]) => style.pair(atomText(key), atomText(entry)));
    return `[${texts.join(style.separator)}]`;
  }
  if (!Array.isArray(value)) return atomText(value);
  return `[${[...(value as readonly Atom[])].sort(compare).map(atomText).join(style.separator)}]`;
}

function compare(a: Atom, b: Atom): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return a < b ? -1 : Number(a > b);
}

function atomText(value: ColumnValue): string {
  return value === undefined ? '' : String(value);
}
