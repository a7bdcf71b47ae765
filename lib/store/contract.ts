/**
 * The store: one contract, several homes (embedded LMDB; Redis).
 *
 * Records are JSON objects under a key `kind/name`. Every applied batch gets one revision, greater than all
 * before it; the feed gives the batches in that order, each whole. Knows nothing of what records mean.
 */

/** A positive integer, ascending; 0 is the empty store. */
export type Revision = number;

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [member: string]: Json };

export interface StoredRecord {
  readonly key: string;
  /** The revision of the batch that wrote this value. */
  readonly revision: Revision;
  readonly value: Json;
}

export type Write =
  | { readonly op: 'put'; readonly key: string; readonly value: Json }
  | { readonly op: 'delete'; readonly key: string };

/** What must hold when the batch is applied: the key's revision, or `absent`. */
export interface Precondition {
  readonly key: string;
  readonly revision: Revision | 'absent';
}

/** All or nothing. At most BATCH_WRITES_MAX writes; a key is written at most once. */
export interface Batch {
  readonly writes: readonly Write[];
  readonly preconditions?: readonly Precondition[];
}

export const BATCH_WRITES_MAX = 100_000;

export type Change =
  | { readonly op: 'put'; readonly record: StoredRecord }
  /** Deleting what does not exist is no change and is left out; so is putting the value that is already there. */
  | { readonly op: 'delete'; readonly key: string; readonly revision: Revision };

/** One applied batch as the feed gives it. */
export interface ChangeSet {
  readonly revision: Revision;
  readonly changes: readonly Change[];
}

export interface Snapshot {
  readonly revision: Revision;
  readonly records: readonly StoredRecord[];
}

export type StoreErrorCode =
  /** A precondition did not hold; nothing was written. `key` names the first. */
  | 'precondition-failed'
  /** The batch itself is wrong: too large, a key twice, a bad key. */
  | 'batch-invalid'
  /** The disk is full or read-only, or the map size is used up. Nothing was written. */
  | 'store-full'
  | 'store-read-only'
  /** Not reachable, or closed. */
  | 'store-unavailable'
  /** What is on disk is not ours or is damaged. Nothing was overwritten. */
  | 'store-foreign'
  /** The feed was asked for revisions that are no longer kept, or above the newest: take a snapshot and go on. */
  | 'feed-trimmed';

/** Rejected with by every method; `retryable`: the same call may succeed later. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly retryable: boolean;
  readonly key: string | undefined;

  constructor(code: StoreErrorCode, message: string, retryable: boolean, key?: string) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
    this.retryable = retryable;
    this.key = key;
  }
}

export interface Store {
  /** For people: `lmdb:DIR`, `redis://…` without secrets. */
  readonly description: string;

  /** A consistent view of everything. */
  snapshot(): Promise<Snapshot>;

  /**
   * Applies the batch atomically and durably: when it resolves, the batch survives a crash of process and machine.
   * Resolves with the batch's revision (the current one if nothing changed).
   */
  apply(batch: Batch): Promise<Revision>;

  /**
   * Every batch with a revision above `after`, in order, exactly once, then new ones as they come, until the
   * subscription or the store is closed. `listener` is never called from inside `watch` or `apply` itself. If the feed ends by a fault (also one that
   * `listener` throws), `ended` is called once with it.
   */
  watch(
    after: Revision,
    listener: (set: ChangeSet) => void,
    ended: (error: StoreError) => void,
  ): Subscription;

  /** Idempotent. Waits for what `apply` has begun. */
  close(): Promise<void>;
}

export interface Subscription {
  close(): void;
}
