/**
 * The rolling comparison of what Redis has with what its feed has told: finds what was changed behind the feed.
 *
 * Keeps a 32-bit fingerprint per key, begun by a snapshot and carried on by the feed. Looks at about a thousand
 * records a second. A difference counts only when it is still there after the feed has caught up with the moment at
 * which the record was read again, and the feed has not touched the key meanwhile: so writers cause no false alarm.
 */

import { toStoredRecord } from './batch-effect.ts';
import { type Change, type Revision, StoreError } from './contract.ts';
import type { FeedEntry } from './redis-entries.ts';
import type { RedisFeed } from './redis-feed.ts';
import { type DomainKeys, PEEK_SCRIPT } from './redis-scripts.ts';
import type { RedisSession } from './redis-session.ts';
import { decodeRecord, encodeRecord } from './redis-snapshot.ts';

export interface AuditSurroundings {
  readonly keys: DomainKeys;
  readonly domain: string;
  readonly feed: RedisFeed;
  readonly session: () => RedisSession | StoreError;
  readonly report: (key: string, detail: string) => void;
  /** Default 1000. */
  readonly stepMs?: number;
}

const STEP_MS = 1000;
const STEP_RECORDS = 1000;
/** Many differences are healed over several steps. */
const SUSPECTS_MAX = 500;
/** So long the feed may take to come up to a record that was read. */
const LEVEL_WAIT_MS = 2000;

interface Baseline {
  clear(): void;
  put(key: string, raw: string): void;
  delete(key: string): void;
  done(revision: Revision): void;
}

export class RedisAudit {
  readonly #around: AuditSurroundings;
  #told = new Map<string, number>();
  /** The revision up to which `told` goes; undefined: nothing to compare with. */
  #revision: Revision | undefined;
  /** Keys that the feed has touched since a confirmation began. */
  #touched: Set<string> | undefined;
  #cursor = '0';
  #lacking: Iterator<string> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(around: AuditSurroundings) {
    this.#around = around;
  }

  start(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#step()
        .catch(() => {
          // Redis went away: the comparison goes on when it is back.
        })
        .finally(() => this.start());
    }, this.#around.stepMs ?? STEP_MS).unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Nothing is known any more until the next snapshot. */
  forget(): void {
    this.#told = new Map();
    this.#revision = undefined;
    this.#cursor = '0';
    this.#lacking = undefined;
  }

  /** Filled by a snapshot; counts from `done` on. */
  baseline(): Baseline {
    const fresh = new Map<string, number>();
    return {
      clear: () => fresh.clear(),
      put: (key, raw) => fresh.set(key, fingerprint(raw)),
      delete: (key) => fresh.delete(key),
      done: (revision) => {
        this.forget();
        this.#told = fresh;
        this.#revision = revision;
      },
    };
  }

  told({ revision, writes }: FeedEntry): void {
    if (this.#revision === undefined || revision <= this.#revision) return;
    if (revision !== this.#revision + 1) return;
    this.#revision = revision;
    for (const { key, text } of writes) {
      this.#touched?.add(key);
      if (text === undefined) this.#told.delete(key);
      else this.#told.set(key, fingerprint(encodeRecord({ revision, text })));
    }
  }

  async #step(): Promise<void> {
    const session = this.#around.session();
    if (session instanceof StoreError || !this.#isLevel()) return;
    const suspects =
      this.#lacking === undefined ? await this.#scan(session) : await this.#seek(session);
    if (suspects.length > 0) await this.#confirm(session, suspects.slice(0, SUSPECTS_MAX));
  }

  #isLevel(): boolean {
    const { tail, isLevel } = this.#around.feed;
    return isLevel && tail !== undefined && tail.revision === this.#revision;
  }

  /** What Redis has and was told otherwise. */
  async #scan({ reads }: RedisSession): Promise<string[]> {
    const { records } = this.#around.keys;
    const answer = await reads.call('HSCAN', [records, this.#cursor, 'COUNT', STEP_RECORDS]);
    const [next, found] = Array.isArray(answer) ? answer : ['0', []];
    const words: readonly unknown[] = Array.isArray(found) ? found : [];
    const suspects: string[] = [];
    for (let index = 0; index < words.length; index += 2) {
      const key = String(words[index]);
      if (this.#told.get(key) !== fingerprint(String(words[index + 1]))) suspects.push(key);
    }
    this.#cursor = String(next);
    if (this.#cursor === '0' && Number(await reads.call('HLEN', [records])) !== this.#told.size) {
      this.#lacking = this.#told.keys();
    }
    return suspects;
  }

  /** What was told and Redis lacks: looked for only when the numbers differ after a whole scan. */
  async #seek({ reads }: RedisSession): Promise<string[]> {
    const keys: string[] = [];
    for (let count = 0; count < STEP_RECORDS; count++) {
      const next = this.#lacking?.next();
      if (next === undefined || next.done === true) {
        this.#lacking = undefined;
        break;
      }
      keys.push(next.value);
    }
    if (keys.length === 0) return [];
    const answer = await reads.call('HMGET', [this.#around.keys.records, ...keys]);
    const values: readonly unknown[] = Array.isArray(answer) ? answer : [];
    return keys.filter((_, index) => values[index] === null);
  }

  async #confirm({ reads }: RedisSession, suspects: readonly string[]): Promise<void> {
    const touched = new Set<string>();
    this.#touched = touched;
    try {
      const { keys, domain } = this.#around;
      const answer = await reads.run(
        PEEK_SCRIPT,
        [keys.meta, keys.records, keys.feed],
        [domain, '', ...suspects],
      );
      const [word, revision, ...values] = answer;
      if (word !== 'ok' || !(await this.#reaches(Number(revision)))) return;
      const changes: Change[] = [];
      for (const [index, key] of suspects.entries()) {
        if (touched.has(key)) continue;
        const raw = values[index];
        const change = this.#difference(key, typeof raw === 'string' ? raw : undefined);
        if (change !== undefined) changes.push(change);
      }
      if (changes.length > 0) this.#around.feed.correct(changes);
    } finally {
      this.#touched = undefined;
    }
  }

  async #reaches(revision: Revision): Promise<boolean> {
    const until = performance.now() + LEVEL_WAIT_MS;
    while (performance.now() < until) {
      if (this.#isLevel() && (this.#revision ?? 0) >= revision) return true;
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
    return false;
  }

  /** The change that readers have not been told of. */
  #difference(key: string, raw: string | undefined): Change | undefined {
    const told = this.#told.get(key);
    if (told === (raw === undefined ? undefined : fingerprint(raw))) return undefined;
    const { report } = this.#around;
    if (raw === undefined) {
      this.#told.delete(key);
      report(key, 'it is not in Redis, and its feed did not say that it was deleted');
      return { op: 'delete', key, revision: this.#revision ?? 0 };
    }
    let change: Change;
    try {
      change = { op: 'put', record: toStoredRecord(key, decodeRecord(key, raw)) };
    } catch {
      report(key, 'what Redis has cannot be read, and its feed did not tell of it');
      return undefined;
    }
    this.#told.set(key, fingerprint(raw));
    report(key, 'what Redis has is not what its feed told');
    return change;
  }
}

/** FNV-1a over UTF-16 units. Source: Fowler, Noll, Vo; draft-eastlake-fnv. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}
