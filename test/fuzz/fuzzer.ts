/**
 * The loop: takes an input that did something new once, damages it, looks what happens, and keeps what does something new.
 *
 * New is a feature that the target tells, or a block of the library that had never run. The same seed gives the same inputs.
 */
import type { Coverage } from './coverage.ts';
import { hashOf, Random } from './random.ts';
import type { Outcome, Target } from './target.ts';

/** How many inputs share one look at the coverage. */
const BATCH = 500;
/** For a single input, which takes a fraction of a millisecond; the best of some tries, for the machine is shared. */
const RUN_MAX_MS = 100;
const TRIES = 3;

export interface Finding {
  readonly target: string;
  readonly fault: string;
  readonly input: Uint8Array;
}

export interface FuzzerOptions {
  readonly seed: number;
  readonly coverage?: Coverage | undefined;
  /** Called before each run, so that a watchdog knows what hangs. */
  readonly begins?: ((input: Uint8Array) => void) | undefined;
}

export class Fuzzer {
  readonly target: Target;
  readonly #options: FuzzerOptions;
  readonly #random: Random;
  readonly #corpus: Uint8Array[] = [];
  readonly #features = new Set<string>();
  #batch: Uint8Array[] = [];
  runs = 0;

  constructor(target: Target, options: FuzzerOptions) {
    this.target = target;
    this.#options = options;
    this.#random = new Random(options.seed ^ hashOf(Buffer.from(target.name)));
  }

  get corpusSize(): number {
    return this.#corpus.length;
  }

  get features(): ReadonlySet<string> {
    return this.#features;
  }

  /** The seeds as they are, once; those that show nothing that another did not are not damaged. */
  begin(): Finding[] {
    const all: Finding[] = [];
    for (const seed of this.target.seeds) {
      const { findings, isNew } = this.#try(seed);
      all.push(...findings);
      if (isNew || this.#corpus.length === 0) this.#corpus.push(seed);
    }
    this.#options.coverage?.look();
    return all;
  }

  /** One damaged input. */
  step(): Finding[] {
    const input = this.target.mutate(this.#pick(), this.#random, this.#corpus);
    const { findings, isNew } = this.#try(input);
    if (isNew && findings.length === 0) this.#corpus.push(input);
    else if (this.#options.coverage !== undefined) this.#batch.push(input);
    if (this.#batch.length >= BATCH) this.#lookAtBatch();
    return findings;
  }

  /** The newest have the most to give. */
  #pick(): Uint8Array {
    const size = this.#corpus.length;
    const recent = Math.min(size, 64);
    const at = this.#random.once(2)
      ? this.#random.below(size)
      : size - 1 - this.#random.below(recent);
    return this.#corpus[at] ?? new Uint8Array(8);
  }

  #try(input: Uint8Array): { findings: Finding[]; isNew: boolean } {
    this.runs++;
    this.#options.begins?.(input);
    const started = performance.now();
    const { fault, features } = this.#run(input);
    const isSlow = performance.now() - started > RUN_MAX_MS && this.#isSlow(input);
    let isNew = false;
    for (const feature of features) {
      if (this.#features.has(feature)) continue;
      this.#features.add(feature);
      isNew = true;
    }
    const wrong = fault ?? (isSlow ? `it takes more than ${RUN_MAX_MS} ms` : undefined);
    const finding = { target: this.target.name, fault: wrong ?? '', input };
    return { findings: wrong === undefined ? [] : [finding], isNew };
  }

  #run(input: Uint8Array): Outcome {
    return runOnce(this.target, input);
  }

  #isSlow(input: Uint8Array): boolean {
    for (let turn = 0; turn < TRIES; turn++) {
      const started = performance.now();
      this.#run(input);
      if (performance.now() - started <= RUN_MAX_MS) return false;
    }
    return true;
  }

  /** Which of them was it that ran something new? */
  #lookAtBatch(): void {
    const { coverage } = this.#options;
    const batch = this.#batch;
    this.#batch = [];
    const blocks = coverage?.look();
    if (coverage === undefined || blocks === undefined || blocks.size === 0) return;
    const run = (input: Uint8Array): void => {
      this.#options.begins?.(input);
      this.#run(input);
    };
    this.#corpus.push(...coverage.whoRuns(blocks, batch, run));
  }
}

/** What is thrown is a fault, too. */
export function runOnce(target: Target, input: Uint8Array): Outcome {
  try {
    return target.run(input);
  } catch (error) {
    return { fault: `it throws: ${traceOf(error)}`, features: [] };
  }
}

/** What was thrown, and where. */
function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [at = ''] = error.stack?.split('\n').filter((line) => line.includes('/protocols/')) ?? [];
  return `${error.name}: ${error.message} ${at.trim().replace(/\(?\S*\/protocols\//, '(protocols/')}`;
}
