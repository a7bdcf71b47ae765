/**
 * A match in ovs-ofctl's words and order: `arp,reg0=0x1389,in_port=3,arp_tpa=10.0.0.1`.
 *
 * What a field is called depends on the others: eth_type and ip_proto become one word (arp, tcp6), and what ovs-ofctl
 * does not print in a match (a field whose prerequisite is absent) is printed here too, at the end of its kind.
 *
 * Source: ovs-ofctl(8), ovs-fields(7) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */

import { type FieldName, fieldByName, type RegisteredFieldName } from '../values/fields.ts';
import type { FieldValue, Match, MatchField } from '../values/match.ts';
import { formatFieldValue, hex, paddedHex } from './field-text.ts';

const ETHERTYPES: ReadonlyMap<FieldValue, string> = new Map([
  [0x0800, 'ip'],
  [0x86dd, 'ipv6'],
  [0x0806, 'arp'],
  [0x8035, 'rarp'],
  [0x8847, 'mpls'],
  [0x8848, 'mplsm'],
]);

const IP_WORDS: ReadonlyMap<FieldValue, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);

const IPV6_WORDS: ReadonlyMap<FieldValue, string> = new Map([
  [58, 'icmp6'],
  [6, 'tcp6'],
  [17, 'udp6'],
  [132, 'sctp6'],
]);

/** In the order of ovs-ofctl; `protocol`, `registers` and `vlan` stand for what several fields make. */
const ORDER: readonly (RegisteredFieldName | 'protocol' | 'registers' | 'vlan')[] = [
  ...(['pkt_mark', 'recirc_id', 'dp_hash', 'conj_id', 'actset_output', 'ct_state'] as const),
  ...(['ct_zone', 'ct_mark', 'ct_label', 'ct_nw_src', 'ct_ipv6_src', 'ct_nw_dst'] as const),
  ...(['ct_ipv6_dst', 'ct_nw_proto', 'ct_tp_src', 'ct_tp_dst', 'packet_type'] as const),
  ...(['protocol', 'registers', 'tun_id', 'tun_src', 'tun_dst', 'tun_ipv6_src'] as const),
  ...(['tun_ipv6_dst', 'tun_gbp_id', 'tun_gbp_flags', 'tun_erspan_ver', 'tun_erspan_idx'] as const),
  ...(['tun_erspan_dir', 'tun_erspan_hwid', 'tun_gtpu_flags', 'tun_gtpu_msgtype'] as const),
  ...(['tun_flags', 'metadata', 'in_port', 'nxm_in_port', 'in_phy_port', 'vlan'] as const),
  ...(['eth_src', 'eth_dst', 'eth_type', 'ipv4_src', 'ipv4_dst', 'ipv6_src', 'ipv6_dst'] as const),
  ...(['ipv6_label', 'ipv6_exthdr', 'nsh_flags', 'nsh_ttl', 'nsh_mdtype', 'nsh_np'] as const),
  ...(['nsh_spi', 'nsh_si', 'nsh_c1', 'nsh_c2', 'nsh_c3', 'nsh_c4'] as const),
  ...(['arp_spa', 'arp_tpa', 'ip_proto', 'arp_op', 'arp_sha', 'arp_tha'] as const),
  ...(['nw_tos', 'ip_dscp', 'ip_ecn', 'nw_ttl', 'mpls_label', 'mpls_tc', 'mpls_ttl'] as const),
  ...(['mpls_bos', 'pbb_isid', 'pbb_uca', 'ip_frag', 'icmp_type', 'icmp_code'] as const),
  ...(['icmpv6_type', 'icmpv6_code', 'nd_target', 'nd_sll', 'nd_tll', 'nd_reserved'] as const),
  ...(['nd_options_type', 'tcp_src', 'tcp_dst', 'udp_src', 'udp_dst', 'sctp_src'] as const),
  ...(['sctp_dst', 'tcp_flags'] as const),
];

type Items = ReadonlyMap<FieldName, MatchField>;

/** Without the priority; empty for a match of everything. */
export function formatMatch(match: Match): string {
  const items: Items = new Map(match.map((item) => [item.field, item]));
  const words = ORDER.flatMap((place) => {
    if (place === 'protocol') return protocolWord(items) ?? [];
    if (place === 'registers') return registerWords(match);
    if (place === 'vlan') return vlanWords(items);
    const item = items.get(place);
    return item === undefined ? [] : fieldWord(place, item, items);
  });
  const unknown = match.filter((item) => item.field === 'unknown_oxm');
  return [...words, ...unknown.map((item) => `oxm(${hexOf(item.oxm)})`)].join(',');
}

function hexOf(bytes: Uint8Array | undefined): string {
  return Array.from(bytes ?? [], (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The word that stands for eth_type, and for ip_proto when it has one of its own. */
function protocolWord(items: Items): string | undefined {
  const ethertype = items.get('eth_type')?.value;
  return ipWord(items) ?? (ethertype === undefined ? undefined : ETHERTYPES.get(ethertype));
}

function ipWord(items: Items): string | undefined {
  const ethertype = items.get('eth_type')?.value;
  const protocol = items.get('ip_proto')?.value;
  if (protocol === undefined) return undefined;
  if (ethertype === 0x0800) return IP_WORDS.get(protocol);
  return ethertype === 0x86dd ? IPV6_WORDS.get(protocol) : undefined;
}

function fieldWord(name: RegisteredFieldName, item: MatchField, items: Items): string[] {
  const field = fieldByName(name);
  switch (name) {
    case 'packet_type':
      // (0,0) is Ethernet, which a match without Ethernet fields says and ovs-ofctl does not.
      return item.value === 0 ? [] : [`packet_type=${formatFieldValue(field, item.value)}`];
    case 'eth_type':
      return ETHERTYPES.has(item.value) ? [] : [`dl_type=${paddedHex(item.value, 4)}`];
    case 'ip_proto':
      return ipWord(items) === undefined ? [`nw_proto=${item.value}`] : [];
    case 'ip_dscp':
      return [`nw_tos=${Number(item.value) * 4}`];
    case 'ipv6_label':
      return [`ipv6_label=${masked(item, (value) => paddedHex(value, 5))}`];
    default:
      return [`${field.matchName}=${formatFieldValue(field, item.value, item.mask)}`];
  }
}

function masked(item: MatchField, format: (value: FieldValue) => string): string {
  return item.mask === undefined
    ? format(item.value)
    : `${format(item.value)}/${format(item.mask)}`;
}

const REGISTERS = 16;
const WORD = 0xffffffffn;

/** Extended registers are written as the registers that they consist of. */
function registerWords(match: Match): string[] {
  const values = new Array<bigint>(REGISTERS).fill(0n);
  const masks = new Array<bigint>(REGISTERS).fill(0n);
  for (const item of match) {
    const found = /^(x{0,2})reg([0-9]+)$/.exec(item.field);
    if (found === null) continue;
    const size = 2 ** (found[1]?.length ?? 0);
    const first = Number(found[2]) * size;
    const mask = BigInt(item.mask ?? fieldByName(item.field as RegisteredFieldName).allOnes);
    for (let index = 0; index < size; index++) {
      const shift = BigInt(size - 1 - index) * 32n;
      values[first + index] = (BigInt(item.value) >> shift) & WORD;
      masks[first + index] = (mask >> shift) & WORD;
    }
  }
  return values.flatMap((value, index) => {
    const mask = masks[index] ?? 0n;
    if (mask === 0n) return [];
    return [mask === WORD ? `reg${index}=${hex(value)}` : `reg${index}=${hex(value)}/${hex(mask)}`];
  });
}

const VID_BITS = 0x0fff;
const PRESENT = 0x1000;
const PCP_BITS = 0xe000;

/** vlan_vid and vlan_pcp together, or vlan_tci when words cannot say it. */
function vlanWords(items: Items): string[] {
  const tci = items.get('vlan_tci');
  const vid = items.get('vlan_vid');
  const pcp = items.get('vlan_pcp');
  const value = Number(tci?.value ?? 0) | Number(vid?.value ?? 0) | (Number(pcp?.value ?? 0) << 13);
  const mask =
    (tci === undefined ? 0 : Number(tci.mask ?? 0xffff)) |
    (vid === undefined ? 0 : Number(vid.mask ?? 0x1fff)) |
    (pcp === undefined ? 0 : PCP_BITS);
  if (mask === 0) return [];
  const vidMask = mask & VID_BITS;
  const pcpMask = mask & PCP_BITS;
  const whole = (part: number, all: number) => part === 0 || part === all;
  const plain =
    (mask & value & PRESENT) !== 0 &&
    whole(vidMask, VID_BITS) &&
    whole(pcpMask, PCP_BITS) &&
    vidMask + pcpMask > 0;
  if (!plain) {
    const text = `vlan_tci=${paddedHex(value, 4)}`;
    return [mask === 0xffff ? text : `${text}/${paddedHex(mask, 4)}`];
  }
  return [
    ...(vidMask === 0 ? [] : [`dl_vlan=${value & VID_BITS}`]),
    ...(pcpMask === 0 ? [] : [`dl_vlan_pcp=${value >>> 13}`]),
  ];
}
