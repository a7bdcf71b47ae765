/**
 * Groups, their statistics and features in ovs-ofctl's words.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { type FieldName, findField } from '../values/fields.ts';
import type {
  Bucket,
  BucketStats,
  Group,
  GroupDesc,
  GroupFeatures,
  GroupMod,
  GroupSelection,
  GroupStats,
  GroupType,
} from '../values/group.ts';
import type { MatchField } from '../values/match.ts';
import { COUNTER_UNKNOWN, DURATION_UNKNOWN } from '../values/port-stats.ts';
import { formatPort, OFPG_ALL, OFPG_ANY } from '../values/ports.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { formatActionBits } from './action-names.ts';
import { formatActions } from './action-text.ts';
import { formatDuration } from './duration-text.ts';
import { formatFieldValue } from './field-text.ts';
import type { MessageFormatters } from './formatter.ts';

const LATEST: OpenFlowVersion = 6;

/** As `ovs-ofctl -O OpenFlow15 --no-names dump-groups` has it, behind "bucket="; before 1.5, without the identifier. */
export function formatBucket(bucket: Bucket, version: OpenFlowVersion = LATEST): string {
  const { weight, watchPort, watchGroup } = bucket;
  return [
    ...(version < 6 ? [] : [`bucket_id:${bucket.bucketId}`]),
    ...(weight === undefined ? [] : [`weight:${weight}`]),
    ...(watchPort === undefined ? [] : [`watch_port:${formatPort(watchPort)}`]),
    ...(watchGroup === undefined ? [] : [`watch_group:${watchGroup}`]),
    `actions=${formatActions(bucket.actions)}`,
  ].join(',');
}

/** As `ovs-ofctl -O OpenFlow15 --no-names dump-groups` has it. */
export function formatGroup(group: Group | GroupDesc, version: OpenFlowVersion = LATEST): string {
  const known = !('unknownType' in group) || group.unknownType === undefined;
  const selection = group.selection === undefined ? '' : formatSelection(group.selection);
  const type = `,type=${known ? group.type : 'unknown'}`;
  return `group_id=${group.groupId}${type}${selection}${formatBuckets(group.buckets, version)}`;
}

function formatBuckets(buckets: readonly Bucket[], version: OpenFlowVersion): string {
  return buckets.map((bucket) => `,bucket=${formatBucket(bucket, version)}`).join('');
}

function formatSelection({ method, param, fields }: GroupSelection): string {
  const parameter = param === 0n ? '' : `,selection_method_param=${param}`;
  const words = fields.filter(({ field }) => field !== 'unknown_oxm').map(formatFieldMask);
  const list = words.length > 1 ? `,fields(${words.join(',')})` : `,fields=${words[0]}`;
  return `,selection_method=${method}${parameter}${words.length === 0 ? '' : list}`;
}

/** The name alone for all of the field. */
function formatFieldMask({ field, value }: MatchField): string {
  const row = findField(field satisfies FieldName);
  if (row === undefined) return field;
  const whole = BigInt(value) === BigInt(row.fullMask);
  return whole ? row.ovsName : `${row.ovsName}=${formatFieldValue(row, value)}`;
}

const COMMANDS: Readonly<Record<GroupMod['command'], string>> = {
  add: 'ADD',
  modify: 'MOD',
  add_or_modify: 'ADD_OR_MOD',
  delete: 'DEL',
  insert_buckets: 'INSERT_BUCKET',
  remove_bucket: 'REMOVE_BUCKET',
};

/** Behind the header's line. */
export function formatGroupMod(mod: GroupMod, version: OpenFlowVersion): string {
  return `\n ${COMMANDS[mod.command]} ${formatModOf(mod, version)}`;
}

function formatModOf(mod: GroupMod, version: OpenFlowVersion): string {
  switch (mod.command) {
    case 'delete': {
      const { groupId, type = 'all', buckets = [] } = mod;
      return formatGroup({ groupId, type, buckets }, version);
    }
    case 'insert_buckets': {
      const where = commandBucket(mod.position ?? 'last', version);
      return `${where}group_id=${mod.groupId}${formatBuckets(mod.buckets, version)}`;
    }
    case 'remove_bucket':
      return `${commandBucket(mod.bucketId, version)}group_id=${mod.groupId}`;
    default:
      return formatGroup(mod.group, version);
  }
}

function commandBucket(bucket: string | number, version: OpenFlowVersion): string {
  return version < 6 ? '' : `command_bucket_id:${bucket},`;
}

/** A group's number in a request: ALL and ANY have names. */
export function formatGroupId(groupId: number): string {
  if (groupId === OFPG_ALL) return 'ALL';
  return groupId === OFPG_ANY ? 'ANY' : String(groupId);
}

export function formatGroupStats(stats: GroupStats): string {
  const { groupId, references, packets, bytes, durationSeconds, durationNanoseconds } = stats;
  const duration =
    durationSeconds === DURATION_UNKNOWN
      ? ''
      : `duration=${formatDuration(durationSeconds, durationNanoseconds)},`;
  const buckets = stats.buckets.map(formatBucketStats).join('');
  return (
    `group_id=${groupId},${duration}ref_count=${references},` +
    `packet_count=${packets},byte_count=${bytes}${buckets}`
  );
}

function formatBucketStats({ packets, bytes }: BucketStats, index: number): string {
  if (packets === COUNTER_UNKNOWN) return '';
  return `,bucket${index}:packet_count=${packets},byte_count=${bytes}`;
}

const TYPE_NAMES: readonly (readonly [GroupType, string])[] = [
  ['all', 'all'],
  ['select', 'select'],
  ['indirect', 'indirect'],
  ['ff', 'fast failover'],
];

/** Behind the header's line. */
export function formatGroupFeatures(features: GroupFeatures): string {
  const groups = TYPE_NAMES.map(([type, name], index) => {
    if (((features.types >>> index) & 1) === 0) return '';
    const { maxGroups, actions } = features.byType[type];
    const most = maxGroups === 0 ? '0' : `0x${maxGroups.toString(16)}`;
    return `    ${name} group:\n       max_groups=${most}\n       actions: ${formatActionBits(actions)}\n`;
  }).join('');
  const types = features.types.toString(16);
  const capabilities = features.capabilities.toString(16);
  return `\n Group table:\n    Types:  0x${types}\n    Capabilities:  0x${capabilities}\n${groups}`;
}

export const GROUP_TEXT: MessageFormatters = {
  group_mod: ({ mod }, { version }) => formatGroupMod(mod, version),
};
