/**
 * Random texts of flows, groups and meters that ovs-ofctl takes, from a seed: the same seed gives the same texts.
 *
 * What stands in a match decides which actions may follow, so each kind of packet brings its own.
 */

/** Numbers below 2 ** 32, from the seed alone (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

export class RandomTexts {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = randomNumbers(seed);
  }

  /** From 0 to `max`. */
  upTo(max: number): number {
    return this.#next() % (max + 1);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.upTo(items.length - 1)] as Item;
  }

  maybe(text: string): string {
    return this.upTo(1) === 0 ? '' : text;
  }

  /** Different ones, in the order of the list. */
  some<Item>(items: readonly Item[], most: number): Item[] {
    const chosen = new Set(Array.from({ length: this.upTo(most) }, () => this.pick(items)));
    return items.filter((item) => chosen.has(item));
  }

  /** A number of so many bits, in one of C's spellings. */
  bits(width: number): string {
    const value = this.wide(this.upTo(width));
    return this.pick([`${value}`, `0x${value.toString(16)}`, `0X${value.toString(16)}`]);
  }

  wide(width: number): bigint {
    let value = 0n;
    for (let bit = 0; bit < width; bit += 32) value = (value << 32n) | BigInt(this.#next());
    return width === 0 ? 0n : BigInt.asUintN(width, value);
  }

  masked(width: number): string {
    const hex = () => `0x${this.wide(width).toString(16)}`;
    return this.pick([hex(), `${hex()}/${hex()}`, this.decimal(2 ** Math.min(width, 31) - 1)]);
  }

  decimal(max: number): string {
    return String(this.upTo(max));
  }

  mac(): string {
    return Array.from({ length: 6 }, () => this.upTo(255).toString(16).padStart(2, '0')).join(':');
  }

  ipv4(): string {
    return Array.from({ length: 4 }, () => this.upTo(255)).join('.');
  }

  ipv6(): string {
    const word = () => this.upTo(0xffff).toString(16);
    const short = `${word()}::${word()}`;
    return this.pick([short, Array.from({ length: 8 }, word).join(':'), '::', `::${word()}`]);
  }

  port(): string {
    return this.pick([
      this.decimal(65279),
      ...['LOCAL', 'in_port', 'NORMAL', 'flood', 'ALL', 'table', '65534', 'CONTROLLER'],
    ]);
  }

  portOfSwitch(): string {
    return this.pick([this.decimal(65279), 'LOCAL', 'IN_PORT']);
  }

  register(): string {
    return this.pick([
      `reg${this.upTo(15)}`,
      `NXM_NX_REG${this.upTo(15)}`,
      ...['metadata', 'OXM_OF_METADATA', 'tun_id', 'NXM_NX_TUN_ID', 'pkt_mark', 'eth_src'],
      ...[
        `xreg${this.upTo(7)}`,
        `xxreg${this.upTo(3)}`,
        'NXM_OF_ETH_DST',
        'tun_dst',
        'tun_ipv6_src',
      ],
    ]);
  }

  /** A part of a register of 32 bits, or all of it. */
  part(bits: number): string {
    const offset = this.upTo(32 - bits);
    const name = `${this.pick(['reg', 'NXM_NX_REG'])}${this.upTo(15)}`;
    if (bits === 32) return this.pick([name, `${name}[]`, `${name}[0..31]`]);
    return bits === 1 ? `${name}[${offset}]` : `${name}[${offset}..${offset + bits - 1}]`;
  }
}

interface Packet {
  readonly match: (random: RandomTexts) => string;
  readonly actions: readonly ((random: RandomTexts) => string)[];
}

const ETHERNET: Packet['actions'] = [
  (random) => `mod_dl_src:${random.mac()}`,
  (random) => `set_field:${random.mac()}->eth_dst`,
  (random) => `set_field:${random.mac()}/${random.mac()}->${random.pick(['eth_src', 'dl_dst'])}`,
  (random) =>
    `load:0x${random.wide(16).toString(16)}->NXM_OF_ETH_SRC[${random.pick(['0..15', '32..47'])}]`,
  (random) => `push_vlan:${random.pick(['0x8100', '0x88a8'])}`,
  (random) => `mod_vlan_vid:${random.decimal(4095)}`,
  (random) => `mod_vlan_pcp:${random.decimal(7)}`,
  (random) => `set_field:0x${(0x1000 | random.upTo(4095)).toString(16)}->vlan_tci`,
];

const IP: Packet['actions'] = [
  (random) => `mod_nw_tos:${random.upTo(63) * 4}`,
  (random) => `mod_nw_ecn:${random.upTo(3)}`,
  (random) => `${random.pick(['mod_nw_ttl', 'set_nw_ttl'])}:${random.decimal(255)}`,
  (random) => `set_field:${random.decimal(63)}->ip_dscp`,
  () => 'dec_ttl',
  (random) => `dec_ttl(${random.decimal(9)},${random.decimal(65535)})`,
  (random) => connectionTracking(random, ['commit', 'force,commit']),
  (random) => `ct(table=${random.decimal(254)},zone=${random.bits(16)})`,
  (random) => `ct(zone=NXM_NX_REG${random.upTo(15)}[0..15],nat)`,
  () => 'ct_clear',
];

function connectionTracking(random: RandomTexts, commits: readonly string[]): string {
  const inside = random.pick([
    `set_field:${random.masked(32)}->ct_mark`,
    `load:${random.upTo(255)}->NXM_NX_CT_LABEL[${random.pick(['0..7', '100..120'])}]`,
    `set_field:${random.masked(128)}->ct_label,move:${random.part(32)}->NXM_NX_CT_MARK[]`,
  ]);
  return `ct(${random.pick(commits)},zone=${random.bits(16)}${random.maybe(`,exec(${inside})`)})`;
}

function ports(protocol: string): Packet['actions'] {
  return [
    (random) => `mod_tp_src:${random.decimal(65535)}`,
    (random) => `mod_tp_dst:${random.decimal(65535)}`,
    (random) => `set_field:${random.bits(16)}->${protocol}_dst`,
    (random) => `set_field:${random.masked(16)}->${protocol}_src`,
  ];
}

const IPV4: Packet['actions'] = [
  (random) => `mod_nw_src:${random.ipv4()}`,
  (random) => `set_field:${random.ipv4()}->ip_dst`,
  (random) => `set_field:${random.ipv4()}/${random.ipv4()}->nw_src`,
  (random) =>
    `ct(commit,nat(src=10.0.0.1-10.0.0.${1 + random.upTo(254)}:${1 + random.upTo(999)}-${1000 + random.upTo(999)}${random.maybe(',random')}))`,
  (random) =>
    `ct(commit,nat(dst=${1 + random.upTo(222)}.2.3.4${random.maybe(',persistent')}${random.maybe(',hash')}))`,
];

const IPV6: Packet['actions'] = [
  (random) => `set_field:${random.ipv6()}->ipv6_src`,
  (random) =>
    `set_field:${random.ipv6()}/${random.pick(['ffff::', 'ffff:0:ffff::1', '64'])}->ipv6_dst`,
  (random) => `set_field:${random.masked(20)}->ipv6_label`,
  () => 'ct(commit,nat(src=[fd00::1]-[fd00::9]:80))',
];

function ipv4Match(random: RandomTexts): string {
  const address = `${random.ipv4()}${random.maybe(`/${random.pick([String(random.upTo(32)), random.ipv4()])}`)}`;
  return random.maybe(`,${random.pick(['nw_src', 'ip_dst', 'nw_dst'])}=${address}`);
}

function ipMatch(random: RandomTexts): string {
  return random.maybe(
    `,${random.pick([
      `nw_tos=${random.upTo(63) * 4}`,
      `nw_ecn=${random.upTo(3)}`,
      `nw_ttl=${random.decimal(255)}`,
      `nw_frag=${random.pick(['no', 'yes', 'first', 'not_later'])}`,
    ])}`,
  );
}

const PACKETS: readonly Packet[] = [
  { match: () => '', actions: ETHERNET },
  {
    match: (random) =>
      `dl_vlan=${random.decimal(4095)}${random.maybe(`,dl_vlan_pcp=${random.upTo(7)}`)}`,
    actions: [
      ...ETHERNET,
      () => 'strip_vlan',
      (random) => `set_vlan_vid:${random.decimal(4095)}`,
      (random) => `set_field:${0x1000 | random.upTo(4095)}->vlan_vid`,
    ],
  },
  {
    match: (random) => `ip${ipv4Match(random)}${ipMatch(random)}`,
    actions: [...ETHERNET, ...IP, ...IPV4],
  },
  {
    match: (random) =>
      `tcp${ipv4Match(random)},tp_dst=${random.masked(16)}${random.maybe(',tcp_flags=+syn-ack')}`,
    actions: [
      ...[...IP, ...IPV4, ...ports('tcp')],
      (random) =>
        `fin_timeout(idle_timeout=${random.decimal(65535)},hard_timeout=${random.decimal(9)})`,
      () => 'ct(commit,alg=ftp)',
    ],
  },
  {
    match: (random) =>
      `udp6${random.maybe(`,ipv6_src=${random.ipv6()}/${random.upTo(128)}`)},udp_src=${random.bits(16)}`,
    actions: [...ETHERNET, ...IP, ...IPV6, ...ports('udp')],
  },
  {
    match: (random) => `sctp,tp_src=${random.bits(16)}`,
    actions: [...IP, ...IPV4, ...ports('sctp')],
  },
  {
    match: (random) =>
      `arp${random.maybe(`,arp_op=${random.upTo(255)}`)}${random.maybe(`,arp_spa=${random.ipv4()}`)}`,
    actions: [
      ...ETHERNET,
      (random) => `set_field:${random.ipv4()}->arp_tpa`,
      (random) => `load:0x${random.wide(48).toString(16)}->NXM_NX_ARP_SHA[]`,
      () => 'move:NXM_OF_ETH_SRC[]->NXM_NX_ARP_THA[]',
    ],
  },
  {
    match: (random) =>
      `mpls,mpls_label=${random.bits(20)}${random.maybe(`,mpls_tc=${random.upTo(7)}`)}`,
    actions: [
      (random) => `set_mpls_label:${random.decimal(1048575)}`,
      (random) => `set_mpls_tc(${random.upTo(7)})`,
      (random) => `set_mpls_ttl:${random.decimal(255)}`,
      () => 'dec_mpls_ttl',
      () => 'push_mpls:0x8848',
    ],
  },
  {
    match: (random) => `icmp6,icmp_type=135,icmp_code=0,nd_target=${random.ipv6()}`,
    actions: [
      ...IPV6,
      (random) => `set_field:${random.mac()}->nd_sll`,
      (random) => `set_field:${random.bits(8)}->icmpv6_code`,
    ],
  },
];

/** Whatever the packet is. */
const ANYWHERE: readonly ((random: RandomTexts) => string)[] = [
  (random) => random.pick([`output:${random.port()}`, random.port()]),
  (random) => `output:${random.part(16)}`,
  (random) => `output(port=${random.portOfSwitch()},max_len=${14 + random.upTo(9000)})`,
  (random) =>
    `controller(max_len=${random.decimal(65535)},id=${random.decimal(65535)}${random.maybe(',reason=no_match')})`,
  (random) =>
    `controller(userdata=${random.mac().replaceAll(':', '.')}${random.maybe(',pause')}${random.maybe(`,meter_id=${random.upTo(9)}`)})`,
  (random) => `CONTROLLER:${random.decimal(65535)}`,
  (random) => `enqueue:${random.portOfSwitch()}:${random.decimal(99)}`,
  (random) => `group:${random.bits(32)}`,
  (random) => `set_queue:${random.bits(32)}`,
  () => 'pop_queue',
  (random) =>
    random.pick([
      `resubmit:${random.decimal(99)}`,
      `resubmit(,${random.decimal(254)})`,
      `resubmit(${random.decimal(99)},${random.decimal(254)})`,
    ]),
  (random) => `set_field:${random.masked(32)}->reg${random.upTo(15)}`,
  (random) =>
    `set_field:${random.masked(64)}->${random.pick(['metadata', 'tun_id', 'tunnel_id', 'xreg3'])}`,
  (random) => `set_field:${random.masked(128)}->xxreg${random.upTo(3)}`,
  (random) => `set_field:${random.ipv4()}->${random.pick(['tun_src', 'tun_dst'])}`,
  (random) => `set_field:${random.masked(16)}->tun_gbp_id`,
  (random) => `set_field:${random.masked(64)}->tun_metadata${random.upTo(63)}`,
  (random) => load(random),
  (random) => move(random),
  (random) => `push:${random.part(1 + random.upTo(31))}`,
  (random) => `pop:${random.register()}`,
  (random) => `set_tunnel:${random.bits(64)}`,
  (random) =>
    `multipath(${random.pick(HASHES)}, ${random.decimal(65535)}, ${random.pick(['modulo_n', 'hash_threshold', 'hrw', 'iter_hash'])}, ${1 + random.upTo(200)}, ${random.decimal(99)}, ${random.part(8)})`,
  (random) =>
    `bundle(${random.pick(HASHES)},${random.decimal(65535)},${random.pick(['hrw', 'active_backup'])},ofport,${random.pick(['members', 'slaves'])}:${random.decimal(99)},${random.decimal(99)})`,
  (random) =>
    `bundle_load(${random.pick(HASHES)},${random.decimal(65535)},hrw,ofport,${random.part(16)},members:${random.decimal(99)})`,
  (random) => learn(random),
  (random) =>
    `clone(${random.pick(['', 'output:1,', 'drop'])})`.replace(
      '(output:1,)',
      `(${load(random)},output:1)`,
    ),
  (random) =>
    `sample(probability=${1 + random.upTo(65534)},collector_set_id=${random.bits(32)},obs_domain_id=${random.bits(32)},obs_point_id=${random.bits(32)}${random.maybe(`,sampling_port=${random.decimal(99)}`)}${random.maybe(random.pick([',ingress', ',egress']))})`,
  (random) => `note:${random.mac().replaceAll(':', '.')}${random.maybe('.0a')}`,
  (random) => `check_pkt_larger(${random.decimal(65535)})->${random.part(1)}`,
  () => 'exit',
];

const HASHES = [
  ...['eth_src', 'symmetric_l4', 'symmetric_l3l4', 'symmetric_l3l4+udp', 'nw_src', 'nw_dst'],
  'symmetric_l3',
];

function load(random: RandomTexts): string {
  const bits = 1 + random.upTo(31);
  return `load:0x${random.wide(bits).toString(16)}->${random.part(bits)}`;
}

function move(random: RandomTexts): string {
  const bits = 1 + random.upTo(31);
  return `move:${random.part(bits)}->${random.part(bits)}`;
}

function learn(random: RandomTexts): string {
  const words = random.some(
    [
      `table=${random.decimal(254)}`,
      `priority=${random.decimal(65535)}`,
      `idle_timeout=${random.decimal(65535)}`,
      `hard_timeout=${random.decimal(65535)}`,
      `fin_idle_timeout=${random.decimal(9)}`,
      `cookie=0x${random.wide(64).toString(16)}`,
      'send_flow_rem',
      'delete_learned',
      `limit=${random.decimal(99)}`,
      `result_dst=${random.part(1)}`,
      'NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]',
      'NXM_OF_VLAN_TCI[0..11]',
      `eth_type=0x800,ip_dst=${random.ipv4()},nw_proto=6`,
      `${random.part(8)}=${random.decimal(255)}`,
      `reg${random.upTo(15)}=0x${random.wide(32).toString(16)}`,
      `load:${random.part(16)}->NXM_NX_REG2[0..15]`,
      `load:0x${random.wide(20).toString(16)}->NXM_NX_REG${random.upTo(15)}[3..22]`,
      'output:NXM_OF_IN_PORT[]',
    ],
    8,
  );
  return `learn(${words.join(',')})`;
}

const META: readonly ((random: RandomTexts) => string)[] = [
  (random) => `in_port=${random.portOfSwitch()}`,
  (random) => `reg${random.upTo(15)}=${random.masked(32)}`,
  (random) => `metadata=${random.masked(64)}`,
  (random) => `tun_id=${random.masked(64)}`,
  (random) => `tun_src=${random.ipv4()}`,
  (random) => `dl_src=${random.mac()}/${random.mac()}`,
  (random) => `dl_dst=${random.mac()}`,
  (random) => `pkt_mark=${random.masked(32)}`,
  (random) => `ct_state=${random.pick(['+trk+new', '-trk', '+trk+est-rel', '0x21/0x23'])}`,
  (random) => `ct_mark=${random.masked(32)}`,
  (random) => `ct_label=${random.masked(128)}`,
  (random) => `ct_zone=${random.bits(16)}`,
];

const SETTINGS: readonly ((random: RandomTexts) => string)[] = [
  (random) => `priority=${random.decimal(65535)}`,
  (random) => `idle_timeout=${random.decimal(65535)}`,
  (random) => `hard_timeout=${random.bits(16)}`,
  (random) => `importance=${random.bits(16)}`,
  (random) =>
    `cookie=${random.pick([`0x${random.wide(64).toString(16)}`, '-1', random.decimal(99)])}`,
  () => 'send_flow_rem',
  () => 'check_overlap',
  () => 'reset_counts',
  () => 'no_packet_counts',
  () => 'no_byte_counts',
  () => 'duration=3.2s, n_packets=5, n_bytes=420',
  () => 'allow_hidden_fields',
];

const SEPARATORS = [',', ', ', ' '];

export function randomActions(random: RandomTexts, packet = random.pick(PACKETS)): string {
  const pool = [...packet.actions, ...packet.actions, ...ANYWHERE];
  const count = 1 + random.upTo(4);
  const actions = Array.from({ length: count }, () => random.pick(pool)(random));
  return separateTags(actions).join(',');
}

/** Not more than one push_vlan, and no vlan_vid that could miss its tag: Open vSwitch follows two tags. */
function separateTags(actions: readonly string[]): string[] {
  const isTag = (action: string) => /vlan/.test(action);
  const first = actions.findIndex(isTag);
  return actions.filter((action, index) => !isTag(action) || index === first);
}

/** ovs-ofctl itself reads check_pkt_larger in a bucket only where nothing stands before it. */
function bucketActions(random: RandomTexts): string {
  for (;;) {
    const actions = randomActions(random);
    if (!actions.includes('check_pkt_larger')) return actions;
  }
}

export function randomFlow(random: RandomTexts): string {
  const packet = random.pick(PACKETS);
  const table = random.upTo(200);
  const words = [
    ...random.some([`table=${table}`], 1),
    ...random.some(SETTINGS, 4).map((setting) => setting(random)),
    packet.match(random),
    ...random.some(META, 3).map((word) => word(random)),
  ].filter((word) => word !== '');
  const separator = random.pick(SEPARATORS);
  const actions = random.upTo(9) === 0 ? 'drop' : randomActions(random, packet);
  const behind = random.pick([
    ...['', '', ''],
    ',clear_actions',
    `,write_actions(output:${random.decimal(99)},group:${random.decimal(9)})`,
    `,write_metadata:${random.masked(64)}`,
    `,clear_actions,write_actions(drop),write_metadata:${random.decimal(9)},goto_table:${table + 1 + random.upTo(40)}`,
  ]);
  const before = random.maybe(`meter:${1 + random.upTo(999)},`);
  const list = actions === 'drop' ? actions : `${before}${actions}${behind}`;
  return `${words.join(separator)}${words.length > 0 ? random.pick([',', ' ']) : ''}${random.pick(['actions', 'action'])}=${list}`;
}

export function randomGroup(random: RandomTexts): string {
  const type = random.pick(['all', 'select', 'indirect', 'ff', 'fast_failover']);
  const isSelect = type === 'select';
  const method = random.pick([
    ...['', ''],
    ',selection_method=dp_hash,selection_method_param=3',
    `,selection_method=hash,fields(${random.pick(['ip_src', 'eth_dst,ip_dst=255.255.0.0,tcp_src', 'reg0=0xff'])})`,
  ]);
  const buckets = Array.from({ length: type === 'indirect' ? 1 : 1 + random.upTo(3) }, () => {
    const watch = random.pick([
      `watch_port:${random.decimal(99)}`,
      `watch_group:${random.decimal(99)}`,
    ]);
    const words = [
      ...(random.upTo(3) === 0 ? [`bucket_id:${random.decimal(9)}`] : []),
      ...(isSelect && random.upTo(1) === 0 ? [`weight:${random.decimal(65535)}`] : []),
      ...(type.startsWith('f') ? [watch] : []),
      `actions=${random.upTo(9) === 0 ? 'drop' : bucketActions(random)}`,
    ];
    return `bucket=${words.join(',')}`;
  });
  return [`group_id=${random.bits(31)}`, `type=${type}${isSelect ? method : ''}`, ...buckets].join(
    ',',
  );
}

export function randomMeter(random: RandomTexts): string {
  const burst = random.upTo(1) === 0;
  const bands = Array.from({ length: 1 + random.upTo(2) }, () => {
    const type = random.pick(['drop', `dscp_remark,prec_level=${1 + random.upTo(254)}`]);
    const size = burst ? `,burst_size=${1 + random.upTo(99_999)}` : '';
    return `type=${type},rate=${1 + random.upTo(4_000_000)}${size}`;
  });
  const id = random.pick([String(1 + random.upTo(65535)), 'controller', 'slowpath']);
  const flags = [
    random.pick(['kbps', 'pktps']),
    ...(burst ? ['burst'] : []),
    random.maybe('stats'),
  ];
  return [`meter=${id}`, ...flags.filter((flag) => flag !== ''), `bands=${bands.join(',')}`].join(
    ',',
  );
}
