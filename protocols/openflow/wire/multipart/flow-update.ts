/**
 * What a flow monitor reports.
 *
 *     full 1.3:         length:16 | event:16 | reason:16 | priority:16 | idle:16 | hard:16 | match_len:16 | table_id | pad | cookie:64
 *                       | match | instructions
 *     full 1.4:         length:16 | event:16 | table_id | reason | idle:16 | hard:16 | priority:16 | zeros 4 | cookie:64
 *                       | match | instructions
 *     abbreviated:      length:16 = 8 | event:16 | xid:32
 *     paused, resumed:  length:16 = 8 | event:16 | pad 4 (1.4 on)
 *
 * Traps: ONF's extension for 1.3 numbers events otherwise. Its match_len is the length that the match says, without padding.
 * Sources: ONF extension 187; OpenFlow 1.4.1 §7.3.5.17; nicira-ext.h of Open vSwitch 3.1.
 */
import { nameOf } from '../../values/commands.ts';
import type { FlowUpdate } from '../../values/flow-monitor.ts';
import type { Match } from '../../values/match.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { readInstructionList } from '../action-list.ts';
import { putInstructions } from '../actions/instruction-encode.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { readMatch } from '../match/oxm-decode.ts';
import { putMatch } from '../match/oxm-encode.ts';

const HEADER = layout({ length: 'u16', event: 'u16' });

const FULL_13 = layout({
  reason: 'u16',
  priority: 'u16',
  idleTimeout: 'u16',
  hardTimeout: 'u16',
  matchSize: 'u16',
  table: 'u8',
  pad: 'pad1',
  cookie: 'u64',
});

const FULL_14 = layout({
  table: 'u8',
  reason: 'u8',
  idleTimeout: 'u16',
  hardTimeout: 'u16',
  priority: 'u16',
  pad: 'pad4',
  cookie: 'u64',
});

const FULL_BYTES = 24;
const SHORT_BYTES = 8;

const EVENTS_13 = { added: 0, deleted: 1, modified: 2, abbrev: 3 } as const;
const EVENTS_14 = {
  initial: 0,
  added: 1,
  deleted: 2,
  modified: 3,
  abbrev: 4,
  paused: 5,
  resumed: 6,
} as const;

/** Returns the mark of the match. */
export function putMatch13(writer: ByteWriter, match: Match): number {
  const mark = writer.mark();
  putMatch(writer, match, 4);
  return mark;
}

/** The size that the match at `match` says goes to `mark`. */
export function copyMatchSize(writer: ByteWriter, mark: number, match: number): void {
  const size = writer.view.data.getUint16(writer.start + match + 2);
  writer.view.setUint16(writer.start + mark, size);
}

export function putUpdate(writer: ByteWriter, version: OpenFlowVersion, update: FlowUpdate): void {
  const events: Readonly<Record<string, number>> = version < 5 ? EVENTS_13 : EVENTS_14;
  const event = events[update.event];
  if (event === undefined) throw new TypeError(`the event ${update.event} needs OpenFlow 1.4`);
  const mark = writer.mark();
  writer.view.setUint16(writer.reserve(HEADER.size) + 2, event);
  if ('xid' in update) writer.view.setUint32(writer.reserve(4), update.xid);
  else if (!('cookie' in update)) writer.reserve(4);
  else if (version < 5) putFull13(writer, version, update);
  else putFull14(writer, version, update);
  writer.patchSize(mark, 0);
}

type FullUpdate = Extract<FlowUpdate, { cookie: bigint }>;

function putFull13(writer: ByteWriter, version: OpenFlowVersion, update: FullUpdate): void {
  const mark = writer.mark();
  const at = writer.reserve(FULL_13.size);
  writer.view.setUint16(at, update.reason);
  writer.view.setUint16(at + 2, update.priority);
  writer.view.setUint16(at + 4, update.idleTimeout);
  writer.view.setUint16(at + 6, update.hardTimeout);
  writer.view.setUint8(at + 10, update.table);
  writer.view.setBigUint64(at + 12, update.cookie);
  copyMatchSize(writer, mark + 8, putMatch13(writer, update.match));
  putInstructions(writer, version, update.instructions);
}

function putFull14(writer: ByteWriter, version: OpenFlowVersion, update: FullUpdate): void {
  const at = writer.reserve(FULL_14.size);
  writer.view.setUint8(at, update.table);
  writer.view.setUint8(at + 1, update.reason);
  writer.view.setUint16(at + 2, update.idleTimeout);
  writer.view.setUint16(at + 4, update.hardTimeout);
  writer.view.setUint16(at + 6, update.priority);
  writer.view.setBigUint64(at + 12, update.cookie);
  putMatch(writer, update.match, version);
  putInstructions(writer, version, update.instructions);
}

export function readUpdate(cursor: Cursor, version: OpenFlowVersion): FlowUpdate {
  const from = cursor.position;
  const { length, event: number } = cursor.struct(HEADER, 'a flow update');
  if (length % 8 !== 0 || length > cursor.left + HEADER.size) {
    cursor.fail('OFPBRC_BAD_LEN', `a flow update of ${length} bytes`);
  }
  const events: Readonly<Record<string, number>> = version < 5 ? EVENTS_13 : EVENTS_14;
  const event = nameOf(events, number) as FlowUpdate['event'] | undefined;
  switch (event) {
    case 'abbrev':
      checkLength(cursor, length, SHORT_BYTES);
      return { event, xid: cursor.u32('a flow update') };
    case 'paused':
    case 'resumed':
      checkLength(cursor, length, SHORT_BYTES);
      cursor.skip(4, 'a flow update');
      return { event };
    case undefined:
      cursor.fail('NXBRC_FM_BAD_EVENT', `no event ${number} of a flow monitor`);
      return { event: 'abbrev', xid: 0 };
    default:
      return readFull(cursor, version, event, from, length);
  }
}

function checkLength(cursor: Cursor, length: number, expected: number): void {
  if (length !== expected) {
    cursor.fail('OFPBRC_BAD_LEN', `a flow update of ${length} bytes, expected ${expected}`);
  }
}

function readFull(
  cursor: Cursor,
  version: OpenFlowVersion,
  event: FullUpdate['event'],
  from: number,
  length: number,
): FlowUpdate {
  if (length < FULL_BYTES) cursor.fail('OFPBRC_BAD_LEN', `a flow update of ${length} bytes`);
  const fixed = version < 5 ? readFixed13(cursor, length) : cursor.struct(FULL_14, 'a flow update');
  const match = readMatch(cursor);
  const size = from + length - cursor.position;
  return { event, ...fixed, match, instructions: readInstructionList(cursor, size, version) };
}

function readFixed13(
  cursor: Cursor,
  length: number,
): Omit<FullUpdate, 'event' | 'match' | 'instructions'> {
  const { matchSize, ...fixed } = cursor.struct(FULL_13, 'a flow update');
  if (FULL_BYTES + matchSize > length) {
    cursor.fail('OFPBRC_BAD_LEN', `a flow update with a match of ${matchSize} bytes`);
  }
  return fixed;
}
