import { expect } from 'chai';
import { formatPacket } from '../../../../protocols/openflow/text/packet-text.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { theirTexts } from '../../../../scripts/openflow-print/ovs-ofctl.ts';
import { randomFrame, randomPacket } from '../../packet/random-packets.ts';
import { Random } from '../capture/random.ts';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const ETHERNET = '0200 0000 0002 0200 0000 0001';

/** One of each kind, whole: each is cut at every byte below. */
const PACKETS: Readonly<Record<string, string>> = {
  'TCP over IPv4 with options': `${ETHERNET} 0800 4600 0030 0001 4000 40 06 0000 0a000001 0a000002 01010101
     0008 000a 00000001 00000002 6012 ffff 1234 0000 02040218`,
  'UDP with a VLAN tag': `${ETHERNET} 8100 6064 0800 4514 001e 0001 2000 40 11 0000 0a000001 0a000002 0035 0036 000a 4321 abcd`,
  'SCTP with two VLAN tags': `${ETHERNET} 88a8 2064 8100 0065 0800 4500 0020 0001 0000 40 84 0000 0a000001 0a000002
     0b59 0b5a 00000001 00c0ffee`,
  'ICMP in SNAP': `${ETHERNET} 0024 aaaa03 000000 0800 4503 001c 0001 0000 40 01 0000 0a000001 0a000002 0800 f7ff 0000 0000`,
  IGMP: `${ETHERNET} 0800 4500 001c 0001 0000 01 02 0000 0a000001 e0000001 1164 ee9b e0000005`,
  'a neighbour solicitation': `${ETHERNET} 86dd 6001 2345 0020 3a ff fe800000000000000000000000000001 ff0200000000000000000001ff000002
     8700 7bae 00000000 fe800000000000000000000000000002 0101 020000000001`,
  'a neighbour advertisement behind extension headers': `${ETHERNET} 86dd 6ff0 0000 0030 00 ff fe80000000000000000000000000000a
     ff020000000000000000000000000001 2c00 0104 00000000 3a00 0001 00000001
     8800 7bae 60000000 fe800000000000000000000000000002 0201 020000000002`,
  'TCP over IPv6': `${ETHERNET} 86dd 6000 0000 0014 06 40 20010db8000000000000000000000001 20010db8000000000000000000000002
     c000 01bb 00000001 00000000 5fff 1000 abcd 0000`,
  ARP: `${ETHERNET} 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002`,
  'an MPLS stack': `${ETHERNET} 8847 0001 0040 0002 0ec0 0003 0180 0004 01ff`,
  NSH: `${ETHERNET} 894f 0fc6 01 03 00 0102 ff 00000001 00000002 00000003 00000004`,
  LLDP: `${ETHERNET} 88cc 0207 0402 0000 0000 01`,
};

function packetOut(data: Uint8Array): { bytes: Uint8Array } {
  const message = { type: 'packet_out', inPort: 0xfffffffd, actions: [], data } as const;
  return { bytes: encodeMessage(4, 1, message) };
}

/** The packet's line in what ovs-ofctl says of a packet-out of 1.3. */
async function theirs(packets: readonly Uint8Array[]): Promise<(string | undefined)[]> {
  const texts = await theirTexts(packets.map(packetOut));
  return texts.map((text) => text.split('\n')[1]);
}

describe('a packet in the words of ovs-ofctl', () => {
  for (const [name, hex] of Object.entries(PACKETS)) {
    it(`is the same for ${name}, whole and cut at every byte`, async () => {
      const whole = bytesOf(hex);
      const cut = Array.from({ length: whole.length }, (_, at) => whole.slice(0, at + 1));
      expect(cut.map((packet) => formatPacket(packet))).to.deep.equal(await theirs(cut));
    });
  }

  it('is the same for 3,000 random packets', async () => {
    const random = new Random(20261121);
    const packets = Array.from({ length: 3000 }, () => randomFrame(random));
    const texts = await theirs(packets);
    for (const [index, packet] of packets.entries()) {
      expect(formatPacket(packet), Buffer.from(packet).toString('hex')).to.equal(texts[index]);
    }
  });

  it('is the same for 500 random packets without Ethernet', async () => {
    const random = new Random(7);
    const packets = Array.from({ length: 500 }, () => {
      const [etherType, packet] = randomPacket(random);
      const whole = new Uint8Array(packet);
      return {
        data: random.chance(25) ? whole.slice(0, random.number(1, whole.length)) : whole,
        packetType: random.pick([0x10000 + etherType, 0x10000 + etherType, 0x20005, 0x10003]),
      };
    });
    const messages = packets.map(({ data, packetType }) => ({
      bytes: encodeMessage(6, 1, {
        ...({ type: 'packet_out', inPort: 1, actions: [], data } as const),
        match: [{ field: 'packet_type', value: packetType }],
      }),
    }));
    const texts = await theirTexts(messages);
    for (const [index, { data, packetType }] of packets.entries()) {
      expect(formatPacket(data, packetType)).to.equal(texts[index]?.split('\n')[1]);
    }
  });

  it('is zeros for no packet at all', () => {
    const zeros = '00:00:00:00:00:00';
    expect(formatPacket(new Uint8Array(0))).to.equal(
      `vlan_tci=0x0000,dl_src=${zeros},dl_dst=${zeros},dl_type=0x0000`,
    );
  });
});
