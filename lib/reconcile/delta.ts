/**
 * From a change of linked fragments to operations on one switch that was in step before.
 *
 * Flows with an equal key are replaced in place; equal content at an equal key is no operation at all. Replication
 * groups change by single buckets where the version has them (OpenFlow 1.5) and nothing is cut short, by a whole
 * modify otherwise.
 */
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import { OPENFLOW_15, type OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import type { Fragment, GroupBucket } from '../desired/fragment.ts';
import type { FragmentDelta } from '../desired/network-plan.ts';
import { BUCKETS_MAX, bucketText, fittingGroup, type GroupShortage } from './groups.ts';
import { type Operation, order } from './operations.ts';

export interface DeltaContext {
  readonly version: OpenFlowVersion;
  readonly translationBytesMax: number;
  /** Every bucket that the group should have now. */
  buckets(groupId: number): readonly GroupBucket[];
  /** Whether the group left members out until now: then its change is not the change of its buckets. */
  wasShort(groupId: number): boolean;
}

export interface DeltaPlan {
  readonly operations: readonly Operation[];
  /** By how many flows the switch's own count grows. */
  readonly flowsGrowth: number;
  readonly shortages: readonly GroupShortage[];
  /** Groups that were looked at and fit, or that are gone: an earlier shortage there is over. */
  readonly fitting: readonly number[];
}

export function planDelta(delta: FragmentDelta, context: DeltaContext): DeltaPlan {
  const operations: Operation[] = [];
  const growth = planFlows(delta, operations);
  const groups = planGroups(delta, context, operations);
  return { operations: order(operations), flowsGrowth: growth, ...groups };
}

function planFlows(delta: FragmentDelta, operations: Operation[]): number {
  const removed = flowsByKey(delta.removed);
  let growth = 0;
  for (const fragment of delta.added) {
    for (const flow of fragment.flows) {
      const key = removed.size === 0 ? '' : keyText(flow);
      const before = removed.get(key);
      if (before === undefined) growth++;
      else removed.delete(key);
      if (before?.cookie !== flow.cookie) operations.push({ type: 'flow-add', flow });
    }
  }
  for (const flow of removed.values()) operations.push({ type: 'flow-remove', flow });
  return growth - removed.size;
}

function flowsByKey(fragments: readonly Fragment[]): Map<string, Flow> {
  const flows = new Map<string, Flow>();
  for (const fragment of fragments) {
    for (const flow of fragment.flows) flows.set(keyText(flow), flow);
  }
  return flows;
}

/** Two flows that our templates wrote have equal texts if and only if they have equal keys. */
function keyText(flow: Flow): string {
  let text = `${flow.table} ${flow.priority}`;
  for (const { field, value, mask } of flow.match) text += ` ${field}=${value}/${mask ?? ''}`;
  return text;
}

interface GroupChange {
  readonly inserted: Map<number, GroupBucket>;
  readonly removed: Map<number, GroupBucket>;
}

function planGroups(
  delta: FragmentDelta,
  context: DeltaContext,
  operations: Operation[],
): { shortages: GroupShortage[]; fitting: number[] } {
  const created = groupIds(delta.added);
  const deleted = groupIds(delta.removed);
  const shortages: GroupShortage[] = [];
  const fitting: number[] = [];
  for (const [groupId, change] of bucketChanges(delta, created)) {
    if (deleted.has(groupId) && !created.has(groupId)) continue;
    const { group, shortage } = fittingGroup(
      groupId,
      context.buckets(groupId),
      context.translationBytesMax,
    );
    if (shortage === undefined) fitting.push(groupId);
    else shortages.push(shortage);
    if (created.has(groupId) && !deleted.has(groupId)) {
      operations.push({ type: 'group-add', group });
    } else if (
      context.version === OPENFLOW_15 &&
      shortage === undefined &&
      !context.wasShort(groupId) &&
      bySingleBuckets(change)
    ) {
      pushBuckets(groupId, change, operations);
    } else {
      operations.push({ type: 'group-modify', group });
    }
  }
  for (const groupId of deleted) {
    if (created.has(groupId)) continue;
    operations.push({ type: 'group-delete', groupId });
    fitting.push(groupId);
  }
  return { shortages, fitting };
}

function groupIds(fragments: readonly Fragment[]): Set<number> {
  return new Set(fragments.flatMap((fragment) => fragment.groups));
}

/** Buckets that really change, by group; a created group stands there even with none. */
function bucketChanges(
  delta: FragmentDelta,
  created: ReadonlySet<number>,
): Map<number, GroupChange> {
  const changes = new Map<number, GroupChange>();
  for (const groupId of created) changeOf(changes, groupId);
  for (const entry of bucketsOf(delta.removed)) {
    changeOf(changes, entry.groupId).removed.set(entry.bucket.bucketId, entry);
  }
  for (const entry of bucketsOf(delta.added)) {
    const change = changeOf(changes, entry.groupId);
    const before = change.removed.get(entry.bucket.bucketId);
    if (before !== undefined && bucketText(before.bucket) === bucketText(entry.bucket)) {
      change.removed.delete(entry.bucket.bucketId);
    } else {
      change.inserted.set(entry.bucket.bucketId, entry);
    }
  }
  for (const [groupId, { inserted, removed }] of changes) {
    if (inserted.size + removed.size === 0 && !created.has(groupId)) changes.delete(groupId);
  }
  return changes;
}

function bucketsOf(fragments: readonly Fragment[]): GroupBucket[] {
  return fragments.flatMap((fragment) => fragment.buckets);
}

function changeOf(changes: Map<number, GroupChange>, groupId: number): GroupChange {
  let change = changes.get(groupId);
  if (change === undefined) {
    change = { inserted: new Map(), removed: new Map() };
    changes.set(groupId, change);
  }
  return change;
}

/** A bucket whose content changes under its id needs the atomic modify; so does a change too large for one message. */
function bySingleBuckets({ inserted, removed }: GroupChange): boolean {
  if (inserted.size > BUCKETS_MAX) return false;
  for (const id of inserted.keys()) if (removed.has(id)) return false;
  return true;
}

function pushBuckets(
  groupId: number,
  { inserted, removed }: GroupChange,
  operations: Operation[],
): void {
  if (inserted.size > 0) {
    const buckets = [...inserted.values()].map((entry) => entry.bucket);
    operations.push({ type: 'buckets-insert', groupId, buckets });
  }
  for (const bucketId of removed.keys()) {
    operations.push({ type: 'bucket-remove', groupId, bucketId });
  }
}
