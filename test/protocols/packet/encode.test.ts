import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { type Arp, encodeArp } from '../../../protocols/packet/arp.ts';
import type { Ends } from '../../../protocols/packet/checksum.ts';
import {
  decodeEthernet,
  type Ethernet,
  encodeEthernet,
} from '../../../protocols/packet/ethernet.ts';
import { encodeIcmp, ICMP_ECHO_REQUEST } from '../../../protocols/packet/icmp.ts';
import { encodeIcmpv6, ICMPV6_ECHO_REPLY } from '../../../protocols/packet/icmpv6.ts';
import { encodeIpv4, type Ipv4 } from '../../../protocols/packet/ipv4.ts';
import { encodeIpv6, type Ipv6 } from '../../../protocols/packet/ipv6.ts';
import {
  encodeNeighbourDiscovery,
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
} from '../../../protocols/packet/neighbour-discovery.ts';
import { ETHER_TYPE, IP_PROTOCOL } from '../../../protocols/packet/numbers.ts';
import { decodePacket } from '../../../protocols/packet/packet.ts';
import { encodeTcp, type Tcp } from '../../../protocols/packet/tcp.ts';
import { encodeUdp } from '../../../protocols/packet/udp.ts';

const PAYLOAD = new Uint8Array([1, 2, 3, 4, 5]);
const NOTHING = new Uint8Array(0);
const MACS = { source: 0x020000000001, destination: 0x020000000002 };
const IPV4_ENDS = { source: 0x0a000001, destination: 0x0a000002 };
const IPV6_ENDS = {
  source: 0xfe800000000000000000000000000001n,
  destination: 0xfe800000000000000000000000000002n,
};
const VLAN = { etherType: ETHER_TYPE.vlan, vid: 5, pcp: 1, dei: false };
const ETHERNET_TEXT = 'dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02';
const IPV4_TEXT = `${ETHERNET_TEXT},nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64`;
const IPV6_TEXT = `${ETHERNET_TEXT},ipv6_src=fe80::1,ipv6_dst=fe80::2,nw_ttl=255`;

function ethernet(etherType: number, payload: Uint8Array, vlans: Ethernet['vlans'] = []) {
  return encodeEthernet({ ...MACS, vlans, etherType }, payload);
}

function ipv4(protocol: number, payload: Uint8Array, more: Partial<Ipv4> = {}): Uint8Array {
  const header = {
    ...{ tos: 0, identification: 0, dontFragment: false, moreFragments: false },
    ...{ fragmentOffset: 0, ttl: 64, protocol, options: NOTHING, ...IPV4_ENDS },
  };
  return ethernet(ETHER_TYPE.ipv4, encodeIpv4({ ...header, ...more }, payload));
}

function ipv6(nextHeader: number, payload: Uint8Array, more: Partial<Ipv6> = {}): Uint8Array {
  const header = { trafficClass: 0, flowLabel: 0, nextHeader, hopLimit: 255, ...IPV6_ENDS };
  return ethernet(ETHER_TYPE.ipv6, encodeIpv6({ ...header, ...more }, payload));
}

function tcp(ends: Ends, more: Partial<Tcp> = {}, payload = NOTHING): Uint8Array {
  const header = {
    ...{ source: 8, destination: 10, sequence: 0, acknowledgement: 0, flags: 2 },
    ...{ window: 0, urgentPointer: 0, options: NOTHING },
  };
  return encodeTcp(ends, { ...header, ...more }, payload);
}

const ND = { target: IPV6_ENDS.destination };
const ARP: Arp = {
  operation: 1,
  senderMac: MACS.source,
  senderIp: IPV4_ENDS.source,
  targetMac: 0,
  targetIp: IPV4_ENDS.destination,
};

/** Our bytes, and the flow of which `ovs-ofctl compose-packet` makes a packet, with these bytes as its payload. */
const COMPOSED: readonly (readonly [name: string, ours: Uint8Array, flow: string])[] = [
  [
    'TCP over IPv4',
    ipv4(IP_PROTOCOL.tcp, tcp(IPV4_ENDS)),
    `tcp,${IPV4_TEXT},tp_src=8,tp_dst=10,tcp_flags=syn`,
  ],
  [
    'UDP over IPv4 with a TOS',
    ipv4(17, encodeUdp(IPV4_ENDS, { source: 53, destination: 54 }, PAYLOAD), { tos: 0x2e * 4 + 1 }),
    `udp,${IPV4_TEXT},nw_tos=184,nw_ecn=1,udp_src=53,udp_dst=54`,
  ],
  [
    'an ICMP echo',
    ipv4(IP_PROTOCOL.icmp, encodeIcmp({ type: ICMP_ECHO_REQUEST, code: 0, rest: 0 }, PAYLOAD)),
    `icmp,${IPV4_TEXT},icmp_type=8,icmp_code=0`,
  ],
  [
    'UDP over IPv6 with a label',
    ipv6(17, encodeUdp(IPV6_ENDS, { source: 53, destination: 54 }, PAYLOAD), { flowLabel: 0x12 }),
    `udp6,${IPV6_TEXT},ipv6_label=0x12,udp_src=53,udp_dst=54`,
  ],
  [
    'an ICMPv6 echo reply',
    ipv6(58, encodeIcmpv6(IPV6_ENDS, { type: ICMPV6_ECHO_REPLY, code: 0, rest: 0 }, PAYLOAD)),
    `icmp6,${IPV6_TEXT},icmpv6_type=129,icmpv6_code=0`,
  ],
  [
    'a neighbour solicitation',
    ipv6(
      IP_PROTOCOL.icmpv6,
      encodeIcmpv6(
        IPV6_ENDS,
        { type: NEIGHBOUR_SOLICITATION, code: 0, rest: 0 },
        encodeNeighbourDiscovery({ ...ND, sourceLinkLayer: MACS.source }),
      ),
    ),
    `icmp6,${IPV6_TEXT},icmpv6_type=135,icmpv6_code=0,nd_target=fe80::2,nd_sll=02:00:00:00:00:01`,
  ],
  [
    'a neighbour advertisement',
    ipv6(
      IP_PROTOCOL.icmpv6,
      encodeIcmpv6(
        IPV6_ENDS,
        { type: NEIGHBOUR_ADVERTISEMENT, code: 0, rest: 0 },
        encodeNeighbourDiscovery({ ...ND, targetLinkLayer: MACS.destination }),
      ),
    ),
    `icmp6,${IPV6_TEXT},icmpv6_type=136,icmpv6_code=0,nd_target=fe80::2,nd_tll=02:00:00:00:00:02`,
  ],
  [
    'ARP in a VLAN',
    ethernet(ETHER_TYPE.arp, encodeArp(ARP), [VLAN]),
    `arp,dl_vlan=5,dl_vlan_pcp=1,${ETHERNET_TEXT},arp_op=1,arp_spa=10.0.0.1,arp_tpa=10.0.0.2,arp_sha=02:00:00:00:00:01`,
  ],
];

/** It says on its error output that a neighbour's packet has more than the flow; the packet is right. */
function composed(flow: string): string {
  const words = ['compose-packet', flow, Buffer.from(PAYLOAD).toString('hex')];
  const { stdout } = spawnSync('ovs-ofctl', words, { encoding: 'utf8' });
  return stdout.replace(/^[0-9a-f]{8} /gm, '').replace(/[^0-9a-f]/g, '');
}

describe('packets of our own making', () => {
  for (const [name, ours, flow] of COMPOSED) {
    it(`are what Open vSwitch composes: ${name}`, () => {
      expect(Buffer.from(ours).toString('hex')).to.equal(composed(flow));
    });
  }

  it('keep options, fragments and payloads', () => {
    const options = new Uint8Array([2, 4, 5, 180, 1]);
    const segment = tcp(IPV4_ENDS, { options, flags: 0x18, window: 9, urgentPointer: 3 }, PAYLOAD);
    const more = { options: new Uint8Array([1, 1, 1, 1]), dontFragment: true, identification: 7 };
    const { ipv4: header, tcp: decoded, ip } = decodePacket(ipv4(IP_PROTOCOL.tcp, segment, more));
    expect(header).to.deep.include(more);
    expect(decoded).to.include({ flags: 0x18, window: 9, urgentPointer: 3, size: 28 });
    expect([...(decoded?.options ?? [])]).to.deep.equal([...options, 0, 0, 0]);
    expect((ip?.end ?? 0) - (ip?.start ?? 0)).to.equal(28 + PAYLOAD.length);
    const fragment = ipv4(17, PAYLOAD, { moreFragments: true, fragmentOffset: 4 });
    expect(decodePacket(fragment).ip?.fragment).to.equal('later');
  });

  it('say the length where there is no EtherType', () => {
    const frame = encodeEthernet({ ...MACS, vlans: [] }, new Uint8Array([0x42, 0x42, 3]));
    expect(decodeEthernet(frame)).to.deep.equal({ ...MACS, vlans: [], size: 14 });
    expect([...frame.slice(12, 14)]).to.deep.equal([0, 3]);
  });

  const ports = { source: 1, destination: 2 };
  const misfits: readonly (readonly [what: string, encode: () => Uint8Array])[] = [
    ['70000', () => encodeUdp(IPV4_ENDS, { ...ports, source: 70000 }, NOTHING)],
    ['-1', () => encodeUdp(IPV4_ENDS, { ...ports, source: -1 }, NOTHING)],
    ['1.5', () => encodeUdp(IPV4_ENDS, { ...ports, source: 1.5 }, NOTHING)],
    ['65543', () => encodeUdp(IPV4_ENDS, ports, new Uint8Array(65535))],
    ['1536 bytes', () => encodeEthernet({ ...MACS, vlans: [] }, new Uint8Array(1536))],
    ['vid is 4096', () => ethernet(0x0800, PAYLOAD, [{ ...VLAN, vid: 4096 }])],
    ['pcp is 8', () => ethernet(0x0800, PAYLOAD, [{ ...VLAN, pcp: 8 }])],
    ['fragmentOffset is 8192', () => ipv4(17, PAYLOAD, { fragmentOffset: 8192 })],
    ['size is 16', () => ipv4(17, PAYLOAD, { options: new Uint8Array(44) })],
    ['65536', () => ipv4(17, new Uint8Array(65516))],
    ['flags is 4096', () => tcp(IPV4_ENDS, { flags: 4096 })],
    ['size is 16', () => tcp(IPV4_ENDS, { options: new Uint8Array(41) })],
    ['trafficClass is 256', () => ipv6(17, PAYLOAD, { trafficClass: 256 })],
    ['flowLabel is 1048576', () => ipv6(17, PAYLOAD, { flowLabel: 0x100000 })],
    [String(1n << 128n), () => encodeNeighbourDiscovery({ target: 1n << 128n })],
  ];
  for (const [what, encode] of misfits) {
    it(`refuse what has no room: ${what}`, () => {
      expect(encode).to.throw(RangeError, what);
    });
  }

  it('send a UDP checksum of zero as all ones', () => {
    // The payload is the very one that makes the sum zero.
    const ends = { source: 0, destination: 0 };
    const datagram = encodeUdp(ends, { source: 0, destination: 0 }, new Uint8Array([0xff, 0xda]));
    expect([...datagram.slice(6, 8)]).to.deep.equal([0xff, 0xff]);
  });
});
