/**
 * Desired against installed, flow by flow and word by word: what `nva flows` shows.
 *
 * Stricter than the comparison at a reconnection, which believes a cookie: a flow changed by hand under our cookie
 * shows here.
 */

import { formatInstructions } from '../../protocols/openflow/text/action-text.ts';
import { formatFlow } from '../../protocols/openflow/text/flow-text.ts';
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import type { FlowStats } from '../../protocols/openflow/values/multipart.ts';
import { isOurCookie } from '../desired/cookie.ts';
import type { Fragment, GroupBucket } from '../desired/fragment.ts';
import { tableName } from '../desired/pipeline.ts';
import { TRANSLATION_BYTES_MAX } from '../desired/replication.ts';
import { isOurGroup } from '../desired/templates.ts';
import type { FlowLine, FlowReport } from '../northbound/authority.ts';
import { fittingGroup, sameBuckets } from '../reconcile/groups.ts';
import { keyOfFlow } from '../southbound/operation-encoder.ts';
import type { SwitchDump } from '../southbound/southbound.ts';

interface Wanted {
  readonly flow: Flow;
  readonly cause: string;
}

export function reportFlows(
  nve: string,
  desired: Iterable<Fragment>,
  dump: SwitchDump,
): FlowReport {
  const fragments = [...desired];
  const wanted = new Map<number, Wanted>();
  for (const { flows, cause } of fragments) {
    for (const flow of flows) wanted.set(keyOfFlow(flow), { flow, cause });
  }
  const installed: FlowLine[] = [];
  const surplus: FlowLine[] = [];
  for (const flow of inSwitchOrder(dump.flows)) {
    const key = keyOfFlow(flow);
    const want = wanted.get(key);
    const isWanted = want !== undefined && sameFlow(want.flow, flow);
    const line = lineOf(flow, isWanted ? want.cause : undefined, Number(flow.packets));
    installed.push(line);
    if (isWanted) wanted.delete(key);
    else if (isOurCookie(flow.cookie)) surplus.push(line);
  }
  const missing = [...wanted.values()].map(({ flow, cause }) => lineOf(flow, cause));
  return { nve, installed, missing, surplus, groups: groupDifferences(fragments, dump) };
}

function sameFlow(wanted: Flow, installed: FlowStats): boolean {
  return (
    wanted.cookie === installed.cookie &&
    formatInstructions(wanted.instructions) === formatInstructions(installed.instructions)
  );
}

function inSwitchOrder(flows: readonly FlowStats[]): FlowStats[] {
  return [...flows].sort((a, b) => a.table - b.table || b.priority - a.priority);
}

function lineOf(flow: Flow, cause: string | undefined, packets?: number): FlowLine {
  return {
    table: tableName(flow.table) ?? String(flow.table),
    text: formatFlow(flow),
    ...(cause === undefined ? {} : { cause }),
    ...(packets === undefined ? {} : { packets }),
  };
}

function groupDifferences(fragments: readonly Fragment[], dump: SwitchDump): string[] {
  const wanted = new Map<number, GroupBucket[]>();
  for (const { groups } of fragments) for (const groupId of groups) wanted.set(groupId, []);
  for (const { buckets } of fragments) {
    for (const entry of buckets) wanted.get(entry.groupId)?.push(entry);
  }
  const differences: string[] = [];
  const has = new Map(dump.groups.map((group) => [group.groupId, group.buckets]));
  for (const [groupId, entries] of wanted) {
    const { group } = fittingGroup(groupId, entries, TRANSLATION_BYTES_MAX);
    const buckets = has.get(groupId);
    if (buckets === undefined) differences.push(`group ${groupId} is missing`);
    else if (!sameBuckets(dump.version, buckets, group.buckets)) {
      differences.push(
        `group ${groupId} has ${buckets.length} buckets that are not the ${group.buckets.length} desired`,
      );
    }
  }
  for (const groupId of has.keys()) {
    if (isOurGroup(groupId) && !wanted.has(groupId))
      differences.push(`group ${groupId} is surplus`);
  }
  return differences;
}
