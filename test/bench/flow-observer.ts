/**
 * Watches the flow tables of many bridges at once, the same way for every contestant.
 *
 * The contestant says which update is about which tenant port (`keyOf`); here it is known which ports' flows each
 * bridge has, and when the last missing one came.
 */
import { connect, type Socket } from 'node:net';
import { type FlowUpdate, FlowUpdateReader, monitorRequest } from './flow-updates.ts';

/** The tenant port that the flow is for; undefined: it is for something else. */
export type KeyOf = (update: FlowUpdate) => string | undefined;

export interface EventCounts {
  added: number;
  deleted: number;
  modified: number;
}

class BridgeWatch {
  readonly present = new Set<string>();
  readonly counts: EventCounts = { added: 0, deleted: 0, modified: 0 };
  firstDeletedAtMs = Number.NaN;
  lastAddedAtMs = Number.NaN;
  missing: Set<string> = new Set();
  /** When the last missing one came. */
  completedAtMs = Number.NaN;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(path: string, keyOf: KeyOf, changed: () => void): Promise<BridgeWatch> {
    const socket = connect(path);
    const watch = new BridgeWatch(socket);
    await new Promise<void>((resolve, reject) => {
      const reader = new FlowUpdateReader({
        started: resolve,
        failed: (reason) => reject(new Error(reason)),
        send: (bytes) => socket.write(bytes),
        update: (update) => watch.#take(update, keyOf(update), changed),
      });
      socket.on('error', reject);
      socket.on('data', (chunk) => reader.take(chunk));
      socket.write(monitorRequest());
    });
    return watch;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take({ event }: FlowUpdate, key: string | undefined, changed: () => void): void {
    this.counts[event] += 1;
    if (event === 'added') this.lastAddedAtMs = performance.now();
    if (event === 'deleted' && this.counts.deleted === 1) this.firstDeletedAtMs = performance.now();
    if (key === undefined) return;
    if (event === 'deleted') this.present.delete(key);
    else if (event === 'added') {
      this.present.add(key);
      if (!this.missing.delete(key) || this.missing.size > 0) return;
      this.completedAtMs = performance.now();
      changed();
    }
  }
}

export class FlowObserver {
  readonly #watches: BridgeWatch[] = [];
  #changed: () => void = () => {};

  /** One management socket per bridge; the order is the order of the edges. */
  static async open(sockets: readonly string[], keyOf: KeyOf): Promise<FlowObserver> {
    const observer = new FlowObserver();
    for (const path of sockets) {
      observer.#watches.push(await BridgeWatch.open(path, keyOf, () => observer.#changed()));
    }
    return observer;
  }

  /**
   * Until every bridge has its wanted keys (by its place in the order). Gives performance.now() of the last;
   * undefined: not within the deadline.
   */
  until(wanted: readonly ReadonlySet<string>[], deadlineMs: number): Promise<number | undefined> {
    this.#watches.forEach((watch, place) => {
      const keys = [...(wanted[place] ?? [])];
      watch.missing = new Set(keys.filter((key) => !watch.present.has(key)));
      watch.completedAtMs = Number.NaN;
    });
    return new Promise((resolve) => {
      const finish = (result: number | undefined) => {
        clearTimeout(timer);
        this.#changed = () => {};
        resolve(result);
      };
      const timer = setTimeout(() => finish(undefined), deadlineMs);
      this.#changed = () => {
        if (this.missing === 0) finish(performance.now());
      };
      this.#changed();
    });
  }

  /** performance.now() of the moment when this bridge had all its wanted keys, in the last `until`. */
  completedAtMs(place: number): number {
    return this.#watches[place]?.completedAtMs ?? Number.NaN;
  }

  /** Flows that somebody waits for. */
  get missing(): number {
    return this.#watches.reduce((sum, watch) => sum + watch.missing.size, 0);
  }

  /** True when none of the bridges has a flow for one of the keys any more. */
  async untilGone(keys: Iterable<string>, deadlineMs: number): Promise<boolean> {
    const list = [...keys];
    const end = performance.now() + deadlineMs;
    const there = () => this.#watches.some((watch) => list.some((key) => watch.present.has(key)));
    while (there()) {
      if (performance.now() > end) return false;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return true;
  }

  /** Somebody else emptied the tables. */
  forget(): void {
    for (const watch of this.#watches) watch.present.clear();
  }

  resetCounts(): void {
    for (const watch of this.#watches) {
      Object.assign(watch.counts, { added: 0, deleted: 0, modified: 0 });
      watch.firstDeletedAtMs = Number.NaN;
      watch.lastAddedAtMs = Number.NaN;
    }
  }

  /** Of all bridges together. */
  counts(): EventCounts {
    const sum: EventCounts = { added: 0, deleted: 0, modified: 0 };
    for (const { counts } of this.#watches) {
      sum.added += counts.added;
      sum.deleted += counts.deleted;
      sum.modified += counts.modified;
    }
    return sum;
  }

  /** From the first flow removed to the last one added, on one bridge. NaN: nothing was removed. */
  gapMs(place: number): number {
    const watch = this.#watches[place];
    return watch === undefined ? Number.NaN : watch.lastAddedAtMs - watch.firstDeletedAtMs;
  }

  close(): void {
    for (const watch of this.#watches) watch.close();
  }
}
