/**
 * OXM TLVs and ofp_match, bytes to our values. TLVs are walked by our own code, each length proven first.
 *
 * What makes a TLV unreadable is a fault always: its length, and bits of the value that its mask does not have. What a
 * match means is judged (oxm-judge.ts) when decoding strictly, as Open vSwitch judges: unknown fields, prerequisites,
 * duplicates, values out of range. A session takes such a match as it is, because a switch that has it will not part with
 * it for our opinion; a TLV that no row of the registry describes is kept whole (`unknown_oxm`).
 *
 * A mask of all ones is no mask, and a field of which no bit counts is not there (but tun_metadata, which then is matched
 * for being there). The layout is drawn in oxm-encode.ts.
 * Source: OpenFlow 1.3.5 §7.2.3; ovs-fields(7) of Open vSwitch 3.1.
 */
import type { OpenFlowErrorCode } from '../../values/errors.ts';
import { bytesIn, exceedsMask, isZero } from '../../values/field-values.ts';
import { type Field, fieldByOxm } from '../../values/fields.ts';
import type { Match, MatchField } from '../../values/match.ts';
import type { Cursor } from '../cursor.ts';
import { valueAt, wideAt } from './field-value-decode.ts';
import { MatchJudge } from './oxm-judge.ts';

/** OpenFlow 1.1's, whose size is fixed; nobody speaks it here. */
const OFPMT_STANDARD = 0;
const STANDARD_MATCH_BYTES = 88;
const OFPMT_OXM = 1;
const EXPERIMENTER_CLASS = 0xffff;
const MATCH_HEADER_BYTES = 4;
const TLV_HEADER_BYTES = 4;
const BAD_LENGTH: OpenFlowErrorCode = 'OFPBMC_BAD_LEN';

/** ofp_match with its padding. */
export function readMatch(cursor: Cursor): Match {
  const from = cursor.position;
  if (cursor.left < MATCH_HEADER_BYTES) {
    cursor.fail(BAD_LENGTH, `a match needs ${MATCH_HEADER_BYTES} bytes, ${cursor.left} are left`);
    return [];
  }
  const type = cursor.view.getUint16(from);
  const size = cursor.view.getUint16(from + 2);
  const padded = (size + 7) & ~7;
  if (type !== OFPMT_OXM && (type !== OFPMT_STANDARD || size === STANDARD_MATCH_BYTES)) {
    cursor.fail('OFPBMC_BAD_TYPE', `match type ${type}, only OXM (1) is known`);
  }
  if (size < MATCH_HEADER_BYTES || type === OFPMT_STANDARD) {
    cursor.fail(BAD_LENGTH, `a match of type ${type} and ${size} bytes`);
  }
  if (padded > cursor.left) {
    cursor.fail(BAD_LENGTH, `a match of ${padded} bytes, ${cursor.left} are left`);
    return [];
  }
  cursor.position = from + MATCH_HEADER_BYTES;
  const inner = cursor.cut(size - MATCH_HEADER_BYTES, 'a match', BAD_LENGTH);
  cursor.position = from + padded;
  return readMatchFields(inner);
}

/** TLVs up to the cursor's end. */
export function readMatchFields(cursor: Cursor): Match {
  const match: MatchField[] = [];
  const judge = cursor.strict ? new MatchJudge(cursor) : undefined;
  while (cursor.left > 0) {
    const from = cursor.position;
    const item = readOxm(cursor);
    judge?.take(item, from);
    if (item.mask === undefined || !isZero(item.mask) || isOption(item)) match.push(item);
  }
  return match;
}

/** tun_metadata0 to 63. */
function isOption({ field }: MatchField): boolean {
  return field.startsWith('tun_metadata');
}

/** The fields of the classes that most TLVs have, by number. */
const BASIC = fieldsOf(0x8000);
const NXM_1 = fieldsOf(0x0001);

function fieldsOf(oxmClass: number): readonly (Field | undefined)[] {
  return Array.from({ length: 128 }, (_, number) => fieldByOxm(oxmClass, 0, number));
}

/** The field of a class without experimenter. */
function plainField(oxmClass: number, number: number): Field | undefined {
  if (oxmClass === 0x8000) return BASIC[number];
  if (oxmClass === 0x0001) return NXM_1[number];
  return fieldByOxm(oxmClass, 0, number);
}

/** One TLV. */
export function readOxm(cursor: Cursor): MatchField {
  const from = cursor.position;
  if (cursor.left < TLV_HEADER_BYTES) return tooShort(cursor, 'an OXM header');
  const header = cursor.view.getUint32(from);
  const oxmClass = header >>> 16;
  if (oxmClass === EXPERIMENTER_CLASS) return readExperimenter(cursor, header);
  cursor.position = from + TLV_HEADER_BYTES;
  return readPayload(cursor, from, header, plainField(oxmClass, (header >>> 9) & 0x7f), 0);
}

function readExperimenter(cursor: Cursor, header: number): MatchField {
  const from = cursor.position;
  if (cursor.left < TLV_HEADER_BYTES + 4 || (header & 0xff) < 4) {
    return tooShort(cursor, 'an OXM experimenter');
  }
  const experimenter = cursor.view.getUint32(from + TLV_HEADER_BYTES);
  cursor.position = from + TLV_HEADER_BYTES + 4;
  const field = fieldByOxm(EXPERIMENTER_CLASS, experimenter, (header >>> 9) & 0x7f);
  return readPayload(cursor, from, header, field, 4);
}

const NO_FIELD: MatchField = { field: 'unknown_oxm', value: 0, oxm: new Uint8Array(0) };

function tooShort(cursor: Cursor, what: string): MatchField {
  cursor.fail(BAD_LENGTH, `${what} ends too early`);
  return NO_FIELD;
}

/** What follows the header; `prefix` bytes of its length are behind the cursor already. */
function readPayload(
  cursor: Cursor,
  from: number,
  header: number,
  field: Field | undefined,
  prefix: number,
): MatchField {
  const size = (header & 0xff) - prefix;
  const masked = (header & 0x100) !== 0;
  if (size > cursor.left) return tooShort(cursor, field?.name ?? 'an unknown OXM TLV');
  // Of an odd length with a mask, Open vSwitch lets the last byte be.
  const width = masked ? size >> 1 : size;
  if (field === undefined || (width !== field.bytes && !field.variable)) {
    return readUnknown(cursor, from, header, prefix, field);
  }
  const at = cursor.position;
  cursor.position = at + size;
  if (field.variable) return readOption(cursor, field, at, width, masked);
  const value = valueAt(cursor.view, at, width);
  if (!masked) return { field: field.name, value };
  const mask = valueAt(cursor.view, at + width, width);
  if (exceedsMask(value, mask)) beyondMask(cursor, field.name, from);
  return mask === field.fullMask
    ? { field: field.name, value }
    : { field: field.name, value, mask };
}

function beyondMask(cursor: Cursor, name: string, from: number): void {
  cursor.fail('OFPBMC_BAD_WILDCARDS', `${name} has bits in its value that its mask has not`, from);
}

/**
 * A TLV that no row describes, kept whole. One that a row does describe, but with another size, is nobody's: a fault
 * always.
 */
function readUnknown(
  cursor: Cursor,
  from: number,
  header: number,
  prefix: number,
  field: Field | undefined,
): MatchField {
  const size = (header & 0xff) - prefix;
  const at = cursor.position;
  cursor.position = at + size;
  const masked = (header & 0x100) !== 0;
  if (masked && !isConsistent(cursor.view, at, size >> 1))
    beyondMask(cursor, 'an unknown OXM', from);
  const text = `0x${header.toString(16)}`;
  if (field === undefined) cursor.unknown('OFPBMC_BAD_FIELD', `no field is known as ${text}`, from);
  else cursor.fail('OFPBMC_BAD_FIELD', `${field.name} of ${size} bytes, not ${field.bytes}`, from);
  const oxm = cursor.copyFrom(from, TLV_HEADER_BYTES + (header & 0xff));
  return { field: 'unknown_oxm', value: 0, oxm };
}

/** Whether the value has no bits that the mask, as long behind it, does not have. */
function isConsistent(view: DataView, at: number, width: number): boolean {
  for (let index = at; index < at + width; index++) {
    if ((view.getUint8(index) & ~view.getUint8(index + width)) !== 0) return false;
  }
  return true;
}

/** tun_metadata: of any length; what is longer than an option can be is cut. */
function readOption(
  cursor: Cursor,
  field: Field,
  at: number,
  width: number,
  masked: boolean,
): MatchField {
  const size = Math.min(width, field.bytes);
  const value = wideAt(cursor.view, at, size);
  const mask = masked ? wideAt(cursor.view, at + width, size) : undefined;
  if (masked && !isConsistent(cursor.view, at, width)) beyondMask(cursor, field.name, at);
  const least = Math.max(bytesIn(value), mask === undefined ? 0 : bytesIn(mask));
  return {
    field: field.name,
    value,
    ...(mask === undefined || mask === field.fullMask ? {} : { mask }),
    ...(size === least ? {} : { bytes: size }),
  };
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
    if (length < 4) cursor.fail(BAD_LENGTH, `an experimenter OXM of ${length} bytes`);
    experimenter = cursor.u32('an OXM experimenter');
  }
  const field = fieldByOxm(oxmClass, experimenter, (header >>> 9) & 0x7f);
  return { field, masked, prefix, length };
}
