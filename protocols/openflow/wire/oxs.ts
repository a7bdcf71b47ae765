/**
 * ofp_stats of OpenFlow 1.5: statistics as OXS TLVs, padded to eight.
 *
 *     reserved:16 | length:16 (without padding) | { class:16 = 0x8002 | field:7 reserved:1 | length:8 | value }*
 *
 * Traps: what a switch does not say counts as all ones, not as nothing. The nanoseconds of idle_time are not looked at.
 * Source: OpenFlow 1.5.1 §7.2.4.
 */
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';

const OXS_CLASS = 0x8002;
const OXS_EXPERIMENTER = 0xffff;

/** The first 32 bits of each. */
const OXS = {
  duration: header(0, 8),
  idle_time: header(1, 8),
  flow_count: header(3, 4),
  packet_count: header(4, 8),
  byte_count: header(5, 8),
} as const;

function header(field: number, size: number): number {
  return OXS_CLASS * 0x10000 + field * 0x200 + size;
}

const UNKNOWN_32 = 0xffffffff;
const UNKNOWN_64 = 0xffffffffffffffffn;

/** All ones: not said. */
export interface Statistics {
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly idleTime: number;
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly flows: number;
}

/** Members that are absent or unknown are not written. */
export function putOxs(writer: ByteWriter, statistics: Partial<Statistics>): void {
  const { durationSeconds, durationNanoseconds = 0, idleTime, packets, bytes, flows } = statistics;
  const mark = writer.mark();
  writer.reserve(4);
  if (durationSeconds !== undefined && durationSeconds !== UNKNOWN_32) {
    const at = putOxsHeader(writer, OXS.duration);
    writer.view.setUint32(at, durationSeconds);
    writer.view.setUint32(at + 4, durationNanoseconds);
  }
  if (idleTime !== undefined && idleTime !== UNKNOWN_32) {
    writer.view.setUint32(putOxsHeader(writer, OXS.idle_time), idleTime);
  }
  if (packets !== undefined && packets !== UNKNOWN_64) {
    writer.view.setBigUint64(putOxsHeader(writer, OXS.packet_count), packets);
  }
  if (bytes !== undefined && bytes !== UNKNOWN_64) {
    writer.view.setBigUint64(putOxsHeader(writer, OXS.byte_count), bytes);
  }
  if (flows !== undefined && flows !== UNKNOWN_32) {
    writer.view.setUint32(putOxsHeader(writer, OXS.flow_count), flows);
  }
  writer.patchSize(mark, 2);
  writer.padTo8(mark);
}

/** Returns where the value goes. */
function putOxsHeader(writer: ByteWriter, first: number): number {
  const at = writer.reserve(4 + (first & 0xff));
  writer.view.setUint32(at, first);
  return at + 4;
}

export function readOxs(cursor: Cursor): Statistics {
  const found = {
    ...{ durationSeconds: UNKNOWN_32, durationNanoseconds: UNKNOWN_32, idleTime: UNKNOWN_32 },
    ...{ packets: UNKNOWN_64, bytes: UNKNOWN_64, flows: UNKNOWN_32 },
  };
  const from = cursor.position;
  const whole = cursor.cut(cursor.left, 'statistics', 'OFPBMC_BAD_LEN');
  cursor.position = from;
  const inner = whole.cutSized(2, 4, 'statistics', 'OFPBMC_BAD_LEN');
  const size = inner.left;
  whole.skipPadding(size, 'padding behind statistics');
  inner.skip(4, 'statistics');
  while (inner.left > 0) readOxsField(inner, found);
  cursor.position = whole.position;
  return found;
}

function readOxsField(
  inner: Cursor,
  found: { -readonly [Name in keyof Statistics]: Statistics[Name] },
): void {
  const first = inner.u32('an OXS header');
  const size = first & 0xff;
  if (first >>> 16 === OXS_EXPERIMENTER && size < 4) {
    inner.fail('OFPBMC_BAD_LEN', `an experimenter OXS of ${size} bytes`);
  }
  const at = inner.position;
  inner.skip(size, 'an OXS value');
  if (inner.error !== undefined) return;
  switch (first) {
    case OXS.duration:
      found.durationSeconds = inner.view.getUint32(at);
      found.durationNanoseconds = inner.view.getUint32(at + 4);
      return;
    case OXS.idle_time:
      found.idleTime = inner.view.getUint32(at);
      return;
    case OXS.flow_count:
      found.flows = inner.view.getUint32(at);
      return;
    case OXS.packet_count:
      found.packets = inner.view.getBigUint64(at);
      return;
    case OXS.byte_count:
      found.bytes = inner.view.getBigUint64(at);
      return;
  }
}
