/**
 * P1: 100,000 overlay flows into one bridge, ours against raw bytes from C and ovs-ofctl; and their adoption at a
 * restart (P4's last line), because the bridge with 100,000 flows is here.
 *
 * Ours: the store was filled through its public contract with 100,000 ports attached to an NVE that never connects;
 * one real edge joins, and one port of the same network is attached to it. The others write the same flows into a
 * bridge of another ovs-vswitchd of the same kind.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended, run } from '../../scripts/lab/command.ts';
import { projectFile } from '../../scripts/lab/controller.ts';
import type { DummyEdge, DummyEdges } from '../../scripts/lab/dummy-edges.ts';
import { openEdges } from './contestant.ts';
import { FlowCountPoll } from './flow-count-poll.ts';
import { FlowObserver } from './flow-observer.ts';
import { NvaDaemon } from './nva-daemon.ts';
import { seedStore, writeFlows } from './overlay-flows.ts';
import { lastConnectionMs, untilAdopted } from './reconnection.ts';
import type { Report } from './report.ts';
import { figure, sampleOf, spread } from './statistics.ts';
import { tenantPort } from './tenant-port.ts';

const DEADLINE_MS = 60_000;
/** ovs-ofctl with 100,000 flows took 2.2 s at most where this was written. */
const COMMAND_MS = 60_000;

interface Line {
  readonly name: string;
  readonly measure: () => Promise<number>;
  readonly ms: number[];
}

export async function benchIngestion(count: number, rounds: number, report: Report): Promise<void> {
  const edges = await openEdges('bflow', 2);
  const daemon = await NvaDaemon.prepare(edges.folder);
  try {
    report.progress(`P1: a store with ${count} ports`);
    await seedStore(daemon.storeDirectory, count);
    await daemon.start(DEADLINE_MS);
    const bench = await Ingestion.open(edges, daemon, count, report);
    await bench.inTurns(rounds);
    await bench.restart(Math.min(rounds, 3));
    bench.close();
  } finally {
    await daemon.stop();
    await edges.close();
  }
}

class Ingestion {
  readonly #edges: DummyEdges;
  readonly #daemon: NvaDaemon;
  readonly #count: number;
  readonly #report: Report;
  readonly #own: FlowCountPoll;
  readonly #other: FlowCountPoll;
  /** Flows of our own edge before the port. */
  readonly #base: number;
  readonly #fromFirst: number[] = [];
  readonly #againFromFirst: number[] = [];

  static async open(
    edges: DummyEdges,
    daemon: NvaDaemon,
    count: number,
    report: Report,
  ): Promise<Ingestion> {
    const [ours, other] = [edges.edge(1), edges.edge(2)];
    await ours.joinManager(daemon.manager);
    await ours.vsctl('--no-wait', 'set', 'Manager', '.', 'max_backoff=1000');
    await untilAdopted(daemon, 1);
    await other.vsctl(
      ...['add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=dummy'],
      ...['fail_mode=secure', '--', 'add-port', 'br-int', 'geneve', '--'],
      ...['set', 'Interface', 'geneve', 'type=geneve', 'options:remote_ip=flow'],
      ...['options:key=flow', 'ofport_request=65001'],
    );
    const files = filesOf(edges);
    const bytes = writeFlows(files.bytes, files.text, count);
    report.progress(`P1: ${count} flows are ${bytes} bytes`);
    const source = projectFile('test/bench/blaster.c');
    await run(['gcc', '-O2', '-o', files.blaster, source], { deadlineMs: COMMAND_MS });
    const own = await FlowCountPoll.open(socketOf(ours));
    const base = await own.count();
    const polls = { own, other: await FlowCountPoll.open(socketOf(other)) };
    return new Ingestion(edges, daemon, count, report, polls, base);
  }

  private constructor(
    edges: DummyEdges,
    daemon: NvaDaemon,
    count: number,
    report: Report,
    polls: { own: FlowCountPoll; other: FlowCountPoll },
    base: number,
  ) {
    this.#edges = edges;
    this.#daemon = daemon;
    this.#count = count;
    this.#report = report;
    this.#own = polls.own;
    this.#other = polls.other;
    this.#base = base;
  }

  async inTurns(rounds: number): Promise<void> {
    const { blaster, bytes, text } = filesOf(this.#edges);
    const socket = socketOf(this.#edges.edge(2));
    const ofctl = ['ovs-ofctl', '-O', 'OpenFlow15'];
    const lines: Line[] = [
      {
        name: 'raw bytes from C (ceiling)',
        ms: [],
        measure: () => this.#blast([blaster, socket, bytes]),
      },
      { name: 'nva, first attach after its start', ms: [], measure: () => this.#attachFirst() },
      { name: 'nva, attach again', ms: [], measure: () => this.#attach(this.#againFromFirst) },
      {
        name: 'ovs-ofctl --bundle replace-flows',
        ms: [],
        measure: () =>
          this.#command([...ofctl, '--bundle', 'replace-flows', `unix:${socket}`, text]),
      },
      {
        name: 'ovs-ofctl add-flows',
        ms: [],
        measure: () => this.#command([...ofctl, 'add-flows', `unix:${socket}`, text]),
      },
    ];
    for (let round = 1; round <= rounds; round++) {
      for (const { name, ms, measure } of lines) {
        const took = await measure();
        ms.push(took);
        this.#report.progress(`P1 ${name}, run ${round}: ${figure(took)} ms`);
        await sleep(200);
      }
    }
    this.#tell([
      ...lines,
      { name: 'nva, first attach, since its first flow in the table', ms: this.#fromFirst },
      { name: 'nva, attach again, since its first flow in the table', ms: this.#againFromFirst },
    ]);
  }

  /** P4 with this many flows: kill -9, start, read them all back; against ovs-ofctl dump-flows. */
  async restart(rounds: number): Promise<void> {
    const edge = this.#edges.edge(1);
    const observer = await FlowObserver.open([socketOf(edge)], () => undefined);
    const ours: number[] = [];
    const dumps: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      dumps.push(await dumpFlows(edge));
      await this.#daemon.stop('SIGKILL');
      await sleep(200);
      await this.#daemon.start(DEADLINE_MS);
      const adoptedMs = await untilAdopted(this.#daemon, 1);
      ours.push(adoptedMs - lastConnectionMs([edge]));
      this.#report.progress(
        `P4 ${this.#count} flows, run ${round}: ${figure(ours.at(-1) ?? 0)} ms`,
      );
      await sleep(1_000);
    }
    const counts = observer.counts();
    observer.close();
    if (counts.added + counts.deleted + counts.modified > 0) {
      this.#report.fault(
        `nva: restarts beside ${this.#count} flows changed some: ${JSON.stringify(counts)}`,
      );
    }
    const [own, dump] = [sampleOf(ours), sampleOf(dumps)];
    this.#report.figure({
      bench: 'P4',
      flows: this.#count,
      contestant: 'nva',
      ms: own,
      dump,
      ...counts,
    });
    this.#report.table({
      title: `P4  restart beside ${this.#count} flows on one edge: ${counts.added} added, ${counts.deleted} removed, ${counts.modified} changed`,
      columns: ['', 'median ms', 'spread', '/ dump-flows'],
      rows: [
        ['ovs-ofctl dump-flows', figure(dump.median), spread(dump), '1.00'],
        [
          'nva, last connection..confirmed',
          figure(own.median),
          spread(own),
          figure(own.median / dump.median),
        ],
      ],
      notes: [],
    });
  }

  close(): void {
    this.#own.close();
    this.#other.close();
  }

  async #blast(argv: readonly string[]): Promise<number> {
    await this.#empty();
    const said = JSON.parse(await run(argv, { deadlineMs: COMMAND_MS })) as {
      seconds: number;
      errors: number;
    };
    if (said.errors > 0) this.#report.fault(`the bridge refused ${said.errors} of the raw flows`);
    await this.#check();
    return said.seconds * 1000;
  }

  async #command(argv: readonly string[]): Promise<number> {
    await this.#empty();
    const startedAt = performance.now();
    await run(argv, { deadlineMs: COMMAND_MS });
    const took = performance.now() - startedAt;
    await this.#check();
    return took;
  }

  /** With nothing compiled or encoded yet. */
  async #attachFirst(): Promise<number> {
    await this.#detach();
    await this.#daemon.stop();
    await this.#daemon.start(DEADLINE_MS);
    await untilAdopted(this.#daemon, 1);
    return this.#attach(this.#fromFirst);
  }

  async #detach(): Promise<void> {
    if ((await this.#own.count()) <= this.#base) return;
    await this.#edges.edge(1).removeInterfaces([tenantPort(this.#count + 1).name]);
    await this.#own.until((count) => count === this.#base, DEADLINE_MS);
  }

  /** `sinceFirst` takes the time from the first flow seen in the table to the last. */
  async #attach(sinceFirst: number[]): Promise<number> {
    const edge = this.#edges.edge(1);
    const port = tenantPort(this.#count + 1);
    await this.#detach();
    await sleep(300);
    const startedAt = performance.now();
    const sent = edge.addInterfaces([{ name: port.name, ifaceId: port.name }]);
    const times = await this.#own.until((count) => count >= this.#base + this.#count, DEADLINE_MS);
    await sent;
    if (times === undefined) {
      const there = (await this.#own.count()) - this.#base;
      this.#report.fault(`nva: ${there} of ${this.#count} flows are there after a minute`);
      return Number.NaN;
    }
    sinceFirst.push(times.lastAtMs - times.firstAtMs);
    await this.#daemon.get('/v1/wait?timeout=60');
    await this.#compare(edge);
    return times.lastAtMs - startedAt;
  }

  /** The daemon's own comparison, once per run. */
  async #compare(edge: DummyEdge): Promise<void> {
    const view = await this.#daemon.get<{
      status: { flows: { desired: number; installed: number } };
    }>(`/v1/nves/${edge.name}`);
    const { desired, installed } = view.status.flows;
    const there = await this.#own.count();
    if (desired !== installed || there < desired) {
      this.#report.fault(`nva: ${desired} flows desired, ${installed} confirmed, ${there} there`);
    }
  }

  async #empty(): Promise<void> {
    await this.#edges.edge(2).ofctl('del-flows');
    await this.#other.until((count) => count === 0, DEADLINE_MS);
    await sleep(100);
  }

  async #check(): Promise<void> {
    const there = await this.#other.count();
    if (there !== this.#count) this.#report.fault(`${there} of ${this.#count} flows are there`);
  }

  #tell(lines: readonly Pick<Line, 'name' | 'ms'>[]): void {
    const ceiling = sampleOf(lines[0]?.ms ?? []).median;
    const rows = lines.map(({ name, ms }) => {
      const sample = sampleOf(ms);
      this.#report.figure({ bench: 'P1', flows: this.#count, contestant: name, ms: sample });
      return [
        name,
        figure(sample.median),
        spread(sample),
        figure((this.#count / sample.median) * 1000),
        figure(ceiling / sample.median),
      ];
    });
    this.#report.table({
      title: `P1  ${this.#count} overlay flows into one bridge`,
      columns: ['', 'median ms', 'spread', 'flows/s', 'of ceiling'],
      rows,
      notes: [
        'ceiling: the same bytes, first byte to barrier reply; ovs-ofctl: the whole command',
        'nva: from the OVSDB transaction that attaches one port (numbering, compile, encode included) to the last flow in the table',
        'first: nothing is compiled or encoded yet; again: detached and attached, the encoded bytes are kept',
        'the other ports were written to the store as attached to an NVE that never connects',
      ],
    });
  }
}

function filesOf({ folder }: DummyEdges): { bytes: string; text: string; blaster: string } {
  return {
    bytes: join(folder, 'flows.bin'),
    text: join(folder, 'flows.txt'),
    blaster: join(folder, 'blaster'),
  };
}

function socketOf(edge: DummyEdge): string {
  return join(edge.folder, 'br-int.mgmt');
}

async function dumpFlows(edge: DummyEdge): Promise<number> {
  const argv = ['-O', 'OpenFlow15', 'dump-flows', `unix:${socketOf(edge)}`];
  const startedAt = performance.now();
  const child = spawn('ovs-ofctl', argv, {
    stdio: 'ignore',
    env: { ...process.env, OVS_RUNDIR: edge.folder },
  });
  await ended(child);
  return performance.now() - startedAt;
}
