/**
 * One instance's dealings with the store, as lib/daemon has them (announcer, engine, store-follower): announcements,
 * publications, the feed, and what to do when the store has lost what was read from it.
 */
import type { Input, PublishedWrite, StoredChange } from '../../lib/control/inputs.ts';
import { type KeptRecord, planRecovery } from '../../lib/control/recovery.ts';
import type { Announcement, Member } from '../../lib/model/announcement.ts';
import { parseRecord, recordToJson } from '../../lib/model/record-parse.ts';
import type { DomainRecord } from '../../lib/model/records.ts';
import type { Process } from './network.ts';
import type { ModelSet, ModelSnapshot, ModelWrite, StoreModel } from './store-model.ts';
import type { Dice, Timeline } from './timeline.ts';

/** What the instance has of the store. */
export interface Replica {
  readonly revision: number;
  readonly revisions: ReadonlyMap<string, number>;
  /** As the store last told it. */
  record(key: string): DomainRecord | undefined;
  /** Keys whose record here is newer than what the store was told. */
  pending(): ReadonlySet<string>;
}

export interface StoreClientOptions {
  readonly name: string;
  readonly store: StoreModel;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly process: Process;
  /** Undefined: records are neither read nor written. */
  readonly replica: Replica | undefined;
  readonly isCut: () => boolean;
  readonly emit: (input: Input) => void;
  readonly trace: (line: string) => void;
}

/** A request that was not answered by then has failed, whatever became of it. */
const TIMEOUT_MS = 1_000;
const PUBLISH_RETRY_MS = 1_000;
const PUBLISH_RETRY_MAX_MS = 30_000;
const RESUME_MS = 50;

export class StoreClient {
  readonly #options: StoreClientOptions;
  /** Ids of the feed's entries that were read. */
  #seen: string[] = [];
  #isBusy = false;
  #isBehind = false;
  #hasStarted = false;
  #publishRetryMs = PUBLISH_RETRY_MS;
  /** A publication has failed and waits to be tried again. */
  #publishFailed: symbol | undefined;

  constructor(options: StoreClientOptions) {
    this.#options = options;
  }

  /** `done`: the first content has come. */
  start(done: () => void): void {
    if (this.#options.replica === undefined) done();
    else {
      this.#takeSnapshot(() => {
        if (!this.#hasStarted) this.#again(() => this.start(done));
        else done();
      });
    }
  }

  changed(): void {
    const { timeline, process, dice, replica } = this.#options;
    if (replica === undefined) return;
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

  members(done: (members: readonly Member[] | undefined) => void): void {
    const { store } = this.#options;
    this.#request(
      () => store.members(),
      done,
      () => done(undefined),
    );
  }

  publish(writes: readonly PublishedWrite[]): void {
    const { emit, name, trace } = this.#options;
    const what = writes.map(({ key, record }) => `${key} ${placeOf(record)}`).join(', ');
    this.#apply(
      writes,
      (result) => {
        if (result.type === 'applied') {
          this.#publishRetryMs = PUBLISH_RETRY_MS;
          emit({ type: 'published', revision: result.revision });
        } else if (result.type === 'refused') emit({ type: 'publish-refused', key: result.key });
        else this.#notPublished();
      },
      () => this.#notPublished(),
      (became) => trace(`${name} publishes ${what}: ${became}`),
    );
  }

  /** The store answers again: nothing waits any longer for its time. */
  publishAgain(): void {
    if (this.#publishFailed === undefined) return;
    this.#publishFailed = undefined;
    this.#options.emit({ type: 'publish-failed' });
  }

  /** Reads what is new. */
  poll(): void {
    if (this.#options.replica === undefined || !this.#hasStarted) return;
    if (this.#isBusy) {
      this.#isBehind = true;
      return;
    }
    this.#isBusy = true;
    const { store } = this.#options;
    this.#request(
      () => store.read(this.#seen),
      (answer) => {
        this.#isBusy = false;
        if (answer.type === 'sets') for (const set of answer.sets) this.#takeSet(set);
        else if (answer.type === 'trimmed') this.#resume(undefined);
        else this.#resume(answer.ancestor);
        if (this.#isBehind) {
          this.#isBehind = false;
          this.poll();
        }
      },
      () => {
        this.#isBusy = false;
      },
    );
  }

  #notPublished(): void {
    const { timeline, process } = this.#options;
    const failure = Symbol('publication');
    this.#publishFailed = failure;
    timeline.after(this.#publishRetryMs, () => {
      process.run(() => {
        if (this.#publishFailed === failure) this.publishAgain();
      }, true);
    });
    this.#publishRetryMs = Math.min(this.#publishRetryMs * 2, PUBLISH_RETRY_MAX_MS);
  }

  #takeSet({ id, revision, changes }: ModelSet): void {
    // Read meanwhile by a snapshot.
    if (this.#seen.includes(id)) return;
    this.#seen.push(id);
    this.#options.emit({ type: 'records', revision, changes });
  }

  /** The feed has ended. `ancestor` undefined: nothing was lost but the feed itself. */
  #resume(ancestor: number | undefined): void {
    const { trace, name } = this.#options;
    if (ancestor === undefined) {
      this.#takeSnapshot(() => undefined);
      return;
    }
    trace(`${name}: the store has lost what came after ${ancestor}`);
    if (ancestor === 0) this.#restore();
    else this.#merge(ancestor);
  }

  #takeSnapshot(done: () => void): void {
    this.#isBusy = true;
    const { store } = this.#options;
    this.#request(
      () => store.snapshot(),
      (snapshot) => {
        this.#isBusy = false;
        this.#tell(snapshot);
        done();
      },
      () => {
        this.#isBusy = false;
        done();
      },
    );
  }

  #tell({ id, revision, records }: ModelSnapshot): void {
    const { replica, emit, trace, name } = this.#options;
    if (replica === undefined) return;
    const known = new Set([...replica.revisions.keys(), ...replica.pending()]);
    const gone = [...known].filter((key) => !records.has(key));
    const changes: StoredChange[] = [
      ...gone.map((key) => ({ key, record: undefined, revision })),
      ...[...records].map(([key, stored]) => ({ key, ...stored })),
    ];
    trace(`${name} takes a snapshot of ${id}`);
    this.#hasStarted = true;
    this.#seen = [...this.#seen.filter((seen) => revisionOf(seen) < revision), id];
    emit({ type: 'records', revision, changes, snapshot: true });
  }

  #restore(): void {
    const { store, replica, trace, name } = this.#options;
    if (replica === undefined) return;
    this.#isBusy = true;
    const records = new Map(
      this.#kept().flatMap(({ key, revision, value }) => {
        const record = parseRecord(key, value);
        return record.ok ? [[key, { revision, record: record.value }] as const] : [];
      }),
    );
    const copy = { id: this.#seen.at(-1) ?? '0', revision: replica.revision, records };
    this.#request(
      () => {
        if (replica.revision > 0 && store.restore(copy)) {
          trace(`${name} restores ${copy.id}`);
          return 'restored';
        }
        const answer = store.read(this.#seen);
        return answer.type === 'forked' ? answer.ancestor : 'restored';
      },
      (common) => {
        if (common === 'restored') this.#takeSnapshot(() => undefined);
        else this.#merge(common);
      },
      () => this.#giveUp(),
    );
  }

  #merge(ancestor: number): void {
    this.#isBusy = true;
    const { store } = this.#options;
    this.#request(
      () => store.snapshot(),
      ({ id, records }) => this.#writeLost(ancestor, id, [...records].map(keptOf)),
      () => this.#giveUp(),
    );
  }

  #writeLost(ancestor: number, id: string, store: readonly KeptRecord[]): void {
    const pending = this.#options.replica?.pending() ?? new Set();
    const kept = this.#kept().filter(({ key }) => !pending.has(key));
    const { writes } = planRecovery({ kept, pending, ancestor, store });
    const parsed = writes.map(({ key, value, basedOn }): ModelWrite => {
      const record = value === undefined ? undefined : parseRecord(key, value);
      return { key, record: record?.ok ? record.value : undefined, basedOn };
    });
    const { trace, name } = this.#options;
    this.#apply(
      parsed,
      (result) => {
        if (result.type === 'applied') this.#takeSnapshot(() => undefined);
        else this.#giveUp();
      },
      () => this.#giveUp(),
      (became) => trace(`${name} gives back ${writes.map(({ key }) => key).join(', ')}: ${became}`),
      id,
    );
  }

  /** Somebody else was faster, or the store does not answer: it is looked at again. */
  #giveUp(): void {
    this.#isBusy = false;
    this.#again(() => this.poll());
  }

  #again(action: () => void): void {
    const { timeline, process } = this.#options;
    timeline.after(RESUME_MS, () => process.run(action, true));
  }

  #kept(): KeptRecord[] {
    const { replica } = this.#options;
    if (replica === undefined) return [];
    return [...replica.revisions].flatMap(([key, revision]) => {
      const record = replica.record(key);
      return record === undefined ? [] : [{ key, revision, value: recordToJson(record) }];
    });
  }

  /** `position`: what must be in the store's history; by default what was read last. */
  #apply(
    writes: readonly ModelWrite[],
    done: (result: ReturnType<StoreModel['apply']>) => void,
    failed: () => void,
    tell: (became: string) => void,
    position = this.#seen.at(-1) ?? '0',
  ): void {
    this.#request(
      () => {
        const result = this.#options.store.apply(writes, position);
        if (result.type === 'applied') tell(`${result.revision}`);
        else tell(result.type === 'refused' ? `refused for ${result.key}` : 'forked');
        return result;
      },
      done,
      failed,
    );
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

function keptOf([key, { revision, record }]: [
  string,
  { revision: number; record: DomainRecord },
]): KeptRecord {
  return { key, revision, value: recordToJson(record) };
}

function revisionOf(id: string): number {
  return Number(id.split('-')[0]);
}

function placeOf(record: DomainRecord | undefined): string {
  if (record === undefined) return 'gone';
  return 'nve' in record ? `on ${record.nve}` : 'there';
}
