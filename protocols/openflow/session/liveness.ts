/**
 * Whether the peer lives: when to ask it by an echo request, and when to give it up.
 *
 * Source: OpenFlow 1.3.5 §6.4, §7.5.2.
 */
import type { DurationMs, InstantMs } from '../../base/units.ts';

/** Of the interval: so much later than it would be due, a probe of ours follows on one of the peer's. */
const COURTESY = 0.1;

export class Liveness {
  readonly #intervalMs: DurationMs;
  #lastHeard: InstantMs;
  /** A peer that has just probed us is let be the one who asks: else both would, at the same moment for ever. */
  #courtesyMs: DurationMs = 0;
  /** When the unanswered echo request went out. */
  #probedAt: InstantMs | undefined;

  constructor(now: InstantMs, intervalMs: DurationMs) {
    this.#lastHeard = now;
    this.#intervalMs = intervalMs;
  }

  heard(now: InstantMs): void {
    this.#lastHeard = now;
    this.#probedAt = undefined;
    this.#courtesyMs = 0;
  }

  wasAsked(): void {
    this.#courtesyMs = this.#intervalMs * COURTESY;
  }

  probed(now: InstantMs): void {
    this.#probedAt = now;
  }

  /** The next probe, or the end of waiting for the answer to one. */
  dueAt(): InstantMs {
    return (this.#probedAt ?? this.#lastHeard + this.#courtesyMs) + this.#intervalMs;
  }

  /** How long the answer to a probe has been waited for; undefined: none is under way. */
  unansweredMs(now: InstantMs): DurationMs | undefined {
    return this.#probedAt === undefined ? undefined : now - this.#probedAt;
  }
}
