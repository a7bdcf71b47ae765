/**
 * One connection to one Redis server, from its socket to its end: the one home of ioredis.
 *
 * It lives once: a lost connection is not mended but replaced by its owner, so nothing is ever sent twice. Every
 * command has a deadline; the first that is missed ends the connection, because answers come in order and the rest
 * would wait behind it. Passwords are sent as commands of our own, so that a refusal is an answer and not a warning
 * on the console.
 */
import { readFileSync } from 'node:fs';
import { Redis, type RedisOptions } from 'ioredis';
import { ConnectionLost, mustLeave } from './redis-faults.ts';
import {
  hostText,
  type RedisCredentials,
  type RedisHost,
  type RedisTlsFiles,
} from './redis-location.ts';
import type { RedisScript } from './redis-scripts.ts';

/** One server to connect to. */
export interface RedisTarget {
  readonly at: RedisHost | { readonly path: string };
  readonly db: number;
  readonly credentials: RedisCredentials;
  readonly tls?: RedisTlsFiles;
}

export interface ConnectionOptions {
  /** For a command's answer, and for the connection itself. */
  readonly deadlineMs: number;
}

/** What large commands are allowed to take on a slow network and in a busy server: 5 MB a second. */
const TRANSFER_CHARS_PER_MS = 5000;

type Reject = (error: Error) => void;

export class RedisConnection {
  readonly place: string;
  readonly #client: Redis;
  readonly #deadlineMs: number;
  readonly #pending = new Set<Reject>();
  #lost: ConnectionLost | undefined;
  #onLost: ((error: ConnectionLost) => void) | undefined;

  static async open(target: RedisTarget, options: ConnectionOptions): Promise<RedisConnection> {
    const connection = new RedisConnection(target, options);
    try {
      await connection.#start(target);
      return connection;
    } catch (error) {
      connection.end('it was refused');
      throw error;
    }
  }

  private constructor(target: RedisTarget, options: ConnectionOptions) {
    this.place = 'path' in target.at ? target.at.path : hostText(target.at);
    this.#deadlineMs = options.deadlineMs;
    this.#client = new Redis(clientOptions(target, options));
    let last: string | undefined;
    this.#client.on('error', (error: Error) => {
      last = networkReason(error);
    });
    this.#client.on('close', () => this.end(last ?? 'the connection was closed'));
  }

  /** Called once, in a later turn than the end. */
  whenLost(listener: (error: ConnectionLost) => void): void {
    this.#onLost = listener;
    if (this.#lost !== undefined) this.#tell();
  }

  get lost(): ConnectionLost | undefined {
    return this.#lost;
  }

  /** `extraMs`: how long the command itself may take, beside the deadline. */
  call(command: string, args: readonly (string | number)[], extraMs = 0): Promise<unknown> {
    if (this.#lost !== undefined) {
      return Promise.reject(new ConnectionLost(this.#lost.message, false));
    }
    const chars = args.reduce<number>((sum, arg) => sum + String(arg).length, 0);
    const limitMs = this.#deadlineMs + extraMs + chars / TRANSFER_CHARS_PER_MS;
    return this.#within(limitMs, command, this.#client.call(command, ...args));
  }

  async run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<readonly unknown[]> {
    const rest = [keys.length, ...keys, ...args];
    let answer: unknown;
    try {
      answer = await this.call('EVALSHA', [script.sha, ...rest]);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      answer = await this.call('EVAL', [script.text, ...rest]);
    }
    return Array.isArray(answer) ? answer : [];
  }

  /** Idempotent. What waits for an answer is rejected. */
  end(reason: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = new ConnectionLost(reason, true);
    for (const reject of this.#pending) reject(this.#lost);
    this.#pending.clear();
    this.#client.disconnect();
    this.#client.stream?.destroy();
    this.#tell();
  }

  #tell(): void {
    const [listener, error] = [this.#onLost, this.#lost];
    if (listener === undefined || error === undefined) return;
    this.#onLost = undefined;
    setImmediate(() => listener(error));
  }

  async #start({ credentials, db }: RedisTarget): Promise<void> {
    await this.#within(this.#deadlineMs, 'the connection', this.#client.connect());
    const { user, password } = credentials;
    if (password !== undefined) {
      await this.call('AUTH', user === undefined ? [password] : [user, password]);
    }
    if (db !== 0) await this.call('SELECT', [db]);
  }

  #within<Answer>(limitMs: number, what: string, work: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#pending.delete(abandon);
        act();
      };
      const abandon = (error: Error): void => settle(() => reject(error));
      const timer = setTimeout(() => {
        this.end(`no answer to ${what} within ${Math.round(limitMs)} ms`);
      }, limitMs);
      this.#pending.add(abandon);
      work.then(
        (answer) => settle(() => resolve(answer)),
        (error: unknown) =>
          settle(() => {
            if (mustLeave(error)) this.end(error instanceof Error ? error.message : String(error));
            reject(isConnectionEnd(error) ? this.#endedBy(error) : error);
          }),
      );
    });
  }

  #endedBy(error: unknown): ConnectionLost {
    const reason = error instanceof Error ? error.message : 'the connection was closed';
    this.end(reason);
    return new ConnectionLost(this.#lost?.message ?? reason, !NEVER_SENT.test(reason));
  }
}

/** ioredis found the socket closed before it had written. */
const NEVER_SENT = /isn't writeable/;

function clientOptions(target: RedisTarget, { deadlineMs }: ConnectionOptions) {
  return {
    ...('path' in target.at ? { path: target.at.path } : target.at),
    ...(target.tls === undefined ? {} : { tls: tlsOptions(target.tls) }),
    lazyConnect: true,
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    connectTimeout: deadlineMs,
    keepAlive: 10_000,
  } satisfies RedisOptions;
}

function tlsOptions({ ca, cert, key }: RedisTlsFiles) {
  return {
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
  };
}

/** An error that the server did not send. */
function isConnectionEnd(error: unknown): boolean {
  return !(error instanceof Error && error.name === 'ReplyError');
}

function networkReason(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  const message = error.message === '' ? (code ?? 'no reason was given') : error.message;
  return message.replaceAll(/\s+/g, ' ');
}
