/**
 * How long the turns of a session take, in time of the processor: what others do on a shared machine does not count.
 *
 * Turns in which the garbage collector ran are told apart: its pauses are the process's, whichever peer is served then.
 */
import { readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

interface Turn {
  readonly from: number;
  readonly to: number;
  readonly processorMs: number;
}

/** Of the main thread, in steps of the scheduler's (4 ms at most). Source: Linux, Documentation/scheduler/sched-stats. */
function processorMs(): number {
  return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;
}

export class TurnClock {
  readonly #turns: Turn[] = [];
  readonly #collections: { readonly from: number; readonly to: number }[] = [];
  readonly #observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      this.#collections.push({ from: startTime, to: startTime + duration });
    }
  });

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  turn(call: () => void): void {
    const from = performance.now();
    const before = processorMs();
    call();
    this.#turns.push({ from, to: performance.now(), processorMs: processorMs() - before });
  }

  async longest(): Promise<{ readonly ownMs: number; readonly withCollectionMs: number }> {
    // What was collected is told a moment later.
    await sleep(20);
    this.#observer.disconnect();
    let ownMs = 0;
    let withCollectionMs = 0;
    for (const turn of this.#turns) {
      const collected = this.#collections.some(({ from, to }) => from < turn.to && to > turn.from);
      if (collected) withCollectionMs = Math.max(withCollectionMs, turn.processorMs);
      else ownMs = Math.max(ownMs, turn.processorMs);
    }
    return { ownMs, withCollectionMs };
  }
}
