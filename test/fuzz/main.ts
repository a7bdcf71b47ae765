/**
 * `make fuzz`: minutes of damaged OpenFlow messages and text, guided by what of the library runs.
 *
 *     node --import tsx test/fuzz/main.ts [--minutes=5] [--seed=N] [--seeds=FILE] [--out=FOLDER]
 *     node --import tsx test/fuzz/main.ts replay FILE…
 *
 * FILE of --seeds: hexadecimal, a message a line; what follows a tab is not read. Each kind of fault is kept once, with the shortest
 * input that shows it, in a file of its own; `replay` takes such files. Ends with 1 when something was found.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Finding, runOnce } from './fuzzer.ts';
import { hashOf } from './random.ts';
import { bytesOf } from './seeds.ts';
import { TARGETS } from './targets.ts';
import { fuzz, type Progress } from './watched.ts';

const PROGRESS_MS = 5_000;
const SEED_END = 2 ** 32;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    seeds: { type: 'string' },
    out: { type: 'string' },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Numbers differ from input to input, the kind of the fault does not. */
function kindOf({ target, fault }: Finding): string {
  return `${target}: ${fault.replace(/…[^…]*…/g, '…').replace(/[0-9a-f]*[0-9][0-9a-f]*/g, '#')}`;
}

class Kept {
  readonly #folder: string;
  readonly #shortest = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  get size(): number {
    return this.#shortest.size;
  }

  add(finding: Finding): void {
    const kind = kindOf(finding);
    const { target, fault, input } = finding;
    const known = this.#shortest.get(kind);
    if (known !== undefined && known <= input.length) return;
    this.#shortest.set(kind, input.length);
    mkdirSync(this.#folder, { recursive: true });
    const name = `${target}-${hashOf(Buffer.from(kind)).toString(16).padStart(8, '0')}.hex`;
    const path = join(this.#folder, name);
    writeFileSync(path, `# ${target}: ${fault}\n${Buffer.from(input).toString('hex')}\n`);
    if (known === undefined) say(`FOUND ${target}: ${fault}\n      ${path}`);
  }
}

function seedsIn(file: string | undefined): Uint8Array[] {
  if (file === undefined) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.map((line) => bytesOf(line.split('\t')[0] ?? '')).filter(({ length }) => length > 7);
}

async function run(): Promise<number> {
  const seed = Number(values.seed ?? Math.floor(Math.random() * SEED_END));
  const seconds = Number(values.minutes) * 60;
  const folder = values.out ?? join(tmpdir(), `nva-fuzz-${seed}`);
  const kept = new Kept(folder);
  say(`seed ${seed}, ${values.minutes} minutes; what is found goes to ${folder}`);
  const started = performance.now();
  let said = started;
  const onProgress = ({ runs, corpus, features, blocks }: Progress): void => {
    const at = performance.now();
    if (at - said < PROGRESS_MS) return;
    said = at;
    const perSecond = Math.round((runs / (at - started)) * 1000);
    say(
      `${Math.round((at - started) / 1000)} s: ${runs} inputs (${perSecond}/s), ${corpus} kept, ${features} features, ${blocks ?? 0} blocks, ${kept.size} faults`,
    );
  };
  const onFinding = (finding: Finding): void => kept.add(finding);
  const seeds = seedsIn(values.seeds);
  await fuzz({
    seed,
    coverage: true,
    budget: { seconds },
    seeds,
    onFinding,
    onProgress,
  });
  say(`${kept.size} kinds of faults; again: make fuzz SEED=${seed}`);
  if (kept.size > 0) say(`look at them: make fuzz REPLAY='${folder}/*'`);
  return kept.size;
}

function replay(files: readonly string[]): number {
  let faults = 0;
  for (const file of files) {
    const lines = readFileSync(file, 'utf8').split('\n');
    const input = bytesOf(lines.find((line) => /^[0-9a-f]/i.test(line)) ?? '');
    for (const { make } of TARGETS) {
      const target = make([]);
      // Before it runs: it may hang.
      process.stdout.write(`${file}: ${target.name}: `);
      const { fault } = runOnce(target, input);
      if (fault !== undefined) faults++;
      say(fault ?? 'all is well');
    }
  }
  return faults;
}

const [command, ...files] = positionals;
process.exitCode = (command === 'replay' ? replay(files) : await run()) > 0 ? 1 : 0;
