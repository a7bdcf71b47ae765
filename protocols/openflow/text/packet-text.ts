/**
 * A packet in ofp-print's words: all that Open vSwitch would match on, and the checksum of the transport header.
 *
 *     tcp,vlan_tci=0x0000,dl_src=…,dl_dst=…,nw_src=…,nw_dst=…,nw_tos=0,…,tp_src=8,tp_dst=10,tcp_flags=syn tcp_csum:1234
 *
 * It is a match without wildcards. So what the packet does not have (a header that is cut off) is there too, as zeros; the first
 * VLAN tag that is absent is shown, and the ones behind it are not.
 *
 * Sources: ovs-fields(7) of Open vSwitch 3.1 for the fields; judged by `ovs-ofctl ofp-print`.
 */
import { ipv4FromNumber, ipv6FromBigInt, macFromNumber } from '../../base/addresses.ts';
import { type MplsEntry, mplsEntryFromNumber, mplsEntryToNumber } from '../../packet/mpls.ts';
import {
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
} from '../../packet/neighbour-discovery.ts';
import { ETHER_TYPE, IP_PROTOCOL } from '../../packet/numbers.ts';
import { u16, u32 } from '../../packet/octets.ts';
import { decodePacket, decodePacketOfType, type Packet } from '../../packet/packet.ts';
import type { VlanTag } from '../../packet/vlan.ts';
import { fieldByName } from '../values/fields.ts';
import { formatFieldValue, paddedHex } from './field-text.ts';

/** How many VLAN tags and MPLS labels Open vSwitch looks at (FLOW_MAX_VLAN_HEADERS, FLOW_MAX_MPLS_LABELS). */
const VLANS_MAX = 2;
const MPLS_MAX = 3;

/** What stands for the EtherType of an LLC frame that has none (FLOW_DL_TYPE_NONE). */
const NO_ETHER_TYPE = 0x05ff;
/** packet_type of a packet that begins with Ethernet: (0,0). */
const ETHERNET = 0;

const ETHER_TYPE_WORDS: ReadonlyMap<number, string> = new Map([
  [ETHER_TYPE.ipv4, 'ip'],
  [ETHER_TYPE.ipv6, 'ipv6'],
  [ETHER_TYPE.arp, 'arp'],
  [ETHER_TYPE.rarp, 'rarp'],
  [ETHER_TYPE.mpls, 'mpls'],
  [ETHER_TYPE.mplsMulticast, 'mplsm'],
]);

const IP_WORDS: ReadonlyMap<number, string> = new Map([
  [IP_PROTOCOL.icmp, 'icmp'],
  [IP_PROTOCOL.tcp, 'tcp'],
  [IP_PROTOCOL.udp, 'udp'],
  [IP_PROTOCOL.sctp, 'sctp'],
]);

const IPV6_WORDS: ReadonlyMap<number, string> = new Map([
  [IP_PROTOCOL.icmpv6, 'icmp6'],
  [IP_PROTOCOL.tcp, 'tcp6'],
  [IP_PROTOCOL.udp, 'udp6'],
  [IP_PROTOCOL.sctp, 'sctp6'],
]);

/** The checksums that are shown: protocol, word, where it is, its bytes, the least size of the header. */
const CHECKSUMS = [
  [IP_PROTOCOL.tcp, 'tcp_csum', 16, 2, 20],
  [IP_PROTOCOL.udp, 'udp_csum', 6, 2, 8],
  [IP_PROTOCOL.sctp, 'sctp_csum', 8, 4, 12],
  [IP_PROTOCOL.icmp, 'icmp_csum', 2, 2, 8],
  [IP_PROTOCOL.icmpv6, 'icmp6_csum', 2, 2, 4],
] as const;

/** What all words are made of. */
interface Shown {
  readonly packet: Packet;
  readonly etherType: number;
  /** Whether the packet begins with Ethernet. */
  readonly framed: boolean;
  /** nw_proto: ARP's operation too, when it fits. */
  readonly protocol: number;
}

/** Without a newline. `packetType`: namespace << 16 | type; 0 is Ethernet. */
export function formatPacket(bytes: Uint8Array, packetType = ETHERNET): string {
  const shown = look(bytes, packetType);
  const words = [
    ...packetTypeWords(packetType),
    ...(shown.framed ? ethernetWords(shown) : []),
    ...networkWords(shown),
    ...protocolWords(shown),
    ...mplsWords(shown),
    ...transportWords(shown),
  ];
  return `${words.join(',')}${checksumText(bytes, shown.packet)}`;
}

function look(bytes: Uint8Array, packetType: number): Shown {
  const framed = packetType === ETHERNET;
  const packet = framed
    ? decodePacket(bytes, { vlansMax: VLANS_MAX })
    : decodePacketOfType(bytes, packetType % 0x10000);
  const absent = packet.ethernet === undefined ? 0 : NO_ETHER_TYPE;
  const operation = packet.arp?.operation ?? 0;
  return {
    packet,
    framed,
    etherType: packet.etherType ?? absent,
    protocol: packet.ip?.protocol ?? (operation > 255 ? 0 : operation),
  };
}

function packetTypeWords(packetType: number): string[] {
  if (packetType === ETHERNET) return [];
  const parts = [Math.floor(packetType / 0x10000), packetType % 0x10000];
  const digits = parts.map((part) => (part > 9 ? `0x${part.toString(16)}` : String(part)));
  return [`packet_type=(${digits.join(',')})`];
}

/** The word for EtherType and protocol, the tags, the addresses; the EtherType in digits when it has no word. */
function ethernetWords({ packet, etherType, protocol }: Shown): string[] {
  const word = ipWord(etherType, protocol) ?? ETHER_TYPE_WORDS.get(etherType);
  const { source = 0, destination = 0, vlans = [] } = packet.ethernet ?? {};
  return [
    ...(word === undefined ? [] : [word]),
    ...Array.from({ length: Math.min(VLANS_MAX, vlans.length + 1) }, (_, index) =>
      vlanWords(vlans[index], index === 0 ? '' : String(index)),
    ).flat(),
    `dl_src=${macFromNumber(source)}`,
    `dl_dst=${macFromNumber(destination)}`,
    ...(word === undefined ? [`dl_type=${paddedHex(etherType, 4)}`] : []),
  ];
}

function ipWord(etherType: number, protocol: number): string | undefined {
  if (etherType === ETHER_TYPE.ipv4) return IP_WORDS.get(protocol);
  return etherType === ETHER_TYPE.ipv6 ? IPV6_WORDS.get(protocol) : undefined;
}

function vlanWords(tag: VlanTag | undefined, suffix: string): string[] {
  if (tag === undefined) return [`vlan_tci${suffix}=0x0000`];
  return [`dl_vlan${suffix}=${tag.vid}`, `dl_vlan_pcp${suffix}=${tag.pcp}`];
}

function networkWords({ packet, etherType }: Shown): string[] {
  switch (etherType) {
    case ETHER_TYPE.ipv4: {
      const { source = 0, destination = 0 } = packet.ipv4 ?? {};
      return [`nw_src=${ipv4FromNumber(source)}`, `nw_dst=${ipv4FromNumber(destination)}`];
    }
    case ETHER_TYPE.ipv6: {
      const { source = 0n, destination = 0n, flowLabel = 0 } = packet.ipv6 ?? {};
      // Without the end of the extension headers the label is not shown either.
      const label = packet.ip === undefined ? 0 : flowLabel;
      return [
        `ipv6_src=${ipv6FromBigInt(source)}`,
        `ipv6_dst=${ipv6FromBigInt(destination)}`,
        `ipv6_label=${paddedHex(label, 5)}`,
      ];
    }
    case ETHER_TYPE.arp:
    case ETHER_TYPE.rarp: {
      const { senderIp = 0, targetIp = 0 } = packet.arp ?? {};
      return [`arp_spa=${ipv4FromNumber(senderIp)}`, `arp_tpa=${ipv4FromNumber(targetIp)}`];
    }
    case ETHER_TYPE.nsh:
      return nshWords(packet);
    default:
      return [];
  }
}

function nshWords({ nsh }: Packet): string[] {
  const number = (value: number | undefined) => value ?? 0;
  return [
    `nsh_flags=${number(nsh?.flags)}`,
    `nsh_ttl=${number(nsh?.ttl)}`,
    `nsh_mdtype=${number(nsh?.mdType)}`,
    `nsh_np=${number(nsh?.nextProtocol)}`,
    `nsh_spi=0x${number(nsh?.servicePath).toString(16)}`,
    `nsh_si=${number(nsh?.serviceIndex)}`,
    ...(nsh?.context ?? []).map((word, index) => `nsh_c${index + 1}=0x${word.toString(16)}`),
  ];
}

/** From nw_proto to nw_frag: of IP, of ARP its own, of NSH zeros. */
function protocolWords({ packet, etherType, framed, protocol }: Shown): string[] {
  switch (etherType) {
    case ETHER_TYPE.ipv4:
    case ETHER_TYPE.ipv6:
    case ETHER_TYPE.nsh: {
      const told = framed && ipWord(etherType, protocol) !== undefined;
      return [...(told ? [] : [`nw_proto=${protocol}`]), ...serviceWords(packet)];
    }
    case ETHER_TYPE.arp:
    case ETHER_TYPE.rarp:
      return [
        `arp_op=${protocol}`,
        `arp_sha=${macFromNumber(packet.arp?.senderMac ?? 0)}`,
        `arp_tha=${macFromNumber(packet.arp?.targetMac ?? 0)}`,
      ];
    default:
      return [];
  }
}

function serviceWords({ ipv4, ipv6, ip }: Packet): string[] {
  const whole = ip !== undefined;
  const tos = whole ? (ipv4?.tos ?? ipv6?.trafficClass ?? 0) : 0;
  const ttl = whole ? (ipv4?.ttl ?? ipv6?.hopLimit ?? 0) : 0;
  return [
    `nw_tos=${tos & 0xfc}`,
    `nw_ecn=${tos & 3}`,
    `nw_ttl=${ttl}`,
    `nw_frag=${ip?.fragment ?? 'no'}`,
  ];
}

/** The outermost label in parts, the others as numbers; without a bottom all three places are shown. */
function mplsWords({ packet, etherType }: Shown): string[] {
  if (etherType !== ETHER_TYPE.mpls && etherType !== ETHER_TYPE.mplsMulticast) return [];
  const stack: MplsEntry[] = (packet.mpls ?? []).slice(0, MPLS_MAX);
  while (stack.length < MPLS_MAX && stack.at(-1)?.bottom !== true) {
    stack.push(mplsEntryFromNumber(0));
  }
  const [top, ...inner] = stack;
  if (top === undefined) return [];
  return [
    `mpls_label=${top.label}`,
    `mpls_tc=${top.trafficClass}`,
    `mpls_ttl=${top.ttl}`,
    `mpls_bos=${top.bottom ? 1 : 0}`,
    ...inner.map((entry, index) => `mpls_lse${index + 1}=${mplsEntryToNumber(entry)}`),
  ];
}

/** Ports, or type and code: of these protocols always, also when their header is cut off. */
function transportWords({ packet, etherType, protocol }: Shown): string[] {
  const { ip } = packet;
  if (ip === undefined || ip.fragment === 'later') return [];
  const ports = (header: { source: number; destination: number } | undefined) => [
    `tp_src=${header?.source ?? 0}`,
    `tp_dst=${header?.destination ?? 0}`,
  ];
  switch (protocol) {
    case IP_PROTOCOL.tcp: {
      const flags = formatFieldValue(fieldByName('tcp_flags'), packet.tcp?.flags ?? 0);
      return [...ports(packet.tcp), `tcp_flags=${flags}`];
    }
    case IP_PROTOCOL.udp:
      return ports(packet.udp);
    case IP_PROTOCOL.sctp:
      return ports(packet.sctp);
    case IP_PROTOCOL.igmp:
      return typeWords(packet.igmp, false);
    case IP_PROTOCOL.icmp:
      return typeWords(packet.icmp, etherType === ETHER_TYPE.ipv4);
    case IP_PROTOCOL.icmpv6:
      return icmpv6Words(packet, etherType === ETHER_TYPE.ipv6);
    default:
      return [];
  }
}

function typeWords(header: { type: number; code: number } | undefined, named: boolean): string[] {
  const { type = 0, code = 0 } = header ?? {};
  return named ? [`icmp_type=${type}`, `icmp_code=${code}`] : [`tp_src=${type}`, `tp_dst=${code}`];
}

function icmpv6Words({ icmpv6, nd }: Packet, named: boolean): string[] {
  const words = typeWords(icmpv6, named);
  const type = icmpv6?.type;
  const isNd = type === NEIGHBOUR_SOLICITATION || type === NEIGHBOUR_ADVERTISEMENT;
  if (!named || !isNd || icmpv6?.code !== 0) return words;
  // An option that comes twice discredits the target as well.
  const known = nd?.ambiguous === false ? nd : undefined;
  return [
    ...words,
    `nd_target=${ipv6FromBigInt(known?.target ?? 0n)}`,
    `nd_sll=${macFromNumber(known?.sourceLinkLayer ?? 0)}`,
    `nd_tll=${macFromNumber(known?.targetLinkLayer ?? 0)}`,
  ];
}

/** Of a later fragment too, though what is there is none. */
function checksumText(bytes: Uint8Array, { ip }: Packet): string {
  if (ip === undefined) return '';
  const row = CHECKSUMS.find(([protocol]) => protocol === ip.protocol);
  if (row === undefined) return '';
  const [, word, offset, size, least] = row;
  if (ip.end - ip.start < least) return '';
  const at = ip.start + offset;
  const value = size === 2 ? u16(bytes, at) : u32(bytes, at);
  return ` ${word}:${value.toString(16)}`;
}
