/**
 * The outbox: facts that this instance has seen and acts on already, on their way to the store.
 *
 * One batch is under way at a time; what changes meanwhile waits, the newest value of each key only. Each write names
 * the revision of the record that it replaces, so that nobody overwrites what he has not seen: a write that was
 * decided on an older record is refused, and decided anew on the newer one.
 */

import type { RecordChange } from '../desired/compiler.ts';
import type { DomainRecord, RecordKey } from '../model/records.ts';
import type { PublishedWrite } from './inputs.ts';

/**
 * Far below the store's own bound (BATCH_WRITES_MAX): to write them down takes a few milliseconds of one turn. What has
 * gathered while a store was away goes out in many.
 */
const BATCH_MAX = 500;

/** A record as the store has it. */
export interface StoreWord extends RecordChange {
  readonly revision: number;
}

/**
 * What to make of the store's word on a key: `believed`; `echo`, our own past, of which only the revision counts;
 * `held` until it is known whether our own write came before it.
 */
export type Belief = 'believed' | 'echo' | 'held';

export class Outbox {
  #waiting = new Map<RecordKey, DomainRecord | undefined>();
  #underWay: Map<RecordKey, DomainRecord | undefined> | undefined;
  /** A snapshot has come since the batch under way was sent: its answer may be that of a history which is lost. */
  #isOutlived = false;
  /** The newest word on keys that are under way. */
  readonly #held = new Map<RecordKey, StoreWord>();
  /** Written, and not yet come back by the feed: the revision of that batch. */
  readonly #taken = new Map<RecordKey, number>();

  add({ key, record }: RecordChange): void {
    this.#waiting.set(key, record);
  }

  /** The next batch, if none is under way and something waits whose record's revision is known. */
  take(revisions: ReadonlyMap<RecordKey, number>): PublishedWrite[] | undefined {
    if (this.#underWay !== undefined || this.#waiting.size === 0) return undefined;
    const batch = new Map<RecordKey, DomainRecord | undefined>();
    for (const [key, record] of this.#waiting) {
      if (batch.size === BATCH_MAX) break;
      if (!this.#taken.has(key)) batch.set(key, record);
    }
    if (batch.size === 0) return undefined;
    for (const key of batch.keys()) this.#waiting.delete(key);
    this.#underWay = batch;
    this.#isOutlived = false;
    return [...batch].map(([key, record]) => ({
      ...{ key, record },
      basedOn: revisions.get(key) ?? ('absent' as const),
    }));
  }

  /** The store's word on a key, as the feed gives it. */
  hear(word: StoreWord): Belief {
    const { key, revision } = word;
    if (this.#underWay?.has(key) === true) {
      this.#held.set(key, word);
      return 'held';
    }
    if (revision <= (this.#taken.get(key) ?? 0)) return 'echo';
    // Decided on an older record: whoever takes the word in decides anew.
    this.#waiting.delete(key);
    return 'believed';
  }

  /** The batch under way is in the store with this revision. Gives the words that came later. */
  taken(revision: number): StoreWord[] {
    // Again: if it is there all the same, the preconditions tell.
    if (this.#isOutlived) return this.failed();
    for (const key of this.#underWay?.keys() ?? []) this.#taken.set(key, revision);
    this.#underWay = undefined;
    return this.#release();
  }

  /**
   * Nothing of the batch under way was stored: somebody else has written `key`. Gives our own value of it, which is
   * given up; the others are tried again.
   */
  refused(key: RecordKey): {
    readonly given: DomainRecord | undefined;
    readonly words: StoreWord[];
  } {
    const given = this.#underWay?.get(key);
    this.#underWay?.delete(key);
    return { given, words: this.failed() };
  }

  /** It is not known whether the batch under way was stored: all of it is tried again. Gives words on its keys. */
  failed(): StoreWord[] {
    const batch = this.#underWay ?? new Map<RecordKey, DomainRecord | undefined>();
    this.#underWay = undefined;
    this.#waiting = new Map([...batch, ...this.#waiting]);
    return this.#release();
  }

  /** Whether a value of this key is on its way. */
  has(key: RecordKey): boolean {
    return this.#waiting.has(key) || this.#underWay?.has(key) === true;
  }

  /** Keys whose value here may not be the store's. */
  *keys(): Generator<RecordKey> {
    yield* this.#waiting.keys();
    if (this.#underWay !== undefined) yield* this.#underWay.keys();
    yield* this.#taken.keys();
  }

  /** The feed has come to this revision. */
  passed(revision: number): void {
    for (const [key, taken] of this.#taken) if (taken <= revision) this.#taken.delete(key);
  }

  /** A whole snapshot follows: it has come past everything, also when its revision is lower. */
  restart(): void {
    this.#taken.clear();
    this.#isOutlived = this.#underWay !== undefined;
  }

  #release(): StoreWord[] {
    const words = [...this.#held.values()];
    this.#held.clear();
    return words;
  }
}
