/**
 * The store that all instances share, in virtual time, with what can befall it: away, emptied, behind.
 *
 * Keeps what lib/store/contract.ts promises: revisions, preconditions, a feed whose entries tell their lineage, a
 * forked reader's last common revision, and the members' words.
 */

import type { Announcement, Member } from '../../lib/model/announcement.ts';
import type { DomainRecord } from '../../lib/model/records.ts';

export interface ModelRecord {
  readonly revision: number;
  readonly record: DomainRecord;
}

export interface ModelWrite {
  readonly key: string;
  readonly record: DomainRecord | undefined;
  readonly basedOn: number | 'absent';
}

export interface ModelSet {
  /** With its nonce: two histories that part have different ones. */
  readonly id: string;
  readonly revision: number;
  readonly changes: readonly { readonly key: string; readonly record: DomainRecord | undefined }[];
}

export interface ModelSnapshot {
  readonly id: string;
  readonly revision: number;
  readonly records: ReadonlyMap<string, ModelRecord>;
}

export type ApplyAnswer =
  | { readonly type: 'applied'; readonly revision: number }
  /** The first key that is not what it was. */
  | { readonly type: 'refused'; readonly key: string }
  | { readonly type: 'forked' };

export type FeedAnswer =
  | { readonly type: 'sets'; readonly sets: readonly ModelSet[] }
  | { readonly type: 'trimmed' }
  | { readonly type: 'forked'; readonly ancestor: number };

const EMPTY = '0';

export class StoreModel {
  isAway = false;
  /** Batches that were tried. */
  attempts = 0;
  /** Called when there is something to read. */
  onChange: () => void = () => undefined;
  #records = new Map<string, ModelRecord>();
  #revision = 0;
  #id = EMPTY;
  /** Where the feed begins. */
  #base = { id: EMPTY, revision: 0 };
  #feed: ModelSet[] = [];
  #nonce = 0;
  #members = new Map<string, Member>();
  /** Each state that the store was in, for `rewind`. */
  #past: ModelSnapshot[] = [];

  get records(): ReadonlyMap<string, ModelRecord> {
    return this.#records;
  }

  get revision(): number {
    return this.#revision;
  }

  snapshot(): ModelSnapshot {
    return { id: this.#id, revision: this.#revision, records: new Map(this.#records) };
  }

  /** `position`: the entry that the writer has read last. */
  apply(writes: readonly ModelWrite[], position: string): ApplyAnswer {
    this.attempts++;
    if (position !== EMPTY && !this.#isHistory(position)) return { type: 'forked' };
    for (const { key, basedOn } of writes) {
      const present = this.#records.get(key)?.revision ?? 'absent';
      if (present !== basedOn) return { type: 'refused', key };
    }
    const changes = writes.filter(
      ({ key, record }) => !same(this.#records.get(key)?.record, record),
    );
    if (changes.length === 0) return { type: 'applied', revision: this.#revision };
    this.#past.push(this.snapshot());
    const revision = ++this.#revision;
    this.#id = `${revision}-${++this.#nonce}`;
    for (const { key, record } of changes) {
      if (record === undefined) this.#records.delete(key);
      else this.#records.set(key, { revision, record });
    }
    this.#feed.push({ id: this.#id, revision, changes });
    this.onChange();
    return { type: 'applied', revision };
  }

  /** An entry that is not kept any more may be. */
  #isHistory(id: string): boolean {
    if (id === this.#id || revisionOf(id) < this.#base.revision) return true;
    return id === this.#base.id || this.#feed.some((set) => set.id === id);
  }

  /** What came after the newest of these, which were read in this order. */
  read(seen: readonly string[]): FeedAnswer {
    const last = seen.at(-1) ?? EMPTY;
    const at = last === this.#base.id ? 0 : this.#feed.findIndex(({ id }) => id === last) + 1;
    if (last === this.#base.id || at > 0) return { type: 'sets', sets: this.#feed.slice(at) };
    const known = new Set(seen);
    const common = this.#feed.findLast(({ id }) => known.has(id));
    if (common !== undefined) return { type: 'forked', ancestor: common.revision };
    if (known.has(this.#base.id)) return { type: 'forked', ancestor: this.#base.revision };
    return revisionOf(last) < this.#base.revision
      ? { type: 'trimmed' }
      : { type: 'forked', ancestor: 0 };
  }

  /** False: it is not empty (any more). */
  restore(content: ModelSnapshot): boolean {
    if (this.#revision !== 0) return false;
    this.#records = new Map(content.records);
    this.#revision = content.revision;
    this.#id = content.id;
    this.#base = { id: content.id, revision: content.revision };
    this.#feed = [];
    this.onChange();
    return true;
  }

  announce(name: string, run: string, announcement: Announcement): Member[] {
    const beat = (this.#members.get(name)?.beat ?? 0) + 1;
    this.#members.set(name, { name, run, beat, announcement });
    return this.members();
  }

  members(): Member[] {
    return [...this.#members.values()];
  }

  wipe(): void {
    this.#records = new Map();
    this.#revision = 0;
    this.#id = EMPTY;
    this.#base = { id: EMPTY, revision: 0 };
    this.#feed = [];
    this.#past = [];
    this.#members = new Map();
    this.onChange();
  }

  /** Loses its newest batches. */
  rewind(batches: number): void {
    const state = this.#past.at(-batches) ?? this.#past[0];
    if (state === undefined || state.revision < this.#base.revision) return;
    this.#past = this.#past.filter(({ revision }) => revision < state.revision);
    this.#records = new Map(state.records);
    this.#revision = state.revision;
    this.#id = state.id;
    this.#feed = this.#feed.filter(({ revision }) => revision <= state.revision);
    this.onChange();
  }

  /** The feed keeps nothing of what was. */
  trim(): void {
    this.#base = { id: this.#id, revision: this.#revision };
    this.#feed = [];
  }
}

function revisionOf(id: string): number {
  return Number(id.split('-')[0]);
}

function same(one: DomainRecord | undefined, other: DomainRecord | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
