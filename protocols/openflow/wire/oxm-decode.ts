/**
 * OXM TLVs and ofp_match, bytes to our values. TLVs are walked by our own code, each length proven first.
 *
 * A TLV that no row of the registry describes is kept whole (`unknown_oxm`). One that a row does describe, but with
 * another size, is the peer's fault. The layout is drawn in oxm-encode.ts.
 * Source: OpenFlow 1.3.5 §7.2.3.
 */
import { type Field, fieldByOxm } from '../values/fields.ts';
import type { FieldValue, Match, MatchField } from '../values/match.ts';
import type { Cursor } from './cursor.ts';

const OFPMT_OXM = 1;
const EXPERIMENTER_CLASS = 0xffff;

/** ofp_match with its padding. */
export function readMatch(cursor: Cursor): Match {
  const type = cursor.peekU16(0, 'a match');
  const size = cursor.peekU16(2, 'a match');
  if (type !== OFPMT_OXM)
    cursor.fail('OFPBMC_BAD_TYPE', `match type ${type}, only OXM (1) is known`);
  const inner = cursor.cutSized(2, 4, 'a match');
  inner.skip(4, 'a match');
  cursor.skipPadding(size, 'padding behind a match');
  return readMatchFields(inner);
}

/** TLVs up to the cursor's end. */
export function readMatchFields(cursor: Cursor): Match {
  const match: MatchField[] = [];
  while (cursor.left > 0) match.push(readOxm(cursor));
  return match;
}

/** One TLV. */
export function readOxm(cursor: Cursor): MatchField {
  const from = cursor.position;
  const header = readOxmHeader(cursor);
  const { field, masked, length: size } = header;
  if (field === undefined) {
    cursor.position = from;
    return { field: 'unknown_oxm', value: 0, oxm: cursor.copy(4 + size, 'an OXM TLV') };
  }
  const expected = header.prefix + field.bytes * (masked ? 2 : 1);
  if (size !== expected && cursor.error === undefined) {
    cursor.fail('OFPBMC_BAD_LEN', `${field.name} of ${size} bytes, expected ${expected}`, from);
  }
  const value = readValue(cursor, field);
  return masked
    ? { field: field.name, value, mask: readValue(cursor, field) }
    : { field: field.name, value };
}

export interface OxmHeader {
  /** undefined: no row of the registry. */
  readonly field: Field | undefined;
  readonly masked: boolean;
  /** Bytes of `length` that are the experimenter's: of the header's class, which may be an alias of the field's. */
  readonly prefix: number;
  /** As on the wire: what follows the first four bytes. */
  readonly length: number;
}

/** A header with its experimenter's four bytes, if the class has them. */
export function readOxmHeader(cursor: Cursor): OxmHeader {
  const header = cursor.u32('an OXM header');
  const oxmClass = header >>> 16;
  const length = header & 0xff;
  const masked = (header & 0x100) !== 0;
  let experimenter = 0;
  const prefix = oxmClass === EXPERIMENTER_CLASS ? 4 : 0;
  if (prefix > 0) {
    if (length < 4) cursor.fail('OFPBMC_BAD_LEN', `an experimenter OXM of ${length} bytes`);
    experimenter = cursor.u32('an OXM experimenter');
  }
  const field = fieldByOxm(oxmClass, experimenter, (header >>> 9) & 0x7f);
  return { field, masked, prefix, length };
}

function readValue(cursor: Cursor, field: Field): FieldValue {
  const none = field.wide ? 0n : 0;
  if (!cursor.has(field.bytes, field.name)) return none;
  const at = cursor.position;
  cursor.position += field.bytes;
  const view = cursor.view;
  switch (field.bytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at);
    case 3:
      return view.getUint16(at) * 256 + view.getUint8(at + 2);
    case 4:
      return view.getUint32(at);
    case 6:
      return view.getUint16(at) * 0x100000000 + view.getUint32(at + 2);
    case 8:
      return view.getBigUint64(at);
    default:
      return (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8);
  }
}
