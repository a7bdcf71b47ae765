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
  /** False: it can be written again if the server fails, so neither replicas nor its disk are waited for. */
  readonly confirm?: boolean;
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
  | 'feed-trimmed'
  /** The store has lost what was read from it (emptied, or failed over to a copy that was behind): see `ancestor`. */
  | 'store-forked'
  /** The batch may have been applied, or was applied but not as durably as was asked for; the message says which. */
  | 'store-unconfirmed'
  /** Another process announces itself by the same name. */
  | 'name-taken';

/** Rejected with by every method; `retryable`: the same call may succeed later. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly retryable: boolean;
  readonly key: string | undefined;
  /** With `store-forked`: what was read up to this revision is in the store's history still; 0: nothing is known to be. */
  readonly ancestor: Revision | undefined;

  constructor(
    code: StoreErrorCode,
    message: string,
    retryable: boolean,
    key?: string,
    ancestor?: Revision,
  ) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
    this.retryable = retryable;
    this.key = key;
    this.ancestor = ancestor;
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

  /** How the instances that share the store know of each other; absent: it serves one process. */
  readonly membership?: Membership;

  /**
   * Makes an empty store hold exactly this, revisions included, so that others who have read the lost one find
   * themselves in its history. Rejects with `precondition-failed` when it is not empty (any more). Present where a
   * store can be emptied behind our back.
   */
  restore?(content: Snapshot): Promise<void>;
}

/** What an instance last said of itself. Kept beside the records: it has no revision and is not in the feed. */
export interface MemberWord {
  readonly name: string;
  /** One run of the process. */
  readonly run: string;
  /** Counts this name's announcements: who finds it unchanged for long may believe the instance dead. */
  readonly beat: number;
  /** Small, and new each time. */
  readonly head: Json;
  /** May be large; sent on only when it has changed. */
  readonly body: Json;
}

export interface Membership {
  /** Everybody's newest word, our own included. Members that were silent for a day are forgotten. */
  members(): Promise<readonly MemberWord[]>;

  /**
   * Replaces our word and gives everybody's. Rejects with `name-taken` when another run has announced itself by
   * this name since our last announcement (a first one replaces whatever is there).
   */
  announce(word: Omit<MemberWord, 'beat'>): Promise<readonly MemberWord[]>;

  /** Forgets one; false: it was not there. */
  forget(name: string): Promise<boolean>;
}

export interface Subscription {
  close(): void;
}
