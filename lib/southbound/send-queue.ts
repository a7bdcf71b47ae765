/**
 * What waits to be sent to one switch: operations (references to shared fragments), each batch's number behind them.
 *
 * Bounded behind the batch that came first: that one may be of any size, because the first difference of a switch is,
 * and refusing it would mean to refuse the same difference again.
 */
import type { Operation } from '../reconcile/operations.ts';

/** A batch's number stands after its operations. */
export type Entry = Operation | number;

/** About 100 MB of flows, but only references here. */
const WAITING_MAX = 1_000_000;

/** What was sent is let go of when it is so much, and half of all. */
const SENT_MAX = 1_000;

export class SendQueue {
  readonly #waitingMax: number;
  #entries: Entry[] = [];
  #at = 0;
  /** Where the batch ends that came when nothing waited. */
  #firstEnd = 0;

  constructor(waitingMax = WAITING_MAX) {
    this.#waitingMax = waitingMax;
  }

  get isEmpty(): boolean {
    return this.#at === this.#entries.length;
  }

  /** False: too much waits already; nothing was taken. */
  add(batch: number, operations: readonly Operation[]): boolean {
    const isFirst = this.isEmpty;
    if (isFirst) this.clear();
    const behind = this.#entries.length - Math.max(this.#at, this.#firstEnd);
    if (!isFirst && behind + operations.length > this.#waitingMax) return false;
    for (const operation of operations) this.#entries.push(operation);
    this.#entries.push(batch);
    if (isFirst) this.#firstEnd = this.#entries.length;
    return true;
  }

  /** Undefined: nothing waits. */
  next(): Entry | undefined {
    const entry = this.#entries[this.#at];
    if (entry === undefined) return undefined;
    this.#at++;
    if (this.isEmpty) this.clear();
    else if (this.#at > SENT_MAX && this.#at > this.#entries.length / 2) this.#letGo();
    return entry;
  }

  /** A switch that is always a little behind would else have us keep all that it was ever sent. */
  #letGo(): void {
    this.#entries = this.#entries.slice(this.#at);
    this.#firstEnd = Math.max(0, this.#firstEnd - this.#at);
    this.#at = 0;
  }

  clear(): void {
    this.#entries = [];
    this.#at = 0;
    this.#firstEnd = 0;
  }
}
