/**
 * Buckets, bytes to our values. The layouts are drawn in bucket-encode.ts.
 *
 * Trap: 1.3 and 1.4 have no bucket identifiers; a bucket's place in its group stands for one, as Open vSwitch numbers them.
 * Sources: OpenFlow 1.3.5 §7.3.4.2, OpenFlow 1.5.1 §7.3.4.3.1.
 */
import type { Bucket, GroupType } from '../values/group.ts';
import { OFPG_ANY, OFPP_ANY } from '../values/ports.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { readActions } from './action-decode.ts';
import { BUCKET_PROPERTY, defaultWeight } from './bucket-encode.ts';
import type { Cursor } from './cursor.ts';
import { layout } from './layout.ts';

const BUCKET_13 = layout({
  length: 'u16',
  weight: 'u16',
  watchPort: 'u32',
  watchGroup: 'u32',
  pad: 'pad4',
});

const BUCKET_15 = layout({ length: 'u16', actionsSize: 'u16', bucketId: 'u32' });

/** Buckets up to the cursor's end. */
export function readBuckets(cursor: Cursor, version: OpenFlowVersion, type: GroupType): Bucket[] {
  const buckets: Bucket[] = [];
  while (cursor.left > 0) {
    buckets.push(version < 6 ? readBucket13(cursor, type, buckets.length) : readBucket15(cursor));
  }
  return buckets;
}

function readBucket13(cursor: Cursor, type: GroupType, bucketId: number): Bucket {
  const inner = cursor.cutSized(0, BUCKET_13.size, 'a bucket');
  const { weight, watchPort, watchGroup } = inner.struct(BUCKET_13, 'a bucket');
  const actions = readActions(inner);
  return {
    bucketId,
    actions,
    ...(weight === defaultWeight(type) ? {} : { weight }),
    ...watches(watchPort, watchGroup),
  };
}

function readBucket15(cursor: Cursor): Bucket {
  const inner = cursor.cutSized(0, BUCKET_15.size, 'a bucket');
  const { actionsSize, bucketId } = inner.struct(BUCKET_15, 'a bucket');
  const actions = readActions(inner.cut(actionsSize, 'the actions of a bucket'));
  let weight: number | undefined;
  let watchPort = OFPP_ANY;
  let watchGroup = OFPG_ANY;
  while (inner.left > 0) {
    const type = inner.peekU16(0, 'a bucket property');
    const size = inner.peekU16(2, 'a bucket property');
    const property = inner.cutSized(2, 4, 'a bucket property');
    property.skip(4, 'a bucket property');
    if (type === BUCKET_PROPERTY.weight) weight = property.u16('a weight');
    else if (type === BUCKET_PROPERTY.watch_port) watchPort = property.u32('a watch port');
    else if (type === BUCKET_PROPERTY.watch_group) watchGroup = property.u32('a watch group');
    inner.skipPadding(size, 'padding behind a bucket property');
  }
  return {
    bucketId,
    actions,
    ...(weight === undefined ? {} : { weight }),
    ...watches(watchPort, watchGroup),
  };
}

function watches(watchPort: number, watchGroup: number): Pick<Bucket, 'watchPort' | 'watchGroup'> {
  return {
    ...(watchPort === OFPP_ANY ? {} : { watchPort }),
    ...(watchGroup === OFPG_ANY ? {} : { watchGroup }),
  };
}
