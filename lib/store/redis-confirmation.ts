/**
 * Confirmation of batches by replicas (WAIT) and by the disk (WAITAOF), over the connection that sent them.
 *
 * One confirmation serves all batches that were sent before it: while it is awaited, later ones gather, because WAIT
 * holds its connection up. Without confirmation asked for, batches are sent as they come.
 *
 * Source: redis.io, WAIT (≥ 3.0), WAITAOF (≥ 7.2).
 */
import { type Revision, StoreError } from './contract.ts';
import type { RedisConnection } from './redis-connection.ts';
import { redisFault } from './redis-faults.ts';
import type { ServerFacts } from './redis-session.ts';

export interface ConfirmationOptions {
  readonly description: string;
  readonly replicas: number;
  readonly aof: boolean;
  readonly timeoutMs: number;
}

interface Waiting {
  readonly send: () => Promise<Revision>;
  readonly resolve: (revision: Revision) => void;
  readonly reject: (error: unknown) => void;
}

const WAITAOF_RELEASE = 702;

export class RedisConfirmation {
  readonly #options: ConfirmationOptions;
  readonly #waiting: Waiting[] = [];
  #running = false;

  constructor(options: ConfirmationOptions) {
    this.#options = options;
  }

  /** Throws when this server cannot confirm as is asked for. */
  check({ release, version, aofEnabled }: ServerFacts): void {
    const { aof, description } = this.#options;
    if (!aof) return;
    if (release < WAITAOF_RELEASE) {
      throw new StoreError(
        'store-unavailable',
        `The Redis ${description} is of version ${version} and cannot confirm what is on its disk; use Redis 7.2 or newer, or leave the confirmation by the append-only file out.`,
        false,
      );
    }
    if (aofEnabled) return;
    throw new StoreError(
      'store-unavailable',
      `The Redis ${description} has no append-only file to confirm batches by; set appendonly yes there, or leave the confirmation by it out.`,
      false,
    );
  }

  /** `connection` is asked once per group, and must be the one that `send` uses. */
  write(connection: () => RedisConnection, send: () => Promise<Revision>): Promise<Revision> {
    const { replicas, aof } = this.#options;
    if (replicas === 0 && !aof) return send();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ send, resolve, reject });
      if (!this.#running) void this.#run(connection);
    });
  }

  async #run(connection: () => RedisConnection): Promise<void> {
    this.#running = true;
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0);
      try {
        await this.#runGroup(connection(), group);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = false;
  }

  async #runGroup(connection: RedisConnection, group: readonly Waiting[]): Promise<void> {
    const outcomes = await Promise.allSettled(group.map(({ send }) => send()));
    const lacking = outcomes.some(({ status }) => status === 'fulfilled')
      ? await this.#confirm(connection)
      : undefined;
    for (const [index, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      if (outcome.status === 'rejected') reject(outcome.reason);
      else if (lacking === undefined) resolve(outcome.value);
      else reject(unconfirmed(this.#options.description, outcome.value, lacking));
    }
  }

  /** What is lacking, as part of a sentence; undefined: everything was confirmed. */
  async #confirm(connection: RedisConnection): Promise<string | undefined> {
    const { description, replicas, aof, timeoutMs } = this.#options;
    const [command, args] = aof
      ? (['WAITAOF', [1, replicas, timeoutMs]] as const)
      : (['WAIT', [replicas, timeoutMs]] as const);
    let answer: unknown;
    try {
      answer = await connection.call(command, args, timeoutMs);
    } catch (error) {
      return redisFault(description, error).message.replace(/\.$/, '');
    }
    const [onDisk, copies] = Array.isArray(answer) ? answer.map(Number) : [1, Number(answer)];
    if ((onDisk ?? 0) < 1) return `its disk did not confirm it within ${timeoutMs} ms`;
    if ((copies ?? 0) >= replicas) return undefined;
    return `${copies ?? 0} of ${replicas} replicas confirmed it within ${timeoutMs} ms`;
  }
}

function unconfirmed(description: string, revision: Revision, lacking: string): StoreError {
  return new StoreError(
    'store-unconfirmed',
    `The Redis ${description} has applied the batch as revision ${revision}, but not as durably as was asked for (${lacking}); it may be lost in a failover, so look at the replicas and put it again.`,
    true,
  );
}
