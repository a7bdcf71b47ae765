/**
 * The whole schema of a database, as its server tells it: every table and column, with what limits its values.
 *
 * What a client sends is checked against it (check-operations.ts). A table or column that cannot be read (a newer
 * server's) is kept as unreadable: it is a gap for who wants it, and nothing is checked for it.
 *
 * Source: RFC 7047 §3.2.
 */
import { failed, ok, type Result } from '../../base/protocol-error.ts';
import { type Atom, type AtomType, decodeAtom } from './atoms.ts';
import { type ColumnType, parseColumnType } from './column.ts';
import { excerpt, isJsonArray, isJsonObject, type Json, type JsonObject, member } from './json.ts';
import { type OvsdbError, ovsdbError } from './protocol-errors.ts';

/** RFC 7047 §3.2 <base-type>: one atom, and what limits it. */
export interface BaseLimits {
  readonly type: AtomType;
  /** The only values; undefined: any. */
  readonly choices: ReadonlySet<Atom> | undefined;
  /** Of an integer or a real. */
  readonly min: number;
  readonly max: number;
  /** Of a string, in characters. */
  readonly minLength: number;
  readonly maxLength: number;
  /** The table whose rows a UUID names; undefined: it is a UUID of anything. */
  readonly refTable: string | undefined;
}

export interface ServerColumn {
  readonly type: ColumnType;
  readonly key: BaseLimits;
  readonly value: BaseLimits | undefined;
  /** False: it keeps the value that its row was inserted with. */
  readonly isMutable: boolean;
}

/** By name; undefined: it cannot be read. */
export type ServerTable = ReadonlyMap<string, ServerColumn | undefined>;

export interface ServerSchema {
  readonly name: string;
  /** "x.y.z" */
  readonly version: string;
  /** By name; undefined: it cannot be read. */
  readonly tables: ReadonlyMap<string, ServerTable | undefined>;
}

/** In characters: both are told to operators. */
const NAME_MAX = 100;

export function parseServerSchema(wire: Json | undefined): Result<ServerSchema, OvsdbError> {
  if (!isJsonObject(wire)) return bad(`expected a schema, got ${excerpt(wire)}`);
  const name = member(wire, 'name');
  const version = member(wire, 'version') ?? '';
  const wireTables = member(wire, 'tables');
  if (typeof name !== 'string' || typeof version !== 'string' || !isJsonObject(wireTables)) {
    return bad('a schema has a name, a version and tables');
  }
  if (Math.max(name.length, version.length) > NAME_MAX) {
    return bad(`a schema's name and version have at most ${NAME_MAX} characters`);
  }
  const tables = new Map<string, ServerTable | undefined>();
  for (const [table, wireTable] of Object.entries(wireTables)) {
    tables.set(table, parseTable(wireTable));
  }
  return ok({ name, version, tables });
}

function parseTable(wire: Json): ServerTable | undefined {
  const wireColumns = isJsonObject(wire) ? member(wire, 'columns') : undefined;
  if (!isJsonObject(wireColumns)) return undefined;
  const columns = new Map<string, ServerColumn | undefined>();
  for (const [column, wireColumn] of Object.entries(wireColumns)) {
    columns.set(column, isJsonObject(wireColumn) ? parseColumn(wireColumn) : undefined);
  }
  return columns;
}

function parseColumn(wire: JsonObject): ServerColumn | undefined {
  const wireType = member(wire, 'type');
  const type = parseColumnType(wireType);
  if (type === undefined) return undefined;
  const parts = isJsonObject(wireType) ? wireType : { key: wireType ?? null };
  const key = baseLimits(type.key, member(parts, 'key'));
  const value = type.value && baseLimits(type.value, member(parts, 'value'));
  return { type, key, value, isMutable: member(wire, 'mutable') !== false };
}

function baseLimits(type: AtomType, wire: Json | undefined): BaseLimits {
  const limits = isJsonObject(wire) ? wire : {};
  const number = (name: string, otherwise: number): number => {
    const value = member(limits, name);
    return typeof value === 'number' ? value : otherwise;
  };
  const kind = type === 'integer' ? 'Integer' : 'Real';
  const refTable = member(limits, 'refTable');
  return {
    type,
    choices: parseChoices(type, member(limits, 'enum')),
    min: number(`min${kind}`, Number.NEGATIVE_INFINITY),
    max: number(`max${kind}`, Number.POSITIVE_INFINITY),
    minLength: number('minLength', 0),
    maxLength: number('maxLength', Number.POSITIVE_INFINITY),
    refTable: type === 'uuid' && typeof refTable === 'string' ? refTable : undefined,
  };
}

/** An enum is a <value>: one atom, or a set of them. */
function parseChoices(type: AtomType, wire: Json | undefined): ReadonlySet<Atom> | undefined {
  if (wire === undefined) return undefined;
  const elements = isJsonArray(wire) && wire[0] === 'set' ? wire[1] : [wire];
  if (!isJsonArray(elements)) return undefined;
  const atoms = elements.map((element) => decodeAtom(type, element));
  return new Set(atoms.filter((atom) => atom !== undefined));
}

function bad(detail: string): { readonly ok: false; readonly error: OvsdbError } {
  return failed(ovsdbError('bad-schema', detail));
}
