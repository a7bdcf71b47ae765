/**
 * P6: what the OpenFlow codec does in one thread, beside os-ken's, in turns: a process each, ours, theirs, ours, theirs.
 *
 * Both build the same flow-mod of 136 bytes and the same packet-in; that their bytes are equal is checked. What only we
 * have (cookies and keys of a flow dump, the framer) stands alone.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { projectFile } from '../../scripts/lab/controller.ts';
import type { Report } from './report.ts';
import { figure, type Sample, sampleOf } from './statistics.ts';

/** Debian's python3 has Debian's os-ken; one of another home may come first in PATH. */
const PYTHON = '/usr/bin/python3';
const OS_KEN = '/usr/lib/python3/dist-packages/os_ken';
const OS_KEN_COUNT = 3_000;

type Measured = Readonly<Record<string, readonly number[]>>;

interface Ours {
  readonly growthBytes: number;
  readonly steadyMessages: number;
  readonly messageBytes: number;
  readonly first: string;
  readonly packet: string;
}

/** PERFORMANCE goals, per second. */
const GOALS: Readonly<Record<string, number>> = {
  encode: 1_000_000,
  decode: 500_000,
  scan: 2_000_000,
};

const ROWS: readonly (readonly [key: string, title: string, unit: string])[] = [
  ['encode', 'flow-mod: build and encode', 'messages/s'],
  ['encodeReady', 'flow-mod: encode', 'messages/s'],
  ['decode', 'flow-mod: decode', 'messages/s'],
  ['packetIn', 'packet-in: decode', 'messages/s'],
  ['scan', 'flow dump: cookies and keys', 'flows/s'],
  ['frame64k', 'framer, chunks of 64 KiB', 'bytes/s'],
  ['frameSegments', 'framer, chunks of 1448 bytes', 'bytes/s'],
];

/** Above this something is kept that should not be. */
const GROWTH_MAX_BYTES = 1_000_000;

export function benchCodec(
  { count, rounds }: { count: number; rounds: number },
  report: Report,
): void {
  report.progress(`P6: the codec, ${count} messages a round`);
  const withOsKen = existsSync(OS_KEN);
  if (!withOsKen) report.progress('without os-ken (Debian: python3-os-ken)');
  const ours: (Measured & Ours)[] = [];
  const theirs: (Measured & Pick<Ours, 'first' | 'packet'>)[] = [];
  for (let turn = 0; turn < 2; turn++) {
    ours.push(
      run(
        process.execPath,
        ['--expose-gc', '--import', 'tsx', program('codec-work.ts')],
        count,
        rounds,
      ),
    );
    if (withOsKen) theirs.push(run(PYTHON, [program('os-ken-codec.py')], OS_KEN_COUNT, rounds));
  }
  compareBytes(ours, theirs, report);
  tell(ours, theirs, report);
}

function program(name: string): string {
  return projectFile(`test/bench/${name}`);
}

function run<Result>(
  command: string,
  words: readonly string[],
  count: number,
  rounds: number,
): Result {
  const argv = [...words, String(count), String(rounds)];
  const text = execFileSync(command, argv, { encoding: 'utf8', cwd: projectFile('.') });
  return JSON.parse(text);
}

function compareBytes(
  [ours]: readonly Ours[],
  [theirs]: readonly Pick<Ours, 'first' | 'packet'>[],
  report: Report,
): void {
  if (ours === undefined || theirs === undefined) return;
  if (ours.first !== theirs.first)
    report.fault(`flow-mods differ: ${ours.first} and ${theirs.first}`);
  if (ours.packet !== theirs.packet) report.fault('packet-ins differ');
}

function tell(
  ours: readonly (Measured & Ours)[],
  theirs: readonly Measured[],
  report: Report,
): void {
  const rows = ROWS.map(([key, title, unit]) => {
    const our = together(ours, key);
    const their = together(theirs, key);
    const goal = GOALS[key];
    report.figure({ bench: 'P6', what: key, unit, ours: our, osKen: their, goal });
    return [
      title,
      our === undefined ? '-' : amount(our.median),
      our === undefined ? '' : `${amount(our.least)}..${amount(our.most)}`,
      their === undefined ? '-' : amount(their.median),
      our === undefined || their === undefined ? '-' : `${figure(our.median / their.median)}`,
      goal === undefined ? '-' : amount(goal),
    ];
  });
  const [{ growthBytes = 0, steadyMessages = 0, messageBytes = 0 } = {}] = ours;
  const most = Math.max(...ours.map((one) => one.growthBytes));
  report.figure({ bench: 'P6', what: 'growth', growthBytes: most, steadyMessages });
  if (most > GROWTH_MAX_BYTES)
    report.fault(`the heap grows: ${most} bytes in ${steadyMessages} messages`);
  report.table({
    title: `P6: OpenFlow codec, one thread, flow-mods of ${messageBytes} bytes`,
    columns: ['per second', 'nva', 'spread', 'os-ken', 'ratio', 'goal'],
    rows,
    notes: [
      `Heap and buffers after ${steadyMessages} more messages in steady state: ${kib(growthBytes)} KiB more (at most ${kib(most)}).`,
    ],
  });
}

function together(results: readonly Measured[], key: string): Sample | undefined {
  const values = results.flatMap((result) => result[key] ?? []);
  return values.length === 0 ? undefined : sampleOf(values);
}

function kib(bytes: number): string {
  return (bytes / 1024).toFixed(0);
}

/** With three digits and a letter: 1.23 M. */
function amount(value: number): string {
  if (value >= 1e9) return `${figure(value / 1e9)} G`;
  if (value >= 1e6) return `${figure(value / 1e6)} M`;
  return value >= 1e3 ? `${figure(value / 1e3)} k` : figure(value);
}
