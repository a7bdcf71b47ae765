/**
 * What `ovsdb-client dump` says of a database and what a replica says of it, in one form to be compared: by table, by
 * row, each value as sorted text. Reads the wire by itself, not by the library under test.
 */
import { execFileSync } from 'node:child_process';
import type { Replica } from '../../../protocols/ovsdb/replica.ts';
import type { ColumnValue } from '../../../protocols/ovsdb/values/column.ts';
import type { WantedColumns } from '../../../protocols/ovsdb/values/database-schema.ts';

export type Dump = Readonly<Record<string, Readonly<Record<string, Row>>>>;
type Row = Readonly<Record<string, readonly string[]>>;

interface DumpedTable {
  readonly caption: string;
  readonly headings: readonly string[];
  readonly data: readonly (readonly unknown[])[];
}

export function dumpOf(socket: string, tables: WantedColumns, database = 'Open_vSwitch'): Dump {
  const dump: Record<string, Record<string, Row>> = {};
  const target = [`unix:${socket}`, database];
  const args = ['--format=json', 'dump', ...target];
  const text = execFileSync('ovsdb-client', args, { encoding: 'utf8' });
  for (const line of text.split('\n').filter((one) => one.startsWith('{'))) {
    const { caption, headings, data } = JSON.parse(line) as DumpedTable;
    const table = caption.replace(/ table$/, '');
    const columns = tables[table];
    if (columns === undefined) continue;
    const rows: Record<string, Row> = {};
    for (const row of data) {
      const cell = (column: string) => wireAtoms(row[headings.indexOf(column)]);
      const [uuid] = cell('_uuid');
      rows[uuid ?? ''] = Object.fromEntries(columns.map((column) => [column, cell(column)]));
    }
    dump[table] = rows;
  }
  return dump;
}

function wireAtoms(wire: unknown): string[] {
  if (!Array.isArray(wire)) return [String(wire)];
  const [tag, body] = wire as [string, unknown];
  if (tag === 'uuid') return [String(body)];
  const elements = body as unknown[];
  if (tag === 'set') return elements.flatMap(wireAtoms).sort();
  return (elements as [unknown, unknown][])
    .map(([key, value]) => [wireAtoms(key), wireAtoms(value)].join('='))
    .sort();
}

export function dumpOfReplica(replica: Pick<Replica, 'table'>, tables: WantedColumns): Dump {
  const dump: Record<string, Record<string, Row>> = {};
  for (const [table, columns] of Object.entries(tables)) {
    const rows: Record<string, Row> = {};
    for (const [uuid, row] of replica.table(table)) {
      rows[uuid] = Object.fromEntries(columns.map((column) => [column, atoms(row[column])]));
    }
    dump[table] = rows;
  }
  return dump;
}

function atoms(value: ColumnValue): string[] {
  if (value === undefined) return [];
  if (value instanceof Map) return [...value].map((pair) => pair.join('=')).sort();
  return Array.isArray(value) ? value.map(String).sort() : [String(value)];
}
