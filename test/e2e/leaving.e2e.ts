/**
 * An NVE that an operator lets go: nothing of ours stays on it, and everything is as it was before.
 */
import { expect } from 'chai';
import { everyPairPings } from '../../scripts/lab/checks.ts';
import type { Hypervisor } from '../../scripts/lab/hypervisor.ts';
import type { Lab } from '../../scripts/lab/lab.ts';
import { databaseDump } from '../support/database-dump.ts';
import { tablesOf } from './support/flow-events.ts';
import { Site } from './support/site.ts';

let site: Site;
/** By hypervisor: as it was before it joined, in words. */
const asFound = new Map<string, readonly string[]>();

const OURS = /nva-|cookie=0x4e50|group_id=13[0-9]{8}/;
const FOREIGN_CONTROLLER = 'tcp:127.0.0.1:16653';

/** h2: an integration bridge of somebody who has a controller, ports, flows and settings there. */
async function makeForeign(hypervisor: Hypervisor): Promise<void> {
  await hypervisor.vsctl(
    ...['add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=netdev'],
    ...[
      'fail_mode=standalone',
      'protocols=OpenFlow10,OpenFlow12',
      'other_config:mac-table-size=4096',
    ],
    ...['external_ids:somebody=else', '--', 'set-controller', 'br-int', FOREIGN_CONTROLLER],
    ...['--', 'set', 'controller', 'br-int', 'connection_mode=out-of-band', 'max_backoff=60000'],
    ...['--', 'add-port', 'br-int', 'their0', '--', 'set', 'interface', 'their0', 'type=internal'],
    ...['--', 'add-port', 'br-int', 'their1', 'tag=7', '--', 'set', 'interface', 'their1'],
    ...['type=internal', 'external_ids:iface-id=nobody'],
  );
}

async function addForeignFlows(hypervisor: Hypervisor): Promise<void> {
  for (const flow of FOREIGN_FLOWS) await hypervisor.ofctlOn('br-int', 'add-flow', flow);
}

const FOREIGN_FLOWS = [
  'cookie=0xabc,table=0,priority=500,in_port=4000,actions=drop',
  'cookie=0xabc,table=40,priority=7,dl_dst=02:aa:00:00:00:01,actions=drop',
];

async function prepare(lab: Lab): Promise<void> {
  await makeForeign(lab.hv(2));
  await keep(lab);
}

async function wordsOf(hypervisor: Hypervisor): Promise<readonly string[]> {
  // Its manager is the operator's.
  const dump = (await databaseDump(hypervisor)).filter((line) => !line.startsWith('Manager '));
  return dump.map((line) => line.replace(/manager_options=\S+( \S+)*?\] /, '[] '));
}

async function flowsOf(hypervisor: Hypervisor): Promise<readonly string[]> {
  return tablesOf(hypervisor);
}

async function leaves(name: string): Promise<string> {
  const { code, stdout } = await site.controller.nva('delete', 'nve', name, '--wait=20');
  expect(code, stdout).to.equal(0);
  return stdout;
}

describe('an NVE that is let go', () => {
  before(async () => {
    site = await Site.open({ prefix: 'nvel', hypervisors: 3, prepare });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2, 3]);
    await addForeignFlows(site.hv(2));
    expect((await everyPairPings(site.lab, 'blue')).faults).to.deep.equal([]);
    await site.tenant('blue-1').detach();
  });

  after(() => site?.close());

  it('leaves a bare switch as it was, and the others stop sending to it first', async () => {
    const said = await leaves('h1');
    expect(said).to.match(/^nve\/h1 deleted\nh1 left after /);
    expect(await wordsOf(site.hv(1))).to.deep.equal(asFound.get('h1'));
    expect((await site.events()).map(({ code }) => code)).to.include('nve-left');
    const { stdout } = await site.controller.nva('get', 'nves');
    expect(stdout).to.match(/h1 +yes,left/);
    expect(await flowsOf(site.hv(3))).to.not.satisfy((lines: string[]) =>
      lines.some((line) => line.includes(site.hv(1).ipv4)),
    );
  });

  it('costs nothing and is written to no more, whatever it shows', async () => {
    const log = site.controller.logTail(1000).length;
    await site.hv(1).vsctl('--no-wait', 'set', 'Open_vSwitch', '.', 'external_ids:note=1');
    await site.hv(1).vsctl('--no-wait', 'remove', 'Open_vSwitch', '.', 'external_ids', 'note');
    await site.controller.must('wait', '--timeout', '10');
    expect(await wordsOf(site.hv(1))).to.deep.equal(asFound.get('h1'));
    await site.controller.restart();
    await site.nveBecomes('h1', ({ status }) => status.connected && status.phase === 'left');
    expect(await wordsOf(site.hv(1))).to.deep.equal(asFound.get('h1'));
    expect(log).to.be.above(0);
  });

  it('is served again with a new manager row, also of the same target', async () => {
    await site.join(site.hv(1));
    await site.tenant('blue-1').attach();
    await site.settled();
    expect((await everyPairPings(site.lab, 'blue')).faults).to.deep.equal([]);
    expect((await site.nve('h1')).status.phase).to.equal(undefined);
  });

  it('is taken back from when its database comes, if that was away when it was let go', async () => {
    const hypervisor = site.hv(1);
    await site.tenant('blue-1').detach();
    await hypervisor.kill('ovsdb');
    await site.nveBecomes('h1', ({ status }) => !status.connected);
    await site.controller.must('delete', 'nve', 'h1');
    const { status } = await site.nve('h1');
    expect(status.phase).to.equal('withdrawing');
    expect(status.conditions.map(({ code }) => code)).to.include('leaving-away');
    await hypervisor.startOvsdb();
    await site.nveBecomes('h1', (nve) => nve.status.phase === 'left');
    // Open vSwitch fills in again what its database does not keep (datapath_id).
    await hypervisor.vsctl('wait-until', 'bridge', 'br-phy', 'datapath_id!=[]');
    expect(await wordsOf(hypervisor)).to.deep.equal(asFound.get('h1'));
  });

  it('gives a bridge back to those whose it was, also when the instance is killed in the middle', async () => {
    await site.tenant('blue-2').detach();
    const theirs = (await flowsOf(site.hv(2))).filter((line) => !OURS.test(line));
    expect(theirs).to.have.length(FOREIGN_FLOWS.length);
    // So its switch does not confirm.
    site.hv(2).pause('vs');
    await site.controller.must('delete', 'nve', 'h2');
    await site.nveBecomes('h2', (nve) => nve.status.phase === 'leaving');
    await site.controller.kill();
    site.hv(2).resume('vs');
    await site.controller.start();
    await site.nveBecomes('h2', (nve) => nve.status.phase === 'left');
    expect(await wordsOf(site.hv(2))).to.deep.equal(asFound.get('h2'));
    await site.hv(2).vsctl('set', 'bridge', 'br-int', 'protocols=OpenFlow15');
    expect(await flowsOf(site.hv(2))).to.deep.equal(theirs);
  });

  it('keeps a bridge of ours in which others have something meanwhile, and says why', async () => {
    const hypervisor = site.hv(3);
    await hypervisor.vsctl(
      'add-port',
      'br-int',
      'late0',
      '--',
      'set',
      'interface',
      'late0',
      'type=internal',
    );
    await hypervisor.ofctl('add-flow', 'cookie=0xdef,table=9,priority=3,actions=drop');
    const said = await leaves('h3');
    expect(said).to.include('bridge br-int was made by us and has the ports');
    expect(said).to.include('late0').and.to.include('1 flows of others');
    const dump = await wordsOf(hypervisor);
    expect(
      dump.filter((line) =>
        OURS.test(line.replace(/external_ids=\[.*?nva-datapath-type.*?\]/, '')),
      ),
    ).to.deep.equal([]);
    expect(dump.some((line) => line.includes('late0'))).to.equal(true);
  });
});

async function keep(lab: Lab): Promise<void> {
  for (const hypervisor of lab.hypervisors) asFound.set(hypervisor.name, await wordsOf(hypervisor));
}
