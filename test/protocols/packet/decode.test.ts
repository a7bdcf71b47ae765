import { expect } from 'chai';
import { decodeMplsStack, mplsEntryToNumber } from '../../../protocols/packet/mpls.ts';
import { decodePacket, decodePacketOfType } from '../../../protocols/packet/packet.ts';
import { Random } from '../openflow/capture/random.ts';
import { randomFrame } from './random-packets.ts';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));

const ETHERNET = '0200 0000 0002 0200 0000 0001';
const IPV6 = '20010db8000000000000000000000001 20010db8000000000000000000000002';

/** What must be in it; what a test does not name is not looked at. */
const PACKETS: readonly (readonly [name: string, hex: string, expected: object])[] = [
  [
    'Ethernet II with two tags',
    `${ETHERNET} 88a8 b064 8100 6065 88cc 01`,
    {
      ethernet: {
        ...{ destination: 0x020000000002, source: 0x020000000001, etherType: 0x88cc, size: 22 },
        vlans: [
          { etherType: 0x88a8, vid: 100, pcp: 5, dei: true },
          { etherType: 0x8100, vid: 101, pcp: 3, dei: false },
        ],
      },
    },
  ],
  ['SNAP', `${ETHERNET} 0010 aaaa03 000000 88cc 01`, { etherType: 0x88cc }],
  [
    'ARP',
    `${ETHERNET} 0806 0001 0800 06 04 0002 020000000001 0a000001 020000000002 0a000002`,
    {
      arp: {
        ...{ operation: 2, senderMac: 0x020000000001, senderIp: 0x0a000001 },
        ...{ targetMac: 0x020000000002, targetIp: 0x0a000002 },
      },
    },
  ],
  [
    'IPv4 with options, first fragment',
    `${ETHERNET} 0800 4612 0020 1234 2000 40 11 abcd 0a000001 0a000002 01010101 0035 0036 0008 4321`,
    {
      ipv4: {
        ...{ version: 4, size: 24, tos: 0x12, totalLength: 32, identification: 0x1234 },
        ...{ dontFragment: false, moreFragments: true, fragmentOffset: 0, ttl: 64, protocol: 17 },
        ...{ checksum: 0xabcd, source: 0x0a000001, destination: 0x0a000002 },
        options: new Uint8Array([1, 1, 1, 1]),
      },
      ip: { protocol: 17, fragment: 'first', start: 38, end: 46 },
      udp: { source: 53, destination: 54, length: 8, checksum: 0x4321 },
    },
  ],
  [
    'the last fragment of IPv4',
    `${ETHERNET} 0800 4500 0016 1234 1fff 40 11 abcd 0a000001 0a000002 0102`,
    { ip: { protocol: 17, fragment: 'later', start: 34, end: 36 } },
  ],
  [
    'a later fragment of IPv6',
    `${ETHERNET} 86dd 6120 0abc 0010 2c 05 ${IPV6} 0600 0011 00000007 0102030405060708`,
    {
      ipv6: {
        ...{ version: 6, trafficClass: 0x12, flowLabel: 0xabc, payloadLength: 16, nextHeader: 44 },
        ...{ hopLimit: 5, source: 0x20010db8000000000000000000000001n },
        destination: 0x20010db8000000000000000000000002n,
      },
      ip: { protocol: 44, fragment: 'later', start: 62, end: 70 },
    },
  ],
  [
    'TCP behind hop-by-hop, authentication and a fragment header of the whole packet',
    `${ETHERNET} 86dd 6000 0000 0034 00 40 ${IPV6} 3300 000000000000 2c02 0000 00000001 00000002 00000003
     0600 0000 00000007 01bb c000 00000001 00000002 5018 0100 abcd 0009`,
    {
      ip: { protocol: 6, fragment: 'no', start: 86, end: 106 },
      tcp: {
        ...{ source: 443, destination: 49152, sequence: 1, acknowledgement: 2, flags: 0x18 },
        ...{
          window: 256,
          checksum: 0xabcd,
          urgentPointer: 9,
          options: new Uint8Array(0),
          size: 20,
        },
      },
    },
  ],
  [
    'a neighbour advertisement',
    `${ETHERNET} 86dd 6000 0000 0020 3a ff ${IPV6} 8800 1234 60000000
     20010db8000000000000000000000002 0201 020000000002`,
    {
      icmpv6: { type: 136, code: 0, checksum: 0x1234, rest: 0x60000000 },
      nd: {
        ...{ target: 0x20010db8000000000000000000000002n, targetLinkLayer: 0x020000000002 },
        ...{ firstOption: 2, ambiguous: false },
      },
    },
  ],
  [
    'SCTP',
    `${ETHERNET} 0800 4500 0020 0000 0000 40 84 0000 0a000001 0a000002 0b59 0b5a 00000001 00c0ffee`,
    { sctp: { source: 2905, destination: 2906, verificationTag: 1, checksum: 0xc0ffee } },
  ],
  [
    'IGMP',
    `${ETHERNET} 0800 4500 001c 0000 0000 01 02 0000 0a000001 e0000001 1664 ee9b e0000005`,
    { igmp: { type: 0x16, code: 0x64, checksum: 0xee9b, group: 0xe0000005 } },
  ],
  [
    'ICMP',
    `${ETHERNET} 0800 4500 001c 0000 0000 40 01 0000 0a000001 0a000002 0800 f7ff 0001 0002`,
    { icmp: { type: 8, code: 0, checksum: 0xf7ff, rest: 0x00010002 } },
  ],
  [
    'MPLS',
    `${ETHERNET} 8847 0006 4440 0000 5509`,
    {
      mpls: [
        { label: 100, trafficClass: 2, bottom: false, ttl: 64 },
        { label: 5, trafficClass: 2, bottom: true, ttl: 9 },
      ],
    },
  ],
  [
    'NSH',
    `${ETHERNET} 894f 2fc6 01 03 000102 ff 00000001 00000002 00000003 00000004`,
    {
      nsh: {
        ...{ version: 0, flags: 2, ttl: 63, mdType: 1, nextProtocol: 3, size: 24 },
        ...{ servicePath: 0x102, serviceIndex: 255, context: [1, 2, 3, 4] },
      },
    },
  ],
];

describe('headers of packets', () => {
  for (const [name, hex, expected] of PACKETS) {
    it(`are decoded: ${name}`, () => {
      expect(decodePacket(bytesOf(hex))).to.deep.include(expected);
    });
  }

  it('tell how far into the packet a fragment is', () => {
    const packet = bytesOf(`4500 0014 0000 9fff 40 11 0000 0a000001 0a000002`);
    expect(decodePacketOfType(packet, 0x0800).ipv4?.fragmentOffset).to.equal(0x1fff);
  });

  it('begin with what the packet was said to begin with', () => {
    const arp = '0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002';
    expect(decodePacketOfType(bytesOf(arp), 0x0806).arp?.operation).to.equal(1);
  });

  it('are there as far as the packet goes, and never a header that is not whole', () => {
    const whole =
      bytesOf(`${ETHERNET} 8100 0005 0800 4500 0028 0000 4000 40 06 0000 0a000001 0a000002
      0008 000a 00000001 00000002 5002 ffff 1234 0000`);
    const seen = Array.from({ length: whole.length + 1 }, (_, size) =>
      Object.keys(decodePacket(whole.slice(0, size))).join(' '),
    );
    const changes = seen.flatMap((keys, size) => (keys === seen[size - 1] ? [] : [[size, keys]]));
    expect(changes).to.deep.equal([
      [0, ''],
      [14, 'ethernet etherType'],
      // The tag's own EtherType until the tag is whole, IPv4's from then on; IPv4 once all that it says is there.
      [58, 'ethernet etherType ipv4 ip tcp'],
    ]);
    expect(decodePacket(whole.slice(0, 17)).etherType).to.equal(0x8100);
    expect(decodePacket(whole.slice(0, 18)).etherType).to.equal(0x0800);
  });

  it('are refused where a header contradicts itself', () => {
    const ip = (hex: string) => decodePacket(bytesOf(`${ETHERNET} 0800 ${hex}`));
    const rest = '0000 0000 40 11 0000 0a000001 0a000002 0035 0036 0008 0000';
    expect(ip(`4500 001c ${rest}`)).to.have.property('udp');
    expect(ip(`4500 001d ${rest}`), 'longer than the packet').not.to.have.property('ipv4');
    expect(ip(`4500 0013 ${rest}`), 'shorter than its header').not.to.have.property('ipv4');
    expect(ip(`4400 001c ${rest}`), 'a header of 16 bytes').not.to.have.property('ipv4');
    const tcp = (offset: string) =>
      ip(`4500 0028 0000 0000 40 06 0000 0a000001 0a000002
        0008 000a 00000001 00000002 ${offset}002 ffff 1234 0000`);
    expect(tcp('5')).to.have.property('tcp');
    expect(tcp('4'), 'a TCP header of 16 bytes').not.to.have.property('tcp');
    expect(tcp('6'), 'a TCP header of 24 bytes').not.to.have.property('tcp');
    const cut = decodePacket(
      bytesOf(`${ETHERNET} 86dd 6000 0000 0004 2c 40 ${IPV6} 0600 0010 00000007`),
    );
    expect(cut, 'a fragment header beyond the packet').not.to.have.property('ip');
    expect(cut).to.have.property('ipv6');
  });

  it('keep nothing of the buffer in which they came', () => {
    const frame = Buffer.from(
      bytesOf(`${ETHERNET} 0800 4600 0018 0000 0000 40 11 0000 0a000001 0a000002 01020304`),
    );
    const { ipv4 } = decodePacket(frame);
    frame.fill(0);
    expect([...(ipv4?.options ?? [])]).to.deep.equal([1, 2, 3, 4]);
  });

  it('stay within the packet, whatever it is', () => {
    const random = new Random(1);
    for (let turn = 0; turn < 3000; turn++) {
      const frame = randomFrame(random);
      const { ip } = decodePacket(frame);
      if (ip === undefined) continue;
      expect(ip.start).to.be.at.most(ip.end);
      expect(ip.end).to.be.at.most(frame.length);
    }
  });

  it('of MPLS end at the bottom of the stack and come back as they were', () => {
    const stack = decodeMplsStack(bytesOf('0006 4440 ffff ff09 0000 0100'));
    expect(stack.map(mplsEntryToNumber)).to.deep.equal([0x00064440, 0xffffff09]);
  });
});
