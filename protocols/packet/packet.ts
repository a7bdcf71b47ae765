/**
 * A packet's headers, from the outside in, as far as they are whole and say what is true.
 *
 * Stops at the first header that is cut off or contradicts itself (an IPv4 total length beyond the packet, say): what is
 * before it is there, what would be behind it is absent. Never throws. What MPLS or NSH carry is not looked into, since neither
 * says what it is.
 *
 * Sources: the file of each header.
 */
import { type Arp, decodeArp } from './arp.ts';
import { type DecodedEthernet, decodeEthernet } from './ethernet.ts';
import { type DecodedIcmp, decodeIcmp } from './icmp.ts';
import { decodeIcmpv6 } from './icmpv6.ts';
import { decodeIgmp, type Igmp } from './igmp.ts';
import { type DecodedIpv4, decodeIpv4 } from './ipv4.ts';
import { type DecodedIpv6, decodeIpv6, decodeIpv6Extensions, IPV6_HEADER_BYTES } from './ipv6.ts';
import { decodeMplsStack, type MplsEntry } from './mpls.ts';
import {
  type DecodedNeighbourDiscovery,
  decodeNeighbourDiscovery,
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
} from './neighbour-discovery.ts';
import { decodeNsh, type Nsh } from './nsh.ts';
import { ETHER_TYPE, IP_PROTOCOL } from './numbers.ts';
import { decodeSctp, type Sctp } from './sctp.ts';
import { type DecodedTcp, decodeTcp } from './tcp.ts';
import { type DecodedUdp, decodeUdp } from './udp.ts';

/** What both versions of IP say of what they carry. */
export interface IpContent {
  /** Behind IPv6's extension headers; in a later IPv6 fragment IP_PROTOCOL.fragment. */
  readonly protocol: number;
  readonly fragment: 'no' | 'first' | 'later';
  /** Where it lies in the packet. */
  readonly start: number;
  readonly end: number;
}

export interface Transport {
  readonly tcp?: DecodedTcp;
  readonly udp?: DecodedUdp;
  readonly sctp?: Sctp;
  readonly icmp?: DecodedIcmp;
  readonly igmp?: Igmp;
  readonly icmpv6?: DecodedIcmp;
  /** Of a neighbour solicitation or advertisement whose target is there. */
  readonly nd?: DecodedNeighbourDiscovery;
}

export interface Packet extends Transport {
  readonly ethernet?: DecodedEthernet;
  /** Of what is behind Ethernet, or what the packet was said to begin with. */
  readonly etherType?: number;
  readonly mpls?: readonly MplsEntry[];
  readonly arp?: Arp;
  readonly ipv4?: DecodedIpv4;
  readonly ipv6?: DecodedIpv6;
  readonly nsh?: Nsh;
  readonly ip?: IpContent;
}

export interface PacketLimits {
  /** Tags beyond are not looked through. */
  readonly vlansMax?: number;
}

/** A packet that begins with Ethernet. */
export function decodePacket(bytes: Uint8Array, { vlansMax }: PacketLimits = {}): Packet {
  const ethernet = decodeEthernet(bytes, vlansMax);
  if (ethernet === undefined) return {};
  const { etherType, size } = ethernet;
  if (etherType === undefined) return { ethernet };
  return { ethernet, etherType, ...decodeNetwork(bytes, size, etherType) };
}

/** A packet that begins with what the EtherType names. */
export function decodePacketOfType(bytes: Uint8Array, etherType: number): Packet {
  return { etherType, ...decodeNetwork(bytes, 0, etherType) };
}

function decodeNetwork(bytes: Uint8Array, at: number, etherType: number): Packet {
  switch (etherType) {
    case ETHER_TYPE.ipv4:
      return decodeIpv4Packet(bytes, at);
    case ETHER_TYPE.ipv6:
      return decodeIpv6Packet(bytes, at);
    case ETHER_TYPE.arp:
    case ETHER_TYPE.rarp: {
      const arp = decodeArp(bytes, at);
      return arp === undefined ? {} : { arp };
    }
    case ETHER_TYPE.mpls:
    case ETHER_TYPE.mplsMulticast:
      return { mpls: decodeMplsStack(bytes, at) };
    case ETHER_TYPE.nsh: {
      const nsh = decodeNsh(bytes, at);
      return nsh === undefined ? {} : { nsh };
    }
    default:
      return {};
  }
}

function decodeIpv4Packet(bytes: Uint8Array, at: number): Packet {
  const ipv4 = decodeIpv4(bytes, at);
  if (ipv4 === undefined) return {};
  const { size, totalLength, protocol, fragmentOffset, moreFragments } = ipv4;
  if (totalLength > bytes.length - at || totalLength < size) return {};
  const begins = fragmentOffset === 0;
  const fragment = begins ? (moreFragments ? 'first' : 'no') : 'later';
  const ip: IpContent = { protocol, fragment, start: at + size, end: at + totalLength };
  return { ipv4, ip, ...decodeTransport(bytes, ip) };
}

function decodeIpv6Packet(bytes: Uint8Array, at: number): Packet {
  const ipv6 = decodeIpv6(bytes, at);
  if (ipv6 === undefined) return {};
  const start = at + IPV6_HEADER_BYTES;
  const end = start + ipv6.payloadLength;
  if (end > bytes.length) return {};
  const extensions = decodeIpv6Extensions(bytes, ipv6.nextHeader, start, end);
  if (extensions === undefined) return { ipv6 };
  const { protocol, fragmented } = extensions;
  const later = protocol === IP_PROTOCOL.fragment;
  const fragment = later ? 'later' : fragmented ? 'first' : 'no';
  const ip: IpContent = { protocol, fragment, start: extensions.end, end };
  return { ipv6, ip, ...decodeTransport(bytes, ip) };
}

function decodeTransport(
  bytes: Uint8Array,
  { protocol, fragment, start, end }: IpContent,
): Transport {
  if (fragment === 'later') return {};
  switch (protocol) {
    case IP_PROTOCOL.tcp:
      return only('tcp', decodeTcp(bytes, start, end));
    case IP_PROTOCOL.udp:
      return only('udp', decodeUdp(bytes, start, end));
    case IP_PROTOCOL.sctp:
      return only('sctp', decodeSctp(bytes, start, end));
    case IP_PROTOCOL.icmp:
      return only('icmp', decodeIcmp(bytes, start, end));
    case IP_PROTOCOL.igmp:
      return only('igmp', decodeIgmp(bytes, start, end));
    case IP_PROTOCOL.icmpv6:
      return decodeIcmpv6Packet(bytes, start, end);
    default:
      return {};
  }
}

function decodeIcmpv6Packet(bytes: Uint8Array, start: number, end: number): Transport {
  const icmpv6 = decodeIcmpv6(bytes, start, end);
  if (icmpv6 === undefined) return {};
  const { type, code } = icmpv6;
  const isNd = type === NEIGHBOUR_SOLICITATION || type === NEIGHBOUR_ADVERTISEMENT;
  if (code !== 0 || !isNd) return { icmpv6 };
  return { icmpv6, ...only('nd', decodeNeighbourDiscovery(bytes, start + 8, end)) };
}

function only<Name extends keyof Transport>(name: Name, header: Transport[Name]): Transport {
  return header === undefined ? {} : { [name]: header };
}
