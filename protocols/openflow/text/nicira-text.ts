/**
 * Nicira's messages but packets and flow-mods, and the flow monitor's small ones, in ofp-print's words.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { ipv4FromNumber, ipv6FromBigInt } from '../../base/addresses.ts';
import type { CtFlush, CtTuple } from '../values/conntrack.ts';
import type { NiciraMessage, TlvMapping } from '../values/nicira-messages.ts';
import { hex } from './field-text.ts';
import type { MessageFormatters } from './formatter.ts';

type MessageOf<Type> = Extract<NiciraMessage, { type: Type }>;

const TLV_COMMANDS = { add: 'ADD', delete: 'DEL', clear: 'CLEAR' } as const;

const ICMP = 1;
const ICMPV6 = 58;
/** ::ffff:0:0/96. */
const IPV4_MAPPED = 0xffffn;

function formatMappings(mappings: readonly TlvMapping[]): string {
  const lines = mappings.map(
    ({ optionClass, optionType, optionLength, index }) =>
      `\n ${hex(optionClass).padStart(6)}  ${hex(optionType).padStart(4)}  ` +
      `${String(optionLength).padStart(6)}  tun_metadata${index}`,
  );
  return (
    ' mapping table:\n  class  type  length  match field\n' +
    ` ------  ----  ------  --------------${lines.join('')}`
  );
}

function formatTlvTableMod({ command, mappings }: MessageOf<'tlv_table_mod'>): string {
  return `\n ${TLV_COMMANDS[command]}${command === 'clear' ? '' : formatMappings(mappings)}`;
}

function formatTlvTableReply(message: MessageOf<'tlv_table_reply'>): string {
  const { maxOptionSpace, maxFields, mappings } = message;
  const allocated = mappings.reduce((sum, { optionLength }) => sum + optionLength, 0);
  return (
    `\n max option space=${maxOptionSpace} max fields=${maxFields}\n` +
    ` allocated option space=${allocated}\n\n${formatMappings(mappings)}`
  );
}

function formatCtFlush({ ipProtocol, original = {}, reply = {}, zone = 0 }: CtFlush): string {
  const isIpv4 = isOfIpv4(original, reply);
  const words = [
    `'${formatTuple(original, ipProtocol, isIpv4)},ct_nw_proto=${ipProtocol}'`,
    `'${formatTuple(reply, ipProtocol, isIpv4)}'`,
  ];
  return ` zone=${zone} ${words.join(' ')}`;
}

/** The address that was said last decides. */
function isOfIpv4(original: CtTuple, reply: CtTuple): boolean {
  const addresses = [
    ...[original.source, original.destination],
    ...[reply.source, reply.destination],
  ].filter((address) => address !== undefined);
  const last = addresses.at(-1);
  return last !== undefined && isMapped(last);
}

function isMapped(address: bigint): boolean {
  return address >> 32n === IPV4_MAPPED;
}

/** Open vSwitch keeps ICMP's numbers where others have ports, and says the one for the other. */
function formatTuple(tuple: CtTuple, ipProtocol: number, isIpv4: boolean): string {
  const { source = 0n, destination = 0n } = tuple;
  const family = isIpv4 ? 'ct_nw' : 'ct_ipv6';
  const addresses = `${family}_src=${formatAddress(source)},${family}_dst=${formatAddress(destination)}`;
  if (ipProtocol === ICMP || ipProtocol === ICMPV6) {
    const { sourcePort = 0, destinationPort = 0 } = tuple;
    const { icmpId = sourcePort, icmpType = destinationPort & 0xff } = tuple;
    const { icmpCode = destinationPort >>> 8 } = tuple;
    return `${addresses},icmp_id=${icmpId},icmp_type=${icmpType},icmp_code=${icmpCode}`;
  }
  const { icmpId = 0, icmpType = 0, icmpCode = 0 } = tuple;
  const { sourcePort = icmpId, destinationPort = icmpCode * 256 + icmpType } = tuple;
  return `${addresses},ct_tp_src=${sourcePort},ct_tp_dst=${destinationPort}`;
}

function formatAddress(address: bigint): string {
  return isMapped(address)
    ? ipv4FromNumber(Number(address & 0xffffffffn))
    : ipv6FromBigInt(address);
}

export const NICIRA_TEXT: MessageFormatters = {
  flow_mod_table_id: ({ enable }) => (enable ? ' enable' : ' disable'),
  set_packet_in_format: ({ format }) => ` format=${format}`,
  set_controller_id: ({ controllerId }) => ` id=${controllerId}`,
  tlv_table_mod: formatTlvTableMod,
  tlv_table_reply: formatTlvTableReply,
  ct_flush_zone: ({ zone }) => ` zone_id=${zone}`,
  ct_flush: formatCtFlush,
  flow_monitor_cancel: ({ monitorId }) => ` id=${monitorId}`,
};
