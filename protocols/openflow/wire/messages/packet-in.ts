/**
 * OFPT_PACKET_IN and NXT_PACKET_IN: a packet from the switch, and where in the pipeline it left.
 *
 *     OFPT: buffer_id:32 | total_len:16 | reason:8 | table:8 | cookie:64 | ofp_match | pad:16 | packet
 *     NXT:  buffer_id:32 | total_len:16 | reason:8 | table:8 | cookie:64 | match_len:16 | pad:48 | NXM fields, padded to eight |
 *           pad:16 | packet
 *
 * Traps: two bytes of padding lie between the match and the packet, so that the packet's IP header is aligned. The match names what
 * the pipeline held, so its fields need no prerequisites, and what nobody knows in it is passed over.
 * Sources: OpenFlow 1.3.5 §7.4.1; nicira-ext.h of Open vSwitch 3.1.
 */
import type { NxPacketIn, PacketIn } from '../../values/packet-messages.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { copyIntoSlab } from '../byte-slab.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { putMatch, putMatchFields } from '../match/oxm-encode.ts';
import { readPipelineMatch, readPipelineTlvs } from '../match/pipeline-fields.ts';

const FIXED = layout({
  bufferId: 'u32',
  totalLength: 'u16',
  reason: 'u8',
  table: 'u8',
  cookie: 'u64',
});
const NX_MATCH = layout({ matchSize: 'u16', pad: 'pad6' });
const PACKET_PADDING_BYTES = 2;
/** Headers of Nicira's extensible match, whichever version speaks. */
const NXM = 0;

export function putPacketIn(writer: ByteWriter, version: OpenFlowVersion, message: PacketIn): void {
  putFixed(writer, message);
  putMatch(writer, message.match, version);
  writer.reserve(PACKET_PADDING_BYTES);
  writer.put(message.data);
}

export function putNxPacketIn(
  writer: ByteWriter,
  _version: OpenFlowVersion,
  message: NxPacketIn,
): void {
  putFixed(writer, message);
  const sizeMark = writer.mark();
  writer.reserve(NX_MATCH.size);
  const mark = writer.mark();
  putMatchFields(writer, message.match, NXM);
  writer.view.setUint16(writer.start + sizeMark, writer.mark() - mark);
  writer.padTo8(mark);
  writer.reserve(PACKET_PADDING_BYTES);
  writer.put(message.data);
}

function putFixed(writer: ByteWriter, message: PacketIn | NxPacketIn): void {
  const at = writer.reserve(FIXED.size);
  writer.view.setUint32(at, message.bufferId);
  writer.view.setUint16(at + 4, message.totalLength);
  writer.view.setUint8(at + 6, message.reason);
  writer.view.setUint8(at + 7, message.table);
  writer.view.setBigUint64(at + 8, message.cookie);
}

export function readPacketIn(cursor: Cursor): PacketIn {
  const { bufferId, totalLength, reason, table, cookie } = cursor.struct(FIXED, 'a packet-in');
  const match = readPipelineMatch(cursor);
  cursor.skip(PACKET_PADDING_BYTES, 'a packet-in');
  const data = copyIntoSlab(cursor.bytes, cursor.position, cursor.left);
  return { type: 'packet_in', bufferId, totalLength, reason, table, cookie, match, data };
}

export function readNxPacketIn(cursor: Cursor): NxPacketIn {
  const { bufferId, totalLength, reason, table, cookie } = cursor.struct(FIXED, 'a packet-in');
  const { matchSize } = cursor.struct(NX_MATCH, 'a packet-in');
  const match = readPipelineTlvs(cursor, matchSize);
  cursor.skip(PACKET_PADDING_BYTES, 'a packet-in');
  const data = copyIntoSlab(cursor.bytes, cursor.position, cursor.left);
  return { type: 'nx_packet_in', bufferId, totalLength, reason, table, cookie, match, data };
}
