/**
 * P4: the controller is killed and started again while the switches forward. Nothing may be removed or added.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant } from './contestant.ts';
import type { OvnContestant } from './contestant-ovn.ts';
import type { EventCounts } from './flow-observer.ts';
import type { NvaDaemon } from './nva-daemon.ts';
import { lastConnectionMs, untilAdopted } from './reconnection.ts';
import type { Report } from './report.ts';
import { figure } from './statistics.ts';

/** How long after everything is confirmed a late change would still be counted. */
const AFTERMATH_MS = 1_500;

export async function benchRestart(
  { contestant, daemon }: { contestant: Contestant; daemon: NvaDaemon },
  rounds: number,
  report: Report,
): Promise<void> {
  const { edges } = contestant.edges;
  const rows: string[][] = [];
  for (let round = 1; round <= rounds; round++) {
    contestant.observer.resetCounts();
    await daemon.stop('SIGKILL');
    await sleep(500);
    const { clockMs } = await daemon.start();
    const adoptedMs = await untilAdopted(daemon, edges.length);
    await sleep(AFTERMATH_MS);
    const counts = contestant.observer.counts();
    const fromStart = adoptedMs - clockMs;
    const fromConnection = adoptedMs - lastConnectionMs(edges);
    complain(counts, report);
    const missing = await contestant.missing();
    if (missing > 0) report.fault(`nva: ${missing} flows are missing after its restart`);
    const ports = contestant.attachedCount;
    report.figure({
      ...{ bench: 'P4', contestant: 'nva', edges: edges.length, ports, ...counts },
      ...{ fromStartMs: fromStart, fromLastConnectionMs: fromConnection },
    });
    rows.push([
      `nva, run ${round}`,
      ...countCells(counts),
      figure(fromStart),
      figure(fromConnection),
      '-',
    ]);
  }
  report.table({
    title: `P4  restart beside ${contestant.attachedCount} ports on ${edges.length} edges (kill -9, 0.5 s away)`,
    columns: [
      '',
      'added',
      'removed',
      'changed',
      'start..confirmed ms',
      'last connection..confirmed ms',
      'gap ms',
    ],
    rows,
    notes: [
      'confirmed: every edge was read, and answered what was sent to it; max_backoff of Manager and Controller is 1 s',
    ],
  });
}

export async function benchOvnRestart(
  { contestant, restartController }: OvnContestant,
  rounds: number,
  report: Report,
): Promise<void> {
  const rows: string[][] = [];
  for (let round = 1; round <= rounds; round++) {
    contestant.observer.resetCounts();
    await restartController(1);
    await quiet(contestant);
    const counts = contestant.observer.counts();
    const gapMs = contestant.observer.gapMs(0);
    report.figure({
      ...{ bench: 'P4', contestant: 'ovn', edges: contestant.edges.edges.length, ...counts, gapMs },
    });
    rows.push([`ovn, one of its controllers, run ${round}`, ...countCells(counts), figure(gapMs)]);
  }
  report.table({
    title: `P4  restart of one ovn-controller of ${contestant.edges.edges.length} (exit --restart, 0.5 s away)`,
    columns: ['', 'added', 'removed', 'changed', 'gap ms'],
    rows,
    notes: ['gap: from the first flow removed to the last one added'],
  });
}

/** Until the flow tables have not changed for 2 s (30 s at most). */
async function quiet(contestant: Contestant): Promise<void> {
  let before = -1;
  for (let turn = 0; turn < 15; turn++) {
    await sleep(2_000);
    const { added, deleted, modified } = contestant.observer.counts();
    const now = added + deleted + modified;
    if (now === before) return;
    before = now;
  }
}

function complain({ added, deleted, modified }: EventCounts, report: Report): void {
  if (added + deleted + modified === 0) return;
  report.fault(`nva: its restart added ${added} flows, removed ${deleted}, changed ${modified}`);
}

function countCells({ added, deleted, modified }: EventCounts): string[] {
  return [added, deleted, modified].map(String);
}
