import { expect } from 'chai';
import { joinConditions, whyNotTaken } from '../../../lib/reconcile/joining.ts';
import {
  isFlushed,
  joinedFromText,
  type MarkedBridge,
  parseJoinedFrom,
  planTakeBack,
  whyItStays,
} from '../../../lib/reconcile/take-back.ts';
import type { Uuid } from '../../../protocols/ovsdb/values/atoms.ts';

const uuid = (number: number) => `00000000-0000-4000-8000-00000000000${number}` as Uuid;

const OURS: MarkedBridge = {
  ...{ uuid: uuid(1), name: 'br-int', datapathId: 'ab', created: true, before: {} },
  ...{
    failMode: 'secure',
    protocols: ['OpenFlow13'],
    ports: [uuid(2)],
    controllers: [uuid(3)],
    ownPorts: [],
  },
  ...{ ownControllers: [uuid(3)], ownKeys: ['nva-domain'], othersPorts: [], othersThings: [] },
};
const THEIRS: MarkedBridge = { ...OURS, created: false, before: { failMode: null } };

describe('what is taken back of a bridge', () => {
  it('is all of it, when we made it and others have nothing there', () => {
    expect(planTakeBack(OURS).type).to.equal('drop-bridge');
    expect(whyItStays(OURS)).to.equal(undefined);
  });

  it('is what is ours, when others have a port or a setting there, which is named', () => {
    const others = { othersPorts: ['tap1', 'tap2', 'tap3', 'tap4'], othersThings: [] };
    const withPorts = { ...OURS, ...others };
    expect(planTakeBack(withPorts)).to.deep.include({ type: 'strip-bridge', restore: {} });
    expect(whyItStays(withPorts)?.message).to.include('the ports tap1, tap2, tap3 and 1 more');
    const withKey = { ...OURS, othersThings: ['the settings theirs'] };
    expect(whyItStays(withKey)?.message).to.include('the settings theirs of others');
  });

  it('is what joining changed, where it is still so', () => {
    expect(planTakeBack(THEIRS)).to.deep.include({ restore: { failMode: null } });
    const changed = planTakeBack({ ...THEIRS, failMode: 'standalone' });
    expect(changed).to.deep.include({ type: 'strip-bridge', restore: {} });
  });

  it('is the versions that we added, unless somebody has chosen others since', () => {
    const added = ['OpenFlow13', 'OpenFlow14'];
    const joined = { ...THEIRS, before: { protocols: added } };
    const restored = (...protocols: string[]) => {
      const step = planTakeBack({ ...joined, protocols });
      return step.type === 'strip-bridge' ? step.restore.protocols : undefined;
    };
    expect(restored('OpenFlow10', ...added)).to.deep.equal(added);
    expect(restored('OpenFlow10', 'OpenFlow13')).to.equal(undefined);
    expect(restored('OpenFlow13')).to.equal(undefined);
    expect(restored(...added)).to.equal(undefined);
    expect(restored()).to.equal(undefined);
    // Garbled by hand: what is no version is on no bridge.
    const garbled = {
      ...THEIRS,
      before: { protocols: ['x'] },
      protocols: ['OpenFlow10', 'OpenFlow13'],
    };
    expect(planTakeBack(garbled)).to.deep.include({ restore: {} });
  });

  it('takes every flow with it when no controller of others stays', () => {
    expect(isFlushed(OURS)).to.equal(true);
    expect(isFlushed({ ...OURS, controllers: [uuid(3), uuid(4)] })).to.equal(false);
    expect(isFlushed({ ...OURS, controllers: [], ownControllers: [] })).to.equal(false);
  });

  it('is kept as text that is read again, and nothing when it cannot be read', () => {
    const before = { failMode: 'standalone', protocols: ['OpenFlow13'] };
    expect(parseJoinedFrom(joinedFromText(before))).to.deep.equal(before);
    for (const text of [undefined, '{', '7', '{"failMode":1,"protocols":[2]}']) {
      expect(parseJoinedFrom(text)).to.deep.equal({});
    }
  });
});

describe('joining a bridge that was there before', () => {
  const others = { plain: ['eth1'], tagged: [], bonds: [], before: {} };
  const free = { owner: undefined, controllers: [], others };
  const theirs = { target: 'tcp:192.0.2.9:6653', owner: undefined };

  it('needs the operator’s word when its flows could be lost', () => {
    expect(whyNotTaken('br-int', free, false)?.code).to.equal('bridge-not-taken');
    expect(whyNotTaken('br-int', free, true)).to.equal(undefined);
  });

  it('needs none when it has a controller, only tenants’ ports, or is ours', () => {
    const controlled = { ...free, controllers: [theirs] };
    const tenants = { ...free, others: { ...others, plain: [] } };
    for (const bridge of [controlled, tenants, { ...free, owner: 'prod' }]) {
      expect(whyNotTaken('br-int', bridge, false)).to.equal(undefined);
    }
  });

  it('says what it means for those who use it', () => {
    const used = {
      ...{ owner: 'prod', controllers: [theirs, { target: 'tcp:192.0.2.1:6653', owner: 'prod' }] },
      others: { plain: ['eth1'], tagged: ['tap1'], bonds: ['bond0'], before: { failMode: null } },
    };
    const conditions = joinConditions('br-int', used, 'prod');
    expect(conditions.map(({ code }) => code)).to.deep.equal([
      ...['foreign-controller', 'fail-mode-changed', 'port-without-network'],
      ...['port-vlan-ignored', 'port-bond-ignored'],
    ]);
    expect(conditions[0]?.message).to.include('192.0.2.9').and.not.include('192.0.2.1:');
    expect(joinConditions('br-int', { ...used, others: undefined }, 'prod')).to.deep.equal([]);
  });
});
