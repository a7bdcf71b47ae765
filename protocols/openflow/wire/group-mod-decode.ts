/**
 * OFPT_GROUP_MOD, bytes to our values. The layouts are drawn in group-mod-encode.ts.
 *
 * Sources: OpenFlow 1.3.5 §7.3.4.2, OpenFlow 1.5.1 §7.3.4.3.
 */
import {
  BUCKET_ALL,
  BUCKET_FIRST,
  BUCKET_LAST,
  GROUP_COMMANDS,
  GROUP_TYPES,
  nameOf,
} from '../values/commands.ts';
import type { Bucket, GroupMod, GroupType } from '../values/group.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { readBuckets } from './bucket-decode.ts';
import type { Cursor } from './cursor.ts';
import { layout } from './layout.ts';

const FIXED = layout({ command: 'u16', type: 'u8', pad: 'pad1', groupId: 'u32' });
const FIXED_15 = layout({ bucketsSize: 'u16', pad: 'pad2', commandBucketId: 'u32' });

export function readGroupMod(cursor: Cursor, version: OpenFlowVersion): GroupMod {
  const fixed = cursor.struct(FIXED, 'a group-mod');
  const command = nameOf(GROUP_COMMANDS, fixed.command);
  if (command === undefined)
    cursor.fail('OFPGMFC_BAD_COMMAND', `no group command ${fixed.command}`);
  const type = readGroupType(cursor, fixed.type);
  const groupId = fixed.groupId;
  if (version < 6) {
    const buckets = readBuckets(cursor, version, type);
    return toMod(command ?? 'delete', { type, groupId, buckets }, BUCKET_ALL);
  }
  const { bucketsSize, commandBucketId } = cursor.struct(FIXED_15, 'a group-mod');
  const buckets = readBuckets(cursor.cut(bucketsSize, 'buckets'), version, type);
  cursor.rest();
  return toMod(command ?? 'delete', { type, groupId, buckets }, commandBucketId);
}

export function readGroupType(cursor: Cursor, number: number): GroupType {
  const type = nameOf(GROUP_TYPES, number);
  if (type === undefined) cursor.fail('OFPGMFC_BAD_TYPE', `no group type ${number}`);
  return type ?? 'all';
}

function toMod(
  command: GroupMod['command'],
  group: { type: GroupType; groupId: number; buckets: readonly Bucket[] },
  commandBucketId: number,
): GroupMod {
  const { type, groupId, buckets } = group;
  switch (command) {
    case 'add':
    case 'modify':
      return { command, group };
    case 'delete':
      return { command, groupId };
    case 'insert_buckets': {
      const position = bucketWord(commandBucketId);
      return position === 'last' || position === 'all'
        ? { command, groupId, type, buckets }
        : { command, groupId, type, buckets, position };
    }
    case 'remove_bucket':
      return { command, groupId, type, bucketId: bucketWord(commandBucketId) };
  }
}

function bucketWord(bucketId: number): 'first' | 'last' | 'all' | number {
  if (bucketId === BUCKET_FIRST) return 'first';
  if (bucketId === BUCKET_LAST) return 'last';
  return bucketId === BUCKET_ALL ? 'all' : bucketId;
}
