/**
 * The fields of the pipeline that travel with a packet: OXM TLVs as in a match, but read loosely.
 *
 * They are no condition for packets, so a field needs no prerequisites here. A header that nobody knows, or one that is known with
 * another length, is passed over; it is kept (`unknown_oxm`) for who sends the message on. What is wrong within a known field is a
 * fault as in every match.
 *
 * Source: OpenFlow 1.5.1 §7.2.3.9 (pipeline fields); judged by `ovs-ofctl ofp-print`.
 */
import { isZero } from '../../values/field-values.ts';
import type { FieldName } from '../../values/fields.ts';
import type { Match, MatchField } from '../../values/match.ts';
import type { Cursor } from '../cursor.ts';
import { readOxm, readOxmHeader } from './oxm-decode.ts';
import { MatchJudge } from './oxm-judge.ts';

const OFPMT_OXM = 1;
const MATCH_HEADER_BYTES = 4;
const TLV_HEADER_BYTES = 4;

/** ofp_match with its padding. `mayStand`: fields that are allowed, which strict judges look at; absent: all. */
export function readPipelineMatch(cursor: Cursor, mayStand?: (field: FieldName) => boolean): Match {
  const whole = cursor.cut(cursor.left, 'a match', 'OFPBMC_BAD_LEN');
  const from = whole.position;
  const type = whole.u16('a match');
  const size = whole.u16('a match');
  if (size < MATCH_HEADER_BYTES && whole.error === undefined) {
    whole.fail('OFPBMC_BAD_LEN', `a match of ${size} bytes`);
  }
  if (type !== OFPMT_OXM) {
    whole.fail('OFPBMC_BAD_TYPE', `match type ${type}, only OXM (1) is known`);
  }
  const match = readPadded(whole, size, MATCH_HEADER_BYTES, mayStand);
  cursor.position = from + Math.ceil(size / 8) * 8;
  return match;
}

/** The next `size` bytes and what fills them up to eight. */
export function readPipelineTlvs(cursor: Cursor, size: number): Match {
  const from = cursor.position;
  const whole = cursor.cut(cursor.left, 'a match', 'OFPBMC_BAD_LEN');
  const match = readPadded(whole, size, 0, undefined);
  cursor.position = from + Math.ceil(size / 8) * 8;
  return match;
}

/** TLVs up to the cursor's end. */
export function readPipelineFields(cursor: Cursor): Match {
  const whole = cursor.cut(cursor.left, 'a match', 'OFPBMC_BAD_LEN');
  return readTlvs(whole, undefined);
}

/** `whole` stands `before` bytes behind where `size` counts from. */
function readPadded(
  whole: Cursor,
  size: number,
  before: number,
  mayStand: ((field: FieldName) => boolean) | undefined,
): Match {
  if (!whole.has(Math.ceil(size / 8) * 8 - before, 'a match')) return [];
  return readTlvs(whole.cut(size - before, 'a match'), mayStand);
}

function readTlvs(cursor: Cursor, mayStand?: (field: FieldName) => boolean): Match {
  const match: MatchField[] = [];
  const judge = cursor.strict ? new MatchJudge(cursor, { mayStand }) : undefined;
  while (cursor.left > 0) {
    const from = cursor.position;
    const item = readTlv(cursor);
    judge?.take(item, from);
    if (item.mask === undefined || !isZero(item.mask)) match.push(item);
  }
  return match;
}

function readTlv(cursor: Cursor): MatchField {
  const from = cursor.position;
  const { field, masked, prefix, length } = readOxmHeader(cursor);
  cursor.position = from;
  const size = length - prefix;
  const width = masked ? size >> 1 : size;
  if (field !== undefined && (field.variable || width === field.bytes)) {
    if (field.inOvs || !cursor.strict) return readOxm(cursor);
  }
  const oxm = cursor.copy(TLV_HEADER_BYTES + length, 'an OXM TLV');
  if (masked && !isConsistent(oxm, TLV_HEADER_BYTES + prefix, width)) {
    cursor.fail('OFPBMC_BAD_WILDCARDS', 'an unknown field beyond its mask', from);
  }
  return { field: 'unknown_oxm', value: 0, oxm };
}

/** Whether the value has no bits that the mask, as long behind it, does not have. */
function isConsistent(oxm: Uint8Array, from: number, width: number): boolean {
  for (let index = from; index < from + width; index++) {
    if (((oxm[index] ?? 0) & ~(oxm[index + width] ?? 0)) !== 0) return false;
  }
  return true;
}

/** Both headers of the port on which the packet came in. */
export function isInPort(field: FieldName): boolean {
  return field === 'in_port' || field === 'nxm_in_port';
}
