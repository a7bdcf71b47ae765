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
import { figure, sampleOf, spread } from './statistics.ts';
import { tenantPort, tenantPorts } from './tenant-port.ts';

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
  const lines: SingleLine[] = [];
  for (const contestant of contestants) {
    const numbers = await NumberWatch.open(join(contestant.edges.edge(1).folder, 'db.sock'));
    lines.push({ contestant, numbers, others: [], own: [], numbered: [] });
  }
  const existing = contestants[0]?.attachedCount ?? 0;
  for (let round = 0; round < rounds; round++) {
    for (const line of lines) {
      const port = tenantPort(firstIndex + round);
      const attached = await line.contestant.attachOne(port, SINGLE_DEADLINE_MS);
      if (attached === undefined) {
        report.fault(`${line.contestant.name}: the flow of ${port.name} is missing on an edge`);
        continue;
      }
      line.others.push(attached.othersMs);
      line.own.push(attached.ownMs);
      line.numbered.push((await line.numbers.numberedAtMs(port.name)) - attached.sentAtMs);
      await sleep(PAUSE_MS);
    }
  }
  for (const { numbers } of lines) numbers.close();
  tellSingle(lines, existing, report);
}

interface SingleLine {
  readonly contestant: Contestant;
  readonly numbers: NumberWatch;
  readonly others: number[];
  readonly own: number[];
  readonly numbered: number[];
}

function tellSingle(lines: readonly SingleLine[], existing: number, report: Report): void {
  const measured = lines
    .filter(({ others }) => others.length > 0)
    .map(({ contestant, others, own, numbered }) => ({
      name: contestant.name,
      others: sampleOf(others),
      own: sampleOf(own),
      numbered: sampleOf(numbered),
    }));
  const floorMs = measured.find(({ name }) => name === 'floor')?.others.median ?? Number.NaN;
  const edges = lines[0]?.contestant.edges.edges.length ?? 0;
  const rows = measured.map(({ name, others, own, numbered }) => {
    report.figure({ bench: 'P2', edges, ports: existing, contestant: name, others, own, numbered });
    return [
      ...[name, figure(others.median), spread(others), figure(others.median / floorMs)],
      ...[figure(numbered.median), spread(numbered), figure(own.median)],
    ];
  });
  report.table({
    title: `P2  one more port beside ${existing}, ${edges} edges, until its flow is on the last other edge`,
    columns: ['', 'median ms', 'spread', '/ floor', 'numbered ms', 'spread', 'own edge ms'],
    rows,
    notes: [
      'numbered: until ovs-vswitchd has given the port its number (the switch itself), as its database tells this bench',
      'own edge: until the port’s own edge has its flow, for which the number is needed; the other edges do not need it,',
      'and nva tells them when the interface is in the database (the floor waits for the number)',
    ],
  });
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
