/**
 * Faults that show with many NVEs, or with large tables: edges with the dummy datapath and one `nva serve` on loopback.
 * FAULT_EDGES=200 tries more edges than the tests' time allows.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type DummyEdge, DummyEdges } from '../../scripts/lab/dummy-edges.ts';
import { until } from '../../scripts/lab/waiting.ts';
import { NvaDaemon } from '../bench/nva-daemon.ts';
import { apiOf, differencesOf } from './support/fault-equality.ts';
import { FaultProxy } from './support/fault-proxy.ts';
import { FaultTable } from './support/fault-table.ts';
import { figure } from './support/figures.ts';

const EDGES = Number(process.env.FAULT_EDGES ?? 100);
/** For all of them, on a machine with two cores and other work to do. */
const ALL_BACK_MS = 45_000;
const ONE_BACK_MS = 15_000;
/** Of ovsdb-server towards us. */
const INACTIVITY_MS = 1_000;
const FLAP_MS = 200;
const FLAPPING_MS = Number(process.env.FLAPPING_MS ?? 5_000);
/** What the others may wait meanwhile, on a loaded machine. */
const DISTURBED_MS = 2_000;
/** Of one process with the edges that there are here. */
const RESIDENT_MAX_BYTES = 400_000_000;
const TURN_MAX_MS = 1_000;

let edges: DummyEdges;
let daemon: NvaDaemon;
const table = new FaultTable();

after(() => {
  process.stdout.write(table.toString('Faults with many edges: time to desired equals installed'));
});

describe(`${EDGES} edges, and a fault`, () => {
  before(() => open(EDGES));

  after(close);

  it('of nva, killed and started again: all are back in step', async () => {
    await daemon.stop('SIGKILL');
    await sleep(1_000);
    await measured(`nva killed and started, ${EDGES} edges come back`, ALL_BACK_MS, async () => {
      await daemon.start();
      await allEqual(ALL_BACK_MS);
    });
    await expectModest();
  });

  it('of every connection at once, by a pause of nva: all are back in step', async () => {
    // Longer than ovsdb-server's inactivity probe here; what it has ended, nva finds ended.
    process.kill(daemon.pid, 'SIGSTOP');
    await sleep(4 * INACTIVITY_MS);
    process.kill(daemon.pid, 'SIGCONT');
    // Else the pause itself would be its longest turn.
    await daemon.status();
    await measured(`all connections lost, ${EDGES} edges come back`, ALL_BACK_MS, () =>
      allEqual(ALL_BACK_MS),
    );
    await expectModest();
  });

  it('of one that comes and goes: the others are not disturbed', async () => {
    const edge = edges.edge(1);
    const flap = async () => {
      await edge.vsctl('--no-wait', 'del-manager');
      await sleep(100);
      await edge.joinManager(daemon.manager);
    };
    await undisturbed('an NVE whose manager comes and goes', flap);
    await join(edge, daemon.manager);
    await measured('an NVE that came and went', ONE_BACK_MS, () => equal(edge, ONE_BACK_MS));
  });

  it('of a tenant interface that comes and goes: the others are not disturbed', async () => {
    const edge = edges.edge(1);
    await undisturbed('an interface that comes and goes', async () => {
      await edge.removeInterfaces(['v0']);
      await edge.addInterfaces([{ name: 'v0', ifaceId: 'blue-1' }]);
    });
    await measured('an interface that came and went', ONE_BACK_MS, () => equal(edge, ONE_BACK_MS));
  });

  // Each on an edge of its own: ovs-vswitchd, too, waits longer each time that its database is killed.
  for (const [position, [what, ...words]] of [
    ['tunnel port', 'del-port', 'br-int', 'nva-geneve'],
    ['controllers', 'del-controller', 'br-int'],
    ['bridge', 'del-br', 'br-int'],
  ].entries()) {
    for (const when of ['before', 'after'] as const) {
      it(`of ovsdb-server, killed ${when} it took our transaction for the ${what}`, async () => {
        const edge = edges.edge(10 + 2 * position + (when === 'after' ? 1 : 0));
        const proxy = await FaultProxy.open(daemon.ovsdbPort);
        try {
          await join(edge, proxy.target);
          await equal(edge, ONE_BACK_MS);
          const killed = proxy.atNextTransaction(when, () => void edge.kill('ovsdb'));
          // We may be so quick that the server dies before ovs-vsctl has its answer. That it took the change is
          // what our transaction shows, without which nothing is killed.
          await edge.vsctl('--no-wait', ...words).catch(() => undefined);
          await killed;
          await until('its end', () => edge.processOf('ovsdb') === undefined, {
            deadlineMs: 5_000,
          });
          await edge.startOvsdb();
          const fault = `ovsdb-server killed ${when} a transaction of ours: ${what}`;
          await measured(fault, ONE_BACK_MS, () => equal(edge, ONE_BACK_MS));
          expect(await controllerCount(edge)).to.equal(1);
        } finally {
          proxy.close();
        }
      });
    }
  }

  it("of ovs-vswitchd's clock, which jumps by hours", async () => {
    const edge = edges.edge(7);
    await edge.appctl('time/warp', String(5 * 3_600_000));
    await measured("ovs-vswitchd's clock jumps 5 hours forwards", ONE_BACK_MS, async () => {
      await edge.removeInterfaces(['v0']);
      await edge.addInterfaces([{ name: 'v0', ifaceId: 'blue-7' }]);
      await equal(edge, ONE_BACK_MS);
    });
  });
});

describe('two edges, one of them with very many ports', () => {
  before(() => open(2));

  after(close);

  it('fill an ovs-vswitchd that was restarted as fast as it takes its flows', async () => {
    const [owner, edge] = [edges.edge(1), edges.edge(2)];
    // A port is attached where its interface is in the database: nobody needs to number so many of them.
    await owner.stop('vs');
    // Its ovsdb-server is silent for longer than the others may be.
    await join(owner, daemon.manager, 30_000);
    await owner.addInterfaces(range(MANY).map((at) => ({ name: `m${at}`, ifaceId: `many-${at}` })));
    await edge.addInterfaces([{ name: 'm', ifaceId: `many-${MANY}` }]);
    const ports = range(MANY + 1).map((at) => port('many', at));
    await daemon.apply([{ kind: 'Network', name: 'many', vni: 5002 }]);
    for (let at = 0; at <= MANY; at += AT_ONCE) await daemon.apply(ports.slice(at, at + AT_ONCE));
    await until('so many flows', async () => (await edge.flowCount()) > MANY, {
      ...{ deadlineMs: ALL_BACK_MS, everyMs: 100 },
    });
    await equal(edge, ALL_BACK_MS);
    const flows = await edge.flowCount();
    await edge.stop('vs');
    const start = performance.now();
    await edge.startVswitchd();
    const startMs = Math.round(performance.now() - start);
    const fault = `ovs-vswitchd restarted with ${flows} flows (its start took ${startMs} ms)`;
    await measured(fault, ONE_BACK_MS, async () => {
      const all = async () => (await edge.flowCount()) === flows;
      await until('all flows', all, { deadlineMs: ONE_BACK_MS, everyMs: 20 });
    });
    await equal(edge, ONE_BACK_MS);
  });
});

async function open(count: number): Promise<void> {
  edges = await DummyEdges.open({ prefix: 'nvefm', edges: count });
  daemon = await NvaDaemon.prepare(edges.folder, { instance: 'c1' });
  await daemon.start();
  await edges.each((edge) => join(edge, daemon.manager));
  await daemon.untilConfirmed(count, ALL_BACK_MS);
  // Declared when all interfaces are there: one change for each switch, not one for each pair.
  await edges.each((edge) => edge.addInterfaces([{ name: 'v0', ifaceId: `blue-${edge.index}` }]));
  const ports = edges.edges.map(({ index }) => port('blue', index));
  await daemon.apply([{ kind: 'Network', name: 'blue', vni: 5001 }, ...ports]);
  await allEqual(ALL_BACK_MS);
}

async function close(): Promise<void> {
  await daemon?.stop('SIGKILL');
  await edges?.close();
}

/** Ports on one edge: for each, another edge of the network has a flow. */
const MANY = 20_000;
/** Ports in one manifest. */
const AT_ONCE = 5_000;

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}

async function controllerCount(edge: DummyEdge): Promise<number> {
  const text = await edge.vsctl('--bare', '--columns=_uuid', 'list', 'Controller');
  return text.split('\n').filter((line) => line !== '').length;
}

/**
 * Repeats `flap` each FLAP_MS while another edge's interface comes and goes, and a third sees it: how long that took,
 * how much was logged, and how far the store's revisions have come.
 */
async function undisturbed(what: string, flap: () => Promise<void>): Promise<void> {
  const [changed, witness] = [edges.edge(5), edges.edge(6)];
  const watch = await witness.watchFlows();
  const before = await standOf();
  let flaps = 0;
  let isOver = false;
  const flapping = (async () => {
    for (; !isOver; flaps++) await Promise.all([flap(), sleep(FLAP_MS)]);
  })();
  const times: number[] = [];
  const end = performance.now() + FLAPPING_MS;
  while (performance.now() < end) {
    await changed.removeInterfaces(['v0']);
    await sleep(100);
    const start = performance.now();
    const seen = watch.sees('02:00:00:00:00:05', 5_000);
    await changed.addInterfaces([{ name: 'v0', ifaceId: 'blue-5' }]);
    times.push(((await seen) ?? Number.POSITIVE_INFINITY) - start);
  }
  isOver = true;
  await flapping;
  await watch.close();
  const after = await standOf();
  times.sort((a, b) => a - b);
  const [median = 0, worst = 0] = [times[times.length >> 1], times.at(-1)];
  const revisions = after.revision - before.revision;
  const lines = after.lines - before.lines;
  figure(
    `${what}, ${flaps} times: another's change seen after ${Math.round(median)} ms (median), ${Math.round(worst)} ms (worst); ${revisions} revisions, ${lines} log lines`,
  );
  expect(worst, 'ms until a change of another NVE is seen').to.be.below(DISTURBED_MS);
  // Each coming and going is a change of the store; what is as it was is not written again.
  expect(revisions).to.be.at.most(2 * (flaps + times.length) + 10);
  expect(lines).to.be.at.most(4 * (flaps + times.length) + 50);
}

async function standOf(): Promise<{ readonly revision: number; readonly lines: number }> {
  const { revision } = await daemon.get<{ readonly revision: number }>('/v1/status');
  const lines = readFileSync(daemon.logFile, 'utf8').split('\n').length;
  return { revision, lines };
}

async function join(edge: DummyEdge, manager: string, inactivityMs = INACTIVITY_MS): Promise<void> {
  await edge.joinManager(manager);
  const row = await edge.vsctl('--bare', '--columns=_uuid', 'list', 'Manager');
  await edge.vsctl(
    '--no-wait',
    'set',
    'Manager',
    row.trim(),
    'max_backoff=1000',
    `inactivity_probe=${inactivityMs}`,
  );
}

function port(network: string, number: number): object {
  const digits = number.toString(16).padStart(4, '0');
  const mac = `02:00:00:00:${digits.slice(0, 2)}:${digits.slice(2)}`;
  return {
    kind: 'Port',
    name: `${network}-${number}`,
    network,
    mac,
    ips: [`10.7.${number >> 8}.${number & 0xff}`],
  };
}

async function measured(fault: string, boundMs: number, work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  await work();
  const equalMs = performance.now() - start;
  figure(`${fault}: ${Math.round(equalMs)} ms`);
  table.add({ fault, equalMs, boundMs, lost: '-' });
}

/** Of nva's event loop, since `allEqual` began. */
let longestTurnMs = 0;

/** Every NVE has confirmed everything; a sample of them is looked at word by word. */
async function allEqual(boundMs: number): Promise<void> {
  longestTurnMs = 0;
  const count = edges.edges.length;
  const confirmed = async () => {
    const { counts, process: cost } = await daemon.status();
    longestTurnMs = Math.max(longestTurnMs, cost.longestTurnMs ?? 0);
    return counts.nvesConfirmed === count;
  };
  await until(`${count} confirmed NVEs`, confirmed, { deadlineMs: boundMs, everyMs: 20 });
  for (const index of [1, 2, Math.ceil(count / 2), count]) await equal(edges.edge(index), boundMs);
}

async function equal(edge: DummyEdge, boundMs: number): Promise<void> {
  let faults: readonly string[] = [];
  const ask = async () => {
    faults = await differencesOf(edge, apiOf(daemon), daemon.openflowTarget);
    return faults.length === 0;
  };
  await until('equal', ask, { deadlineMs: boundMs, everyMs: 20 }).catch(() => {
    throw new Error(`after ${boundMs} ms: ${faults.slice(0, 3).join('; ')}`);
  });
}

async function expectModest(): Promise<void> {
  const { residentBytes } = (await daemon.status()).process;
  figure(`${Math.round(residentBytes / 1e6)} MB resident, longest turn ${longestTurnMs} ms`);
  expect(residentBytes).to.be.below(RESIDENT_MAX_BYTES);
  expect(longestTurnMs).to.be.below(TURN_MAX_MS);
}
