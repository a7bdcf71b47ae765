/**
 * The longest turn of this process's event loop: how long everybody had to wait because of somebody.
 *
 * Measured only while somebody asks: the timer that measures would itself be most of what an idle process costs.
 */
import { now } from './clock.ts';

/** A turn is told too short by this much at the most. */
const SAMPLE_MS = 2;

/** After the last question. */
const LEASE_MS = 30_000;

export class TurnWatch {
  #timer: NodeJS.Timeout | undefined;
  #sampledAt = 0;
  #leaseUntil = 0;
  #longestMs = 0;

  /** Since it was last asked, in ms; undefined: nobody has asked in the last LEASE_MS, it is measured from now on. */
  longestTurnMs(): number | undefined {
    const longest = this.#timer === undefined ? undefined : Math.max(this.#longestMs, this.#late());
    this.#leaseUntil = now() + LEASE_MS;
    this.#longestMs = 0;
    this.#sample();
    return longest;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** By how much the sample that is due is late. */
  #late(): number {
    return Math.max(0, now() - this.#sampledAt - SAMPLE_MS);
  }

  #sample(): void {
    clearTimeout(this.#timer);
    this.#sampledAt = now();
    this.#timer = setTimeout(() => {
      this.#longestMs = Math.max(this.#longestMs, this.#late());
      if (now() < this.#leaseUntil) this.#sample();
      else this.#timer = undefined;
    }, SAMPLE_MS).unref();
  }
}
