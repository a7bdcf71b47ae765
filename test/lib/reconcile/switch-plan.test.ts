import { expect } from 'chai';
import { isOurCookie } from '../../../lib/desired/cookie.ts';
import type { Fragment, GroupBucket } from '../../../lib/desired/fragment.ts';
import { LOCAL_PORT } from '../../../lib/desired/fragment.ts';
import {
  localFragment,
  localGroupId,
  memberFragment,
  networkFragment,
  remoteFragment,
} from '../../../lib/desired/templates.ts';
import type { NetworkRecord, NveRecord, PortRecord } from '../../../lib/model/records.ts';
import { type DeltaContext, planDelta } from '../../../lib/reconcile/delta.ts';
import { planDiff } from '../../../lib/reconcile/diff.ts';
import { sameBuckets } from '../../../lib/reconcile/groups.ts';
import { Linker, linkFragment } from '../../../lib/reconcile/link.ts';
import { type Operation, order } from '../../../lib/reconcile/operations.ts';
import { ipv4FromNumber, macFromNumber } from '../../../protocols/base/addresses.ts';
import type { Flow } from '../../../protocols/openflow/values/flow.ts';
import {
  OPENFLOW_13,
  OPENFLOW_15,
  type OpenFlowVersion,
} from '../../../protocols/openflow/values/version.ts';
import { FakeSwitch, keyOf } from '../../fakes/fake-switch.ts';

const BLUE: NetworkRecord = { kind: 'network', name: 'blue', vni: 5, vniAllocated: false };
const port = (number: number): PortRecord => ({
  ...{ kind: 'port', name: `vm${number}`, network: 'blue', ips: [] },
  mac: macFromNumber(0x020000000000 + number),
});
const endpoint = (number: number) => ({
  ...{ type: 'geneve' as const, ip: ipv4FromNumber(0x0a000000 + number) },
});
const member = (index: number, at = index): Fragment => {
  const nve: NveRecord = { kind: 'nve', name: `hv${index}`, index, endpoints: [endpoint(at)] };
  return memberFragment(BLUE, nve, endpoint(at));
};
const local = (number: number, ofport: number): Fragment =>
  linkFragment(localFragment(BLUE, port(number)), ofport);
const remote = (number: number, at: number): Fragment =>
  remoteFragment(BLUE, port(number), endpoint(at));

const types = (operations: readonly Operation[]) => operations.map(({ type }) => type);

/** The context of a switch whose groups have the buckets of these fragments. */
function context(
  fragments: readonly Fragment[],
  changed: Partial<DeltaContext> = {},
): DeltaContext {
  return {
    version: OPENFLOW_15,
    translationBytesMax: 64_000,
    buckets: (groupId): GroupBucket[] =>
      fragments.flatMap(({ buckets }) => buckets.filter((entry) => entry.groupId === groupId)),
    wasShort: () => false,
    ...changed,
  };
}

describe('linking', () => {
  it('holds a port back until the switch has numbered it, and shows that it waits', () => {
    const linker = new Linker();
    const symbolic = localFragment(BLUE, port(1));
    expect(linker.delta({ added: [symbolic], removed: [] }).added).to.deep.equal([]);
    expect(linker.waiting()).to.deep.equal(['vm1']);
    const { added } = linker.renumber('vm1', 7);
    expect(added).to.deep.equal([local(1, 7)]);
    expect(linker.waiting()).to.deep.equal([]);
    expect(
      JSON.stringify(added, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    ).to.not.contain(String(LOCAL_PORT));
  });

  it('replaces what a port had when it gets another number, and takes it away without one', () => {
    const linker = new Linker();
    linker.renumber('vm1', 7);
    linker.delta({ added: [localFragment(BLUE, port(1))], removed: [] });
    const moved = linker.renumber('vm1', 8);
    expect(moved).to.deep.equal({ removed: [local(1, 7)], added: [local(1, 8)] });
    expect(linker.renumber('vm1', 8)).to.deep.equal({ removed: [], added: [] });
    expect(linker.renumber('vm1', undefined)).to.deep.equal({ removed: [local(1, 8)], added: [] });
    expect(linker.waiting()).to.deep.equal(['vm1']);
  });

  it('gives every linked flow the cookie of its new content', () => {
    const cookies = [local(1, 7), local(1, 8)].flatMap(({ flows }) =>
      flows.map((flow) => flow.cookie),
    );
    expect(new Set(cookies).size).to.equal(cookies.length);
    expect(cookies.every(isOurCookie)).to.equal(true);
  });
});

describe('the order of operations', () => {
  it('puts groups before the flows that use them, additions before removals, groups removed last', () => {
    const flow = local(1, 1).flows[0] as Flow;
    const group = { groupId: 1, type: 'all' as const, buckets: [] };
    const operations: Operation[] = [
      { type: 'group-delete', groupId: 1 },
      { type: 'bucket-remove', groupId: 1, bucketId: 1 },
      { type: 'flow-remove', flow },
      { type: 'flow-add', flow },
      { type: 'group-add', group },
    ];
    expect(types(order(operations))).to.deep.equal([
      ...['group-add', 'flow-add', 'flow-remove', 'bucket-remove', 'group-delete'],
    ]);
  });
});

describe('a change of a switch that is in step', () => {
  it('is no operation at all when the content is the same', () => {
    const delta = { removed: [remote(1, 1), member(2)], added: [remote(1, 1), member(2)] };
    const plan = planDelta(delta, context([member(2)]));
    expect(plan.operations).to.deep.equal([]);
    expect(plan.flowsGrowth).to.equal(0);
  });

  it('replaces a flow in place when its port moved to another NVE', () => {
    const plan = planDelta({ removed: [remote(1, 1)], added: [remote(1, 2)] }, context([]));
    expect(types(plan.operations)).to.deep.equal(['flow-add']);
    expect(plan.flowsGrowth).to.equal(0);
  });

  it('changes groups by single buckets with OpenFlow 1.5', () => {
    const plan = planDelta({ removed: [member(2)], added: [member(3)] }, context([member(3)]));
    expect(types(plan.operations)).to.deep.equal(['buckets-insert', 'bucket-remove']);
  });

  it('changes groups as wholes with OpenFlow 1.3', () => {
    const now = [member(3), member(4)];
    const plan = planDelta(
      { removed: [member(2)], added: [member(3)] },
      context(now, { version: OPENFLOW_13 }),
    );
    expect(types(plan.operations)).to.deep.equal(['group-modify']);
    const [operation] = plan.operations;
    expect(operation?.type === 'group-modify' && operation.group.buckets).to.have.length(2);
  });

  it('modifies the whole group when a bucket changes under its id, so that no copy is missed', () => {
    const delta = { removed: [member(2, 2)], added: [member(2, 9)] };
    expect(types(planDelta(delta, context([member(2, 9)])).operations)).to.deep.equal([
      'group-modify',
    ]);
  });

  it('adds a new network’s groups with all of their buckets before its flows', () => {
    const now = [networkFragment(BLUE), local(1, 1), member(2)];
    const plan = planDelta({ removed: [], added: now }, context(now));
    expect(types(plan.operations).slice(0, 2)).to.deep.equal(['group-add', 'group-add']);
    const buckets = plan.operations.flatMap((operation) =>
      operation.type === 'group-add' ? [operation.group.buckets.length] : [],
    );
    expect(buckets).to.have.members([2, 1]);
    expect(plan.flowsGrowth).to.equal(now.reduce((sum, { flows }) => sum + flows.length, 0));
  });

  it('names who is left out of a group that is too large, and when that is over', () => {
    const members = [member(1), member(2), member(3)];
    const narrow = { translationBytesMax: 2 * (members[0]?.buckets[0]?.cost ?? 0) };
    const short = planDelta({ removed: [], added: [member(3)] }, context(members, narrow));
    expect(short.shortages.map(({ left }) => left)).to.deep.equal([['hv3']]);
    expect(short.fitting).to.deep.equal([]);
    const over = { ...narrow, wasShort: () => true };
    const fits = planDelta({ removed: [member(1)], added: [] }, context(members.slice(1), over));
    expect(fits.shortages).to.deep.equal([]);
    expect(fits.fitting).to.have.length(1);
    expect(types(fits.operations)).to.deep.equal(['group-modify']);
  });

  it('says of a group that is gone that its shortage is over', () => {
    const before = [networkFragment(BLUE), member(1)];
    const plan = planDelta({ removed: before, added: [] }, context([], { wasShort: () => true }));
    expect(plan.fitting).to.include.members([...networkFragment(BLUE).groups]);
  });
});

describe('the difference to what a switch has', () => {
  const desired = [networkFragment(BLUE), local(1, 1), member(2), remote(2, 2)];
  const plan = (device: FakeSwitch, limit = 64_000) =>
    planDiff(desired, device.installed(), keyOf, limit);
  const inStep = (version: OpenFlowVersion = OPENFLOW_15): FakeSwitch => {
    const device = new FakeSwitch(version);
    device.do(plan(device).operations);
    return device;
  };

  for (const version of [OPENFLOW_13, OPENFLOW_15] as const) {
    it(`is nothing after it was carried out (version ${version})`, () => {
      const device = inStep(version);
      expect(device.refused).to.deep.equal([]);
      const again = plan(device);
      expect(again.operations).to.deep.equal([]);
      expect(again.flowsBefore).to.equal(again.flowsAfter);
    });
  }

  it('removes what is ours and not wanted, and nothing of anybody else', () => {
    const device = inStep();
    const foreign: Flow = { table: 40, priority: 7, match: [], instructions: [], cookie: 0x1234n };
    const old = remote(9, 9).flows[0] as Flow;
    device.do([
      { type: 'flow-add', flow: foreign },
      { type: 'flow-add', flow: old },
    ]);
    device.groups.set(77, new Map());
    device.groups.set(localGroupId(99), new Map());
    const { operations, occupied } = plan(device);
    expect(types(operations)).to.deep.equal(['installed-flow-remove', 'group-delete']);
    expect(occupied).to.deep.equal([]);
    device.do(operations);
    expect(device.groups.has(77)).to.equal(true);
    expect([...device.flows.values()]).to.include(foreign);
  });

  it('leaves a foreign flow on a key of ours, and names the flow that has no place', () => {
    const device = new FakeSwitch();
    const wanted = remote(2, 2).flows[0] as Flow;
    device.do([{ type: 'flow-add', flow: { ...wanted, cookie: 0x1234n } }]);
    const { operations, occupied, flowsAfter } = plan(device);
    expect(occupied).to.deep.equal([wanted]);
    expect(operations).to.not.deep.include({ type: 'flow-add', flow: wanted });
    const all = desired.reduce((sum, { flows }) => sum + flows.length, 0);
    expect(flowsAfter).to.equal(all - 1);
  });

  it('replaces a flow of ours whose content is an older one', () => {
    const device = inStep();
    const wanted = remote(2, 2).flows[0] as Flow;
    device.do([{ type: 'flow-add', flow: remote(2, 8).flows[0] as Flow }]);
    expect(plan(device).operations).to.deep.equal([{ type: 'flow-add', flow: wanted }]);
  });

  it('mends a group that somebody changed, and names who a group cannot carry', () => {
    const device = inStep();
    device.groups.get(localGroupId(5))?.clear();
    expect(types(plan(device).operations)).to.deep.equal(['group-modify']);
    const { shortages } = plan(device, 10);
    expect(shortages.map(({ left }) => left)).to.deep.equal([['hv2']]);
  });

  it('compares buckets without their ids where the version does not show them', () => {
    const buckets = [member(1), member(2)].flatMap((fragment) =>
      fragment.buckets.map((entry) => entry.bucket),
    );
    const renumbered = buckets.map((bucket, bucketId) => ({ ...bucket, bucketId })).reverse();
    expect(sameBuckets(OPENFLOW_13, buckets, renumbered)).to.equal(true);
    expect(sameBuckets(OPENFLOW_15, buckets, renumbered)).to.equal(false);
    expect(sameBuckets(OPENFLOW_15, buckets, [...buckets].reverse())).to.equal(true);
    expect(sameBuckets(OPENFLOW_13, buckets, buckets.slice(1))).to.equal(false);
    const [first] = buckets;
    if (first === undefined) throw new Error('not reached');
    expect(sameBuckets(OPENFLOW_13, buckets, [first, first])).to.equal(false);
  });
});
