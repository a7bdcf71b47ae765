/**
 * NVEs at rest: what each costs our process in memory, and all of them together in CPU.
 *
 * Real edges, each with one port of one common network and so a flow and a bucket for every other. Their ovs-vswitchd
 * writes no statistics meanwhile, and nobody asks our process anything: asking would be what costs most.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { join, withNva } from './bench-join.ts';
import { cpuShare, residentMiB } from './process-cost.ts';
import type { Report } from './report.ts';
import { figure } from './statistics.ts';

/**
 * Until the garbage of what was before is gone (V8 collects an idle heap after some seconds), and the watch over turns
 * has ended that every question for the status begins (30 s, lib/runtime/turn-watch.ts).
 */
const SETTLE_MS = 35_000;
const GOAL = { kibPerNve: 300, cpuPercent: 2 };

interface Rest {
  readonly count: number;
  /** Resident, more than before the first of them came. */
  readonly kibPerNve: number;
  readonly residentMiB: number;
  readonly cpuPercent: number;
}

export async function benchIdle(
  counts: readonly number[],
  forMs: number,
  report: Report,
): Promise<void> {
  const rests: Rest[] = [];
  for (const count of counts) {
    report.progress(`${count} edges at rest`);
    rests.push(await rest(count, forMs, report));
  }
  for (const one of rests) report.figure({ bench: 'idle', ...one, goal: GOAL });
  report.table({
    title: `At rest for ${forMs / 1000} s, probes as by default`,
    columns: ['edges', 'KiB per edge', 'resident MiB', 'CPU, % of a core'],
    rows: rests.map(({ count, kibPerNve, residentMiB: resident, cpuPercent }) => [
      ...[String(count), figure(kibPerNve), figure(resident), figure(cpuPercent)],
    ]),
    notes: [
      `goals with 200: ${GOAL.kibPerNve} KB each, ${GOAL.cpuPercent} % of a core; memory is what the process has of the machine, less what it had before`,
    ],
  });
}

function rest(count: number, forMs: number, report: Report): Promise<Rest> {
  return withNva(count, async (edges, daemon) => {
    await sleep(SETTLE_MS);
    const before = residentMiB(daemon.pid);
    await join(edges, daemon, report);
    edges.observer.close();
    await sleep(SETTLE_MS);
    const share = await cpuShare(daemon.pid, forMs);
    const after = residentMiB(daemon.pid);
    const kibPerNve = ((after - before) * 1024) / count;
    return { count, kibPerNve, residentMiB: after, cpuPercent: share * 100 };
  });
}
