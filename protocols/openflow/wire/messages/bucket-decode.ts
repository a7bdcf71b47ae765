/**
 * Buckets, bytes to our values. The layouts are drawn in bucket-encode.ts.
 *
 * Trap: 1.3 and 1.4 have no bucket identifiers; a bucket's place in its group stands for one, as Open vSwitch numbers them.
 * Sources: OpenFlow 1.3.5 §7.3.4.2, OpenFlow 1.5.1 §7.3.4.3.1.
 */
import { BUCKET_ID_MAX } from '../../values/commands.ts';
import type { Bucket, GroupType } from '../../values/group.ts';
import { OFPG_ANY, OFPP_ANY } from '../../values/ports.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { readActionList } from '../action-list.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { checkPort } from '../port-number.ts';
import { expectSize, joinBytes, readProperty, unknownProperty } from '../property.ts';
import { BUCKET_PROPERTY, defaultWeight } from './bucket-encode.ts';

const BUCKET_13 = layout({
  length: 'u16',
  weight: 'u16',
  watchPort: 'u32',
  watchGroup: 'u32',
  pad: 'pad4',
});

const BUCKET_15 = layout({ length: 'u16', actionsSize: 'u16', bucketId: 'u32' });

/** Buckets up to the cursor's end. `type`: undefined for a type that nobody knows. */
export function readBuckets(
  cursor: Cursor,
  version: OpenFlowVersion,
  type: GroupType | undefined,
): Bucket[] {
  const buckets: Bucket[] = [];
  while (cursor.left > 0) {
    buckets.push(
      version < 6
        ? readBucket13(cursor, version, type, buckets.length)
        : readBucket15(cursor, version, type),
    );
  }
  if (version >= 6) checkIdentifiers(cursor, buckets);
  return buckets;
}

function checkIdentifiers(cursor: Cursor, buckets: readonly Bucket[]): void {
  if (new Set(buckets.map(({ bucketId }) => bucketId)).size < buckets.length) {
    cursor.fail('OFPGMFC_BAD_BUCKET', 'two buckets of one group have the same identifier');
  }
}

function readBucket13(
  cursor: Cursor,
  version: OpenFlowVersion,
  type: GroupType | undefined,
  bucketId: number,
): Bucket {
  const inner = cursor.cutSized(0, BUCKET_13.size, 'a bucket', 'OFPGMFC_BAD_BUCKET');
  const { weight, watchPort, watchGroup } = inner.struct(BUCKET_13, 'a bucket');
  const actions = readActionList(inner, inner.left, version);
  checkPort(inner, watchPort, 'OFPGMFC_BAD_WATCH');
  return { bucketId, actions, ...weightOf(weight, type), ...watches(watchPort, watchGroup) };
}

function readBucket15(
  cursor: Cursor,
  version: OpenFlowVersion,
  type: GroupType | undefined,
): Bucket {
  const inner = cursor.cutSized(0, BUCKET_15.size, 'a bucket', 'OFPGMFC_BAD_BUCKET');
  const { actionsSize, bucketId } = inner.struct(BUCKET_15, 'a bucket');
  inner.has(actionsSize, 'the actions of a bucket');
  const actions = readActionList(inner, actionsSize, version);
  const { weight, watchPort, watchGroup, unknown } = readBucketProperties(inner);
  checkPort(inner, watchPort, 'OFPGMFC_BAD_WATCH');
  if (bucketId > BUCKET_ID_MAX) {
    inner.fail('OFPGMFC_BAD_BUCKET', `the bucket identifier ${bucketId} is reserved`);
  }
  return {
    bucketId,
    actions,
    ...(weight === undefined ? {} : weightOf(weight, type)),
    ...watches(watchPort, watchGroup),
    ...(unknown.length === 0 ? {} : { unknownProperties: joinBytes(unknown) }),
  };
}

function readBucketProperties(inner: Cursor): {
  weight: number | undefined;
  watchPort: number;
  watchGroup: number;
  unknown: Uint8Array[];
} {
  const unknown: Uint8Array[] = [];
  let weight: number | undefined;
  let watchPort = OFPP_ANY;
  let watchGroup = OFPG_ANY;
  while (inner.left > 0) {
    const property = readProperty(inner);
    switch (property.type) {
      case BUCKET_PROPERTY.weight:
        weight = property.body.u16('a weight');
        break;
      case BUCKET_PROPERTY.watch_port:
        expectSize(inner, property, 8, 'a watch port');
        watchPort = property.body.u32('a watch port');
        break;
      case BUCKET_PROPERTY.watch_group:
        expectSize(inner, property, 8, 'a watch group');
        watchGroup = property.body.u32('a watch group');
        break;
      default:
        unknown.push(unknownProperty(inner, property, 'a bucket'));
    }
  }
  return { weight, watchPort, watchGroup, unknown };
}

function weightOf(weight: number, type: GroupType | undefined): Pick<Bucket, 'weight'> {
  return weight === defaultWeight(type ?? 'all') ? {} : { weight };
}

function watches(watchPort: number, watchGroup: number): Pick<Bucket, 'watchPort' | 'watchGroup'> {
  return {
    ...(watchPort === OFPP_ANY ? {} : { watchPort }),
    ...(watchGroup === OFPG_ANY ? {} : { watchGroup }),
  };
}
