/**
 * What is known of a packet by the flow's match, and after some of its actions: the protocols that it has, and so the fields.
 *
 * Source: ovs-fields(7) of Open vSwitch 3.1 (prerequisites).
 */
import type { FieldName } from '../values/fields.ts';
import type { Match } from '../values/match.ts';

const ETHERNET_PACKET = 0;
const UNKNOWN_PACKET = 0xffffffff;
const ETHERTYPE_NAMESPACE = 1;
const NO_ETHERTYPE = 0x5ff;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const ARP = 0x0806;
const RARP = 0x8035;
const NSH = 0x894f;
const VLAN_PRESENT = 0x1000;
const LATER_FRAGMENT = 2;
const TCP = 6;
const UDP = 17;
const SCTP = 132;
const ICMP = 1;
const ICMPV6 = 58;
const SOLICITATION = 135;
const ADVERTISEMENT = 136;

/** ct_state's bits: new, est, rel, rpl, snat, dnat; trk; inv. */
const CT_TELLS_TRACKED = 0xcf;
const CT_SEEN = 0x0b;
const CT_TRACKED = 0x20;
const CT_INVALID = 0x10;

type Test = (state: FlowState, asMatch: boolean) => boolean;

const isTcp: Test = (state) => state.isTransport(TCP);
const isNd: Test = (state) =>
  state.isIcmpv6 &&
  state.icmpCode === 0 &&
  (state.icmpType === SOLICITATION || state.icmpType === ADVERTISEMENT);

/** The fields that a packet has only sometimes. */
const PREREQUISITES: readonly (readonly [RegExp, Test])[] = [
  [/^(eth_src|eth_dst|eth_type|vlan_tci|vlan_vid)$/, (state) => state.isEthernet],
  [/^vlan_pcp$/, (state) => state.isEthernet && state.vlans[0]],
  [/^mpls_/, ({ ethertype }) => ethertype === 0x8847 || ethertype === 0x8848],
  [/^ipv4_(src|dst)$/, ({ ethertype }) => ethertype === IPV4],
  [/^ipv6_/, ({ ethertype }) => ethertype === IPV6],
  [/^(ip_proto|nw_tos|ip_dscp|ip_ecn|nw_ttl|ip_frag)$/, (state) => state.isIp],
  [/^arp_/, ({ ethertype }) => ethertype === ARP || ethertype === RARP],
  [/^tcp_/, isTcp],
  [/^udp_/, (state) => state.isTransport(UDP)],
  [/^sctp_/, (state) => state.isTransport(SCTP)],
  [/^icmp_/, ({ ethertype, protocol }) => ethertype === IPV4 && protocol === ICMP],
  [/^icmpv6_/, (state) => state.isIcmpv6],
  [/^nd_sll$/, (state, asMatch) => isNd(state, asMatch) && state.icmpType === SOLICITATION],
  [/^nd_tll$/, (state, asMatch) => isNd(state, asMatch) && state.icmpType === ADVERTISEMENT],
  [/^nd_/, isNd],
  [/^nsh_/, ({ ethertype }) => ethertype === NSH],
  [
    /^ct_(nw|ipv6|tp)_/,
    (state, asMatch) => (asMatch ? state.matchesTracked : (state.ctState & CT_SEEN) !== 0),
  ],
];

export class FlowState {
  packetType = ETHERNET_PACKET;
  dlType = 0;
  protocol = 0;
  vlans: readonly [boolean, boolean] = [false, false];
  ctState = 0;
  ctStateMask = 0;
  icmpType = 0;
  icmpCode = 0;
  laterFragment = false;

  static of(match: Match): FlowState {
    const state = new FlowState();
    for (const { field, value, mask } of match) state.#note(field, Number(value), mask);
    return state;
  }

  #note(field: FieldName, value: number, mask: number | bigint | undefined): void {
    switch (field) {
      case 'packet_type':
        this.packetType = value;
        return;
      case 'eth_type':
        this.dlType = value;
        return;
      case 'vlan_vid':
      case 'vlan_tci':
        this.setVlan((value & VLAN_PRESENT) !== 0);
        return;
      case 'ip_proto':
        this.protocol = value;
        return;
      case 'ip_frag':
        this.laterFragment = (value & LATER_FRAGMENT) !== 0;
        return;
      case 'ct_state':
        this.ctState = value;
        this.ctStateMask = mask === undefined ? 0xff : Number(mask);
        return;
      case 'icmpv6_type':
        this.icmpType = value;
        return;
      case 'icmpv6_code':
        this.icmpCode = value;
        return;
      default:
    }
  }

  copy(): FlowState {
    return Object.assign(new FlowState(), this);
  }

  /** Ethernet's, or what a packet without Ethernet is. */
  get ethertype(): number {
    if (this.packetType === ETHERNET_PACKET) return this.dlType;
    return this.packetType >>> 16 === ETHERTYPE_NAMESPACE ? this.packetType & 0xffff : NO_ETHERTYPE;
  }

  get isEthernet(): boolean {
    return this.packetType === ETHERNET_PACKET;
  }

  get isIp(): boolean {
    return this.ethertype === IPV4 || this.ethertype === IPV6;
  }

  get isIcmpv6(): boolean {
    return this.ethertype === IPV6 && this.protocol === ICMPV6;
  }

  /** The match itself says that the connection tracker saw the packet. */
  get matchesTracked(): boolean {
    if ((this.ctState & CT_TELLS_TRACKED) !== 0) return true;
    const valid = (this.ctStateMask & CT_INVALID) !== 0 && (this.ctState & CT_INVALID) === 0;
    return valid && (this.ctState & CT_TRACKED) !== 0;
  }

  get hasPorts(): boolean {
    return this.isTransport(TCP) || this.isTransport(UDP) || this.isTransport(SCTP);
  }

  isTransport(protocol: number): boolean {
    return this.isIp && this.protocol === protocol && !this.laterFragment;
  }

  /** Whether the packet has the field; `asMatch`: whether a match could name it. */
  has(field: FieldName, asMatch: boolean): boolean {
    const row = PREREQUISITES.find(([names]) => names.test(field));
    return row === undefined || row[1](this, asMatch);
  }

  setVlan(present: boolean): void {
    this.vlans = [present, this.vlans[1]];
  }

  pushVlan(): void {
    this.vlans = [true, this.vlans[0]];
  }

  popVlan(): void {
    this.vlans = this.vlans[0] ? [this.vlans[1], false] : this.vlans;
  }

  encapsulate(packetType: number): void {
    this.packetType = packetType;
    if (packetType >>> 16 === ETHERTYPE_NAMESPACE) this.dlType = packetType & 0xffff;
    if (!this.isIp) this.protocol = 0;
  }

  /** Behind the header may be anything, but for Ethernet's, whose type is known. */
  decapsulate(): void {
    if (this.packetType === ETHERNET_PACKET) {
      this.packetType = ETHERTYPE_NAMESPACE * 0x10000 + this.dlType;
      return;
    }
    this.packetType = UNKNOWN_PACKET;
    this.dlType = 0xffff;
  }
}
