/**
 * Flows and groups in ovs-ofctl's words, as `ovs-ofctl --no-names dump-flows` prints them.
 *
 * A match is in match-text.ts, actions and instructions in action-text.ts.
 * Sources: ovs-actions(7), ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { Flow } from '../values/flow.ts';
import type { Bucket, Group } from '../values/group.ts';
import type { FlowStats } from '../values/multipart.ts';
import { reservedPortName } from '../values/ports.ts';
import { formatActions, formatInstructions } from './action-text.ts';
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
  const counters = `n_packets=${flow.packets}, n_bytes=${flow.bytes}`;
  return (
    `cookie=0x${flow.cookie.toString(16)}, duration=${formatDuration(flow)}, table=${flow.table}, ` +
    `${counters}, ${formatRest(flow, flow.importance)}`
  );
}

function formatDuration(flow: FlowStats): string {
  const milliseconds = Math.floor(flow.durationNanoseconds / 1_000_000);
  const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0')}`;
  return `${flow.durationSeconds}${fraction}s`;
}

function formatRest(flow: Flow, importance = 0): string {
  const { idleTimeout = 0, hardTimeout = 0, flags = 0 } = flow;
  const idle = idleTimeout === 0 ? '' : `idle_timeout=${idleTimeout}, `;
  const hard = hardTimeout === 0 ? '' : `hard_timeout=${hardTimeout}, `;
  const flagWords = FLAGS.filter((_word, bit) => (flags >>> bit) & 1)
    .map((word) => `${word} `)
    .join('');
  const weight = importance === 0 ? '' : `importance=${importance}, `;
  const match = formatMatchWithPriority(flow);
  const space = match === '' ? '' : ' ';
  return `${idle}${hard}${flagWords}${weight}${match}${space}actions=${formatInstructions(flow.instructions)}`;
}

/** `priority=100,arp,…`; the priority is left out when it is the default. */
export function formatMatchWithPriority(flow: Pick<Flow, 'priority' | 'match'>): string {
  const priority = flow.priority === DEFAULT_PRIORITY ? [] : [`priority=${flow.priority}`];
  const match = formatMatch(flow.match);
  return [...priority, ...(match === '' ? [] : [match])].join(',');
}

/** As `ovs-ofctl -O OpenFlow15 --no-names dump-groups` has it, behind "bucket=". */
export function formatBucket(bucket: Bucket): string {
  const { weight, watchPort, watchGroup } = bucket;
  return [
    `bucket_id:${bucket.bucketId}`,
    ...(weight === undefined ? [] : [`weight:${weight}`]),
    ...(watchPort === undefined ? [] : [`watch_port:${reservedPortName(watchPort) ?? watchPort}`]),
    ...(watchGroup === undefined ? [] : [`watch_group:${watchGroup}`]),
    `actions=${formatActions(bucket.actions)}`,
  ].join(',');
}

/** As `ovs-ofctl -O OpenFlow15 --no-names dump-groups` has it. */
export function formatGroup(group: Group): string {
  const buckets = group.buckets.map((bucket) => `,bucket=${formatBucket(bucket)}`).join('');
  return `group_id=${group.groupId},type=${group.type}${buckets}`;
}
