import { expect } from 'chai';
import {
  type BridgeRow,
  type BridgeStep,
  type ControllerRow,
  type DatabaseView,
  NO_PEERS,
  type PeerTargets,
  PROTOCOLS,
  planBridge,
} from '../../../lib/reconcile/bridge-plan.ts';
import { workingEncapsulations } from '../../../lib/reconcile/tunnel-plan.ts';
import type { TunnelRow } from '../../../lib/reconcile/tunnel-steps.ts';
import type { Uuid } from '../../../protocols/ovsdb/values/atoms.ts';

const uuid = (number: number) => `00000000-0000-4000-8000-00000000000${number}` as Uuid;
const SETTINGS = {
  ...{ domain: 'prod', instance: 'a', controllers: ['tcp:192.0.2.1:6653'], peers: NO_PEERS },
};
const OWN = { uuid: uuid(2), target: 'tcp:192.0.2.1:6653', owner: 'prod', instance: 'a' };

const BRIDGE: BridgeRow = {
  ...{
    uuid: uuid(1),
    failMode: 'secure',
    protocols: [...PROTOCOLS],
    datapathId: '00000000000000ab',
  },
  ...{ owner: 'prod', generation: 0n },
  controllers: [OWN],
};
const VIEW: DatabaseView = {
  ...{ systemId: 'hv1', ovsVersion: '3.1.0', bridgeName: 'br-int', datapathType: undefined },
  ...{ wantedTypes: ['geneve', 'vxlan'], knownTypes: ['geneve', 'gre', 'vxlan'] },
  ...{ nextCfg: 3, curCfg: 3, bridge: BRIDGE, tunnels: [] },
  ...{ monitors: [], others: [], tunnelTexts: {} },
};
const FLOW_BASED = new Map([
  ['remote_ip', 'flow'],
  ['key', 'flow'],
]);
const tunnel = (
  name: string,
  ofport: number | undefined,
  changed: Partial<TunnelRow> = {},
): TunnelRow => ({
  ...{ name, uuid: uuid(7), portUuid: uuid(5), owner: 'prod', ofport, error: undefined },
  options: FLOW_BASED,
  ...changed,
});
const BOTH = [tunnel('nva-geneve', 65001), tunnel('nva-vxlan', 65002)];

const view = (changed: Partial<DatabaseView>): DatabaseView => ({ ...VIEW, ...changed });
const bridge = (changed: Partial<BridgeRow>): Partial<DatabaseView> => ({
  bridge: { ...BRIDGE, ...changed },
});
const steps = (changed: Partial<DatabaseView>): BridgeStep[] => [
  ...planBridge(view(changed), SETTINGS).steps,
];
const codes = (changed: Partial<DatabaseView>) =>
  planBridge(view(changed), SETTINGS).conditions.map(({ code }) => code);

describe('the plan of an NVE’s bridge', () => {
  it('makes the bridge first, with the datapath type that the hypervisor names', () => {
    expect(steps({ bridge: undefined, datapathType: 'netdev' })).to.deep.equal([
      { type: 'create-bridge', datapathType: 'netdev' },
    ]);
  });

  it('says so when it knows no address of ours to give as a controller', () => {
    const plan = planBridge(view({ tunnels: BOTH }), { ...SETTINGS, controllers: [] });
    expect(plan.conditions.map(({ code }) => code)).to.deep.equal(['advertise-missing']);
  });

  it('is nothing where everything is there', () => {
    const plan = planBridge(view({ tunnels: BOTH }), SETTINGS);
    expect(plan).to.deep.equal({ steps: [], conditions: [] });
  });

  it('keeps what it changes on the bridge of others: each time what was there last', () => {
    const none = { plain: [], tagged: [], bonds: [] };
    const kept = (changed: Partial<BridgeRow>, before: object): unknown => {
      const step = steps(bridge({ ...changed, others: { ...none, before } })).find(
        ({ type }) => type === 'keep-before',
      );
      return step?.type === 'keep-before' ? JSON.parse(step.text) : undefined;
    };
    expect(kept({ owner: undefined, failMode: undefined }, {})).to.deep.equal({ failMode: null });
    expect(kept({}, { failMode: null })).to.equal(undefined);
    // Somebody wants another fail mode now, which we change once more.
    const chosen = kept({ failMode: 'standalone' }, { failMode: null });
    expect(chosen).to.deep.equal({ failMode: 'standalone' });
    // Somebody took our mark away, and nothing else.
    const before = { failMode: 'standalone', protocols: ['OpenFlow13'] };
    expect(kept({ owner: undefined }, before)).to.deep.equal(before);
    expect(kept({ protocols: ['OpenFlow10'] }, {})).to.deep.equal({ protocols: [...PROTOCOLS] });
  });

  it('makes no tunnel before the switch has taken a secure bridge', () => {
    const open = steps(bridge({ failMode: 'standalone' }));
    expect(open).to.deep.equal([{ type: 'set-secure' }]);
    expect(steps({ nextCfg: 4 })).to.deep.equal([]);
    expect(steps(bridge({ datapathId: undefined }))).to.deep.equal([]);
    expect(steps({}).map(({ type }) => type)).to.deep.equal(['add-tunnel', 'add-tunnel']);
  });

  it('joins a bridge that was there, and says what that costs', () => {
    const joined = { owner: undefined, failMode: undefined, controllers: [] };
    const joinedView = bridge({ ...joined, protocols: ['OpenFlow10'] });
    expect(steps(joinedView)).to.deep.equal([
      { type: 'mark-bridge' },
      { type: 'set-secure' },
      { type: 'add-protocols', protocols: PROTOCOLS },
      { type: 'add-controller', target: 'tcp:192.0.2.1:6653', instance: 'a' },
    ]);
    expect(codes(joinedView)).to.deep.equal(['bridge-joined']);
    expect(steps(bridge({ protocols: [] }))[0]?.type).to.equal('add-tunnel');
    const chosen = bridge({ protocols: ['OpenFlow10', 'OpenFlow13'] });
    expect(steps(chosen)[0]?.type, 'a set with one of ours is left alone').to.equal('add-tunnel');
  });

  it('changes nothing of a bridge of another domain, and names it', () => {
    const plan = planBridge(view(bridge({ owner: 'lab', failMode: 'standalone' })), SETTINGS);
    expect(plan.steps).to.deep.equal([]);
    expect(plan.conditions).to.have.length(1);
    expect(plan.conditions[0]?.message).to.match(/br-int belongs to the domain lab, not prod/);
  });

  it('takes its own old controllers away, and no others', () => {
    const old = { ...OWN, uuid: uuid(3), target: 'tcp:192.0.2.9:6653' };
    const unmarked = { ...old, uuid: uuid(6), target: 'tcp:192.0.2.8:6653', instance: undefined };
    const foreign = { ...OWN, uuid: uuid(4), target: 'tcp:198.51.100.1:6653', owner: undefined };
    const controllers = [OWN, old, unmarked, foreign];
    expect(steps({ ...bridge({ controllers }), tunnels: BOTH })).to.deep.equal([
      { type: 'remove-controller', uuid: uuid(3) },
      { type: 'remove-controller', uuid: uuid(6) },
    ]);
  });

  it('names a type that nobody supports, and one that this switch lacks', () => {
    expect(codes({ wantedTypes: ['stt', 'geneve'], tunnels: BOTH })).to.deep.equal([
      'encapsulation-stt',
    ]);
    const lacking = { wantedTypes: ['gre'], knownTypes: ['vxlan'], tunnels: [] };
    expect(codes(lacking)).to.deep.equal(['gre-lacking']);
    expect(steps(lacking)).to.deep.equal([]);
    expect(steps({ ...lacking, knownTypes: [] })).to.have.length(1);
  });

  it('touches no port of somebody else, whether its name is wanted or not', () => {
    const taken = [tunnel('nva-geneve', 4, { owner: undefined }), tunnel('nva-vxlan', 65002)];
    expect(steps({ tunnels: taken })).to.deep.equal([]);
    expect(codes({ tunnels: taken })).to.deep.equal(['nva-geneve-taken']);
    expect(steps({ tunnels: taken, wantedTypes: ['vxlan'] })).to.deep.equal([]);
  });

  it('gives a tunnel port whose type was changed by hand its type back', () => {
    const [step] = steps({
      tunnels: [tunnel('nva-geneve', 65001, { type: 'gre' }), tunnel('nva-vxlan', 65002)],
    });
    expect(step).to.include({ type: 'set-tunnel', name: 'nva-geneve', encapsulation: 'geneve' });
  });

  it('marks a port that is ours in everything but its marks, and no other', () => {
    const unmarked = { owner: undefined, type: 'geneve' };
    const marks = [{ type: 'mark-tunnel', uuid: uuid(7), portUuid: uuid(5) }];
    const planned = (changed: Partial<TunnelRow>, ofport = 65001) =>
      steps({
        tunnels: [
          tunnel('nva-geneve', ofport, { ...unmarked, ...changed }),
          tunnel('nva-vxlan', 65002),
        ],
      });
    expect(planned({})).to.deep.equal(marks);
    expect(planned({}, 4)).to.deep.equal([]);
    expect(planned({ type: 'gre' })).to.deep.equal([]);
    expect(planned({ options: new Map([['remote_ip', '10.9.0.9']]) })).to.deep.equal([]);
    expect(planned({ owner: 'other' })).to.deep.equal([]);
  });

  it('removes a tunnel of ours that is no longer wanted', () => {
    expect(steps({ tunnels: BOTH, wantedTypes: ['geneve'] })).to.deep.equal([
      { type: 'remove-tunnel', portUuid: uuid(5), name: 'nva-vxlan' },
    ]);
  });

  it('takes its tunnels away from the bridge that was in use before, and adds them here only after that', () => {
    const stray = { strayOn: uuid(9) };
    const tunnels = [
      tunnel('nva-geneve', 65001, stray),
      tunnel('nva-vxlan', 65002),
      tunnel('nva-gre', 65003, stray),
    ];
    const removed = { type: 'remove-tunnel', portUuid: uuid(5), strayOn: uuid(9) } as const;
    expect(steps({ tunnels })).to.deep.equal([
      { ...removed, name: 'nva-geneve' },
      { ...removed, name: 'nva-gre' },
    ]);
    expect(workingEncapsulations(view({ tunnels }), new Set())).to.deep.equal(['vxlan']);
    const left = [tunnel('nva-vxlan', 65002)];
    expect(steps({ tunnels: left, nextCfg: 4 })).to.deep.equal([]);
    expect(steps({ tunnels: left })).to.deep.equal([
      { type: 'add-tunnel', encapsulation: 'geneve', name: 'nva-geneve', options: FLOW_BASED },
    ]);
  });

  it('leaves the tunnels of another domain on its bridge, and says that their names are taken', () => {
    const tunnels = BOTH.map((row) => ({ ...row, owner: 'lab', strayOn: uuid(9) }));
    expect(steps({ tunnels })).to.deep.equal([]);
    expect(codes({ tunnels })).to.deep.equal(['nva-geneve-taken', 'nva-vxlan-taken']);
  });

  it('says in the switch’s words why a tunnel does not work', () => {
    const broken = [
      tunnel('nva-geneve', undefined, { error: 'could not add: busy' }),
      tunnel('nva-vxlan', 9),
    ];
    const { conditions } = planBridge(view({ tunnels: broken }), SETTINGS);
    expect(conditions[0]?.message).to.contain('could not add: busy');
    expect(conditions[1]?.message).to.match(
      /has the OpenFlow number 9, and another port has 65002/,
    );
  });
});

describe('the plan of an NVE’s controllers, with several instances', () => {
  const B = { instance: 'b', target: 'tcp:192.0.2.2:6653' };
  const C = { instance: 'c', target: 'tcp:192.0.2.3:6653' };
  const row = (number: number, wanted: typeof B | undefined, instance?: string): ControllerRow => ({
    ...{ uuid: uuid(number), owner: 'prod', instance: instance ?? wanted?.instance },
    target: wanted?.target ?? OWN.target,
  });
  const planned = (peers: Partial<PeerTargets>, controllers: ControllerRow[]) => {
    const settings = { ...SETTINGS, peers: { ...NO_PEERS, ...peers } };
    return planBridge(view({ ...bridge({ controllers }), tunnels: BOTH }), settings).steps;
  };

  it('has everybody’s targets, each marked with its instance', () => {
    expect(planned({ targets: [B, C] }, [OWN, row(3, C)])).to.deep.equal([
      { type: 'add-controller', ...B },
    ]);
  });

  it('keeps the row of a member that does not say what it wants, and removes that of one that has left', () => {
    const rows = [OWN, row(3, B), row(4, C)];
    const peers = { targets: [], members: new Set(['a', 'b']) };
    expect(planned(peers, rows)).to.deep.equal([{ type: 'remove-controller', uuid: uuid(4) }]);
    expect(planned({ ...peers, settled: false }, rows)).to.deep.equal([]);
  });

  it('removes the row of a member that names another target now', () => {
    const moved = { ...B, target: 'tcp:192.0.2.2:7000' };
    const peers = { targets: [moved], members: new Set(['a', 'b']) };
    const rows = [OWN, row(3, B), row(4, moved)];
    expect(planned(peers, rows)).to.deep.equal([{ type: 'remove-controller', uuid: uuid(3) }]);
    expect(planned({ ...peers, settled: false }, rows)).to.deep.equal([]);
  });

  it('has one row for a target that two instances want, whoever made it', () => {
    const same = { targets: [{ ...B, target: OWN.target }], members: new Set(['a', 'b']) };
    expect(planned(same, [OWN])).to.deep.equal([]);
    expect(planned(same, [row(2, undefined, 'b')])).to.deep.equal([]);
    expect(planned(same, [])).to.deep.equal([
      { type: 'add-controller', target: OWN.target, instance: 'a' },
    ]);
  });

  it('removes the second row of one target, and marks one that says no instance', () => {
    expect(planned({}, [OWN, { ...OWN, uuid: uuid(3) }])).to.deep.equal([
      { type: 'remove-controller', uuid: uuid(3) },
    ]);
    expect(planned({ targets: [B] }, [OWN, { ...row(3, B), instance: undefined }])).to.deep.equal([
      { type: 'mark-controller', uuid: uuid(3), instance: 'b' },
    ]);
  });

  it('leaves the controllers of others alone, also where they name a target of ours', () => {
    const foreign = { ...row(3, B), owner: undefined, instance: undefined };
    expect(planned({ targets: [B] }, [OWN, foreign])).to.deep.equal([]);
  });
});

describe('the encapsulations that work', () => {
  const working = (tunnels: TunnelRow[], before: ('geneve' | 'vxlan' | 'gre')[] = []) =>
    workingEncapsulations(view({ tunnels }), new Set(before));

  it('are those with their own port number, in our order', () => {
    expect(working([...BOTH].reverse())).to.deep.equal(['geneve', 'vxlan']);
    expect(working([tunnel('nva-geneve', 7), tunnel('nva-vxlan', 65002)])).to.deep.equal(['vxlan']);
  });

  it('count as before while the switch has not numbered them', () => {
    const waiting = [tunnel('nva-geneve', undefined)];
    expect(working(waiting)).to.deep.equal([]);
    expect(working(waiting, ['geneve'])).to.deep.equal(['geneve']);
  });

  it('are none with an error, of somebody else, or not wanted', () => {
    expect(working([tunnel('nva-geneve', 65001, { error: 'broken' })], ['geneve'])).to.deep.equal(
      [],
    );
    expect(working([tunnel('nva-geneve', 65001, { owner: undefined })])).to.deep.equal([]);
    expect(working([tunnel('nva-gre', 65003)])).to.deep.equal([]);
  });
});
