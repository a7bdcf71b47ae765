/**
 * What we take a server's columns for: the databases whose schemas we have descriptions of.
 */
import type { ColumnType } from '../values/column.ts';
import type { AnyTable, DatabaseDescription } from '../values/tables.ts';
import { HARDWARE_VTEP_SCHEMA } from './hardware-vtep.ts';
import { OPEN_VSWITCH_SCHEMA } from './open-vswitch.ts';

const DATABASES: ReadonlyMap<string, ReadonlyMap<string, AnyTable>> = new Map(
  [OPEN_VSWITCH_SCHEMA, HARDWARE_VTEP_SCHEMA].map((database) => [database.name, byName(database)]),
);

function byName({ tables }: DatabaseDescription): ReadonlyMap<string, AnyTable> {
  return new Map(tables.map((table) => [table.name, table]));
}

/** What we take a column for; undefined: we have no opinion. */
export function expectedColumn(
  database: string,
  table: string,
  column: string,
): ColumnType | undefined {
  const columns = DATABASES.get(database)?.get(table)?.columns;
  return columns !== undefined && Object.hasOwn(columns, column) ? columns[column] : undefined;
}
