/**
 * Actions, instructions, flows and groups in ovs-ofctl's words, as `ovs-ofctl --no-names dump-flows` prints them.
 *
 * A match is in match-text.ts, a field's value in field-text.ts.
 * Sources: ovs-actions(7), ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { Action, Instruction, Subfield } from '../values/actions.ts';
import { findField } from '../values/fields.ts';
import type { Flow } from '../values/flow.ts';
import type { Bucket, Group } from '../values/group.ts';
import type { FlowStats } from '../values/multipart.ts';
import { OFPCML_NO_BUFFER, OFPP_CONTROLLER, reservedPortName } from '../values/ports.ts';
import { formatFieldValue, hex, paddedHex } from './field-text.ts';
import { formatMatch } from './match-text.ts';

const DEFAULT_PRIORITY = 32768;
const ALL_64 = 0xffffffffffffffffn;

/** OFPFF_* in ovs-ofctl's words, by bit. */
const FLAGS = [
  'send_flow_rem',
  'check_overlap',
  'reset_counts',
  'no_packet_counts',
  'no_byte_counts',
];

/** "drop" for none. */
export function formatActions(actions: readonly Action[]): string {
  return actions.length === 0 ? 'drop' : actions.map(formatAction).join(',');
}

export function formatAction(action: Action): string {
  switch (action.type) {
    case 'output':
      return formatOutput(action.port, action.maxLen);
    case 'group':
      return `group:${action.groupId}`;
    case 'set_queue':
      return `set_queue:${action.queueId}`;
    case 'meter':
      return `meter:${action.meterId}`;
    case 'push_vlan':
    case 'push_mpls':
    case 'pop_mpls':
      return `${action.type}:${paddedHex(action.ethertype, 4)}`;
    case 'set_ttl':
      return `mod_nw_ttl:${action.ttl}`;
    case 'set_mpls_ttl':
      return `set_mpls_ttl(${action.ttl})`;
    case 'set_field':
      return formatSetField(action);
    case 'move':
      return `move:${formatSubfield(action.from)}->${formatSubfield(action.to)}`;
    case 'load':
      return `load:${hex(action.value)}->${formatSubfield(action.to)}`;
    case 'resubmit':
      return formatResubmit(action.port, action.table);
    case 'unknown':
      return `unknown(${Array.from(action.bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')})`;
    default:
      return action.type;
  }
}

function formatOutput(port: number, maxLen: number | undefined): string {
  if (port === OFPP_CONTROLLER) return `CONTROLLER:${maxLen ?? OFPCML_NO_BUFFER}`;
  return reservedPortName(port) ?? `output:${port}`;
}

function formatSetField({ field, value, mask }: Extract<Action, { type: 'set_field' }>): string {
  const row = findField(field);
  if (row === undefined) return `set_field:${hex(value)}->${field}`;
  return `set_field:${formatFieldValue(row, value, mask)}->${row.ovsName}`;
}

/** NAME[first..last], NAME[bit], or NAME[] for all of it. */
function formatSubfield({ field, offset, bits }: Subfield): string {
  const row = findField(field);
  const name = row?.headerName ?? field;
  if (offset === 0 && bits === row?.bits) return `${name}[]`;
  return bits === 1 ? `${name}[${offset}]` : `${name}[${offset}..${offset + bits - 1}]`;
}

function formatResubmit(port: number | undefined, table: number | undefined): string {
  const name = port === undefined ? undefined : (reservedPortName(port) ?? String(port));
  if (table === undefined && name !== undefined) return `resubmit:${name}`;
  return `resubmit(${name ?? ''},${table ?? ''})`;
}

/** In the order in which a switch carries them out; "drop" for none. */
export function formatInstructions(instructions: readonly Instruction[]): string {
  const rank = (instruction: Instruction) => EXECUTION.indexOf(instruction.type);
  const words = [...instructions]
    .sort((left, right) => rank(left) - rank(right))
    .map(formatInstruction)
    .filter((word) => word !== '');
  return words.length === 0 ? 'drop' : words.join(',');
}

const EXECUTION: readonly Instruction['type'][] = [
  'meter',
  'apply_actions',
  'clear_actions',
  'write_actions',
  'write_metadata',
  'goto_table',
  'unknown',
];

function formatInstruction(instruction: Instruction): string {
  switch (instruction.type) {
    case 'meter':
      return `meter:${instruction.meterId}`;
    case 'apply_actions':
      return instruction.actions.map(formatAction).join(',');
    case 'clear_actions':
      return 'clear_actions';
    case 'write_actions':
      return `write_actions(${formatActions(instruction.actions)})`;
    case 'write_metadata': {
      const mask = instruction.mask === ALL_64 ? '' : `/${hex(instruction.mask)}`;
      return `write_metadata:${hex(instruction.metadata)}${mask}`;
    }
    case 'goto_table':
      return `goto_table:${instruction.table}`;
    case 'unknown':
      return formatAction(instruction);
  }
}

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
