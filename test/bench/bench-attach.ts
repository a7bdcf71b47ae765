/**
 * P2 and P3: attaching ports to K edges, ours against the floor and OVN, in turns on the same machine.
 *
 * Ports are declared before the clock starts, for all contestants; it starts when the OVSDB transaction with the
 * interfaces is sent, and stops when the last edge has the last flow.
 */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant } from './contestant.ts';
import { NumberWatch } from './number-watch.ts';
import type { Report } from './report.ts';
import { figure, type Sample, sampleOf, spread } from './statistics.ts';
import { type TenantPort, tenantPort, tenantPorts } from './tenant-port.ts';

/** OVN with 1000 ports on 20 edges took 38 s on a machine like this. */
const BULK_DEADLINE_MS = 90_000;
const SINGLE_DEADLINE_MS = 10_000;
/** So that what one contestant still has to do does not fall into the next one's time. */
const PAUSE_MS = 200;

export interface BulkTimes {
  readonly contestant: Contestant;
  readonly seconds: number[];
}

/** P3: `rounds` says how often each contestant attaches all of them; afterwards all ports are attached. */
export async function benchBulk(
  contestants: readonly { contestant: Contestant; rounds: number }[],
  portCount: number,
  report: Report,
): Promise<void> {
  const ports = tenantPorts(1, portCount);
  const times = contestants.map(({ contestant, rounds }) => ({
    contestant,
    rounds,
    ms: [0].slice(1),
  }));
  const most = Math.max(...contestants.map(({ rounds }) => rounds));
  for (let round = 1; round <= most; round++) {
    for (const { contestant, rounds, ms } of times) {
      if (round > rounds) continue;
      if (round > 1) await detachAll(contestant, 0, report);
      const took = await contestant.attachAll(ports, BULK_DEADLINE_MS);
      const missing = contestant.observer.missing;
      if (took === undefined) {
        report.fault(
          `${contestant.name}: ${missing} flows missing ${BULK_DEADLINE_MS} ms after the attach`,
        );
      } else ms.push(took);
      report.progress(
        `P3 ${contestant.name}, run ${round}: ${took === undefined ? '-' : figure(took)} ms`,
      );
      await sleep(PAUSE_MS);
    }
  }
  tellBulk(times, portCount, report);
}

function tellBulk(
  times: readonly { contestant: Contestant; ms: readonly number[] }[],
  portCount: number,
  report: Report,
): void {
  const measured = times.filter(({ ms }) => ms.length > 0);
  const floor = measured.find(({ contestant }) => contestant.name === 'floor');
  const floorMs = floor === undefined ? Number.NaN : sampleOf(floor.ms).median;
  const edges = times[0]?.contestant.edges.edges.length ?? 0;
  const rows = measured.map(({ contestant: { name }, ms }) => {
    const sample = sampleOf(ms);
    report.figure({ bench: 'P3', edges, ports: portCount, contestant: name, ms: sample });
    return [name, figure(sample.median), spread(sample), figure(sample.median / floorMs)];
  });
  report.table({
    title: `P3  ${portCount} ports at once on ${edges} edges, until the last flow`,
    columns: ['', 'median ms', 'spread', '/ floor'],
    rows,
    notes: [],
  });
}

/** P2: one more port on the first edge, in turns. `firstIndex`: of the ports declared for it. */
export async function benchSingle(
  contestants: readonly Contestant[],
  firstIndex: number,
  rounds: number,
  report: Report,
): Promise<void> {
  const lines = await Promise.all(
    contestants.map(async (contestant) => ({
      contestant,
      numbers: await NumberWatch.open(join(contestant.edges.edge(1).folder, 'db.sock')),
      total: [0].slice(1),
      own: [0].slice(1),
    })),
  );
  const existing = contestants[0]?.attachedCount ?? 0;
  for (let round = 0; round < rounds; round++) {
    for (const line of lines) {
      const port = tenantPort(firstIndex + round);
      const measured = await attachOne(line.contestant, line.numbers, port);
      if (measured === undefined) {
        report.fault(
          `${line.contestant.name}: the flow of ${port.name} is missing on another edge`,
        );
        continue;
      }
      line.total.push(measured.totalMs);
      line.own.push(measured.switchMs);
      await sleep(PAUSE_MS);
    }
  }
  for (const { numbers } of lines) numbers.close();
  tellSingle(lines, existing, report);
}

async function attachOne(
  contestant: Contestant,
  numbers: NumberWatch,
  port: TenantPort,
): Promise<{ totalMs: number; switchMs: number } | undefined> {
  const { sentAtMs, arrivedAtMs } = await contestant.attachOne(port, SINGLE_DEADLINE_MS);
  if (arrivedAtMs === undefined) return undefined;
  await sleep(20); // the number's own news may be read after the flow's
  const numberedAtMs = numbers.numberedAtMs(port.name) ?? Number.NaN;
  return { totalMs: arrivedAtMs - sentAtMs, switchMs: numberedAtMs - sentAtMs };
}

interface SingleLine {
  readonly contestant: Contestant;
  readonly total: readonly number[];
  readonly own: readonly number[];
}

function tellSingle(lines: readonly SingleLine[], existing: number, report: Report): void {
  const measured = lines.filter(({ total }) => total.length > 0).map((line) => samplesOf(line));
  const floor = measured.find(({ name }) => name === 'floor');
  const edges = lines[0]?.contestant.edges.edges.length ?? 0;
  const rows = measured.map(({ name, total, own, rest }) => {
    report.figure({ bench: 'P2', edges, ports: existing, contestant: name, total, own, rest });
    return [
      name,
      figure(total.median),
      spread(total),
      figure(own.median),
      figure(rest.median),
      spread(rest),
      figure(total.median / (floor?.total.median ?? Number.NaN)),
    ];
  });
  report.table({
    title: `P2  one more port beside ${existing}, ${edges} edges, until its flow is on the last other edge`,
    columns: ['', 'median ms', 'spread', 'switch ms', 'rest ms', 'spread', '/ floor'],
    rows,
    notes: [
      'switch: until the database tells this bench that ovs-vswitchd has numbered the port; rest: from there to the last flow',
      'a rest below 0: the controller was told before this bench was',
    ],
  });
}

function samplesOf({ contestant, total, own }: SingleLine): {
  name: string;
  total: Sample;
  own: Sample;
  rest: Sample;
} {
  const rest = total.map((ms, at) => ms - (own[at] ?? Number.NaN));
  return {
    name: contestant.name,
    total: sampleOf(total),
    own: sampleOf(own),
    rest: sampleOf(rest),
  };
}

export async function detachAll(
  contestant: Contestant,
  keepPerEdge: number,
  report: Report,
): Promise<void> {
  if (!(await contestant.detach(keepPerEdge))) {
    report.fault(`${contestant.name}: flows of detached ports are still there after a minute`);
  }
  await sleep(PAUSE_MS);
}
