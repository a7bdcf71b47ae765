/**
 * Random flows and groups that a switch accepts: each match carries the prerequisites of its fields, and values are in
 * the form in which they come back (bits outside a mask are 0, a mask is neither empty nor full).
 */
import fc from 'fast-check';
import type { Action, Instruction } from '../../../protocols/openflow/values/actions.ts';
import {
  fieldByName,
  type RegisteredFieldName,
} from '../../../protocols/openflow/values/fields.ts';
import type { Flow } from '../../../protocols/openflow/values/flow.ts';
import type { Bucket, Group } from '../../../protocols/openflow/values/group.ts';
import type { FieldValue, Match, MatchField } from '../../../protocols/openflow/values/match.ts';

type Name = RegisteredFieldName;

function bitsOf(bits: number): fc.Arbitrary<bigint> {
  return fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });
}

function typed(name: Name, value: bigint): FieldValue {
  return fieldByName(name).wide ? value : Number(value);
}

/** The field with any value, and with any mask when it takes one. */
function anyField(name: Name): fc.Arbitrary<MatchField> {
  const { bits, maskable } = fieldByName(name);
  const all = (1n << BigInt(bits)) - 1n;
  const exact = bitsOf(bits).map((value) => ({ field: name, value: typed(name, value) }));
  if (!maskable) return exact;
  const masked = fc
    .tuple(bitsOf(bits), bitsOf(bits))
    .filter(([, mask]) => mask !== 0n && mask !== all)
    .map(([value, mask]) => ({
      field: name,
      value: typed(name, value & mask),
      mask: typed(name, mask),
    }));
  return fc.oneof(exact, masked);
}

function some(names: readonly Name[]): fc.Arbitrary<MatchField[]> {
  return fc
    .subarray([...names])
    .chain((chosen) => fc.tuple(...chosen.map(anyField)) as fc.Arbitrary<MatchField[]>);
}

const fixed = (field: Name, value: FieldValue): MatchField => ({ field, value });

const METADATA: readonly Name[] = [
  ...(['tun_id', 'tun_src', 'tun_dst', 'tun_ipv6_dst', 'metadata', 'pkt_mark'] as const),
  ...(['ct_mark', 'ct_label', 'reg0', 'reg1', 'reg2', 'reg15', 'eth_src', 'eth_dst'] as const),
];

const NETWORK: fc.Arbitrary<MatchField[]> = fc.oneof(
  fc.constant<MatchField[]>([]),
  some(['arp_op', 'arp_spa', 'arp_tpa', 'arp_sha', 'arp_tha']).map((items) => [
    fixed('eth_type', 0x0806),
    ...items.map((item) => (item.field === 'arp_op' ? fixed('arp_op', 1) : item)),
  ]),
  some(['ipv4_src', 'ipv4_dst', 'ip_dscp', 'ip_ecn', 'nw_ttl']).map((items) => [
    fixed('eth_type', 0x0800),
    ...items,
  ]),
  some(['ipv6_src', 'ipv6_dst', 'ip_dscp']).map((items) => [fixed('eth_type', 0x86dd), ...items]),
  some(['tcp_src', 'tcp_dst', 'ipv4_src', 'tcp_flags']).map((items) => [
    ...[fixed('eth_type', 0x0800), fixed('ip_proto', 6)],
    ...items,
  ]),
  some(['udp_src', 'udp_dst', 'ipv6_dst']).map((items) => [
    ...[fixed('eth_type', 0x86dd), fixed('ip_proto', 17)],
    ...items,
  ]),
  some(['nd_target', 'nd_sll', 'ipv6_src']).map((items) => [
    ...[fixed('eth_type', 0x86dd), fixed('ip_proto', 58)],
    ...[fixed('icmpv6_type', 135), fixed('icmpv6_code', 0)],
    ...items.filter((item) => item.field !== 'nd_sll' || item.mask === undefined),
  ]),
);

const VLAN: fc.Arbitrary<MatchField[]> = fc.oneof(
  fc.constant<MatchField[]>([]),
  fc.constant<MatchField[]>([fixed('vlan_vid', 0)]),
  fc.constant<MatchField[]>([{ field: 'vlan_vid' as const, value: 0x1000, mask: 0x1000 }]),
  fc.nat(4095).map((vid) => [fixed('vlan_vid', 0x1000 | vid)]),
  fc
    .tuple(fc.nat(4095), fc.nat(7))
    .map(([vid, pcp]) => [...[fixed('vlan_vid', 0x1000 | vid), fixed('vlan_pcp', pcp)]]),
);

const IN_PORT: fc.Arbitrary<MatchField[]> = fc.oneof(
  fc.constant<MatchField[]>([]),
  fc.integer({ min: 1, max: 65000 }).map((port) => [fixed('in_port', port)]),
);

export const arbitraryMatch: fc.Arbitrary<Match> = fc
  .tuple(IN_PORT, some(METADATA), VLAN, NETWORK)
  .map((parts) => parts.flat());

const SETTABLE: readonly Name[] = [
  ...(['tun_id', 'tun_src', 'tun_dst', 'tun_ipv6_dst', 'reg0', 'reg7', 'metadata'] as const),
  ...(['eth_src', 'eth_dst', 'pkt_mark'] as const),
];

const arbitrarySetField: fc.Arbitrary<Action> = fc
  .constantFrom(...SETTABLE)
  .chain(anyField)
  .map((item) => ({ ...item, type: 'set_field' }));

const PORT = fc.integer({ min: 1, max: 65000 });

export const arbitraryAction: fc.Arbitrary<Action> = fc.oneof(
  PORT.map((port): Action => ({ type: 'output', port })),
  fc
    .constantFrom(0xfffffff8, 0xfffffffa, 0xfffffffb, 0xfffffffe)
    .map((port): Action => ({ type: 'output', port })),
  fc.nat(0xffff).map((maxLen): Action => {
    const port = 0xfffffffd;
    return maxLen === 0xffff ? { type: 'output', port } : { type: 'output', port, maxLen };
  }),
  arbitrarySetField,
  fc.nat(0xffff).map((groupId): Action => ({ type: 'group', groupId })),
  fc.nat(10).map((queueId): Action => ({ type: 'set_queue', queueId })),
  fc
    .record({ port: PORT, table: fc.nat(253) }, { requiredKeys: [] })
    .map((where): Action => ({ type: 'resubmit', ...where })),
  fc.tuple(fc.nat(15), fc.nat(15), fc.integer({ min: 1, max: 16 })).map(
    ([from, to, bits]): Action => ({
      type: 'move',
      from: { field: 'reg1', offset: from, bits },
      to: { field: 'reg2', offset: to, bits },
    }),
  ),
  fc.constant<Action>({
    type: 'move',
    from: { field: 'eth_src', offset: 0, bits: 48 },
    to: { field: 'eth_dst', offset: 0, bits: 48 },
  }),
);

export const arbitraryInstructions: fc.Arbitrary<Instruction[]> = fc
  .record(
    {
      apply: fc.array(arbitraryAction, { minLength: 1, maxLength: 6 }),
      clear: fc.constant(true),
      write: fc.array(arbitrarySetField, { minLength: 1, maxLength: 1 }),
      metadata: fc.tuple(bitsOf(64), fc.bigInt({ min: 1n, max: (1n << 64n) - 1n })),
      goto: fc.integer({ min: 101, max: 250 }),
    },
    { requiredKeys: [] },
  )
  .map(({ apply, clear, write, metadata, goto }): Instruction[] => [
    ...(apply === undefined ? [] : [{ type: 'apply_actions' as const, actions: apply }]),
    ...(clear === undefined ? [] : [{ type: 'clear_actions' as const }]),
    ...(write === undefined ? [] : [{ type: 'write_actions' as const, actions: write }]),
    ...(metadata === undefined
      ? []
      : [
          {
            type: 'write_metadata' as const,
            metadata: metadata[0] & metadata[1],
            mask: metadata[1],
          },
        ]),
    ...(goto === undefined ? [] : [{ type: 'goto_table' as const, table: goto }]),
  ]);

export const arbitraryFlow: fc.Arbitrary<Flow> = fc
  .record(
    {
      table: fc.nat(100),
      priority: fc.nat(65535),
      match: arbitraryMatch,
      instructions: arbitraryInstructions,
      cookie: bitsOf(64).filter((cookie) => cookie !== (1n << 64n) - 1n),
      idleTimeout: fc.integer({ min: 1, max: 65535 }),
      hardTimeout: fc.integer({ min: 1, max: 65535 }),
      flags: fc.constant(1),
    },
    { requiredKeys: ['table', 'priority', 'match', 'instructions', 'cookie'] },
  )
  .map((flow) => flow as Flow);

const arbitraryBuckets = (type: Group['type']): fc.Arbitrary<Bucket[]> => {
  const least = type === 'indirect' ? 1 : 0;
  const most = type === 'indirect' ? 1 : 5;
  const actions = fc.array(arbitraryAction, { maxLength: 3 });
  const weight = fc.integer({ min: 2, max: 1000 });
  return fc
    .array(fc.record({ actions, weight, port: PORT }), { minLength: least, maxLength: most })
    .map((buckets) =>
      buckets.map((bucket, bucketId) => ({
        bucketId,
        actions: bucket.actions,
        ...(type === 'select' ? { weight: bucket.weight } : {}),
        ...(type === 'ff' ? { watchPort: bucket.port } : {}),
      })),
    );
};

export const arbitraryGroup: fc.Arbitrary<Group> = fc
  .tuple(fc.constantFrom<Group['type']>('all', 'select', 'indirect', 'ff'), fc.nat(0xffff))
  .chain(([type, groupId]) =>
    arbitraryBuckets(type).map((buckets) => ({ groupId, type, buckets })),
  );
