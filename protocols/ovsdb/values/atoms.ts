/**
 * Atoms: the single values of OVSDB, and references by UUID.
 *
 * A UUID is a string here and ["uuid", text] on the wire; the column's type says which strings are
 * UUIDs, so a decoded atom carries no tag. What we send has no column type at hand, so there a
 * reference is an object of its own (UuidRef, NamedUuidRef).
 *
 * Integers are 64-bit on the wire and doubles here: above 2^53 a counter reads as its nearest double, and we refuse to
 * send one (wire-value.ts, check-value.ts), so what was read inexactly is never written back. A difference
 * that names one which is there already cannot be read (column.ts): the rows are read anew.
 *
 * Source: RFC 7047 §3.1, §5.1.
 */
import { isJsonArray, type Json } from './json.ts';

export type AtomType = 'integer' | 'real' | 'boolean' | 'string' | 'uuid';

/** 36 characters, lower case, e.g. "550e8400-e29b-41d4-a716-446655440000". */
export type Uuid = string & { readonly __brand: 'Uuid' };

export type Atom = string | number | boolean;

/** The JavaScript type of an atom type. */
export interface AtomOf {
  readonly integer: number;
  readonly real: number;
  readonly boolean: boolean;
  readonly string: string;
  readonly uuid: Uuid;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const ZERO_UUID = '00000000-0000-0000-0000-000000000000' as Uuid;

export function isUuid(text: string): text is Uuid {
  return UUID.test(text);
}

export function isAtomType(value: Json | undefined): value is AtomType {
  return (
    value === 'integer' ||
    value === 'real' ||
    value === 'boolean' ||
    value === 'string' ||
    value === 'uuid'
  );
}

/** What an atom of a column without a value is: RFC 7047 §5.2.1. */
export function defaultAtom(type: AtomType): Atom {
  if (type === 'boolean') return false;
  if (type === 'string') return '';
  return type === 'uuid' ? ZERO_UUID : 0;
}

/** Undefined: not an atom of this type. */
export function decodeAtom(type: AtomType, wire: Json | undefined): Atom | undefined {
  switch (type) {
    case 'string':
      return typeof wire === 'string' ? wire : undefined;
    case 'integer':
      return typeof wire === 'number' && Number.isInteger(wire) ? wire : undefined;
    case 'boolean':
      return typeof wire === 'boolean' ? wire : undefined;
    case 'real':
      return typeof wire === 'number' ? wire : undefined;
    case 'uuid':
      return decodeUuid(wire);
  }
}

function decodeUuid(wire: Json | undefined): Uuid | undefined {
  if (!isJsonArray(wire) || wire.length !== 2 || wire[0] !== 'uuid') return undefined;
  const text = wire[1];
  return typeof text === 'string' && isUuid(text) ? text : undefined;
}

/** A row that exists. */
export class UuidRef {
  readonly uuid: Uuid;
  constructor(uuid: Uuid) {
    this.uuid = uuid;
  }
}

/** A row that the same transaction inserts. RFC 7047 §5.1, <named-uuid>. */
export class NamedUuidRef {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export function uuidRef(uuid: Uuid): UuidRef {
  return new UuidRef(uuid);
}
