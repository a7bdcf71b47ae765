import { expect } from 'chai';
import fc from 'fast-check';
import { agreedEndpoint, capabilityOf } from '../../../lib/desired/agreement.ts';
import { Compiler } from '../../../lib/desired/compiler.ts';
import {
  COOKIE_MARK,
  cookieFeature,
  cookieOf,
  FEATURES,
  isOurCookie,
  isOurCookieHigh,
} from '../../../lib/desired/cookie.ts';
import type { Fragment } from '../../../lib/desired/fragment.ts';
import { breachOfPlan, TABLES } from '../../../lib/desired/pipeline.ts';
import {
  LOCAL_COPY_BYTES,
  remoteCopyBytes,
  TRANSLATION_BYTES_MAX,
  withinTranslation,
} from '../../../lib/desired/replication.ts';
import {
  floodGroupId,
  isOurGroup,
  localGroupId,
  memberFragment,
  PIPELINE_FRAGMENT,
} from '../../../lib/desired/templates.ts';
import { Domain } from '../../../lib/model/domain.ts';
import type { Encapsulation, Endpoint } from '../../../lib/model/encapsulation.ts';
import { type NetworkRecord, type NveRecord, VNI_MAX } from '../../../lib/model/records.ts';
import { fittingGroup } from '../../../lib/reconcile/groups.ts';
import { ipv4FromNumber, ipv6FromBigInt } from '../../../protocols/base/addresses.ts';
import type { Flow } from '../../../protocols/openflow/values/flow.ts';
import { history, nveNames } from './arbitrary-domain.ts';

const network = (encapsulation?: Encapsulation[]): NetworkRecord => ({
  ...{ kind: 'network', name: 'blue', vni: 5, vniAllocated: false },
  ...(encapsulation === undefined ? {} : { encapsulation }),
});
const four = (type: Encapsulation, number = 1): Endpoint => ({
  ...{ type, ip: ipv4FromNumber(0x0a000000 + number) },
});
const six = (type: Encapsulation, number = 1): Endpoint => ({
  ...{ type, ip: ipv6FromBigInt((0xfdn << 120n) + BigInt(number)) },
});
const nve = (index: number, ...endpoints: Endpoint[]): NveRecord => ({
  ...{ kind: 'nve', name: `hv${index}`, index, endpoints },
});

describe('the agreement of a pair of NVEs', () => {
  const cases: [string, Encapsulation[] | undefined, Endpoint[], Endpoint[], Endpoint?][] = [
    [
      'is our order when the network has none',
      undefined,
      [four('gre'), four('vxlan')],
      [four('gre', 2), four('vxlan', 2)],
      four('vxlan', 2),
    ],
    [
      'is the network’s order',
      ['gre', 'vxlan'],
      [four('gre'), four('vxlan')],
      [four('vxlan', 2), four('gre', 2)],
      four('gre', 2),
    ],
    [
      'passes over what the sender lacks',
      undefined,
      [four('gre')],
      [four('geneve', 2), four('gre', 2)],
      four('gre', 2),
    ],
    [
      'keeps to one IP family',
      undefined,
      [six('geneve')],
      [four('geneve', 2), six('geneve', 2)],
      six('geneve', 2),
    ],
    [
      'takes the owner’s first address',
      undefined,
      [four('geneve')],
      [four('geneve', 8), four('geneve', 2)],
      four('geneve', 8),
    ],
    ['is none across families', undefined, [six('geneve')], [four('geneve', 2)]],
    [
      'is none where the network allows nothing that both have',
      ['gre'],
      [four('geneve')],
      [four('geneve', 2)],
    ],
    ['is none with an NVE that has no endpoint', undefined, [], [four('geneve', 2)]],
  ];
  for (const [title, list, sender, owner, agreed] of cases) {
    it(title, () => {
      const capability = capabilityOf(sender);
      expect(agreedEndpoint(network(list), owner, capability)).to.deep.equal(agreed);
    });
  }

  it('is the same for senders of equal capability, whatever their addresses and order', () => {
    const left = [four('gre', 1), four('gre', 2), six('vxlan', 3)];
    const right = [six('vxlan', 9), four('gre', 8)];
    expect(capabilityOf(left)).to.equal(capabilityOf(right));
  });
});

describe('the limit of a replication group', () => {
  const cases = [
    ['Geneve over IPv4', (index: number) => four('geneve', index), 780],
    ['VXLAN over IPv4', (index: number) => four('vxlan', index), 780],
    ['Geneve over IPv6', (index: number) => six('geneve', index), 630],
    ['GRE over IPv4', (index: number) => four('gre', index), 862],
    ['GRE over IPv6', (index: number) => six('gre', index), 682],
  ] as const;
  for (const [title, endpoint, served] of cases) {
    const bucketsFor = (count: number) =>
      Array.from({ length: count }, (_, index) => {
        const at = endpoint(index + 1);
        return memberFragment(network(), nve(index + 1, at), at).buckets;
      }).flat();

    it(`never lets a packet have more copies than Open vSwitch makes: ${title}`, () => {
      const few = fittingGroup(7, bucketsFor(served - 20), TRANSLATION_BYTES_MAX);
      expect(few.shortage).to.equal(undefined);
      expect(few.group.buckets).to.have.length(served - 20);
      const { group, shortage } = fittingGroup(7, bucketsFor(served + 1), TRANSLATION_BYTES_MAX);
      expect(group.buckets.length).to.be.at.most(served);
      expect(group.buckets.length + (shortage?.left.length ?? 0)).to.equal(served + 1);
      expect(shortage?.left.at(-1)).to.equal(`hv${served + 1}`);
      expect(shortage?.kept).to.equal(group.buckets.length);
    });
  }

  it('serves local ports before remote NVEs, and leaves out the same ones whatever the order', () => {
    const at = four('geneve');
    const remote = (index: number) => memberFragment(network(), nve(index, at), at).buckets;
    const local = { groupId: 7, cost: LOCAL_COPY_BYTES, bucket: { bucketId: 3, actions: [] } };
    const buckets = [...remote(2), ...remote(1), ...remote(3), local];
    const limit = LOCAL_COPY_BYTES + 2 * remoteCopyBytes(at);
    for (const order of [buckets, [...buckets].reverse()]) {
      const { kept, left } = withinTranslation(order, limit);
      expect(kept.map(({ remote: name }) => name)).to.have.members([undefined, 'hv1', 'hv2']);
      expect(left.map(({ remote: name }) => name)).to.deep.equal(['hv3']);
    }
  });
});

describe('the table plan', () => {
  it('allows every flow of any domain', () => {
    fc.assert(
      fc.property(history, (batches) => {
        const compiler = new Compiler(new Domain());
        for (const batch of batches) compiler.apply(batch);
        const fragments: Fragment[] = nveNames.flatMap((name) => [...compiler.desired(name)]);
        for (const { flows } of fragments) {
          for (const flow of flows) expect(breachOfPlan(flow)).to.equal(undefined);
        }
      }),
      { numRuns: 50 },
    );
  });

  const base: Flow = {
    table: TABLES.forward,
    priority: 1,
    match: [],
    instructions: [],
    cookie: 0n,
  };
  const apply = (
    ...actions: Extract<Flow['instructions'][number], { type: 'apply_actions' }>['actions']
  ): Flow => ({
    ...base,
    instructions: [{ type: 'apply_actions', actions }],
  });
  const breaches: [string, Flow, RegExp][] = [
    ['a table that it does not have', { ...base, table: 61 }, /table 61 is not in the plan/],
    [
      'a match that the table may not make',
      { ...base, match: [{ field: 'in_port', value: 1 }] },
      /forward may not match in_port/,
    ],
    [
      'a step back',
      { ...base, instructions: [{ type: 'goto_table', table: TABLES.classify }] },
      /may not go to table classify/,
    ],
    [
      'a step to nowhere',
      { ...base, instructions: [{ type: 'goto_table', table: 99 }] },
      /may not go to table 99/,
    ],
    [
      'a field that the table may not set',
      apply({ type: 'set_field', field: 'eth_src', value: 1 }),
      /may not set eth_src/,
    ],
    [
      'an action that the table may not take',
      apply({ type: 'group', groupId: 1 }),
      /may not group/,
    ],
    [
      'an instruction that nothing uses',
      { ...base, instructions: [{ type: 'clear_actions' }] },
      /may not use clear_actions/,
    ],
  ];
  for (const [title, flow, words] of breaches) {
    it(`sees ${title}`, () => expect(breachOfPlan(flow)).to.match(words));
  }
});

describe('the cookie of a flow', () => {
  const flow = PIPELINE_FRAGMENT.flows[5];
  const content = { table: 1, priority: 2, match: [], instructions: [] };

  it('has our mark, and the feature', () => {
    for (const feature of Object.keys(FEATURES) as (keyof typeof FEATURES)[]) {
      const cookie = cookieOf(feature, content);
      expect(isOurCookie(cookie)).to.equal(true);
      expect(isOurCookieHigh(Number(cookie >> 32n))).to.equal(true);
      expect(cookie & COOKIE_MARK.mask).to.equal(COOKIE_MARK.value);
      expect(cookieFeature(cookie)).to.equal(feature);
    }
    for (const foreign of [0n, 1n, 0xffffffffffffffffn, COOKIE_MARK.value >> 1n]) {
      expect(isOurCookie(foreign)).to.equal(false);
      expect(isOurCookieHigh(Number(foreign >> 32n))).to.equal(false);
    }
  });

  it('is another one for any other content, and the same for the same', () => {
    if (flow === undefined) throw new Error('not reached');
    const variants: Omit<Flow, 'cookie'>[] = [
      flow,
      { ...flow, table: flow.table + 1 },
      { ...flow, priority: flow.priority + 1 },
      { ...flow, match: [] },
      { ...flow, match: flow.match.map(({ field, value }) => ({ field, value })) },
      { ...flow, instructions: [{ type: 'goto_table', table: 50 }] },
      { ...flow, instructions: [{ type: 'goto_table', table: 60 }] },
      { ...flow, instructions: [{ type: 'apply_actions', actions: [] }] },
      {
        ...flow,
        instructions: [{ type: 'apply_actions', actions: [{ type: 'output', port: 1 }] }],
      },
      {
        ...flow,
        instructions: [{ type: 'apply_actions', actions: [{ type: 'output', port: 2 }] }],
      },
      {
        ...flow,
        instructions: [{ type: 'apply_actions', actions: [{ type: 'group', groupId: 1 }] }],
      },
    ];
    const cookies = variants.map((variant) => cookieOf('pipeline', variant));
    expect(new Set(cookies).size).to.equal(variants.length);
    expect(cookieOf('pipeline', structuredClone(flow))).to.equal(flow.cookie);
  });

  it('differs among a hundred thousand flows that differ in one number', () => {
    const cookies = new Set<bigint>();
    for (let value = 0; value < 100_000; value++) {
      cookies.add(cookieOf('remote', { ...content, match: [{ field: 'eth_dst', value }] }));
    }
    expect(cookies.size).to.equal(100_000);
  });
});

describe('the id of a group', () => {
  it('tells ours from others, the flood group from the local one, and each network from each', () => {
    const ids = [0, 1, VNI_MAX].flatMap((vni) => [floodGroupId(vni), localGroupId(vni)]);
    expect(new Set(ids).size).to.equal(6);
    expect(ids.every(isOurGroup)).to.equal(true);
    // OpenFlow 1.3.5 §6.4: OFPG_MAX.
    expect(Math.max(...ids)).to.be.at.most(0xffffff00);
    for (const foreign of [0, 1, 0x4c000000, 0x50000000, 0xffffff00]) {
      expect(isOurGroup(foreign), String(foreign)).to.equal(false);
    }
  });
});
