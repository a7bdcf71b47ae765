/**
 * Nicira's match: NXM TLVs (or, for who reads, OXM) without the header of ofp_match, padded to eight. In a flow-mod it may name a cookie too.
 *
 * Source: nicira-ext.h of Open vSwitch 3.1.
 */
import type { Match } from '../../values/match.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { readMatchFields } from './oxm-decode.ts';
import { putMatchFields } from './oxm-encode.ts';

/** NXM_NX_COOKIE: class 1, field 30; with a mask twice as long. */
const COOKIE = 0x00013c08;
const COOKIE_MASKED = 0x00013d10;
const TLV_HEADER_BYTES = 4;
/** Not OXM headers, where a field has both. */
const NXM = 0;
const BAD_LENGTH = 'OFPBMC_BAD_LEN';
const ALL_64 = 0xffffffffffffffffn;

export interface CookieFilter {
  readonly cookie: bigint;
  readonly mask: bigint;
}

export interface NxMatch {
  readonly match: Match;
  readonly filter?: CookieFilter;
}

/** Returns the size without padding, which goes elsewhere. */
export function putNxMatch(writer: ByteWriter, match: Match, filter?: CookieFilter): number {
  const mark = writer.mark();
  putMatchFields(writer, match, NXM);
  if (filter !== undefined) putCookie(writer, filter);
  const size = writer.mark() - mark;
  writer.padTo8(mark);
  return size;
}

function putCookie(writer: ByteWriter, { cookie, mask }: CookieFilter): void {
  const isExact = mask === ALL_64;
  const at = writer.reserve(TLV_HEADER_BYTES + (isExact ? 8 : 16));
  writer.view.setUint32(at, isExact ? COOKIE : COOKIE_MASKED);
  writer.view.setBigUint64(at + 4, cookie);
  if (!isExact) writer.view.setBigUint64(at + 12, mask);
}

/** `size`: without padding. */
export function readNxMatch(cursor: Cursor, size: number): NxMatch {
  return { match: readMatchFields(cutTlvs(cursor, size)) };
}

/** The same where a cookie may be named; Open vSwitch writes it last. */
export function readNxMatchWithCookie(cursor: Cursor, size: number): NxMatch {
  const tlvs = cutTlvs(cursor, size);
  const before = findCookie(tlvs);
  if (before === undefined) return { match: readMatchFields(tlvs) };
  const match = readMatchFields(tlvs.cut(before, 'a match'));
  const filter = readCookie(tlvs);
  if (findCookie(tlvs) !== undefined) {
    cursor.fail('OFPBMC_DUP_FIELD', 'a match names two cookies');
  }
  return { match: [...match, ...readMatchFields(tlvs)], filter };
}

/** The TLVs; `cursor` goes on behind their padding. */
function cutTlvs(cursor: Cursor, size: number): Cursor {
  const from = cursor.position;
  const whole = cursor.cut(cursor.left, 'a match', BAD_LENGTH);
  const tlvs = whole.cut(size, 'a match');
  whole.skipPadding(size, 'padding behind a match');
  cursor.position = cursor.error === undefined ? whole.position : from;
  return tlvs;
}

/** How many bytes lie before the cookie; undefined: there is none. */
function findCookie(tlvs: Cursor): number | undefined {
  for (let at = 0; at + TLV_HEADER_BYTES <= tlvs.left; ) {
    const header = tlvs.view.getUint32(tlvs.position + at);
    if (header === COOKIE || header === COOKIE_MASKED) return at;
    at += TLV_HEADER_BYTES + (header & 0xff);
  }
  return undefined;
}

function readCookie(tlvs: Cursor): CookieFilter {
  const isExact = tlvs.u32('a cookie') === COOKIE;
  const cookie = readU64(tlvs);
  const mask = isExact ? ALL_64 : readU64(tlvs);
  if ((cookie & ~mask) !== 0n) tlvs.fail('OFPBMC_BAD_WILDCARDS', 'a cookie beyond its mask');
  return { cookie, mask };
}

function readU64(cursor: Cursor): bigint {
  if (!cursor.has(8, 'a cookie')) return 0n;
  cursor.position += 8;
  return cursor.view.getBigUint64(cursor.position - 8);
}
