/**
 * One instance's dealings with the store, as lib/daemon has them: announcements, publications, the feed, and what to
 * do when the store has lost what was read from it.
 */
import type { Input, PublishedWrite, StoredChange } from '../../lib/control/inputs.ts';
import type { Announcement, Member } from '../../lib/model/announcement.ts';
import type { Process } from './network.ts';
import type { ModelRecord, ModelSet, ModelSnapshot, StoreModel } from './store-model.ts';
import type { Dice, Timeline } from './timeline.ts';

export interface StoreClientOptions {
  readonly name: string;
  readonly store: StoreModel;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly process: Process;
  readonly usesRecords: boolean;
  readonly isCut: () => boolean;
  readonly emit: (input: Input) => void;
  readonly trace: (line: string) => void;
}

/** A request that was not answered by then has failed, whatever became of it. */
const TIMEOUT_MS = 1_000;
const PUBLISH_RETRY_MS = 1_000;

export class StoreClient {
  readonly #options: StoreClientOptions;
  /** What was read: the ids of the feed's entries, and everything by it. */
  #seen: string[] = [];
  #known = new Map<string, ModelRecord>();
  /** Deleted, and at which revision. */
  #deleted = new Map<string, number>();
  #isReading = false;
  #isBehind = false;
  #hasStarted = false;

  constructor(options: StoreClientOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.usesRecords) this.#takeSnapshot();
  }

  changed(): void {
    const { timeline, process, dice, usesRecords } = this.#options;
    if (!usesRecords) return;
    timeline.after(dice.between(0, 5), () => process.run(() => this.poll()));
  }

  announce(
    run: string,
    words: Announcement,
    done: (members: readonly Member[] | undefined) => void,
  ): void {
    const { store, name } = this.#options;
    this.#request(
      () => store.announce(name, run, words),
      done,
      () => done(undefined),
    );
  }

  publish(writes: readonly PublishedWrite[]): void {
    const { store, emit, timeline, process } = this.#options;
    this.#request(
      () => store.apply(writes),
      (result) => {
        if ('revision' in result) emit({ type: 'published', revision: result.revision });
        else emit({ type: 'publish-refused', key: result.refused });
      },
      () => {
        timeline.after(PUBLISH_RETRY_MS, () =>
          process.run(() => emit({ type: 'publish-failed' }), true),
        );
      },
    );
  }

  /** Reads what is new. */
  poll(): void {
    if (!this.#options.usesRecords) return;
    if (!this.#hasStarted) {
      this.#takeSnapshot();
      return;
    }
    if (this.#isReading) {
      this.#isBehind = true;
      return;
    }
    this.#isReading = true;
    const { store } = this.#options;
    this.#request(
      () => store.read(this.#seen),
      (answer) => {
        this.#isReading = false;
        if (answer.type === 'sets') for (const set of answer.sets) this.#takeSet(set);
        else if (answer.type === 'trimmed') this.#takeSnapshot();
        else this.#mend(answer.ancestor);
        if (this.#isBehind) {
          this.#isBehind = false;
          this.poll();
        }
      },
      () => {
        this.#isReading = false;
      },
    );
  }

  #takeSet({ id, revision, changes }: ModelSet): void {
    // Also read meanwhile by a snapshot.
    if (this.#seen.includes(id)) return;
    this.#seen.push(id);
    for (const { key, record } of changes) this.#note(key, record, revision);
    this.#options.emit({ type: 'records', revision, changes });
  }

  #note(key: string, record: ModelRecord['record'] | undefined, revision: number): void {
    if (record === undefined) {
      this.#known.delete(key);
      this.#deleted.set(key, revision);
    } else {
      this.#known.set(key, { revision, record });
      this.#deleted.delete(key);
    }
  }

  #takeSnapshot(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    const { store } = this.#options;
    this.#request(
      () => store.snapshot(),
      (snapshot) => {
        this.#isReading = false;
        this.#tell(snapshot);
      },
      () => {
        this.#isReading = false;
      },
    );
  }

  #tell({ id, revision, records }: ModelSnapshot): void {
    const changes: StoredChange[] = [...records].map(([key, record]) => ({
      ...{ key, record: record.record, revision: record.revision },
    }));
    for (const key of this.#known.keys()) {
      if (!records.has(key)) changes.push({ key, record: undefined, revision });
    }
    this.#hasStarted = true;
    this.#seen = [...this.#seen.filter((seen) => seen !== id), id];
    this.#known = new Map(records);
    this.#deleted = new Map();
    this.#options.emit({ type: 'records', revision, changes, snapshot: true });
  }

  /** An emptied store gets all that we know; one that has lost its newest batches gets what it has lost. */
  #mend(ancestor: number): void {
    const { store, trace, name } = this.#options;
    const copy = {
      id: this.#seen.at(-1) ?? '0',
      revision: Number((this.#seen.at(-1) ?? '0').split('-')[0]),
      records: new Map(this.#known),
    };
    this.#isReading = true;
    trace(`${name}: the store has lost what came after ${ancestor}`);
    this.#seen = this.#seen.filter((id) => Number(id.split('-')[0]) <= ancestor);
    this.#request(
      () => {
        if (store.revision === 0) store.restore(copy);
        else this.#giveBack(ancestor);
        return store.snapshot();
      },
      (snapshot) => {
        this.#isReading = false;
        this.#tell(snapshot);
      },
      () => {
        this.#isReading = false;
      },
    );
  }

  /** The store wins where it was written since. */
  #giveBack(ancestor: number): void {
    const { store } = this.#options;
    const lost = [
      ...[...this.#known].map(([key, { revision, record }]) => ({ key, revision, record })),
      ...[...this.#deleted].map(([key, revision]) => ({ key, revision, record: undefined })),
    ].filter(({ revision }) => revision > ancestor);
    const writes = lost.flatMap(({ key, record }) => {
      const there = store.records.get(key)?.revision;
      if (there !== undefined && there > ancestor) return [];
      return [{ key, record, basedOn: there ?? ('absent' as const) }];
    });
    store.apply(writes);
  }

  #request<Answer>(act: () => Answer, done: (answer: Answer) => void, failed: () => void): void {
    const { timeline, dice, process, store, isCut } = this.#options;
    let isOver = false;
    const end = (action: () => void): void => {
      if (isOver) return;
      isOver = true;
      action();
    };
    timeline.after(TIMEOUT_MS, () => process.run(() => end(failed), true));
    timeline.after(this.#delay(dice), () => {
      if (isCut() || store.isAway) return;
      const answer = act();
      timeline.after(this.#delay(dice), () => {
        if (!isCut() && !store.isAway) process.run(() => end(() => done(answer)));
      });
    });
  }

  #delay(dice: Dice): number {
    return dice.chance(0.02) ? dice.between(50, 400) : dice.between(1, 3);
  }
}
