/**
 * OFPT_PACKET_IN, OFPT_PACKET_OUT and OFPT_FLOW_REMOVED.
 *
 * Traps: two bytes of padding lie between a packet-in's match and its data, so that the IP header is aligned. A packet-out
 * of 1.5 names its port in a match, which stands before the actions; the length of the actions comes before both.
 * A flow-removed of 1.5 has its times and counters as OXS (oxs.ts).
 * Sources: OpenFlow 1.3.5 §7.4.1, §7.3.7, §7.4.2; OpenFlow 1.5.1 §7.3.6, §7.4.2.
 */
import type { FlowRemoved } from '../values/messages.ts';
import type { PacketIn, PacketOut } from '../values/packet-messages.ts';
import { OFP_NO_BUFFER } from '../values/ports.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { readActions } from './action-decode.ts';
import { putActions } from './action-encode.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import { layout } from './layout.ts';
import { readMatch } from './oxm-decode.ts';
import { putMatch } from './oxm-encode.ts';
import { putOxs, readOxs } from './oxs.ts';

const PACKET_IN = layout({
  bufferId: 'u32',
  totalLength: 'u16',
  reason: 'u8',
  table: 'u8',
  cookie: 'u64',
});

const PACKET_OUT_13 = layout({ bufferId: 'u32', inPort: 'u32', actionsSize: 'u16', pad: 'pad6' });
const PACKET_OUT_15 = layout({ bufferId: 'u32', actionsSize: 'u16', pad: 'pad2' });

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

export function putPacketIn(
  writer: ByteWriter,
  _version: OpenFlowVersion,
  message: PacketIn,
): void {
  const at = writer.reserve(PACKET_IN.size);
  writer.view.setUint32(at, message.bufferId);
  writer.view.setUint16(at + 4, message.totalLength);
  writer.view.setUint8(at + 6, message.reason);
  writer.view.setUint8(at + 7, message.table);
  writer.view.setBigUint64(at + 8, message.cookie);
  putMatch(writer, message.match);
  writer.reserve(2);
  writer.put(message.data);
}

export function readPacketIn(cursor: Cursor): PacketIn {
  const fixed = cursor.struct(PACKET_IN, 'a packet-in');
  const match = readMatch(cursor);
  cursor.skip(2, 'a packet-in');
  return { type: 'packet_in', ...fixed, match, data: cursor.rest() };
}

export function putPacketOut(
  writer: ByteWriter,
  version: OpenFlowVersion,
  message: PacketOut,
): void {
  const fixed = writer.mark();
  const sizeOffset = version < 6 ? 8 : 4;
  const at = writer.reserve(version < 6 ? PACKET_OUT_13.size : PACKET_OUT_15.size);
  writer.view.setUint32(at, message.bufferId ?? OFP_NO_BUFFER);
  if (version < 6) writer.view.setUint32(at + 4, message.inPort);
  else putMatch(writer, [{ field: 'in_port', value: message.inPort }, ...(message.match ?? [])]);
  const actions = writer.mark();
  putActions(writer, version, message.actions);
  writer.view.setUint16(writer.start + fixed + sizeOffset, writer.mark() - actions);
  writer.put(message.data);
}

export function readPacketOut(cursor: Cursor, version: OpenFlowVersion): PacketOut {
  return version < 6 ? readPacketOut13(cursor) : readPacketOut15(cursor);
}

function readPacketOut13(cursor: Cursor): PacketOut {
  const { bufferId, inPort, actionsSize } = cursor.struct(PACKET_OUT_13, 'a packet-out');
  const actions = readActions(cursor.cut(actionsSize, 'actions'));
  return { type: 'packet_out', ...buffered(bufferId), inPort, actions, data: cursor.rest() };
}

function readPacketOut15(cursor: Cursor): PacketOut {
  const { bufferId, actionsSize } = cursor.struct(PACKET_OUT_15, 'a packet-out');
  const fields = readMatch(cursor);
  const inPort = fields.find((item) => item.field === 'in_port')?.value;
  if (inPort === undefined) cursor.fail('OFPBRC_BAD_PORT', 'a packet-out without an in_port');
  const others = fields.filter((item) => item.field !== 'in_port');
  const actions = readActions(cursor.cut(actionsSize, 'actions'));
  return {
    type: 'packet_out',
    ...buffered(bufferId),
    inPort: Number(inPort ?? 0),
    ...(others.length === 0 ? {} : { match: others }),
    actions,
    data: cursor.rest(),
  };
}

function buffered(bufferId: number): { bufferId?: number } {
  return bufferId === OFP_NO_BUFFER ? {} : { bufferId };
}

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
