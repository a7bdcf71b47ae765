/**
 * The readers of a Redis feed: one blocking read on a connection of its own serves all subscriptions that are up to
 * date; one that is behind catches up by pages first.
 *
 * Every entry names the nonce of the one before it, so an entry of another history is noticed before it is delivered.
 * After a lost connection reading goes on after the last entry. Once a second, and whenever something does not fit,
 * the store is asked whether our position is still in its history.
 */
import { type Revision, StoreError, type Subscription } from './contract.ts';
import { type FeedHistory, type FeedPosition, NOWHERE } from './feed-history.ts';
import type { FeedListener } from './feed-subscription.ts';
import {
  type FeedEntry,
  type FeedPage,
  PageSize,
  parsedEntries,
  rawEntries,
  readPage,
} from './redis-entries.ts';
import { redisFault } from './redis-faults.ts';
import type { DomainKeys } from './redis-scripts.ts';
import type { RedisSession } from './redis-session.ts';
import { RedisSubscription } from './redis-subscription.ts';

export interface FeedSurroundings {
  readonly description: string;
  readonly keys: DomainKeys;
  readonly history: FeedHistory;
  readonly session: () => RedisSession | StoreError;
  /**
   * Asks whether what we have read is in the store's history, and where the store is. Undefined: it is not, and all
   * subscriptions have been ended. `suspect`: something did not fit.
   */
  readonly look: (session: RedisSession, suspect: boolean) => Promise<FeedPosition | undefined>;
  /** What is told to the subscriptions, in the order of the feed, some of it twice. */
  readonly told: (entry: FeedEntry) => void;
}

/** So often the position is checked while nothing comes. */
const BLOCK_MS = 1000;

export class RedisFeed {
  readonly #around: FeedSurroundings;
  readonly #subscriptions = new Set<RedisSubscription>();
  readonly #size = new PageSize();
  /** The last entry that the common reader has met; undefined: it has not begun. */
  #tail: FeedPosition | undefined;
  /** The session that is read from, and which of several loops may do so. */
  #reading: { readonly session: RedisSession } | undefined;

  constructor(around: FeedSurroundings) {
    this.#around = around;
  }

  get tail(): FeedPosition | undefined {
    return this.#tail;
  }

  /** All subscriptions have been told everything up to the tail, or will be in the next turns. */
  get isLevel(): boolean {
    const all = [...this.#subscriptions];
    return this.#tail !== undefined && all.length > 0 && all.every(({ live }) => live);
  }

  add(after: Revision, listener: FeedListener): Subscription {
    const subscription = new RedisSubscription(this.#around.description, after, listener, (one) =>
      this.#subscriptions.delete(one),
    );
    this.#subscriptions.add(subscription);
    this.resume();
    return subscription;
  }

  /** There is a session, or something to do with it. */
  resume(): void {
    const session = this.#around.session();
    if (session instanceof StoreError || this.#subscriptions.size === 0) return;
    if (this.#reading?.session !== session) {
      const reading = { session };
      this.#reading = reading;
      void this.#read(reading);
    }
    for (const subscription of this.#subscriptions) {
      if (!subscription.live && !subscription.catching) void this.#catchUp(subscription);
    }
  }

  correct(changes: Parameters<RedisSubscription['correct']>[0]): void {
    for (const subscription of this.#subscriptions) subscription.correct(changes);
  }

  /** Ends every subscription. */
  end(error: StoreError): void {
    this.#tail = undefined;
    this.#reading = undefined;
    for (const subscription of this.#subscriptions) {
      subscription.live = false;
      subscription.end(error);
    }
    this.#subscriptions.clear();
  }

  close(): void {
    this.#reading = undefined;
    for (const subscription of [...this.#subscriptions]) subscription.close();
  }

  async #read(reading: { readonly session: RedisSession }): Promise<void> {
    const { session } = reading;
    try {
      await this.#readOn(reading);
    } catch (error) {
      if (this.#reading === reading) this.#failed(session, error);
    }
    if (this.#reading !== reading) return;
    this.#reading = undefined;
    if (this.#subscriptions.size === 0) this.#tail = undefined;
    else if (!session.isLost) this.resume();
  }

  async #readOn(reading: { readonly session: RedisSession }): Promise<void> {
    let looked = Number.NEGATIVE_INFINITY;
    let reached: FeedPosition = NOWHERE;
    while (this.#reading === reading && this.#subscriptions.size > 0) {
      if (performance.now() - looked >= BLOCK_MS) {
        const position = await this.#around.look(reading.session, false);
        if (position === undefined || this.#reading !== reading) return;
        looked = performance.now();
        reached = position;
        this.#begin(position);
      }
      if (!(await this.#readOnce(reading))) this.#checkSilence(reached);
    }
  }

  /** What the store has reached did not come: the feed was cut off, or others have restored an empty store. */
  #checkSilence(reached: FeedPosition): void {
    if (this.#tail === undefined || this.#tail.revision >= reached.revision) return;
    this.#tail = reached;
    for (const subscription of this.#subscriptions) subscription.live = false;
    this.resume();
  }

  #begin(position: FeedPosition): void {
    if (this.#tail !== undefined) return;
    this.#tail = position;
    this.resume();
  }

  /** A session that failed is replaced by its owner; a fault that would only repeat itself ends the feed. */
  #failed(session: RedisSession, error: unknown): void {
    if (session.isLost) return;
    const fault = redisFault(this.#around.description, error);
    if (fault.retryable) session.end(fault.message);
    else this.end(fault);
  }

  /** False: nothing came. */
  async #readOnce(reading: { readonly session: RedisSession }): Promise<boolean> {
    const { session } = reading;
    const tail = this.#tail;
    if (tail === undefined) return true;
    const { keys } = this.#around;
    const id = `${tail.revision}-${tail.nonce}`;
    const answer = await session.feed.call(
      'XREAD',
      ['COUNT', this.#size.entries, 'BLOCK', BLOCK_MS, 'STREAMS', keys.feed, id],
      BLOCK_MS,
    );
    const [stream] = Array.isArray(answer) ? answer : [];
    const raw = rawEntries(Array.isArray(stream) ? stream[1] : undefined);
    this.#size.learn(raw);
    for await (const entry of parsedEntries(raw)) {
      if (this.#reading !== reading || this.#tail === undefined) break;
      if (!(await this.#receive(session, this.#tail, entry))) break;
    }
    return raw.length > 0;
  }

  async #receive(session: RedisSession, tail: FeedPosition, entry: FeedEntry): Promise<boolean> {
    const { history, look, told } = this.#around;
    const { revision, nonce } = entry;
    if (!(await this.#knowsIncarnation(session))) return false;
    const fits = revision === tail.revision + 1 && entry.previousNonce === tail.nonce;
    // A gap: what lies between was trimmed before it was read; pages will tell.
    const gap = revision > tail.revision + 1;
    if ((!fits && !gap) || !history.meet(revision, nonce)) {
      await look(session, true);
      return false;
    }
    this.#tail = { revision, nonce };
    told(entry);
    for (const subscription of this.#subscriptions) {
      if (subscription.live && !subscription.push(entry)) void this.#catchUp(subscription);
    }
    return true;
  }

  /** The first entry of a domain comes before anybody has told its incarnation. */
  async #knowsIncarnation(session: RedisSession): Promise<boolean> {
    if (this.#around.history.incarnation !== '') return true;
    return (await this.#around.look(session, false)) !== undefined;
  }

  async #catchUp(subscription: RedisSubscription): Promise<void> {
    const size = new PageSize();
    subscription.catching = true;
    while (subscription.isOpen && !subscription.live) {
      await subscription.room();
      const session = this.#around.session();
      if (session instanceof StoreError || this.#tail === undefined) break;
      try {
        const page = await readPage(session.reads, this.#around.keys, subscription.cursor, size);
        await this.#takePage(session, subscription, page);
      } catch (error) {
        this.#failed(session, error);
      }
    }
    subscription.catching = false;
  }

  async #takePage(
    session: RedisSession,
    subscription: RedisSubscription,
    { entries, newest }: FeedPage,
  ): Promise<void> {
    const { history, look, told } = this.#around;
    const [first] = entries;
    if (first !== undefined && !(await this.#knowsIncarnation(session))) return;
    const { cursor } = subscription;
    const behind = first === undefined ? newest > cursor : first.revision > cursor + 1;
    const beyond = first === undefined && newest < cursor;
    const before = history.nonceOf(cursor);
    const alien =
      first?.revision === cursor + 1 && before !== undefined && first.previousNonce !== before;
    if (behind || beyond || alien) {
      const position = await look(session, alien);
      if (position !== undefined && !alien) this.#endTrimmed(subscription, beyond);
      return;
    }
    for (const entry of entries) {
      if (!history.meet(entry.revision, entry.nonce)) {
        await look(session, true);
        return;
      }
      told(entry);
      subscription.push(entry);
    }
    const tail = this.#tail;
    if (tail !== undefined && subscription.cursor >= tail.revision) subscription.live = true;
  }

  #endTrimmed(subscription: RedisSubscription, beyond: boolean): void {
    const { description } = this.#around;
    this.#subscriptions.delete(subscription);
    subscription.end(
      new StoreError(
        'feed-trimmed',
        beyond
          ? `The store ${description} has not reached revision ${subscription.cursor}, so it is not the one that was read before; take a snapshot and go on from there.`
          : `The store ${description} no longer keeps the changes after revision ${subscription.cursor}; take a snapshot and go on from there.`,
        false,
      ),
    );
  }
}
