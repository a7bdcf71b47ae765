/**
 * Intake: what came from the peer, message by message and in slices, so that one peer does not hold the others up.
 *
 * The work on a message (the rows of a large update) is done in steps. What comes behind it waits, so that the order of
 * the wire holds; what a slice leaves is due at once.
 */
import type { InstantMs } from '../base/units.ts';
import { JsonSplitter, type NextMessage, type SplitterLimits } from './wire/json-splitter.ts';

/** About 5 ms of parsing and applying on a slow core. */
const SLICE_BYTES = 256 * 1024;

/** One step of applying rows (replica.ts) in the same coin; of a message that is smaller, no more than itself. */
const STEP_COST_BYTES = 128 * 1024;

/** However small a message is: its way through the session costs some 50 µs. */
const MESSAGE_COST_BYTES = 4 * 1024;

/** Work in steps; its return value is called when the last one is done. */
export type Working = Generator<undefined, () => void>;

/** Takes one message; returns the work on it that is to be done in steps, if any. */
export type TakeMessage = (next: NextMessage, now: InstantMs) => Working | undefined;

export class Intake {
  readonly #splitter: JsonSplitter;
  readonly #take: TakeMessage;
  #working: Working | undefined;
  #stepCost = STEP_COST_BYTES;
  #isClosed = false;
  #dueAt: InstantMs | undefined;

  constructor(limits: SplitterLimits | undefined, take: TakeMessage) {
    this.#splitter = new JsonSplitter(limits);
    this.#take = take;
  }

  /** When the last slice ended with something left; undefined: nothing is. */
  get dueAt(): InstantMs | undefined {
    return this.#dueAt;
  }

  get isInsideMessage(): boolean {
    return this.#splitter.isInsideMessage;
  }

  /** Returns whether a message became whole. */
  push(chunk: Uint8Array): boolean {
    const before = this.#splitter.completedCount;
    this.#splitter.push(chunk);
    return this.#splitter.completedCount > before;
  }

  takeSlice(now: InstantMs): void {
    for (let spent = 0; spent < SLICE_BYTES && this.#hasRest(); ) {
      spent += this.#working === undefined ? this.#takeMessage(now) : this.#stepOn(this.#working);
    }
    this.#dueAt = this.#hasRest() ? now : undefined;
  }

  /** Nothing more is taken. */
  close(): void {
    this.#isClosed = true;
    this.#working = undefined;
    this.#dueAt = undefined;
  }

  #hasRest(): boolean {
    return !this.#isClosed && (this.#working !== undefined || this.#splitter.hasNext);
  }

  /** Returns what it cost, in bytes. */
  #takeMessage(now: InstantMs): number {
    const next = this.#splitter.next();
    if (next === undefined) return SLICE_BYTES;
    const cost = Math.max(MESSAGE_COST_BYTES, next.sizeBytes);
    this.#stepCost = Math.min(STEP_COST_BYTES, cost);
    this.#working = this.#take(next, now);
    // What is done in steps pays for its steps.
    return this.#working === undefined ? cost : 0;
  }

  #stepOn(working: Working): number {
    const step = working.next();
    if (step.done === true) {
      this.#working = undefined;
      step.value();
    }
    return this.#stepCost;
  }
}
