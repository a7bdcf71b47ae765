/**
 * The store in memory: for tests and benches. Held to the same contract test as those that last; durable as long as
 * the process.
 */
import {
  type CheckedBatch,
  changeSetOf,
  checkBatch,
  effectOf,
  type TextRecord,
  type TextWrite,
  toStoredRecord,
} from './batch-effect.ts';
import {
  type Batch,
  type ChangeSet,
  type Revision,
  type Snapshot,
  type Store,
  StoreError,
  type Subscription,
} from './contract.ts';
import { endedSubscription, FeedReaders, type FeedSource } from './feed-subscription.ts';

export interface MemoryStoreOptions {
  /** Batches that the feed keeps. */
  readonly feedRevisionsMax?: number;
}

export function openMemoryStore(options: MemoryStoreOptions = {}): Store {
  return new MemoryStore(options.feedRevisionsMax ?? 10_000);
}

class MemoryStore implements Store, FeedSource {
  readonly description = 'memory';
  readonly #records = new Map<string, TextRecord>();
  readonly #feed = new Map<Revision, readonly TextWrite[]>();
  readonly #feedRevisionsMax: number;
  readonly #readers: FeedReaders = new FeedReaders(this);
  #revision: Revision = 0;
  #closed = false;

  constructor(feedRevisionsMax: number) {
    this.#feedRevisionsMax = feedRevisionsMax;
  }

  async snapshot(): Promise<Snapshot> {
    if (this.#closed) throw closed();
    const records = [...this.#records].map(([key, record]) => toStoredRecord(key, record));
    return { revision: this.#revision, records };
  }

  async apply(batch: Batch): Promise<Revision> {
    if (this.#closed) throw closed();
    return this.#applyChecked(checkBatch(batch));
  }

  #applyChecked(batch: CheckedBatch): Revision {
    const effect = effectOf(batch, (key) => this.#records.get(key));
    if (effect instanceof StoreError) throw effect;
    if (effect.length === 0) return this.#revision;
    const revision = this.#revision + 1;
    for (const { key, text } of effect) {
      if (text === undefined) this.#records.delete(key);
      else this.#records.set(key, { revision, text });
    }
    this.#feed.set(revision, effect);
    this.#feed.delete(revision - this.#feedRevisionsMax);
    this.#revision = revision;
    this.#readers.wake();
    return revision;
  }

  watch(
    after: Revision,
    listener: (set: ChangeSet) => void,
    ended: (error: StoreError) => void,
  ): Subscription {
    if (this.#closed) return endedSubscription(ended, closed());
    return this.#readers.add(after, { changed: listener, ended });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#readers.close();
  }

  newest(): Revision {
    return this.#revision;
  }

  oldest(): Revision {
    return this.#revision - this.#feed.size + 1;
  }

  read(revision: Revision): ChangeSet {
    return changeSetOf(revision, this.#feed.get(revision) ?? []);
  }
}

function closed(): StoreError {
  return new StoreError(
    'store-unavailable',
    'The store in memory is closed; open a new one.',
    false,
  );
}
