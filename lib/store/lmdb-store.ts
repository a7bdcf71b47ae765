/**
 * The embedded store: records, revision and feed in one LMDB environment of one directory.
 *
 * One commit carries every batch that waits (group commit) and is on the disk before any of them resolves: LMDB
 * writes the pages, syncs, then writes its head with O_DSYNC, in a thread of its own. Readers see committed state
 * only. A batch that cannot be written rejects alone; nothing of it stays.
 */
import {
  type CheckedBatch,
  checkBatch,
  effectOf,
  type TextRecord,
  type TextWrite,
} from './batch-effect.ts';
import {
  BATCH_WRITES_MAX,
  type Batch,
  type ChangeSet,
  type Revision,
  type Snapshot,
  type Store,
  type StoredRecord,
  StoreError,
  type Subscription,
} from './contract.ts';
import { endedSubscription, FeedReaders, type FeedSource } from './feed-subscription.ts';
import { freeBytes, identityOf, prepareDirectory, syncDirectory } from './lmdb-directory.ts';
import {
  HOLDER_KEY,
  inUse,
  openRows,
  type Rows,
  readChangeSet,
  readRecord,
  readState,
  STATE_KEY,
  takeHold,
} from './lmdb-environment.ts';
import { isShortWrite, storeFault, storeFull } from './lmdb-faults.ts';
import {
  decodeRecord,
  encodeFeed,
  encodeRecord,
  encodeState,
  type StoreState,
} from './lmdb-rows.ts';

export interface LmdbStoreOptions {
  readonly directory: string;
  /** The first size of the memory map; LMDB grows it as needed. */
  readonly mapSizeBytes?: number;
  /** Batches that the feed keeps at most. */
  readonly feedRevisionsMax?: number;
  /** Text that the feed keeps at most; the newest batch is always kept. */
  readonly feedSizeMaxChars?: number;
}

/** A commit may need this much beside the batch itself: copies of tree pages and of LMDB's list of free pages. */
const COMMIT_RESERVE_BYTES = 512 * 1024;
/** Text is stored in the record and in the feed, each in pages that are partly filled. */
const COMMIT_SIZE_FACTOR = 4;
/** Records read in one turn of the event loop by a snapshot: about 2 ms. */
const SNAPSHOT_TURN_RECORDS = 2000;

interface Pending {
  readonly batch: CheckedBatch;
  readonly resolve: (revision: Revision) => void;
  readonly reject: (error: StoreError) => void;
}

/** LMDB shares an environment within a process, so its locks do not tell two stores apart here. */
const openDirectories = new Set<string>();

export async function openLmdbStore(options: LmdbStoreOptions): Promise<Store> {
  const { directory } = options;
  let rows: Rows | undefined;
  let identity: string | undefined;
  try {
    prepareDirectory(directory);
    const candidate = identityOf(directory);
    if (openDirectories.has(candidate)) throw inUse(directory, process.pid);
    openDirectories.add(candidate);
    identity = candidate;
    rows = openRows(directory, options.mapSizeBytes);
    syncDirectory(directory);
    const holder = takeHold(rows, directory);
    const state = readState(rows);
    return new LmdbStore(options, rows, identity, holder, state);
  } catch (error) {
    await rows?.root.close();
    if (identity !== undefined) openDirectories.delete(identity);
    throw storeFault(directory, error);
  }
}

class LmdbStore implements Store, FeedSource {
  readonly description: string;
  readonly #directory: string;
  readonly #identity: string;
  readonly #feedRevisionsMax: number;
  readonly #feedSizeMaxChars: number;
  readonly #rows: Rows;
  readonly #holder: string;
  readonly #readers: FeedReaders = new FeedReaders(this);
  readonly #snapshots = new Set<Promise<unknown>>();
  readonly #pending: Pending[] = [];
  #committing: Promise<void> | undefined;
  #state: StoreState;
  #closing: Promise<void> | undefined;

  constructor(
    options: LmdbStoreOptions,
    rows: Rows,
    identity: string,
    holder: string,
    state: StoreState,
  ) {
    this.description = `lmdb:${options.directory}`;
    this.#directory = options.directory;
    this.#feedRevisionsMax = options.feedRevisionsMax ?? 10_000;
    this.#feedSizeMaxChars = options.feedSizeMaxChars ?? 256 * 1024 * 1024;
    this.#rows = rows;
    this.#identity = identity;
    this.#holder = holder;
    this.#state = state;
  }

  async snapshot(): Promise<Snapshot> {
    if (this.#closing !== undefined) throw this.#closed();
    const reading = this.#readSnapshot();
    this.#snapshots.add(reading);
    try {
      return await reading;
    } catch (error) {
      throw storeFault(this.#directory, error);
    } finally {
      this.#snapshots.delete(reading);
    }
  }

  async apply(batch: Batch): Promise<Revision> {
    if (this.#closing !== undefined) throw this.#closed();
    const checked = checkBatch(batch);
    return new Promise((resolve, reject) => {
      this.#pending.push({ batch: checked, resolve, reject });
      this.#committing ??= this.#commitAll();
    });
  }

  watch(
    after: Revision,
    listener: (set: ChangeSet) => void,
    ended: (error: StoreError) => void,
  ): Subscription {
    if (this.#closing !== undefined) return endedSubscription(ended, this.#closed());
    return this.#readers.add(after, { changed: listener, ended });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  newest(): Revision {
    return this.#state.newest;
  }

  oldest(): Revision {
    return this.#state.oldest;
  }

  read(revision: Revision): ChangeSet {
    try {
      return readChangeSet(this.#rows, revision);
    } catch (error) {
      throw storeFault(this.#directory, error);
    }
  }

  async #close(): Promise<void> {
    this.#readers.close();
    await this.#committing;
    await Promise.allSettled(this.#snapshots);
    const { root, meta } = this.#rows;
    try {
      root.transactionSync(() => {
        if (meta.get(HOLDER_KEY) === this.#holder) meta.removeSync(HOLDER_KEY);
      });
    } catch {
      // On a full disk the next one finds the holder gone all the same: by its process id.
    }
    await root.close();
    openDirectories.delete(this.#identity);
  }

  async #readSnapshot(): Promise<Snapshot> {
    const { records: rows, root } = this.#rows;
    root.resetReadTxn();
    const transaction = root.useReadTransaction();
    try {
      const state = readState(this.#rows, { transaction });
      const records: StoredRecord[] = [];
      for (const { key, value } of rows.getRange({ transaction })) {
        records.push(readRecord(key, value));
        if (records.length % SNAPSHOT_TURN_RECORDS === 0) await nextTurn();
      }
      return { revision: state.newest, records };
    } finally {
      transaction.done();
    }
  }

  async #commitAll(): Promise<void> {
    // A turn later, so that everything that is handed in together is committed together.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      await this.#commit(this.#takeGroup());
      this.#readers.wake();
    }
    this.#committing = undefined;
  }

  /** What waits, up to the size of one full batch. */
  #takeGroup(): readonly Pending[] {
    let writes = 0;
    let count = 0;
    for (const { batch } of this.#pending) {
      writes += batch.writes.length;
      if (count > 0 && writes > BATCH_WRITES_MAX) break;
      count++;
    }
    return this.#pending.splice(0, count);
  }

  async #commit(group: readonly Pending[]): Promise<void> {
    try {
      const outcomes = await this.#write(group);
      for (const [index, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[index];
        if (typeof outcome === 'number') resolve(outcome);
        else reject(outcome ?? this.#closed());
      }
    } catch (error) {
      if (group.length === 1) return group[0]?.reject(storeFault(this.#directory, error));
      // One batch that is too large must not take the others with it.
      for (const pending of group) await this.#commit([pending]);
    }
  }

  async #write(group: readonly Pending[]): Promise<readonly (Revision | StoreError)[]> {
    const sizeBytes = group.reduce((sum, { batch }) => sum + batch.size, 0) * COMMIT_SIZE_FACTOR;
    const needed = sizeBytes + COMMIT_RESERVE_BYTES;
    if (freeBytes(this.#directory) < needed) throw storeFull(this.#directory);
    let state = this.#state;
    const { root, meta } = this.#rows;
    try {
      const outcomes = await root.childTransaction(() => {
        this.#checkHold();
        const results: (Revision | StoreError)[] = [];
        for (const { batch } of group) {
          const effect = effectOf(batch, (key) => this.#lookup(key));
          if (!(effect instanceof StoreError)) state = this.#writeEffect(state, effect);
          results.push(effect instanceof StoreError ? effect : state.newest);
        }
        if (state !== this.#state) meta.putSync(STATE_KEY, encodeState(state));
        return results;
      });
      this.#state = state;
      return outcomes;
    } catch (error) {
      const cause = await commitCause(error);
      if (isShortWrite(cause) && freeBytes(this.#directory) < needed)
        throw storeFull(this.#directory);
      throw cause;
    } finally {
      root.resetReadTxn();
    }
  }

  #checkHold(): void {
    if (this.#rows.meta.get(HOLDER_KEY) === this.#holder) return;
    throw new StoreError(
      'store-unavailable',
      `The store in ${this.#directory} was taken over by another process; stop one of the two and restart the other.`,
      false,
    );
  }

  #lookup(key: string): TextRecord | undefined {
    const row = this.#rows.records.get(key);
    if (row === undefined) return undefined;
    const record = decodeRecord(row);
    if (record === undefined) throw new SyntaxError(`${key} cannot be read`);
    return record;
  }

  #writeEffect(state: StoreState, effect: readonly TextWrite[]): StoreState {
    if (effect.length === 0) return state;
    const { records, feed } = this.#rows;
    const revision = state.newest + 1;
    for (const { key, text } of effect) {
      if (text === undefined) records.removeSync(key);
      else records.putSync(key, encodeRecord({ revision, text }));
    }
    const row = encodeFeed(effect);
    feed.putSync(revision, row);
    return this.#trim({ ...state, newest: revision, feedChars: state.feedChars + row.length });
  }

  #trim(state: StoreState): StoreState {
    const { feed } = this.#rows;
    let { oldest, feedChars } = state;
    while (
      oldest < state.newest &&
      (state.newest - oldest >= this.#feedRevisionsMax || feedChars > this.#feedSizeMaxChars)
    ) {
      feedChars -= feed.get(oldest)?.length ?? 0;
      feed.removeSync(oldest);
      oldest++;
    }
    return { newest: state.newest, oldest, feedChars };
  }

  #closed(): StoreError {
    return new StoreError(
      'store-unavailable',
      `The store in ${this.#directory} is closed; open it again.`,
      false,
    );
  }
}

/** LMDB's own error hides behind a promise in the error that it rejects with. */
async function commitCause(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
