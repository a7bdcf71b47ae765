/**
 * ping, and what its output says: how many came back, how often twice, and the longest silence.
 *
 * Source: the output of iputils ping (`icmp_seq=`, `(DUP!)`, `packets transmitted`).
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PingResult {
  readonly sent: number;
  /** Different sequence numbers that were answered. */
  readonly received: number;
  readonly duplicates: number;
  readonly lost: number;
  /** Consecutive lost requests, the longest run. */
  readonly longestGap: number;
}

export interface PingOptions {
  /** Default 1. */
  readonly count?: number;
  /** Default 50. */
  readonly intervalMs?: number;
  /** How long the last answer may take. Default 1000. */
  readonly waitMs?: number;
  readonly sizeBytes?: number;
  /** Of the ICMP echo, 1 to 65535: by it a capture tells these pings from others. Default: ping's own choice. */
  readonly identifier?: number;
}

export function pingArguments(target: string, options: PingOptions): string[] {
  const { intervalMs = 50, sizeBytes, identifier } = options;
  return [
    ...['ping', '-n', target.includes(':') ? '-6' : '-4', '-i', String(intervalMs / 1000)],
    ...(sizeBytes === undefined ? [] : ['-s', String(sizeBytes)]),
    ...(identifier === undefined ? [] : ['-e', String(identifier)]),
    target,
  ];
}

/** @param limit requests that count: later ones may have been on their way when ping was stopped */
export function parsePing(output: string, limit = Number.POSITIVE_INFINITY): PingResult {
  const answered = new Set<number>();
  let duplicates = 0;
  for (const { sequence, again } of answersIn(output)) {
    if (sequence > limit) continue;
    if (again) duplicates += 1;
    else answered.add(sequence);
  }
  const sent = Math.min(Number(/(\d+) packets transmitted/.exec(output)?.[1] ?? 0), limit);
  const lost = sent - answered.size;
  return {
    sent,
    received: answered.size,
    duplicates,
    lost,
    longestGap: longestGap(answered, sent),
  };
}

function* answersIn(output: string): Generator<{ sequence: number; again: boolean }> {
  for (const line of output.split('\n')) {
    const sequence = /bytes from .*icmp_seq=(\d+) .*ms/.exec(line)?.[1];
    if (sequence !== undefined)
      yield { sequence: Number(sequence), again: line.includes('(DUP!)') };
  }
}

function longestGap(answered: ReadonlySet<number>, sent: number): number {
  let longest = 0;
  let current = 0;
  for (let sequence = 1; sequence <= sent; sequence += 1) {
    current = answered.has(sequence) ? 0 : current + 1;
    longest = Math.max(longest, current);
  }
  return longest;
}

/** A copy too many comes right behind the first: how long to look for it. */
const DUPLICATE_MS = 30;

/**
 * A ping that goes on while the test does something to the network.
 *
 * ping itself, given a count, waits for its last answers only twice the longest round trip it saw, and then calls late
 * ones lost. So it gets no count: we wait for the answers to the requests that count, and then interrupt it.
 */
export class RunningPing {
  readonly #child: ChildProcess;
  readonly #waitMs: number;
  readonly #closed: Promise<unknown>;
  #output = '';
  #said = '';

  constructor(child: ChildProcess, waitMs = 1000) {
    this.#child = child;
    this.#waitMs = waitMs;
    this.#closed = new Promise((resolve) => child.once('close', resolve));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
  }

  /** How many answers came so far. */
  get answers(): number {
    return this.#output.split('icmp_seq=').length - 1;
  }

  /** Every request so far counts, and has `waitMs` to be answered. */
  async stop(): Promise<PingResult> {
    // On SIGQUIT it says `answered/sent packets`.
    this.#child.kill('SIGQUIT');
    await this.#until(() => this.#sentSoFar() !== undefined, 500);
    return this.#finish(this.#sentSoFar() ?? Number.POSITIVE_INFINITY, this.#waitMs);
  }

  /** Ends it at once: nobody wants to know what was lost. */
  async abandon(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  /** The first `count` requests count; ends `waitMs` after the last of them at the latest. */
  async first(count: number, intervalMs: number): Promise<PingResult> {
    return this.#finish(count, count * intervalMs + this.#waitMs);
  }

  async #finish(limit: number, deadlineMs: number): Promise<PingResult> {
    if (await this.#until(() => this.#answered(limit), deadlineMs)) await sleep(DUPLICATE_MS);
    if (this.#child.exitCode !== null) throw new Error(`ping ended: ${this.#said.trim()}`);
    this.#child.kill('SIGINT');
    await this.#closed;
    return parsePing(this.#output, limit);
  }

  #answered(limit: number): boolean {
    const sequences = new Set<number>();
    for (const { sequence } of answersIn(this.#output)) {
      if (sequence <= limit) sequences.add(sequence);
    }
    return sequences.size >= limit;
  }

  #sentSoFar(): number | undefined {
    const numbers = /(\d+)\/(\d+) packets/.exec(this.#said);
    return numbers === null ? undefined : Math.max(Number(numbers[1]), Number(numbers[2]));
  }

  /** False: not within the deadline, or ping ended before. */
  async #until(done: () => boolean, deadlineMs: number): Promise<boolean> {
    const end = performance.now() + deadlineMs;
    while (!done()) {
      if (performance.now() >= end || this.#child.exitCode !== null) return false;
      await sleep(5);
    }
    return true;
  }
}
