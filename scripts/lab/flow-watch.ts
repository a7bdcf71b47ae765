/**
 * Watches a bridge's flow table by `ovs-ofctl monitor`: how many flows were added since, and whether one names a text.
 */
import type { ChildProcess } from 'node:child_process';
import { ended } from './command.ts';
import { until } from './waiting.ts';

const ADDED = 'event=ADDED';
/** Longer than any text that is looked for, so that one cut in two by a read is still found. */
const OVERLAP = 256;

export class FlowWatch {
  readonly #child: ChildProcess;
  #heard = false;
  #added = 0;
  #tail = '';
  #lookFor: string | undefined;
  #changed: (() => void) | undefined;
  #lastAddedAtMs = 0;

  /** Resolves when the switch has confirmed the monitor: an addition from now on is seen. */
  static async open(child: ChildProcess): Promise<FlowWatch> {
    const watch = new FlowWatch(child);
    const started = () => {
      if (child.exitCode !== null)
        throw new Error(`ovs-ofctl monitor ended: ${watch.#tail.trim()}`);
      return watch.#heard;
    };
    // ovs-ofctl prints the (empty) first reply of a monitor without initial flows.
    await until('ovs-ofctl monitor', started, { deadlineMs: 5000, everyMs: 5 });
    return watch;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    // The first reply goes to the standard output, the updates to the standard error.
    child.stdout?.setEncoding('latin1').on('data', () => {
      this.#heard = true;
    });
    child.stderr?.setEncoding('latin1').on('data', (text: string) => this.#take(text));
  }

  get added(): number {
    return this.#added;
  }

  /** performance.now() of the last addition that was read. */
  get lastAddedAtMs(): number {
    return this.#lastAddedAtMs;
  }

  /** Until `count` flows were added since the last `reset`; false: not within the deadline. */
  reaches(count: number, deadlineMs: number): Promise<boolean> {
    return this.#wait(() => this.#added >= count, deadlineMs);
  }

  /** Until an added flow names `text` (from now on); gives performance.now() of that, undefined past the deadline. */
  async sees(text: string, deadlineMs: number): Promise<number | undefined> {
    this.#lookFor = text;
    this.#tail = '';
    const seen = await this.#wait(() => this.#lookFor === undefined, deadlineMs);
    return seen ? this.#lastAddedAtMs : undefined;
  }

  reset(): void {
    this.#added = 0;
  }

  async close(): Promise<void> {
    this.#child.kill('SIGTERM');
    await ended(this.#child);
  }

  #wait(done: () => boolean, deadlineMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (result: boolean) => {
        clearTimeout(timer);
        this.#changed = undefined;
        resolve(result);
      };
      const timer = setTimeout(() => finish(false), deadlineMs);
      this.#changed = () => {
        if (done()) finish(true);
      };
      this.#changed();
    });
  }

  #take(text: string): void {
    this.#lastAddedAtMs = performance.now();
    const joined = this.#tail + text;
    // Count only what ends in the new text.
    let from = Math.max(0, this.#tail.length - ADDED.length + 1);
    for (let at = joined.indexOf(ADDED, from); at >= 0; at = joined.indexOf(ADDED, from)) {
      this.#added += 1;
      from = at + ADDED.length;
    }
    if (this.#lookFor !== undefined && joined.includes(this.#lookFor)) this.#lookFor = undefined;
    this.#tail = joined.slice(-OVERLAP);
    this.#changed?.();
  }
}
