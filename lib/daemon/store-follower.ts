/**
 * Follows the store: its first content, its feed, and its return when it was lost, trimmed, emptied or set back.
 *
 * What the store has lost is given back from what this instance knows (control/recovery), before anything else of it
 * is believed. A record that cannot be read is left out, named, and kept in the store as it is.
 */
import type { StoredChange } from '../control/inputs.ts';
import { type KeptRecord, planRecovery } from '../control/recovery.ts';
import { parseRecord, recordToJson } from '../model/record-parse.ts';
import type { DomainRecord } from '../model/records.ts';
import type { Log } from '../runtime/log.ts';
import {
  BATCH_WRITES_MAX,
  type Batch,
  type Change,
  type Json,
  type Store,
  type StoredRecord,
  StoreError,
  type Subscription,
} from '../store/contract.ts';

const RESUME_FIRST_MS = 50;
const RESUME_MAX_MS = 5_000;

export interface FollowerHost {
  readonly log: Log;
  /** In the store's order. */
  records(revision: number, changes: readonly StoredChange[], isSnapshot: boolean): void;
  /** For people: the store lost something, and what became of it. */
  notice(level: 'warning' | 'error', code: string, message: string): void;
  /** The revision that was taken in, and each record's. */
  readonly revision: number;
  readonly revisions: ReadonlyMap<string, number>;
  /** As the store last told it. */
  record(key: string): DomainRecord | undefined;
  /** Keys whose record here is newer than what the store was told. */
  pending(): ReadonlySet<string>;
}

export class StoreFollower {
  /** Records that this release cannot use, by key: never overwritten. */
  readonly unreadable = new Map<string, string>();
  /** By what is wrong: one sentence each. */
  readonly problems = new Map<string, string>();
  readonly #store: Store;
  readonly #host: FollowerHost;
  /** As the store has them: nobody else can give them back. */
  readonly #unread = new Map<string, StoredRecord>();
  #subscription: Subscription | undefined;
  #timer: NodeJS.Timeout | undefined;
  #delayMs = RESUME_FIRST_MS;
  #closed = false;

  constructor(store: Store, host: FollowerHost) {
    this.#store = store;
    this.#host = host;
  }

  /** Of a record that could not be read. */
  unreadRevision(key: string): number | undefined {
    return this.#unread.get(key)?.revision;
  }

  async start(): Promise<void> {
    await this.#takeSnapshot();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#subscription?.close();
  }

  #follow(after: number): void {
    this.#subscription = this.#store.watch(
      after,
      ({ revision, changes }) => {
        this.#delayMs = RESUME_FIRST_MS;
        this.#host.records(revision, this.#parse(changes), false);
      },
      (error) => this.#ended(error),
    );
  }

  #ended(error: StoreError): void {
    if (this.#closed) return;
    this.problems.set('feed', error.message);
    this.#host.log.warn(`the store's feed ended: ${error.message}`);
    this.#later(() => this.#resume(error));
  }

  async #resume(ended: StoreError): Promise<void> {
    try {
      if (ended.code === 'store-forked') await this.#giveBack(ended.ancestor ?? 0);
      await this.#takeSnapshot();
      // What was taken in is acted on at the end of this turn; until then nobody may plan by what was before.
      await new Promise(setImmediate);
      this.problems.delete('feed');
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.problems.set('feed', error.message);
      // Somebody else was faster, or the store has changed again: what it is now decides.
      const again = error.code === 'store-forked' ? error : ended;
      this.#later(() => this.#resume(again));
    }
  }

  #later(action: () => Promise<void>): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void action(), this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, RESUME_MAX_MS);
  }

  /** Everything that the store has; what is known here and not there is deleted. */
  async #takeSnapshot(): Promise<void> {
    const { revision, records } = await this.#store.snapshot();
    if (this.#closed) return;
    const there = new Set(records.map((record) => record.key));
    const known = new Set([
      ...this.#host.revisions.keys(),
      ...this.#host.pending(),
      ...this.#unread.keys(),
    ]);
    const gone = [...known].filter((key) => !there.has(key));
    const changes: Change[] = [
      ...gone.map((key): Change => ({ op: 'delete', key, revision })),
      ...records.map((record): Change => ({ op: 'put', record })),
    ];
    this.#host.records(revision, this.#parse(changes), true);
    this.#follow(revision);
  }

  async #giveBack(ancestor: number): Promise<void> {
    const known = this.#host.revision;
    const kept = this.#kept();
    const found = ancestor === 0 ? await this.#restore(kept) : ancestor;
    if (found === undefined) return;
    // Our writes are in its history also where what others wrote before them has not come to us.
    const common = Math.min(found, known);
    const pending = this.#host.pending();
    // What is on its way is written by the usual way.
    const settled = kept.filter(({ key }) => !pending.has(key));
    await this.#merge(settled, common);
  }

  async #merge(kept: readonly KeptRecord[], ancestor: number): Promise<void> {
    const { records } = await this.#store.snapshot();
    const pending = this.#host.pending();
    const { writes, lost } = planRecovery({ kept, pending, ancestor, store: records });
    for (let at = 0; at < writes.length; at += BATCH_WRITES_MAX) {
      const part = writes.slice(at, at + BATCH_WRITES_MAX);
      const batch: Batch = {
        writes: part.map(({ key, value }) =>
          value === undefined ? { op: 'delete', key } : { op: 'put', key, value: value as Json },
        ),
        preconditions: part.map(({ key, basedOn }) => ({ key, revision: basedOn })),
      };
      await this.#store.apply(batch);
    }
    const since = ancestor === 0 ? 'what it had' : `what it had after revision ${ancestor}`;
    this.#host.notice(
      'warning',
      'store-lost-writes',
      `the store ${this.#store.description} has lost ${since}: ${writes.length} records were written again`,
    );
    for (const sentence of lost) {
      const message = `${sentence}; it was lost by the store and could not be written again`;
      this.#host.notice('error', 'record-lost', message);
    }
  }

  /**
   * Makes an empty store hold what it held. Undefined: it does, by us or by another; otherwise it holds something
   * else, with this much in common.
   */
  async #restore(kept: readonly KeptRecord[]): Promise<number | undefined> {
    const { revision } = this.#host;
    if (this.#store.restore === undefined || revision === 0) return 0;
    try {
      const records = kept.map((record) => ({ ...record, value: record.value as Json }));
      await this.#store.restore({ revision, records });
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'precondition-failed') throw error;
      return this.#inCommon();
    }
    this.#host.notice(
      'warning',
      'store-emptied',
      `the store ${this.#store.description} was empty: it was given back ${kept.length} records, as of revision ${revision}`,
    );
    return undefined;
  }

  /** Asks the store, which is not empty any more, by a batch that writes nothing. */
  async #inCommon(): Promise<number | undefined> {
    try {
      await this.#store.apply({ writes: [], confirm: false });
      return undefined;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'store-forked') return error.ancestor ?? 0;
      throw error;
    }
  }

  /** What the store had by its own word, also where what is on its way will replace it: others go on from there. */
  #kept(): KeptRecord[] {
    const kept: KeptRecord[] = [...this.#unread.values()];
    for (const [key, revision] of this.#host.revisions) {
      const record = this.#host.record(key);
      if (record !== undefined) kept.push({ key, revision, value: recordToJson(record) });
    }
    return kept;
  }

  #parse(changes: readonly Change[]): StoredChange[] {
    return changes.flatMap((change) =>
      change.op === 'delete'
        ? this.#deleted(change.key, change.revision)
        : this.#read(change.record),
    );
  }

  #deleted(key: string, revision: number): StoredChange {
    this.unreadable.delete(key);
    this.problems.delete(key);
    this.#unread.delete(key);
    return { key, record: undefined, revision };
  }

  #read(stored: StoredRecord): StoredChange[] {
    const { key, revision } = stored;
    const record = parseRecord(key, stored.value);
    if (record.ok) {
      this.unreadable.delete(key);
      this.problems.delete(key);
      this.#unread.delete(key);
      return [{ key, record: record.value, revision }];
    }
    const { code, message } = record.error;
    if (this.problems.get(key) !== message) this.#host.log.error(message);
    this.problems.set(key, message);
    this.#unread.set(key, stored);
    if (code === 'record-damaged') this.unreadable.delete(key);
    else this.unreadable.set(key, message);
    return [];
  }
}
