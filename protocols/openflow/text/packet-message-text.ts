/**
 * Packets between switch and controller (packet-in, packet-out, resume), in ofp-print's words.
 *
 *     OFPT_PACKET_IN (OF1.3) (xid=0x0): cookie=0x5 total_len=60 in_port=3 (via action) data_len=60 (unbuffered)
 *     tcp,vlan_tci=0x0000,…
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { Match } from '../values/match.ts';
import {
  type ContinuationParts,
  type NxPacketIn,
  type NxPacketIn2,
  PACKET_IN_REASONS,
  type PacketIn,
  type PacketOut,
  type Resume,
} from '../values/packet-messages.ts';
import { OFP_NO_BUFFER } from '../values/ports.ts';
import { formatActions } from './action-text.ts';
import type { MessageFormatters, PrintContext } from './formatter.ts';
import { plainHexDump } from './hex-dump.ts';
import { formatPacketFields } from './match-text.ts';
import { formatPacket } from './packet-text.ts';

const NO_COOKIE = 0xffffffffffffffffn;
/** From here on a packet is told in words, and from there on in hexadecimal too. */
const VERBOSITY_WITH_PACKET = 1;
const VERBOSITY_WITH_DUMP = 3;
/** Reasons within Open vSwitch that have no word: OFPR_EXPLICIT_MISS and OFPR_IMPLICIT_MISS. */
const SILENT_REASONS: readonly number[] = [6, 7];

/** What the three formats of a packet-in say alike. */
interface Shown {
  readonly table: number;
  readonly cookie: bigint;
  readonly totalLength: number;
  readonly bufferId: number;
  readonly reason: number;
  readonly match: Match;
  readonly data: Uint8Array;
}

export const PACKET_TEXT: MessageFormatters = {
  packet_in: (message, context) => formatPacketIn(message, '', context),
  nx_packet_in: (message, context) => formatPacketIn(message, '', context),
  nx_packet_in2: formatPacketIn2,
  resume: formatPacketIn2,
  packet_out: formatPacketOut,
};

function formatPacketIn2(message: NxPacketIn2 | Resume, context: PrintContext): string {
  const { data, fullLength = 0, userdata, continuation } = message;
  const shown: Shown = {
    data,
    table: message.table ?? 0,
    cookie: message.cookie ?? NO_COOKIE,
    totalLength: fullLength === 0 ? data.length : fullLength,
    bufferId: message.bufferId ?? OFP_NO_BUFFER,
    reason: message.reason ?? 0,
    match: message.metadata ?? [],
  };
  const parts = continuation?.parts;
  const more = `${userdataLine(userdata)}${parts === undefined ? '' : partLines(parts)}`;
  return formatPacketIn(shown, more, context);
}

/** `more`: lines between the first and the packet. */
function formatPacketIn(
  shown: Shown | PacketIn | NxPacketIn,
  more: string,
  context: PrintContext,
): string {
  const { table, cookie, totalLength, match, reason, data } = shown;
  return [
    table === 0 ? '' : ` table_id=${table}`,
    cookie === NO_COOKIE ? '' : ` cookie=0x${cookie.toString(16)}`,
    ` total_len=${totalLength} ${formatPacketFields(match)} (via ${reasonWord(reason)})`,
    ` data_len=${data.length}${bufferWords(shown)}\n${more}`,
    packetLines(data, match, context),
  ].join('');
}

function reasonWord(reason: number): string {
  return SILENT_REASONS.includes(reason) ? '' : (PACKET_IN_REASONS[reason] ?? String(reason));
}

function bufferWords({ bufferId, totalLength, data }: Shown): string {
  if (bufferId === OFP_NO_BUFFER) {
    return ` (unbuffered)${totalLength === data.length ? '' : ' (***total_len != data_len***)'}`;
  }
  const warning = totalLength < data.length ? ' (***total_len < data_len***)' : '';
  return `${bufferWord(bufferId)}${warning}`;
}

function bufferWord(bufferId: number): string {
  return ` buffer=0x${bufferId.toString(16).padStart(8, '0')}`;
}

/** The packet begins with Ethernet unless the pipeline says otherwise. */
function packetTypeOf(match: Match): number {
  return Number(match.find(({ field }) => field === 'packet_type')?.value ?? 0);
}

function packetLines(data: Uint8Array, match: Match, { verbosity }: PrintContext): string {
  const words =
    verbosity >= VERBOSITY_WITH_PACKET ? `${formatPacket(data, packetTypeOf(match))}\n` : '';
  return verbosity >= VERBOSITY_WITH_DUMP ? `${words}${plainHexDump(data)}` : words;
}

function userdataLine(userdata: Uint8Array | undefined): string {
  if (userdata === undefined || userdata.length === 0) return '';
  const bytes = Array.from(userdata, (byte) => byte.toString(16).padStart(2, '0'));
  return ` userdata=${bytes.join('.')}\n`;
}

function partLines(parts: ContinuationParts): string {
  const { bridge, stack, mirrors, conntracked, actionSet, datapathPort } = parts;
  const values = stack.map((value) => (value === 0n ? ' 0' : ` 0x${value.toString(16)}`));
  const lines: readonly (readonly [name: string, value: string | undefined])[] = [
    ['bridge', bridge],
    ['stack', stack.length === 0 ? undefined : `(top)${values.join('')} (bottom)`],
    ['mirrors', mirrors === 0 ? undefined : `0x${mirrors.toString(16)}`],
    ['conntracked', conntracked ? 'true' : undefined],
    ['actions', pendingActions(parts)],
    ['action_set', actionSet.length === 0 ? undefined : formatActions(actionSet)],
    ['odp_port', datapathPort === 0 ? undefined : String(datapathPort)],
  ];
  return lines
    .map(([name, value]) => (value === undefined ? '' : ` continuation.${name}=${value}\n`))
    .join('');
}

/** Whose order the actions are is written as an action of its own. */
function pendingActions({ actions }: ContinuationParts): string | undefined {
  if (actions.length === 0) return undefined;
  return actions
    .map(({ table, cookie, actions: list }) => {
      const head = `unroll_xlate(table=${table}, cookie=${cookie})`;
      return list.length === 0 ? head : `${head},${formatActions(list)}`;
    })
    .join(',');
}

function formatPacketOut(message: PacketOut, context: PrintContext): string {
  const { bufferId, inPort, match = [], actions, data } = message;
  const pipeline = formatPacketFields([{ field: 'in_port', value: inPort }, ...match]);
  const head = ` ${pipeline} actions=${formatActions(actions)}`;
  if (bufferId !== undefined) return `${head}${bufferWord(bufferId)}`;
  const packet = data.length === 0 ? '' : packetLines(data, match, context);
  const between = packet === '' || context.verbosity < VERBOSITY_WITH_PACKET ? '' : '\n';
  return `${head} data_len=${data.length}${between}${packet}`;
}
