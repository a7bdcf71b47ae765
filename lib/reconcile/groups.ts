/**
 * Replication groups as wholes: what fits, what is left out by name, and whether two are equal.
 */
import type { Action } from '../../protocols/openflow/values/actions.ts';
import type { Bucket, Group } from '../../protocols/openflow/values/group.ts';
import { OPENFLOW_15, type OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import type { GroupBucket } from '../desired/fragment.ts';
import { withinTranslation } from '../desired/replication.ts';
import { isOurGroup } from '../desired/templates.ts';

/** A group that cannot carry all of its members: never installed without saying so. */
export interface GroupShortage {
  readonly groupId: number;
  readonly kept: number;
  /** NVEs (or, for local ports, bucket ids) that get no copy. */
  readonly left: readonly string[];
}

/** By the mark in its id. */
export function isMarkedGroup(groupId: number): boolean {
  return isOurGroup(groupId);
}

/** ofp_group_mod has a 16-bit length: 65,535 bytes hold so many of our largest buckets (56 bytes). */
export const BUCKETS_MAX = 1150;

export function fittingGroup(
  groupId: number,
  entries: readonly GroupBucket[],
  translationBytesMax: number,
): { readonly group: Group; readonly shortage: GroupShortage | undefined } {
  const { kept, left } = withinTranslation(entries, translationBytesMax);
  const fitting = kept.slice(0, BUCKETS_MAX);
  const out = [...kept.slice(BUCKETS_MAX), ...left];
  const group: Group = {
    groupId,
    type: 'all',
    buckets: fitting.map((entry) => entry.bucket).sort((a, b) => a.bucketId - b.bucketId),
  };
  if (out.length === 0) return { group, shortage: undefined };
  const names = out.map((entry) => entry.remote ?? `local port ${entry.bucket.bucketId}`);
  return { group, shortage: { groupId, kept: fitting.length, left: names } };
}

/** Equal as far as the version can show: before OpenFlow 1.5 a bucket has no id on the wire. */
export function sameBuckets(
  version: OpenFlowVersion,
  left: readonly Bucket[],
  right: readonly Bucket[],
): boolean {
  if (left.length !== right.length) return false;
  const text = version === OPENFLOW_15 ? bucketText : actionsText;
  const counts = new Map<string, number>();
  for (const bucket of left) {
    const key = text(bucket);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const bucket of right) {
    const key = text(bucket);
    const count = counts.get(key) ?? 0;
    if (count === 0) return false;
    counts.set(key, count - 1);
  }
  return true;
}

export function bucketText(bucket: Bucket): string {
  return `${bucket.bucketId}:${actionsText(bucket)}`;
}

function actionsText(bucket: Bucket): string {
  return bucket.actions.map(actionText).join(',');
}

function actionText(action: Action): string {
  switch (action.type) {
    case 'output':
      return `output:${action.port}`;
    case 'set_field':
      return `set:${action.field}=${action.value}/${action.mask ?? ''}`;
    case 'resubmit':
      return `resubmit:${action.port ?? ''}/${action.table ?? ''}`;
    default:
      return JSON.stringify(action, (_, value: unknown) =>
        typeof value === 'bigint' ? value.toString() : value,
      );
  }
}
