/**
 * What is not ours on a hypervisor stays as it is, whatever we do there; and what somebody does to what is ours shows.
 */
import { expect } from 'chai';
import { everyPairPings } from '../../scripts/lab/checks.ts';
import type { Hypervisor } from '../../scripts/lab/hypervisor.ts';
import type { Lab } from '../../scripts/lab/lab.ts';
import { tablesOf } from './support/flow-events.ts';
import { scenariosOn } from './support/scenario.ts';
import { Site } from './support/site.ts';

let site: Site;
let theirs: readonly string[];
const scenario = scenariosOn(() => site);

/** The words of the flows and groups of somebody else, in the bridges of h1. */
const FOREIGN_FLOWS = [
  'cookie=0xabc,table=0,priority=500,in_port=4000,actions=drop',
  'cookie=0xabc,table=0,priority=1,dl_type=0x88cc,actions=drop',
  'cookie=0xabc,table=40,priority=7,dl_dst=02:aa:00:00:00:01,actions=drop',
  'cookie=0,table=200,priority=9,actions=group:77',
];
const FOREIGN_GROUPS = ['group_id=77,type=all,bucket=actions=drop'];

/** A controller of somebody else that nobody answers for. */
const FOREIGN_CONTROLLER = 'tcp:127.0.0.1:16653';

async function makeForeign(hypervisor: Hypervisor, bridge: string): Promise<void> {
  await hypervisor.vsctl(
    ...['add-br', bridge, '--', 'set', 'bridge', bridge, 'datapath_type=netdev'],
    ...['fail_mode=secure', 'external_ids:somebody=else', 'other_config:mac-table-size=4096'],
    ...['--', 'set-controller', bridge, FOREIGN_CONTROLLER],
    ...['--', 'add-port', bridge, `for-${bridge}`],
    ...['--', 'set', 'interface', `for-${bridge}`, 'type=internal', 'ofport_request=4000'],
    ...['external_ids:note=foreign'],
  );
  for (const group of FOREIGN_GROUPS) await hypervisor.ofctlOn(bridge, 'add-group', group);
  for (const flow of FOREIGN_FLOWS) await hypervisor.ofctlOn(bridge, 'add-flow', flow);
}

/** h1 was somebody's before: an own bridge, and the integration bridge with a controller of theirs. */
async function prepare(lab: Lab): Promise<void> {
  const [one, two] = [lab.hv(1), lab.hv(2)];
  await makeForeign(one, 'br-theirs');
  await makeForeign(one, 'br-int');
  await one.setExternalIds({ 'ovn-remote': 'tcp:192.0.2.9:6642', note: 'keep' });
  await one.vsctl('--no-wait', 'set', 'Open_vSwitch', '.', 'other_config:foreign=yes');
  theirs = await foreignOf(one);
  // No controller here: Open vSwitch removes the flows of such a bridge as soon as it gets one.
  await two.makeBridge();
}

const FOREIGN_COLUMNS = [
  ['bridge', 'br-theirs', 'external_ids', 'other_config', 'fail_mode', 'protocols', 'ports'],
  ['bridge', 'br-int', 'external_ids:somebody', 'other_config', 'protocols', 'datapath_id'],
  ['interface', 'for-br-int', 'ofport', 'type', 'external_ids', 'ofport_request'],
  ['Open_vSwitch', '.', 'external_ids:ovn-remote', 'external_ids:note', 'other_config'],
] as const;

/** Our cookies begin with NP, our groups' ids with 0x27 (docs/pipeline.md). */
const OURS = /cookie=0x4e50|group_id=13[0-9]{8}/;

/** Everything of somebody else's on the hypervisor, in words. */
async function foreignOf(hypervisor: Hypervisor): Promise<readonly string[]> {
  const values = await Promise.all(
    FOREIGN_COLUMNS.map((words) => hypervisor.vsctl('--no-wait', 'get', ...words)),
  );
  const controllers = await Promise.all(
    ['br-theirs', 'br-int'].map((bridge) => hypervisor.vsctl('get-controller', bridge)),
  );
  return [
    ...(await tablesOf(hypervisor, 'br-theirs')),
    ...(await tablesOf(hypervisor)).filter((line) => !OURS.test(line)),
    ...values,
    ...controllers
      .flatMap((text) => text.split('\n'))
      .filter((line) => line === FOREIGN_CONTROLLER),
  ];
}

async function expectTheirsUntouched(): Promise<void> {
  expect(await foreignOf(site.hv(1))).to.deep.equal(theirs);
}

async function expectPings(): Promise<void> {
  expect((await everyPairPings(site.lab, 'blue')).faults).to.deep.equal([]);
}

describe('a hypervisor that others use too', () => {
  before(async () => {
    site = await Site.open({ prefix: 'nvef', hypervisors: 2, prepare });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2]);
  });

  after(() => site?.close());

  describe('keeps what is theirs', keeping);
  describe('shows what somebody did to our flows', drifting);
  describe('is put right where somebody changed our configuration', restoring);
});

function keeping(): void {
  scenario('when it joins: flows, groups, ports, bridges, controllers, settings', async () => {
    expect(theirs.filter((line) => line.includes('cookie=0xabc'))).to.have.length(6);
    expect(theirs.filter((line) => line === FOREIGN_CONTROLLER)).to.have.length(2);
    await expectPings();
    await expectTheirsUntouched();
  });

  scenario('when ports, encapsulations and networks change', async () => {
    await site.tenant('blue-1').detach();
    await site.portBecomes('blue-1', ({ phase }) => phase === 'waiting');
    await expectTheirsUntouched();
    await site.hv(1).setExternalIds({ 'nva-encap-type': 'vxlan' });
    await site.tenant('blue-1').attach();
    await site.change({ name: 'blue', vni: 7777 });
    await site.settled();
    await expectPings();
    await expectTheirsUntouched();
    await site.change({ name: 'blue', vni: 5001 });
  });

  scenario('when controller and ovsdb-server restart', async () => {
    await site.controller.kill();
    await site.controller.start();
    await site.settled();
    await site.hv(1).restartOvsdb();
    await site.settled();
    await expectPings();
    await expectTheirsUntouched();
  });

  scenario(
    'or says beforehand what Open vSwitch will take: the flows of a bridge without controller',
    async () => {
      const events = await site.events();
      const log = site.controller.logTail(1000);
      expect(events.length).to.be.above(0);
      expect(log).to.include('bridge-joined').and.to.include('bridge br-int was there before');
    },
  );
}

/** The words of `nva flows --diff`, which must end with 1. */
async function difference(nve: string): Promise<string> {
  const { code, stdout } = await site.controller.nva('flows', nve, '--diff');
  expect(code).to.equal(1);
  return stdout;
}

/** Installed flows are read anew when a controller starts. */
async function readAnew(): Promise<void> {
  await site.controller.restart();
  await site.settled();
  expect(await site.differences()).to.deep.equal([]);
  await expectPings();
}

function drifting(): void {
  scenario('a flow that was removed', async () => {
    const match = `table=40,priority=100,reg0=5001,dl_dst=${site.tenant('blue-2').mac}`;
    await site.hv(1).ofctl('del-flows', '--strict', match);
    const lines = (await difference('h1')).split('\n').filter((line) => /^\s*\+/.test(line));
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include('02:00:00:00:00:02').and.to.include('blue-2');
    await readAnew();
  });

  scenario('a flow that was changed, and one that was added under our mark', async () => {
    const flow = `table=40,priority=100,reg0=5001,dl_dst=${site.tenant('blue-2').mac}`;
    await site.hv(1).ofctl('mod-flows', '--strict', `${flow},actions=drop`);
    expect(await difference('h1')).to.match(/^\s*-.*02:00:00:00:00:02.*drop/m);
    await site.hv(1).ofctl('del-flows', '--strict', flow);
    const added = 'cookie=0x4e5042d000000000,table=40,priority=100,reg0=1,actions=drop';
    await site.hv(1).ofctl('add-flow', added);
    expect(await difference('h1')).to.match(/^\s*-.*reg0=0x1 /m);
    await readAnew();
  });

  scenario('a group that was emptied, and one that was removed with its flows', async () => {
    const groups = await site.hv(2).ofctl('dump-groups');
    const [first, second] = [...groups.matchAll(/group_id=(\d+)/g)].map(([, id]) => id);
    await site.hv(2).ofctl('mod-group', `group_id=${first},type=all`);
    await site.hv(2).ofctl('del-groups', `group_id=${second}`);
    const text = await difference('h2');
    expect(text).to.include(`group ${first} has 0 buckets`);
    expect(text).to.include(`group ${second} is missing`);
    await readAnew();
  });
}

function restoring(): void {
  scenario('a tunnel port that was removed comes back, and the tenants with it', async () => {
    await site.hv(2).vsctl('del-port', 'nva-vxlan');
    await site.until('the tunnel port again', async () =>
      (await site.hv(2).vsctl('list-ports', 'br-int')).includes('nva-vxlan'),
    );
    await site.settled();
    await expectPings();
  });

  scenario('a bridge that was made to learn by itself is made secure again', async () => {
    await site.hv(2).vsctl('set-fail-mode', 'br-int', 'standalone');
    await site.until('a secure bridge', async () =>
      (await site.hv(2).vsctl('get-fail-mode', 'br-int')).includes('secure'),
    );
    await site.settled();
  });

  scenario(
    'a bridge whose controllers were removed gets ours and all its flows again',
    async () => {
      await site.hv(2).vsctl('del-controller', 'br-int');
      await site.until('the flows again', async () => (await site.differences()).length === 0);
      await site.settled();
      await expectPings();
    },
  );

  scenario(
    'a bridge that was removed is made again, and serves the ports that come back',
    async () => {
      await site.hv(2).vsctl('del-br', 'br-int');
      await site.portBecomes('blue-2', ({ phase }) => phase === 'waiting');
      await site.hv(2).waitForBridge('br-int');
      await site.tenant('blue-2').attach();
      await site.settled();
      await expectPings();
    },
  );
}
