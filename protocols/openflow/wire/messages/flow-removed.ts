/**
 * OFPT_FLOW_REMOVED and NXT_FLOW_REMOVED.
 *
 *     1.3, 1.4:   cookie:64 | priority:16 | reason:8 | table:8 | duration 2 × 32 | idle:16 | hard:16 | packets:64 | bytes:64 | match
 *     1.5:        table:8 | reason:8 | priority:16 | idle:16 | hard:16 | cookie:64 | match | statistics (OXS)
 *     Nicira's:   cookie:64 | priority:16 | reason:8 | table + 1:8 | duration 2 × 32 | idle:16 | match_len:16 | packets:64 | bytes:64
 *                 | OXM TLVs, padded to eight
 *
 * Sources: OpenFlow 1.3.5 §7.4.2; OpenFlow 1.5.1 §7.4.2; nicira-ext.h of Open vSwitch 3.1.
 */
import type { FlowRemoved } from '../../values/messages.ts';
import type { NxFlowRemoved } from '../../values/nicira-messages.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { putNxMatch, readNxMatch } from '../match/nx-match.ts';
import { readMatch } from '../match/oxm-decode.ts';
import { putMatch } from '../match/oxm-encode.ts';
import { putOxs, readOxs } from '../oxs.ts';

const FIXED_13 = layout({
  cookie: 'u64',
  priority: 'u16',
  reason: 'u8',
  table: 'u8',
  durationSeconds: 'u32',
  durationNanoseconds: 'u32',
  idleTimeout: 'u16',
  hardTimeout: 'u16',
  packets: 'u64',
  bytes: 'u64',
});

const FIXED_15 = layout({
  table: 'u8',
  reason: 'u8',
  priority: 'u16',
  idleTimeout: 'u16',
  hardTimeout: 'u16',
  cookie: 'u64',
});

/** What the layouts of 1.3 and of Nicira share; what stands at 22 is another thing in each. */
function putFixed(
  writer: ByteWriter,
  message: Omit<FlowRemoved, 'type' | 'hardTimeout'>,
  table: number,
): number {
  const at = writer.reserve(FIXED_13.size);
  writer.view.setBigUint64(at, message.cookie);
  writer.view.setUint16(at + 8, message.priority);
  writer.view.setUint8(at + 10, message.reason);
  writer.view.setUint8(at + 11, table);
  writer.view.setUint32(at + 12, message.durationSeconds);
  writer.view.setUint32(at + 16, message.durationNanoseconds);
  writer.view.setUint16(at + 20, message.idleTimeout);
  writer.view.setBigUint64(at + 24, message.packets);
  writer.view.setBigUint64(at + 32, message.bytes);
  return at + 22;
}

export function putFlowRemoved(
  writer: ByteWriter,
  version: OpenFlowVersion,
  message: FlowRemoved,
): void {
  if (version < 6) {
    const at = putFixed(writer, message, message.table);
    writer.view.setUint16(at, message.hardTimeout);
    putMatch(writer, message.match, version);
    return;
  }
  const at = writer.reserve(FIXED_15.size);
  writer.view.setUint8(at, message.table);
  writer.view.setUint8(at + 1, message.reason);
  writer.view.setUint16(at + 2, message.priority);
  writer.view.setUint16(at + 4, message.idleTimeout);
  writer.view.setUint16(at + 6, message.hardTimeout);
  writer.view.setBigUint64(at + 8, message.cookie);
  putMatch(writer, message.match, version);
  putOxs(writer, message);
}

export function readFlowRemoved(cursor: Cursor, version: OpenFlowVersion): FlowRemoved {
  if (version < 6) {
    const fixed = cursor.struct(FIXED_13, 'a flow-removed');
    return { type: 'flow_removed', ...fixed, match: readMatch(cursor) };
  }
  const fixed = cursor.struct(FIXED_15, 'a flow-removed');
  const match = readMatch(cursor);
  const { durationSeconds, durationNanoseconds, packets, bytes } = readOxs(cursor);
  const counted = { durationSeconds, durationNanoseconds, packets, bytes };
  return { type: 'flow_removed', ...fixed, match, ...counted };
}

/** A table of 255 is one that is not said. */
const NO_TABLE = 255;

export function putNxFlowRemoved(
  writer: ByteWriter,
  _version: OpenFlowVersion,
  message: NxFlowRemoved,
): void {
  const mark = writer.mark();
  putFixed(writer, message, message.table === NO_TABLE ? 0 : message.table + 1);
  const size = putNxMatch(writer, message.match);
  writer.view.setUint16(writer.start + mark + 22, size);
}

export function readNxFlowRemoved(cursor: Cursor): NxFlowRemoved {
  const fixed = cursor.struct(FIXED_13, 'a flow-removed');
  const { table, hardTimeout: matchSize, ...rest } = fixed;
  const { match } = readNxMatch(cursor, matchSize);
  if (cursor.left > 0) {
    cursor.fail('OFPBRC_BAD_LEN', `${cursor.left} bytes behind the match of a flow-removed`);
  }
  return { type: 'nx_flow_removed', ...rest, table: table === 0 ? NO_TABLE : table - 1, match };
}
