/**
 * A store in memory that several share, as instances share a Redis: for tests, simulations and benches.
 *
 * Each handle is a Store of its own, with membership and restore, held to the same contract tests as the Redis store.
 * The server can be emptied, put back to an earlier revision, and cut off from single handles.
 */
import {
  changeSetOf,
  checkBatch,
  effectOf,
  type TextRecord,
  type TextWrite,
  toStoredRecord,
} from './batch-effect.ts';
import { canonicalJson } from './canonical-json.ts';
import {
  type Batch,
  type ChangeSet,
  type Json,
  type Membership,
  type MemberWord,
  type Revision,
  type Snapshot,
  type Store,
  StoreError,
  type Subscription,
} from './contract.ts';
import { FeedHistory, type FeedPosition, NOWHERE } from './feed-history.ts';
import { endedSubscription, FeedReaders, type FeedSource } from './feed-subscription.ts';

export interface MemoryServerOptions {
  /** Batches that the feed keeps. */
  readonly feedRevisionsMax?: number;
  /** For the silence of members; default: the clock. */
  readonly nowMs?: () => number;
}

/** A store that several share. */
export interface SharedStore extends Store {
  readonly membership: Membership;
  restore(content: Snapshot): Promise<void>;
}

export interface MemoryServer {
  open(): SharedStore;
  /** The handle finds the server unreachable, its readers are told nothing. */
  partition(handle: Store): void;
  /** Undoes `partition`. */
  heal(handle: Store): void;
  /** The handle's next batch is applied, and rejected as unconfirmed. */
  loseNextAnswer(handle: Store): void;
  /** Everything is gone, as after FLUSHALL. */
  wipe(): void;
  /** What was written after the revision is gone, as after a failover to a copy that was behind. */
  rewind(revision: Revision): void;
}

/** A member that was silent for so long is forgotten. */
const MEMBER_SILENCE_MAX_MS = 86_400_000;

export function openMemoryServer(options: MemoryServerOptions = {}): MemoryServer {
  const state = new ServerState(options);
  const handles = new Map<Store, MemoryHandle>();
  const handleOf = (store: Store): MemoryHandle => {
    const handle = handles.get(store);
    if (handle === undefined) throw new Error('This store is not of this server.');
    return handle;
  };
  return {
    open: () => {
      const handle = new MemoryHandle(state);
      handles.set(handle, handle);
      return handle;
    },
    partition: (store) => handleOf(store).cut(true),
    heal: (store) => handleOf(store).cut(false),
    loseNextAnswer: (store) => handleOf(store).loseNextAnswer(),
    wipe: () => state.wipe(),
    rewind: (revision) => state.rewind(revision),
  };
}

interface LoggedBatch extends FeedPosition {
  readonly writes: readonly TextWrite[];
}

interface KeptMember extends MemberWord {
  readonly heardMs: number;
}

/** What is in the server. */
class ServerState {
  readonly handles = new Set<MemoryHandle>();
  readonly members = new Map<string, KeptMember>();
  readonly nowMs: () => number;
  readonly #feedRevisionsMax: number;
  records = new Map<string, TextRecord>();
  incarnation = '';
  /** Where the feed began, and what was there. */
  #base: FeedPosition = NOWHERE;
  #baseRecords: ReadonlyMap<string, TextRecord> = new Map();
  #log: LoggedBatch[] = [];
  #drawn = 0;

  constructor(options: MemoryServerOptions) {
    this.#feedRevisionsMax = options.feedRevisionsMax ?? 10_000;
    this.nowMs = options.nowMs ?? Date.now;
  }

  get newest(): FeedPosition {
    return this.#log.at(-1) ?? this.#base;
  }

  get oldest(): Revision {
    return this.newest.revision - Math.min(this.#log.length, this.#feedRevisionsMax) + 1;
  }

  draw(): string {
    return String(++this.#drawn);
  }

  batch(revision: Revision): LoggedBatch | undefined {
    return this.#log[revision - this.#base.revision - 1];
  }

  write(writes: readonly TextWrite[]): FeedPosition {
    if (this.incarnation === '') this.incarnation = `incarnation-${this.draw()}`;
    const position = { revision: this.newest.revision + 1, nonce: this.draw() };
    play(this.records, position.revision, writes);
    this.#log.push({ ...position, writes });
    for (const handle of this.handles) handle.wake();
    return position;
  }

  nonceAt(revision: Revision): string | undefined {
    return revision === this.#base.revision ? this.#base.nonce : this.batch(revision)?.nonce;
  }

  wipe(): void {
    this.members.clear();
    this.incarnation = '';
    this.#reset(NOWHERE, new Map());
  }

  restore(incarnation: string, base: FeedPosition, records: ReadonlyMap<string, TextRecord>): void {
    this.incarnation = incarnation;
    this.#reset(base, records);
  }

  rewind(revision: Revision): void {
    this.#log = this.#log.slice(0, Math.max(0, revision - this.#base.revision));
    this.records = new Map(this.#baseRecords);
    for (const batch of this.#log) play(this.records, batch.revision, batch.writes);
    for (const handle of this.handles) handle.look();
  }

  #reset(base: FeedPosition, records: ReadonlyMap<string, TextRecord>): void {
    this.#base = base;
    this.#baseRecords = records;
    this.#log = [];
    this.records = new Map(records);
    for (const handle of this.handles) {
      handle.look();
      handle.wake();
    }
  }
}

function play(
  records: Map<string, TextRecord>,
  revision: Revision,
  writes: readonly TextWrite[],
): void {
  for (const { key, text } of writes) {
    if (text === undefined) records.delete(key);
    else records.set(key, { revision, text });
  }
}

class MemoryHandle implements SharedStore, FeedSource {
  readonly description = 'memory';
  readonly membership: Membership;
  readonly #state: ServerState;
  readonly #history = new FeedHistory();
  readonly #readers: FeedReaders = new FeedReaders(this);
  /** The run by which this handle has announced a name. */
  readonly #announced = new Map<string, string>();
  #isCut = false;
  #losesAnswer = false;
  #closed = false;

  constructor(state: ServerState) {
    this.#state = state;
    state.handles.add(this);
    this.membership = {
      members: async () => {
        this.#assertReachable();
        this.look();
        return this.#members();
      },
      announce: async (word) => this.#announce(word),
      forget: async (name) => {
        this.#assertReachable();
        return state.members.delete(name);
      },
    };
  }

  async snapshot(): Promise<Snapshot> {
    this.#assertReachable();
    this.look();
    const { incarnation, newest, records } = this.#state;
    this.#history.adopt(incarnation, newest);
    const found = [...records].map(([key, record]) => toStoredRecord(key, record));
    return { revision: newest.revision, records: found };
  }

  async apply(batch: Batch): Promise<Revision> {
    this.#assertReachable();
    const checked = checkBatch(batch);
    this.look();
    if (this.#history.fork !== undefined) throw this.#history.fork;
    const effect = effectOf(checked, (key) => this.#state.records.get(key));
    if (effect instanceof StoreError) throw effect;
    const { revision, nonce } =
      effect.length === 0 ? this.#state.newest : this.#state.write(effect);
    if (this.#losesAnswer) {
      this.#losesAnswer = false;
      throw unconfirmed();
    }
    this.#history.meetIncarnation(this.#state.incarnation);
    this.#history.meet(revision, nonce);
    return revision;
  }

  watch(
    after: Revision,
    listener: (set: ChangeSet) => void,
    ended: (error: StoreError) => void,
  ): Subscription {
    if (this.#closed) return endedSubscription(ended, closed());
    if (this.#history.fork !== undefined) return endedSubscription(ended, this.#history.fork);
    return this.#readers.add(after, { changed: listener, ended });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#state.handles.delete(this);
    this.#readers.close();
  }

  async restore({ revision, records }: Snapshot): Promise<void> {
    this.#assertReachable();
    this.look();
    const { newest, records: present } = this.#state;
    if (newest.revision > 0 || present.size > 0) throw notEmpty();
    const incarnation = this.#history.incarnation || `incarnation-${this.#state.draw()}`;
    const nonce = this.#history.nonceOf(revision) ?? this.#state.draw();
    const content = new Map<string, TextRecord>();
    for (const record of records) {
      const text = canonicalJson(record.value) ?? 'null';
      content.set(record.key, { revision: record.revision, text });
    }
    this.#history.restored(incarnation, { revision, nonce });
    this.#state.restore(incarnation, { revision, nonce }, content);
  }

  newest(): Revision {
    return this.#state.newest.revision;
  }

  oldest(): Revision {
    return this.#state.oldest;
  }

  read(revision: Revision): ChangeSet {
    const batch = this.#state.batch(revision);
    this.#history.meetIncarnation(this.#state.incarnation);
    if (batch !== undefined) this.#history.meet(revision, batch.nonce);
    return changeSetOf(revision, batch?.writes ?? []);
  }

  isOutOfReach(): boolean {
    return this.#isCut;
  }

  wake(): void {
    if (!this.#isCut) this.#readers.wake();
  }

  cut(isCut: boolean): void {
    this.#isCut = isCut;
    if (isCut) return;
    this.look();
    this.#readers.wake();
  }

  loseNextAnswer(): void {
    this.#losesAnswer = true;
  }

  /** Is what was read still in the server's history? */
  look(): void {
    if (this.#isCut || this.#history.fork !== undefined || this.#agrees(this.#history.newest)) {
      return;
    }
    const same = this.#state.incarnation === this.#history.incarnation;
    const ancestor = same
      ? this.#history.positions().find(({ revision, nonce }) => {
          return this.#state.nonceAt(revision) === nonce;
        })
      : undefined;
    this.#readers.end(this.#history.forked(this.description, ancestor?.revision ?? 0));
  }

  #agrees({ revision, nonce }: FeedPosition): boolean {
    if (revision === 0) return true;
    const { incarnation, newest } = this.#state;
    if (incarnation !== this.#history.incarnation || revision > newest.revision) return false;
    return (this.#state.nonceAt(revision) ?? nonce) === nonce;
  }

  #announce({ name, run, head, body }: Omit<MemberWord, 'beat'>): readonly MemberWord[] {
    this.#assertReachable();
    this.look();
    const { members, nowMs } = this.#state;
    const before = members.get(name);
    const first = this.#announced.get(name) !== run;
    if (before !== undefined && !first && before.run !== run) throw taken();
    const beat = (before?.beat ?? 0) + 1;
    members.set(name, { name, run, beat, head: copy(head), body: copy(body), heardMs: nowMs() });
    this.#announced.set(name, run);
    for (const [other, { heardMs }] of members) {
      if (nowMs() - heardMs > MEMBER_SILENCE_MAX_MS) members.delete(other);
    }
    return this.#members();
  }

  #members(): readonly MemberWord[] {
    const { members, nowMs } = this.#state;
    return [...members.values()]
      .filter(({ heardMs }) => nowMs() - heardMs <= MEMBER_SILENCE_MAX_MS)
      .map(({ name, run, beat, head, body }) => ({ name, run, beat, head, body }));
  }

  #assertReachable(): void {
    if (this.#closed) throw closed();
    if (!this.#isCut) return;
    throw new StoreError(
      'store-unavailable',
      'The store in memory is cut off; heal it, then try again.',
      true,
    );
  }
}

function copy(value: Json): Json {
  const text = canonicalJson(value);
  if (text !== undefined) return JSON.parse(text) as Json;
  throw new StoreError(
    'batch-invalid',
    'What an instance says of itself is not plain JSON; give finite numbers, text, lists and objects.',
    false,
  );
}

function closed(): StoreError {
  return new StoreError(
    'store-unavailable',
    'The store in memory is closed; open a new one.',
    false,
  );
}

function unconfirmed(): StoreError {
  return new StoreError(
    'store-unconfirmed',
    'It is not known whether the store in memory has applied the batch; read the records again before it is repeated.',
    true,
  );
}

function notEmpty(): StoreError {
  return new StoreError(
    'precondition-failed',
    'The store in memory is not empty any more, so nothing was restored; take a snapshot and put what it lacks.',
    false,
  );
}

function taken(): StoreError {
  return new StoreError(
    'name-taken',
    'Another instance announces itself by the same name; give each instance a name of its own.',
    false,
  );
}
