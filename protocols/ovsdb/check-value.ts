/**
 * Checks of values that are to be sent, against the limits of the column that they are meant for.
 *
 * Answers with the end of a sentence that begins with the column ("takes …, not …"), or undefined: it is fine.
 *
 * Source: RFC 7047 §3.2 (what limits a column), §5.1 (<value>).
 */
import { type Atom, type AtomType, decodeAtom } from './values/atoms.ts';
import { type ColumnType, describeColumnType } from './values/column.ts';
import { excerpt, isJsonArray, type Json } from './values/json.ts';
import type { BaseLimits, ServerColumn } from './values/server-schema.ts';

/** The table that a transaction inserts a row of this name into; undefined: it inserts none. */
export type NamedRows = ReadonlyMap<string, string>;

export interface ValueLimits {
  readonly type: ColumnType;
  readonly key: BaseLimits;
  readonly value: BaseLimits | undefined;
}

export function checkValue(
  limits: ValueLimits,
  wire: Json | undefined,
  named: NamedRows,
): string | undefined {
  const { type } = limits;
  const elements =
    limits.value === undefined
      ? (elementsOf('set', wire) ?? [wire ?? null])
      : elementsOf('map', wire);
  if (elements === undefined) return mismatch(type, wire);
  const keys: (Json | undefined)[] = [];
  for (const element of elements) {
    const pair = limits.value === undefined ? [element] : element;
    if (!isJsonArray(pair)) return mismatch(type, wire);
    const fault = checkElement(limits, pair, named);
    if (fault !== undefined) return fault;
    keys.push(pair[0]);
  }
  return checkSize(type, elements.length) ?? checkTwins(keys);
}

function checkElement(
  { type, key, value }: ValueLimits,
  pair: readonly Json[],
  named: NamedRows,
): string | undefined {
  const fault = checkAtom(type, key, pair[0], named);
  if (fault !== undefined || value === undefined) return fault;
  return pair.length === 2 ? checkAtom(type, value, pair[1], named) : mismatch(type, pair);
}

function elementsOf(tag: 'set' | 'map', wire: Json | undefined): readonly Json[] | undefined {
  if (!isJsonArray(wire) || wire.length !== 2 || wire[0] !== tag) return undefined;
  return isJsonArray(wire[1]) ? wire[1] : undefined;
}

function checkSize(type: ColumnType, size: number): string | undefined {
  if (size < type.min) return `takes at least ${type.min}: give it a value`;
  return size > type.max ? `takes at most ${type.max}, not ${size}` : undefined;
}

function checkTwins(keys: readonly (Json | undefined)[]): string | undefined {
  if (keys.length < 2) return undefined;
  const seen = new Set<string>();
  for (const key of keys) {
    const text = JSON.stringify(key);
    if (seen.has(text)) return `takes each value once, not ${excerpt(wordOf(key))} twice`;
    seen.add(text);
  }
  return undefined;
}

function checkAtom(
  type: ColumnType,
  limits: BaseLimits,
  wire: Json | undefined,
  named: NamedRows,
): string | undefined {
  if (isNamed(wire)) return checkNamed(type, limits, wire[1], named);
  const atom = decodeAtom(limits.type, wire);
  if (atom === undefined) return mismatch(type, wire);
  if (limits.choices !== undefined && !limits.choices.has(atom)) {
    return `takes one of ${describeChoices(limits.choices)}, not ${excerpt(atom)}`;
  }
  if (typeof atom === 'number') return checkNumber(limits, atom);
  if (limits.type !== 'string') return undefined;
  return checkText(String(atom)) ?? checkLength(limits, String(atom));
}

/** As many as an operator reads. */
const CHOICES_TOLD_MAX = 12;

function describeChoices(choices: ReadonlySet<Atom>): string {
  const told = [...choices].slice(0, CHOICES_TOLD_MAX).map((choice) => excerpt(choice));
  const more = choices.size - told.length;
  return more > 0 ? `${told.join(', ')} and ${more} more` : told.join(', ');
}

/**
 * Trap: over these ovsdb-server does not refuse the transaction, it closes the connection.
 */
export function checkText(text: string): string | undefined {
  if (!text.includes('\0') && !/\p{Surrogate}/u.test(text)) return undefined;
  return `takes text of whole characters without NUL, not ${excerpt(text)}`;
}

function isNamed(wire: Json | undefined): wire is readonly ['named-uuid', string] {
  return isJsonArray(wire) && wire[0] === 'named-uuid' && typeof wire[1] === 'string';
}

function checkNamed(
  type: ColumnType,
  { type: atom, refTable }: BaseLimits,
  name: string,
  named: NamedRows,
): string | undefined {
  if (atom !== 'uuid') return `holds ${describeColumnType(type)}, not a reference to a row`;
  const table = named.get(name);
  if (table === undefined)
    return `names the new row ${excerpt(name)}: insert it in this transaction`;
  if (refTable === undefined || refTable === table) return undefined;
  return `takes rows of ${refTable}, and ${excerpt(name)} is a new row of ${table}`;
}

function checkNumber({ type, min, max }: BaseLimits, number: number): string | undefined {
  if (type === 'integer' && !Number.isSafeInteger(number)) {
    return `takes integers below 2^53 from us: ${number} may be another one than was meant`;
  }
  if (!Number.isFinite(number)) return `takes finite numbers, not ${number}`;
  if (number < min) return `takes ${type}s from ${min}, not ${number}`;
  return number > max ? `takes ${type}s up to ${max}, not ${number}` : undefined;
}

function checkLength({ minLength, maxLength }: BaseLimits, text: string): string | undefined {
  // No more characters than UTF-16 units, and no fewer than half of them.
  if (text.length / 2 >= minLength && text.length <= maxLength) return undefined;
  const length = [...text].length;
  if (length < minLength) return `takes at least ${minLength} characters, not ${excerpt(text)}`;
  return length > maxLength ? `takes at most ${maxLength} characters, not ${length}` : undefined;
}

function mismatch(type: ColumnType, wire: Json | undefined): string {
  return `holds ${describeColumnType(type)}, not ${excerpt(wordOf(wire))}`;
}

/** A UUID by its text. */
function wordOf(wire: Json | undefined): Json | undefined {
  return isJsonArray(wire) && wire[0] === 'uuid' ? wire[1] : wire;
}

const UNLIMITED = {
  choices: undefined,
  min: Number.NEGATIVE_INFINITY,
  max: Number.POSITIVE_INFINITY,
  minLength: 0,
  maxLength: Number.POSITIVE_INFINITY,
  refTable: undefined,
};

/** The argument of an arithmetic mutation: one number, whatever the column's own limits. */
export function anyNumber(type: AtomType): ValueLimits {
  const one: ColumnType = { shape: 'scalar', key: type, value: undefined, min: 1, max: 1 };
  return { type: one, key: { type, ...UNLIMITED }, value: undefined };
}

/** As many of the column's elements as one likes. */
export function anyNumberOf({ type, key, value }: ServerColumn, max: number): ValueLimits {
  return { type: { ...type, min: 0, max }, key, value };
}

/** The keys of a map, as many as one likes. */
export function anyKeysOf({ type, key }: ServerColumn): ValueLimits {
  const max = Number.POSITIVE_INFINITY;
  return {
    type: { shape: 'set', key: type.key, value: undefined, min: 0, max },
    key,
    value: undefined,
  };
}

/** Which rows the two columns that every row has take. */
export const ROW_ID: ServerColumn = {
  type: { shape: 'scalar', key: 'uuid', value: undefined, min: 1, max: 1 },
  key: { type: 'uuid', ...UNLIMITED },
  value: undefined,
  isMutable: false,
};
