/**
 * The outbox: facts that this instance has seen and acts on already, on their way to the store.
 *
 * One batch is under way at a time; what changes meanwhile waits, the newest value of each key only. While a key
 * waits, is under way, or has just been taken, what the feed says of it is our own past and is not believed.
 */
import type { RecordChange } from '../desired/compiler.ts';
import type { DomainRecord, RecordKey } from '../model/records.ts';

/** Below the store's own bound (BATCH_WRITES_MAX): a store that was away must take what gathered meanwhile. */
const BATCH_MAX = 20_000;

export class Outbox {
  #waiting = new Map<RecordKey, DomainRecord | undefined>();
  #underWay: ReadonlyMap<RecordKey, DomainRecord | undefined> | undefined;
  readonly #taken = new Map<RecordKey, number>();

  add(change: RecordChange): void {
    this.#waiting.set(change.key, change.record);
  }

  /** The next batch, if none is under way and something waits. */
  take(): RecordChange[] | undefined {
    if (this.#underWay !== undefined || this.#waiting.size === 0) return undefined;
    if (this.#waiting.size <= BATCH_MAX) {
      this.#underWay = this.#waiting;
      this.#waiting = new Map();
    } else {
      this.#underWay = new Map([...this.#waiting].slice(0, BATCH_MAX));
      for (const key of this.#underWay.keys()) this.#waiting.delete(key);
    }
    return [...this.#underWay].map(([key, record]) => ({ key, record }));
  }

  /** The batch under way is in the store with this revision. */
  taken(revision: number): void {
    for (const key of this.#underWay?.keys() ?? []) this.#taken.set(key, revision);
    this.#underWay = undefined;
  }

  /** True if the feed's word on this key at this revision is older than what we know. */
  overrides(key: RecordKey, revision: number): boolean {
    if (this.#waiting.has(key) || this.#underWay?.has(key) === true) return true;
    return (this.#taken.get(key) ?? 0) >= revision;
  }

  /** The feed has come to this revision. */
  passed(revision: number): void {
    for (const [key, taken] of this.#taken) if (taken <= revision) this.#taken.delete(key);
  }
}
