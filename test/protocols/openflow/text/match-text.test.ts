import { expect } from 'chai';
import { formatFieldValue } from '../../../../protocols/openflow/text/field-text.ts';
import { formatMatch, formatPacketFields } from '../../../../protocols/openflow/text/match-text.ts';
import { fieldByName } from '../../../../protocols/openflow/values/fields.ts';
import type { FieldValue, Match } from '../../../../protocols/openflow/values/match.ts';
import { printMessages } from '../dummy-bridge.ts';
import { tlv } from '../raw-flow-mod.ts';

/** OFPT_PACKET_IN of OpenFlow 1.3 with these TLVs beside a packet. */
function packetIn(tlvs: string): Uint8Array {
  const size = 4 + tlvs.length / 2;
  const match = `0001${size.toString(16).padStart(4, '0')}${tlvs}${'00'.repeat((8 - (size % 8)) % 8)}`;
  const body = `ffffffff000e0100${'ff'.repeat(8)}${match}0000${'00'.repeat(12)}88cc`;
  const length = 8 + body.length / 2;
  return Buffer.from(`040a${length.toString(16).padStart(4, '0')}00000001${body}`, 'hex');
}

const LOOSE: Match = [
  { field: 'in_port', value: 3 },
  { field: 'tcp_dst', value: 80 },
  { field: 'ct_nw_src', value: 0x0a000001 },
  { field: 'nd_target', value: 5n },
  { field: 'vlan_pcp', value: 3 },
  { field: 'tun_metadata1', value: 0x1234n },
];

describe('the words of a match', () => {
  it('follow the order of ovs-ofctl, whatever the order of the fields', () => {
    const match: Match = [
      { field: 'eth_type', value: 0x0806 },
      { field: 'in_port', value: 3 },
      { field: 'arp_tpa', value: 0x0a000001 },
      { field: 'reg0', value: 0x1389 },
    ];
    const words = 'arp,reg0=0x1389,in_port=3,arp_tpa=10.0.0.1';
    expect(formatMatch(match)).to.equal(words);
    expect(formatMatch([...match].reverse())).to.equal(words);
  });

  it('tell too, at the end, what Open vSwitch has no place for', () => {
    const match: Match = [
      { field: 'unknown_oxm', value: 0, oxm: new Uint8Array([0x80, 0, 0x7e, 1, 9]) },
      { field: 'tcp_dst', value: 80 },
      { field: 'pbb_isid', value: 0x12 },
      { field: 'reg1', value: 1 },
    ];
    expect(formatMatch(match)).to.equal('reg1=0x1,oxm(80007e0109),tp_dst=80,pbb_isid=0x12');
  });

  it('are those of ofp-print for fields that travel with a packet', async () => {
    const tlvs = LOOSE.map(({ field, value }) => {
      const row = fieldByName(field as Parameters<typeof fieldByName>[0]);
      return tlv(row, [BigInt(value)], row.forms.at(-1), row.variable ? 2 : row.bytes);
    });
    const [text] = await printMessages([packetIn(tlvs.join(''))]);
    expect(text).to.include(` total_len=14 ${formatPacketFields(LOOSE)} (via `);
    expect(formatPacketFields(LOOSE)).to.not.include('nd_target');
  });
});

describe('a value in the words of a set_field', () => {
  const value = (
    name: Parameters<typeof fieldByName>[0],
    ...[number, mask]: [FieldValue, FieldValue?]
  ) => formatFieldValue(fieldByName(name), number, mask);

  it('is written as its field is read', () => {
    expect(value('reg0', 0)).to.equal('0');
    expect(value('reg0', 255, 0xff00ff)).to.equal('0xff/0xff00ff');
    expect(value('reg0', 0, 0)).to.equal('ANY');
    expect(value('tcp_src', 80, 0xff)).to.equal('80/0xff');
    expect(value('ct_zone', 10)).to.equal('0xa');
    expect(value('eth_src', 1, 0xffffff000000)).to.equal('00:00:00:00:00:01/ff:ff:ff:00:00:00');
    expect(value('ipv4_src', 0x0a000000, 0xff000000)).to.equal('10.0.0.0/8');
    expect(value('ipv4_src', 0x0a000000, 0xff0000ff)).to.equal('10.0.0.0/255.0.0.255');
    expect(value('ipv6_src', 0xffff0a000001n)).to.equal('::ffff:10.0.0.1');
    expect(value('ipv6_src', 0x0a000001n)).to.equal('::10.0.0.1');
    expect(value('ipv6_src', 1n, 1n << 127n)).to.equal('::1/1');
    expect(value('nxm_in_port', 0xfffe)).to.equal('LOCAL');
    expect(value('tcp_flags', 0x12)).to.equal('syn|ack');
    expect(value('tcp_flags', 2, 0x12)).to.equal('+syn-ack');
    expect(value('tun_flags', 1)).to.equal('oam');
    expect(value('ip_frag', 1, 1)).to.equal('yes');
    expect(value('ip_frag', 2)).to.equal('<error>');
    expect(value('packet_type', 0)).to.equal('eth');
    expect(value('packet_type', 0x10800)).to.equal('packet_type=(1,0x800)');
  });
});
