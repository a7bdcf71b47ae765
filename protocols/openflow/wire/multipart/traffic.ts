/**
 * What buckets of a group and bands of a meter count: packets:64 | bytes:64, one behind the other.
 *
 * Sources: OpenFlow 1.3.5 §7.3.5.9 (ofp_bucket_counter), §7.3.5.12 (ofp_meter_band_stats).
 */
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';

interface Traffic {
  readonly packets: bigint;
  readonly bytes: bigint;
}

const TRAFFIC = layout({ packets: 'u64', bytes: 'u64' });

export const TRAFFIC_BYTES = TRAFFIC.size;

export function putTraffic(writer: ByteWriter, counters: readonly Traffic[]): void {
  for (const { packets, bytes } of counters) {
    const at = writer.reserve(TRAFFIC_BYTES);
    writer.view.setBigUint64(at, packets);
    writer.view.setBigUint64(at + 8, bytes);
  }
}

/** Of the next `size` bytes. */
export function readTraffic(cursor: Cursor, size: number, what: string): Traffic[] {
  const counters: Traffic[] = [];
  const inner = cursor.cut(size, what);
  while (inner.left > 0) counters.push({ ...inner.struct(TRAFFIC, what) });
  return counters;
}
