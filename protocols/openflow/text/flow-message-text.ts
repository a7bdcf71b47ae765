/**
 * Flow-mods and flow-removed in ofp-print's words.
 *
 *     ADD table:5 priority=100,arp cookie:0x5 idle:60 actions=drop
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { FlowCommand } from '../values/commands.ts';
import type { FlowMod, FlowRemoved } from '../values/messages.ts';
import type { NxFlowMod } from '../values/nicira-messages.ts';
import { formatPort, OFPP_ANY } from '../values/ports.ts';
import { formatInstructions } from './action-text.ts';
import { formatDuration } from './duration-text.ts';
import { formatMatchWithPriority } from './flow-text.ts';
import type { MessageFormatters, PrintContext } from './formatter.ts';
import { formatNxMatch } from './nx-match-text.ts';
import { flowRemovedReason } from './role-text.ts';

const COMMANDS: Readonly<Record<FlowCommand, string>> = {
  add: 'ADD',
  modify: 'MOD',
  modify_strict: 'MOD_STRICT',
  delete: 'DEL',
  delete_strict: 'DEL_STRICT',
};

/** OFPFF_*, by bit. */
const FLAGS = [
  'send_flow_rem',
  'check_overlap',
  'reset_counts',
  'no_packet_counts',
  'no_byte_counts',
];

/** Not a cookie, but "leave it". */
const KEEP_COOKIE = 0xffffffffffffffffn;
const NO_BUFFER = 0xffffffff;
const NO_TABLE = 255;
const DEFAULT_PRIORITY = 32768;

/** From here on Nicira's match is shown as it is on the wire: where its size stands in the message, and where it begins. */
const VERBOSITY_AS_IS = 3;
const NX_MATCH_SIZE_AT = 40;
const NX_MATCH_AT = 48;

interface Cookies {
  /** What the flow gets. */
  readonly fresh?: bigint;
  readonly filter?: bigint;
  readonly mask?: bigint;
}

function formatFlowMod(message: FlowMod): string {
  const { command, flow, cookieMask = 0n, importance = 0 } = message;
  return command === 'add'
    ? formatMod(message, { fresh: flow.cookie }, importance)
    : formatMod(message, { filter: flow.cookie, mask: cookieMask }, 0);
}

function formatNxFlowMod(message: NxFlowMod, { bytes, verbosity }: PrintContext): string {
  const { cookieFilter = 0n, cookieMask = 0n, flow } = message;
  const cookies = { fresh: flow.cookie, filter: cookieFilter, mask: cookieMask };
  if (verbosity < VERBOSITY_AS_IS) return formatMod(message, cookies, 0);
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint16(NX_MATCH_SIZE_AT);
  const match = formatNxMatch(bytes.subarray(NX_MATCH_AT, NX_MATCH_AT + size));
  const priority = flow.priority === DEFAULT_PRIORITY ? [] : [`pri:${flow.priority}`];
  return formatMod(message, cookies, 0, { match, priority });
}

function formatMod(
  { command, flow, bufferId = NO_BUFFER, outPort = OFPP_ANY }: FlowMod | NxFlowMod,
  { fresh = 0n, filter = 0n, mask = 0n }: Cookies,
  importance: number,
  asIs?: { readonly match: string; readonly priority: readonly string[] },
): string {
  const { table, idleTimeout = 0, hardTimeout = 0, flags = 0 } = flow;
  const match = asIs?.match ?? formatMatchWithPriority(flow);
  const words = [
    COMMANDS[command] + (table === 0 ? '' : ` table:${table}`),
    ...(match === '' ? [] : [match]),
    ...(fresh === 0n || fresh === KEEP_COOKIE ? [] : [`cookie:0x${fresh.toString(16)}`]),
    ...(mask === 0n ? [] : [`cookie:0x${filter.toString(16)}/0x${mask.toString(16)}`]),
    ...(idleTimeout === 0 ? [] : [`idle:${idleTimeout}`]),
    ...(hardTimeout === 0 ? [] : [`hard:${hardTimeout}`]),
    ...(importance === 0 ? [] : [`importance:${importance}`]),
    ...(asIs?.priority ?? []),
    ...(bufferId === NO_BUFFER ? [] : [`buf:0x${bufferId.toString(16)}`]),
    ...(outPort === OFPP_ANY ? [] : [`out_port:${formatPort(outPort)}`]),
    ...FLAGS.filter((_word, bit) => (flags >>> bit) & 1),
    `actions=${formatInstructions(flow.instructions)}`,
  ];
  return ` ${words.join(' ')}`;
}

function formatFlowRemoved(
  message: Omit<FlowRemoved, 'type' | 'hardTimeout'>,
  hardTimeout: number,
): string {
  const { table, cookie, durationSeconds, durationNanoseconds, packets, bytes } = message;
  return [
    ` ${formatMatchWithPriority(message)}`,
    `reason=${flowRemovedReason(message.reason)}`,
    ...(table === NO_TABLE ? [] : [`table_id=${table}`]),
    ...(cookie === 0n ? [] : [`cookie:0x${cookie.toString(16)}`]),
    `duration${formatDuration(durationSeconds, durationNanoseconds)}`,
    `idle${message.idleTimeout}`,
    ...(hardTimeout === 0 ? [] : [`hard${hardTimeout}`]),
    `pkts${packets} bytes${bytes}\n`,
  ].join(' ');
}

export const FLOW_MESSAGE_TEXT: MessageFormatters = {
  flow_mod: formatFlowMod,
  nx_flow_mod: formatNxFlowMod,
  flow_removed: (message) => formatFlowRemoved(message, message.hardTimeout),
  nx_flow_removed: (message) => formatFlowRemoved(message, 0),
};
