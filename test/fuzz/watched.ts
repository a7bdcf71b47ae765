/**
 * Fuzzing in a thread of its own with bounded memory, watched: an input that does not come to its end, or takes all the memory, is
 * a finding like any other.
 */
import { Worker } from 'node:worker_threads';
import type { Finding } from './fuzzer.ts';

const HANG_MS = 10_000;
const LOOK_MS = 500;
const MEMORY_MAX_MB = 512;
const INPUT_MAX_BYTES = 256 * 1024;

export interface Budget {
  readonly runs?: number;
  readonly seconds?: number;
}

export interface WorkerTask {
  readonly seed: number;
  readonly coverage: boolean;
  readonly budget: Budget;
  /** More messages to begin with. */
  readonly seeds: readonly Uint8Array[];
  readonly shared: SharedArrayBuffer;
}

export interface Progress {
  readonly runs: number;
  readonly corpus: number;
  readonly features: number;
  readonly blocks: number | undefined;
}

export type Report =
  | ({ readonly type: 'finding' } & Finding)
  | ({ readonly type: 'progress' } & Progress)
  | { readonly type: 'features'; readonly features: readonly string[] };

export interface Summary {
  readonly findings: readonly Finding[];
  readonly features: ReadonlySet<string>;
  readonly runs: number;
}

/** runs:32 | length:32 | the input under way. */
export class SharedInput {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer, 0, 2);
    this.#bytes = new Uint8Array(buffer, 8);
  }

  static create(): SharedArrayBuffer {
    return new SharedArrayBuffer(8 + INPUT_MAX_BYTES);
  }

  get runs(): number {
    return Atomics.load(this.#words, 0);
  }

  get input(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(0, Atomics.load(this.#words, 1)));
  }

  begins(input: Uint8Array): void {
    this.#bytes.set(input.subarray(0, INPUT_MAX_BYTES));
    Atomics.store(this.#words, 1, Math.min(input.length, INPUT_MAX_BYTES));
    Atomics.add(this.#words, 0, 1);
  }
}

export interface WatchOptions extends Omit<WorkerTask, 'shared'> {
  readonly worker?: URL;
  readonly hangMs?: number;
  readonly memoryMaxMb?: number;
  readonly onFinding?: (finding: Finding) => void;
  readonly onProgress?: (progress: Progress) => void;
}

export function fuzz(options: WatchOptions): Promise<Summary> {
  const { seed, coverage, budget, seeds, onFinding, onProgress } = options;
  const { hangMs = HANG_MS, memoryMaxMb = MEMORY_MAX_MB } = options;
  const shared = SharedInput.create();
  const watched = new SharedInput(shared);
  const task: WorkerTask = { seed, coverage, budget, seeds, shared };
  const module = (options.worker ?? new URL('./worker.ts', import.meta.url)).href;
  const worker = new Worker(new URL('./worker-boot.mjs', import.meta.url), {
    workerData: { ...task, module },
    resourceLimits: { maxOldGenerationSizeMb: memoryMaxMb },
  });
  const findings: Finding[] = [];
  let features: ReadonlySet<string> = new Set();
  const found = (finding: Finding): void => {
    findings.push(finding);
    onFinding?.(finding);
  };
  const fatal = (fault: string): void => found({ target: 'any', fault, input: watched.input });
  const stopWatching = watch(watched, hangMs, () => {
    fatal(`it does not end within ${hangMs} ms`);
    void worker.terminate();
  });
  return new Promise((resolve, reject) => {
    worker.on('message', (report: Report) => {
      if (report.type === 'finding') found(report);
      else if (report.type === 'progress') onProgress?.(report);
      else features = new Set(report.features);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') fatal(`it takes ${memoryMaxMb} MB`);
      else reject(error);
    });
    worker.on('exit', () => {
      stopWatching();
      resolve({ findings, features, runs: watched.runs });
    });
  });
}

/** Calls once when no run has begun for so long. */
function watch(watched: SharedInput, hangMs: number, hangs: () => void): () => void {
  let runs = -1;
  let since = performance.now();
  const timer = setInterval(() => {
    if (watched.runs === runs) {
      // Before the first run modules are loaded, which is nobody's fault.
      if (runs <= 0 || performance.now() - since < hangMs) return;
      clearInterval(timer);
      hangs();
      return;
    }
    runs = watched.runs;
    since = performance.now();
  }, LOOK_MS);
  return () => clearInterval(timer);
}
