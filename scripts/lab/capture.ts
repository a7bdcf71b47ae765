/**
 * Counting frames: tcpdump on one interface, one line of text per frame that its filter takes.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended } from './command.ts';
import { until } from './waiting.ts';

/** After the last expected frame: how long a copy too many may take to show itself. */
const QUIET_MS = 150;

export function tcpdumpArguments(device: string, filter: string): string[] {
  return [
    ...['tcpdump', '-Z', 'root', '-n', '-e', '-tt', '-l', '--immediate-mode'],
    ...['-i', device, filter],
  ];
}

export class Capture {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #rest = '';
  #said = '';

  /** Resolves when tcpdump listens: a frame sent from now on is seen. */
  static async open(child: ChildProcess, what: string): Promise<Capture> {
    const capture = new Capture(child);
    await until(`tcpdump on ${what}`, () => capture.#listens(), { deadlineMs: 5000, everyMs: 5 });
    return capture;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
  }

  /** As tcpdump -e prints them, one per frame so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Waits for `count` frames, then for a moment of quiet; gives the number that really came. */
  async atLeast(count: number, deadlineMs = 3000): Promise<number> {
    const end = performance.now() + deadlineMs;
    while (this.#lines.length < count && performance.now() < end) await sleep(5);
    await this.quiet();
    return this.#lines.length;
  }

  /** Waits until no frame came for a moment. */
  async quiet(): Promise<void> {
    for (let before = -1; before !== this.#lines.length; ) {
      before = this.#lines.length;
      await sleep(QUIET_MS);
    }
  }

  async stop(): Promise<readonly string[]> {
    this.#child.kill('SIGTERM');
    await ended(this.#child);
    return this.#lines;
  }

  #listens(): boolean {
    if (this.#child.exitCode !== null) throw new Error(`tcpdump ended: ${this.#said.trim()}`);
    return this.#said.includes('listening on');
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    // A frame begins with its time; what follows (an inner frame) belongs to it.
    for (const line of lines) if (/^\d+\.\d+ /.test(line)) this.#lines.push(line);
  }
}
