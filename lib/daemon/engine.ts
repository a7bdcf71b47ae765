/**
 * The engine: runs the core. Collects the inputs of one turn of the event loop, steps once, carries the effects out.
 *
 * The one place where the pure core meets the store, the switches, the other instances and the clock.
 */

import { Core } from '../control/core.ts';
import type { Effect, Input, PublishedWrite } from '../control/inputs.ts';
import type { MembersView } from '../control/members-view.ts';
import type { RecordChange } from '../desired/compiler.ts';
import { recordToJson } from '../model/record-parse.ts';
import { now } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { keyOfFlow } from '../southbound/operation-encoder.ts';
import type { Southbound } from '../southbound/southbound.ts';
import { type Store, StoreError, type Write } from '../store/contract.ts';
import { Announcer, type AnnouncerSettings } from './announcer.ts';
import { Auditor } from './auditor.ts';
import type { EventLog, Notice } from './event-log.ts';
import { PeersHeard, UNHEARD } from './peer-targets.ts';
import { StoreFollower } from './store-follower.ts';

/** A store that refuses is asked again after 1 s, 2 s … 30 s, or when it answers the announcements again. */
const PUBLISH_RETRY_FIRST_MS = 1_000;
const PUBLISH_RETRY_MAX_MS = 30_000;

/** Open vSwitch tries a manager that was away again after 8 s at the most. */
export const COME_BACK_MS = 10_000;

/** What the store has taken reaches us by its feed long before that. */
const FEED_MAX_MS = 5_000;

/**
 * After a step that was longer, as much time again (REST_MAX_MS at the most) is for the sockets: what comes meanwhile is
 * taken together. When hundreds of NVEs join at once each is news for all others, and each step a write to every one.
 */
const LONG_STEP_MS = 5;
const REST_MAX_MS = 25;

/**
 * Much that came at once is taken in parts, until the turn has lasted TURN_MS: the sockets have theirs before the rest,
 * so that one NVE with ten thousand interfaces does not hold up the others. An interface takes about 0.1 ms.
 */
const PART_CHANGES_MAX = 32;
const TURN_MS = 8;

type Switches = Pick<Southbound, 'carryOut' | 'controllersOf' | 'hasSwitch' | 'takePeers'>;

export interface EngineSettings extends Omit<AnnouncerSettings, 'controllersOf' | 'hasSwitch'> {
  readonly store: Store;
  readonly events: EventLog;
  readonly log: Log;
  /** Whether NVEs monitor their tunnels. */
  readonly monitored?: boolean;
  /** Between two looks at what a switch has; 0: only after a (re)connection. */
  readonly auditIntervalMs?: number;
}

export class Engine {
  readonly core: Core;
  /** The store's revision of every record, readable or not, for preconditions. */
  readonly revisions: Pick<ReadonlyMap<string, number>, 'get' | 'has'>;
  readonly #settings: EngineSettings;
  readonly #follower: StoreFollower;
  readonly #peers: PeersHeard;
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #southbound: Switches | undefined;
  #announcer: Announcer | undefined;
  #auditor: Auditor | undefined;
  readonly #inputs: Input[] = [];
  #turn: NodeJS.Immediate | undefined;
  #rest: NodeJS.Timeout | undefined;
  #restUntil = 0;
  #publishProblem: string | undefined;
  #publishRetryMs = PUBLISH_RETRY_FIRST_MS;
  #publishAgain: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
    const { store, events, log, instance } = settings;
    const isShared = store.membership !== undefined;
    const monitored = settings.monitored ?? false;
    this.core = new Core({ keyOf: keyOfFlow, monitored, ...(isShared ? { instance } : {}) });
    this.#peers = new PeersHeard(instance);
    const { core } = this;
    this.#follower = new StoreFollower(store, {
      log,
      records: (revision, changes, snapshot) =>
        this.take({ type: 'records', revision, changes, snapshot }),
      notice: (level, code, message) => events.add([{ level, code, object: 'store', message }]),
      get revision() {
        return core.revision;
      },
      get revisions() {
        return core.revisions;
      },
      record: (key) => core.stored(key),
      pending: () => core.pendingFacts(),
    });
    this.revisions = {
      get: (key) => core.revisions.get(key) ?? this.#follower.unreadRevision(key),
      has: (key) => this.revisions.get(key) !== undefined,
    };
  }

  /** Records of a newer release or another program, by key, each with its sentence: never overwritten. */
  get unreadable(): ReadonlyMap<string, string> {
    return this.#follower.unreadable;
  }

  /** What keeps the store from taking our facts, or was wrong in it; for `status`. */
  get storeProblems(): ReadonlyMap<string, string> {
    const problems = new Map(this.#follower.problems);
    if (this.#publishProblem !== undefined) problems.set('publish', this.#publishProblem);
    return problems;
  }

  /** False: what is known here may not be the store's any more. */
  get isFollowing(): boolean {
    return !this.#follower.problems.has('feed');
  }

  /** This instance and the others; undefined: the store serves one process. */
  get members(): MembersView | undefined {
    return this.core.members;
  }

  /** How long the store has not answered, in ms; undefined: it does, or is not asked. */
  get storeAwayMs(): number | undefined {
    const since = this.core.storeAwaySince;
    return since === undefined ? undefined : now() - since;
  }

  /** Takes the store's content in, and follows it from there. */
  async start(southbound: Switches): Promise<void> {
    this.#southbound = southbound;
    await this.#follower.start();
    this.#step();
    const { membership } = this.#settings.store;
    if (membership !== undefined) {
      // Also when nobody can be heard now: the others' targets are there, and stay.
      southbound.takePeers(() => UNHEARD);
      const settings = {
        ...this.#settings,
        controllersOf: (nve: string) => southbound.controllersOf(nve),
        hasSwitch: (nve: string) => southbound.hasSwitch(nve),
      };
      const { log } = this.#settings;
      this.#announcer = new Announcer(membership, this.core, settings, log, (input) =>
        this.#takeMembers(input),
      );
      await this.#announcer.start();
    }
    this.#auditor = new Auditor({
      intervalMs: this.#settings.auditIntervalMs ?? 0,
      nves: () => this.core.nves(),
      audit: (nve) => this.take({ type: 'audit', nve }),
    });
    this.#later(COME_BACK_MS, () => this.take({ type: 'arrivals-over' }));
  }

  /** The input is taken at the end of this turn of the event loop, with all others of the turn. */
  take(input: Input): void {
    if (this.#closed) return;
    this.#inputs.push(input);
    this.#schedule();
  }

  /** Called after each step. */
  onStep(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the core has taken in this revision of the store; false: not within FEED_MAX_MS. */
  caughtUp(revision: number): Promise<boolean> {
    if (this.core.revision >= revision) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (isThere: boolean): void => {
        clearTimeout(timer);
        stop();
        resolve(isThere);
      };
      const timer = setTimeout(() => end(false), FEED_MAX_MS).unref();
      const stop = this.onStep(() => {
        if (this.core.revision >= revision) end(true);
      });
    });
  }

  /** Somebody waits for what the other instances will say: they are asked more often for a second. */
  hurry(): void {
    this.#announcer?.hurry();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#follower.close();
    this.#auditor?.close();
    clearImmediate(this.#turn);
    clearTimeout(this.#rest);
    clearTimeout(this.#publishAgain);
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#announcer?.close();
  }

  #schedule(): void {
    if (this.#turn !== undefined || this.#rest !== undefined) return;
    const leftMs = this.#restUntil - now();
    if (leftMs <= 0) this.#turn = setImmediate(() => this.#step());
    else this.#rest = setTimeout(() => this.#step(), leftMs);
  }

  #step(): void {
    const began = now();
    clearImmediate(this.#turn);
    clearTimeout(this.#rest);
    this.#turn = undefined;
    this.#rest = undefined;
    const notices: Notice[] = [];
    do {
      for (const effect of this.core.step(this.#takePart())) {
        if (effect.type === 'notice') notices.push(effect);
        else this.#carryOut(effect);
      }
    } while (this.#inputs.length > 0 && now() - began < TURN_MS);
    this.#settings.events.add(notices);
    this.#announcer?.stepped();
    for (const listener of [...this.#listeners]) listener();
    const ended = now();
    const tookMs = ended - began;
    const isDone = this.#inputs.length === 0;
    this.#restUntil = isDone && tookMs > LONG_STEP_MS ? ended + Math.min(tookMs, REST_MAX_MS) : 0;
    if (!isDone) this.#schedule();
  }

  /** The next inputs, in order: all, or as many as have PART_CHANGES_MAX changes together, one at the least. */
  #takePart(): Input[] {
    let changes = 0;
    const end = this.#inputs.findIndex((input, at) => {
      changes += changesIn(input);
      return at > 0 && changes > PART_CHANGES_MAX;
    });
    return this.#inputs.splice(0, end === -1 ? this.#inputs.length : end);
  }

  #carryOut(effect: Exclude<Effect, { type: 'notice' }>): void {
    switch (effect.type) {
      case 'send':
      case 'read-installed':
      case 'lock':
      case 'bridge':
      case 'monitors':
        this.#southbound?.carryOut(effect);
        return;
      case 'retry':
        this.#later(effect.delayMs, () => this.take({ type: 'reread', nve: effect.nve }));
        return;
      case 'publish':
        void this.#publish(effect.writes);
    }
  }

  async #publish(writes: readonly PublishedWrite[]): Promise<void> {
    try {
      const revision = await this.#settings.store.apply({
        writes: writes.map(toWrite),
        preconditions: writes.map(({ key, basedOn }) => ({ key, revision: basedOn })),
        // A fact is seen again.
        confirm: false,
      });
      this.#publishProblem = undefined;
      this.#publishRetryMs = PUBLISH_RETRY_FIRST_MS;
      this.take({ type: 'published', revision });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (!this.#closed) this.#notPublished(error);
    }
  }

  #notPublished(error: StoreError): void {
    const { log } = this.#settings;
    if (error.code === 'precondition-failed' && error.key !== undefined) {
      this.take({ type: 'publish-refused', key: error.key });
      return;
    }
    if (error.code === 'batch-invalid') {
      // The same batch would be refused for ever, and hold up all others.
      log.error(`a fact was not stored: ${error.message}`);
      this.take({ type: 'published', revision: this.core.revision });
      return;
    }
    if (this.#publishProblem === undefined) {
      log.error(`what is seen on the NVEs is used, but cannot be stored: ${error.message}`);
    }
    this.#publishProblem = error.message;
    this.#publishAgain = setTimeout(() => this.#tryPublishAgain(), this.#publishRetryMs);
    this.#publishRetryMs = Math.min(this.#publishRetryMs * 2, PUBLISH_RETRY_MAX_MS);
  }

  #tryPublishAgain(): void {
    if (this.#publishAgain === undefined) return;
    clearTimeout(this.#publishAgain);
    this.#publishAgain = undefined;
    this.take({ type: 'publish-failed' });
  }

  #takeMembers(input: Extract<Input, { type: 'members' | 'store-away' }>): void {
    this.take(input);
    if (input.type === 'store-away') {
      this.#peers.away();
      return;
    }
    this.#tryPublishAgain();
    // Every bridge is to know the OpenFlow targets of every instance.
    const peers = this.#peers.take(input.members, input.now);
    if (peers !== undefined) this.#southbound?.takePeers(peers);
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

function changesIn(input: Input): number {
  return input.type === 'interfaces' || input.type === 'records' ? input.changes.length : 1;
}
