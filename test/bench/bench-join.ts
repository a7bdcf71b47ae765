/**
 * Joining: edges from nothing to ready, beside a floor that only accepts them, makes the same rows and sends the same
 * flows. What is declared was declared before: each edge has one port of one common network, so that each gets a flow
 * and a bucket for every other.
 */

import { until } from '../../scripts/lab/waiting.ts';
import { BLUE } from './contestant-nva.ts';
import { JoinFloor } from './join-floor.ts';
import { JoiningEdges } from './joining-edges.ts';
import { NvaDaemon } from './nva-daemon.ts';
import type { Report } from './report.ts';
import { figure, sampleOf, spread } from './statistics.ts';

const DEADLINE_MS = 120_000;

interface Joined {
  /** Until each edge has the flow of each port on the others. */
  readonly flowsMs: number;
  /** Until each edge has confirmed everything. */
  readonly readyMs: number;
}

export async function benchJoin(
  counts: readonly number[],
  rounds: number,
  report: Report,
): Promise<void> {
  for (const count of counts) {
    const floor: Joined[] = [];
    const nva: Joined[] = [];
    for (let round = 1; round <= rounds; round++) {
      report.progress(`${count} edges join, round ${round} of ${rounds}`);
      keep(floor, await joinFloor(count, report));
      keep(nva, await joinNva(count, report));
    }
    if (floor.length > 0 && nva.length > 0) tell(count, floor, nva, report);
  }
}

function keep(joined: Joined[], one: Joined | undefined): void {
  if (one !== undefined) joined.push(one);
}

async function joinFloor(count: number, report: Report): Promise<Joined | undefined> {
  const edges = await JoiningEdges.open('jfloor', count);
  try {
    const floor = await JoinFloor.start(edges);
    try {
      const startedAt = performance.now();
      const flowsMs = await edges.join(floor.manager, DEADLINE_MS);
      if (flowsMs === undefined) {
        report.fault(`floor: ${edges.missing} flows are missing after the join`);
        return undefined;
      }
      await floor.untilConfirmed(count);
      return { flowsMs, readyMs: performance.now() - startedAt };
    } finally {
      await floor.stop();
    }
  } finally {
    await edges.close();
  }
}

async function joinNva(count: number, report: Report): Promise<Joined | undefined> {
  return withNva(count, async (edges, daemon) => {
    const joined = await join(edges, daemon, report);
    await complain(edges, report);
    return joined;
  });
}

/** `nva serve` that knows everything but the edges, and edges that are about to join it. */
export async function withNva<Result>(
  count: number,
  work: (edges: JoiningEdges, daemon: NvaDaemon) => Promise<Result>,
): Promise<Result> {
  const edges = await JoiningEdges.open('jnva', count);
  try {
    const daemon = await NvaDaemon.prepare(edges.edges.folder);
    await daemon.start();
    try {
      const ports = edges.ports.map(({ name, mac, ip }) => {
        return { kind: 'Port', name, network: BLUE.name, mac, ips: [ip] };
      });
      await daemon.apply([BLUE, ...ports]);
      return await work(edges, daemon);
    } finally {
      await daemon.stop();
    }
  } finally {
    await edges.close();
  }
}

export async function join(
  edges: JoiningEdges,
  daemon: NvaDaemon,
  report: Report,
): Promise<Joined | undefined> {
  const startedAt = performance.now();
  const flowsMs = await edges.join(daemon.manager, DEADLINE_MS);
  if (flowsMs === undefined) {
    report.fault(`nva: ${edges.missing} flows are missing after the join`);
    return undefined;
  }
  const ready = async () => {
    const { counts } = await daemon.status();
    return counts.nvesConfirmed === edges.count && counts.portsActive === edges.count;
  };
  await until('every edge to be ready', ready, { deadlineMs: DEADLINE_MS, everyMs: 5 });
  return { flowsMs, readyMs: performance.now() - startedAt };
}

/** Every bucket of the broadcast group, by the switch's own word. */
async function complain({ edges, count }: JoiningEdges, report: Report): Promise<void> {
  await edges.each(async (edge) => {
    const groups = await edge.ofctl('dump-groups');
    const remotes = groups.split('tun_dst').length - 1;
    // Two groups: to all, and from a tunnel to the local ports only.
    if (remotes !== count - 1) report.fault(`${edge.name} floods to ${remotes} edges: ${groups}`);
  });
}

function tell(
  count: number,
  floor: readonly Joined[],
  nva: readonly Joined[],
  report: Report,
): void {
  const [least, ours] = [floor, nva].map((joined) => ({
    flows: sampleOf(joined.map(({ flowsMs }) => flowsMs)),
    ready: sampleOf(joined.map(({ readyMs }) => readyMs)),
  }));
  if (least === undefined || ours === undefined) return;
  report.figure({ bench: 'join', edges: count, floor: least, nva: ours });
  const ratio = ours.ready.median / least.ready.median;
  report.table({
    title: `Join of ${count} edges, each with a port of one network`,
    columns: ['', 'last flow ms', 'spread', 'ready ms', 'spread', 'of the floor'],
    rows: [
      [
        ...['floor', figure(least.flows.median), spread(least.flows)],
        ...[figure(least.ready.median), spread(least.ready), ''],
      ],
      [
        ...['nva', figure(ours.flows.median), spread(ours.flows)],
        ...[figure(ours.ready.median), spread(ours.ready), figure(ratio)],
      ],
    ],
    notes: [
      'from the transaction that names the manager; last flow: each edge has the flow of each port on the others;',
      'ready: each edge has answered the barrier behind everything',
    ],
  });
}
