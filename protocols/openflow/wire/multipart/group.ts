/**
 * Group statistics, descriptions and features.
 *
 *     requests:       group_id:32 | pad 4 (description: from 1.5 on); features: empty
 *     stats:          length:16 | pad 2 | group_id:32 | ref_count:32 | pad 4 | packets:64 | bytes:64 | sec:32 | nsec:32
 *                     | { packets:64 | bytes:64 }*
 *     desc 1.3, 1.4:  length:16 | type | pad | group_id:32 | buckets
 *     desc 1.5:       length:16 | type | pad | group_id:32 | bucket_array_len:16 | pad 6 | buckets | properties
 *     features:       types:32 | capabilities:32 | max_groups:32 × 4 | actions:32 × 4
 *
 * Trap: a description's type is not judged; Open vSwitch shows one that it does not know.
 * Sources: OpenFlow 1.3.5 §7.3.5.9 to §7.3.5.11; OpenFlow 1.5.1 §7.3.5.10.
 */
import { GROUP_TYPES, nameOf } from '../../values/commands.ts';
import type { GroupDesc, GroupFeatures, GroupStats } from '../../values/group.ts';
import { OFPG_ALL } from '../../values/ports.ts';
import { OPENFLOW_15, type OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { readBuckets } from '../messages/bucket-decode.ts';
import { putBuckets } from '../messages/bucket-encode.ts';
import { putGroupProperties, readGroupProperties } from '../messages/group-properties.ts';
import { requireVersion } from '../require-version.ts';
import { type MultipartCodec, putNumber, readAll, readNumber } from './codec.ts';
import { putTraffic, readTraffic, TRAFFIC_BYTES } from './traffic.ts';

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

const FEATURES = layout({
  types: 'u32',
  capabilities: 'u32',
  ...{ maxAll: 'u32', maxSelect: 'u32', maxIndirect: 'u32', maxFf: 'u32' },
  ...{ actionsAll: 'u32', actionsSelect: 'u32', actionsIndirect: 'u32', actionsFf: 'u32' },
});

export const GROUP_STATS: MultipartCodec<'group_stats'> = {
  putRequest: (writer, _version, request) => putNumber(writer, request.groupId ?? OFPG_ALL),
  readRequest: (cursor) => ({ kind: 'group_stats', ...readGroupId(cursor) }),
  putReply: (writer, _version, { groups }) => {
    for (const group of groups) putStats(writer, group);
  },
  readReply: (cursor) => ({ kind: 'group_stats', groups: readAll(cursor, readStats) }),
};

export const GROUP_DESC: MultipartCodec<'group_desc'> = {
  putRequest: (writer, version, { groupId }) => {
    requireVersion(version, OPENFLOW_15, groupId, 'the description of one group');
    if (version >= OPENFLOW_15) putNumber(writer, groupId ?? OFPG_ALL);
  },
  readRequest: (cursor, version) => ({
    kind: 'group_desc',
    ...(version < 6 ? {} : readGroupId(cursor)),
  }),
  putReply: (writer, version, { groups }) => {
    for (const group of groups) putDesc(writer, version, group);
  },
  readReply: (cursor, version) => ({
    kind: 'group_desc',
    groups: readAll(cursor, (one) => readDesc(one, version)),
  }),
};

export const GROUP_FEATURES: MultipartCodec<'group_features'> = {
  putRequest: () => undefined,
  readRequest: () => ({ kind: 'group_features' }),
  putReply: (writer, _version, reply) => putFeatures(writer, reply),
  readReply: (cursor) => ({ kind: 'group_features', ...readFeatures(cursor) }),
};

function readGroupId(cursor: Cursor): { groupId?: number } {
  const groupId = readNumber(cursor, 'a group number');
  return groupId === OFPG_ALL ? {} : { groupId };
}

function putDesc(writer: ByteWriter, version: OpenFlowVersion, group: GroupDesc): void {
  const mark = writer.mark();
  const at = writer.reserve(DESC.size);
  writer.view.setUint8(at + 2, group.unknownType ?? GROUP_TYPES[group.type]);
  writer.view.setUint32(at + 4, group.groupId);
  if (version < 6) {
    putBuckets(writer, version, group.type, group.buckets);
  } else {
    const fixed = writer.mark();
    writer.reserve(DESC_15.size);
    putBuckets(writer, version, group.type, group.buckets);
    const size = writer.mark() - fixed - DESC_15.size;
    writer.view.setUint16(writer.start + fixed, size);
  }
  putGroupProperties(writer, version, group);
  writer.patchSize(mark, 0);
}

function readDesc(cursor: Cursor, version: OpenFlowVersion): GroupDesc {
  const least = version < 6 ? DESC.size : DESC.size + DESC_15.size;
  const inner = cursor.cutSized(0, least, 'a group description');
  const { type: number, groupId } = inner.struct(DESC, 'a group description');
  const known = nameOf(GROUP_TYPES, number);
  const type = known ?? 'all';
  const named = known === undefined ? { groupId, type, unknownType: number } : { groupId, type };
  if (version < 6) return { ...named, buckets: readBuckets(inner, version, known) };
  const { bucketsSize } = inner.struct(DESC_15, 'a group description');
  const buckets = readBuckets(inner.cut(bucketsSize, 'buckets'), version, known);
  return { ...named, buckets, ...readGroupProperties(inner, known, true) };
}

function putStats(writer: ByteWriter, group: GroupStats): void {
  const mark = writer.mark();
  const at = writer.reserve(STATS.size);
  writer.view.setUint32(at + 4, group.groupId);
  writer.view.setUint32(at + 8, group.references);
  writer.view.setBigUint64(at + 16, group.packets);
  writer.view.setBigUint64(at + 24, group.bytes);
  writer.view.setUint32(at + 32, group.durationSeconds);
  writer.view.setUint32(at + 36, group.durationNanoseconds);
  putTraffic(writer, group.buckets);
  writer.patchSize(mark, 0);
}

/** What a record has behind its last whole bucket belongs to the next one, as Open vSwitch reads it. */
function readStats(cursor: Cursor): GroupStats {
  const { length, ...group } = cursor.struct(STATS, 'group statistics');
  const count = Math.floor((length - STATS.size) / TRAFFIC_BYTES);
  if (count < 0 && cursor.error === undefined) {
    cursor.fail('OFPBRC_BAD_LEN', `group statistics say ${length} bytes and need ${STATS.size}`);
  }
  const size = Math.max(count, 0) * TRAFFIC_BYTES;
  const buckets = readTraffic(cursor, size, 'bucket statistics');
  return { ...group, buckets };
}

function putFeatures(writer: ByteWriter, features: GroupFeatures): void {
  const at = writer.reserve(FEATURES.size);
  const { all, select, indirect, ff } = features.byType;
  writer.view.setUint32(at, features.types);
  writer.view.setUint32(at + 4, features.capabilities);
  for (const [index, { maxGroups, actions }] of [all, select, indirect, ff].entries()) {
    writer.view.setUint32(at + 8 + 4 * index, maxGroups);
    writer.view.setUint32(at + 24 + 4 * index, actions);
  }
}

function readFeatures(cursor: Cursor): GroupFeatures {
  const raw = cursor.struct(FEATURES, 'group features');
  return {
    types: raw.types,
    capabilities: raw.capabilities,
    byType: {
      all: { maxGroups: raw.maxAll, actions: raw.actionsAll },
      select: { maxGroups: raw.maxSelect, actions: raw.actionsSelect },
      indirect: { maxGroups: raw.maxIndirect, actions: raw.actionsIndirect },
      ff: { maxGroups: raw.maxFf, actions: raw.actionsFf },
    },
  };
}
