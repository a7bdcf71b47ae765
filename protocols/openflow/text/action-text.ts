/**
 * Actions and instructions in ovs-ofctl's words, as `ovs-ofctl --no-names dump-flows` prints them.
 *
 * One formatter for each type of action. A field's value is in field-text.ts. The long ones (learn, ct, nat) are in
 * learn-text.ts and conntrack-text.ts.
 * Source: ovs-actions(7) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { ipv4FromNumber, macFromNumber } from '../../base/addresses.ts';
import type { Action, ActionOf, EncapProperty, Instruction } from '../values/actions.ts';
import { findField } from '../values/fields.ts';
import {
  formatPort,
  OFPCML_NO_BUFFER,
  OFPP_CONTROLLER,
  OFPP_IN_PORT,
  OFPP_MAX,
} from '../values/ports.ts';
import { formatConnectionTracking, formatNat } from './conntrack-text.ts';
import { formatFieldValue, hex, paddedHex } from './field-text.ts';
import { formatLearn } from './learn-text.ts';
import { formatSubfield } from './subfield-text.ts';

const ALL_64 = 0xffffffffffffffffn;
/** The current table, in resubmit. */
const SAME_TABLE = 255;
const NSH_TLV = 2;
/** OFPR_EXPLICIT_MISS and OFPR_IMPLICIT_MISS have no word. */
const WORDLESS_REASONS: readonly unknown[] = [6, 7];

type Formatters = {
  readonly [Type in Action['type']]: (action: ActionOf<Type>) => string;
};

/** "drop" for none. */
export function formatActions(actions: readonly Action[]): string {
  return actions.length === 0 ? 'drop' : actions.map(formatAction).join(',');
}

export function formatAction(action: Action): string {
  // Each formatter takes the action of its own type: the record's type says so, TypeScript cannot follow it here.
  const format = FORMATTERS[action.type] as (action: Action) => string;
  return format(action);
}

const FORMATTERS: Formatters = {
  output: ({ port, maxLen }) => {
    if (port === OFPP_CONTROLLER) return `CONTROLLER:${maxLen ?? OFPCML_NO_BUFFER}`;
    return port < OFPP_MAX ? `output:${port}` : formatPort(port);
  },
  group: ({ groupId }) => `group:${groupId}`,
  controller: formatController,
  output_reg: ({ from }) => `output:${formatSubfield(from)}`,
  output_trunc: ({ port, maxLen }) => `output(port=${formatPort(port)},max_len=${maxLen})`,
  bundle: formatBundle,
  set_field: formatSetField,
  move: ({ from, to }) => `move:${formatSubfield(from)}->${formatSubfield(to)}`,
  load: ({ value, to }) => `load:${hex(value)}->${formatSubfield(to)}`,
  push: ({ field }) => `push:${formatSubfield(field)}`,
  pop: ({ field }) => `pop:${formatSubfield(field)}`,
  push_vlan: ({ ethertype }) => `push_vlan:${hex(ethertype)}`,
  pop_vlan: () => 'pop_vlan',
  set_vlan_vid: ({ vid }) => `set_vlan_vid:${vid}`,
  set_vlan_pcp: ({ pcp }) => `set_vlan_pcp:${pcp}`,
  mod_dl_src: ({ address }) => `mod_dl_src:${macFromNumber(address)}`,
  mod_dl_dst: ({ address }) => `mod_dl_dst:${macFromNumber(address)}`,
  mod_nw_src: ({ address }) => `mod_nw_src:${ipv4FromNumber(address)}`,
  mod_nw_dst: ({ address }) => `mod_nw_dst:${ipv4FromNumber(address)}`,
  mod_nw_tos: ({ value }) => `mod_nw_tos:${value}`,
  mod_nw_ecn: ({ value }) => `mod_nw_ecn:${value}`,
  mod_tp_src: ({ port }) => `mod_tp_src:${port}`,
  mod_tp_dst: ({ port }) => `mod_tp_dst:${port}`,
  dec_ttl: () => 'dec_ttl',
  dec_ttl_cnt_ids: ({ controllerIds }) => `dec_ttl(${controllerIds.join(',')})`,
  set_ttl: ({ ttl }) => `mod_nw_ttl:${ttl}`,
  push_mpls: ({ ethertype }) => `push_mpls:${paddedHex(ethertype, 4)}`,
  pop_mpls: ({ ethertype }) => `pop_mpls:${paddedHex(ethertype, 4)}`,
  set_mpls_label: ({ label }) => `set_mpls_label(${label})`,
  set_mpls_tc: ({ tc }) => `set_mpls_tc(${tc})`,
  set_mpls_ttl: ({ ttl }) => `set_mpls_ttl(${ttl})`,
  dec_mpls_ttl: () => 'dec_mpls_ttl',
  dec_nsh_ttl: () => 'dec_nsh_ttl',
  copy_ttl_in: () => 'copy_ttl_in',
  copy_ttl_out: () => 'copy_ttl_out',
  delete_field: ({ field }) => `delete_field:${findField(field)?.ovsName ?? field}`,
  encap: formatEncap,
  decap: ({ packetType }) =>
    `decap(${packetType === undefined ? '' : formatPacketType(packetType)})`,
  set_tunnel: ({ id, wide }) => `set_tunnel${wide || id > 0xffffffffn ? '64' : ''}:${hex(id)}`,
  set_queue: ({ queueId }) => `set_queue:${queueId}`,
  pop_queue: () => 'pop_queue',
  fin_timeout: ({ idleTimeout, hardTimeout }) => {
    const idle = idleTimeout === 0 ? [] : [`idle_timeout=${idleTimeout}`];
    const hard = hardTimeout === 0 ? [] : [`hard_timeout=${hardTimeout}`];
    return `fin_timeout(${[...idle, ...hard].join(',')})`;
  },
  meter: ({ meterId }) => `meter:${meterId}`,
  resubmit: formatResubmit,
  learn: formatLearn,
  conjunction: ({ id, clause, clauses }) => `conjunction(${id},${clause + 1}/${clauses})`,
  multipath: ({ fields, basis, algorithm, maxLink, argument, to }) =>
    `multipath(${fields},${basis},${algorithm},${maxLink + 1},${argument},${formatSubfield(to)})`,
  note: ({ data }) => `note:${dotted(data)}`,
  exit: () => 'exit',
  sample: formatSample,
  ct: (action) => formatConnectionTracking(action, formatActions),
  nat: formatNat,
  ct_clear: () => 'ct_clear',
  clone: ({ actions }) => `clone(${formatActions(actions)})`,
  check_pkt_larger: ({ size, to }) => `check_pkt_larger(${size})->${formatSubfield(to)}`,
  write_metadata: formatMetadata,
  debug_recirc: () => 'debug_recirc',
  debug_slow: () => 'debug_slow',
  unknown: ({ bytes }) => `unknown(${digits(bytes)})`,
};

function digits(bytes: Uint8Array, separator = ''): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(separator);
}

function dotted(bytes: Uint8Array): string {
  return digits(bytes, '.');
}

function formatController(action: ActionOf<'controller'>): string {
  const { reason = 'action', maxLen = OFPCML_NO_BUFFER, controllerId = 0, meterId = 0 } = action;
  const { userdata, pause = false } = action;
  const word = WORDLESS_REASONS.includes(reason) ? '' : reason;
  const noReason = reason === 'action' || reason === 1;
  const extra = [
    ...(controllerId === 0 ? [] : [`id=${controllerId}`]),
    ...(userdata === undefined || userdata.length === 0 ? [] : [`userdata=${dotted(userdata)}`]),
    ...(pause ? ['pause'] : []),
    ...(meterId === 0 ? [] : [`meter_id=${meterId}`]),
  ];
  if (noReason && extra.length === 0) return `CONTROLLER:${maxLen}`;
  const length = maxLen === OFPCML_NO_BUFFER ? [] : [`max_len=${maxLen}`];
  return `controller(${[...(noReason ? [] : [`reason=${word}`]), ...length, ...extra].join(',')})`;
}

function formatBundle({ fields, basis, algorithm, members, to }: ActionOf<'bundle'>): string {
  const word = to === undefined ? 'bundle' : 'bundle_load';
  const target = to === undefined ? '' : `${formatSubfield(to)},`;
  const ports = members.map(formatPort).join(',');
  const named = (way: string | number) => (typeof way === 'number' ? '<unknown>' : way);
  return `${word}(${named(fields)},${basis},${named(algorithm)},ofport,${target}members:${ports})`;
}

function formatSetField({ field, value, mask }: ActionOf<'set_field'>): string {
  const row = findField(field);
  if (row === undefined) return `set_field:${hex(value)}->${field}`;
  return `set_field:${formatFieldValue(row, value, mask)}->${row.ovsName}`;
}

/** Namespace and type of a packet without Ethernet, as decap names them. */
function formatPacketType(packetType: number): string {
  return `packet_type(ns=${packetType >>> 16},type=${hex(packetType & 0xffff)})`;
}

const ENCAPSULATIONS: ReadonlyMap<number, string> = new Map([
  [0, 'ethernet'],
  [0x18847, 'mpls'],
  [0x18848, 'mpls_mc'],
  [0x1894f, 'nsh'],
]);

function formatEncap({ packetType, properties }: ActionOf<'encap'>): string {
  const header = ENCAPSULATIONS.get(packetType) ?? 'UNKNOWN';
  if (properties.length === 0) return `encap(${header})`;
  return `encap(${header}(${properties.map(formatProperty).join(',')}))`;
}

function formatProperty({ type, data }: EncapProperty): string {
  const byte = (index: number) => data[index] ?? 0;
  if (type !== NSH_TLV) return `md_type=${byte(0)}`;
  const value = digits(data.subarray(4, 4 + byte(3))).replace(/^(00)+/, '');
  const trimmed = value === '' ? '0' : `0x${value.replace(/^0/, '')}`;
  return `tlv(${paddedHex(byte(0) * 256 + byte(1), 4)},${byte(2)},${trimmed})`;
}

function formatResubmit({ port = OFPP_IN_PORT, table, ct }: ActionOf<'resubmit'>): string {
  const own = port === OFPP_IN_PORT;
  const same = table === undefined || table === SAME_TABLE;
  if (!own && same) return `resubmit:${formatPort(port)}`;
  return `resubmit(${own ? '' : formatPort(port)},${same ? '' : table}${ct === true ? ',ct' : ''})`;
}

function formatSample(action: ActionOf<'sample'>): string {
  const { probability, collectorSetId, domainId, pointId, samplingPort, direction } = action;
  return `sample(${[
    `probability=${probability}`,
    `collector_set_id=${collectorSetId}`,
    `obs_domain_id=${domainId}`,
    `obs_point_id=${pointId}`,
    ...(samplingPort === undefined ? [] : [`sampling_port=${formatPort(samplingPort)}`]),
    ...(direction === undefined ? [] : [direction]),
  ].join(',')})`;
}

function formatMetadata({ metadata, mask }: { metadata: bigint; mask: bigint }): string {
  return `write_metadata:${hex(metadata)}${mask === ALL_64 ? '' : `/${hex(mask)}`}`;
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
    case 'write_metadata':
      return formatMetadata(instruction);
    case 'goto_table':
      return `goto_table:${instruction.table}`;
    case 'unknown':
      return formatAction(instruction);
  }
}
