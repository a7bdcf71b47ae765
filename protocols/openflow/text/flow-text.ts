/**
 * Flows in ovs-ofctl's words, as `ovs-ofctl --no-names dump-flows` prints them.
 *
 * A match is in match-text.ts, actions and instructions in action-text.ts.
 * Sources: ovs-actions(7), ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { Flow } from '../values/flow.ts';
import type { FlowStats } from '../values/multipart.ts';
import { COUNTER_UNKNOWN } from '../values/port-stats.ts';
import { formatInstructions } from './action-text.ts';
import { formatDuration } from './duration-text.ts';
import { hex } from './field-text.ts';
import { formatMatch } from './match-text.ts';

const DEFAULT_PRIORITY = 32768;

/** OFPFF_* in ovs-ofctl's words, by bit. */
const FLAGS = [
  'send_flow_rem',
  'check_overlap',
  'reset_counts',
  'no_packet_counts',
  'no_byte_counts',
];

/** As `ovs-ofctl --no-names --no-stats dump-flows` has it, without the leading space. */
export function formatFlow(flow: Flow): string {
  const cookie = flow.cookie === 0n ? '' : `cookie=${hex(flow.cookie)}, `;
  const table = flow.table === 0 ? '' : `table=${flow.table}, `;
  return `${cookie}${table}${formatRest(flow)}`;
}

/** As `ovs-ofctl --no-names dump-flows` has it, without the leading space. */
export function formatFlowStats(flow: FlowStats): string {
  const duration = formatDuration(flow.durationSeconds, flow.durationNanoseconds);
  return (
    `cookie=0x${flow.cookie.toString(16)}, duration=${duration}, table=${flow.table}, ` +
    `n_packets=${counter(flow.packets)}, n_bytes=${counter(flow.bytes)}, ` +
    formatRest(flow, flow.importance, flow.idleTime)
  );
}

function counter(value: bigint): string {
  return value === COUNTER_UNKNOWN ? '?' : String(value);
}

function formatRest(flow: Flow, importance = 0, idleTime?: number): string {
  const { idleTimeout = 0, hardTimeout = 0, flags = 0 } = flow;
  const match = formatMatchWithPriority(flow);
  return [
    idleTimeout === 0 ? '' : `idle_timeout=${idleTimeout}, `,
    hardTimeout === 0 ? '' : `hard_timeout=${hardTimeout}, `,
    ...FLAGS.map((word, bit) => ((flags >>> bit) & 1 ? `${word} ` : '')),
    importance === 0 ? '' : `importance=${importance}, `,
    idleTime === undefined || idleTime > SIGNED_MAX ? '' : `idle_age=${idleTime}, `,
    match === '' ? '' : `${match} `,
    `actions=${formatInstructions(flow.instructions)}`,
  ].join('');
}

/** Open vSwitch has 32 bits with a sign for it. */
const SIGNED_MAX = 0x7fffffff;

/** `priority=100,arp,…`; the priority is left out when it is the default. */
export function formatMatchWithPriority(flow: Pick<Flow, 'priority' | 'match'>): string {
  const priority = flow.priority === DEFAULT_PRIORITY ? [] : [`priority=${flow.priority}`];
  const match = formatMatch(flow.match);
  return [...priority, ...(match === '' ? [] : [match])].join(',');
}
