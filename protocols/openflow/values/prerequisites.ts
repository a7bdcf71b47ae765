/**
 * What a match has to say before it may name a field (ovs-fields(7), "Prerequisites"), asked of the fields that it says by
 * now.
 *
 * Sources: OpenFlow 1.3.5 §7.2.3.8; ovs-fields(7) of Open vSwitch 3.1; IANA for Ethernet types, IP protocols and ICMPv6.
 */
import type { Prerequisite } from './field-registry.ts';
import { type FlowFields, maskAt, numberAt } from './flow-places.ts';

export const ETH_TYPE_IP = 0x0800;
export const ETH_TYPE_ARP = 0x0806;
export const ETH_TYPE_RARP = 0x8035;
export const ETH_TYPE_IPV6 = 0x86dd;
export const ETH_TYPE_MPLS = 0x8847;
export const ETH_TYPE_MPLS_MCAST = 0x8848;
export const ETH_TYPE_NSH = 0x894f;
/** Of an ONF packet type: its low half is an Ethernet type. */
export const NAMESPACE_ETHERTYPE = 1;

/** The Ethernet type that the match fixes, by eth_type or by packet_type; 0: none. */
export function ethernetType(flow: FlowFields): number {
  const packetType = numberAt(flow, 'packet_type');
  if (packetType === 0) return numberAt(flow, 'eth_type');
  return packetType >>> 16 === NAMESPACE_ETHERTYPE ? packetType & 0xffff : 0;
}

export function isIp(type: number): boolean {
  return type === ETH_TYPE_IP || type === ETH_TYPE_IPV6;
}

export function isArp(type: number): boolean {
  return type === ETH_TYPE_ARP || type === ETH_TYPE_RARP;
}

/** VLAN_CFI: there is a tag. */
const TAG_PRESENT = 0x1000;
const CT_VALID = 0xcf;
const CT_INVALID = 0x10;
const CT_TRACKED = 0x20;
const FRAGMENT_LATER = 2;
const ND_SOLICIT = 135;
const ND_ADVERT = 136;

/** Whether the match says what the field needs beside it. */
export function meetsPrerequisite(flow: FlowFields, prerequisite: Prerequisite): boolean {
  if (prerequisite === 'none') return true;
  const isEthernet = numberAt(flow, 'packet_type') === 0;
  if (prerequisite === 'ethernet') return isEthernet;
  if (prerequisite === 'vlan')
    return isEthernet && (numberAt(flow, 'vlan_tci') & TAG_PRESENT) !== 0;
  if (prerequisite === 'ct') return isTracked(flow);
  return meetsType(flow, prerequisite, ethernetType(flow));
}

function isTracked(flow: FlowFields): boolean {
  const state = numberAt(flow, 'ct_state');
  if ((state & CT_VALID) !== 0) return true;
  const notInvalid = (maskAt(flow, 'ct_state') & CT_INVALID) !== 0 && (state & CT_INVALID) === 0;
  return (state & CT_TRACKED) !== 0 && notInvalid;
}

function meetsType(flow: FlowFields, prerequisite: Prerequisite, type: number): boolean {
  switch (prerequisite) {
    case 'arp':
      return isArp(type);
    case 'ipv4':
      return type === ETH_TYPE_IP;
    case 'ipv6':
      return type === ETH_TYPE_IPV6;
    case 'ip':
      return isIp(type);
    case 'mpls':
      return type === ETH_TYPE_MPLS || type === ETH_TYPE_MPLS_MCAST;
    case 'nsh':
      return type === ETH_TYPE_NSH;
    default:
      return meetsProtocol(flow, prerequisite, type);
  }
}

/** IP protocol numbers (IANA), also for icmp6 and what lies on it. */
const PROTOCOLS: Readonly<Partial<Record<Prerequisite, number>>> = { tcp: 6, udp: 17, sctp: 132 };

function meetsProtocol(flow: FlowFields, prerequisite: Prerequisite, type: number): boolean {
  const protocol = numberAt(flow, 'ip_proto');
  if (prerequisite === 'icmp') return type === ETH_TYPE_IP && protocol === 1;
  const ported = PROTOCOLS[prerequisite];
  if (ported !== undefined) {
    const isLater = (numberAt(flow, 'ip_frag') & FRAGMENT_LATER) !== 0;
    return isIp(type) && protocol === ported && !isLater;
  }
  if (type !== ETH_TYPE_IPV6 || protocol !== 58) return false;
  if (prerequisite === 'icmp6') return true;
  if (!isNeighbourDiscovery(flow)) return false;
  if (prerequisite === 'nd') return true;
  return numberAt(flow, 'tcp_src') === (prerequisite === 'nd_solicit' ? ND_SOLICIT : ND_ADVERT);
}

/** Of ICMPv6: code 0 and the type of a solicitation or an advertisement. */
export function isNeighbourDiscovery(flow: FlowFields): boolean {
  const type = numberAt(flow, 'tcp_src');
  return numberAt(flow, 'tcp_dst') === 0 && (type === ND_SOLICIT || type === ND_ADVERT);
}
