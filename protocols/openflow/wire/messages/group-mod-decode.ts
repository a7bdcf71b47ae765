/**
 * OFPT_GROUP_MOD, bytes to our values. The layouts are drawn in group-mod-encode.ts.
 *
 * What Open vSwitch refuses, it refuses in this order: the bucket that the command names, buckets, properties, the type, the command, what
 * the buckets of such a type may have.
 * Sources: OpenFlow 1.3.5 §7.3.4.2, OpenFlow 1.5.1 §7.3.4.3.
 */
import {
  BUCKET_ALL,
  BUCKET_FIRST,
  BUCKET_ID_MAX,
  BUCKET_LAST,
  GROUP_COMMANDS,
  GROUP_TYPES,
  nameOf,
} from '../../values/commands.ts';
import type { Bucket, GroupMod, GroupProperties, GroupType } from '../../values/group.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { readBuckets } from './bucket-decode.ts';
import { readGroupProperties } from './group-properties.ts';

const FIXED = layout({ command: 'u16', type: 'u8', pad: 'pad1', groupId: 'u32' });
const FIXED_15 = layout({ bucketsSize: 'u16', pad: 'pad2', commandBucketId: 'u32' });

type Command = GroupMod['command'];

interface Parts {
  readonly command: Command | undefined;
  readonly type: GroupType | undefined;
  readonly groupId: number;
  readonly commandBucketId: number;
  readonly buckets: readonly Bucket[];
  readonly properties: GroupProperties;
}

export function readGroupMod(cursor: Cursor, version: OpenFlowVersion): GroupMod {
  const fixed = cursor.struct(FIXED, 'a group-mod');
  const command = nameOf(GROUP_COMMANDS, fixed.command);
  const type = nameOf(GROUP_TYPES, fixed.type);
  const { groupId } = fixed;
  const head = { command, type, groupId };
  const parts = version < 6 ? readRest13(cursor, version, head) : readRest15(cursor, version, head);
  check(cursor, parts);
  return toMod(parts);
}

type Head = Pick<Parts, 'command' | 'type' | 'groupId'>;

function readRest13(cursor: Cursor, version: OpenFlowVersion, head: Head): Parts {
  const buckets = readBuckets(cursor, version, head.type);
  if (head.command === 'delete' && buckets.length > 0) {
    cursor.fail('OFPGMFC_INVALID_GROUP', 'a delete with buckets');
  }
  // Open vSwitch takes the commands of 1.5 here, too; they name no bucket then.
  return { ...head, commandBucketId: BUCKET_ALL, buckets, properties: {} };
}

/** Commands that may choose a selection method. */
const CHOOSING: readonly Command[] = ['add', 'modify', 'add_or_modify'];

function readRest15(cursor: Cursor, version: OpenFlowVersion, head: Head): Parts {
  const { bucketsSize, commandBucketId } = cursor.struct(FIXED_15, 'a group-mod');
  checkCommandBucket(cursor, head.command, commandBucketId);
  const buckets = readBuckets(cursor.cut(bucketsSize, 'buckets'), version, head.type);
  const allowed = head.command === undefined ? undefined : CHOOSING.includes(head.command);
  const properties = readGroupProperties(cursor, head.type, allowed);
  return { ...head, commandBucketId, buckets, properties };
}

function checkCommandBucket(cursor: Cursor, command: Command | undefined, bucketId: number): void {
  const single = bucketId <= BUCKET_ID_MAX || bucketId === BUCKET_FIRST || bucketId === BUCKET_LAST;
  const fits =
    command === 'insert_buckets'
      ? single
      : bucketId === BUCKET_ALL || (command === 'remove_bucket' && single);
  if (!fits) cursor.fail('OFPGMFC_BAD_BUCKET', `the command cannot mean the bucket ${bucketId}`);
}

function check(cursor: Cursor, { command, type, buckets }: Parts): void {
  if (type === undefined) {
    cursor.fail('OFPGMFC_BAD_TYPE', 'no such type of group');
  } else if (type === 'indirect' && command !== 'delete' && buckets.length !== 1) {
    cursor.fail('OFPGMFC_INVALID_GROUP', `an indirect group of ${buckets.length} buckets`);
  }
  if (command === undefined) {
    cursor.fail('OFPGMFC_BAD_COMMAND', 'no such command of groups');
  } else if (command === 'remove_bucket' && buckets.length > 0) {
    cursor.fail('OFPGMFC_BAD_BUCKET', 'remove_bucket with buckets');
  }
  for (const bucket of buckets) checkBucket(cursor, command, type ?? 'all', bucket);
}

function checkBucket(
  cursor: Cursor,
  command: Command | undefined,
  type: GroupType,
  bucket: Bucket,
): void {
  // Absent, it is the type's own, which is 0 but for select.
  if (type !== 'select' && command !== 'insert_buckets' && bucket.weight !== undefined) {
    cursor.fail('OFPGMFC_INVALID_GROUP', `a bucket with a weight in a group of type ${type}`);
  }
  const watches = bucket.watchPort !== undefined || bucket.watchGroup !== undefined;
  if (type === 'ff' && !watches) {
    cursor.fail('OFPGMFC_INVALID_GROUP', 'a fast failover bucket that watches nothing');
  } else if (watches && (type === 'all' || type === 'indirect')) {
    cursor.fail('OFPGMFC_WATCH_UNSUPPORTED', `a bucket that watches in a group of type ${type}`);
  }
}

function toMod(parts: Parts): GroupMod {
  const { command = 'delete', type = 'all', groupId, buckets, commandBucketId, properties } = parts;
  switch (command) {
    case 'add':
    case 'modify':
    case 'add_or_modify':
      return { command, group: { type, groupId, buckets, ...properties } };
    case 'delete':
      return {
        command,
        groupId,
        ...(type === 'all' ? {} : { type }),
        ...(buckets.length === 0 ? {} : { buckets }),
      };
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
