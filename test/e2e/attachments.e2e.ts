/**
 * Ports that come, go, move and are wrong: what the hypervisors' interfaces say is what the network does.
 */
import { expect } from 'chai';
import type { MappingView } from '../../lib/model/views.ts';
import { everyPairPings } from '../../scripts/lab/checks.ts';
import type { Tenant } from '../../scripts/lab/tenant.ts';
import { copiesOfCast } from './support/copies.ts';
import { figure } from './support/figures.ts';
import { tablesOf } from './support/flow-events.ts';
import { networkManifest, portManifest, portPlan } from './support/manifests.ts';
import { scenariosOn } from './support/scenario.ts';
import { Site } from './support/site.ts';

let site: Site;
/** h1 as it was with blue alone. */
let withoutRed: readonly string[];
const scenario = scenariosOn(() => site);

describe('ports on three hypervisors', () => {
  before(async () => {
    site = await Site.open({ prefix: 'nvet', hypervisors: 3 });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2, 3]);
    withoutRed = await tablesOf(site.hv(1));
    await site.declare({ name: 'red', vni: 5002 }, [1, 2]);
  });

  after(() => site?.close());

  describe('that come and go', comingAndGoing);
  describe('that move', moving);
  describe('that the operator deletes', deleting);
  describe('that nobody declared, or several name', naming);
  describe('whose interface does not work, or changes its mind', brokenAndChanging);
});

async function expectPings(network: string): Promise<void> {
  expect((await everyPairPings(site.lab, network)).faults).to.deep.equal([]);
}

async function detached(tenant: Tenant): Promise<void> {
  await tenant.detach();
  await site.portBecomes(tenant.ifaceId, ({ phase }) => phase === 'waiting');
  await site.settled();
}

async function sequenceOf(port: string): Promise<number> {
  const mappings = await site.controller.get<readonly MappingView[]>('mappings');
  return mappings.find((mapping) => mapping.name === port)?.sequence ?? Number.NaN;
}

/** Another interface with the iface-id, MAC and addresses of blue-2; the lab counts it to no network. */
async function doubleOfBlue2(name: string, place: number): Promise<Tenant> {
  const plan = { ...portPlan('blue', 2), name, network: 'double', ifaceId: 'blue-2' };
  return site.lab.addTenant({ ...plan, hypervisor: site.hv(place) });
}

function comingAndGoing(): void {
  scenario('the last one to leave a hypervisor takes all of its network along', async () => {
    expect(await tablesOf(site.hv(1))).not.to.deep.equal(withoutRed);
    await expectPings('red');
    await detached(site.tenant('red-1'));
    expect(await tablesOf(site.hv(1))).to.deep.equal(withoutRed);
    expect((await site.network('red')).status.nves).to.deep.equal(['h2']);
    const left = await copiesOfCast(site.lab, site.tenant('red-2'), 'broadcast', 3);
    expect(left).to.deep.equal({ tenants: {}, underlay: {} });
  });

  scenario('one that comes back is served again', async () => {
    await site.tenant('red-1').attach();
    await site.settled();
    await expectPings('red');
    const { status } = await site.port('red-1');
    expect(status).to.deep.include({ phase: 'active', nve: 'h1' });
    expect(status.ofport).to.equal(await site.tenant('red-1').ofport());
  });
}

function moving(): void {
  scenario('a port that moves to another hypervisor is found there by itself', async () => {
    const moved = site.tenant('blue-2');
    const pings = [site.tenant('blue-1'), site.tenant('blue-3')].map((tenant) =>
      tenant.startPing('192.168.7.2'),
    );
    await site.until('answers', async () => pings.every((ping) => ping.answers > 20));
    const start = performance.now();
    await moved.moveTo(site.hv(3));
    const movedMs = performance.now() - start;
    const [at] = pings.map((ping) => ping.answers);
    await site.until('answers again', async () =>
      pings.every((ping) => ping.answers > (at ?? 0) + 20),
    );
    const results = await Promise.all(pings.map((ping) => ping.stop()));
    figure(
      `move: ${Math.round(movedMs)} ms for the move itself, ${results.map(({ lost }) => lost).join(' and ')} of the 100 Hz pings lost`,
    );
    // The tenant is unplugged meanwhile: what counts is that little more than that is lost.
    for (const { longestGap } of results) expect(longestGap * 10).to.be.below(movedMs + 1000);
    await site.settled();
    expect((await site.port('blue-2')).status.nve).to.equal('h3');
    await expectPings('blue');
    await moved.moveTo(site.hv(2));
    await site.settled();
  });

  scenario(
    'a port that is plugged at the target first is taken over when the source lets go',
    async () => {
      const [source, target] = [site.tenant('blue-2'), await doubleOfBlue2('target', 3)];
      await target.attach();
      await site.portBecomes('blue-2', ({ phase }) => phase === 'conflict');
      const sequence = await sequenceOf('blue-2');
      await source.detach();
      const { nve } = await site.portBecomes('blue-2', ({ phase }) => phase === 'active');
      expect(nve).to.equal('h3');
      expect(await sequenceOf('blue-2')).to.equal(sequence + 1);
      expect(await site.tenant('blue-1').reaches('192.168.7.2')).to.equal(true);
      await target.detach();
      await source.attach();
      await site.settled();
      await expectPings('blue');
    },
  );
}

function deleting(): void {
  scenario(
    'a port deleted while attached is cut off, and comes back when it is applied',
    async () => {
      await site.controller.must('delete', 'port', 'blue-3');
      await site.controller.must('wait');
      expect(await site.tenant('blue-1').reaches('192.168.7.3', 500)).to.equal(false);
      expect(await site.tenant('blue-3').reaches('192.168.7.1', 500)).to.equal(false);
      const { status } = await site.nve('h3');
      expect(status.conditions.map(({ code }) => code)).to.deep.equal(['port-unknown']);
      await site.controller.apply(portManifest(portPlan('blue', 3)), 10);
      await site.portBecomes('blue-3', ({ phase }) => phase === 'active');
      await expectPings('blue');
      expect((await site.nve('h3')).status.conditions).to.deep.equal([]);
    },
  );

  scenario(
    'a network is refused while it has ports, and goes with them from every switch',
    async () => {
      const refused = await site.controller.nva('delete', 'network', 'red');
      expect(refused.code).to.equal(2);
      expect(refused.stderr).to.include('it still has ports: delete red-1, red-2 first');
      const manifest =
        networkManifest({ name: 'red' }) +
        [1, 2].map((number) => portManifest(portPlan('red', number))).join('');
      const { code } = await site.controller.nvaWithInput(manifest, 'delete', '-f', '-');
      expect(code).to.equal(0);
      await site.controller.must('wait');
      expect(await tablesOf(site.hv(1))).to.deep.equal(withoutRed);
      await site.controller.apply(manifest.replace('name: red\n', 'name: red\nvni: 5002\n'), 10);
      await site.settled();
      await expectPings('red');
    },
  );
}

function naming(): void {
  scenario(
    'an interface that names no port is told of, and served as soon as the port is applied',
    async () => {
      const plan = { ...portPlan('blue', 8), name: 'later' };
      const tenant = await site.lab.addTenant({
        ...plan,
        network: 'later',
        hypervisor: site.hv(2),
      });
      await tenant.attach();
      const { status } = await site.nveBecomes('h2', (nve) => nve.status.conditions.length > 0);
      const sentence = `interface ${tenant.device} on h2 names port later, which is not declared: apply a Port of that name, or correct external_ids:iface-id`;
      expect(status.conditions).to.deep.equal([{ code: 'port-unknown', message: sentence }]);
      const events = await site.events();
      expect(events.some((event) => event.message === sentence)).to.equal(true);
      expect(await site.tenant('blue-1').reaches('192.168.7.8', 300)).to.equal(false);
      await site.controller.apply(portManifest(plan), 10);
      await site.portBecomes('later', ({ phase }) => phase === 'active');
      expect(await site.tenant('blue-1').reaches('192.168.7.8')).to.equal(true);
      await site.controller.must('delete', 'port', 'later');
      await tenant.detach();
      await site.nveBecomes('h2', (nve) => nve.status.conditions.length === 0);
    },
  );

  scenario(
    'a port that two hypervisors name stays with the first, and both are named',
    async () => {
      const second = await doubleOfBlue2('second', 1);
      await second.attach();
      const conflict = await site.portBecomes('blue-2', ({ phase }) => phase === 'conflict');
      expect(conflict).to.deep.include({
        nve: 'h2',
        reason:
          'blue-2 is attached to h2, and h1 names it too: h2 keeps it until its interface goes',
      });
      expect(await site.tenant('blue-2').reaches('192.168.7.3')).to.equal(true);
      expect(await second.reaches('192.168.7.3', 300)).to.equal(false);
      await second.detach();
      await site.portBecomes('blue-2', ({ phase }) => phase === 'active');
      await expectPings('blue');
    },
  );

  scenario(
    'of two interfaces on one hypervisor with the same iface-id one is used, and both are named',
    async () => {
      const twin = await doubleOfBlue2('twin', 2);
      await twin.attach();
      const first = site.tenant('blue-2');
      const conflict = await site.portBecomes('blue-2', ({ phase }) => phase === 'conflict');
      expect(conflict.reason).to.include(first.device).and.to.include(twin.device);
      expect(conflict.interface).to.equal(first.device);
      expect(await first.reaches('192.168.7.3')).to.equal(true);
      expect(await twin.reaches('192.168.7.3', 300)).to.equal(false);
      await first.detach();
      const taken = await site.portBecomes('blue-2', ({ phase }) => phase === 'active');
      expect(taken.interface).to.equal(twin.device);
      expect(await twin.reaches('192.168.7.3')).to.equal(true);
      await twin.detach();
      await first.attach();
      await site.settled();
    },
  );
}

function brokenAndChanging(): void {
  scenario('an interface that cannot be opened is the reason why its port waits', async () => {
    await site.controller.apply(portManifest(portPlan('blue', 9)));
    await site
      .hv(1)
      .vsctl(
        ...['--no-wait', 'add-port', 'br-int', 'absent0'],
        ...['--', 'set', 'interface', 'absent0', 'external_ids:iface-id=blue-9'],
      );
    const { phase } = await site.portBecomes(
      'blue-9',
      ({ reason }) => reason?.includes('absent0 on h1 does not work') === true,
    );
    expect(phase).to.equal('waiting');
    await site.hv(1).vsctl('--no-wait', 'del-port', 'absent0');
    await site.portBecomes(
      'blue-9',
      ({ reason }) => reason === 'no interface of a connected NVE has external_ids:iface-id=blue-9',
    );
    await site.controller.must('delete', 'port', 'blue-9');
  });

  scenario('an interface that is given another iface-id becomes the other port', async () => {
    const tenant = site.tenant('blue-2');
    await site.controller.apply(portManifest(portPlan('red', 7)));
    const set = ['set', 'interface', tenant.device];
    await site.hv(2).vsctl(...set, 'external_ids:iface-id=red-7');
    await site.portBecomes('red-7', ({ phase }) => phase === 'active');
    await site.portBecomes('blue-2', ({ phase }) => phase === 'waiting');
    await site.controller.must('wait');
    expect(await site.tenant('blue-1').reaches('192.168.7.2', 500)).to.equal(false);
    expect(await site.tenant('red-1').reaches('192.168.7.2')).to.equal(true);
    await site.hv(2).vsctl('remove', 'interface', tenant.device, 'external_ids', 'iface-id');
    await site.portBecomes('red-7', ({ phase }) => phase === 'waiting');
    await site.hv(2).vsctl(...set, 'external_ids:iface-id=blue-2');
    await site.portBecomes('blue-2', ({ phase }) => phase === 'active');
    await site.controller.must('delete', 'port', 'red-7');
    await expectPings('blue');
  });
}
