/**
 * A thread with a fault that nobody can catch, for the test of who watches it: it hangs, or takes all the memory, by the seed.
 */
import { workerData } from 'node:worker_threads';
import { SharedInput, type WorkerTask } from './watched.ts';

const { seed, shared } = workerData as WorkerTask;
const input = new SharedInput(shared);
input.begins(Uint8Array.of(1));
input.begins(Uint8Array.of(2, 3));
const kept: unknown[] = [];
for (;;) if (seed === 1) kept.push(Array.from({ length: 10_000 }, () => ({ kept })));
