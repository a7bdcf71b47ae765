/**
 * The engine: runs the core. Collects the inputs of one turn of the event loop, steps once, carries the effects out.
 *
 * The one place where the pure core meets the store, the switches and the clock.
 */

import { Core } from '../control/core.ts';
import type { Effect, Input, StoredChange } from '../control/inputs.ts';
import type { RecordChange } from '../desired/compiler.ts';
import { parseRecord, recordToJson } from '../model/record-parse.ts';
import type { Log } from '../runtime/log.ts';
import { keyOfFlow } from '../southbound/operation-encoder.ts';
import type { Southbound } from '../southbound/southbound.ts';
import {
  type Change,
  type ChangeSet,
  type Store,
  StoreError,
  type Subscription,
  type Write,
} from '../store/contract.ts';
import type { EventLog, Notice } from './event-log.ts';

/** A store that refuses is asked again after 1 s, 2 s … 30 s. */
const PUBLISH_RETRY_FIRST_MS = 1_000;
const PUBLISH_RETRY_MAX_MS = 30_000;

/** Open vSwitch tries a manager that was away again after 8 s at the most. */
export const COME_BACK_MS = 10_000;

export class Engine {
  readonly core = new Core({ keyOf: keyOfFlow });
  /** The store's revision of every record, for preconditions. */
  readonly revisions = new Map<string, number>();
  /** What keeps the store from taking our facts, or was wrong in it; for `status`. */
  readonly storeProblems = new Map<string, string>();
  /** Records of a newer release or another program, by key, each with its sentence: never overwritten. */
  readonly unreadable = new Map<string, string>();
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #log: Log;
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #southbound: Pick<Southbound, 'carryOut'> | undefined;
  #inputs: Input[] = [];
  /** What the feed has told since the last step. */
  #news: Change[] = [];
  #turn: NodeJS.Immediate | undefined;
  #subscription: Subscription | undefined;
  #closed = false;

  constructor(store: Store, events: EventLog, log: Log) {
    this.#store = store;
    this.#events = events;
    this.#log = log;
  }

  /** Takes the store's content in, and follows it from there. */
  async start(southbound: Pick<Southbound, 'carryOut'>): Promise<void> {
    this.#southbound = southbound;
    const { revision, records } = await this.#store.snapshot();
    const changes = records.map((record): Change => ({ op: 'put', record }));
    this.take({ type: 'records', revision, changes: this.#parse(changes) });
    this.#step();
    this.#follow(revision);
    this.#later(COME_BACK_MS, () => this.take({ type: 'arrivals-over' }));
  }

  /** The input is taken at the end of this turn of the event loop, with all others of the turn. */
  take(input: Input): void {
    if (this.#closed) return;
    this.#inputs.push(input);
    this.#turn ??= setImmediate(() => this.#step());
  }

  /** Called after each step. */
  onStep(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the core has taken in this revision of the store. */
  async caughtUp(revision: number): Promise<void> {
    while (this.core.revision < revision && !this.#closed) {
      await new Promise<void>((resolve) => {
        const done = this.onStep(() => {
          done();
          resolve();
        });
      });
    }
  }

  close(): void {
    this.#closed = true;
    this.#subscription?.close();
    clearImmediate(this.#turn);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #step(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    const inputs = this.#inputs;
    this.#inputs = [];
    this.#noteRevisions();
    const notices: Notice[] = [];
    for (const effect of this.core.step(inputs)) {
      if (effect.type === 'notice') notices.push(effect);
      else this.#carryOut(effect);
    }
    this.#events.add(notices);
    for (const listener of [...this.#listeners]) listener();
  }

  #carryOut(effect: Exclude<Effect, { type: 'notice' }>): void {
    switch (effect.type) {
      case 'send':
      case 'read-installed':
        this.#southbound?.carryOut(effect);
        return;
      case 'retry':
        this.#later(effect.delayMs, () => this.take({ type: 'reread', nve: effect.nve }));
        return;
      case 'lock':
        return;
      case 'publish':
        void this.#publish(effect.writes, PUBLISH_RETRY_FIRST_MS);
    }
  }

  async #publish(writes: readonly RecordChange[], retryMs: number): Promise<void> {
    try {
      const revision = await this.#store.apply({ writes: writes.map(toWrite) });
      this.storeProblems.delete('publish');
      this.take({ type: 'published', revision });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (this.#closed) return;
      if (error.code === 'batch-invalid') {
        // The same batch would be refused for ever, and hold up all others.
        this.#log.error(`a fact was not stored: ${error.message}`);
        this.take({ type: 'published', revision: this.core.revision });
        return;
      }
      if (!this.storeProblems.has('publish')) {
        this.#log.error(`what is seen on the NVEs is used, but cannot be stored: ${error.message}`);
      }
      this.storeProblems.set('publish', error.message);
      const next = Math.min(retryMs * 2, PUBLISH_RETRY_MAX_MS);
      this.#later(retryMs, () => void this.#publish(writes, next));
    }
  }

  #follow(after: number): void {
    this.#subscription = this.#store.watch(
      after,
      (set) => this.#takeSet(set),
      (error) => {
        this.storeProblems.set('feed', error.message);
        this.#log.error(`the store's feed ended: ${error.message}`);
        if (!this.#closed) this.#later(PUBLISH_RETRY_FIRST_MS, () => void this.#resume());
      },
    );
  }

  /** The feed was lost: everything anew, and what is not there any more is deleted. */
  async #resume(): Promise<void> {
    try {
      const { revision, records } = await this.#store.snapshot();
      const there = new Set(records.map((record) => record.key));
      const known = new Set([...this.core.domain.keys(), ...this.revisions.keys()]);
      const gone = [...known].filter((key) => !there.has(key));
      const changes: Change[] = [
        ...gone.map((key): Change => ({ op: 'delete', key, revision })),
        ...records.map((record): Change => ({ op: 'put', record })),
      ];
      this.#takeSet({ revision, changes });
      this.storeProblems.delete('feed');
      this.#follow(revision);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (!this.#closed) this.#later(PUBLISH_RETRY_MAX_MS, () => void this.#resume());
    }
  }

  #takeSet({ revision, changes }: ChangeSet): void {
    this.take({ type: 'records', revision, changes: this.#parse(changes) });
  }

  /** A record that cannot be read is left out, named, and kept in the store as it is. */
  #parse(changes: readonly Change[]): StoredChange[] {
    const parsed: StoredChange[] = [];
    for (const change of changes) {
      this.#news.push(change);
      if (change.op === 'delete') {
        this.unreadable.delete(change.key);
        this.storeProblems.delete(change.key);
        parsed.push({ key: change.key, record: undefined, revision: change.revision });
        continue;
      }
      const { key, value } = change.record;
      const record = parseRecord(key, value);
      if (record.ok || record.error.code === 'record-damaged') this.unreadable.delete(key);
      else this.unreadable.set(key, record.error.message);
      if (record.ok) {
        this.storeProblems.delete(key);
        parsed.push({ key, record: record.value, revision: change.record.revision });
      } else {
        this.storeProblems.set(key, record.error.message);
        this.#log.error(record.error.message);
      }
    }
    return parsed;
  }

  /** Together with the core's own step: whoever plans by the core's domain must not be given the revisions of a newer one. */
  #noteRevisions(): void {
    for (const change of this.#news) {
      if (change.op === 'delete') this.revisions.delete(change.key);
      else this.revisions.set(change.record.key, change.record.revision);
    }
    this.#news = [];
  }

  #later(delayMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#closed) action();
    }, delayMs);
    this.#timers.add(timer);
  }
}

export function toWrite({ key, record }: RecordChange): Write {
  return record === undefined
    ? { op: 'delete', key }
    : { op: 'put', key, value: recordToJson(record) };
}
