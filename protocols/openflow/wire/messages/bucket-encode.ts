/**
 * Buckets, our values to bytes, in both layouts.
 *
 *     1.3, 1.4:  len:16 | weight:16 | watch_port:32 | watch_group:32 | pad 4 | actions
 *     1.5:       len:16 | action_array_len:16 | bucket_id:32 | actions | properties (weight 0, watch_port 1, watch_group 2)
 *
 * Trap: in 1.3 every bucket has a weight on the wire, and only those of a select group may have one that is not 0. In 1.5 Open vSwitch
 * always states the weight of a select group's bucket.
 * Sources: OpenFlow 1.3.5 §7.3.4.2 (ofp_bucket), OpenFlow 1.5.1 §7.3.4.3.1.
 */
import type { Bucket, GroupType } from '../../values/group.ts';
import { OFPG_ANY, OFPP_ANY } from '../../values/ports.ts';
import { OPENFLOW_15, type OpenFlowVersion } from '../../values/version.ts';
import { putActions } from '../actions/action-encode.ts';
import type { ByteWriter } from '../byte-writer.ts';
import { putProperty } from '../property.ts';
import { requireVersion } from '../require-version.ts';

/** ofp_group_bucket_prop_type. */
export const BUCKET_PROPERTY = { weight: 0, watch_port: 1, watch_group: 2 } as const;

const PROPERTY_BYTES = 8;

export function defaultWeight(type: GroupType): number {
  return type === 'select' ? 1 : 0;
}

export function putBuckets(
  writer: ByteWriter,
  version: OpenFlowVersion,
  type: GroupType,
  buckets: readonly Bucket[],
): void {
  for (const bucket of buckets) {
    if (version < 6) putBucket13(writer, version, type, bucket);
    else putBucket15(writer, version, type, bucket);
  }
}

function putBucket13(
  writer: ByteWriter,
  version: OpenFlowVersion,
  type: GroupType,
  bucket: Bucket,
): void {
  requireVersion(version, OPENFLOW_15, bucket.unknownProperties, 'a property of a bucket');
  const mark = writer.mark();
  const at = writer.reserve(16);
  writer.view.setUint16(at + 2, bucket.weight ?? defaultWeight(type));
  writer.view.setUint32(at + 4, bucket.watchPort ?? OFPP_ANY);
  writer.view.setUint32(at + 8, bucket.watchGroup ?? OFPG_ANY);
  putActions(writer, version, bucket.actions);
  writer.patchSize(mark, 0);
}

function putBucket15(
  writer: ByteWriter,
  version: OpenFlowVersion,
  type: GroupType,
  bucket: Bucket,
): void {
  const mark = writer.mark();
  const at = writer.reserve(8);
  writer.view.setUint32(at + 4, bucket.bucketId);
  const actions = writer.mark();
  putActions(writer, version, bucket.actions);
  writer.view.setUint16(writer.start + mark + 2, writer.mark() - actions);
  const weight = bucket.weight ?? defaultWeight(type);
  if (weight !== 0 || type === 'select') {
    const value = putProperty(writer, BUCKET_PROPERTY.weight, PROPERTY_BYTES);
    writer.view.setUint16(value, weight);
  }
  if (bucket.watchPort !== undefined) {
    const value = putProperty(writer, BUCKET_PROPERTY.watch_port, PROPERTY_BYTES);
    writer.view.setUint32(value, bucket.watchPort);
  }
  if (bucket.watchGroup !== undefined) {
    const value = putProperty(writer, BUCKET_PROPERTY.watch_group, PROPERTY_BYTES);
    writer.view.setUint32(value, bucket.watchGroup);
  }
  if (bucket.unknownProperties !== undefined) writer.put(bucket.unknownProperties);
  writer.patchSize(mark, 0);
}
