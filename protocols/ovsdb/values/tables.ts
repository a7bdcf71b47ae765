/**
 * Typed rows: the machinery that describes a table's columns, and how a row of a replica becomes a typed value.
 *
 * The descriptions themselves are generated from Open vSwitch's own schema files (../schemas).
 *
 * A column that the server lacks, or that was not asked for, reads as its default: empty, zero, false. So a set
 * reads as empty even where the schema asks for at least one element.
 *
 * Source: RFC 7047 §3.2.
 */
import type { AtomOf, AtomType } from './atoms.ts';
import { type ColumnType, type ColumnValue, columnType, defaultColumn } from './column.ts';

/** One row as a replica holds it: each agreed column has a value. */
export type OvsdbRow = Readonly<Record<string, ColumnValue>>;

/** A column type that remembers what it reads as. */
export interface TypedColumn<Value> extends ColumnType {
  /** Never present at run time: carries the type. */
  readonly reads?: Value;
  /** The table that its UUIDs name rows of; of a map, that of its values before that of its keys. */
  readonly refTable?: string;
  /** The strings that the schema allows. */
  readonly choices?: readonly string[];
}

/** A row of another table. */
export interface Reference {
  readonly refTable: string;
}

/** One of these strings. */
export interface Choice<Known extends string> {
  readonly choices: readonly Known[];
}

/** What a column holds, or the keys or values of a map. */
export type BaseType = AtomType | Reference | Choice<string>;

/** The known ones by name; any other too, because a newer server may have more. */
type OpenUnion<Known extends string> = Known | (string & Record<never, never>);

type BaseValue<Base> = Base extends AtomType
  ? AtomOf[Base]
  : Base extends Reference
    ? AtomOf['uuid']
    : Base extends Choice<infer Known>
      ? OpenUnion<Known>
      : never;

export function ref(refTable: string): Reference {
  return { refTable };
}

export function oneOf<Known extends string>(...choices: readonly Known[]): Choice<Known> {
  return { choices };
}

export function scalar<B extends BaseType>(base: B): TypedColumn<BaseValue<B>> {
  return { ...columnType(atomType(base), undefined, 1, 1), ...annotations(base) };
}

export function optional<B extends BaseType>(base: B): TypedColumn<BaseValue<B> | undefined> {
  return { ...columnType(atomType(base), undefined, 0, 1), ...annotations(base) };
}

export function set<B extends BaseType>(base: B): TypedColumn<readonly BaseValue<B>[]> {
  return {
    ...columnType(atomType(base), undefined, 0, Number.POSITIVE_INFINITY),
    ...annotations(base),
  };
}

export function map<K extends BaseType, V extends BaseType>(
  key: K,
  value: V,
): TypedColumn<ReadonlyMap<BaseValue<K>, BaseValue<V>>> {
  return {
    ...columnType(atomType(key), atomType(value), 0, Number.POSITIVE_INFINITY),
    ...annotations(key),
    ...annotations(value),
  };
}

function atomType(base: BaseType): AtomType {
  if (typeof base === 'string') return base;
  return 'refTable' in base ? 'uuid' : 'string';
}

function annotations(base: BaseType): Reference | Choice<string> | undefined {
  return typeof base === 'string' ? undefined : base;
}

export interface TableDescription<Columns extends Readonly<Record<string, ColumnType>>> {
  readonly name: string;
  readonly columns: Columns;
}

export type AnyTable = TableDescription<Readonly<Record<string, ColumnType>>>;

/** All tables of one database, as one version of its schema has them. */
export interface DatabaseDescription {
  readonly name: string;
  /** "x.y.z" */
  readonly version: string;
  readonly tables: readonly AnyTable[];
}

type Reads<Column> = Column extends TypedColumn<infer Value> ? Value : never;

export type RowOf<Table> =
  Table extends TableDescription<infer Columns>
    ? { readonly [Name in keyof Columns]: Reads<Columns[Name]> }
    : never;

/** The names of a table's described columns, for a session's `tables` option. */
export function allColumns(table: AnyTable): readonly string[] {
  return Object.keys(table.columns);
}

const DEFAULTS = new WeakMap<AnyTable, OvsdbRow>();

function defaultsOf(table: AnyTable): OvsdbRow {
  const known = DEFAULTS.get(table);
  if (known !== undefined) return known;
  const defaults = Object.fromEntries(
    Object.entries(table.columns).map(([name, type]) => [name, defaultColumn(type)]),
  );
  DEFAULTS.set(table, defaults);
  return defaults;
}

/** One column of a row as `readRow` gives it, where very many rows are looked at for one or two. */
export function readColumn<
  Columns extends Readonly<Record<string, ColumnType>>,
  Name extends keyof Columns & string,
>(
  table: TableDescription<Columns>,
  row: OvsdbRow,
  column: Name,
): RowOf<TableDescription<Columns>>[Name] {
  const value = Object.hasOwn(row, column) ? row[column] : defaultsOf(table)[column];
  return value as RowOf<TableDescription<Columns>>[Name];
}

/**
 * A row, typed. Cheap: one object per call. The types hold because a session drops columns whose type
 * on the server is not the described one.
 */
export function readRow<Columns extends Readonly<Record<string, ColumnType>>>(
  table: TableDescription<Columns>,
  row: OvsdbRow,
): RowOf<TableDescription<Columns>> {
  return { ...defaultsOf(table), ...row } as RowOf<TableDescription<Columns>>;
}
