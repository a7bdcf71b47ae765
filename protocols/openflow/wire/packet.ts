/**
 * OFPT_FLOW_REMOVED. The one of 1.5 has its times and counters as OXS (oxs.ts).
 *
 * Sources: OpenFlow 1.3.5 §7.4.2; OpenFlow 1.5.1 §7.4.2.
 */
import type { FlowRemoved } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import { layout } from './layout.ts';
import { readMatch } from './oxm-decode.ts';
import { putMatch } from './oxm-encode.ts';
import { putOxs, readOxs } from './oxs.ts';

const FLOW_REMOVED_13 = layout({
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

const FLOW_REMOVED_15 = layout({
  table: 'u8',
  reason: 'u8',
  priority: 'u16',
  idleTimeout: 'u16',
  hardTimeout: 'u16',
  cookie: 'u64',
});

export function putFlowRemoved(
  writer: ByteWriter,
  version: OpenFlowVersion,
  message: FlowRemoved,
): void {
  if (version < 6) {
    const at = writer.reserve(FLOW_REMOVED_13.size);
    writer.view.setBigUint64(at, message.cookie);
    writer.view.setUint16(at + 8, message.priority);
    writer.view.setUint8(at + 10, message.reason);
    writer.view.setUint8(at + 11, message.table);
    writer.view.setUint32(at + 12, message.durationSeconds);
    writer.view.setUint32(at + 16, message.durationNanoseconds);
    writer.view.setUint16(at + 20, message.idleTimeout);
    writer.view.setUint16(at + 22, message.hardTimeout);
    writer.view.setBigUint64(at + 24, message.packets);
    writer.view.setBigUint64(at + 32, message.bytes);
    putMatch(writer, message.match);
    return;
  }
  const at = writer.reserve(FLOW_REMOVED_15.size);
  writer.view.setUint8(at, message.table);
  writer.view.setUint8(at + 1, message.reason);
  writer.view.setUint16(at + 2, message.priority);
  writer.view.setUint16(at + 4, message.idleTimeout);
  writer.view.setUint16(at + 6, message.hardTimeout);
  writer.view.setBigUint64(at + 8, message.cookie);
  putMatch(writer, message.match);
  putOxs(writer, message);
}

export function readFlowRemoved(cursor: Cursor, version: OpenFlowVersion): FlowRemoved {
  if (version < 6) {
    const fixed = cursor.struct(FLOW_REMOVED_13, 'a flow-removed');
    return { type: 'flow_removed', ...fixed, match: readMatch(cursor) };
  }
  const fixed = cursor.struct(FLOW_REMOVED_15, 'a flow-removed');
  const match = readMatch(cursor);
  const { durationSeconds, durationNanoseconds, packets, bytes } = readOxs(cursor);
  return {
    type: 'flow_removed',
    ...fixed,
    match,
    durationSeconds,
    durationNanoseconds,
    packets,
    bytes,
  };
}
