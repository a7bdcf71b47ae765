import { expect } from 'chai';
import { Core } from '../../../lib/control/core.ts';
import type { Effect, Input, NveFacts } from '../../../lib/control/inputs.ts';
import type { RecordChange } from '../../../lib/desired/compiler.ts';
import { type DomainRecord, keyOf as recordKeyOf } from '../../../lib/model/records.ts';
import { FakeSwitch, keyOf, keyText } from '../../fakes/fake-switch.ts';

const ip = (last: number) => `10.9.0.${last}` as never;
const facts = (last: number): NveFacts => ({
  bridge: 'br-int',
  conditions: [],
  endpoints: [{ type: 'geneve', ip: ip(last) }],
});

const records: DomainRecord[] = [
  { kind: 'network', name: 'blue', vni: 5001, vniAllocated: false },
  ...[1, 2].map((number): DomainRecord => {
    const mac = `02:00:00:00:00:0${number}` as never;
    return { kind: 'port', name: `vm${number}`, network: 'blue', mac, ips: [] };
  }),
];

describe('a switch that has a flow of somebody else on a key of ours', () => {
  const device = new FakeSwitch();
  const core = new Core({ keyOf });
  const foreign = {
    table: 40,
    priority: 100,
    match: [
      { field: 'reg0', value: 5001 },
      { field: 'eth_dst', value: 0x020000000002 },
    ],
    instructions: [],
    cookie: 0xabcn,
  } as const;

  const give = (...inputs: Input[]): void => {
    for (const effect of core.step(inputs)) carryOut(effect);
  };
  const carryOut = (effect: Effect): void => {
    if (!('nve' in effect) || effect.nve !== 'hv1') return;
    if (effect.type === 'send') device.do(effect.operations);
    if (effect.type === 'read-installed') {
      const installed = device.installed();
      give({ type: 'installed', nve: 'hv1', read: effect.read, installed });
    }
  };

  before(() => {
    device.flows.set(keyText(foreign), foreign);
    const changes = records.map((record): RecordChange => ({ key: recordKeyOf(record), record }));
    give({ type: 'records', revision: 1, changes });
    for (const number of [1, 2]) {
      const nve = `hv${number}`;
      const tenant = { ifaceId: `vm${number}`, ofport: 1 };
      give({ type: 'nve-connected', nve, facts: facts(number) });
      give({ type: 'interfaces', nve, complete: true, changes: [{ name: 'tap', tenant }] });
    }
    give({ type: 'flows-ready', nve: 'hv1', version: 6 });
  });

  it('keeps it when it is read, and the NVE says so', () => {
    expect(device.flows.get(keyText(foreign))).to.equal(foreign);
    const codes = core
      .nve('hv1')
      ?.conditions()
      .map((condition) => condition.code);
    expect(codes).to.deep.equal(['key-occupied']);
  });

  it('keeps it when the flow that we want there changes', () => {
    give({ type: 'nve-facts', nve: 'hv2', facts: facts(99) });
    expect(device.flows.get(keyText(foreign))).to.equal(foreign);
  });

  it('gets ours when it is gone and the switch is read again', () => {
    device.flows.delete(keyText(foreign));
    give({ type: 'reread', nve: 'hv1' });
    expect(device.flows.get(keyText(foreign))?.cookie).to.not.equal(undefined);
    expect(core.nve('hv1')?.conditions()).to.deep.equal([]);
  });
});

describe('a switch that holds networks when the store has been lost', () => {
  const device = new FakeSwitch(6);
  let core: Core;
  const give = (...inputs: Input[]): void => {
    for (const effect of core.step(inputs)) carryOut(effect);
  };
  const carryOut = (effect: Effect): void => {
    if (!('nve' in effect) || effect.nve !== 'hv1') return;
    if (effect.type === 'send') device.do(effect.operations);
    if (effect.type === 'read-installed') {
      const installed = device.installed();
      give({ type: 'installed', nve: 'hv1', read: effect.read, installed });
    }
  };
  const change = (record: DomainRecord): RecordChange => ({ key: recordKeyOf(record), record });
  const start = (declared: readonly DomainRecord[]): void => {
    core = new Core({ keyOf });
    give({ type: 'records', revision: 1, changes: declared.map(change), snapshot: true });
    give({ type: 'nve-connected', nve: 'hv1', facts: facts(1) });
    const tenant = { ifaceId: 'vm1', ofport: 1 };
    give({ type: 'interfaces', nve: 'hv1', complete: true, changes: [{ name: 'tap', tenant }] });
    give({ type: 'flows-ready', nve: 'hv1', version: 6 });
  };

  it('keeps them, says why, and is not held to have confirmed anything', () => {
    start(records);
    const before = [...device.flows.keys()];
    start([]);
    expect([...device.flows.keys()]).to.deep.equal(before);
    const state = core.nve('hv1');
    expect(state?.conditions().map(({ code }) => code)).to.include('store-empty');
    expect(state?.pending(core.moment)).to.match(/nva restore/);
  });

  it('is brought into step when they are declared again', () => {
    const before = [...device.flows.keys()];
    give({ type: 'records', revision: 2, changes: records.map(change) });
    expect([...device.flows.keys()].sort()).to.deep.equal(before.sort());
    expect(core.nve('hv1')?.pending(core.moment)).to.not.match(/nva restore/);
    expect(core.nve('hv1')?.inStep).to.equal(true);
  });

  it('loses them when operators have deleted all', () => {
    start(records);
    const held = device.flows.size;
    start([{ kind: 'roster', network: 'blue', count: 2 }]);
    expect(device.flows.size).to.be.lessThan(held);
  });
});

describe('a switch that answers more slowly than things change', () => {
  const sent: Extract<Effect, { type: 'send' }>[] = [];
  let core: Core;
  const give = (...inputs: Input[]): void => {
    for (const effect of core.step(inputs)) {
      if (effect.type === 'send' && effect.nve === 'hv1') sent.push(effect);
    }
  };
  const attach = (number: number, present: boolean): void => {
    const tenant = { ifaceId: `vm${number}`, ofport: number };
    const change = present ? { name: `tap${number}`, tenant } : { name: `tap${number}` };
    give({ type: 'interfaces', nve: 'hv2', complete: false, changes: [change] });
  };

  beforeEach(() => {
    sent.length = 0;
    core = new Core({ keyOf });
    const ports = [3, 4, 5, 6].map((number): DomainRecord => {
      const mac = `02:00:00:00:00:0${number}` as never;
      return { kind: 'port', name: `vm${number}`, network: 'blue', mac, ips: [] };
    });
    const changes = [...records, ...ports].map(
      (record): RecordChange => ({ key: recordKeyOf(record), record }),
    );
    give({ type: 'records', revision: 1, changes });
    for (const number of [1, 2]) {
      give({ type: 'nve-connected', nve: `hv${number}`, facts: facts(number) });
    }
    give({ type: 'interfaces', nve: 'hv2', complete: true, changes: [] });
    const tenant = { ifaceId: 'vm1', ofport: 1 };
    give({ type: 'interfaces', nve: 'hv1', complete: true, changes: [{ name: 'tap', tenant }] });
    give({ type: 'flows-ready', nve: 'hv1', version: 6 });
    const read = core.nve('hv1')?.read ?? 0;
    const installed = new FakeSwitch().installed();
    give({ type: 'installed', nve: 'hv1', read, installed });
    give({ type: 'confirmed', nve: 'hv1', batch: core.moment });
    sent.length = 0;
  });

  it('gets at most two batches, and then one with all that has changed meanwhile', () => {
    for (const number of [2, 3, 4, 5, 6]) attach(number, true);
    expect(sent).to.have.length(2);
    give({ type: 'confirmed', nve: 'hv1', batch: sent[0]?.batch ?? 0 });
    expect(sent).to.have.length(3);
    expect(sent[2]?.operations.filter(({ type }) => type === 'flow-add')).to.have.length(3);
  });

  it('has not confirmed what it was not sent', () => {
    for (const number of [2, 3, 4]) attach(number, true);
    const asked = core.moment;
    const state = core.nve('hv1');
    state?.confirmed(asked);
    expect(state?.pending(asked)).to.match(/when it has answered those before/);
    expect(state?.pending(asked - 1)).to.equal(undefined);
    give();
    expect(sent).to.have.length(3);
    expect(state?.pending(asked - 1)).to.equal(undefined);
    expect(state?.pending(asked)).to.match(/has not answered/);
    give({ type: 'confirmed', nve: 'hv1', batch: sent[2]?.batch ?? 0 });
    expect(state?.pending(asked)).to.equal(undefined);
  });

  it('has not confirmed what it was read for until it has answered the difference', () => {
    give({ type: 'reread', nve: 'hv1' });
    attach(2, true);
    const asked = core.moment;
    const state = core.nve('hv1');
    expect(state?.pending(asked)).to.match(/being read/);
    const installed = new FakeSwitch().installed();
    give({ type: 'installed', nve: 'hv1', read: state?.read ?? 0, installed });
    expect(state?.pending(asked)).to.match(/has not answered/);
    give({ type: 'confirmed', nve: 'hv1', batch: sent[0]?.batch ?? 0 });
    expect(state?.pending(asked)).to.equal(undefined);
  });

  it('is not told of what came and went meanwhile', () => {
    for (const number of [2, 3, 4]) attach(number, true);
    attach(4, false);
    give({ type: 'confirmed', nve: 'hv1', batch: core.moment });
    expect(sent).to.have.length(2);
    expect(core.nve('hv1')?.pending(core.moment)).to.equal(undefined);
  });
});
