/**
 * One reader of a Redis feed: a queue that is filled from outside and emptied into a listener.
 *
 * While `live`, the common reader of the feed fills it; otherwise it is catching up by pages of its own, until it
 * has reached the common reader. It yields to the event loop after TURN_MAX_MS.
 */
import { type ChangeSet, type Revision, StoreError, type Subscription } from './contract.ts';
import type { FeedListener } from './feed-subscription.ts';
import { type FeedEntry, TURN_MAX_MS } from './redis-entries.ts';

/** A listener that is so far behind reads pages for itself, instead of holding everything in memory. */
const QUEUE_MAX_SETS = 2000;

export class RedisSubscription implements Subscription {
  /** The newest revision that was queued. */
  cursor: Revision;
  live = false;
  /** A catch-up is under way. */
  catching = false;
  readonly #description: string;
  readonly #listener: FeedListener;
  readonly #left: (subscription: RedisSubscription) => void;
  readonly #queue: ChangeSet[] = [];
  #turn: NodeJS.Immediate | undefined;
  #open = true;
  #ending = false;
  #drained: (() => void) | undefined;

  constructor(
    description: string,
    after: Revision,
    listener: FeedListener,
    left: (subscription: RedisSubscription) => void,
  ) {
    this.#description = description;
    this.cursor = after;
    this.#listener = listener;
    this.#left = left;
  }

  get isOpen(): boolean {
    return this.#open && !this.#ending;
  }

  /** Ignores what was queued before. False: there is no room, or a gap; it has to catch up. */
  push({ revision, set }: FeedEntry): boolean {
    if (!this.isOpen || revision <= this.cursor) return true;
    if (revision !== this.cursor + 1 || this.#queue.length >= QUEUE_MAX_SETS) {
      this.live = false;
      return false;
    }
    this.cursor = revision;
    this.#queue.push(set);
    this.#wake();
    return true;
  }

  /** A change that has no revision of its own. */
  correct(changes: ChangeSet['changes']): void {
    if (!this.isOpen) return;
    this.#queue.push({ revision: this.cursor, changes });
    this.#wake();
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    if (this.#queue.length < QUEUE_MAX_SETS / 2) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearImmediate(this.#turn);
    this.#drained?.();
    this.#left(this);
  }

  /** What was queued is still delivered; `ended` is called in a later turn. */
  end(error: StoreError): void {
    if (!this.isOpen) return;
    this.#ending = true;
    this.#drained?.();
    this.#endSoon(error);
  }

  #endSoon(error: StoreError): void {
    setImmediate(() => {
      if (!this.#open) return;
      if (this.#queue.length > 0) this.#endSoon(error);
      else this.#endNow(error);
    });
  }

  #wake(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined;
      this.#deliver();
    });
  }

  #deliver(): void {
    const until = performance.now() + TURN_MAX_MS;
    let count = 0;
    while (this.#open && count < this.#queue.length) {
      const set = this.#queue[count++];
      if (set === undefined) break;
      try {
        this.#listener.changed(set);
      } catch (error) {
        this.#endNow(this.#failed(error));
        return;
      }
      if (performance.now() >= until) break;
    }
    this.#queue.splice(0, count);
    if (!this.#open) return;
    if (this.#queue.length > 0) this.#wake();
    if (this.#queue.length < QUEUE_MAX_SETS / 2) this.#drained?.();
  }

  #failed(error: unknown): StoreError {
    const reason = error instanceof Error ? error.message : String(error);
    return new StoreError(
      'store-unavailable',
      `The feed of the store ${this.#description} was left by a listener that failed (${reason}); watch again from a snapshot.`,
      false,
    );
  }

  #endNow(error: StoreError): void {
    this.close();
    try {
      this.#listener.ended(error);
    } catch (fault) {
      process.emitWarning(fault instanceof Error ? fault : String(fault));
    }
  }
}
