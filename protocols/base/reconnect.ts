/**
 * When to connect again: exponential back-off with jitter, capped; forgotten only after a connection
 * has proved itself.
 *
 * A peer that accepts and then drops each connection, or never says a word, is as bad as one that
 * refuses: the back-off falls back to its least only after a connection stayed good for `provenAfterMs`.
 * The jitter spreads many clients that lost the same server at the same moment.
 *
 * An attempt that is neither taken nor refused is given up: the kernel would try a host that is off for two
 * minutes, and a server whose backlog is full, or that says nothing in a handshake, can wait for ever.
 *
 * A state machine: no clock, no timer, no random source of its own.
 *
 * Source: the 1 s and 8 s are Open vSwitch's own (ovs-vswitchd.conf.db(5), max_backoff).
 */
import type { DurationMs, InstantMs } from './units.ts';

export interface ReconnectOptions {
  readonly backoffMinMs: DurationMs;
  readonly backoffMaxMs: DurationMs;
  readonly provenAfterMs: DurationMs;
  /** An attempt may take so long, or the present back-off if that is longer. */
  readonly attemptMinMs: DurationMs;
}

export const RECONNECT_DEFAULTS: ReconnectOptions = {
  backoffMinMs: 1000,
  backoffMaxMs: 8000,
  provenAfterMs: 10_000,
  attemptMinMs: 10_000,
};

type State =
  | { readonly name: 'waiting'; readonly until: InstantMs }
  | { readonly name: 'connecting'; readonly giveUpAt: InstantMs }
  | { readonly name: 'connected'; readonly since: InstantMs };

export class Reconnect {
  readonly #options: ReconnectOptions;
  #state: State;
  #failures = 0;

  /** The first attempt is due at once. */
  constructor(now: InstantMs, options: ReconnectOptions = RECONNECT_DEFAULTS) {
    this.#options = options;
    this.#state = { name: 'waiting', until: now };
  }

  get state(): State['name'] {
    return this.#state.name;
  }

  /** Connections in a row that failed or fell before they proved themselves. */
  get failures(): number {
    return this.#failures;
  }

  /** When to ask `isDue` again; undefined: waiting for the connection, not for time (but see `giveUpAt`). */
  deadline(): InstantMs | undefined {
    return this.#state.name === 'waiting' ? this.#state.until : undefined;
  }

  /** True when an attempt should begin now; say so by `connecting`. */
  isDue(now: InstantMs): boolean {
    return this.#state.name === 'waiting' && now >= this.#state.until;
  }

  /** An attempt begins. */
  connecting(now: InstantMs): void {
    const attemptMs = Math.max(this.#options.attemptMinMs, this.#backoff(this.#failures - 1));
    this.#state = { name: 'connecting', giveUpAt: now + attemptMs };
  }

  /** When the attempt under way has taken too long: end it, and call `lost`; undefined: there is none. */
  giveUpAt(): InstantMs | undefined {
    return this.#state.name === 'connecting' ? this.#state.giveUpAt : undefined;
  }

  connected(now: InstantMs): void {
    this.#state = { name: 'connected', since: now };
  }

  /**
   * The attempt failed or the connection fell. `random` is from 0 (inclusive) to 1: the wait is between
   * half of the back-off and all of it. `heardAt`: the last sign of life, by which the connection was
   * good; left out: until now.
   */
  lost(now: InstantMs, random: number, heardAt: InstantMs = now): void {
    const state = this.#state;
    const proven =
      state.name === 'connected' && heardAt - state.since >= this.#options.provenAfterMs;
    if (proven) this.#failures = 0;
    const backoff = this.#backoff(this.#failures);
    this.#failures++;
    this.#state = { name: 'waiting', until: now + backoff * (0.5 + random / 2) };
  }

  #backoff(failures: number): DurationMs {
    const { backoffMinMs, backoffMaxMs } = this.#options;
    return Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.max(0, failures));
  }
}
