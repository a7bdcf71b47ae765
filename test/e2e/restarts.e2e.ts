/**
 * What goes away and comes back: the controller, ovs-vswitchd, ovsdb-server; what the tenants notice of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { everyPairPings } from '../../scripts/lab/checks.ts';
import type { PingResult } from '../../scripts/lab/ping.ts';
import { figure } from './support/figures.ts';
import { changesDuring, tablesOf } from './support/flow-events.ts';
import { portPlan } from './support/manifests.ts';
import { scenariosOn } from './support/scenario.ts';
import { Site } from './support/site.ts';

let site: Site;
const scenario = scenariosOn(() => site);

/** Milliseconds between the pings of a pair: 100 Hz. */
const INTERVAL_MS = 10;

/** A bridge that may learns by itself after three probe intervals without a controller: ovs-vswitchd.conf.db(5). */
const STANDALONE_AFTER_MS = 15_500;

describe('three hypervisors under traffic', () => {
  before(async () => {
    site = await Site.open({ prefix: 'nver', hypervisors: 3 });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2, 3]);
    // red-4 is on h1 like blue-1, and blue has no address of that number.
    await site.declare({ name: 'red', vni: 5002 }, [2, 0, 0, 1]);
    expect((await everyPairPings(site.lab, 'blue')).faults).to.deep.equal([]);
    expect((await everyPairPings(site.lab, 'red')).faults).to.deep.equal([]);
  });

  after(() => site?.close());

  describe('and a controller that goes', controllerGoes);
  describe('and an ovs-vswitchd that goes', vswitchdGoes);
  describe('and an ovsdb-server that goes', ovsdbGoes);
});

/** 100 Hz between all pairs of blue, while `work` goes on and until all answer again. */
async function pinged(work: () => Promise<void>): Promise<Readonly<Record<string, PingResult>>> {
  const tenants = site.lab.tenants.filter(({ network }) => network === 'blue');
  const pings = tenants.flatMap((from) =>
    tenants
      .filter((to) => to !== from)
      .map((to, position) => ({
        path: `${from.hypervisor.name}->${to.hypervisor.name}`,
        // IPv4 one way, IPv6 the other.
        ping: from.startPing(to.ips[position] ?? '', INTERVAL_MS),
      })),
  );
  const answering = async (more: number) => {
    const before = pings.map(({ ping }) => ping.answers);
    await site.until('answers', async () =>
      pings.every(({ ping }, index) => ping.answers >= (before[index] ?? 0) + more),
    );
  };
  await answering(10);
  await work();
  await answering(10);
  const results = await Promise.all(
    pings.map(async ({ path, ping }) => [path, await ping.stop()] as const),
  );
  return Object.fromEntries(results);
}

function lostOf(results: Readonly<Record<string, PingResult>>): Record<string, number> {
  return Object.fromEntries(Object.entries(results).map(([path, { lost }]) => [path, lost]));
}

const NOTHING_LOST = {
  'h1->h2': 0,
  'h1->h3': 0,
  'h2->h1': 0,
  'h2->h3': 0,
  'h3->h1': 0,
  'h3->h2': 0,
};

function controllerGoes(): void {
  scenario('by kill -9 and comes back: no ping lost, no flow or group touched', async () => {
    const changes = await changesDuring(site.lab.hypervisors, async () => {
      const results = await pinged(async () => {
        await site.controller.kill();
        const start = performance.now();
        await site.controller.start();
        await site.inStep();
        figure(`kill -9 to all NVEs in step: ${Math.round(performance.now() - start)} ms`);
      });
      expect(lostOf(results)).to.deep.equal(NOTHING_LOST);
      await site.settled();
    });
    expect(changes).to.deep.equal([]);
  });

  scenario('by SIGTERM: the switches go on forwarding while it is away', async () => {
    const changes = await changesDuring(site.lab.hypervisors, async () => {
      const results = await pinged(async () => {
        await site.controller.stop();
        const fresh = await everyPairPings(site.lab, 'red');
        expect(fresh.faults).to.deep.equal([]);
        await site.controller.start();
        await site.inStep();
      });
      expect(lostOf(results)).to.deep.equal(NOTHING_LOST);
      await site.settled();
    });
    expect(changes).to.deep.equal([]);
  });

  scenario('takes in what came and went while it was away', async () => {
    const gone = site.tenant('red-4');
    const came = { ...portPlan('red', 2), network: 'newcomers', hypervisor: site.hv(3) };
    const newcomer = await site.lab.addTenant(came);
    await site.controller.kill();
    await gone.detach();
    await newcomer.attach();
    await site.controller.start();
    await site.settled();
    await site.portBecomes('red-4', ({ phase }) => phase === 'waiting');
    expect(await newcomer.reaches('192.168.7.1')).to.equal(true);
    await newcomer.detach();
    await gone.attach();
    await site.settled();
  });
}

async function expectGap(
  what: string,
  work: () => Promise<void>,
): Promise<Readonly<Record<string, PingResult>>> {
  let workMs = 0;
  const results = await pinged(async () => {
    const start = performance.now();
    await work();
    workMs = performance.now() - start;
  });
  const gaps = Object.values(results).map(({ longestGap }) => longestGap * INTERVAL_MS);
  figure(
    `${what}: ${Math.round(workMs)} ms for the restart itself, ${Math.max(...gaps)} ms without answers at most`,
  );
  // Between the hypervisors that stayed up nothing happened.
  expect(lostOf(results)).to.deep.include({ 'h1->h3': 0, 'h3->h1': 0 });
  return results;
}

function vswitchdGoes(): void {
  scenario('by its own exit and comes back: the flows come back by themselves', async () => {
    const before = await tablesOf(site.hv(2));
    await expectGap('ovs-vswitchd restarted', () => site.hv(2).restartVswitchd());
    await site.settled();
    expect(await tablesOf(site.hv(2))).to.deep.equal(before);
  });

  scenario('by kill -9 and comes back: the flows come back by themselves', async () => {
    const before = await tablesOf(site.hv(2));
    await expectGap('ovs-vswitchd killed', async () => {
      await site.hv(2).kill('vs');
      await site.hv(2).recoverVswitchd();
    });
    await site.settled();
    expect(await tablesOf(site.hv(2))).to.deep.equal(before);
  });

  scenario(
    'while the controller is away becomes no plain switch: nothing passes between networks',
    async () => {
      const [blue, red] = [site.tenant('blue-1'), site.tenant('red-4')];
      await site.controller.stop();
      await site.hv(1).restartVswitchd();
      await sleep(STANDALONE_AFTER_MS);
      const heard = await red.capture(`ether host ${blue.mac}`);
      // ARP for a broadcast, and a frame that needs none.
      expect(await blue.reaches('192.168.7.4', 800)).to.equal(false);
      const neighbour = ['192.168.7.4', 'lladdr', red.mac, 'dev', 'eth0', 'nud', 'permanent'];
      await blue.exec(['ip', 'neigh', 'replace', ...neighbour]);
      expect(await blue.reaches('192.168.7.4', 300)).to.equal(false);
      expect(await heard.stop()).to.deep.equal([]);
      expect(await tablesOf(site.hv(1))).to.deep.equal([]);
      await site.controller.start();
      await site.settled();
      for (const network of ['blue', 'red']) {
        expect((await everyPairPings(site.lab, network)).faults).to.deep.equal([]);
      }
    },
  );
}

function ovsdbGoes(): void {
  scenario(
    'and comes back: no ping lost, no flow touched, and changes are seen again',
    async () => {
      const changes = await changesDuring([site.hv(2)], async () => {
        const results = await pinged(async () => {
          await site.hv(2).restartOvsdb();
          await site.inStep();
        });
        expect(lostOf(results)).to.deep.equal(NOTHING_LOST);
        await site.settled();
      });
      expect(changes).to.deep.equal([]);
      const tenant = site.tenant('red-1');
      await tenant.detach();
      await site.portBecomes('red-1', ({ phase }) => phase === 'waiting');
      await tenant.attach();
      await site.settled();
      expect((await everyPairPings(site.lab, 'red')).faults).to.deep.equal([]);
    },
  );

  scenario(
    'and stays away for a while: its tenants go on, and status says that it is away',
    async () => {
      const results = await pinged(async () => {
        await site.hv(2).stop('ovsdb');
        const away = await site.nveBecomes('h2', ({ status }) => !status.connected);
        expect(away.status.owner).to.equal(undefined);
        expect((await site.port('blue-2')).status).to.deep.include({ phase: 'active', nve: 'h2' });
        await site.hv(2).startOvsdb();
        await site.inStep();
      });
      expect(lostOf(results)).to.deep.equal(NOTHING_LOST);
      const codes = (await site.events())
        .filter(({ object }) => object === 'nve/h2')
        .map(({ code }) => code);
      expect(codes).to.include.members(['nve-lost', 'nve-connected']);
      await site.settled();
    },
  );
}
