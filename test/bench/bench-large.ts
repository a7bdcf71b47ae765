/**
 * A large database beside small ones: an edge with 10,000 interfaces joins while ports are attached on 20 small ones.
 * How long the others wait for it: the longest turn of the event loop, and the time until their flows are there.
 *
 * The large edge is a real ovsdb-server that a real ovs-vswitchd has left: that would need minutes to open so many
 * ports, so their numbers are written by us.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DummyEdge } from '../../scripts/lab/dummy-edges.ts';
import { OvsdbClient } from '../../scripts/lab/ovsdb-client.ts';
import { until } from '../../scripts/lab/waiting.ts';
import { type Contestant, openEdges } from './contestant.ts';
import { openNva } from './contestant-nva.ts';
import type { NvaDaemon } from './nva-daemon.ts';
import type { Report } from './report.ts';
import { figure, type Sample, sampleOf, spread } from './statistics.ts';
import { type TenantPort, tenantPort, tenantPorts } from './tenant-port.ts';

const GREEN = { kind: 'Network', name: 'green', vni: 5002 };
const ROWS_AT_ONCE = 500;
/** The first number of the large edge's ports; those of the small ones are below. */
const FIRST_INDEX = 100_001;
const DEADLINE_MS = 120_000;

interface Watched {
  readonly longestTurnMs: number;
  readonly latencyMs: Sample;
  readonly tookMs: number;
}

export async function benchLarge(
  { smallEdges, interfaces }: { readonly smallEdges: number; readonly interfaces: number },
  report: Report,
): Promise<void> {
  const { contestant, daemon } = await openNva(smallEdges);
  try {
    await contestant.declare(tenantPorts(1, 2_000));
    const own = tenantPorts(FIRST_INDEX, interfaces);
    report.progress(`declaring ${interfaces} ports of the large edge`);
    await declareGreen(daemon, own);
    // So that each of them is to hear of the others' ports.
    if ((await contestant.attachAll(tenantPorts(1, smallEdges), DEADLINE_MS)) === undefined) {
      throw new Error('flows of the small edges are missing');
    }
    const small = new SmallPorts(contestant, smallEdges + 1);
    const alone = await watch(daemon, small, () => sleep(5_000));
    // Characters beside the iface-id: a row of about 1 KB, and all of them about 50 MB.
    for (const padding of [0, 5_000]) {
      const title = padding === 0 ? 'plain' : `${((interfaces * padding) / 1e6).toFixed(0)} MB`;
      report.progress(`an edge with ${interfaces} interfaces (${title})`);
      const joined = await joinLarge(daemon, small, own, padding, report);
      report.figure({ bench: 'large', interfaces, padding, alone, joined });
      tell(`${interfaces} interfaces, ${title}`, smallEdges, alone, joined, report);
    }
  } finally {
    await contestant.close();
  }
}

async function declareGreen(daemon: NvaDaemon, ports: readonly TenantPort[]): Promise<void> {
  await daemon.apply([GREEN]);
  const manifests = ports.map(({ name, mac, ip }) => {
    return { kind: 'Port', name, network: GREEN.name, mac, ips: [ip] };
  });
  for (let at = 0; at < manifests.length; at += 5_000) {
    await daemon.apply(manifests.slice(at, at + 5_000));
  }
}

/** One port after the other on the first of the small edges. */
class SmallPorts {
  readonly #contestant: Contestant;
  #next: number;

  constructor(contestant: Contestant, firstIndex: number) {
    this.#contestant = contestant;
    this.#next = firstIndex;
  }

  /** Milliseconds until the last other edge had the flow of each, while `isGoingOn`. */
  async attachWhile(isGoingOn: () => boolean): Promise<number[]> {
    const times: number[] = [];
    while (isGoingOn()) {
      const attached = await this.#contestant.attachOne(tenantPort(this.#next++), 20_000);
      if (attached === undefined) throw new Error('a flow of a small edge is missing after 20 s');
      times.push(attached.othersMs);
      await sleep(50);
    }
    return times;
  }
}

async function watch(
  daemon: NvaDaemon,
  small: SmallPorts,
  work: () => Promise<unknown>,
): Promise<Watched> {
  await longestTurn(daemon);
  await sleep(500);
  await longestTurn(daemon);
  let isGoingOn = true;
  const latencies = small.attachWhile(() => isGoingOn);
  const startedAt = performance.now();
  await work();
  const tookMs = performance.now() - startedAt;
  isGoingOn = false;
  const latencyMs = sampleOf(await latencies);
  return { latencyMs, tookMs, longestTurnMs: await longestTurn(daemon) };
}

async function longestTurn(daemon: NvaDaemon): Promise<number> {
  return (await daemon.status()).process.longestTurnMs ?? Number.NaN;
}

async function joinLarge(
  daemon: NvaDaemon,
  small: SmallPorts,
  ports: readonly TenantPort[],
  padding: number,
  report: Report,
): Promise<Watched> {
  const edges = await openEdges('blarge', 1);
  try {
    const edge = edges.edge(1);
    await edge.vsctl('set', 'Open_vSwitch', '.', 'external_ids:system-id=large');
    await edge.vsctl(
      ...['set', 'Open_vSwitch', '.', 'external_ids:nva-encap-ip=10.9.200.1', '--', 'add-br'],
      ...['br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=dummy', 'fail_mode=secure'],
    );
    await edge.kill('vs');
    await fill(edge, ports, padding);
    const before = (await daemon.status()).counts.ports;
    const watched = await watch(daemon, small, async () => {
      await edge.joinManager(daemon.manager);
      await untilAttached(daemon, ports.length);
    });
    if ((await daemon.status()).counts.ports !== before) report.fault('ports were lost');
    await edge.stop('ovsdb');
    await until('the large edge to be gone', async () => !(await isConnected(daemon)), {
      deadlineMs: 20_000,
    });
    return watched;
  } finally {
    await edges.close();
    await daemon.delete('nves', 'large');
  }
}

/** Rows as ovs-vswitchd would leave them. */
async function fill(edge: DummyEdge, ports: readonly TenantPort[], padding: number): Promise<void> {
  const client = await OvsdbClient.open(edge.databaseSocket);
  const note = 'x'.repeat(padding);
  for (let at = 0; at < ports.length; at += ROWS_AT_ONCE) {
    const some = ports.slice(at, at + ROWS_AT_ONCE);
    const rows = some.flatMap(({ name }, place) => {
      const ids = [['iface-id', name], ...(padding === 0 ? [] : [['note', note]])];
      const row = { name, type: 'dummy', ofport: at + place + 1, external_ids: ['map', ids] };
      const interfaces = ['named-uuid', `i${place}`];
      return [
        { op: 'insert', table: 'Interface', 'uuid-name': `i${place}`, row },
        { op: 'insert', table: 'Port', 'uuid-name': `p${place}`, row: { name, interfaces } },
      ];
    });
    const made = ['set', some.map((_, place) => ['named-uuid', `p${place}`])];
    const mutations = [['ports', 'insert', made]];
    await client.transact([
      ...rows,
      { op: 'mutate', table: 'Bridge', where: [['name', '==', 'br-int']], mutations },
    ]);
  }
  client.close();
}

async function untilAttached(daemon: NvaDaemon, count: number): Promise<void> {
  const all = async () => {
    const { status } = await daemon.get<{ status: { ports: number } }>('/v1/nves/large');
    return status.ports === count;
  };
  const known = () => all().catch(() => false);
  await until(`${count} attached ports`, known, { deadlineMs: DEADLINE_MS, everyMs: 50 });
}

async function isConnected(daemon: NvaDaemon): Promise<boolean> {
  const { status } = await daemon.get<{ status: { connected: boolean } }>('/v1/nves/large');
  return status.connected;
}

function tell(
  what: string,
  smallEdges: number,
  alone: Watched,
  joined: Watched,
  report: Report,
): void {
  const row = (name: string, { longestTurnMs, latencyMs, tookMs }: Watched): string[] => [
    ...[name, figure(longestTurnMs), figure(latencyMs.median), figure(latencyMs.most)],
    ...[spread(latencyMs), figure(tookMs)],
  ];
  report.table({
    title: `A large database (${what}) joins beside ${smallEdges} small ones`,
    columns: ['', 'longest turn ms', 'small: median ms', 'most ms', 'spread', 'took ms'],
    rows: [row('before', alone), row('meanwhile', joined)],
    notes: [
      'small: one port after the other, from the transaction until its flow is on the last other edge',
      'took: from set-manager until every port of the large edge is attached',
    ],
  });
}
