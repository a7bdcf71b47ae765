/**
 * Keeps a session with Redis: makes one, has it checked, and when it is lost makes another, for ever.
 *
 * Waits between attempts from 50 ms to 1 s, with jitter so that many instances do not come back in one moment. Logs
 * one line per change of state.
 */
import type { Log } from '../runtime/log.ts';
import type { StoreError } from './contract.ts';
import { redisFault, unavailable } from './redis-faults.ts';
import { locateRedis } from './redis-locate.ts';
import { openSession, type RedisSession, type SessionOptions } from './redis-session.ts';

const WAIT_MIN_MS = 50;
const WAIT_MAX_MS = 1000;
const SENTINELS_AGAIN_MS = 1000;

export interface LinkOptions extends SessionOptions {
  /** Rejects when the session must not be used. */
  readonly check: (session: RedisSession) => Promise<void>;
  /** A session is there. */
  readonly up: (session: RedisSession) => void;
  readonly log: Log | undefined;
}

export class RedisLink {
  readonly #options: LinkOptions;
  #session: RedisSession | undefined;
  #fault: StoreError | undefined;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** The first attempt; rejects with what was wrong with it. */
  async open(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      this.close();
      throw redisFault(this.#options.description, error);
    }
  }

  /** The session, or why there is none. */
  get session(): RedisSession | StoreError {
    const session = this.#session;
    if (session !== undefined && !session.isLost) return session;
    return this.#fault ?? unavailable(this.#options.description, 'the connection was lost');
  }

  /** Ends the session, so that the next one is found and checked anew. */
  renew(reason: string): void {
    this.#session?.end(reason);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#session?.end('the store was closed');
    this.#session = undefined;
  }

  async #connect(): Promise<void> {
    const { check, up, description, log } = this.#options;
    const session = await openSession(this.#options);
    try {
      if (this.#closed) throw unavailable(description, 'the store was closed');
      await check(session);
    } catch (error) {
      session.end('it was refused');
      throw error;
    }
    if (this.#closed) {
      session.end('the store was closed');
      return;
    }
    this.#session = session;
    if (this.#fault !== undefined) log?.info(`The Redis ${description} is back.`);
    this.#fault = undefined;
    const upSince = performance.now();
    session.whenLost((error) => {
      // One that is lost as soon as it is there, each time, must not be tried without a pause.
      if (performance.now() - upSince >= WAIT_MAX_MS) this.#attempts = 0;
      this.#lost(redisFault(description, error));
    });
    up(session);
    void this.#followSentinels(session);
  }

  /**
   * A master that was cut off from its Sentinels does not know that it was demoted, and takes writes that will be lost:
   * the Sentinels are asked again while it serves.
   */
  async #followSentinels(session: RedisSession): Promise<void> {
    const { location, probe, deadlineMs } = this.#options;
    if (location.kind !== 'sentinel') return;
    while (!this.#closed && !session.isLost) {
      await new Promise((resolve) => setTimeout(resolve, SENTINELS_AGAIN_MS).unref());
      const master = await locateRedis(location, probe, deadlineMs).catch(() => undefined);
      if (master === undefined || JSON.stringify(master.at) === JSON.stringify(session.target.at)) {
        continue;
      }
      session.end('the Sentinels name another master');
    }
  }

  #lost(fault: StoreError): void {
    if (this.#closed) return;
    this.#session = undefined;
    if (this.#fault?.message !== fault.message) this.#options.log?.warn(fault.message);
    this.#fault = fault;
    const ceiling = Math.min(WAIT_MAX_MS, WAIT_MIN_MS * 2 ** this.#attempts++);
    const waitMs = ceiling * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => {
      this.#connect().catch((error: unknown) =>
        this.#lost(redisFault(this.#options.description, error)),
      );
    }, waitMs);
  }
}
