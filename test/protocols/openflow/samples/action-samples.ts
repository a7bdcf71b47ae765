/**
 * One action of each kind and of each form, as a value and in ovs-ofctl's words; the bytes are in
 * test/vectors/openflow/actions.json, by name.
 */
import type { Action, Learn } from '../../../../protocols/openflow/values/actions.ts';
import {
  OFPP_ANY,
  OFPP_CONTROLLER,
  OFPP_LOCAL,
} from '../../../../protocols/openflow/values/ports.ts';

export interface ActionSample {
  readonly name: string;
  readonly action: Action;
  readonly text: string;
  /** What it becomes on the wire, where Open vSwitch takes an old action and sends a newer one. */
  readonly sentAs?: Action;
}

const bytes = (...values: number[]) => new Uint8Array(values);
const reg0 = { field: 'reg0', offset: 0, bits: 32 } as const;
const low16 = { field: 'reg1', offset: 0, bits: 16 } as const;
const ethSrc = { field: 'eth_src', offset: 0, bits: 48 } as const;
const ethDst = { field: 'eth_dst', offset: 0, bits: 48 } as const;
const hwid = { field: 'tun_erspan_hwid', offset: 0, bits: 6 } as const;

function sample(name: string, text: string, action: Action, sentAs?: Action): ActionSample {
  return { name, text, action, ...(sentAs === undefined ? {} : { sentAs }) };
}

const OUTPUTS: readonly ActionSample[] = [
  sample('output', 'output:5', { type: 'output', port: 5 }),
  sample('output to a reserved port', 'LOCAL', { type: 'output', port: OFPP_LOCAL }),
  sample('output to the controller', 'CONTROLLER:65535', { type: 'output', port: OFPP_CONTROLLER }),
  sample('output of a part', 'CONTROLLER:128', {
    ...{ type: 'output', port: OFPP_CONTROLLER, maxLen: 128 },
  }),
  sample('output with a length that means nothing', 'output:7', {
    ...{ type: 'output', port: 7, maxLen: 0xffff },
  }),
  sample('group', 'group:1234', { type: 'group', groupId: 1234 }),
  sample('controller', 'controller(reason=invalid_ttl,max_len=64,id=7)', {
    ...{ type: 'controller', reason: 'invalid_ttl', maxLen: 64, controllerId: 7 },
  }),
  sample('controller like output', 'CONTROLLER:65535', { type: 'controller' }),
  sample('controller with a reason of no name', 'controller(reason=9)', {
    ...{ type: 'controller', reason: 9 },
  }),
  sample('controller with a reason of no word', 'controller(reason=,id=1)', {
    ...{ type: 'controller', reason: 6, controllerId: 1 },
  }),
  sample(
    'controller2',
    'controller(reason=no_match,max_len=99,id=3,userdata=01.02.03.04.05,pause,meter_id=8)',
    {
      ...{ type: 'controller', reason: 'no_match', maxLen: 99, controllerId: 3 },
      ...{ userdata: bytes(1, 2, 3, 4, 5), pause: true, meterId: 8 },
    },
  ),
  sample('controller2 without need', 'CONTROLLER:65535', { type: 'controller', form: 2 }),
  sample('output_reg', 'output:NXM_NX_REG1[0..15]', {
    ...{ type: 'output_reg', from: low16, maxLen: 0xffff },
  }),
  sample('output_reg2', 'output:NXOXM_ET_ERSPAN_HWID[]', {
    ...{ type: 'output_reg', from: hwid, maxLen: 20 },
  }),
  sample('output_reg2 without need', 'output:NXM_NX_REG0[]', {
    ...{ type: 'output_reg', from: reg0, maxLen: 20, form: 2 },
  }),
  sample('output_trunc', 'output(port=3,max_len=100)', {
    ...{ type: 'output_trunc', port: 3, maxLen: 100 },
  }),
  sample('bundle', 'bundle(symmetric_l3,7,active_backup,ofport,members:1,LOCAL,ANY)', {
    ...{ type: 'bundle', fields: 'symmetric_l3', basis: 7, algorithm: 'active_backup' },
    members: [1, OFPP_LOCAL, OFPP_ANY],
  }),
  sample('bundle_load', 'bundle_load(eth_src,0,hrw,ofport,NXM_NX_REG1[0..15],members:4,8)', {
    ...{ type: 'bundle', fields: 'eth_src', basis: 0, algorithm: 'hrw', members: [4, 8] },
    to: low16,
  }),
  sample(
    'bundle_load in unknown ways',
    'bundle_load(<unknown>,0,<unknown>,ofport,NXM_NX_REG1[0..15],members:)',
    {
      ...{ type: 'bundle', fields: 77, basis: 0, algorithm: 66, members: [] },
      to: low16,
    },
  ),
  sample('set_queue', 'set_queue:9', { type: 'set_queue', queueId: 9 }),
  sample('pop_queue', 'pop_queue', { type: 'pop_queue' }),
  sample('meter', 'meter:3', { type: 'meter', meterId: 3 }),
];

const FIELDS: readonly ActionSample[] = [
  sample('set_field', 'set_field:02:00:00:00:00:01->eth_src', {
    ...{ type: 'set_field', field: 'eth_src', value: 0x020000000001 },
  }),
  sample('set_field of 64 bits', 'set_field:0x1389->tun_id', {
    ...{ type: 'set_field', field: 'tun_id', value: 0x1389n },
  }),
  sample('set_field of 128 bits', 'set_field:fe80::1->ipv6_src', {
    ...{ type: 'set_field', field: 'ipv6_src', value: 0xfe800000000000000000000000000001n },
  }),
  sample('set_field with a mask', 'set_field:0x10/0xff->reg0', {
    ...{ type: 'set_field', field: 'reg0', value: 0x10, mask: 0xff },
  }),
  sample(
    'set_field with a mask of a MAC',
    'set_field:02:00:00:00:00:00/03:00:00:00:00:00->eth_dst',
    {
      ...{ type: 'set_field', field: 'eth_dst', value: 0x020000000000, mask: 0x030000000000 },
    },
  ),
  sample('set_field without a bit', 'set_field:ANY->reg1', {
    ...{ type: 'set_field', field: 'reg1', value: 0, mask: 0 },
  }),
  sample('set_field of an experimenter', 'set_field:0x7->tun_erspan_idx', {
    ...{ type: 'set_field', field: 'tun_erspan_idx', value: 7 },
  }),
  sample('set_field of tunnel metadata', 'set_field:0x1234->tun_metadata5', {
    ...{ type: 'set_field', field: 'tun_metadata5', value: 0x1234n },
  }),
  sample('reg_load2 without need', 'set_field:0x5->reg3', {
    ...{ type: 'set_field', field: 'reg3', value: 5, form: 2 },
  }),
  sample('load', 'load:0x5->NXM_NX_REG0[4..7]', {
    ...{ type: 'load', value: 5n, to: { field: 'reg0', offset: 4, bits: 4 } },
  }),
  sample('load of zero into a bit', 'load:0->NXM_OF_ETH_SRC[40]', {
    ...{ type: 'load', value: 0n, to: { field: 'eth_src', offset: 40, bits: 1 } },
  }),
  sample('move', 'move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]', {
    ...{ type: 'move', from: ethSrc, to: ethDst },
  }),
  sample('move of a part', 'move:NXM_NX_TUN_ID[0..15]->NXM_NX_REG0[16..31]', {
    type: 'move',
    from: { field: 'tun_id', offset: 0, bits: 16 },
    to: { field: 'reg0', offset: 16, bits: 16 },
  }),
  sample("move in ONF's form", 'move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]', {
    ...{ type: 'move', from: ethSrc, to: ethDst, form: 'onf' },
  }),
  sample('move of an experimenter', 'move:NXOXM_NSH_C1[]->NXM_NX_REG0[]', {
    ...{ type: 'move', from: { field: 'nsh_c1', offset: 0, bits: 32 }, to: reg0 },
  }),
  sample('push', 'push:NXM_NX_REG0[]', { type: 'push', field: reg0 }),
  sample('push of an experimenter', 'push:NXOXM_ET_ERSPAN_HWID[]', { type: 'push', field: hwid }),
  sample('pop', 'pop:NXM_NX_REG1[0..15]', { type: 'pop', field: low16 }),
  sample('delete_field', 'delete_field:tun_metadata0', {
    ...{ type: 'delete_field', field: 'tun_metadata0' },
  }),
  sample('check_pkt_larger', 'check_pkt_larger(1500)->NXM_NX_REG0[3]', {
    ...{ type: 'check_pkt_larger', size: 1500, to: { field: 'reg0', offset: 3, bits: 1 } },
  }),
];

const set = (field: 'vlan_vid' | 'eth_src' | 'ip_dscp' | 'tcp_dst', value: number): Action => ({
  ...{ type: 'set_field', field, value },
});

const LEGACY: readonly ActionSample[] = [
  sample(
    'set_vlan_vid',
    'set_vlan_vid:9',
    { type: 'set_vlan_vid', vid: 9 },
    set('vlan_vid', 0x1009),
  ),
  sample(
    ...(['set_vlan_pcp', 'set_vlan_pcp:6'] as const),
    { type: 'set_vlan_pcp', pcp: 6 },
    { type: 'set_field', field: 'vlan_pcp', value: 6 },
  ),
  sample(
    ...(['mod_dl_src', 'mod_dl_src:00:11:22:33:44:55'] as const),
    { type: 'mod_dl_src', address: 0x001122334455 },
    set('eth_src', 0x001122334455),
  ),
  sample(
    ...(['mod_dl_dst', 'mod_dl_dst:00:11:22:33:44:55'] as const),
    { type: 'mod_dl_dst', address: 0x001122334455 },
    { type: 'set_field', field: 'eth_dst', value: 0x001122334455 },
  ),
  sample(
    ...(['mod_nw_src', 'mod_nw_src:1.2.3.4'] as const),
    { type: 'mod_nw_src', address: 0x01020304 },
    { type: 'set_field', field: 'ipv4_src', value: 0x01020304 },
  ),
  sample(
    ...(['mod_nw_dst', 'mod_nw_dst:1.2.3.4'] as const),
    { type: 'mod_nw_dst', address: 0x01020304 },
    { type: 'set_field', field: 'ipv4_dst', value: 0x01020304 },
  ),
  sample('mod_nw_tos', 'mod_nw_tos:48', { type: 'mod_nw_tos', value: 48 }, set('ip_dscp', 12)),
  sample(
    ...(['mod_nw_ecn', 'mod_nw_ecn:2'] as const),
    { type: 'mod_nw_ecn', value: 2 },
    { type: 'set_field', field: 'ip_ecn', value: 2 },
  ),
  sample('mod_tp_src', 'mod_tp_src:80', { type: 'mod_tp_src', port: 80 }),
  sample('mod_tp_dst', 'mod_tp_dst:443', { type: 'mod_tp_dst', port: 443 }),
  sample(
    ...(['mod_tp_dst of TCP', 'mod_tp_dst:443'] as const),
    { type: 'mod_tp_dst', port: 443, protocol: 6 },
    set('tcp_dst', 443),
  ),
  sample(
    ...(['set_mpls_label', 'set_mpls_label(10)'] as const),
    { type: 'set_mpls_label', label: 10 },
    { type: 'set_field', field: 'mpls_label', value: 10 },
  ),
  sample(
    ...(['set_mpls_tc', 'set_mpls_tc(3)'] as const),
    { type: 'set_mpls_tc', tc: 3 },
    { type: 'set_field', field: 'mpls_tc', value: 3 },
  ),
  sample(
    ...(['set_tunnel', 'set_tunnel:0x1389'] as const),
    { type: 'set_tunnel', id: 0x1389n, wide: false },
    { type: 'set_field', field: 'tun_id', value: 0x1389n },
  ),
  sample(
    ...(['set_tunnel64', 'set_tunnel64:0x1389'] as const),
    { type: 'set_tunnel', id: 0x1389n, wide: true },
    { type: 'set_field', field: 'tun_id', value: 0x1389n },
  ),
];

const HEADERS: readonly ActionSample[] = [
  sample('push_vlan', 'push_vlan:0x8100', { type: 'push_vlan', ethertype: 0x8100 }),
  sample('pop_vlan', 'pop_vlan', { type: 'pop_vlan' }),
  sample('push_mpls', 'push_mpls:0x8847', { type: 'push_mpls', ethertype: 0x8847 }),
  sample('pop_mpls', 'pop_mpls:0x0800', { type: 'pop_mpls', ethertype: 0x0800 }),
  sample('set_mpls_ttl', 'set_mpls_ttl(64)', { type: 'set_mpls_ttl', ttl: 64 }),
  sample('dec_mpls_ttl', 'dec_mpls_ttl', { type: 'dec_mpls_ttl' }),
  sample('set_ttl', 'mod_nw_ttl:12', { type: 'set_ttl', ttl: 12 }),
  sample('dec_ttl', 'dec_ttl', { type: 'dec_ttl' }),
  sample('dec_ttl_cnt_ids', 'dec_ttl(3,4,5)', {
    type: 'dec_ttl_cnt_ids',
    controllerIds: [3, 4, 5],
  }),
  sample('dec_nsh_ttl', 'dec_nsh_ttl', { type: 'dec_nsh_ttl' }),
  sample('encap', 'encap(ethernet)', {
    ...{ type: 'encap', packetType: 0, headerSize: 0, properties: [] },
  }),
  sample('encap with properties', 'encap(nsh(md_type=2,tlv(0x1000,10,0x12345678)))', {
    ...{ type: 'encap', packetType: 0x1894f, headerSize: 12 },
    properties: [
      { class: 4, type: 1, data: bytes(2) },
      { class: 4, type: 2, data: bytes(0x10, 0, 10, 4, 0x12, 0x34, 0x56, 0x78) },
    ],
  }),
  sample('encap with an empty property', 'encap(nsh(tlv(0x0001,2,0)))', {
    ...{ type: 'encap', packetType: 0x1894f, headerSize: 0 },
    properties: [{ class: 4, type: 2, data: bytes(0, 1, 2, 0) }],
  }),
  sample('decap', 'decap()', { type: 'decap' }),
  sample('decap to a packet type', 'decap(packet_type(ns=1,type=0x894f))', {
    ...{ type: 'decap', packetType: 0x1894f },
  }),
];

const CONTROL: readonly ActionSample[] = [
  sample('resubmit', 'resubmit:5', { type: 'resubmit', port: 5 }),
  sample('resubmit to the same', 'resubmit(,)', { type: 'resubmit' }),
  sample('resubmit_table', 'resubmit(,20)', { type: 'resubmit', table: 20 }),
  sample('resubmit_table with a port', 'resubmit(7,20)', { type: 'resubmit', port: 7, table: 20 }),
  sample('resubmit_table to the same', 'resubmit:5', { type: 'resubmit', port: 5, table: 255 }),
  sample('resubmit_table_ct', 'resubmit(,20,ct)', { type: 'resubmit', table: 20, ct: true }),
  sample('fin_timeout', 'fin_timeout(idle_timeout=5,hard_timeout=9)', {
    ...{ type: 'fin_timeout', idleTimeout: 5, hardTimeout: 9 },
  }),
  sample('fin_timeout of nothing', 'fin_timeout()', {
    ...{ type: 'fin_timeout', idleTimeout: 0, hardTimeout: 0 },
  }),
  sample('sample', 'sample(probability=12345,collector_set_id=1,obs_domain_id=2,obs_point_id=3)', {
    type: 'sample',
    probability: 12345,
    collectorSetId: 1,
    domainId: 2,
    pointId: 3,
  }),
  sample(
    'sample2',
    'sample(probability=1,collector_set_id=2,obs_domain_id=3,obs_point_id=4,sampling_port=5)',
    {
      ...{ type: 'sample', probability: 1, collectorSetId: 2, domainId: 3, pointId: 4 },
      samplingPort: 5,
    },
  ),
  sample(
    'sample3',
    'sample(probability=1,collector_set_id=2,obs_domain_id=3,obs_point_id=4,egress)',
    {
      ...{ type: 'sample', probability: 1, collectorSetId: 2, domainId: 3, pointId: 4 },
      direction: 'egress',
    },
  ),
  sample(
    'sample2 without need',
    'sample(probability=1,collector_set_id=2,obs_domain_id=3,obs_point_id=4)',
    {
      ...{ type: 'sample', probability: 1, collectorSetId: 2, domainId: 3, pointId: 4 },
      form: 2,
    },
  ),
  sample('multipath', 'multipath(symmetric_l3l4+udp,50,modulo_n,2,9,NXM_NX_REG1[0..15])', {
    ...{ type: 'multipath', fields: 'symmetric_l3l4+udp', basis: 50, algorithm: 'modulo_n' },
    ...{ maxLink: 1, argument: 9, to: low16 },
  }),
  sample('note', 'note:11.e9.9a.ad.67.f3', {
    ...{ type: 'note', data: bytes(0x11, 0xe9, 0x9a, 0xad, 0x67, 0xf3) },
  }),
  sample('exit', 'exit', { type: 'exit' }),
  sample('conjunction', 'conjunction(287454020,1/2)', {
    ...{ type: 'conjunction', id: 0x11223344, clause: 0, clauses: 2 },
  }),
  sample('ct_clear', 'ct_clear', { type: 'ct_clear' }),
  sample('clone', 'clone(push_vlan:0x8100,clone(drop),output:1)', {
    type: 'clone',
    actions: [
      { type: 'push_vlan', ethertype: 0x8100 },
      { type: 'clone', actions: [] },
      { type: 'output', port: 1 },
    ],
  }),
];

const learn: Learn = {
  type: 'learn',
  ...{ table: 1, priority: 32768, idleTimeout: 0, hardTimeout: 0, finIdleTimeout: 0 },
  ...{ finHardTimeout: 0, cookie: 0n, flags: 0, limit: 0, specs: [] },
};
const vid = { field: 'vlan_tci', offset: 0, bits: 12 } as const;
const inPort = { field: 'nxm_in_port', offset: 0, bits: 16 } as const;
const typeOf = { field: 'eth_type', offset: 0, bits: 16 } as const;

const LEARNS: readonly ActionSample[] = [
  sample('learn', 'learn(table=1)', learn),
  sample(
    'learn with everything',
    'learn(table=2,idle_timeout=10,hard_timeout=20,fin_idle_timeout=2,fin_hard_timeout=4,priority=80,' +
      'send_flow_rem,delete_learned,cookie=0x123456789abcdef0,NXM_OF_VLAN_TCI[0..11],' +
      'NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],eth_type=0x800,NXM_NX_REG1[0..15]=0x5,' +
      'load:NXM_OF_IN_PORT[]->NXM_NX_REG1[0..15],load:0x1234->NXM_NX_REG0[],output:NXM_OF_IN_PORT[])',
    {
      ...{ ...learn, table: 2, idleTimeout: 10, hardTimeout: 20, finIdleTimeout: 2 },
      ...{ finHardTimeout: 4, priority: 80, flags: 3, cookie: 0x123456789abcdef0n },
      specs: [
        { type: 'match', from: { field: vid }, to: vid },
        { type: 'match', from: { field: ethSrc }, to: ethDst },
        { type: 'match', from: { value: 0x0800n }, to: typeOf },
        { type: 'match', from: { value: 5n }, to: low16 },
        { type: 'load', from: { field: inPort }, to: low16 },
        { type: 'load', from: { value: 0x1234n }, to: reg0 },
        { type: 'output', from: inPort },
      ],
    },
  ),
  sample('learn2', 'learn(table=1,limit=7,result_dst=NXM_NX_REG0[8],NXM_OF_VLAN_TCI[0..11])', {
    ...{ ...learn, limit: 7, resultDestination: { field: 'reg0', offset: 8, bits: 1 } },
    specs: [{ type: 'match', from: { field: vid }, to: vid }],
  }),
  sample('learn2 without need', 'learn(table=1)', { ...learn, form: 2 }),
];

const CONNECTIONS: readonly ActionSample[] = [
  sample('ct', 'ct()', { type: 'ct', actions: [] }),
  sample('ct with a zone and a table', 'ct(table=5,zone=10)', {
    ...{ type: 'ct', table: 5, zone: 10, actions: [] },
  }),
  sample('ct with a zone of a field', 'ct(commit,force,zone=NXM_NX_REG1[0..15],alg=ftp)', {
    ...{ type: 'ct', commit: true, force: true, zone: low16, alg: 21, actions: [] },
  }),
  sample('ct with flags of no name', 'ct(alg=7)', {
    ...{ type: 'ct', otherFlags: 0x80, alg: 7, actions: [] },
  }),
  sample(
    'ct with actions',
    'ct(commit,exec(set_field:0x1->ct_mark,set_field:0x2->ct_label),alg=tftp)',
    {
      ...{ type: 'ct', commit: true, alg: 69 },
      actions: [
        { type: 'set_field', field: 'ct_mark', value: 1 },
        { type: 'set_field', field: 'ct_label', value: 2n },
      ],
    },
  ),
  sample('ct with nat', 'ct(nat)', { type: 'ct', actions: [{ type: 'nat' }] }),
  sample(
    'ct with nat behind',
    'ct(commit,nat(dst),exec(set_field:0x1->ct_mark,nat(src=10.0.0.1)))',
    {
      ...{ type: 'ct', commit: true },
      actions: [
        { type: 'nat', direction: 'dst' },
        { type: 'set_field', field: 'ct_mark', value: 1 },
        { type: 'nat', direction: 'src', ipv4Min: 0x0a000001 },
      ],
    },
  ),
  sample(
    'ct with nat to a range',
    'ct(commit,nat(src=10.0.0.1-10.0.0.9:100-200,persistent,hash))',
    {
      ...{ type: 'ct', commit: true },
      actions: [
        {
          ...{ type: 'nat', direction: 'src', persistent: true, hash: true },
          ...{ ipv4Min: 0x0a000001, ipv4Max: 0x0a000009, portMin: 100, portMax: 200 },
        },
      ],
    },
  ),
  sample('ct with nat to IPv6', 'ct(commit,nat(dst=[fe80::1]-[fe80::9]:7,random))', {
    ...{ type: 'ct', commit: true },
    actions: [
      {
        ...{ type: 'nat', direction: 'dst', random: true, portMin: 7 },
        ...{ ipv6Min: (0xfe80n << 112n) | 1n, ipv6Max: (0xfe80n << 112n) | 9n },
      },
    ],
  }),
  sample('ct with nat to IPv4 in IPv6', 'ct(commit,nat(dst=::1.2.3.4))', {
    ...{ type: 'ct', commit: true },
    actions: [{ type: 'nat', direction: 'dst', ipv6Min: 0x01020304n }],
  }),
];

export const ACTION_SAMPLES: readonly ActionSample[] = [
  ...[...OUTPUTS, ...FIELDS, ...LEGACY, ...HEADERS, ...CONTROL, ...LEARNS, ...CONNECTIONS],
];
