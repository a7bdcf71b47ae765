/**
 * Waiting for something outside of this process, always with a deadline.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  readonly deadlineMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks until the answer is neither undefined nor false; past the deadline an Error names `what`. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { deadlineMs, everyMs = 20, signal }: UntilOptions,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() >= end) throw new Error(`${what}: not within ${deadlineMs} ms`);
    await sleep(everyMs);
  }
}
