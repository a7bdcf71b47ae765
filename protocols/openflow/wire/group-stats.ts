/**
 * Group descriptions and group statistics.
 *
 *     desc 1.3, 1.4:  length:16 | type | pad | group_id:32 | buckets
 *     desc 1.5:       length:16 | type | pad | group_id:32 | bucket_array_len:16 | pad 6 | buckets | properties
 *     stats:          length:16 | pad 2 | group_id:32 | ref_count:32 | pad 4 | packets:64 | bytes:64 | sec:32 | nsec:32
 *                     | { packets:64 | bytes:64 }*
 *
 * Sources: OpenFlow 1.3.5 §7.3.5.9, §7.3.5.10; OpenFlow 1.5.1 §7.3.5.10.
 */
import { GROUP_TYPES } from '../values/commands.ts';
import type { BucketStats, GroupDesc, GroupStats } from '../values/multipart.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { readBuckets } from './bucket-decode.ts';
import { putBuckets } from './bucket-encode.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import { readGroupType } from './group-mod-decode.ts';
import { layout } from './layout.ts';

const DESC = layout({ length: 'u16', type: 'u8', pad: 'pad1', groupId: 'u32' });
const DESC_15 = layout({ bucketsSize: 'u16', pad: 'pad6' });

const STATS = layout({
  length: 'u16',
  pad: 'pad2',
  groupId: 'u32',
  references: 'u32',
  pad2: 'pad4',
  packets: 'u64',
  bytes: 'u64',
  durationSeconds: 'u32',
  durationNanoseconds: 'u32',
});

const BUCKET_STATS = layout({ packets: 'u64', bytes: 'u64' });

export function putGroupDesc(writer: ByteWriter, version: OpenFlowVersion, group: GroupDesc): void {
  const mark = writer.mark();
  const at = writer.reserve(DESC.size);
  writer.view.setUint8(at + 2, GROUP_TYPES[group.type]);
  writer.view.setUint32(at + 4, group.groupId);
  if (version < 6) {
    putBuckets(writer, version, group.type, group.buckets);
  } else {
    const fixed = writer.mark();
    writer.reserve(DESC_15.size);
    putBuckets(writer, version, group.type, group.buckets);
    const size = writer.mark() - fixed - DESC_15.size;
    writer.view.setUint16(writer.start + fixed, size);
    if (group.properties !== undefined) writer.put(group.properties);
  }
  writer.patchSize(mark, 0);
}

/** Descriptions up to the cursor's end. */
export function readGroupDescs(cursor: Cursor, version: OpenFlowVersion): GroupDesc[] {
  const groups: GroupDesc[] = [];
  while (cursor.left > 0) groups.push(readGroupDesc(cursor, version));
  return groups;
}

function readGroupDesc(cursor: Cursor, version: OpenFlowVersion): GroupDesc {
  const inner = cursor.cutSized(0, DESC.size, 'a group description');
  const fixed = inner.struct(DESC, 'a group description');
  const type = readGroupType(inner, fixed.type);
  if (version < 6) {
    return { groupId: fixed.groupId, type, buckets: readBuckets(inner, version, type) };
  }
  const { bucketsSize } = inner.struct(DESC_15, 'a group description');
  const buckets = readBuckets(inner.cut(bucketsSize, 'buckets'), version, type);
  const properties = inner.rest();
  const group = { groupId: fixed.groupId, type, buckets };
  return properties.length === 0 ? group : { ...group, properties };
}

export function putGroupStats(writer: ByteWriter, group: GroupStats): void {
  const mark = writer.mark();
  const at = writer.reserve(STATS.size);
  writer.view.setUint32(at + 4, group.groupId);
  writer.view.setUint32(at + 8, group.references);
  writer.view.setBigUint64(at + 16, group.packets);
  writer.view.setBigUint64(at + 24, group.bytes);
  writer.view.setUint32(at + 32, group.durationSeconds);
  writer.view.setUint32(at + 36, group.durationNanoseconds);
  for (const bucket of group.buckets) {
    const position = writer.reserve(BUCKET_STATS.size);
    writer.view.setBigUint64(position, bucket.packets);
    writer.view.setBigUint64(position + 8, bucket.bytes);
  }
  writer.patchSize(mark, 0);
}

/** Statistics up to the cursor's end. */
export function readGroupStats(cursor: Cursor): GroupStats[] {
  const groups: GroupStats[] = [];
  while (cursor.left > 0) {
    const inner = cursor.cutSized(0, STATS.size, 'group statistics');
    const { groupId, references, packets, bytes, durationSeconds, durationNanoseconds } =
      inner.struct(STATS, 'group statistics');
    const buckets: BucketStats[] = [];
    while (inner.left > 0) buckets.push(inner.struct(BUCKET_STATS, 'bucket statistics'));
    groups.push({
      ...{ groupId, references, packets, bytes },
      ...{ durationSeconds, durationNanoseconds, buckets },
    });
  }
  return groups;
}
