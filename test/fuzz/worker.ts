/**
 * The thread that fuzzes. What it is at stands in memory that the watching thread sees, so that an input that hangs it, or takes all
 * its memory, is known.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import { Fuzzer } from './fuzzer.ts';
import { TARGETS } from './targets.ts';
import { type Budget, type Report, SharedInput, type WorkerTask } from './watched.ts';

/** Runs of one target before the next has its turn. */
const TURN = 500;

const task = workerData as WorkerTask;
const shared = new SharedInput(task.shared);
const coverage = task.coverage ? new Coverage() : undefined;
const begins = (input: Uint8Array): void => shared.begins(input);
const fuzzers = TARGETS.map(
  ({ share, make }) =>
    [share, new Fuzzer(make(task.seeds), { seed: task.seed, coverage, begins })] as const,
);

function report(message: Report): void {
  parentPort?.postMessage(message);
}

function totalRuns(): number {
  return fuzzers.reduce((sum, [, { runs }]) => sum + runs, 0);
}

function progress(): void {
  const corpus = fuzzers.reduce((sum, [, { corpusSize }]) => sum + corpusSize, 0);
  const features = fuzzers.reduce((sum, [, one]) => sum + one.features.size, 0);
  report({ type: 'progress', runs: totalRuns(), corpus, features, blocks: coverage?.blocks });
}

function isOver({ runs, seconds }: Budget, started: number): boolean {
  if (runs !== undefined && totalRuns() >= runs) return true;
  return seconds !== undefined && performance.now() - started >= seconds * 1000;
}

const started = performance.now();
for (const [, fuzzer] of fuzzers) {
  for (const finding of fuzzer.begin()) report({ type: 'finding', ...finding });
}
while (!isOver(task.budget, started)) {
  for (const [share, fuzzer] of fuzzers) {
    for (let turn = 0; turn < share * TURN; turn++) {
      for (const finding of fuzzer.step()) report({ type: 'finding', ...finding });
    }
  }
  progress();
}
report({ type: 'features', features: fuzzers.flatMap(([, one]) => [...one.features]) });
coverage?.close();
