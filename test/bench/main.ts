/**
 * `make bench`: P1 to P4, P6 and P8 to P10, joins, NVEs at rest and a large database, ours beside the peers, in turns in one run.
 *
 * Environment: QUICK=1 (smaller, some minutes), K=2,20 (edges), P=1000 (ports), F=100000 (flows of P1), N=1,200 (edges that join),
 * ONLY=codec,p1,attach,restart,instances,join,idle,ovsdb,large, OVN=0 (leave it out). Ends with 1 only when what was measured was wrong: a flow missing, something changed by a restart.
 */
import { cpus } from 'node:os';
import { benchBulk, benchSingle, detachAll } from './bench-attach.ts';
import { benchCodec } from './bench-codec.ts';
import { benchIdle } from './bench-idle.ts';
import { benchIngestion } from './bench-ingestion.ts';
import { benchCost, benchLoading, benchTakeOver } from './bench-instances.ts';
import { benchJoin } from './bench-join.ts';
import { benchLarge } from './bench-large.ts';
import { benchOvsdb } from './bench-ovsdb.ts';
import { benchOvnRestart, benchRestart } from './bench-restart.ts';
import type { Contestant } from './contestant.ts';
import { openFloor } from './contestant-floor.ts';
import { openInstances } from './contestant-instances.ts';
import { openNva } from './contestant-nva.ts';
import { openOvn, ovnIsThere } from './contestant-ovn.ts';
import { Report } from './report.ts';
import { tenantPorts } from './tenant-port.ts';

interface Settings {
  readonly edgeCounts: readonly number[];
  readonly portCount: number;
  readonly flowCount: number;
  readonly mappingCount: number;
  readonly joining: readonly number[];
  readonly resting: { readonly edgeCounts: readonly number[]; readonly forMs: number };
  /** Of the large database, and tunnel ports at once. */
  readonly large: { readonly interfaces: number; readonly tunnels: number };
  readonly rounds: {
    readonly p1: number;
    readonly single: number;
    readonly bulk: number;
    readonly join: number;
  };
  /** Messages a round of P6, and rounds. */
  readonly codec: { readonly count: number; readonly rounds: number };
  readonly withOvn: boolean;
  readonly parts: readonly string[];
}

/** OVN takes 8 to 40 s for one: no more than this. */
const OVN_BULK_ROUNDS = 1;
const FEW_PORTS = 100;
const PARTS = ['codec', 'p1', 'attach', 'restart', 'instances', 'join', 'idle', 'ovsdb', 'large'];
/** P8 and P9. */
const INSTANCES = 3;

function readSettings({ QUICK, K, P, F, N, OVN, ONLY }: NodeJS.ProcessEnv): Settings {
  const quick = QUICK !== undefined && QUICK !== '' && QUICK !== '0';
  const edgeCounts = numbers(K, quick ? [4] : [2, 10, 20]);
  const joining = numbers(N, quick ? [1, 20] : [1, 20, 200], 1);
  const [portCount = 0] = numbers(P, [quick ? 200 : 1000]);
  const [flowCount = 0] = numbers(F, [quick ? 20_000 : 100_000]);
  return {
    edgeCounts,
    portCount,
    flowCount,
    mappingCount: quick ? 10_000 : 100_000,
    joining,
    // A small number beside it shows what is per edge and what is not.
    resting: {
      edgeCounts: [20, Math.max(...joining, quick ? 50 : 200)],
      forMs: quick ? 10_000 : 30_000,
    },
    large: quick ? { interfaces: 2_000, tunnels: 300 } : { interfaces: 10_000, tunnels: 1_000 },
    rounds: quick
      ? { p1: 2, single: 4, bulk: 2, join: 1 }
      : { p1: 3, single: 15, bulk: 4, join: 3 },
    codec: { count: 20_000, rounds: quick ? 3 : 7 },
    withOvn: OVN !== '0' && ovnIsThere(),
    parts: ONLY === undefined || ONLY === '' ? PARTS : ONLY.split(','),
  };
}

function numbers(
  text: string | undefined,
  otherwise: readonly number[],
  least = 2,
): readonly number[] {
  if (text === undefined || text === '') return otherwise;
  const read = text.split(',').map(Number);
  if (read.some((value) => !Number.isInteger(value) || value < least)) {
    throw new Error(`"${text}" is no list of numbers from ${least}.`);
  }
  return read;
}

async function benchEdges(edgeCount: number, settings: Settings, report: Report): Promise<void> {
  const { portCount, rounds, withOvn } = settings;
  const close: (() => Promise<void>)[] = [];
  try {
    report.progress(`${edgeCount} edges for each contestant`);
    const nva = await openNva(edgeCount);
    close.push(() => nva.contestant.close());
    const floor = await openFloor(edgeCount);
    close.push(() => floor.close());
    const ovn = withOvn ? await openOvn(edgeCount) : undefined;
    if (ovn !== undefined) close.push(() => ovn.contestant.close());
    const contestants = [floor, nva.contestant, ...(ovn === undefined ? [] : [ovn.contestant])];
    report.progress(`declaring ${portCount} ports and a few more`);
    for (const contestant of contestants) {
      await contestant.declare(tenantPorts(1, portCount + 2 * rounds.single));
    }
    const bulk = contestants.map((contestant) => ({
      contestant,
      rounds: contestant.name === 'ovn' ? OVN_BULK_ROUNDS : rounds.bulk,
    }));
    await benchBulk(bulk, portCount, report);
    await benchSingle(contestants, portCount + 1, rounds.single, report);
    if (edgeCount === settings.edgeCounts.at(-1) && settings.parts.includes('restart')) {
      await benchRestart(nva, 3, report);
      if (ovn !== undefined) await benchOvnRestart(ovn, 2, report);
    }
    await fewPorts(contestants, settings, report);
  } finally {
    for (const end of close.reverse()) await end();
  }
}

/** P2 again beside 100 ports only. */
async function fewPorts(
  contestants: readonly Contestant[],
  { portCount, rounds }: Settings,
  report: Report,
): Promise<void> {
  const edgeCount = contestants[0]?.edges.edges.length ?? 1;
  if (portCount <= FEW_PORTS) return;
  report.progress(`detaching all but ${FEW_PORTS} ports`);
  for (const contestant of contestants) {
    await detachAll(contestant, FEW_PORTS / edgeCount, report);
  }
  await benchSingle(contestants, portCount + rounds.single + 1, rounds.single, report);
}

/** P8: what a change takes that one of several instances sees and the others apply; P9; what it costs. */
async function benchInstances(settings: Settings, report: Report): Promise<void> {
  const { portCount, rounds } = settings;
  const edgeCount = settings.edgeCounts.includes(10) ? 10 : (settings.edgeCounts[0] ?? 4);
  const close: (() => Promise<void>)[] = [];
  try {
    report.progress(`${edgeCount} edges for the floor, for one instance and for ${INSTANCES}`);
    const floor = await openFloor(edgeCount);
    close.push(() => floor.close());
    const nva = await openNva(edgeCount);
    close.push(() => nva.contestant.close());
    const several = await openInstances(edgeCount, INSTANCES);
    close.push(() => several.contestant.close());
    const contestants = [floor, nva.contestant, several.contestant];
    for (const contestant of contestants) {
      await contestant.declare(tenantPorts(1, portCount + rounds.single + 40));
    }
    const bulk = contestants.map((contestant) => ({ contestant, rounds: rounds.bulk }));
    await benchBulk(bulk, portCount, report);
    await benchSingle(contestants, portCount + 1, rounds.single, report);
    await benchCost(several, portCount + rounds.single + 1, report);
    await benchTakeOver(several, 3, report);
  } finally {
    for (const end of close.reverse()) await end();
  }
  await benchLoading(settings.mappingCount, report);
}

/** What many NVEs cost, and one with much: joins, NVEs at rest, P10, a large database. */
async function benchLife(settings: Settings, report: Report): Promise<void> {
  const { parts, joining, resting, large, rounds } = settings;
  if (parts.includes('join')) await benchJoin(joining, rounds.join, report);
  if (parts.includes('idle')) await benchIdle(resting.edgeCounts, resting.forMs, report);
  if (parts.includes('ovsdb')) {
    await benchOvsdb({ many: large.tunnels, rounds: rounds.join }, report);
  }
  if (parts.includes('large')) {
    await benchLarge({ smallEdges: 20, interfaces: large.interfaces }, report);
  }
}

async function main(): Promise<number> {
  const report = new Report();
  const settings = readSettings(process.env);
  if (!settings.withOvn) report.progress('without OVN');
  if (settings.parts.includes('codec')) benchCodec(settings.codec, report);
  if (settings.parts.includes('p1')) {
    await benchIngestion(settings.flowCount, settings.rounds.p1, report);
  }
  for (const edgeCount of settings.parts.includes('attach') ? settings.edgeCounts : []) {
    await benchEdges(edgeCount, settings, report);
  }
  if (settings.parts.includes('instances')) await benchInstances(settings, report);
  await benchLife(settings, report);
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', node: process.version };
  const file = report.write({ ...settings, machine });
  report.progress(`written to ${file}`);
  return report.faults.length === 0 ? 0 : 1;
}

process.exitCode = await main();
