/**
 * Random flows in ovs-ofctl's words, of which a switch takes every one: fields with their prerequisites, actions that their
 * match allows.
 */
import type { Random } from './random.ts';

export type Protocol = 'OpenFlow13' | 'OpenFlow14' | 'OpenFlow15';

type Word = (random: Random) => string;

const ip4: Word = (random) => [0, 0, 0, 0].map(() => random.number(1, 254)).join('.');
const ip6: Word = (random) => `fd00:${random.number(1, 9999)}::${random.number(1, 9999)}`;
const mac: Word = (random) => `02:${random.hex(10).replace(/(..)(?!$)/g, '$1:')}`;
const hex =
  (digits: number): Word =>
  (random) =>
    `0x${BigInt(`0x${random.hex(digits)}`).toString(16)}`;
const number =
  (least: number, most: number): Word =>
  (random) =>
    String(random.number(least, most));

/** `value` or `value/mask`. */
function masked(value: Word, mask: Word): Word {
  return (random) => (random.chance(50) ? value(random) : `${value(random)}/${mask(random)}`);
}

const ip4Prefix: Word = (random) =>
  random.chance(30) ? `10.0.${random.number(0, 255)}.0/255.255.255.0` : ip4(random);
const ip6Prefix: Word = (random) =>
  random.chance(30) ? `fd00:${random.number(1, 99)}::/32` : ip6(random);
const macMask: Word = (random) => random.pick(['01:00:00:00:00:00', 'ff:ff:ff:00:00:00']);

/** Fields that need no other. */
const FREE: readonly (readonly [string, Word])[] = [
  ['in_port', (random) => random.pick(['1', '2', 'LOCAL', '65280'])],
  ['dl_src', masked(mac, macMask)],
  ['dl_dst', masked(mac, macMask)],
  ['metadata', masked(hex(16), hex(16))],
  ['reg0', masked(hex(8), hex(8))],
  ['reg3', masked(hex(8), hex(4))],
  ['reg8', hex(6)],
  ['reg15', masked(hex(8), hex(8))],
  ['tun_id', masked(hex(16), hex(16))],
  ['tun_src', ip4Prefix],
  ['tun_dst', ip4],
  ['tun_gbp_id', number(0, 65535)],
  ['tun_gbp_flags', number(0, 255)],
  ['tun_metadata0', masked(hex(8), hex(8))],
  ['tun_metadata1', hex(4)],
  ['pkt_mark', masked(hex(8), hex(8))],
  ['ct_state', (random) => random.pick(['+trk', '+trk+est-new', '-trk', '+new+trk-inv'])],
  ['ct_zone', number(0, 65535)],
  ['ct_mark', masked(hex(8), hex(8))],
  ['ct_label', masked(hex(32), hex(32))],
  ['conj_id', number(1, 100000)],
  ['actset_output', number(1, 9)],
];

const VLAN: readonly (readonly [string, Word])[] = [
  ['dl_vlan', number(1, 4095)],
  ['dl_vlan_pcp', number(0, 7)],
];

type Layer =
  | 'none'
  | 'arp'
  | 'ip'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmp'
  | 'ip6'
  | 'tcp6'
  | 'nd'
  | 'mpls'
  | 'nsh';

const IP: readonly (readonly [string, Word])[] = [
  ['nw_tos', (random) => String(random.number(0, 63) * 4)],
  ['nw_ecn', number(0, 3)],
  ['nw_ttl', number(0, 255)],
  ['ip_frag', (random) => random.pick(['no', 'yes', 'first', 'not_later'])],
];
const IP4 = [['nw_src', ip4Prefix] as const, ['nw_dst', ip4Prefix] as const, ...IP];
const IP6 = [
  ...[['ipv6_src', ip6Prefix] as const, ['ipv6_dst', ip6Prefix] as const],
  ...[['ipv6_label', hex(5)] as const, ...IP],
];
const PORTS: readonly (readonly [string, Word])[] = [
  ['tp_src', masked(hex(4), hex(4))],
  ['tp_dst', number(0, 65535)],
];

/** The word that stands for the layer, and the fields that it opens. */
const LAYERS: Readonly<Record<Layer, readonly [string, readonly (readonly [string, Word])[]]>> = {
  none: ['', []],
  arp: [
    'arp',
    [
      ['arp_op', number(1, 2)],
      ['arp_spa', ip4Prefix],
      ['arp_tpa', ip4],
      ['arp_sha', mac],
      ['arp_tha', masked(mac, macMask)],
    ],
  ],
  ip: ['ip', [...IP4, ['nw_proto', number(2, 5)]]],
  tcp: [
    'tcp',
    [...IP4, ...PORTS, ['tcp_flags', (random) => random.pick(['+syn-ack', '0x12', '+psh'])]],
  ],
  udp: ['udp', [...IP4, ...PORTS]],
  sctp: ['sctp', [...IP4, ...PORTS]],
  icmp: ['icmp', [...IP4, ['icmp_type', number(0, 255)], ['icmp_code', number(0, 255)]]],
  ip6: ['ipv6', IP6],
  tcp6: ['tcp6', [...IP6, ...PORTS]],
  nd: [
    'icmp6,icmp_type=135,icmp_code=0',
    [
      ['nd_target', ip6],
      ['nd_sll', mac],
    ],
  ],
  mpls: [
    'mpls',
    [
      ['mpls_label', number(16, 1048575)],
      ['mpls_tc', number(0, 7)],
      ['mpls_bos', number(0, 1)],
      ['mpls_ttl', number(1, 255)],
    ],
  ],
  nsh: [
    'dl_type=0x894f',
    [
      ['nsh_flags', number(0, 3)],
      ['nsh_ttl', number(1, 63)],
      ['nsh_spi', hex(6)],
      ['nsh_si', number(0, 255)],
      ['nsh_mdtype', number(1, 1)],
      ['nsh_c1', hex(8)],
    ],
  ],
};

const REGISTERS: Word = (random) => `NXM_NX_REG${random.number(0, 15)}`;
const part: Word = (random) => {
  const first = random.number(0, 15);
  return random.pick(['[]', `[${first}]`, `[${first}..${first + 15}]`]);
};
const sixteen: Word = (random) => `NXM_NX_REG${random.number(0, 15)}[0..15]`;
const HASH = [
  'eth_src',
  'symmetric_l4',
  'symmetric_l3l4',
  'symmetric_l3l4+udp',
  'nw_src',
  'nw_dst',
];

/** Actions that any match allows. */
const ANYWHERE: readonly Word[] = [
  (random) => `output:${random.number(1, 60000)}`,
  (random) =>
    random
      .pick(['LOCAL', 'NORMAL', 'FLOOD', 'ALL', 'IN_PORT', 'drop-not', 'TABLE'])
      .replace('drop-not', 'LOCAL'),
  (random) => `CONTROLLER:${random.number(0, 65535)}`,
  (random) =>
    `controller(reason=${random.pick(['no_match', 'action', 'invalid_ttl'])},max_len=${random.number(1, 1000)},id=${random.number(1, 9)})`,
  (random) =>
    `controller(userdata=${random.hex(8).replace(/(..)(?!$)/g, '$1.')}${random.pick(['', ',pause'])})`,
  (random) => `output(port=${random.number(1, 99)},max_len=${random.number(14, 9999)})`,
  (random) => `output:${sixteen(random)}`,
  (random) => `set_field:${hex(8)(random)}->reg${random.number(0, 15)}`,
  (random) => `set_field:${hex(4)(random)}/0xffff->reg${random.number(0, 15)}`,
  (random) => `set_field:${hex(16)(random)}->metadata`,
  (random) => `set_field:${hex(16)(random)}->tun_id`,
  (random) => `set_field:${ip4(random)}->tun_dst`,
  (random) => `set_field:${mac(random)}->eth_${random.pick(['src', 'dst'])}`,
  (random) => `set_field:${hex(8)(random)}->tun_metadata0`,
  (random) => `load:${random.number(0, 65535)}->${sixteen(random)}`,
  (random) => `move:${sixteen(random)}->${sixteen(random)}`,
  (random) =>
    `move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]${random.pick(['', ',load:0x1->NXM_NX_PKT_MARK[0]'])}`,
  (random) => `push:${REGISTERS(random)}${part(random)},pop:${REGISTERS(random)}[]`,
  (random) => `resubmit(,${random.number(1, 200)})`,
  (random) => `resubmit(${random.number(1, 99)},${random.number(1, 200)})`,
  (random) => `resubmit:${random.number(1, 99)}`,
  (random) =>
    `learn(table=${random.number(1, 9)},idle_timeout=${random.number(0, 60)},hard_timeout=${random.number(0, 60)},priority=${random.number(1, 999)},cookie=${hex(8)(random)},${random.pick(['send_flow_rem,', 'delete_learned,', 'limit=5,', ''])}NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],reg1=${random.number(1, 9)},load:NXM_OF_IN_PORT[]->NXM_NX_REG0[16..31],load:0x5->NXM_NX_REG2[0..3],output:NXM_OF_IN_PORT[])`,
  (random) =>
    `multipath(${random.pick(HASH)},${random.number(0, 999)},${random.pick(['modulo_n', 'hash_threshold', 'hrw', 'iter_hash'])},${random.number(2, 16)},0,${REGISTERS(random)}[0..5])`,
  (random) =>
    `bundle(${random.pick(HASH)},${random.number(0, 99)},${random.pick(['hrw', 'active_backup'])},ofport,members:1,2,3)`,
  (random) => `bundle_load(${random.pick(HASH)},0,hrw,ofport,${sixteen(random)},members:4,8)`,
  (random) => `note:${random.hex(2 * random.number(1, 20)).replace(/(..)(?!$)/g, '$1.')}`,
  (random) =>
    `sample(probability=${random.number(1, 65535)},collector_set_id=1,obs_domain_id=2,obs_point_id=${random.number(0, 99)}${random.pick(['', ',sampling_port=1', ',sampling_port=1,egress'])})`,
  (random) => `clone(output:${random.number(1, 99)},set_field:0x1->reg1,resubmit(,3))`,
  (random) =>
    `check_pkt_larger(${random.number(64, 9000)})->${REGISTERS(random)}[${random.number(0, 31)}]`,
  (random) => `set_queue:${random.number(0, 99)}`,
  () => 'pop_queue',
  () => 'ct_clear',
  () => 'delete_field:tun_metadata1',
  (random) => `enqueue:${random.number(1, 99)}:${random.number(0, 9)}`,
  (random) =>
    `push_vlan:${random.pick(['0x8100', '0x88a8'])},set_field:${4096 + random.number(1, 4094)}->vlan_vid`,
  (random) => `mod_vlan_vid:${random.number(1, 4094)},mod_vlan_pcp:${random.number(0, 7)}`,
  (random) => `mod_dl_src:${mac(random)}`,
  (random) => `group:${random.number(1, 3)}`,
];

const ON_IP: readonly Word[] = [
  () => 'dec_ttl',
  (random) => `dec_ttl(${random.number(1, 9)},${random.number(10, 99)})`,
  (random) => `mod_nw_ttl:${random.number(1, 255)}`,
  (random) => `mod_nw_tos:${random.number(0, 63) * 4}`,
  (random) => `set_field:${random.number(0, 3)}->nw_ecn`,
  (random) =>
    `ct(${random.pick(['commit', 'commit,force', 'table=5', 'commit,table=7'])},zone=${random.number(0, 65535)})`,
  (random) => `ct(zone=NXM_NX_REG${random.number(0, 9)}[0..15],table=${random.number(1, 9)})`,
  (random) =>
    `ct(commit,exec(set_field:${hex(8)(random)}->ct_mark,set_field:${hex(32)(random)}->ct_label))`,
  () => `ct(commit,exec(move:NXM_NX_REG0[0..7]->NXM_NX_CT_MARK[0..7]))`,
  () => 'ct(table=3,nat)',
];
const ON_IP4: readonly Word[] = [
  (random) => `mod_nw_src:${ip4(random)}`,
  (random) => `set_field:${ip4(random)}->ip_dst`,
  (random) =>
    `ct(commit,nat(src=${ip4(random)}:${random.number(1, 100)}-${random.number(101, 999)}${random.pick(['', ',random', ',hash', ',persistent'])}))`,
  () => 'ct(commit,nat(dst=10.0.0.1-10.0.0.9))',
];
const ON_PORTS: readonly Word[] = [
  (random) => `mod_tp_src:${random.number(1, 65535)}`,
  (random) => `mod_tp_dst:${random.number(1, 65535)}`,
];

const ON: Readonly<Record<Layer, readonly Word[]>> = {
  none: [],
  arp: [
    (random) => `set_field:${ip4(random)}->arp_spa`,
    () => 'set_field:2->arp_op',
    () => 'move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[]',
  ],
  ip: [...ON_IP, ...ON_IP4],
  tcp: [
    ...ON_IP,
    ...ON_IP4,
    ...ON_PORTS,
    () => 'fin_timeout(idle_timeout=5,hard_timeout=10)',
    () => 'ct(commit,alg=ftp)',
  ],
  udp: [...ON_IP, ...ON_IP4, ...ON_PORTS],
  sctp: [...ON_IP, ...ON_IP4, ...ON_PORTS],
  icmp: [...ON_IP, ...ON_IP4],
  ip6: [
    ...ON_IP,
    (random) => `set_field:${ip6(random)}->ipv6_src`,
    (random) => `set_field:${hex(5)(random)}->ipv6_label`,
    () => 'ct(commit,nat(src=[fd00::1]:5))',
  ],
  tcp6: [...ON_IP, ...ON_PORTS],
  nd: [
    (random) => `set_field:${ip6(random)}->nd_target`,
    (random) => `set_field:${mac(random)}->nd_sll`,
  ],
  mpls: [
    () => 'dec_mpls_ttl',
    (random) => `set_mpls_ttl(${random.number(1, 255)})`,
    (random) => `set_mpls_label(${random.number(16, 9999)})`,
    (random) => `set_field:${random.number(16, 1048575)}->mpls_label`,
    () => 'push_mpls:0x8848',
  ],
  nsh: [() => 'dec_nsh_ttl', (random) => `set_field:${hex(6)(random)}->nsh_spi`],
};

/** They change what the packet is, so they stand last. */
const LAST: Readonly<Partial<Record<Layer, readonly Word[]>>> = {
  none: [
    () => 'push_mpls:0x8847',
    () => 'encap(nsh(md_type=1))',
    () => 'encap(nsh(md_type=2,tlv(0x1000,10,0x12345678)))',
    () => 'encap(mpls)',
  ],
  mpls: [() => 'pop_mpls:0x0800'],
  ip: [() => 'encap(nsh)'],
  nsh: [() => 'decap()'],
};

const FLAGS = [
  'send_flow_rem',
  'check_overlap',
  'no_packet_counts',
  'no_byte_counts',
  'reset_counts',
];

function match(random: Random, layer: Layer): string {
  const [word, fields] = LAYERS[layer];
  const vlan = random.chance(20) ? random.some(VLAN, random.number(1, 2)) : [];
  const chosen = [
    ...random.some(FREE, random.pick([0, 0, 1, 1, 2, 3, 5, 8])),
    ...vlan,
    ...random.some(fields, random.number(0, fields.length)),
  ];
  const texts = chosen.map(([name, value]) => `${name}=${value(random)}`);
  return [...(word === '' ? [] : [word]), ...texts].join(',');
}

function actions(random: Random, layer: Layer): string {
  const own = [...ON[layer], ...ON[layer]];
  const chosen = random
    .some([...ANYWHERE, ...own], random.number(1, 5))
    .map((word) => word(random));
  const last = LAST[layer] ?? [];
  return [
    ...chosen,
    ...(last.length > 0 && random.chance(30) ? [random.pick(last)(random)] : []),
  ].join(',');
}

function instructions(random: Random, layer: Layer, table: number): string {
  if (random.chance(5)) return 'drop';
  if (random.chance(5)) return `conjunction(${random.number(1, 99)},${random.number(1, 3)}/3)`;
  const parts: string[] = [];
  if (random.chance(10)) parts.push(`meter:${random.number(1, 3)}`);
  parts.push(actions(random, layer));
  if (random.chance(15)) parts.push('clear_actions');
  if (random.chance(20))
    parts.push(
      `write_actions(${random.pick(['group:1', 'output:5', 'set_field:0x7->reg7,output:6'])})`,
    );
  if (random.chance(20))
    parts.push(`write_metadata:${hex(16)(random)}${random.pick(['', '/0xffffffff'])}`);
  if (random.chance(20)) parts.push(`goto_table:${table + random.number(1, 9)}`);
  return parts.join(',');
}

/** Each has a priority of its own, so that none replaces another. */
export function randomFlow(random: Random, priority: number, protocol: Protocol): string {
  const layer = random.pick(Object.keys(LAYERS) as Layer[]);
  const table = random.number(0, 9);
  const parts = [`table=${table}`, `priority=${priority}`];
  if (random.chance(40)) parts.push(`cookie=${hex(16)(random)}`);
  if (random.chance(20)) parts.push(`idle_timeout=${random.number(1000, 65535)}`);
  if (random.chance(20)) parts.push(`hard_timeout=${random.number(1000, 65535)}`);
  if (protocol !== 'OpenFlow13' && random.chance(20))
    parts.push(`importance=${random.number(1, 65535)}`);
  parts.push(...random.some(FLAGS, random.pick([0, 0, 1, 2])));
  const fields = match(random, layer);
  return `${[...parts, ...(fields === '' ? [] : [fields])].join(',')},actions=${instructions(random, layer, table)}`;
}

export function randomGroup(random: Random, id: number, protocol: Protocol): string {
  const type = random.pick(['all', 'select', 'ff', 'indirect']);
  const method =
    protocol === 'OpenFlow15' && type === 'select'
      ? random.pick([
          '',
          ',selection_method=hash,fields(ip_dst,tcp_src=0xff00)',
          ',selection_method=dp_hash,selection_method_param=7',
        ])
      : '';
  const buckets = Array.from(
    { length: type === 'indirect' ? 1 : random.number(1, 5) },
    (_, index) => {
      const weight = type === 'select' ? `weight:${random.number(1, 99)},` : '';
      const watch = type === 'ff' ? `watch_port:${random.number(1, 3)},` : '';
      const bucketId = protocol === 'OpenFlow15' ? `bucket_id:${index * 3},` : '';
      return `bucket=${bucketId}${weight}${watch}actions=set_field:${mac(random)}->eth_dst,output:${random.number(1, 99)}`;
    },
  );
  return `group_id=${id},type=${type}${method},${buckets.join(',')}`;
}

export function randomMeter(random: Random, id: number): string {
  const unit = random.pick(['kbps', 'pktps']);
  const burst = random.chance(50);
  const rate = random.number(1, 99999);
  const flags = `${unit}${burst ? ',burst' : ''}${random.chance(50) ? ',stats' : ''}`;
  const size = burst ? `,burst_size=${random.number(1, 9999)}` : '';
  return `meter=${id},${flags},band=type=drop,rate=${rate}${size}`;
}
