/**
 * Columns: what type a column has, and its values between wire form and JavaScript.
 *
 * | type on the wire                  | here                                  |
 * |-----------------------------------|---------------------------------------|
 * | exactly one atom                  | string, number, boolean               |
 * | at most one atom                  | the atom, or undefined                |
 * | set                               | readonly array; its order says nothing |
 * | map                               | ReadonlyMap                           |
 *
 * Trap: a set of exactly one element travels as the bare atom, whatever the column's type (§5.1).
 *
 * Source: RFC 7047 §3.2 (<type>), §5.1 (<value>); ovsdb-server(7) §4.1.14 (differences in "modify").
 */
import { type Atom, type AtomType, decodeAtom, defaultAtom, isAtomType } from './atoms.ts';
import { isJsonArray, isJsonObject, type Json, member } from './json.ts';

export interface ColumnType {
  readonly shape: 'scalar' | 'optional' | 'set' | 'map';
  readonly key: AtomType;
  /** Of a map; undefined otherwise. */
  readonly value: AtomType | undefined;
  readonly min: number;
  /** Infinity when unlimited. */
  readonly max: number;
}

export type ColumnValue = Atom | undefined | readonly Atom[] | ReadonlyMap<Atom, Atom>;

/** Undefined: not a <type> of RFC 7047 §3.2. What limits its atoms is server-schema.ts's to read. */
export function parseColumnType(wire: Json | undefined): ColumnType | undefined {
  if (!isJsonObject(wire)) {
    const key = parseBaseType(wire);
    return key === undefined ? undefined : columnType(key, undefined, 1, 1);
  }
  const key = parseBaseType(member(wire, 'key'));
  const wireValue = member(wire, 'value');
  const value = parseBaseType(wireValue);
  const min = member(wire, 'min') ?? 1;
  const wireMax = member(wire, 'max') ?? 1;
  const max = wireMax === 'unlimited' ? Number.POSITIVE_INFINITY : wireMax;
  if (key === undefined || (wireValue !== undefined && value === undefined)) return undefined;
  if ((min !== 0 && min !== 1) || typeof max !== 'number' || max < 1) return undefined;
  return columnType(key, value, min, max);
}

function parseBaseType(wire: Json | undefined): AtomType | undefined {
  const type = isJsonObject(wire) ? member(wire, 'type') : wire;
  return isAtomType(type) ? type : undefined;
}

export function columnType(
  key: AtomType,
  value: AtomType | undefined,
  min: number,
  max: number,
): ColumnType {
  return { shape: shapeOf(value, min, max), key, value, min, max };
}

function shapeOf(value: AtomType | undefined, min: number, max: number): ColumnType['shape'] {
  if (value !== undefined) return 'map';
  if (max > 1) return 'set';
  return min === 1 ? 'scalar' : 'optional';
}

const EMPTY_SET: readonly Atom[] = [];
const EMPTY_MAP: ReadonlyMap<Atom, Atom> = new Map();

/** What a column holds that an insert left out; "insert" and "initial" updates leave it out too. */
export function defaultColumn(type: ColumnType): ColumnValue {
  switch (type.shape) {
    case 'scalar':
      return defaultAtom(type.key);
    case 'optional':
      return undefined;
    case 'set':
      return type.min === 0 ? EMPTY_SET : [defaultAtom(type.key)];
    case 'map':
      return EMPTY_MAP;
  }
}

export type Decoded =
  | { readonly ok: true; readonly value: ColumnValue }
  | { readonly ok: false; readonly expected: string };

export function decodeColumn(type: ColumnType, wire: Json | undefined): Decoded {
  const value = type.shape === 'map' ? decodeMap(type, wire) : decodeSet(type, wire);
  if (value === undefined) return { ok: false, expected: describeColumnType(type) };
  if (type.shape === 'map' || type.shape === 'set') return { ok: true, value };
  return { ok: true, value: Array.isArray(value) ? value[0] : undefined };
}

function decodeSet(type: ColumnType, wire: Json | undefined): readonly Atom[] | undefined {
  if (!isJsonArray(wire) || wire[0] !== 'set') {
    const atom = decodeAtom(type.key, wire);
    return atom === undefined ? undefined : [atom];
  }
  const elements = wire[1];
  if (wire.length !== 2 || !isJsonArray(elements)) return undefined;
  if (elements.length > type.max || (type.shape === 'scalar' && elements.length !== 1)) return;
  const atoms: Atom[] = [];
  for (const element of elements) {
    const atom = decodeAtom(type.key, element);
    if (atom === undefined) return undefined;
    atoms.push(atom);
  }
  return atoms;
}

function decodeMap(type: ColumnType, wire: Json | undefined): ReadonlyMap<Atom, Atom> | undefined {
  if (type.value === undefined || !isJsonArray(wire) || wire.length !== 2) return undefined;
  const pairs = wire[1];
  if (wire[0] !== 'map' || !isJsonArray(pairs) || pairs.length > type.max) return undefined;
  if (pairs.length === 0) return EMPTY_MAP;
  const map = new Map<Atom, Atom>();
  for (const pair of pairs) {
    if (!isJsonArray(pair) || pair.length !== 2) return undefined;
    const key = decodeAtom(type.key, pair[0]);
    const value = decodeAtom(type.value, pair[1]);
    if (key === undefined || value === undefined) return undefined;
    map.set(key, value);
  }
  return map;
}

/**
 * The value after a "modify" of update2. Columns of at most one element carry their new value; larger
 * sets carry the elements that came or went; larger maps the pairs that came, went or changed.
 */
export function applyDifference(
  type: ColumnType,
  old: ColumnValue,
  difference: ColumnValue,
): ColumnValue {
  if (type.max <= 1) return difference;
  if (old instanceof Map && difference instanceof Map) return applyMapDifference(old, difference);
  if (Array.isArray(old) && Array.isArray(difference)) return symmetricDifference(old, difference);
  return difference;
}

/**
 * True when a difference cannot be read: it names an integer that is there already, and above 2^53 two integers read as
 * one. It may have gone or been replaced by its neighbour.
 */
export function isAmbiguous(
  { key, value, max }: ColumnType,
  old: ColumnValue,
  difference: ColumnValue,
): boolean {
  if (max <= 1 || (key !== 'integer' && value !== 'integer')) return false;
  if (old instanceof Map && difference instanceof Map) return isAmbiguousMap(old, difference);
  if (!Array.isArray(old) || !Array.isArray(difference)) return false;
  return difference.some((atom) => isInexact(atom) && old.includes(atom));
}

function isAmbiguousMap(
  old: ReadonlyMap<Atom, Atom>,
  difference: ReadonlyMap<Atom, Atom>,
): boolean {
  for (const [key, value] of difference) {
    if (isInexact(key) && old.has(key)) return true;
    if (isInexact(value) && old.get(key) === value) return true;
  }
  return false;
}

function isInexact(atom: Atom): boolean {
  return Number.isInteger(atom) && !Number.isSafeInteger(atom);
}

function symmetricDifference(old: readonly Atom[], difference: readonly Atom[]): readonly Atom[] {
  const atoms = new Set<Atom>(old);
  for (const atom of difference) {
    if (!atoms.delete(atom)) atoms.add(atom);
  }
  return [...atoms];
}

function applyMapDifference(
  old: ReadonlyMap<Atom, Atom>,
  difference: ReadonlyMap<Atom, Atom>,
): ReadonlyMap<Atom, Atom> {
  const map = new Map(old);
  for (const [key, value] of difference) {
    if (map.get(key) === value) map.delete(key);
    else map.set(key, value);
  }
  return map;
}

/** Equal as sets and maps: order does not count. */
export function sameColumn(a: ColumnValue, b: ColumnValue): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return sameSet(a, b);
  return a instanceof Map && b instanceof Map && sameMap(a, b);
}

function sameSet(a: readonly Atom[], b: readonly Atom[]): boolean {
  if (a.length !== b.length) return false;
  if (a.every((atom, index) => atom === b[index])) return true;
  const ofA = new Set(a);
  const ofB = new Set(b);
  return ofA.size === ofB.size && a.every((atom) => ofB.has(atom));
}

function sameMap(a: ReadonlyMap<Atom, Atom>, b: ReadonlyMap<Atom, Atom>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

/** For sentences, e.g. "a map of string to string". */
export function describeColumnType(type: ColumnType): string {
  switch (type.shape) {
    case 'scalar':
      return `one ${type.key}`;
    case 'optional':
      return `at most one ${type.key}`;
    case 'set':
      return type.max === Number.POSITIVE_INFINITY
        ? `a set of ${type.key}s`
        : `a set of at most ${type.max} ${type.key}s`;
    case 'map':
      return `a map of ${type.key} to ${type.value}`;
  }
}
