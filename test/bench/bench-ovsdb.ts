/**
 * P10: tunnel ports until ovs-vswitchd has them, by Open vSwitch's own tool, by bare JSON and by our OVSDB library; and
 * what the product makes instead: one flow-based port for each encapsulation, however many remotes there are.
 *
 * Taken in turns on one edge each, with the bridge as nva makes it; "has" is the port's OpenFlow number in the database.
 */
import { connect, type Socket } from 'node:net';
import { OvsdbSession } from '../../protocols/ovsdb/session.ts';
import { Transaction } from '../../protocols/ovsdb/transaction.ts';
import type { DummyEdge, DummyEdges } from '../../scripts/lab/dummy-edges.ts';
import { OvsdbClient } from '../../scripts/lab/ovsdb-client.ts';
import { openEdges } from './contestant.ts';
import { NumberWatch } from './number-watch.ts';
import type { Report } from './report.ts';
import { figure, type Sample, sampleOf, spread } from './statistics.ts';

interface Tunnel {
  readonly name: string;
  readonly type: string;
  readonly options: Readonly<Record<string, string>>;
}

/** Adds the ports in one transaction; resolves when it is committed. */
interface Writer {
  readonly name: string;
  add(tunnels: readonly Tunnel[]): Promise<void>;
  close(): void;
}

const FLOW = { remote_ip: 'flow', key: 'flow' };
/** More words than one command line may have. */
const VSCTL_MAX = 1_000;

export async function benchOvsdb(
  { many, rounds }: { readonly many: number; readonly rounds: number },
  report: Report,
): Promise<void> {
  const rows: string[][] = [];
  for (const open of [openVsctl, openBare, openLibrary]) {
    const figures = await measure(open, many, rounds, report);
    for (const [what, name, sample] of figures) {
      report.figure({ bench: 'P10', what, contestant: name, ms: sample });
      rows.push([what, name, figure(sample.median), spread(sample)]);
    }
  }
  rows.sort(([a = ''], [b = '']) => ORDER.indexOf(a) - ORDER.indexOf(b));
  report.table({
    title: 'P10  tunnel ports until ovs-vswitchd has numbered them',
    columns: ['', 'by', 'median ms', 'spread'],
    rows: rows.map(([what = '', ...rest]) => [what.replace('MANY', String(many)), ...rest]),
    notes: [
      'a port per remote costs the switch O(ports) at each change; nva makes the last line once for each hypervisor',
    ],
  });
}

const ORDER = ['1', '100 at once', 'MANY at once', '1 beside MANY', 'flow-based, 3 at once'];

type Found = readonly [what: string, name: string, sample: Sample];

async function measure(
  open: (edge: DummyEdge) => Promise<Writer>,
  many: number,
  rounds: number,
  report: Report,
): Promise<Found[]> {
  const single: number[] = [];
  const hundred: number[] = [];
  const all: number[] = [];
  const beside: number[] = [];
  const flows: number[] = [];
  let name = '';
  for (let round = 1; round <= rounds; round++) {
    const edges = await openEdges('bovsdb', 1);
    try {
      const edge = await withBridge(edges);
      const watch = await NumberWatch.open(edge.databaseSocket);
      const writer = await open(edge);
      name = writer.name;
      report.progress(`tunnel ports by ${name}, round ${round} of ${rounds}`);
      const took = (tunnels: readonly Tunnel[]) => take(writer, watch, tunnels);
      flows.push(await took(['geneve', 'vxlan', 'gre'].map(flowBased)));
      single.push(await took(remotes(1, 1)));
      hundred.push(await took(remotes(2, 100)));
      all.push(await took(remotes(102, many)));
      for (let at = 0; at < 3; at++) beside.push(await took(remotes(102 + many + at, 1)));
      writer.close();
      watch.close();
    } finally {
      await edges.close();
    }
  }
  const samples = [single, hundred, all, beside, flows].map(sampleOf);
  return ORDER.flatMap((what, place) => {
    const sample = samples[place];
    return sample === undefined ? [] : [[what, name, sample] as const];
  });
}

async function withBridge(edges: DummyEdges): Promise<DummyEdge> {
  const edge = edges.edge(1);
  await edge.vsctl(
    ...['add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=dummy'],
    'fail_mode=secure',
  );
  return edge;
}

/** Milliseconds from the call until the switch has numbered the last. */
async function take(
  writer: Writer,
  watch: NumberWatch,
  tunnels: readonly Tunnel[],
): Promise<number> {
  const startedAt = performance.now();
  await writer.add(tunnels);
  const numbered: number[] = [];
  for (const { name } of tunnels) numbered.push(await watch.numberedAtMs(name, 60_000));
  return Math.max(...numbered) - startedAt;
}

function remotes(first: number, count: number): Tunnel[] {
  return Array.from({ length: count }, (_, place) => {
    const number = first + place;
    const remote = `10.8.${number >> 8}.${number & 0xff}`;
    return { name: `v${number}`, type: 'vxlan', options: { remote_ip: remote, key: 'flow' } };
  });
}

function flowBased(type: string): Tunnel {
  return { name: `nva-${type}`, type, options: FLOW };
}

async function openVsctl(edge: DummyEdge): Promise<Writer> {
  return {
    name: 'ovs-vsctl',
    async add(tunnels) {
      for (let at = 0; at < tunnels.length; at += VSCTL_MAX) {
        const words = tunnels
          .slice(at, at + VSCTL_MAX)
          .flatMap(({ name, type, options }) => [
            ...['--', 'add-port', 'br-int', name, '--', 'set', 'Interface', name, `type=${type}`],
            ...Object.entries(options).map(([key, value]) => `options:${key}=${value}`),
          ]);
        await edge.vsctl('--no-wait', ...words.slice(1));
      }
    },
    close: () => undefined,
  };
}

async function openBare(edge: DummyEdge): Promise<Writer> {
  const client = await OvsdbClient.open(edge.databaseSocket);
  return {
    name: 'bare JSON',
    async add(tunnels) {
      const rows = tunnels.flatMap(({ name, type, options }, place) => [
        {
          ...{ op: 'insert', table: 'Interface', 'uuid-name': `i${place}` },
          row: { name, type, options: ['map', Object.entries(options)] },
        },
        {
          ...{ op: 'insert', table: 'Port', 'uuid-name': `p${place}` },
          row: { name, interfaces: ['named-uuid', `i${place}`] },
        },
      ]);
      const ports = ['set', tunnels.map((_, place) => ['named-uuid', `p${place}`])];
      const where = [['name', '==', 'br-int']];
      await client.transact([
        ...rows,
        { op: 'mutate', table: 'Bridge', where, mutations: [['ports', 'insert', ports]] },
        { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['next_cfg', '+=', 1]] },
      ]);
    },
    close: () => client.close(),
  };
}

/** As the southbound uses it: a session that monitors what we monitor, and a transaction of ours. */
async function openLibrary(edge: DummyEdge): Promise<Writer> {
  const socket = connect(edge.databaseSocket);
  await new Promise((resolve) => socket.once('connect', resolve));
  const client = new LibraryClient(socket);
  await client.synced;
  return {
    name: 'our library',
    async add(tunnels) {
      const transaction = new Transaction();
      const ports = tunnels.map(({ name, type, options }) => {
        const row = { name, type, options: new Map(Object.entries(options)) };
        const interfaces = transaction.insert('Interface', row);
        return transaction.insert('Port', { name, interfaces });
      });
      transaction.mutate('Bridge', [['name', '==', 'br-int']], [['ports', 'insert', ports]]);
      transaction.mutate('Open_vSwitch', [], [['next_cfg', '+=', 1]]);
      await client.transact(transaction);
    },
    close: () => socket.destroy(),
  };
}

class LibraryClient {
  readonly synced: Promise<void>;
  readonly #socket: Socket;
  readonly #session: OvsdbSession;
  readonly #answers = new Map<number, (failure: string | undefined) => void>();
  #isSynced: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.synced = new Promise((resolve) => {
      this.#isSynced = resolve;
    });
    const tables = { Interface: ['name', 'ofport', 'external_ids'], Bridge: ['name', 'ports'] };
    const times = { probeIntervalMs: 0, requestTimeoutMs: 60_000 };
    const options = { database: 'Open_vSwitch', tables, ...times };
    this.#session = new OvsdbSession(options, performance.now());
    socket.on('data', (chunk) => {
      this.#session.receive(chunk, performance.now());
      this.#carryOn();
    });
    this.#carryOn();
  }

  transact({ operations }: Transaction): Promise<void> {
    const id = this.#session.transact(operations, performance.now());
    this.#carryOn();
    return new Promise((resolve, reject) => {
      this.#answers.set(id, (failure) => {
        if (failure === undefined) resolve();
        else reject(new Error(failure));
      });
    });
  }

  #carryOn(): void {
    for (const bytes of this.#session.takeOutput()) this.#socket.write(bytes);
    for (const event of this.#session.takeEvents()) {
      if (event.type === 'synced') this.#isSynced();
      if (event.type === 'request-failed') this.#answers.get(event.id)?.(event.error.detail);
      if (event.type === 'reply') {
        const { result } = event;
        this.#answers.get(event.id)?.(result.ok ? undefined : result.failure.details);
      }
      if (event.type === 'ended') throw new Error(event.error.detail);
    }
    const due = this.#session.deadline();
    if (due === undefined || due > performance.now()) return;
    setImmediate(() => {
      this.#session.tick(performance.now());
      this.#carryOn();
    });
  }
}
