/**
 * Turns "something changed" into whole lists on a stream: coalesced, at a bounded rate, never two
 * outstanding, and only when the list differs from the one sent before.
 */
import { createHash } from 'node:crypto';
import type { NdjsonStream } from './ndjson-stream.ts';

/** Building and sending lists takes at most one part in so many of the time. */
const DUTY = 10;

export class ListWatch {
  readonly #stream: NdjsonStream;
  readonly #list: () => readonly unknown[];
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #changed = true;
  #earliestMs = 0;
  #sentDigest = '';

  constructor(stream: NdjsonStream, list: () => readonly unknown[], intervalMs: number) {
    this.#stream = stream;
    this.#list = list;
    this.#intervalMs = intervalMs;
  }

  changed(): void {
    this.#changed = true;
    this.proceed();
  }

  /** Sends the list as soon as it may be sent; does nothing when nothing changed. */
  proceed(): void {
    if (!this.#changed || !this.#stream.idle || this.#timer !== undefined) return;
    const delayMs = this.#earliestMs - performance.now();
    if (delayMs <= 0) {
      this.#sendNow();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.proceed();
    }, delayMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#changed = false;
  }

  #sendNow(): void {
    this.#changed = false;
    const begunMs = performance.now();
    const json = JSON.stringify(this.#list());
    const digest = createHash('sha1').update(json).digest('base64');
    if (digest !== this.#sentDigest) this.#stream.send(json);
    this.#sentDigest = digest;
    const spentMs = performance.now() - begunMs;
    this.#earliestMs = begunMs + Math.max(this.#intervalMs, spentMs * DUTY);
  }
}
