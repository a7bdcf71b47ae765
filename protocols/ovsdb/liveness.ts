/**
 * Liveness: when a silent peer is asked for a sign, and when it is given up; and how long it may take
 * over one message.
 *
 * Any byte is a sign of life, but a message that never ends is not: the second clock sees to that.
 *
 * Trap: when we ourselves slept (a stopped process, a long stall), signs of life may wait unread in the
 * socket while the timer fires first. So a verdict that comes much too late is put off once more.
 *
 * A peer that probes us is let be the one who asks: both sides would count from the same message, and ask at the same
 * moment for ever.
 *
 * Source: RFC 7047 §4.1.11 (echo); ovsdb-server(1) on inactivity probes.
 */
import type { DurationMs, InstantMs } from '../base/units.ts';

/** Of the interval: so much later than it would be due, a probe of ours follows on one of the peer's. */
const COURTESY = 0.1;

export type LivenessVerdict = 'fine' | 'probe' | 'silent' | 'stuck-message';

export class Liveness {
  readonly #probeIntervalMs: DurationMs;
  readonly #messageTimeoutMs: DurationMs;
  #quietSince: InstantMs;
  #probedAt: InstantMs | undefined;
  #messageSince: InstantMs | undefined;
  #courtesyMs: DurationMs = 0;

  constructor(probeIntervalMs: DurationMs, messageTimeoutMs: DurationMs, now: InstantMs) {
    this.#probeIntervalMs = probeIntervalMs;
    this.#messageTimeoutMs = messageTimeoutMs;
    this.#quietSince = now;
  }

  /** Bytes came. `insideMessage`: the last message is not whole; `completed`: some message became whole. */
  heard(now: InstantMs, insideMessage: boolean, completed: boolean): void {
    this.#quietSince = now;
    this.#probedAt = undefined;
    this.#courtesyMs = 0;
    if (!insideMessage) this.#messageSince = undefined;
    else if (completed || this.#messageSince === undefined) this.#messageSince = now;
  }

  /** We are still taking what came, and may have read nothing since: the peer's silence begins now at the earliest. */
  tookMore(now: InstantMs): void {
    this.#quietSince = now;
    this.#probedAt = undefined;
  }

  /** The newest of what was heard is a probe of the peer's. */
  wasProbed(): void {
    this.#courtesyMs = this.#probeIntervalMs * COURTESY;
  }

  /** Acts on the time: a verdict of `probe` counts the probe as sent. */
  judge(now: InstantMs): LivenessVerdict {
    const messageEnd = this.#messageDeadline();
    if (messageEnd !== undefined && now >= messageEnd) return 'stuck-message';
    const deadline = this.#probeDeadline();
    if (deadline === undefined || now < deadline) return 'fine';
    if (this.#probedAt === undefined) {
      this.#probedAt = now;
      return 'probe';
    }
    if (now - deadline <= this.#probeIntervalMs / 2) return 'silent';
    this.#probedAt = now;
    return 'fine';
  }

  deadline(): InstantMs | undefined {
    const probe = this.#probeDeadline();
    const message = this.#messageDeadline();
    if (probe === undefined || message === undefined) return probe ?? message;
    return Math.min(probe, message);
  }

  #probeDeadline(): InstantMs | undefined {
    if (this.#probeIntervalMs === 0) return undefined;
    const since = this.#probedAt ?? this.#quietSince + this.#courtesyMs;
    return since + this.#probeIntervalMs;
  }

  #messageDeadline(): InstantMs | undefined {
    return this.#messageSince === undefined
      ? undefined
      : this.#messageSince + this.#messageTimeoutMs;
  }
}
