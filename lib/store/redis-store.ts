/**
 * The store of several instances: records, revision and feed of one domain in Redis (or Valkey), behind one server,
 * Sentinels or a Cluster.
 *
 * A batch is one script call, atomic and never sent twice. Nothing is written over a connection on which it was not
 * first checked that what we have read is in the store's history; when it is not, the store is forked for us until a
 * snapshot or a restore. What Redis confirms survives a crash as far as Redis is set up to let it: `waitReplicas`
 * and `waitAof` have it confirmed by others and by the disk.
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Log } from '../runtime/log.ts';
import { type CheckedBatch, checkBatch } from './batch-effect.ts';
import {
  type Batch,
  type ChangeSet,
  type Membership,
  type Revision,
  type Snapshot,
  type Store,
  StoreError,
  type Subscription,
} from './contract.ts';
import { FeedHistory, type FeedPosition, NOWHERE } from './feed-history.ts';
import { endedSubscription } from './feed-subscription.ts';
import { RedisAudit } from './redis-audit.ts';
import { RedisConfirmation } from './redis-confirmation.ts';
import type { RedisConnection } from './redis-connection.ts';
import { closedStore, redisFault, unusable } from './redis-faults.ts';
import { RedisFeed } from './redis-feed.ts';
import { RedisLink } from './redis-link.ts';
import { describeRedisLocation, type RedisLocation } from './redis-location.ts';
import { RedisMembership } from './redis-membership.ts';
import { checkPlace } from './redis-place.ts';
import { restoreInto } from './redis-restore.ts';
import {
  ANCESTOR_SCRIPT,
  APPLY_SCRIPT,
  type DomainKeys,
  domainKeys,
  LOOK_SCRIPT,
} from './redis-scripts.ts';
import type { RedisSession } from './redis-session.ts';
import { readEverything } from './redis-snapshot.ts';

export interface RedisStoreOptions {
  readonly location: RedisLocation;
  readonly domain: string;
  /** Batches that the feed keeps at most. */
  readonly feedRevisionsMax?: number;
  /** Text that the feed keeps at most, in UTF-8; the newest batch is always kept. */
  readonly feedSizeMaxChars?: number;
  /** A batch is confirmed when so many replicas have it; default 0. */
  readonly waitReplicas?: number;
  /** A batch is confirmed when it is on the master's disk, and on that of the replicas asked for; needs Redis 7.2. */
  readonly waitAof?: boolean;
  /** How long these confirmations may take. */
  readonly confirmTimeoutMs?: number;
  /** For the answer to every command. */
  readonly deadlineMs?: number;
  readonly log?: Log;
  /** Told when Redis has something else than its feed has said; the readers are then told what Redis has. */
  readonly onDivergence?: (key: string, detail: string) => void;
  /** Between two steps of that comparison, about a thousand records each. */
  readonly auditStepMs?: number;
}

/** It stands between braces in the keys. */
const DOMAIN = /^[^{}\p{C}]{1,200}$/u;
const DEADLINE_MS = 2000;
/** A server that does not answer must not hold up the end of the process. */
const CLOSE_MAX_MS = 1000;
const CONFIRM_TIMEOUT_MS = 1000;
const NONCE_MAX = 2 ** 48 - 1;

/** Rejects with a StoreError; when it is retryable, the same may succeed later. */
export async function openRedisStore(options: RedisStoreOptions): Promise<Store> {
  if (!DOMAIN.test(options.domain)) throw noDomain(options.domain);
  const store = new RedisStore(options);
  await store.open();
  return store;
}

class RedisStore implements Store {
  readonly description: string;
  readonly membership: Membership;
  readonly #options: RedisStoreOptions;
  readonly #keys: DomainKeys;
  readonly #history = new FeedHistory();
  readonly #link: RedisLink;
  readonly #feed: RedisFeed;
  readonly #audit: RedisAudit | undefined;
  readonly #confirmation: RedisConfirmation;
  readonly #busy = new Set<Promise<unknown>>();
  #forking: Promise<void> | undefined;
  #opened = false;
  #closing: Promise<void> | undefined;

  constructor(options: RedisStoreOptions) {
    const { location, domain, log } = options;
    this.#options = options;
    const description = describeRedisLocation(location);
    this.description = description;
    this.#keys = domainKeys(domain);
    this.#confirmation = new RedisConfirmation({
      description,
      replicas: options.waitReplicas ?? 0,
      aof: options.waitAof ?? false,
      timeoutMs: options.confirmTimeoutMs ?? CONFIRM_TIMEOUT_MS,
    });
    this.#link = new RedisLink({
      location,
      description,
      probe: this.#keys.meta,
      deadlineMs: options.deadlineMs ?? DEADLINE_MS,
      check: (session) => this.#check(session),
      up: () => this.#feed.resume(),
      log,
    });
    this.#feed = new RedisFeed({
      description,
      keys: this.#keys,
      history: this.#history,
      session: () => this.#link.session,
      look: (session, suspect) => this.#look(session, suspect),
      told: (entry) => this.#audit?.told(entry),
    });
    this.membership = new RedisMembership({
      description,
      domain,
      keys: this.#keys,
      use: (work) => this.#use(work),
      place: () => this.#place(),
      looked: (session, word, incarnation) => {
        if (word === 'fork' && this.#history.fork === undefined) void this.#fork(session);
        if (word === 'ok') this.#history.meetIncarnation(incarnation);
      },
    });
    const { onDivergence } = options;
    if (onDivergence !== undefined) {
      this.#audit = new RedisAudit({
        keys: this.#keys,
        domain,
        feed: this.#feed,
        session: () => this.#link.session,
        report: onDivergence,
        ...(options.auditStepMs === undefined ? {} : { stepMs: options.auditStepMs }),
      });
    }
  }

  async open(): Promise<void> {
    await this.#link.open();
    this.#opened = true;
    this.#audit?.start();
  }

  snapshot(): Promise<Snapshot> {
    return this.#use(async (session) => {
      // Whoever follows the feed learns first that the history has changed.
      if (this.#history.fork === undefined) await this.#look(session, false);
      const { reads: connection } = session;
      const { description } = this;
      const { domain } = this.#options;
      const source = { connection, keys: this.#keys, domain, description };
      const heard = this.#audit?.baseline();
      const read = await readEverything(heard === undefined ? source : { ...source, heard });
      const { incarnation, position, records } = read;
      heard?.done(position.revision);
      const other = incarnation !== this.#history.incarnation && this.#history.newest.revision > 0;
      if (other && this.#history.fork === undefined) await this.#fork(session);
      await this.#forking;
      this.#history.adopt(incarnation, position);
      return { revision: position.revision, records };
    });
  }

  async apply(batch: Batch): Promise<Revision> {
    this.#assertOpen();
    const checked = checkBatch(batch);
    return this.#track(this.#apply(checked));
  }

  watch(
    after: Revision,
    listener: (set: ChangeSet) => void,
    ended: (error: StoreError) => void,
  ): Subscription {
    if (this.#closing !== undefined) {
      return endedSubscription(ended, closedStore(this.description));
    }
    const { fork } = this.#history;
    if (fork !== undefined) return endedSubscription(ended, fork);
    return this.#feed.add(after, { changed: listener, ended });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  restore(content: Snapshot): Promise<void> {
    return this.#use(async (session) => {
      const incarnation = this.#history.incarnation || newIncarnation();
      const nonce = this.#history.nonceOf(content.revision) ?? newNonce();
      const position = { revision: content.revision, nonce };
      const { description } = this;
      const { domain } = this.#options;
      const place = { connection: session.reads, keys: this.#keys, domain, description };
      try {
        await restoreInto(place, content, { incarnation, position });
      } catch (error) {
        // Another was faster: what it has restored may be our own history.
        const isTaken = error instanceof StoreError && error.code === 'precondition-failed';
        if (isTaken && (await this.#look(session, false)) !== undefined) this.#history.rejoin();
        throw error;
      }
      this.#history.restored(incarnation, position);
      this.#audit?.forget();
    });
  }

  async #close(): Promise<void> {
    this.#audit?.close();
    this.#feed.close();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, CLOSE_MAX_MS);
    });
    await Promise.race([Promise.allSettled(this.#busy), late]);
    clearTimeout(timer);
    this.#link.close();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedStore(this.description);
  }

  #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#busy.add(work);
    const done = (): void => {
      this.#busy.delete(work);
    };
    work.then(done, done);
    return work;
  }

  async #use<Result>(work: (session: RedisSession) => Promise<Result>): Promise<Result> {
    this.#assertOpen();
    const { session } = this.#link;
    if (session instanceof StoreError) throw session;
    try {
      return await this.#track(work(session));
    } catch (error) {
      throw redisFault(this.description, error);
    }
  }

  async #apply(batch: CheckedBatch): Promise<Revision> {
    try {
      // On another connection: a confirmation that is awaited holds its own up.
      if (!batch.confirm) return await this.#send(batch, this.#usableSession().reads);
      return await this.#confirmation.write(
        () => this.#usableSession().writes,
        () => this.#send(batch, this.#usableSession().writes),
      );
    } catch (error) {
      throw redisFault(this.description, error, true);
    }
  }

  #usableSession(): RedisSession {
    const { session } = this.#link;
    if (session instanceof StoreError) throw session;
    const { fork } = this.#history;
    if (fork !== undefined) throw fork;
    return session;
  }

  async #send(batch: CheckedBatch, connection: RedisConnection): Promise<Revision> {
    const session = this.#usableSession();
    const { meta, records, feed } = this.#keys;
    const { incarnation, newest } = this.#history;
    const {
      domain,
      feedRevisionsMax = 10_000,
      feedSizeMaxChars = 256 * 1024 * 1024,
    } = this.#options;
    const answer = await connection.run(
      APPLY_SCRIPT,
      [meta, records, feed],
      [
        ...[domain, incarnation, String(newest.revision), newest.nonce],
        ...[newIncarnation(), newNonce(), String(feedRevisionsMax), String(feedSizeMaxChars)],
        batch.preconditions.map(({ key, revision }) => `${key}\n${revision}\n`).join(''),
        batch.writes.map(({ key, text = '' }) => `${key}\n${text}\n`).join(''),
      ],
    );
    return this.#applied(session, answer.map(String), batch);
  }

  async #applied(
    session: RedisSession,
    words: readonly string[],
    batch: CheckedBatch,
  ): Promise<Revision> {
    const fault = unusable(this.description, words);
    if (fault !== undefined) throw fault;
    const [word, incarnation = '', revision = '0', nonce = NOWHERE.nonce] = words;
    if (word === 'precondition') throw preconditionFailed(batch, incarnation, revision);
    if (word === 'fork') {
      await this.#fork(session);
      throw this.#history.fork ?? closedStore(this.description);
    }
    this.#history.meetIncarnation(incarnation);
    // Else an answer came late: a snapshot has adopted another history since.
    if (incarnation === this.#history.incarnation) this.#history.meet(Number(revision), nonce);
    return Number(revision);
  }

  /** Domain, incarnation, and the positions of our own and of the feed. */
  #place(): readonly string[] {
    const { incarnation, newest } = this.#history;
    const tail = this.#feed.tail ?? NOWHERE;
    return [
      ...[this.#options.domain, incarnation],
      ...[String(newest.revision), newest.nonce, String(tail.revision), tail.nonce],
    ];
  }

  async #check(session: RedisSession): Promise<void> {
    this.#confirmation.check(session.server);
    await this.#look(session, false);
    if (this.#opened) return;
    await checkPlace({
      session,
      domain: this.#options.domain,
      description: this.description,
      fresh: this.#history.incarnation === '',
      log: this.#options.log,
    });
  }

  async #look(session: RedisSession, suspect: boolean): Promise<FeedPosition | undefined> {
    const { meta, records, feed } = this.#keys;
    const answer = await session.reads.run(LOOK_SCRIPT, [meta, records, feed], [...this.#place()]);
    const words = answer.map(String);
    const fault = unusable(this.description, words);
    if (fault !== undefined) throw fault;
    const [word, incarnation = '', revision = '0', nonce = NOWHERE.nonce] = words;
    if (word === 'fork' || suspect) {
      await this.#fork(session);
      return undefined;
    }
    this.#history.meetIncarnation(incarnation);
    return { revision: Number(revision), nonce };
  }

  #fork(session: RedisSession): Promise<void> {
    this.#forking ??= this.#findAncestor(session).finally(() => {
      this.#forking = undefined;
    });
    return this.#forking;
  }

  async #findAncestor(session: RedisSession): Promise<void> {
    const { meta, records, feed } = this.#keys;
    const { incarnation } = this.#history;
    const positions = this.#history
      .positions()
      .map(({ revision, nonce }) => `${revision} ${nonce}\n`);
    let ancestor = 0;
    try {
      const answer = await session.reads.run(
        ANCESTOR_SCRIPT,
        [meta, records, feed],
        [this.#options.domain, incarnation, positions.join('')],
      );
      ancestor = answer[0] === 'ok' ? Number(answer[1]) : 0;
    } catch {
      // The connection was lost: the next one is checked again, and finds the same.
      return;
    }
    const before = this.#history.fork;
    const error = this.#history.forked(this.description, ancestor);
    if (before === undefined) this.#options.log?.warn(error.message);
    this.#audit?.forget();
    this.#feed.end(error);
  }
}

function preconditionFailed(batch: CheckedBatch, key: string, present: string): StoreError {
  const wanted = batch.preconditions.find((one) => one.key === key)?.revision ?? 'absent';
  const words = (revision: Revision | string): string =>
    revision === 'absent' ? 'absent' : `at revision ${revision}`;
  return new StoreError(
    'precondition-failed',
    `${key} is ${words(present)}, not ${words(wanted)} as the batch requires; read it again and decide anew.`,
    false,
    key,
  );
}

function noDomain(domain: string): StoreError {
  return new StoreError(
    'store-unavailable',
    `${JSON.stringify(domain.slice(0, 80))} cannot be the name of a domain in Redis; use up to 200 characters without braces.`,
    false,
  );
}

function newIncarnation(): string {
  return randomBytes(16).toString('hex');
}

function newNonce(): string {
  return String(randomInt(1, NONCE_MAX));
}
