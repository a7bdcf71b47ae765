/**
 * A match in ovs-ofctl's words and order: `arp,reg0=0x1389,in_port=3,arp_tpa=10.0.0.1`.
 *
 * The match is first brought into the fields of Open vSwitch's flow (flow-places.ts), which are then said in its order:
 * eth_type and ip_proto become one word (arp, tcp6), extended registers the registers that they consist of, what shares
 * a place has the name that the other fields give it. What has no place there (unknown fields, fields without their
 * prerequisite; only lenient decoding lets them in) is said at the end, so that it is not lost.
 *
 * Trap: the words of a match are not always those of a set_field (field-text.ts).
 * Source: ovs-ofctl(8), ovs-fields(7) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { fieldByName, type RegisteredFieldName, TUN_METADATA_FIELDS } from '../values/fields.ts';
import { fieldsOfMatch, fieldsOfPacket } from '../values/flow-fields.ts';
import {
  type FlowFields,
  isMatched,
  maskAt,
  numberAt,
  type Place,
  placeOf,
} from '../values/flow-places.ts';
import type { Match, MatchField } from '../values/match.ts';
import {
  ETH_TYPE_ARP,
  ETH_TYPE_IP,
  ETH_TYPE_IPV6,
  ETH_TYPE_MPLS,
  ETH_TYPE_MPLS_MCAST,
  ETH_TYPE_NSH,
  ETH_TYPE_RARP,
  isArp,
  isIp,
  NAMESPACE_ETHERTYPE,
} from '../values/prerequisites.ts';
import { formatFieldValue, formatFragment, formatPacketType, paddedHex } from './field-text.ts';
import {
  byteMasked,
  context,
  ctState,
  decimal,
  decimalMasked,
  hexMasked,
  hexMasked64,
  hexMasked128,
  hexValue,
  ipv4,
  ipv6,
  label,
  mac,
  option,
  port,
  tcpFlags,
  tunnelFlags,
} from './place-text.ts';

type Name = RegisteredFieldName;

/** Without the priority; empty for a match of everything. */
export function formatMatch(match: Match): string {
  const { flow, strays } = fieldsOfMatch(match);
  return [...wordsOf(flow), ...strays.map(formatStray)].join(',');
}

/** The fields that travel with a packet: what ofp-print does not say of them is left out. */
export function formatPacketFields(match: Match): string {
  return wordsOf(fieldsOfPacket(match)).join(',');
}

function wordsOf(flow: FlowFields): readonly string[] {
  const text = new MatchText(flow);
  text.metadata();
  text.tunnel();
  text.frame();
  text.network();
  text.transport();
  return text.words;
}

function formatStray(item: MatchField): string {
  if (item.field === 'unknown_oxm') return `oxm(${hexOf(item.oxm)})`;
  const field = fieldByName(item.field);
  return `${field.matchName}=${formatFieldValue(field, item.value, item.mask)}`;
}

function hexOf(bytes: Uint8Array | undefined): string {
  return Array.from(bytes ?? [], (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const REGISTERS = Array.from({ length: 16 }, (_, index): Name => `reg${index}` as Name);

/** Words that stand for an Ethernet type. */
const TYPE_WORDS: Readonly<Record<number, string>> = {
  [ETH_TYPE_IP]: 'ip',
  [ETH_TYPE_IPV6]: 'ipv6',
  [ETH_TYPE_ARP]: 'arp',
  [ETH_TYPE_RARP]: 'rarp',
  [ETH_TYPE_MPLS]: 'mpls',
  [ETH_TYPE_MPLS_MCAST]: 'mplsm',
};

/** Words that stand for an IP protocol too. */
const PROTOCOL_WORDS: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  [ETH_TYPE_IP]: { 1: 'icmp', 6: 'tcp', 17: 'udp', 132: 'sctp' },
  [ETH_TYPE_IPV6]: { 58: 'icmp6', 6: 'tcp6', 17: 'udp6', 132: 'sctp6' },
};

const OPTIONS = Array.from(
  { length: TUN_METADATA_FIELDS },
  (_, index): Name => `tun_metadata${index}`,
);

const MPLS: readonly Name[] = ['mpls_label', 'mpls_tc', 'mpls_ttl', 'mpls_bos'];
const TCP = 6;

class MatchText {
  readonly words: string[] = [];
  readonly #flow: FlowFields;
  /** The Ethernet type by which the rest is named. */
  #type: number;

  constructor(flow: FlowFields) {
    this.#flow = flow;
    this.#type = numberAt(flow, 'eth_type');
  }

  metadata(): void {
    this.#add('pkt_mark', hexMasked);
    this.#add('recirc_id', hexValue);
    this.#add('dp_hash', hexMasked);
    this.#add('conj_id', decimal);
    this.#add('actset_output', port);
    this.#add('ct_state', ctState);
    this.#add('ct_zone', decimal);
    this.#add('ct_mark', hexMasked);
    this.#add('ct_label', hexMasked128);
    this.#add('ct_nw_src', ipv4);
    this.#add('ct_ipv6_src', ipv6);
    this.#add('ct_nw_dst', ipv4);
    this.#add('ct_ipv6_dst', ipv6);
    if (isMatched(this.#flow, 'ct_nw_proto')) {
      this.#add('ct_nw_proto', decimal);
      this.#add('ct_tp_src', decimalMasked);
      this.#add('ct_tp_dst', decimalMasked);
    }
    this.#packetType();
    this.#protocol();
    for (const register of REGISTERS) this.#add(register, hexMasked);
  }

  /** Ethernet is said only where recirculation is matched too (as a datapath's flow has it). */
  #packetType(): void {
    if (!isMatched(this.#flow, 'packet_type')) return;
    const value = numberAt(this.#flow, 'packet_type');
    if (value === 0 && !isMatched(this.#flow, 'recirc_id')) return;
    this.words.push(formatPacketType(value));
    if (value >>> 16 === NAMESPACE_ETHERTYPE) this.#type = value & 0xffff;
  }

  /** The word that stands for eth_type, and for ip_proto when it has one of its own. */
  #protocol(): void {
    if (!isMatched(this.#flow, 'eth_type')) return;
    const word = this.#protocolWord() ?? TYPE_WORDS[this.#type];
    if (word !== undefined) this.words.push(word);
  }

  #protocolWord(): string | undefined {
    if (!isMatched(this.#flow, 'ip_proto')) return undefined;
    return PROTOCOL_WORDS[this.#type]?.[numberAt(this.#flow, 'ip_proto')];
  }

  tunnel(): void {
    this.#add('tun_id', hexMasked64);
    this.#add('tun_src', ipv4);
    this.#add('tun_dst', ipv4);
    this.#add('tun_ipv6_src', ipv6);
    this.#add('tun_ipv6_dst', ipv6);
    this.#add('tun_gbp_id', decimalMasked);
    this.#add('tun_gbp_flags', hexValue);
    this.#erspan();
    this.#add('tun_gtpu_flags', hexValue, 'gtpu_flags');
    this.#add('tun_gtpu_msgtype', decimal, 'gtpu_msgtype');
    this.#add('tun_flags', tunnelFlags);
    if (this.#flow.hasOptions) for (const name of OPTIONS) this.#option(name);
    this.#add('metadata', hexMasked64);
    this.#add('in_port', port);
  }

  /** Version 1 has an index, version 2 a direction and a hardware ID. */
  #erspan(): void {
    this.#add('tun_erspan_ver', decimal);
    const version = numberAt(this.#flow, 'tun_erspan_ver');
    if (version === 1) this.#add('tun_erspan_idx', hexValue);
    if (version !== 2) return;
    this.#add('tun_erspan_dir', decimal);
    this.#add('tun_erspan_hwid', hexValue);
  }

  /** The name alone: any value. */
  #option(name: Name): void {
    if (!isMatched(this.#flow, name)) return;
    const place = placeOf(this.#flow, name);
    const any = place.mask === 0n ? '' : `=${option(place)}`;
    this.words.push(`${name}${any}`);
  }

  frame(): void {
    this.#tag();
    this.#add('eth_src', mac, 'dl_src');
    this.#add('eth_dst', mac, 'dl_dst');
    const isSaid = !isMatched(this.#flow, 'eth_type') || TYPE_WORDS[this.#type] !== undefined;
    if (!isSaid) this.words.push(`dl_type=${paddedHex(this.#type, 4)}`);
  }

  /** dl_vlan and dl_vlan_pcp, or vlan_tci when they cannot say it. */
  #tag(): void {
    const value = numberAt(this.#flow, 'vlan_tci');
    const mask = maskAt(this.#flow, 'vlan_tci');
    if (mask === 0) return;
    const vidMask = mask & 0x0fff;
    const pcpMask = mask & 0xe000;
    const isPlain =
      (mask & value & 0x1000) !== 0 &&
      (vidMask === 0 || vidMask === 0x0fff) &&
      (pcpMask === 0 || pcpMask === 0xe000) &&
      vidMask + pcpMask > 0;
    if (isPlain) {
      if (vidMask !== 0) this.words.push(`dl_vlan=${value & 0x0fff}`);
      if (pcpMask !== 0) this.words.push(`dl_vlan_pcp=${value >>> 13}`);
      return;
    }
    const masked = mask === 0xffff ? '' : `/${paddedHex(mask, 4)}`;
    this.words.push(`vlan_tci=${paddedHex(value, 4)}${masked}`);
  }

  network(): void {
    this.#addresses();
    if (isMatched(this.#flow, 'ip_proto') && this.#protocolIsUnsaid()) {
      this.#add('ip_proto', decimal, isArp(this.#type) ? 'arp_op' : 'nw_proto');
    }
    if (isArp(this.#type)) {
      this.#add('arp_sha', mac);
      this.#add('arp_tha', mac);
    }
    this.#add('ip_dscp', decimal, 'nw_tos');
    this.#add('ip_ecn', decimal, 'nw_ecn');
    this.#add('nw_ttl', decimal);
    for (const name of MPLS) this.#add(name, decimal);
    this.#add(
      'ip_frag',
      ({ value, mask }) => formatFragment(Number(value), Number(mask)),
      'nw_frag',
    );
  }

  #protocolIsUnsaid(): boolean {
    return !isMatched(this.#flow, 'eth_type') || this.#protocolWord() === undefined;
  }

  #addresses(): void {
    if (this.#type === ETH_TYPE_IPV6) {
      this.#add('ipv6_src', ipv6);
      this.#add('ipv6_dst', ipv6);
      this.#add('ipv6_label', label);
    } else if (this.#type === ETH_TYPE_NSH) {
      this.#serviceHeader();
    } else {
      const prefix = isArp(this.#type) ? ['arp_spa', 'arp_tpa'] : ['nw_src', 'nw_dst'];
      this.#add('ipv4_src', ipv4, prefix[0]);
      this.#add('ipv4_dst', ipv4, prefix[1]);
    }
  }

  /** The contexts belong to metadata of type 1. */
  #serviceHeader(): void {
    for (const name of ['nsh_flags', 'nsh_ttl', 'nsh_mdtype', 'nsh_np'] as const) {
      this.#add(name, byteMasked);
    }
    this.#add('nsh_spi', ({ value }) => `0x${value.toString(16)}`);
    this.#add('nsh_si', byteMasked);
    if (numberAt(this.#flow, 'nsh_mdtype') !== 1) return;
    for (const name of ['nsh_c1', 'nsh_c2', 'nsh_c3', 'nsh_c4'] as const) this.#add(name, context);
  }

  transport(): void {
    const protocol = numberAt(this.#flow, 'ip_proto');
    if (this.#type === ETH_TYPE_IP && protocol === 1) {
      this.#ports('icmp_type', 'icmp_code');
    } else if (this.#type === ETH_TYPE_IPV6 && protocol === 58) {
      this.#ports('icmp_type', 'icmp_code');
      this.#add('nd_target', ipv6);
      this.#add('arp_sha', mac, 'nd_sll');
      this.#add('arp_tha', mac, 'nd_tll');
      this.#add('nd_reserved', decimal);
      this.#add('tcp_flags', decimalMasked, 'nd_options_type');
    } else {
      this.#ports('tp_src', 'tp_dst');
    }
    if (isIp(this.#type) && protocol === TCP) {
      this.#add('tcp_flags', tcpFlags);
    }
  }

  #ports(source: string, destination: string): void {
    this.#add('tcp_src', decimalMasked, source);
    this.#add('tcp_dst', decimalMasked, destination);
  }

  #add(name: Name, format: (place: Place) => string, word: string = name): void {
    const place = this.#flow.places.get(name);
    if (place !== undefined) this.words.push(`${word}=${format(place)}`);
  }
}
