/**
 * Typed rows: the columns of the Open_vSwitch database that this product reads, and how a row of a
 * replica becomes a typed value.
 *
 * A column that the server lacks, or that was not asked for, reads as its default: empty, zero, false.
 * A new column is one line here.
 *
 * Source: vswitch.ovsschema 8.3.1 (Open vSwitch 3.1); ovs-vswitchd.conf.db(5).
 */
import type { AtomOf, AtomType } from './atoms.ts';
import { type ColumnType, type ColumnValue, columnType, defaultColumn } from './column.ts';

/** One row as a replica holds it: each agreed column has a value. */
export type OvsdbRow = Readonly<Record<string, ColumnValue>>;

/** A column type that remembers what it reads as. */
export interface TypedColumn<Value> extends ColumnType {
  /** Never present at run time: carries the type. */
  readonly reads?: Value;
}

function scalar<T extends AtomType>(type: T): TypedColumn<AtomOf[T]> {
  return columnType(type, undefined, 1, 1);
}

function optional<T extends AtomType>(type: T): TypedColumn<AtomOf[T] | undefined> {
  return columnType(type, undefined, 0, 1);
}

function set<T extends AtomType>(type: T): TypedColumn<readonly AtomOf[T][]> {
  return columnType(type, undefined, 0, Number.POSITIVE_INFINITY);
}

function map<K extends AtomType, V extends AtomType>(
  key: K,
  value: V,
): TypedColumn<ReadonlyMap<AtomOf[K], AtomOf[V]>> {
  return columnType(key, value, 0, Number.POSITIVE_INFINITY);
}

export interface TableDescription<Columns extends Readonly<Record<string, ColumnType>>> {
  readonly name: string;
  readonly columns: Columns;
}

type Reads<Column> = Column extends TypedColumn<infer Value> ? Value : never;

export type RowOf<Table> =
  Table extends TableDescription<infer Columns>
    ? { readonly [Name in keyof Columns]: Reads<Columns[Name]> }
    : never;

export const OPEN_VSWITCH = {
  name: 'Open_vSwitch',
  columns: {
    bridges: set('uuid'),
    manager_options: set('uuid'),
    ssl: optional('uuid'),
    external_ids: map('string', 'string'),
    other_config: map('string', 'string'),
    next_cfg: scalar('integer'),
    cur_cfg: scalar('integer'),
    statistics: map('string', 'string'),
    ovs_version: optional('string'),
    db_version: optional('string'),
    system_type: optional('string'),
    system_version: optional('string'),
    datapath_types: set('string'),
    iface_types: set('string'),
  },
};

export const BRIDGE = {
  name: 'Bridge',
  columns: {
    name: scalar('string'),
    datapath_id: optional('string'),
    datapath_type: scalar('string'),
    datapath_version: scalar('string'),
    fail_mode: optional('string'),
    protocols: set('string'),
    controller: set('uuid'),
    ports: set('uuid'),
    external_ids: map('string', 'string'),
    other_config: map('string', 'string'),
    status: map('string', 'string'),
  },
};

export const PORT = {
  name: 'Port',
  columns: {
    name: scalar('string'),
    interfaces: set('uuid'),
    external_ids: map('string', 'string'),
    other_config: map('string', 'string'),
    tag: optional('integer'),
    trunks: set('integer'),
    vlan_mode: optional('string'),
    bond_mode: optional('string'),
    lacp: optional('string'),
  },
};

export const INTERFACE = {
  name: 'Interface',
  columns: {
    name: scalar('string'),
    type: scalar('string'),
    ofport: optional('integer'),
    ofport_request: optional('integer'),
    options: map('string', 'string'),
    external_ids: map('string', 'string'),
    other_config: map('string', 'string'),
    error: optional('string'),
    link_state: optional('string'),
    admin_state: optional('string'),
    mac: optional('string'),
    mac_in_use: optional('string'),
    mtu: optional('integer'),
    ifindex: optional('integer'),
    status: map('string', 'string'),
    statistics: map('string', 'integer'),
    bfd: map('string', 'string'),
    bfd_status: map('string', 'string'),
  },
};

export const CONTROLLER = {
  name: 'Controller',
  columns: {
    target: scalar('string'),
    is_connected: scalar('boolean'),
    role: optional('string'),
    status: map('string', 'string'),
    external_ids: map('string', 'string'),
    other_config: map('string', 'string'),
    connection_mode: optional('string'),
    inactivity_probe: optional('integer'),
    max_backoff: optional('integer'),
  },
};

export const MANAGER = {
  name: 'Manager',
  columns: {
    target: scalar('string'),
    is_connected: scalar('boolean'),
    status: map('string', 'string'),
    external_ids: map('string', 'string'),
    other_config: map('string', 'string'),
    connection_mode: optional('string'),
    inactivity_probe: optional('integer'),
    max_backoff: optional('integer'),
  },
};

type AnyTable = TableDescription<Readonly<Record<string, ColumnType>>>;

const TABLES: ReadonlyMap<string, AnyTable> = new Map(
  [OPEN_VSWITCH, BRIDGE, PORT, INTERFACE, CONTROLLER, MANAGER].map((table) => [table.name, table]),
);

/** What we take a column for; undefined: we have no opinion. */
export function expectedColumn(
  database: string,
  table: string,
  column: string,
): ColumnType | undefined {
  if (database !== 'Open_vSwitch') return undefined;
  const columns = TABLES.get(table)?.columns;
  return columns !== undefined && Object.hasOwn(columns, column) ? columns[column] : undefined;
}

/** The names of a table's described columns, for a session's `tables` option. */
export function allColumns(table: AnyTable): readonly string[] {
  return Object.keys(table.columns);
}

/**
 * A row, typed. Cheap: one object per call. The types hold because a session drops columns whose type
 * on the server is not the described one.
 */
export function readRow<Columns extends Readonly<Record<string, ColumnType>>>(
  table: TableDescription<Columns>,
  row: OvsdbRow,
): RowOf<TableDescription<Columns>> {
  const typed: Record<string, ColumnValue> = {};
  for (const [name, type] of Object.entries(table.columns)) {
    typed[name] = Object.hasOwn(row, name) ? row[name] : defaultColumn(type);
  }
  return typed as RowOf<TableDescription<Columns>>;
}
