import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { formatMatch } from '../../../../protocols/openflow/text/match-text.ts';
import {
  parseMatch,
  parseMatchField,
} from '../../../../protocols/openflow/text/parse/match-parse.ts';
import { isMatchWord } from '../../../../protocols/openflow/text/parse/match-words.ts';
import type { Match } from '../../../../protocols/openflow/values/match.ts';
import { arbitraryCanonicalMatch, isSaidWhole } from '../arbitrary-matches.ts';

/** Every spelling that ovs-ofctl has for something. */
const SPELLINGS: readonly string[] = [
  ...['ip', 'ip4', 'ipv4', 'tcp', 'tcp6', 'udp', 'udp6', 'sctp', 'sctp6', 'icmp', 'icmp6'],
  ...['ip6', 'ipv6', 'arp', 'rarp', 'mpls', 'mplsm', 'eth', 'eth()', 'ip,tcp'],
  ...['udp,tp_dst=53', 'udp,udp_dst=0x10/0xfff0', 'tcp,tp_src=1000/0xfff8', 'sctp6,sctp_src=5'],
  ...['arp,nw_src=1.2.3.4', 'arp,arp_op=1,arp_tpa=10.0.0.0/8', 'arp,nw_proto=2'],
  ...['rarp,arp_sha=01:02:03:04:05:06', 'icmp,icmp_type=8,icmp_code=0'],
  ...['icmp6,icmp_type=135,icmp_code=0,nd_target=fe80::1,nd_sll=1:2:3:4:5:6'],
  ...['icmp6,icmpv6_type=136,icmpv6_code=0,nd_tll=1:2:3:4:5:6,nd_reserved=5'],
  ...['icmp6,icmp_type=136,icmp_code=0,nd_options_type=2'],
  ...['dl_vlan=5', 'dl_vlan=5,dl_vlan_pcp=3', 'dl_vlan_pcp=3', 'dl_vlan=65535', 'dl_vlan=0x5'],
  ...['vlan_vid=0x1005', 'vlan_vid=0x1005/0x1fff', 'vlan_vid=0/0x1000', 'vlan_vid=5'],
  ...['vlan_vid=0x1005,vlan_pcp=3', 'vlan_tci=0', 'vlan_tci=0x1123/0x1fff', 'vlan_tci=0x3005'],
  ...['vlan_tci=0x1000/0x1000', 'vlan_tci=0x0005/0x0fff'],
  ...['ip,nw_tos=4', 'ip,nw_tos=252,nw_ecn=3', 'ip,ip_dscp=1', 'ipv6,ip_ecn=1', 'ip,nw_ttl=5'],
  ...['ip,nw_frag=no', 'ip,nw_frag=YES', 'ip,ip_frag=first', 'ipv6,nw_frag=later'],
  ...['ip,nw_frag=not_later', 'ct_state=+trk-new', 'ct_state=trk|new', 'ct_state=0/0x1'],
  ...['ct_state=0x21/0x23', 'ct_state=0', 'ct_state=+trk+est,ct_zone=5,ct_mark=0x1/0xff'],
  ...[
    'ct_label=0x1234/0xffff',
    'ip,ct_state=+trk+est,ct_nw_src=10.0.0.1,ct_nw_proto=6,ct_tp_src=5',
  ],
  ...['ipv6,ct_state=+trk+rpl,ct_ipv6_dst=fd00::/64', 'tcp,tcp_flags=+syn-ack'],
  ...['tcp,tcp_flags=0x2/0x2', 'tcp,tcp_flags=syn|ack', 'tcp,tcp_flags=0', 'tcp,tcp_flags=+[200]'],
  ...['tcp6,tcp_flags=0xfff/0xfff', 'tun_flags=+oam', 'tun_flags=-oam', 'tun_flags=oam'],
  ...['tun_flags=0', 'reg0=0x1/0xff', 'reg0=5,reg1=6', 'xreg0=5', 'xreg1=0x500000000/0xf00000000'],
  ...['xxreg0=5', 'xxreg1=0x123456789abcdef0123456789abcdef0', 'reg0[0..7]=5', 'reg0[]=7'],
  ...['reg0[0..7]=5,reg0[8..15]=6', 'NXM_NX_REG0[4]=1', 'xreg0[0..40]=5', 'xxreg0[64..70]=3'],
  ...['vlan_tci[12]=1,vlan_tci[0..3]=5', 'dl_vlan=5,vlan_tci[13..15]=3', 'ip,nw_src[24..31]=10'],
  ...['tcp,tp_dst[0..7]=80', 'eth_src[0..7]=5', 'metadata[60..63]=9', 'ipv6,ipv6_src[0]=1'],
  ...['in_port=LOCAL', 'in_port=local', 'in_port=65534', 'in_port=5', 'in_port_oxm=5'],
  ...['in_port=controller', 'actset_output=5', 'conj_id=5', 'metadata=0x5/0xff', 'metadata=-1'],
  ...['tun_id=5', 'tunnel_id=0x5/0xff', 'tun_src=1.2.3.4,tun_dst=1.2.3.0/24', 'pkt_mark=010'],
  ...['tun_ipv6_src=fd00::/64', 'tun_gbp_id=5,tun_gbp_flags=3', 'tun_gbp_id=0x5/0xff'],
  ...['tun_erspan_ver=1,tun_erspan_idx=5', 'tun_erspan_ver=2,tun_erspan_dir=1,tun_erspan_hwid=5'],
  ...['tun_gtpu_flags=5,tun_gtpu_msgtype=1', 'packet_type=(1,0x800)', 'packet_type=(0,0)'],
  ...['packet_type=(1,0x800),nw_src=1.2.3.4', 'packet_type=(1,0x800),ip_proto=6,tcp_dst=80'],
  ...['packet_type=(1,0x894f),nsh_si=5', 'packet_type=(5,10)', 'dl_type=0x0800', 'dl_type=2054'],
  ...['dl_type=0x894f,nsh_mdtype=1,nsh_spi=0x123,nsh_si=4,nsh_c1=0x1/0xff,nsh_c2=0,nshc3=5'],
  ...['dl_type=0x894f,nsp=0x123,nsi=4,nsh_flags=2,nsh_ttl=63,nsh_np=3', 'dl_type=0x88cc'],
  ...['dl_src=01:02:03:04:05:06/ff:ff:ff:ff:ff:00', 'eth_dst=01:00:00:00:00:00/01:00:00:00:00:00'],
  ...['ipv6,ipv6_src=fd00::1,ipv6_dst=fd00::/8,ipv6_label=0x123', 'ipv6,ipv6_label=0x123/0xfff'],
  ...['ipv6,ipv6_src=::ffff:10.0.0.1', 'ipv6,ipv6_src=::10.0.0.1', 'ipv6,ipv6_dst=fd00::1/ff::ff'],
  ...['mpls,mpls_label=5,mpls_tc=1,mpls_bos=1,mpls_ttl=5', 'mplsm,mpls_label=5'],
  ...['tun_metadata0=0x11223344', 'tun_metadata0', 'tun_metadata0=0x11/0xff', 'tun_metadata5=0'],
  ...['tun_metadata63=0x1100/0xff00', 'recirc_id=5', 'dp_hash=0x5/0xf', 'recirc_id=5,eth'],
  ...[
    'ip,nw_proto=89',
    'ipv6,nw_proto=89',
    'ip,nw_src=1.2.3.4/255.0.255.0',
    'reg0=*',
    'ip,nw_src=*',
  ],
  ...['ip,nw_dst=10.1.2.3/0', 'tcp in_port=1', ''],
];

/** As much as a tunnel's option holds. */
const OPTION = '11'.repeat(124);

/** Texts that are refused, and what their sentence says. */
const REFUSED: Readonly<Record<string, string>> = {
  'tcp_dest=5': 'tcp_dest is no word of a match; did you mean tcp_dst?',
  'skb_priority=5': 'skb_priority cannot be matched: OpenFlow has no field for it; leave it out',
  'tcp=5': 'tcp=5: tcp takes no value; leave it out',
  'ip,nw_src': 'nw_src needs a value: write nw_src=VALUE',
  'dl_vlan=65536': 'dl_vlan=65536: 65536 is not a number of 0 to 65535',
  'dl_vlan=5/7': 'dl_vlan=5/7: dl_vlan takes no mask; leave out what follows the slash',
  'dl_vlan_pcp=8': 'dl_vlan_pcp=8: 8 is not a number of 0 to 7',
  'arp,arp_op=257': 'arp_op=257: arp_op takes 0 to 255',
  'tun_metadata0,tun_metadata0':
    'tun_metadata0: tun_metadata0 is in the match already; keep one of them',
  [`tun_metadata0=0x${OPTION},tun_metadata1=0x${OPTION},tun_metadata2=0x111111111111111111`]:
    'tun_metadata2=0x111111111111111111: with it tun_metadata has 257 bytes in the match, and 256 fit; leave one out',
  'reg0[0..3]=16': 'reg0[0..3]=16: 16 is not a number of 0 to 15',
  'reg0[32]=1': 'reg0[32]: reg0 has the bits 0 to 31',
  'ip,nw_proto[0..3]=6': 'nw_proto[0..3]=6: nw_proto takes no mask; match all of it',
  'packet_type(1': 'column 12: nothing closes this parenthesis; add ")"',
};

function textOf(text: string): string {
  const result = parseMatch(text);
  return result.ok ? formatMatch(result.value) : result.error;
}

describe('matches in the language of ovs-ofctl', () => {
  it('mean what they mean to ovs-ofctl, in every spelling', () => {
    const script = SPELLINGS.map(
      (text) =>
        `ovs-ofctl --no-names -O OpenFlow13 parse-flow '${text} actions=drop' 2>&1; echo @@@`,
    ).join('\n');
    const { stdout } = spawnSync('sh', ['-s'], { input: script, encoding: 'utf8' });
    const theirs = stdout
      .split('@@@\n')
      .map((text) => /ADD (?:(.*) )?actions=drop$/m.exec(text))
      .map((found) => (found === null ? 'refused' : (found[1] ?? '')));
    for (const [index, text] of SPELLINGS.entries()) {
      expect(textOf(text), text).to.equal(theirs[index]);
    }
  }).timeout(20_000);

  for (const version of [4, 6] as const) {
    it(`come back from their words in wire version ${version}`, () => {
      fc.assert(
        fc.property(arbitraryCanonicalMatch(version).filter(isSaidWhole), (match) => {
          expect(parseMatch(formatMatch(match), version)).to.deep.equal({ ok: true, value: match });
        }),
        { numRuns: 300 },
      );
    });
  }

  it('are refused with the word and the remedy', () => {
    for (const [text, sentence] of Object.entries(REFUSED)) {
      expect(textOf(text), text).to.equal(sentence);
    }
  });

  it('imply what a word stands for', () => {
    const tcp: Match = [
      { field: 'eth_type', value: 0x0800 },
      { field: 'ip_proto', value: 6 },
    ];
    expect(parseMatchField('tcp', '')).to.deep.equal({ ok: true, value: tcp });
    expect(parseMatchField('tun_id', '0x1/0x3')).to.deep.equal({
      ok: true,
      value: [{ field: 'tun_id', value: 1n, mask: 3n }],
    });
  });

  it('have registers in pairs from OpenFlow 1.5 on', () => {
    expect(parseMatch('reg1=5', 6)).to.deep.equal({
      ok: true,
      value: [{ field: 'xreg0', value: 5n, mask: 0xffffffffn }],
    });
  });

  it('are told from the other words of a flow by their key', () => {
    const words = ['tcp', 'eth', 'dl_vlan', 'reg0', 'reg0[0..3]', 'tun_metadata7', 'in_port'];
    expect(words.filter(isMatchWord)).to.deep.equal(words);
    expect(['priority', 'table', 'cookie', 'actions', 'out_port'].filter(isMatchWord)).to.be.empty;
  });
});
