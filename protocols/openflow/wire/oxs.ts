/**
 * ofp_stats of OpenFlow 1.5: statistics as OXS TLVs, padded to eight.
 *
 *     reserved:16 | length:16 (without padding) | { class:16 = 0x8002 | field:7 reserved:1 | length:8 | value }*
 *
 * Source: OpenFlow 1.5.1 §7.2.4.
 */
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';

const OXS_BASIC = 0x8002;
const OXS = { duration: 0, idle_time: 1, flow_count: 3, packet_count: 4, byte_count: 5 } as const;

export interface Statistics {
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly flows: number;
}

/** Members that are absent are not written. */
export function putOxs(writer: ByteWriter, statistics: Partial<Statistics>): void {
  const { durationSeconds, durationNanoseconds = 0, packets, bytes, flows } = statistics;
  const mark = writer.mark();
  writer.reserve(4);
  if (durationSeconds !== undefined) {
    const at = putOxsHeader(writer, OXS.duration, 8);
    writer.view.setUint32(at, durationSeconds);
    writer.view.setUint32(at + 4, durationNanoseconds);
  }
  if (flows !== undefined) writer.view.setUint32(putOxsHeader(writer, OXS.flow_count, 4), flows);
  if (packets !== undefined) {
    writer.view.setBigUint64(putOxsHeader(writer, OXS.packet_count, 8), packets);
  }
  if (bytes !== undefined) {
    writer.view.setBigUint64(putOxsHeader(writer, OXS.byte_count, 8), bytes);
  }
  writer.patchSize(mark, 2);
  writer.padTo8(mark);
}

function putOxsHeader(writer: ByteWriter, field: number, size: number): number {
  const at = writer.reserve(4 + size);
  writer.view.setUint16(at, OXS_BASIC);
  writer.view.setUint8(at + 2, field * 2);
  writer.view.setUint8(at + 3, size);
  return at + 4;
}

/** What the peer left out is 0. */
export function readOxs(cursor: Cursor): Statistics {
  const found = { durationSeconds: 0, durationNanoseconds: 0, packets: 0n, bytes: 0n, flows: 0 };
  const size = cursor.peekU16(2, 'statistics');
  const inner = cursor.cutSized(2, 4, 'statistics');
  inner.skip(4, 'statistics');
  while (inner.left > 0) readOxsField(inner, found);
  cursor.skipPadding(size, 'padding behind statistics');
  return found;
}

function readOxsField(
  inner: Cursor,
  found: { -readonly [Name in keyof Statistics]: Statistics[Name] },
): void {
  const header = inner.u32('an OXS header');
  const field = header >>> 16 === OXS_BASIC ? (header >>> 9) & 0x7f : -1;
  const size = header & 0xff;
  const at = inner.position;
  inner.skip(size, 'an OXS value');
  if (inner.error !== undefined) return;
  if (field === OXS.duration && size === 8) {
    found.durationSeconds = inner.view.getUint32(at);
    found.durationNanoseconds = inner.view.getUint32(at + 4);
  } else if (field === OXS.flow_count && size === 4) {
    found.flows = inner.view.getUint32(at);
  } else if (field === OXS.packet_count && size === 8) {
    found.packets = inner.view.getBigUint64(at);
  } else if (field === OXS.byte_count && size === 8) {
    found.bytes = inner.view.getBigUint64(at);
  }
}
