import { expect } from 'chai';
import { Core } from '../../../lib/control/core.ts';
import type { Effect, Input } from '../../../lib/control/inputs.ts';
import { type DomainRecord, keyOf as recordKeyOf } from '../../../lib/model/records.ts';
import { FakeSwitch, keyOf } from '../../fakes/fake-switch.ts';

const records: DomainRecord[] = [
  { kind: 'network', name: 'blue', vni: 5001, vniAllocated: false },
  ...[1, 2].map((number): DomainRecord => {
    const mac = `02:00:00:00:00:0${number}` as never;
    return { kind: 'port', name: `vm${number}`, network: 'blue', mac, ips: [] };
  }),
];

describe('the audit of a switch', () => {
  let device: FakeSwitch;
  let core: Core;
  let told: { code: string; message: string }[];
  let answered: boolean;

  const give = (...inputs: Input[]): Effect[] => {
    const effects = core.step(inputs);
    for (const effect of effects) carryOut(effect);
    return effects;
  };
  const carryOut = (effect: Effect): void => {
    if (effect.type === 'notice') told.push(effect);
    if (!('nve' in effect) || effect.nve !== 'hv1') return;
    if (effect.type === 'send') {
      device.do(effect.operations);
      if (answered) give({ type: 'confirmed', nve: 'hv1', batch: effect.batch });
    }
    if (effect.type === 'read-installed' && effect.isAudit !== true) answer(effect.read);
  };
  const answer = (read: number): void => {
    give({ type: 'installed', nve: 'hv1', read, installed: device.installed() });
  };
  const audit = (): number | undefined => {
    const read = give({ type: 'audit', nve: 'hv1' }).find(({ type }) => type === 'read-installed');
    return read?.type === 'read-installed' ? read.read : undefined;
  };
  const audited = (): void => {
    const read = audit();
    if (read !== undefined) answer(read);
  };
  const plug = (ifaceIds: readonly string[]): void => {
    const changes = ifaceIds.map((ifaceId, at) => ({
      name: `tap${at}`,
      tenant: { ifaceId, ofport: at + 1 },
    }));
    give({ type: 'interfaces', nve: 'hv1', complete: true, changes });
  };
  const drifts = () => told.filter(({ code }) => code === 'drift-repaired');

  beforeEach(() => {
    device = new FakeSwitch();
    core = new Core({ keyOf });
    told = [];
    answered = true;
    const changes = records.map((record) => ({ key: recordKeyOf(record), record }));
    give({ type: 'records', revision: 1, changes });
    const endpoints = [{ type: 'geneve', ip: '10.9.0.1' as never }] as const;
    const facts = { bridge: 'br-int', conditions: [], endpoints };
    give({ type: 'nve-connected', nve: 'hv1', facts });
    plug(['vm1']);
    give({ type: 'flows-ready', nve: 'hv1', version: 6 });
  });

  it('says and does nothing where all is as it should be', () => {
    const { counts } = device;
    const before = { ...counts };
    audited();
    expect(drifts()).to.deep.equal([]);
    expect(counts).to.deep.equal(before);
  });

  it('puts back what was removed, with its count and its name', () => {
    const [[key, flow] = [], ...others] = [...device.flows].reverse();
    device.flows.delete(key ?? '');
    device.groups.clear();
    audited();
    expect(device.flows.get(key ?? '')).to.equal(flow);
    expect(device.flows.size).to.equal(others.length + 1);
    expect(drifts()).to.have.length(1);
    expect(drifts()[0]?.message).to.match(
      /^somebody has changed 1 flow and 2 groups of hv1; .*cookie=0x4e5/,
    );
    expect(core.nve('hv1')?.flowsInstalled).to.equal(core.nve('hv1')?.flowsDesired);
  });

  it('puts back what a flow does, though its cookie is as it was', () => {
    const [key, flow] = [...device.flows].at(-1) ?? [];
    if (key === undefined || flow === undefined) throw new Error('there is no flow');
    device.flows.set(key, { ...flow, instructions: [{ type: 'clear_actions' }] });
    audited();
    expect(device.flows.get(key)).to.equal(flow);
    expect(drifts()).to.have.length(1);
  });

  it('takes away what has our mark and is not desired', () => {
    const [flow] = device.flows.values();
    if (flow === undefined) throw new Error('there is no flow');
    const before = device.flows.size;
    device.do([{ type: 'flow-add', flow: { ...flow, priority: 77 } }]);
    audited();
    expect(device.flows.size).to.equal(before);
  });

  it('is not begun while the switch has something to confirm', () => {
    answered = false;
    plug(['vm1', 'vm2']);
    expect(audit()).to.equal(undefined);
  });

  it('says nothing when something was sent since it began', () => {
    const read = audit() ?? 0;
    const before = device.installed();
    plug(['vm1', 'vm2']);
    const flows = device.flows.size;
    give({ type: 'installed', nve: 'hv1', read, installed: before });
    expect(drifts()).to.deep.equal([]);
    expect(device.flows.size).to.equal(flows);
  });
});
