/**
 * Values that we send: from plain JavaScript to the wire form.
 *
 * | given                           | sent                                  |
 * |---------------------------------|---------------------------------------|
 * | string, number, boolean         | itself                                |
 * | UuidRef, NamedUuidRef           | ["uuid", …], ["named-uuid", …]        |
 * | array                           | ["set", […]]                          |
 * | undefined                       | ["set", []], an empty optional        |
 * | Map, or a plain record          | ["map", […]], a record has text keys  |
 *
 * What cannot be sent (NaN, an integer above 2^53) is our own fault: an assertion.
 *
 * Source: RFC 7047 §5.1.
 */
import { NamedUuidRef, UuidRef } from './atoms.ts';
import { isJsonArray, type Json } from './json.ts';

export type InputAtom = string | number | boolean | UuidRef | NamedUuidRef;

export type InputValue =
  | InputAtom
  | undefined
  | readonly InputAtom[]
  | ReadonlyMap<InputAtom, InputAtom>
  | { readonly [key: string]: string | number | boolean };

/** Columns of a row that is to be written. */
export type InputRow = Readonly<Record<string, InputValue>>;

export function encodeAtom(atom: InputAtom): Json {
  if (atom instanceof UuidRef) return ['uuid', atom.uuid];
  if (atom instanceof NamedUuidRef) return ['named-uuid', atom.name];
  if (typeof atom === 'number' && !isSendable(atom)) {
    throw new RangeError(`the number ${atom} cannot be sent exactly`);
  }
  return atom;
}

function isSendable(number: number): boolean {
  return Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number);
}

export function encodeValue(value: InputValue): Json {
  if (value === undefined) return ['set', []];
  if (typeof value !== 'object' || value instanceof UuidRef || value instanceof NamedUuidRef) {
    return encodeAtom(value);
  }
  if (isInputSet(value)) return ['set', value.map(encodeAtom)];
  const pairs = value instanceof Map ? [...value] : Object.entries(value);
  return ['map', pairs.map(([key, entry]) => [encodeAtom(key), encodeAtom(entry)])];
}

function isInputSet(value: InputValue): value is readonly InputAtom[] {
  return Array.isArray(value);
}

/**
 * Values that come back where no column type is at hand (the rows of a select): UUIDs as UuidRef,
 * sets as arrays, maps as Maps. Undefined: not a <value>.
 */
export function decodeUntyped(wire: Json | undefined): InputValue {
  if (!isJsonArray(wire)) return decodeUntypedAtom(wire);
  const [tag, body] = wire;
  if (tag === 'set' && isJsonArray(body)) {
    return body.map(decodeUntypedAtom).filter((atom) => atom !== undefined);
  }
  if (tag !== 'map' || !isJsonArray(body)) return decodeUntypedAtom(wire);
  const map = new Map<InputAtom, InputAtom>();
  for (const pair of body) {
    if (!isJsonArray(pair)) continue;
    const key = decodeUntypedAtom(pair[0]);
    const value = decodeUntypedAtom(pair[1]);
    if (key !== undefined && value !== undefined) map.set(key, value);
  }
  return map;
}

function decodeUntypedAtom(wire: Json | undefined): InputAtom | undefined {
  if (typeof wire === 'string' || typeof wire === 'number' || typeof wire === 'boolean') {
    return wire;
  }
  if (!isJsonArray(wire) || typeof wire[1] !== 'string' || wire[0] !== 'uuid') return undefined;
  return new UuidRef(wire[1] as UuidRef['uuid']);
}
