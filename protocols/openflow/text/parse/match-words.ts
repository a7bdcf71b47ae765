/**
 * The vocabulary of a match in ovs-ofctl's language, and what its words need beside them.
 *
 * Source: ovs-fields(7), ovs-ofctl(8) ("Flow Syntax") of Open vSwitch 3.1.
 */
import type { Prerequisite } from '../../values/field-registry.ts';
import {
  FIELDS,
  type Field,
  fieldByName,
  findOvsField,
  type RegisteredFieldName,
} from '../../values/fields.ts';
import {
  ETH_TYPE_ARP,
  ETH_TYPE_IP,
  ETH_TYPE_IPV6,
  ETH_TYPE_MPLS,
  ETH_TYPE_MPLS_MCAST,
  ETH_TYPE_RARP,
} from '../../values/prerequisites.ts';

export interface Protocol {
  readonly type: number;
  /** IP's; undefined: any. */
  readonly number?: number;
}

/** Words that stand for an Ethernet type, some for an IP protocol too. */
export const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map<string, Protocol>([
  ['ip', { type: ETH_TYPE_IP }],
  ['ip4', { type: ETH_TYPE_IP }],
  ['ipv4', { type: ETH_TYPE_IP }],
  ['ip6', { type: ETH_TYPE_IPV6 }],
  ['ipv6', { type: ETH_TYPE_IPV6 }],
  ['arp', { type: ETH_TYPE_ARP }],
  ['rarp', { type: ETH_TYPE_RARP }],
  ['mpls', { type: ETH_TYPE_MPLS }],
  ['mplsm', { type: ETH_TYPE_MPLS_MCAST }],
  ['icmp', { type: ETH_TYPE_IP, number: 1 }],
  ['tcp', { type: ETH_TYPE_IP, number: 6 }],
  ['udp', { type: ETH_TYPE_IP, number: 17 }],
  ['sctp', { type: ETH_TYPE_IP, number: 132 }],
  ['icmp6', { type: ETH_TYPE_IPV6, number: 58 }],
  ['tcp6', { type: ETH_TYPE_IPV6, number: 6 }],
  ['udp6', { type: ETH_TYPE_IPV6, number: 17 }],
  ['sctp6', { type: ETH_TYPE_IPV6, number: 132 }],
]);

/** Words of OpenFlow 1.0 that set a part of the VLAN tag. */
export const TAG_WORDS: ReadonlySet<string> = new Set(['dl_vlan', 'dl_vlan_pcp']);

/** ofp-print's own words that ovs-ofctl itself does not take. */
const PRINTED: ReadonlyMap<string, RegisteredFieldName> = new Map([
  ['gtpu_flags', 'tun_gtpu_flags'],
  ['gtpu_msgtype', 'tun_gtpu_msgtype'],
]);

/** Open vSwitch matches them inside, and no message has room for them. */
export const UNSENDABLE: ReadonlySet<string> = new Set(['tun_ttl', 'tun_tos', 'skb_priority']);

/** Whether a word belongs to a match, as the key says (`reg0[0..3]` does, `priority` does not). */
export function isMatchWord(key: string): boolean {
  return key === 'eth' || PROTOCOLS.has(key) || TAG_WORDS.has(key) || isFieldWord(key);
}

function isFieldWord(key: string): boolean {
  return fieldOf(key) !== undefined || UNSENDABLE.has(key) || key.includes('[');
}

/** The field that a word names. */
export function fieldOf(key: string): Field | undefined {
  const printed = PRINTED.get(key);
  return printed === undefined ? findOvsField(key) : fieldByName(printed);
}

/** The words that a match may begin with, for who has to say what would have been right. */
export function* matchWords(): Iterable<string> {
  yield* ['eth', ...PROTOCOLS.keys(), ...TAG_WORDS];
  for (const field of FIELDS) yield* field.ovsNames;
}

/** What the match needs, in words of a match. */
const NEEDS: Readonly<Record<Prerequisite, string>> = {
  none: 'nothing',
  ethernet: 'an Ethernet packet (no packet_type but (0,0))',
  vlan: 'dl_vlan or vlan_vid',
  arp: 'arp or rarp',
  ipv4: 'ip',
  ipv6: 'ipv6',
  ip: 'ip or ipv6',
  mpls: 'mpls or mplsm',
  nsh: 'dl_type=0x894f',
  ct: 'ct_state=+trk with +new, +est, +rel or +rpl',
  tcp: 'tcp or tcp6',
  udp: 'udp or udp6',
  sctp: 'sctp or sctp6',
  icmp: 'icmp',
  icmp6: 'icmp6',
  nd: 'icmp6, icmp_type=135 or 136 and icmp_code=0',
  nd_solicit: 'icmp6, icmp_type=135 and icmp_code=0',
  nd_advert: 'icmp6, icmp_type=136 and icmp_code=0',
};

const SPECIAL_NEEDS: Readonly<Record<string, string>> = {
  tp_src: 'tcp, udp or sctp',
  tp_dst: 'tcp, udp or sctp',
  icmp_type: 'icmp or icmp6',
  icmp_code: 'icmp or icmp6',
  ct_tp_src: `ct_nw_proto and ${NEEDS.ct}`,
  ct_tp_dst: `ct_nw_proto and ${NEEDS.ct}`,
  vlan_tci: 'the bit 0x1000 (there is a tag)',
};

/** Names of several fields in ovs-ofctl's language: of which one, the rest of the match says. */
export const SHARED_WORDS: ReadonlySet<string> = new Set([
  ...['nw_src', 'nw_dst', 'nw_proto', 'tp_src', 'tp_dst', 'icmp_type', 'icmp_code'],
]);

/** What the word needs in the match, in words of a match. */
export function needOf(key: string): string {
  const isTyped = PROTOCOLS.has(key) || TAG_WORDS.has(key);
  const prerequisite = fieldOf(key.replace(/\[.*$/, ''))?.prerequisite ?? 'none';
  return SPECIAL_NEEDS[key] ?? NEEDS[isTyped ? 'ethernet' : prerequisite];
}
