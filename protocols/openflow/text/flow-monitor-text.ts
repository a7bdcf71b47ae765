/**
 * Flow monitors and their reports in ofp-print's words.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { Instruction } from '../values/actions.ts';
import {
  FLOW_MONITOR_FLAGS,
  type FlowMonitorRequest,
  type FlowUpdate,
} from '../values/flow-monitor.ts';
import { formatPort } from '../values/ports.ts';
import { formatInstructions } from './action-text.ts';
import { formatBits } from './bit-names.ts';
import { formatMatch } from './match-text.ts';
import { flowRemovedReason } from './role-text.ts';

const FLAGS: ReadonlyMap<number, string> = new Map([
  [FLOW_MONITOR_FLAGS.initial, 'initial'],
  [FLOW_MONITOR_FLAGS.add, 'add'],
  [FLOW_MONITOR_FLAGS.delete, 'delete'],
  [FLOW_MONITOR_FLAGS.modify, 'modify'],
  [FLOW_MONITOR_FLAGS.actions, 'actions'],
  [FLOW_MONITOR_FLAGS.no_abbrev, 'no-abbrev'],
  [FLOW_MONITOR_FLAGS.own, 'own'],
]);

/** One line, with the newline before it. */
export function formatFlowMonitor(monitor: FlowMonitorRequest): string {
  const { monitorId, command, outPort, outGroup = 0, table } = monitor;
  if (command === 'delete') return `\n id=${monitorId} command=delete`;
  const match = formatMatch(monitor.match);
  return [
    `\n id=${monitorId} flags=${formatBits(monitor.flags, FLAGS, ',')}`,
    ...(outPort === undefined ? [] : [`out_port=${formatPort(outPort)}`]),
    ...(outGroup === 0 ? [] : [`out_group=${outGroup | 0}`]),
    ...(table === undefined ? [] : [`table=${table}`]),
    ...(match === '' ? [] : [match]),
  ].join(' ');
}

/** One line, with the newline before it. */
export function formatFlowUpdate(update: FlowUpdate): string {
  switch (update.event) {
    case 'abbrev':
      return `\n event=ABBREV xid=0x${update.xid.toString(16)}`;
    case 'paused':
    case 'resumed':
      return `\n event=${update.event.toUpperCase()}`;
    default:
      return `\n event=${formatChange(update)}`;
  }
}

type Change = Extract<FlowUpdate, { cookie: bigint }>;

function formatChange(change: Change): string {
  const { idleTimeout, hardTimeout, cookie, instructions } = change;
  const event =
    change.event === 'deleted'
      ? `DELETED reason=${flowRemovedReason(change.reason)}`
      : change.event.toUpperCase();
  const head = [
    `${event} table=${change.table}`,
    ...(idleTimeout === 0 ? [] : [`idle_timeout=${idleTimeout}`]),
    ...(hardTimeout === 0 ? [] : [`hard_timeout=${hardTimeout}`]),
    `cookie=${cookie === 0n ? '0' : `0x${cookie.toString(16)}`}`,
  ].join(' ');
  const match = formatMatch(change.match);
  const words = doNothing(instructions) ? '' : `actions=${formatInstructions(instructions)}`;
  const space = match === '' || words === '' ? '' : ' ';
  return `${head} ${match}${space}${words}`;
}

function doNothing(instructions: readonly Instruction[]): boolean {
  return instructions.every((one) => one.type === 'apply_actions' && one.actions.length === 0);
}
