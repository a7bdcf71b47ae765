/**
 * ping, and what its output says: how many came back, how often twice, and the longest silence.
 *
 * Source: the output of iputils ping (`icmp_seq=`, `(DUP!)`, `packets transmitted`).
 */
import type { ChildProcess } from 'node:child_process';
import { ended } from './command.ts';

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
  /** How long to wait for the last answer. Default 1000. */
  readonly waitMs?: number;
  readonly sizeBytes?: number;
  /** Of the ICMP echo, 1 to 65535: by it a capture tells these pings from others. Default: ping's own choice. */
  readonly identifier?: number;
}

/** Without a count: until it is interrupted. */
export function pingArguments(target: string, options: PingOptions): string[] {
  const { count, intervalMs = 50, waitMs = 1000, sizeBytes, identifier } = options;
  return [
    ...['ping', '-n', target.includes(':') ? '-6' : '-4', '-i', String(intervalMs / 1000)],
    ...['-W', String(waitMs / 1000)],
    ...(count === undefined ? [] : ['-c', String(count)]),
    ...(sizeBytes === undefined ? [] : ['-s', String(sizeBytes)]),
    ...(identifier === undefined ? [] : ['-e', String(identifier)]),
    target,
  ];
}

/**
 * @param interrupted the last request may have been on its way when ping was stopped: unanswered, it does not count
 */
export function parsePing(output: string, interrupted = false): PingResult {
  const answered = new Set<number>();
  let duplicates = 0;
  for (const line of output.split('\n')) {
    const sequence = /bytes from .*icmp_seq=(\d+)/.exec(line)?.[1];
    if (sequence === undefined) continue;
    if (line.includes('(DUP!)')) duplicates += 1;
    else answered.add(Number(sequence));
  }
  let sent = Number(/(\d+) packets transmitted/.exec(output)?.[1] ?? 0);
  if (interrupted && sent > 0 && !answered.has(sent)) sent -= 1;
  const lost = sent - answered.size;
  return {
    sent,
    received: answered.size,
    duplicates,
    lost,
    longestGap: longestGap(answered, sent),
  };
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

/** A ping that goes on while the test does something to the network. */
export class RunningPing {
  readonly #child: ChildProcess;
  #output = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
  }

  /** How many answers came so far. */
  get answers(): number {
    return this.#output.split('icmp_seq=').length - 1;
  }

  async stop(): Promise<PingResult> {
    this.#child.kill('SIGINT');
    await ended(this.#child);
    return parsePing(this.#output, true);
  }
}
