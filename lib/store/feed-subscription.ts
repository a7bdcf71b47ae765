/**
 * One reader of a feed: a cursor that walks from `after` to the newest revision and waits there.
 *
 * Every reader reads the kept feed for itself, so that catching up and keeping up are the same path and a slow or
 * faulty listener costs nobody else more than its own running time. It yields to the event loop after TURN_MAX_MS.
 */
import { type ChangeSet, type Revision, StoreError, type Subscription } from './contract.ts';

/** Longer work in one turn would show as latency of every socket of the process. */
const TURN_MAX_MS = 5;

/** What a store offers to its subscriptions. */
export interface FeedSource {
  readonly description: string;
  /** The newest applied revision. */
  newest(): Revision;
  /** The oldest revision still kept; one above the newest when none is. */
  oldest(): Revision;
  /** Called with revisions between the two only. */
  read(revision: Revision): ChangeSet;
  /** Nothing can be read now; the source wakes its readers when that has changed. */
  isOutOfReach?(): boolean;
}

export interface FeedListener {
  readonly changed: (set: ChangeSet) => void;
  readonly ended: (error: StoreError) => void;
}

export class FeedSubscription implements Subscription {
  readonly #source: FeedSource;
  readonly #listener: FeedListener;
  readonly #forget: (subscription: FeedSubscription) => void;
  #cursor: Revision;
  #turn: NodeJS.Immediate | undefined;
  #open = true;

  constructor(
    source: FeedSource,
    after: Revision,
    listener: FeedListener,
    forget: (subscription: FeedSubscription) => void,
  ) {
    this.#source = source;
    this.#cursor = after;
    this.#listener = listener;
    this.#forget = forget;
    this.wake();
  }

  /** There may be something new. */
  wake(): void {
    if (!this.#open || this.#turn !== undefined) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      if (this.#source.isOutOfReach?.() === true) return;
      const fault = this.#outOfReach() ?? this.#deliver();
      if (fault !== undefined) this.#end(fault);
    });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearImmediate(this.#turn);
    this.#forget(this);
  }

  /** In a later turn; nothing is delivered any more. */
  end(error: StoreError): void {
    if (!this.#open) return;
    clearImmediate(this.#turn);
    this.#turn = setImmediate(() => this.#end(error));
  }

  #deliver(): StoreError | undefined {
    const until = performance.now() + TURN_MAX_MS;
    while (this.#open && this.#cursor < this.#source.newest()) {
      const fault = this.#deliverOne(this.#cursor + 1);
      if (fault !== undefined) return fault;
      if (performance.now() >= until) {
        this.wake();
        break;
      }
    }
    return undefined;
  }

  #deliverOne(revision: Revision): StoreError | undefined {
    let set: ChangeSet;
    try {
      set = this.#source.read(revision);
    } catch (error) {
      return error instanceof StoreError ? error : this.#unexpected('cannot be read', error);
    }
    this.#cursor = revision;
    try {
      this.#listener.changed(set);
    } catch (error) {
      return this.#unexpected('was left by a listener that failed', error);
    }
    return undefined;
  }

  #outOfReach(): StoreError | undefined {
    const { description } = this.#source;
    if (this.#cursor > this.#source.newest()) {
      return new StoreError(
        'feed-trimmed',
        `The store ${description} has not reached revision ${this.#cursor}, so it is not the one that was read before; take a snapshot and go on from there.`,
        false,
      );
    }
    if (this.#cursor + 1 >= this.#source.oldest()) return undefined;
    return new StoreError(
      'feed-trimmed',
      `The store ${description} no longer keeps the changes after revision ${this.#cursor}; take a snapshot and go on from there.`,
      false,
    );
  }

  #unexpected(what: string, error: unknown): StoreError {
    const reason = error instanceof Error ? error.message : String(error);
    return new StoreError(
      'store-unavailable',
      `The feed of the store ${this.#source.description} ${what} (${reason}); watch again from a snapshot.`,
      false,
    );
  }

  #end(error: StoreError): void {
    this.close();
    try {
      this.#listener.ended(error);
    } catch (fault) {
      process.emitWarning(fault instanceof Error ? fault : String(fault));
    }
  }
}

/** The readers of one store. */
export class FeedReaders {
  readonly #subscriptions = new Set<FeedSubscription>();
  readonly #source: FeedSource;

  constructor(source: FeedSource) {
    this.#source = source;
  }

  add(after: Revision, listener: FeedListener): Subscription {
    const subscription = new FeedSubscription(this.#source, after, listener, (closed) =>
      this.#subscriptions.delete(closed),
    );
    this.#subscriptions.add(subscription);
    return subscription;
  }

  wake(): void {
    for (const subscription of this.#subscriptions) subscription.wake();
  }

  end(error: StoreError): void {
    for (const subscription of this.#subscriptions) subscription.end(error);
  }

  close(): void {
    for (const subscription of [...this.#subscriptions]) subscription.close();
  }
}

/** For `watch` on a closed store: `ended` is called in a later turn, like everything else of a feed. */
export function endedSubscription(
  ended: (error: StoreError) => void,
  error: StoreError,
): Subscription {
  const turn = setImmediate(() => ended(error));
  return { close: () => clearImmediate(turn) };
}
