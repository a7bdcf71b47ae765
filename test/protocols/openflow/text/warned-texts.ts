/**
 * Texts that ovs-ofctl takes otherwise than they are written, and what our parser says of each.
 */

const CT = 'ct_state=+trk with +new, +est, +rel or +rpl';
const ETHERNET = 'an Ethernet packet (no packet_type but (0,0))';
const SOLICITATION = 'icmp6, icmp_type=135 and icmp_code=0';

const leftOut = (word: string, need: string) =>
  `${word} is left out: it needs ${need} in the match too; add it`;
const refused = (word: string, need: string) =>
  `a switch refuses ${word}: it needs ${need} in the match too; add it`;
const other = (word: string, field: string, need: string) =>
  `${word} is taken as ${field}: it needs ${need} in the match too; add it`;
const overrides = (word: string, earlier: string) =>
  `${word} overrides ${earlier}; keep one of them`;
const anything = (word: string) =>
  `${word} is left out: without a value it matches anything; write ${word}=VALUE`;
const vlan = (word: string, kept: string) =>
  `${word} is taken as ${kept}: the number of a VLAN has 12 bits; write ${kept}`;
const tos = (word: string, kept: string) =>
  `${word} is taken as ${kept}: its two lowest bits are nw_ecn; write ${kept}`;

/** Without an Ethernet type, or with the wrong one; without the IP protocol; by an older word. */
export const WARNED_TEXTS: readonly (readonly [match: string, ...warnings: string[]])[] = [
  ['nw_src=1.2.3.4', leftOut('nw_src=1.2.3.4', 'ip')],
  ['metadata=5,nw_dst=10.0.0.0/8', leftOut('nw_dst=10.0.0.0/8', 'ip')],
  ['ip,ipv6_src=fd00::1', leftOut('ipv6_src=fd00::1', 'ipv6')],
  ['ipv6_label=5,in_port=1', leftOut('ipv6_label=5', 'ipv6')],
  ['nw_ttl=5,nw_frag=yes', leftOut('nw_ttl=5', 'ip or ipv6'), leftOut('nw_frag=yes', 'ip or ipv6')],
  ['arp_sha=1:2:3:4:5:6', leftOut('arp_sha=1:2:3:4:5:6', 'arp or rarp')],
  ['mpls_label=5', leftOut('mpls_label=5', 'mpls or mplsm')],
  ['tcp_dst=80', leftOut('tcp_dst=80', 'tcp or tcp6')],
  ['ip,tp_dst=80', leftOut('tp_dst=80', 'tcp, udp or sctp')],
  ['udp,tcp_flags=+syn', leftOut('tcp_flags=+syn', 'tcp or tcp6')],
  ['ipv6,icmp_type=135', leftOut('icmp_type=135', 'icmp or icmp6')],
  [
    'icmp6,icmp_type=136,icmp_code=0,nd_sll=1:2:3:4:5:6',
    leftOut('nd_sll=1:2:3:4:5:6', SOLICITATION),
  ],
  [
    'nw_proto=6,tcp_dst=80',
    leftOut('nw_proto=6', 'ip or ipv6'),
    leftOut('tcp_dst=80', 'tcp or tcp6'),
  ],
  ['ct_tp_src=5', leftOut('ct_tp_src=5', `ct_nw_proto and ${CT}`)],
  ['ip,ct_state=+trk+est,ct_tp_src=5', leftOut('ct_tp_src=5', `ct_nw_proto and ${CT}`)],
  [
    'ip,ct_nw_proto=6,ct_tp_src=5',
    refused('ct_nw_proto=6', CT),
    refused('ct_tp_src=5', `ct_nw_proto and ${CT}`),
  ],
  ['ip,ct_nw_src=1.2.3.4', refused('ct_nw_src=1.2.3.4', CT)],
  ['nsh_si=5', refused('nsh_si=5', 'dl_type=0x894f')],
  ['vlan_tci=0x2000/0xe000', leftOut('vlan_tci=0x2000/0xe000', 'the bit 0x1000 (there is a tag)')],
  ['vlan_tci=0x2005', refused('vlan_tci=0x2005', 'the bit 0x1000 (there is a tag)')],
  ['packet_type=(1,0x800),eth_src=1:2:3:4:5:6', refused('eth_src=1:2:3:4:5:6', ETHERNET)],
  ['packet_type=(1,0x800),udp6', refused('udp6', ETHERNET)],
  ['icmp,icmpv6_type=135', other('icmpv6_type=135', 'icmp_type', 'icmp6')],
  ['ip,arp_op=1', other('arp_op=1', 'nw_proto', 'arp or rarp')],
  ['tcp,udp_dst=80', other('udp_dst=80', 'tcp_dst', 'udp or udp6')],
  ['ip,udp6', overrides('udp6', 'ip')],
  ['tcp,udp', overrides('udp', 'tcp')],
  ['udp,tcp,tp_dst=80', overrides('tcp', 'udp')],
  ['tcp,tcp_src=5,icmp', overrides('icmp', 'tcp'), other('tcp_src=5', 'icmp_type', 'tcp or tcp6')],
  [
    'arp,arp_sha=1:2:3:4:5:6,ip',
    overrides('ip', 'arp'),
    leftOut('arp_sha=1:2:3:4:5:6', 'arp or rarp'),
  ],
  ['eth,packet_type=(1,0x800)', overrides('packet_type=(1,0x800)', 'eth')],
  ['reg0=1,reg0=2', overrides('reg0=2', 'reg0=1')],
  ['reg0=1/1,reg0=2/2', overrides('reg0=2/2', 'reg0=1/1')],
  ['reg0=5,reg1=6,xreg0=7', overrides('xreg0=7', 'reg0=5'), overrides('xreg0=7', 'reg1=6')],
  ['metadata=5,metadata=*', overrides('metadata=*', 'metadata=5')],
  ['eth_src=1:2:3:4:5:6,dl_src=*', overrides('dl_src=*', 'eth_src=1:2:3:4:5:6')],
  ['dl_vlan=65535,dl_vlan_pcp=3', overrides('dl_vlan_pcp=3', 'dl_vlan=65535')],
  ['dl_vlan_pcp=3,dl_vlan=65535', overrides('dl_vlan=65535', 'dl_vlan_pcp=3')],
  [
    'dl_vlan=5,dl_vlan_pcp=3,dl_vlan',
    overrides('dl_vlan', 'dl_vlan=5'),
    overrides('dl_vlan', 'dl_vlan_pcp=3'),
  ],
  ['dl_vlan=5,vlan_tci=0', overrides('vlan_tci=0', 'dl_vlan=5')],
  ['dl_vlan=8191', vlan('dl_vlan=8191', 'dl_vlan=4095')],
  ['dl_vlan=8191,dl_vlan_pcp=1', vlan('dl_vlan=8191', 'dl_vlan=4095')],
  ['dl_vlan=5000', vlan('dl_vlan=5000', 'dl_vlan=904')],
  ['ip,nw_tos=5', tos('nw_tos=5', 'nw_tos=4')],
  ['reg0', anything('reg0')],
  ['ct_state', anything('ct_state')],
  ['dl_vlan', anything('dl_vlan')],
  ['tcp,tcp_flags=', anything('tcp_flags')],
  ['reg0=5,reg0', overrides('reg0', 'reg0=5')],
  // Taken as they are meant, without a warning.
  ['dl_vlan=5/0xffff,dl_vlan_pcp=3/0xff'],
  ['dl_vlan=*,dl_vlan_pcp=5/0,reg0=*'],
  ['ip,ip,nw_src=1.2.3.4/0'],
  ['reg0=1/1,reg0=3/3'],
  ['arp,nw_src=1.2.3.4,nw_proto=1'],
  ['icmp6,icmp_type=135,icmp_code=0'],
  ['tun_erspan_hwid=0xf/0x1'],
  ['tun_erspan_ver=3/1,tun_gtpu_flags=6/2'],
];

/** By command; in OpenFlow 1.3. */
export const WARNED_IN_13: readonly (readonly [
  command: string,
  text: string,
  ...warnings: string[],
])[] = [
  [
    'add-flow',
    'priority=1,table=2,ip,priority=2,table=3,actions=1',
    overrides('priority=2', 'priority=1'),
    overrides('table=3', 'table=2'),
  ],
  ['add-flow', 'priority=1,priority=1,actions=1'],
  [
    'add-flow',
    'importance=5,actions=1',
    'importance=5 is left out: OpenFlow 1.4 and later have it; give -O OpenFlow14',
  ],
  [
    'mod-flows',
    'cookie=5,cookie=3/-1,actions=1',
    "cookie=0x5 is left out: a change keeps the flow's cookie; leave it out",
  ],
  [
    'add-group',
    'group_id=1,type=select,selection_method=hash,fields(ip_src),bucket=1',
    'selection_method=hash is left out: OpenFlow 1.5 alone has it; give -O OpenFlow15',
  ],
  [
    'add-group',
    'group_id=1,type=all,bucket=bucket_id:7,actions=1,bucket=bucket_id:8,actions=2',
    'bucket_id is left out: OpenFlow 1.5 alone has numbers of buckets; give -O OpenFlow15',
  ],
];

/** Words that need, override or wipe one another, to be put together at random. */
export const CLASHING_WORDS: readonly string[] = [
  ...['ip', 'ipv6', 'arp', 'tcp', 'udp6', 'icmp', 'icmp6', 'mpls', 'eth', 'dl_type=0x894f'],
  ...['dl_type=0x800', 'dl_type=*', 'packet_type=(1,0x800)', 'packet_type=(1,0x86dd)'],
  ...['packet_type=(0,0)', 'packet_type=*', 'eth_src=1:2:3:4:5:6', 'eth_src[0..7]=5', 'eth_dst=*'],
  ...['dl_vlan=5', 'dl_vlan=65535', 'dl_vlan=8191', 'dl_vlan=*', 'dl_vlan_pcp=3', 'dl_vlan_pcp'],
  ...['vlan_tci=0x3005', 'vlan_tci=0x1000/0x1000', 'vlan_tci[12]=1', 'vlan_vid=5', 'vlan_vid=*'],
  ...['vlan_vid=0x1005', 'vlan_vid[0..3]=5', 'vlan_pcp=2', 'in_port=1', 'in_port=LOCAL'],
  ...['nw_src=1.2.3.4', 'nw_src=1.2.0.0/16', 'nw_src[0..7]=4', 'arp_spa=1.2.3.4', 'nw_proto=6'],
  ...['nw_proto=*', 'arp_op=2', 'arp_sha=1:2:3:4:5:6', 'arp_tha=*', 'mpls_label=5', 'mpls_tc'],
  ...['tp_dst=80', 'tcp_dst=80', 'udp_dst=0x10/0xfff0', 'tcp_src[0]=1', 'icmp_type=135'],
  ...['icmpv6_type=136', 'icmp_code=0', 'icmpv6_code=0', 'nd_target=fe80::1', 'nd_reserved=4'],
  ...[
    'nd_sll=1:2:3:4:5:6',
    'nd_tll=1:2:3:4:5:6',
    'nd_options_type=2',
    'tcp_flags=+syn',
    'tcp_flags',
  ],
  ...['nw_tos=5', 'nw_tos=*', 'ip_dscp=3', 'nw_ecn=2', 'nw_ecn=*', 'nw_ttl=5', 'nw_frag=yes'],
  ...['nw_frag=no', 'nw_frag=later', 'ip_frag=*', 'ipv6_src=fd00::/8', 'ipv6_label=5'],
  ...['ipv6_label=5/0xff', 'ipv6_label[0..3]=2', 'reg0=5', 'reg0=1/3', 'reg0', 'reg1[3..5]=2'],
  ...['xreg0=5', 'xreg0=*', 'xxreg0=0x100000000/0xf00000000', 'metadata=1/1', 'metadata=*'],
  ...['ct_state=+trk+est', 'ct_state=+trk', 'ct_state=*', 'ct_nw_proto=6', 'ct_nw_proto=*'],
  ...['ct_tp_src=5', 'ct_nw_src=1.2.3.4', 'ct_ipv6_dst=fd00::1', 'nsh_si=5', 'nsh_ttl=5'],
  ...['nsh_c1=5/7', 'tun_erspan_hwid=0xf/1', 'tun_erspan_ver=2/3', 'tun_erspan_dir=*'],
  ...['tun_gtpu_flags=5/1', 'tun_flags=+oam', 'recirc_id=*', 'dp_hash', 'pkt_mark=1/1'],
];
