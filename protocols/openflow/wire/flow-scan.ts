/**
 * The hot path of a flow dump: which flows are there and with which cookies, without decoding them.
 *
 * A flow's key is a 53-bit hash over its table, its priority and its match, in whatever order and form the match's TLVs
 * come (match-hash.ts says what forms count as one). The same key comes from our own values (`flowKey`), so that what a
 * switch has is compared with what it should have by two numbers: key and cookie.
 *
 * The record layouts are drawn in flow-stats.ts.
 */
import { failed, ok, type Result } from '../../base/protocol-error.ts';
import { FLOW_COMMANDS } from '../values/commands.ts';
import type { OpenFlowError } from '../values/errors.ts';
import type { Match } from '../values/match.ts';
import type { FlowStats } from '../values/multipart.ts';
import { OFP_NO_BUFFER, OFPG_ANY, OFPP_ANY } from '../values/ports.ts';
import { type OpenFlowVersion, VERSION_NAMES } from '../values/version.ts';
import { ByteWriter } from './byte-writer.ts';
import { Cursor } from './cursor.ts';
import { putHeader } from './header-encode.ts';
import { hashMatchBytes, keyOf, type MatchHash } from './match/match-hash.ts';
import { putMatchFields } from './match/oxm-encode.ts';
import { TYPE } from './message-types.ts';
import { readFlowRecords } from './messages/flow-stats.ts';

/** One flow of a dump. The visitor gets the same object each time: take from it what is to stay. */
export interface FlowEntry {
  table: number;
  priority: number;
  cookieHi: number;
  cookieLo: number;
  key: number;
  /** Where the record lies in the body. */
  offset: number;
  length: number;
  /** Where its match lies in the body: the TLVs, without ofp_match's header and padding. */
  matchOffset: number;
  matchLength: number;
}

/** Offsets in a record, by layout. */
const RECORD_13 = { table: 2, priority: 12, cookie: 24, match: 48 } as const;
const RECORD_15 = { table: 4, priority: 6, cookie: 16, match: 24 } as const;

const MATCH_HEADER_BYTES = 4;
const scratch = new ByteWriter();
/** Holds one match at a time, from its first byte on. */
const keyScratch = new ByteWriter();

/**
 * Visits every flow in the body of a flow reply (what follows the multipart header). Answers false when a length in it is
 * wrong: what was visited before stands, what follows is lost.
 */
export function scanFlowStats(
  version: OpenFlowVersion,
  body: Uint8Array,
  visit: (entry: FlowEntry) => void,
): boolean {
  const layout = version < 6 ? RECORD_13 : RECORD_15;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const least = layout.match + MATCH_HEADER_BYTES;
  const entry: FlowEntry = blankEntry();
  const hash: MatchHash = { low: 0, high: 0 };
  let offset = 0;
  while (offset < body.length) {
    if (body.length - offset < least) return false;
    const length = view.getUint16(offset);
    const matchSize = view.getUint16(offset + layout.match + 2);
    if (length < layout.match + matchSize || offset + length > body.length) return false;
    if (matchSize < MATCH_HEADER_BYTES) return false;
    entry.table = view.getUint8(offset + layout.table);
    entry.priority = view.getUint16(offset + layout.priority);
    entry.cookieHi = view.getUint32(offset + layout.cookie);
    entry.cookieLo = view.getUint32(offset + layout.cookie + 4);
    entry.offset = offset;
    entry.length = length;
    entry.matchOffset = offset + least;
    entry.matchLength = matchSize - MATCH_HEADER_BYTES;
    if (!hashMatchBytes(view, entry.matchOffset, entry.matchLength, hash)) return false;
    entry.key = keyOf(hash, entry.table, entry.priority);
    visit(entry);
    offset += length;
  }
  return true;
}

function blankEntry(): FlowEntry {
  return {
    ...{ table: 0, priority: 0, cookieHi: 0, cookieLo: 0, key: 0 },
    ...{ offset: 0, length: 0, matchOffset: 0, matchLength: 0 },
  };
}

/** The hash takes every header of a field for the same. */
const KEY_VERSION = 4;

/** The key of a flow of ours: the same that `scanFlowStats` gives for it. */
export function flowKey(table: number, priority: number, match: Match): number {
  keyScratch.start = 0;
  keyScratch.end = 0;
  putMatchFields(keyScratch, match, KEY_VERSION);
  const hash: MatchHash = { low: 0, high: 0 };
  hashMatchBytes(keyScratch.view.data, 0, keyScratch.end, hash);
  return keyOf(hash, table, priority);
}

/** Every flow in the body of a flow reply, decoded. */
export function decodeFlowStats(
  version: OpenFlowVersion,
  body: Uint8Array,
): Result<FlowStats[], OpenFlowError> {
  const cursor = new Cursor(body, `${VERSION_NAMES[version]} §7.3.5.2`);
  const flows = readFlowRecords(cursor, version);
  return cursor.error === undefined ? ok(flows) : failed(cursor.error);
}

/** The match of a scanned flow, as the switch wrote it: a view of the body. */
export function matchBytesOf(body: Uint8Array, entry: FlowEntry): Uint8Array {
  return body.subarray(entry.matchOffset, entry.matchOffset + entry.matchLength);
}

/** Deletes exactly the flow with this match: the bytes that the switch gave, without understanding them. */
export function encodeStrictDelete(
  version: OpenFlowVersion,
  table: number,
  priority: number,
  matchBytes: Uint8Array,
  xid: number,
): Uint8Array {
  scratch.begin();
  putHeader(scratch, version, TYPE.flow_mod, xid);
  const at = scratch.reserve(40 + MATCH_HEADER_BYTES);
  const view = scratch.view;
  view.setUint8(at + 16, table);
  view.setUint8(at + 17, FLOW_COMMANDS.delete_strict);
  view.setUint16(at + 22, priority);
  view.setUint32(at + 24, OFP_NO_BUFFER);
  view.setUint32(at + 28, OFPP_ANY);
  view.setUint32(at + 32, OFPG_ANY);
  view.setUint16(at + 40, 1);
  view.setUint16(at + 42, MATCH_HEADER_BYTES + matchBytes.length);
  scratch.put(matchBytes);
  scratch.padTo8(48);
  scratch.patchSize(0, 2);
  return scratch.take();
}
