/**
 * Random lists of actions of every kind that a version has, in the form in which they come back from their bytes. No list holds what
 * Open vSwitch refuses wherever it stands; whether a match would have to say something first is not looked at.
 */
import fc from 'fast-check';
import type {
  Action,
  EncapProperty,
  LearnSource,
  LearnSpec,
  Nat,
  Subfield,
} from '../../../protocols/openflow/values/actions.ts';
import { isValidValue } from '../../../protocols/openflow/values/field-values.ts';
import { FIELDS, type Field } from '../../../protocols/openflow/values/fields.ts';
import type { OpenFlowVersion } from '../../../protocols/openflow/values/version.ts';

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const bitsOf = (bits: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });
const some = (max: number) => fc.uint8Array({ minLength: 1, maxLength: max });
const PORT = fc.oneof(
  fc.integer({ min: 1, max: 0xfeff }),
  fc.integer({ min: 0xfffffff8, max: 0xfffffffe }),
);

/** A value that differs from what its absence means. */
const unless = <Value>(arbitrary: fc.Arbitrary<Value>, usual: Value) =>
  arbitrary.filter((value) => value !== usual);

const READABLE = FIELDS.filter(
  ({ inOvs, name }) => inOvs && !/^tun_metadata([3-9]|\d\d)$/.test(name),
);
const WRITABLE = READABLE.filter(
  ({ writable, name }) => writable && !/^ct_(mark|label)$/.test(name),
);
/** Those with a header of 32 bits. */
const SHORT = (fields: readonly Field[]) =>
  fields.filter(({ legacy }) => legacy.experimenter === 0);

function part(fields: readonly Field[], most = 64, least = 1): fc.Arbitrary<Subfield> {
  return fc
    .constantFrom(...fields.filter(({ bits }) => bits >= least))
    .chain((field) =>
      fc
        .integer({ min: least, max: Math.min(most, field.bits) })
        .chain((bits) =>
          fc.nat(field.bits - bits).map((offset) => ({ field: field.name, offset, bits })),
        ),
    );
}

/** Two parts of one width. */
function parts(fields: readonly Field[]): fc.Arbitrary<{ from: Subfield; to: Subfield }> {
  return part(fields).chain((from) =>
    part(WRITABLE, from.bits, Math.min(from.bits, 64))
      .filter((to) => to.bits === from.bits)
      .map((to) => ({ from, to })),
  );
}

const typed = (field: Field, value: bigint) => (field.wide ? value : Number(value));

function setField(version: OpenFlowVersion, fields: readonly Field[]): fc.Arbitrary<Action> {
  return fc.constantFrom(...fields.filter(({ name }) => name !== 'in_port')).chain((field) => {
    const width = field.variable ? 16 : field.bits;
    const value = bitsOf(width)
      .map((bits) => typed(field, field.name === 'vlan_vid' ? bits | 0x1000n : bits))
      .filter((bits) => isValidValue(field, bits));
    const exact = value.map((bits): Action => {
      return { type: 'set_field', field: field.name, value: bits };
    });
    const masked = fc
      .tuple(value, bitsOf(width))
      .map(([bits, mask]): [bigint, bigint] => [BigInt(bits), mask | 0x1000n])
      .filter(([bits, mask]) => isValidValue(field, typed(field, bits & mask)))
      .filter(([, mask]) => typed(field, mask) !== field.fullMask && mask >> BigInt(width) === 0n)
      .map(([bits, mask]): Action => {
        const { name } = field;
        return {
          type: 'set_field',
          field: name,
          value: typed(field, bits & mask),
          mask: typed(field, mask),
        };
      });
    const loaded = exact.map((action): Action => ({ ...action, form: 2 }) as Action);
    const isWide = width > 12;
    return fc.oneof(exact, ...(isWide ? [masked] : []), ...(version < 6 ? [loaded] : []));
  });
}

const load = part(SHORT(WRITABLE).filter(({ variable }) => !variable)).chain((to) =>
  bitsOf(to.bits).map((value): Action => ({ type: 'load', value, to })),
);

function controller(): fc.Arbitrary<Action> {
  const common = {
    maxLen: unless(u16, 0xffff),
    controllerId: fc.integer({ min: 1, max: 0xffff }),
    reason: fc.constantFrom('no_match', 'invalid_ttl', 'group', 'packet_out', 6, 99),
  } as const;
  const more = { userdata: some(9), pause: fc.constant(true), meterId: fc.integer({ min: 1 }) };
  return fc.oneof(
    fc
      .record(common, { requiredKeys: [] })
      .map((said) => ({ type: 'controller', ...said }) as Action),
    fc
      .record(common, { requiredKeys: [] })
      .map((said) => ({ type: 'controller', ...said, form: 2 }) as Action),
    fc
      .record({ ...common, ...more }, { requiredKeys: ['userdata'] })
      .map((said) => ({ type: 'controller', ...said }) as Action),
  );
}

const HASHES = ['eth_src', 'symmetric_l4', 'symmetric_l3l4', 'nw_src', 'nw_dst'] as const;

const bundle = fc
  .record(
    {
      fields: fc.constantFrom(...HASHES),
      basis: u16,
      algorithm: fc.constantFrom('active_backup', 'hrw'),
      members: fc.array(unless(PORT, 0xfffffffd), { maxLength: 9 }),
      to: part(SHORT(WRITABLE), 64, 16),
    },
    { requiredKeys: ['fields', 'basis', 'algorithm', 'members'] },
  )
  .map((said) => ({ type: 'bundle', ...said }) as Action);

const multipath = fc
  .record({
    fields: fc.constantFrom(...HASHES, 'symmetric_l3l4+udp', 'symmetric_l3'),
    basis: u16,
    algorithm: fc.constantFrom('modulo_n', 'hash_threshold', 'hrw', 'iter_hash'),
    maxLink: u16,
    argument: u32,
    to: part(SHORT(WRITABLE), 64, 16),
  })
  .map((said) => ({ type: 'multipath', ...said }) as Action);

const property: fc.Arbitrary<EncapProperty> = fc.oneof(
  u8.map((type) => ({ class: 4, type: 1, data: new Uint8Array([type]) })),
  fc.tuple(u16, u8, fc.uint8Array({ maxLength: 20 })).map(([tlvClass, type, value]) => ({
    ...{ class: 4, type: 2 },
    data: new Uint8Array([tlvClass >> 8, tlvClass & 0xff, type, value.length, ...value]),
  })),
);

const encap = fc
  .record({
    packetType: fc.constantFrom(0, 0x18847, 0x18848, 0x1894f),
    headerSize: u16,
    properties: fc.array(property, { maxLength: 3 }),
  })
  .map((said): Action => ({ type: 'encap', ...said }));

const sampling = { probability: fc.integer({ min: 1, max: 0xffff }), collectorSetId: u32 };
const observation = { domainId: u32, pointId: u32 };
const samplings = { ...sampling, ...observation };
const sample = fc.oneof(
  fc
    .record(
      { ...samplings, samplingPort: PORT, direction: fc.constantFrom('ingress', 'egress') },
      { requiredKeys: ['probability', 'collectorSetId', 'domainId', 'pointId'] },
    )
    .map((said) => ({ type: 'sample', ...said }) as Action),
  fc.record(samplings).map((said): Action => ({ type: 'sample', ...said, form: 2 })),
  fc
    .record({ ...samplings, samplingPort: PORT })
    .map((said): Action => ({ type: 'sample', ...said, form: 3 })),
);

/** The source of a spec: as wide as the target, or a number of that many bits. */
const source = (bits: number): fc.Arbitrary<LearnSource> =>
  fc.oneof(
    part(SHORT(READABLE), bits, bits).map((field) => ({ field })),
    bitsOf(bits).map((value) => ({ value })),
  );

const spec: fc.Arbitrary<LearnSpec> = fc.oneof(
  part(SHORT(READABLE).filter(({ variable }) => !variable)).chain((to) =>
    source(to.bits).map((from): LearnSpec => ({ type: 'match', from, to })),
  ),
  part(SHORT(WRITABLE)).chain((to) =>
    source(to.bits).map((from): LearnSpec => ({ type: 'load', from, to })),
  ),
  part(SHORT(READABLE)).map((from): LearnSpec => ({ type: 'output', from })),
);

const learn = fc
  .record({
    ...{ table: fc.nat(254), priority: u16, idleTimeout: u16, hardTimeout: u16 },
    ...{ finIdleTimeout: u16, finHardTimeout: u16, cookie: bitsOf(64), flags: fc.nat(3) },
    ...{ limit: fc.constantFrom(0, 7), specs: fc.array(spec, { maxLength: 4 }) },
    result: fc.option(part(WRITABLE, 1), { nil: undefined }),
  })
  .map(({ result, ...said }): Action => {
    const resultDestination = result === undefined ? {} : { resultDestination: result };
    const form = result === undefined && said.limit === 0 && said.table % 2 === 0;
    return { type: 'learn', ...said, ...resultDestination, ...(form ? { form: 2 as const } : {}) };
  });

const range = (least: bigint, bits: number) =>
  fc
    .tuple(
      fc.bigInt({ min: least, max: (1n << BigInt(bits)) - 1n }),
      fc.bigInt({ min: 0n, max: 99n }),
    )
    .map(([min, size]) => {
      const max = min + size;
      return max >> BigInt(bits) === 0n ? { min, max } : { min, max: min };
    });

const nat: fc.Arbitrary<Nat> = fc
  .record({
    direction: fc.constantFrom('src', 'dst'),
    persistent: fc.boolean(),
    way: fc.constantFrom({}, { hash: true }, { random: true }),
    four: fc.option(range(1n, 32), { nil: undefined }),
    six: fc.option(range(1n, 128), { nil: undefined }),
    ports: fc.option(range(1n, 16), { nil: undefined }),
  })
  .map(({ direction, persistent, way, four, six, ports }) => {
    const flags = { direction, ...(persistent ? { persistent } : {}), ...way } as const;
    const none = four === undefined && six === undefined;
    return {
      ...{ type: 'nat', ...flags },
      ...(four === undefined ? {} : { ipv4Min: Number(four.min), ipv4Max: Number(four.max) }),
      ...(four !== undefined || six === undefined ? {} : { ipv6Min: six.min, ipv6Max: six.max }),
      ...(none || ports === undefined
        ? {}
        : { portMin: Number(ports.min), portMax: Number(ports.max) }),
    };
  });

function ct(version: OpenFlowVersion): fc.Arbitrary<Action> {
  const toConnection = READABLE.filter(({ name }) => /^ct_(mark|label)$/.test(name));
  const inside = fc.array(fc.oneof<fc.Arbitrary<Action>[]>(nat, setField(version, toConnection)), {
    minLength: 1,
    maxLength: 3,
  });
  const zone = fc.oneof(fc.integer({ min: 1, max: 0xffff }), part(SHORT(READABLE), 16, 16));
  return fc
    .record(
      {
        table: fc.nat(254),
        zone,
        alg: fc.constantFrom(21, 69, 5),
        force: fc.constant(true),
        inside,
      },
      { requiredKeys: [] },
    )
    .map(({ inside: actions = [], ...said }) => {
      const commit = actions.length > 0 || said.force === true ? { commit: true } : {};
      return { type: 'ct', ...commit, ...said, actions } as Action;
    });
}

const u = <Type extends Action['type']>(type: Type) => fc.constant({ type } as Action);

function plain(version: OpenFlowVersion): fc.Arbitrary<Action>[] {
  const ethertype = fc.constantFrom(0x8847, 0x8848);
  return [
    PORT.map((port): Action => ({ type: 'output', port })),
    fc.tuple(PORT, fc.integer({ min: 1, max: 0xfffe })).map(([port, maxLen]): Action => {
      return { type: 'output', port, maxLen };
    }),
    u32.map((groupId): Action => ({ type: 'group', groupId })),
    u32.map((queueId): Action => ({ type: 'set_queue', queueId })),
    fc.constantFrom(0x8100, 0x88a8).map((tag): Action => ({ type: 'push_vlan', ethertype: tag })),
    ethertype.map((label): Action => ({ type: 'push_mpls', ethertype: label })),
    u16.map((inner): Action => ({ type: 'pop_mpls', ethertype: inner })),
    u8.map((ttl): Action => ({ type: 'set_ttl', ttl })),
    u8.map((ttl): Action => ({ type: 'set_mpls_ttl', ttl })),
    ...[u('pop_vlan'), u('dec_ttl'), u('dec_mpls_ttl'), u('dec_nsh_ttl'), u('pop_queue')],
    ...[u('exit'), u('ct_clear'), u('decap')],
    fc.array(u16, { maxLength: 9 }).map((ids): Action => {
      return { type: 'dec_ttl_cnt_ids', controllerIds: ids };
    }),
    unless(u32, 0xfffe).map((packetType): Action => ({ type: 'decap', packetType })),
    fc.record({ idleTimeout: u16, hardTimeout: u16 }).map((said): Action => {
      return { type: 'fin_timeout', ...said };
    }),
    fc
      .record({ port: unless(PORT, 0xfffffff8), table: u8 }, { requiredKeys: [] })
      .map((where): Action => ({ type: 'resubmit', ...where })),
    fc
      .record({ port: unless(PORT, 0xfffffff8), table: u8 }, { requiredKeys: ['table'] })
      .map((said) => {
        return { type: 'resubmit', ...said, ct: true } as Action;
      }),
    fc.nat(7).chain((more) =>
      fc.uint8Array({ minLength: 6 + 8 * more, maxLength: 6 + 8 * more }).map((data): Action => {
        return { type: 'note', data };
      }),
    ),
    ...(version === 6 ? [u32.map((meterId): Action => ({ type: 'meter', meterId }))] : []),
  ];
}

function ofFields(version: OpenFlowVersion): fc.Arbitrary<Action>[] {
  return [
    setField(version, WRITABLE),
    ...(version < 6 ? [load] : []),
    parts(READABLE).map((said): Action => ({ type: 'move', ...said })),
    ...(version === 4
      ? [parts(READABLE).map((said): Action => ({ type: 'move', ...said, form: 'onf' }))]
      : []),
    part(READABLE, 992).map((field): Action => ({ type: 'push', field })),
    part(WRITABLE, 992).map((field): Action => ({ type: 'pop', field })),
    fc
      .constantFrom(...READABLE)
      .map((field): Action => ({ type: 'delete_field', field: field.name })),
    fc.record({ size: u16, to: part(WRITABLE, 1) }).map((said): Action => {
      return { type: 'check_pkt_larger', ...said };
    }),
    fc.record({ from: part(READABLE), maxLen: u16 }).map((said): Action => {
      return { type: 'output_reg', ...said };
    }),
    fc.record({ from: part(SHORT(READABLE)), maxLen: u16 }).map((said): Action => {
      return { type: 'output_reg', ...said, form: 2 };
    }),
    fc
      .record({ port: PORT, maxLen: fc.integer({ min: 14, max: 0x7fffffff }) })
      .map((said): Action => {
        return { type: 'output_trunc', ...said };
      }),
  ];
}

const conjunctions = fc.array(
  fc
    .tuple(u32, fc.integer({ min: 2, max: 64 }))
    .chain(([id, clauses]) =>
      fc.nat(clauses - 1).map((clause): Action => ({ type: 'conjunction', id, clause, clauses })),
    ),
  { minLength: 1, maxLength: 3 },
);

function flat(version: OpenFlowVersion): fc.Arbitrary<Action> {
  return fc.oneof(
    ...plain(version),
    ...ofFields(version),
    ...[controller(), bundle, multipath, encap, sample, learn, ct(version)],
  );
}

/** Any action of the version, with clones in clones. */
export function arbitraryAnyAction(version: OpenFlowVersion): fc.Arbitrary<Action> {
  const one = flat(version);
  const clone = (inner: fc.Arbitrary<Action>) =>
    fc.array(inner, { maxLength: 3 }).map((actions): Action => ({ type: 'clone', actions }));
  return fc.oneof({ weight: 30, arbitrary: one }, clone(one), clone(fc.oneof(one, clone(one))));
}

/** At least one action. */
export function arbitraryActions(version: OpenFlowVersion): fc.Arbitrary<Action[]> {
  return fc.oneof(
    {
      weight: 30,
      arbitrary: fc.array(arbitraryAnyAction(version), { minLength: 1, maxLength: 5 }),
    },
    conjunctions,
  );
}
