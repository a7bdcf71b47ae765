/**
 * Who an NVE is: one that changes its name is known again by what it is, one that takes another's name or address is
 * refused by name, and the first keeps working.
 */
import { expect } from 'chai';
import type { NveView } from '../../lib/model/views.ts';
import { everyPairPings } from '../../scripts/lab/checks.ts';
import type { Hypervisor } from '../../scripts/lab/hypervisor.ts';
import { changesDuring } from './support/flow-events.ts';
import { Site } from './support/site.ts';

let site: Site;

function rename(hypervisor: Hypervisor, name: string): Promise<void> {
  return hypervisor.setExternalIds({ 'system-id': name });
}

async function up(name: string): Promise<NveView> {
  return site.until(`${name} is up`, async () => {
    const nve = (await site.nves()).find((one) => one.name === name);
    const { status } = nve ?? {};
    const isUp = status?.connected === true && status.flows.desired === status.flows.installed;
    return isUp && status.flows.desired > 0 ? nve : undefined;
  });
}

async function codesOf(name: string): Promise<string[]> {
  const nve = (await site.nves()).find((one) => one.name === name);
  return nve?.status.conditions.map(({ code }) => code) ?? [];
}

async function expectPings(): Promise<void> {
  await site.controller.must('wait', '--timeout', '20');
  expect((await everyPairPings(site.lab, 'blue')).faults).to.deep.equal([]);
}

async function eventCodes(): Promise<string[]> {
  return (await site.events()).map(({ code }) => code);
}

describe('the identity of an NVE', () => {
  before(async () => {
    site = await Site.open({ prefix: 'nvid', hypervisors: 3 });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2, 3]);
  });

  after(() => site?.close());

  it('outlives another system-id while it is connected: its number, its ports, every flow', async () => {
    const changes = await changesDuring(site.lab.hypervisors, async () => {
      await rename(site.hv(1), 'one');
      await up('one');
      await site.portBecomes('blue-1', ({ nve, phase }) => nve === 'one' && phase === 'active');
      await expectPings();
    });
    expect(changes).to.deep.equal([]);
    expect((await site.nves()).map(({ name }) => name)).to.deep.equal(['h2', 'h3', 'one']);
    expect(await eventCodes()).to.include('nve-renamed');
  });

  it('outlives one that came while the controller was away', async () => {
    const changes = await changesDuring(site.lab.hypervisors, async () => {
      await site.controller.stop();
      await rename(site.hv(2), 'two');
      await site.controller.start();
      await up('two');
      await site.portBecomes('blue-2', ({ nve, phase }) => nve === 'two' && phase === 'active');
      await expectPings();
    });
    expect(changes).to.deep.equal([]);
    expect((await site.nves()).map(({ name }) => name)).to.deep.equal(['h3', 'one', 'two']);
  });

  it('is that of the first where a second has the same system-id, who is named on it', async () => {
    await rename(site.hv(3), 'one');
    await site.until('the rival is named', async () =>
      (await codesOf('one')).includes('system-id-taken'),
    );
    const { stdout } = await site.controller.nva('describe', 'nve', 'one');
    expect(stdout).to.include(site.hv(3).managementIp).and.to.include('external_ids:system-id');
    expect(await eventCodes()).to.include('system-id-taken');
    await rename(site.hv(3), 'h3');
    await up('h3');
    await expectPings();
  });

  it('does not give it the underlay address of another, who keeps it', async () => {
    const { ipv4 } = site.hv(1);
    await site.hv(3).setExternalIds({ 'nva-encap-ip': ipv4 });
    await site.until('it is named', async () => (await codesOf('h3')).includes('endpoint-taken'));
    const { stdout } = await site.controller.nva('describe', 'nve', 'h3');
    expect(stdout).to.include(`${ipv4} is that of one`);
    const one = await site.nve('one');
    expect(one.status.endpoints.map(({ ip }) => ip)).to.include(ipv4);
    expect((await site.nve('h3')).status.endpoints).to.deep.equal([]);
    await site.hv(3).setExternalIds({ 'nva-encap-ip': site.hv(3).ipv4 });
    await site.nveBecomes('h3', ({ status }) => status.endpoints.length > 0);
    await expectPings();
    expect(await codesOf('h3')).to.not.include('endpoint-taken');
  });

  it('ends with its database: a new one at its address has the address, and it gets nothing', async () => {
    const hypervisor = site.hv(3);
    await hypervisor.stop('vs');
    await hypervisor.stop('ovsdb');
    await site.nveBecomes('h3', ({ status }) => !status.connected);
    await hypervisor.reinstall();
    await rename(hypervisor, 'three');
    await hypervisor.joinManager(site.controller.manager);
    const three = await up('three');
    expect(three.status.endpoints.map(({ ip }) => ip)).to.include(hypervisor.ipv4);
    expect((await site.nve('h3')).status.endpoints).to.deep.equal([]);
    expect(await eventCodes()).to.include('endpoint-taken-over');
  });
});
