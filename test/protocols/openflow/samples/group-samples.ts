import type {
  Bucket,
  Group,
  GroupMod,
  GroupStats,
} from '../../../../protocols/openflow/values/group.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { ALL, BEFORE_15, ONLY_15, reply, request, type Sample } from './sample.ts';

const OUTPUT: Bucket = { bucketId: 0, actions: [{ type: 'output', port: 1 }] };
const DROP: Bucket = { bucketId: 1, actions: [] };

function mod(name: string, versions: readonly OpenFlowVersion[], value: GroupMod): Sample {
  return { name, versions, message: { type: 'group_mod', mod: value } };
}

const STATS: GroupStats = {
  ...{ groupId: 7, references: 2, packets: 5n, bytes: 500n },
  ...{ durationSeconds: 3, durationNanoseconds: 123_000_000 },
  buckets: [
    { packets: 2n, bytes: 200n },
    { packets: 0xffffffffffffffffn, bytes: 0xffffffffffffffffn },
    { packets: 3n, bytes: 300n },
  ],
};

const TYPE_FEATURES = { maxGroups: 0xffffff00, actions: 0x03ff8001 };

const SELECTED: Group = { groupId: 3, type: 'select', buckets: [{ ...OUTPUT, weight: 0 }, DROP] };

export const GROUP_SAMPLES: readonly Sample[] = [
  mod('adds a group without buckets', ALL, {
    command: 'add',
    group: { groupId: 0, type: 'all', buckets: [] },
  }),
  mod('adds a group of all', ALL, {
    command: 'add',
    group: { groupId: 4294967040, type: 'all', buckets: [OUTPUT, DROP] },
  }),
  mod('modifies an indirect group', ALL, {
    command: 'modify',
    group: { groupId: 9, type: 'indirect', buckets: [OUTPUT] },
  }),
  mod('adds or modifies', ALL, {
    command: 'add_or_modify',
    group: { groupId: 9, type: 'indirect', buckets: [OUTPUT] },
  }),
  mod('adds a select group with weights', ALL, {
    command: 'add',
    group: {
      ...{ groupId: 3, type: 'select' },
      buckets: [
        { ...OUTPUT, weight: 100 },
        { ...DROP, weight: 0 },
        { bucketId: 2, actions: [{ type: 'output', port: 3 }] },
      ],
    },
  }),
  mod('adds a select group that watches', ALL, {
    command: 'add',
    group: { groupId: 3, type: 'select', buckets: [{ ...OUTPUT, watchPort: 5, watchGroup: 8 }] },
  }),
  mod('adds a fast failover group', ALL, {
    command: 'add',
    group: {
      ...{ groupId: 4, type: 'ff' },
      buckets: [
        { ...OUTPUT, watchPort: 1 },
        { ...DROP, watchGroup: 2 },
        { bucketId: 2, actions: [], watchPort: 0xfffffffe },
        { bucketId: 3, actions: [], watchPort: 0xffffff07 },
      ],
    },
  }),
  mod('deletes one group', ALL, { command: 'delete', groupId: 4 }),
  mod('deletes all groups', ALL, { command: 'delete', groupId: 0xfffffffc }),
  mod('deletes a group of a type', ALL, { command: 'delete', groupId: 4, type: 'indirect' }),
  mod('deletes with buckets', ONLY_15, { command: 'delete', groupId: 4, buckets: [OUTPUT] }),
  mod('inserts buckets at the end', ONLY_15, {
    ...{ command: 'insert_buckets', groupId: 4, type: 'all', buckets: [OUTPUT, DROP] },
  }),
  mod('inserts a bucket at the beginning', ONLY_15, {
    ...{ command: 'insert_buckets', groupId: 4, type: 'select', position: 'first' },
    buckets: [{ ...OUTPUT, weight: 2 }],
  }),
  mod('inserts a bucket behind another', ONLY_15, {
    ...{ command: 'insert_buckets', groupId: 4, type: 'all', position: 17 },
    buckets: [{ bucketId: 0xffffff00, actions: [] }],
  }),
  mod('removes all buckets', ONLY_15, {
    ...{ command: 'remove_bucket', groupId: 4, type: 'all', bucketId: 'all' },
  }),
  mod('removes the first bucket', ONLY_15, {
    ...{ command: 'remove_bucket', groupId: 4, type: 'select', bucketId: 'first' },
  }),
  mod('removes the last bucket', ONLY_15, {
    ...{ command: 'remove_bucket', groupId: 4, type: 'select', bucketId: 'last' },
  }),
  mod('removes a bucket', ONLY_15, {
    ...{ command: 'remove_bucket', groupId: 4, type: 'ff', bucketId: 3 },
  }),
  mod('selects by dp_hash', ONLY_15, {
    command: 'add',
    group: { ...SELECTED, selection: { method: 'dp_hash', param: 0n, fields: [] } },
  }),
  mod('selects by a hash with a parameter', ONLY_15, {
    command: 'modify',
    group: { ...SELECTED, selection: { method: 'hash', param: 0xffffffffffffffffn, fields: [] } },
  }),
  mod('selects by the hash of a field', ONLY_15, {
    command: 'add',
    group: {
      ...SELECTED,
      selection: {
        method: 'hash',
        param: 1n,
        fields: [{ field: 'eth_dst', value: 0xffffffffffff }],
      },
    },
  }),
  mod('selects by the hash of fields with masks', ONLY_15, {
    command: 'add_or_modify',
    group: {
      ...SELECTED,
      selection: {
        ...{ method: 'hash', param: 7n },
        fields: [
          { field: 'tun_id', value: 0xffffffffffffffffn },
          { field: 'reg0', value: 0xff },
          { field: 'eth_src', value: 0xffffff000000 },
          { field: 'ipv4_src', value: 0xffffff00 },
          { field: 'ipv6_dst', value: (1n << 128n) - 1n },
          { field: 'ip_proto', value: 0xff },
          { field: 'tcp_src', value: 0xffff },
        ],
      },
    },
  }),

  request('all group statistics', ALL, { kind: 'group_stats' }),
  request('statistics of one group', ALL, { kind: 'group_stats', groupId: 12 }),
  request('statistics of any group', ALL, { kind: 'group_stats', groupId: 0xffffffff }),
  reply('no group statistics', ALL, { kind: 'group_stats', groups: [] }),
  reply('group statistics', ALL, {
    kind: 'group_stats',
    groups: [
      STATS,
      { ...STATS, buckets: [], durationSeconds: 0xffffffff, durationNanoseconds: 0xffffffff },
      { ...STATS, durationNanoseconds: 1_500, buckets: [] },
    ],
  }),
  request('all group descriptions', ALL, { kind: 'group_desc' }),
  request('the description of one group', ONLY_15, { kind: 'group_desc', groupId: 12 }),
  reply('no groups', ALL, { kind: 'group_desc', groups: [] }),
  reply('groups', ALL, {
    kind: 'group_desc',
    groups: [
      { groupId: 1, type: 'all', buckets: [OUTPUT, DROP] },
      { groupId: 2, type: 'select', buckets: [{ ...OUTPUT, weight: 3 }, DROP] },
      { groupId: 3, type: 'indirect', buckets: [OUTPUT] },
      { groupId: 4, type: 'ff', buckets: [{ ...OUTPUT, watchPort: 1 }] },
      { groupId: 5, type: 'all', buckets: [], unknownType: 9 },
    ],
  }),
  reply('groups that no group-mod would make', ALL, {
    kind: 'group_desc',
    groups: [{ groupId: 1, type: 'all', buckets: [{ ...OUTPUT, weight: 7, watchPort: 3 }] }],
  }),
  reply('groups with bucket identifiers', ONLY_15, {
    kind: 'group_desc',
    groups: [
      {
        ...{ groupId: 1, type: 'select' },
        buckets: [
          { ...OUTPUT, bucketId: 100 },
          { ...DROP, bucketId: 7 },
        ],
        selection: {
          ...{ method: 'hash', param: 0n },
          fields: [
            { field: 'vlan_vid', value: 0x1fff },
            { field: 'ipv4_dst', value: 0xffff0000 },
          ],
        },
      },
    ],
  }),
  request('group features', ALL, { kind: 'group_features' }),
  reply('group features', ALL, {
    ...{ kind: 'group_features', types: 15, capabilities: 7 },
    byType: {
      all: TYPE_FEATURES,
      select: TYPE_FEATURES,
      indirect: TYPE_FEATURES,
      ff: TYPE_FEATURES,
    },
  }),
  reply('features of some types of groups', BEFORE_15, {
    ...{ kind: 'group_features', types: 0x1a, capabilities: 0 },
    byType: {
      all: { maxGroups: 1, actions: 1 },
      select: { maxGroups: 0, actions: 0 },
      indirect: { maxGroups: 1, actions: 1 },
      ff: { maxGroups: 16, actions: 0xffffffff },
    },
  }),
];
