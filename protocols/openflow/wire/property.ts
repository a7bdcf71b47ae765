/**
 * Properties: the TLVs of OpenFlow 1.4 and later, outside of matches and actions.
 *
 *     type:16 | length:16 (without padding) | value | padding to eight
 *     0xffff  | length:16 | experimenter:32 | exp_type:32 | value | padding to eight
 *
 * Trap: what follows the header begins at byte 4 or 12, so that a 64-bit value has its own padding before it.
 * Source: OpenFlow 1.4.1 §7.1.2 (properties).
 */
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';

export const EXPERIMENTER_PROPERTY = 0xffff;
const HEADER_BYTES = 4;
const EXPERIMENTER_HEADER_BYTES = 12;

export interface Property {
  readonly type: number;
  /** 0 for the standard's own. */
  readonly experimenter: number;
  readonly experimenterType: number;
  /** The whole of it without padding; what is too short in it is OFPBPC_BAD_LEN. */
  readonly size: number;
  /** Behind the header. */
  readonly body: Cursor;
  /** Where it begins, and how long it is with its padding. */
  readonly from: number;
  readonly paddedSize: number;
}

/** The next property of `cursor`. */
export function readProperty(cursor: Cursor): Property {
  const from = cursor.position;
  const whole = cursor.cut(cursor.left, 'properties', 'OFPBPC_BAD_LEN');
  cursor.position = from;
  const type = whole.peekU16(0, 'a property');
  const body = whole.cutSized(2, HEADER_BYTES, 'a property', 'OFPBPC_BAD_LEN');
  const size = body.left;
  whole.skipPadding(size, 'padding behind a property');
  body.skip(HEADER_BYTES, 'a property');
  let experimenter = 0;
  let experimenterType = 0;
  if (type === EXPERIMENTER_PROPERTY) {
    experimenter = body.u32('an experimenter property');
    experimenterType = body.u32('an experimenter property');
    if (experimenter === 0 && cursor.error === undefined) {
      cursor.fail('OFPBPC_BAD_EXPERIMENTER', 'a property of experimenter 0', from);
    }
  }
  const paddedSize = whole.position - from;
  cursor.position = whole.position;
  return { type, experimenter, experimenterType, size, body, from, paddedSize };
}

export interface UnknownProperties {
  /** One behind the other, byte for byte. */
  readonly unknownProperties?: Uint8Array;
}

/**
 * All properties up to the cursor's end. `readKnown` answers undefined for one that it does not know, which is kept; of those that come
 * twice, the last counts.
 */
export function readProperties<Values extends object>(
  cursor: Cursor,
  readKnown: (property: Property) => Partial<Values> | undefined,
): Partial<Values> & UnknownProperties {
  const values: Partial<Values> = {};
  const unknown: Uint8Array[] = [];
  while (cursor.left > 0) {
    const property = readProperty(cursor);
    const known = readKnown(property);
    if (known === undefined) unknown.push(keptProperty(cursor, property));
    else Object.assign(values, known);
  }
  return unknown.length === 0 ? values : { ...values, unknownProperties: joinBytes(unknown) };
}

/** The property with its padding; a fault for who judges strictly. */
export function unknownProperty(cursor: Cursor, property: Property, what: string): Uint8Array {
  if (property.type === EXPERIMENTER_PROPERTY) {
    const { experimenter, experimenterType, from } = property;
    const detail = `no property ${experimenterType} of experimenter ${experimenter} in ${what}`;
    cursor.unknown('OFPBPC_BAD_EXP_TYPE', detail, from);
  } else {
    cursor.unknown('OFPBPC_BAD_TYPE', `no property ${property.type} in ${what}`, property.from);
  }
  return keptProperty(cursor, property);
}

/** The property with its padding: for kinds where Open vSwitch passes over what it does not know. */
export function keptProperty(cursor: Cursor, { from, paddedSize }: Property): Uint8Array {
  return cursor.error === undefined ? cursor.copyFrom(from, paddedSize) : new Uint8Array(0);
}

/** A property of exactly `size` bytes, its header included. */
export function expectSize(cursor: Cursor, property: Property, size: number, what: string): void {
  if (property.size !== size && cursor.error === undefined) {
    cursor.fail('OFPBPC_BAD_LEN', `${what} of ${property.size} bytes, expected ${size}`);
  }
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** type:16 | length:16 and zeros, `size` bytes in all; returns where the value goes, behind the four bytes. */
export function putProperty(writer: ByteWriter, type: number, size: number): number {
  const at = writer.reserve(size);
  writer.view.setUint16(at, type);
  writer.view.setUint16(at + 2, size);
  return at + HEADER_BYTES;
}

/** The header of an experimenter's property; its length is for `endProperty`. Returns the mark. */
export function beginExperimenterProperty(
  writer: ByteWriter,
  experimenter: number,
  experimenterType: number,
): number {
  const mark = writer.mark();
  const at = writer.reserve(EXPERIMENTER_HEADER_BYTES);
  writer.view.setUint16(at, EXPERIMENTER_PROPERTY);
  writer.view.setUint32(at + 4, experimenter);
  writer.view.setUint32(at + 8, experimenterType);
  return mark;
}

/** The header of a property whose length is for `endProperty`. Returns the mark. */
export function beginProperty(writer: ByteWriter, type: number): number {
  const mark = writer.mark();
  writer.view.setUint16(writer.reserve(HEADER_BYTES), type);
  return mark;
}

export function endProperty(writer: ByteWriter, mark: number): void {
  writer.patchSize(mark, 2);
  writer.padTo8(mark);
}
