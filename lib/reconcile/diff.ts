/**
 * Diff: what one NVE should hold against what its switch says it has.
 *
 * The comparison after every (re)connection. Key by key; equal cookies mean nothing to do. A flow or group without
 * our mark is not ours and stays; where one sits on a key that we need, it stays and is named.
 */
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import type { Bucket } from '../../protocols/openflow/values/group.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { isOurCookieHigh } from '../desired/cookie.ts';
import type { Fragment, GroupBucket } from '../desired/fragment.ts';
import { isOurGroup } from '../desired/templates.ts';
import { fittingGroup, type GroupShortage, sameBuckets } from './groups.ts';
import { type InstalledFlow, type Operation, order } from './operations.ts';

/** A flow dump, read without decoding it. */
export interface InstalledFlows {
  readonly count: number;
  /** The same hash of table, priority and match that `keyOf` gives for a flow of ours. */
  key(index: number): number;
  cookieHigh(index: number): number;
  cookieLow(index: number): number;
  flow(index: number): InstalledFlow;
  /** Whether it does what this flow of ours says, whose key and cookie it has; absent: the cookie is believed. */
  isAsDesired?(index: number, flow: Flow): boolean;
}

export interface Installed {
  readonly version: OpenFlowVersion;
  readonly flows: InstalledFlows;
  readonly groups: ReadonlyMap<number, readonly Bucket[]>;
}

export interface DiffPlan {
  readonly operations: readonly Operation[];
  /** Flows with our mark that the switch will have. */
  readonly flowsAfter: number;
  /** Flows with our mark that it had. */
  readonly flowsBefore: number;
  /** Flows of ours that cannot be installed because a flow of somebody else has their key. */
  readonly occupied: readonly Flow[];
  readonly shortages: readonly GroupShortage[];
}

export function planDiff(
  desired: Iterable<Fragment>,
  installed: Installed,
  keyOf: (flow: Flow) => number,
  translationBytesMax: number,
): DiffPlan {
  const wanted = new Map<number, Flow>();
  const groups = new Map<number, GroupBucket[]>();
  const entries: GroupBucket[] = [];
  for (const fragment of desired) {
    for (const flow of fragment.flows) wanted.set(keyOf(flow), flow);
    for (const groupId of fragment.groups) groups.set(groupId, []);
    entries.push(...fragment.buckets);
  }
  for (const entry of entries) groups.get(entry.groupId)?.push(entry);
  const operations: Operation[] = [];
  const flows = diffFlows(wanted, installed.flows, operations);
  const shortages = diffGroups(groups, installed, translationBytesMax, operations);
  return { operations: order(operations), ...flows, shortages };
}

function diffFlows(
  wanted: Map<number, Flow>,
  installed: InstalledFlows,
  operations: Operation[],
): { flowsAfter: number; flowsBefore: number; occupied: Flow[] } {
  const occupied: Flow[] = [];
  const total = wanted.size;
  let before = 0;
  for (let index = 0; index < installed.count; index++) {
    const key = installed.key(index);
    const flow = wanted.get(key);
    if (!isOurCookieHigh(installed.cookieHigh(index))) {
      if (flow === undefined) continue;
      occupied.push(flow);
      wanted.delete(key);
      continue;
    }
    before++;
    if (flow === undefined) {
      operations.push({ type: 'installed-flow-remove', flow: installed.flow(index) });
    } else if (isInstalled(flow, installed, index)) wanted.delete(key);
  }
  for (const flow of wanted.values()) operations.push({ type: 'flow-add', flow });
  return { flowsAfter: total - occupied.length, flowsBefore: before, occupied };
}

function isInstalled(flow: Flow, installed: InstalledFlows, index: number): boolean {
  const hasCookie = sameCookie(
    flow.cookie,
    installed.cookieHigh(index),
    installed.cookieLow(index),
  );
  return hasCookie && installed.isAsDesired?.(index, flow) !== false;
}

function sameCookie(cookie: bigint, high: number, low: number): boolean {
  return Number(cookie >> 32n) === high && Number(cookie & 0xffffffffn) === low;
}

function diffGroups(
  groups: ReadonlyMap<number, readonly GroupBucket[]>,
  installed: Installed,
  translationBytesMax: number,
  operations: Operation[],
): GroupShortage[] {
  const shortages: GroupShortage[] = [];
  for (const [groupId, entries] of groups) {
    const { group, shortage } = fittingGroup(groupId, entries, translationBytesMax);
    if (shortage !== undefined) shortages.push(shortage);
    const has = installed.groups.get(groupId);
    if (has === undefined) operations.push({ type: 'group-add', group });
    else if (!sameBuckets(installed.version, has, group.buckets)) {
      operations.push({ type: 'group-modify', group });
    }
  }
  for (const groupId of installed.groups.keys()) {
    if (isOurGroup(groupId) && !groups.has(groupId)) {
      operations.push({ type: 'group-delete', groupId });
    }
  }
  return shortages;
}
