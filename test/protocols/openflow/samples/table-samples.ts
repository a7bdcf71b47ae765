import type {
  FieldId,
  TableFeatureProperty,
  TableFeatures,
  TableStats,
} from '../../../../protocols/openflow/values/table.ts';
import { ALL, ONLY_15, reply, request, type Sample, SINCE_14 } from './sample.ts';

const STATS: TableStats = { table: 0, active: 1, lookups: 20n, matched: 3n };

const FIELDS: readonly FieldId[] = [
  ...(['tun_id', 'reg0', 'reg1', 'reg2', 'eth_src', 'eth_dst', 'vlan_vid', 'ipv4_src'] as const),
].map((field): FieldId => ({ field, masked: true }));

const EXACT: readonly FieldId[] = (['in_port', 'eth_type', 'ip_proto', 'tcp_src'] as const).map(
  (field): FieldId => ({ field }),
);

const plain = (ids: readonly FieldId[]): FieldId[] =>
  ids.flatMap((id) => (id.field === 'unknown_oxm' ? [] : [{ field: id.field }]));

const SETTABLE = plain(FIELDS);
const NUMBERS = (...numbers: number[]) => numbers.map((number) => ({ number }));

const PROPERTIES: readonly TableFeatureProperty[] = [
  { type: 'instructions', instructions: NUMBERS(6, 4, 5, 3, 2, 1) },
  { type: 'next_tables', tables: [1, 2, 3, 5, 7, 8] },
  { type: 'write_actions', actions: NUMBERS(0, 22, 25) },
  { type: 'write_setfield', fields: SETTABLE },
  { type: 'apply_actions', actions: NUMBERS(0, 22, 25) },
  { type: 'apply_setfield', fields: SETTABLE },
  { type: 'match', fields: [...FIELDS, ...EXACT] },
  { type: 'wildcards', fields: [...plain(FIELDS), { field: 'in_port' }] },
];

const FEATURES: TableFeatures = {
  ...{ table: 0, name: '', metadataMatch: 0xffffffffffffffffn, metadataWrite: 0n },
  ...{ capabilities: 0, maxEntries: 1_000_000, properties: PROPERTIES },
};

function changed(...instead: readonly TableFeatureProperty[]): TableFeatureProperty[] {
  return [
    ...PROPERTIES.filter(({ type }) => instead.every((one) => one.type !== type)),
    ...instead,
  ];
}

const tables = (...overrides: readonly Partial<TableFeatures>[]): TableFeatures[] =>
  overrides.map((override, table) => ({ ...FEATURES, table, ...override }));

const nextOf = (...next: number[]): TableFeatureProperty => ({ type: 'next_tables', tables: next });

export const TABLE_SAMPLES: readonly Sample[] = [
  request('table statistics', ALL, { kind: 'table_stats' }),
  reply('no table statistics', ALL, { kind: 'table_stats', tables: [] }),
  reply('table statistics', ALL, {
    kind: 'table_stats',
    tables: [STATS, { ...STATS, table: 1, active: 7 }, { ...STATS, table: 2 }],
  }),
  reply('statistics of equal tables', ALL, {
    kind: 'table_stats',
    tables: [
      STATS,
      ...[1, 2, 3].map((table) => ({ ...STATS, table })),
      ...[4, 5].map((table) => ({ ...STATS, table, matched: 0n })),
      ...[6, 7, 8].map((table) => ({ ...STATS, table, lookups: 0n })),
    ],
  }),

  request('table features', ALL, { kind: 'table_features' }),
  request('table features to be', ALL, {
    kind: 'table_features',
    tables: tables({ name: 'first' }, { name: 'second' }),
  }),
  ...(['modify', 'enable', 'disable'] as const).map((command) =>
    request(`table features to ${command}`, ONLY_15, {
      kind: 'table_features',
      tables: tables({ command }, { command, properties: [] }),
    }),
  ),
  reply('table features', ALL, { kind: 'table_features', tables: tables({}) }),
  reply('features of equal tables', ALL, {
    kind: 'table_features',
    tables: tables({}, {}, {}, { maxEntries: 5 }, {}, { name: 'named' }, {}, { name: 'again' }),
  }),
  reply('features of tables that go on to later ones', ALL, {
    kind: 'table_features',
    tables: [1, 2, 3, 4].map((table) => ({
      ...{ ...FEATURES, table },
      properties: changed(nextOf(...[2, 3, 4, 5].filter((next) => next > table))),
    })),
  }),
  reply('table features with a miss of its own', ALL, {
    kind: 'table_features',
    tables: tables(
      {
        properties: [
          ...PROPERTIES,
          { type: 'instructions_miss', instructions: NUMBERS(1) },
          { type: 'next_tables_miss', tables: [] },
          { type: 'write_actions_miss', actions: [] },
          { type: 'write_setfield_miss', fields: [] },
          { type: 'apply_actions_miss', actions: NUMBERS(0) },
          { type: 'apply_setfield_miss', fields: [] },
        ],
      },
      { properties: changed({ type: 'apply_actions', actions: NUMBERS(0, 17, 18, 99) }) },
      { properties: changed({ type: 'instructions', instructions: NUMBERS(4) }) },
      { properties: changed(nextOf(9)), metadataMatch: 0n, metadataWrite: 0x0fn },
    ),
  }),
  reply('table features of little', ALL, {
    kind: 'table_features',
    tables: tables(
      {
        ...{ metadataMatch: 0n, maxEntries: 0, name: 'x'.repeat(31) },
        properties: [
          { type: 'instructions', instructions: [] },
          { type: 'next_tables', tables: [] },
          { type: 'write_actions', actions: [] },
          { type: 'write_setfield', fields: [] },
          { type: 'apply_actions', actions: [] },
          { type: 'apply_setfield', fields: [] },
          { type: 'match', fields: [] },
          { type: 'wildcards', fields: EXACT },
        ],
      },
      {},
    ),
  }),
  reply('table features with what nobody knows', ALL, {
    kind: 'table_features',
    tables: tables({
      properties: changed(
        {
          type: 'match',
          fields: [
            { field: 'eth_dst' },
            // NXM_OF_ETH_SRC in a version that has OXM, a field of no class, and one of a length that it cannot have.
            { field: 'eth_src', oxm: new Uint8Array([0, 0, 4, 6]) },
            { field: 'unknown_oxm', oxm: new Uint8Array([0x12, 0x34, 4, 6]) },
            { field: 'unknown_oxm', oxm: new Uint8Array([0x80, 0, 4, 7]) },
          ],
        },
        {
          type: 'instructions',
          instructions: [
            { number: 0xffff, data: new Uint8Array([0, 0, 0x23, 0x20]) },
            { number: 9 },
          ],
        },
        { type: 'write_actions', actions: [{ number: 0xffff, data: new Uint8Array([1]) }] },
        { type: 'unknown', bytes: new Uint8Array([0, 16, 0, 6, 1, 2, 0, 0]) },
        {
          type: 'unknown',
          bytes: new Uint8Array([255, 255, 0, 12, 0, 0, 0x23, 0x20, 0, 0, 0, 1, 0, 0, 0, 0]),
        },
      ),
    }),
  }),
  reply('features of all fields', ALL, {
    kind: 'table_features',
    tables: tables({
      properties: changed({
        type: 'match',
        fields: [
          ...(['dp_hash', 'tun_src', 'tun_dst', 'tun_ipv6_src', 'metadata', 'pkt_mark'] as const),
          ...(['ct_state', 'ct_zone', 'ct_mark', 'ct_label', 'reg0', 'reg1', 'reg3'] as const),
          ...(['xreg0', 'xxreg0', 'eth_src', 'eth_dst', 'eth_type', 'vlan_vid'] as const),
          ...(['vlan_pcp', 'mpls_label', 'mpls_tc', 'ipv4_src', 'ipv4_dst', 'ipv6_src'] as const),
          ...(['ipv6_dst', 'ip_proto', 'ip_dscp', 'ip_ecn', 'nw_ttl', 'arp_op'] as const),
          ...(['tcp_src', 'tcp_dst', 'tcp_flags', 'udp_src', 'sctp_src', 'icmp_type'] as const),
          ...(['icmpv6_type', 'nd_target', 'nd_sll', 'actset_output', 'in_port'] as const),
        ].map((field): FieldId => ({ field })),
      }),
    }),
  }),
  reply('table features without properties', ONLY_15, {
    kind: 'table_features',
    tables: tables({ properties: [] }, { properties: [], name: 'two' }),
  }),
  reply('table features of 1.4', SINCE_14, {
    kind: 'table_features',
    tables: tables({ capabilities: 12 }, { capabilities: 4 }, { capabilities: 8 }),
  }),

  request('table descriptions', SINCE_14, { kind: 'table_desc' }),
  reply('table descriptions', SINCE_14, {
    kind: 'table_desc',
    tables: [
      { table: 0, config: 0 },
      { table: 1, config: 4, evictionFlags: 0 },
      { table: 2, config: 8, evictionFlags: 7, vacancy: { down: 20, up: 80, current: 50 } },
      { table: 3, config: 12, evictionFlags: 0x80000002 },
      { table: 254, config: 0, vacancy: { down: 1, up: 2, current: 3 } },
      { table: 9, config: 0, unknownProperties: new Uint8Array([0, 99, 0, 8, 1, 2, 3, 4]) },
    ],
  }),

  request('a switch description', ALL, { kind: 'desc' }),
  reply('a switch description', ALL, {
    ...{ kind: 'desc', manufacturer: 'Nicira, Inc.', hardware: 'Open vSwitch', software: '3.1.0' },
    ...{ serial: 'None', datapath: 'x'.repeat(255) },
  }),
];
