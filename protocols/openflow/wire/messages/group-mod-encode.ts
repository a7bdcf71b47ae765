/**
 * OFPT_GROUP_MOD, our values to bytes.
 *
 *     1.3, 1.4:  header 8 | command:16 | type | pad | group_id:32 | buckets
 *     1.5:       header 8 | command:16 | type | pad | group_id:32 | bucket_array_len:16 | pad 2 | command_bucket_id:32
 *                | buckets | properties
 *
 * Sources: OpenFlow 1.3.5 §7.3.4.2, OpenFlow 1.5.1 §7.3.4.3.
 */
import {
  BUCKET_ALL,
  BUCKET_FIRST,
  BUCKET_LAST,
  GROUP_COMMANDS,
  GROUP_TYPES,
} from '../../values/commands.ts';
import type { Bucket, GroupMod, GroupProperties, GroupType } from '../../values/group.ts';
import { OPENFLOW_15, type OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import { requireVersion } from '../require-version.ts';
import { putBuckets } from './bucket-encode.ts';
import { putGroupProperties } from './group-properties.ts';

interface Parts extends GroupProperties {
  readonly type: GroupType;
  readonly groupId: number;
  readonly buckets: readonly Bucket[];
  readonly commandBucketId: number;
}

const BUCKET_WORDS = { first: BUCKET_FIRST, last: BUCKET_LAST, all: BUCKET_ALL } as const;

export function putGroupModBody(writer: ByteWriter, version: OpenFlowVersion, mod: GroupMod): void {
  const { command } = mod;
  if (command === 'delete')
    requireVersion(version, OPENFLOW_15, mod.buckets, 'a delete of buckets');
  const parts = partsOf(mod);
  requireVersion(version, OPENFLOW_15, namedBucket(mod), `a bucket that ${command} names`);
  const at = writer.reserve(8);
  writer.view.setUint16(at, GROUP_COMMANDS[command]);
  writer.view.setUint8(at + 2, GROUP_TYPES[parts.type]);
  writer.view.setUint32(at + 4, parts.groupId);
  if (version < 6) {
    putBuckets(writer, version, parts.type, parts.buckets);
  } else {
    const fixed = writer.mark();
    writer.view.setUint32(writer.reserve(8) + 4, parts.commandBucketId);
    putBuckets(writer, version, parts.type, parts.buckets);
    const size = writer.mark() - fixed - 8;
    writer.view.setUint16(writer.start + fixed, size);
  }
  putGroupProperties(writer, version, parts);
}

/** Open vSwitch takes the commands of 1.5 in older versions, too, where they name no bucket. */
function namedBucket(mod: GroupMod): number | string | undefined {
  if (mod.command === 'insert_buckets') return mod.position;
  return mod.command === 'remove_bucket' && mod.bucketId !== 'all' ? mod.bucketId : undefined;
}

function partsOf(mod: GroupMod): Parts {
  switch (mod.command) {
    case 'add':
    case 'modify':
    case 'add_or_modify':
      return { ...mod.group, commandBucketId: BUCKET_ALL };
    case 'delete': {
      const { type = 'all', groupId, buckets = [] } = mod;
      return { type, groupId, buckets, commandBucketId: BUCKET_ALL };
    }
    case 'insert_buckets':
      return { ...mod, commandBucketId: bucketNumber(mod.position ?? 'last') };
    case 'remove_bucket':
      return { ...mod, buckets: [], commandBucketId: bucketNumber(mod.bucketId) };
  }
}

function bucketNumber(bucket: keyof typeof BUCKET_WORDS | number): number {
  return typeof bucket === 'number' ? bucket : BUCKET_WORDS[bucket];
}
