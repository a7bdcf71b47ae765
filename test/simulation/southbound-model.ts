/**
 * One instance's connections to one NVE, as lib/southbound has them: asks for the lock, writes the next generation
 * with the lock asserted, takes the master role with it, and stops writing when the lock is gone.
 */
import type { Effect, Input, NveFacts, Stand } from '../../lib/control/inputs.ts';
import { LockRequest } from '../../protocols/ovsdb/lock-request.ts';
import type { NextRequest } from '../../protocols/ovsdb/session-events.ts';
import type { Link, Process } from './network.ts';
import type {
  DatabaseClient,
  DatabaseSession,
  NveModel,
  NveRows,
  SwitchClient,
  SwitchSession,
} from './nve-model.ts';
import type { Timeline } from './timeline.ts';

/** Rules that can be broken, to see that the simulation notices. */
export interface Mutations {
  /** The generation transaction does not say which one it replaces. */
  readonly unguardedGeneration?: boolean;
  /** The generation is the clock, whatever the NVE has seen. */
  readonly clockAlone?: boolean;
  /** The generation transaction does not assert the lock, and the role is taken without it. */
  readonly noLock?: boolean;
}

export interface SouthboundOptions {
  readonly instance: string;
  readonly nve: NveModel;
  readonly process: Process;
  readonly timeline: Timeline;
  /** By the instance's own clock. */
  readonly clock: () => number;
  readonly facts: NveFacts;
  readonly emit: (input: Input) => void;
  readonly mutations: Mutations;
}

type NveEffect = Extract<Effect, { type: 'send' | 'read-installed' | 'lock' }>;

const LOCK = 'nva_sim';
/** lib/southbound/nve-database.ts RETRY_MS, nve-switch.ts REGAIN_FIRST_MS and REGAIN_MAX_MS. */
const RETRY_MS = 1_000;
const REGAIN_FIRST_MS = 1_000;
const REGAIN_MAX_MS = 60_000;

export class NveSessions implements DatabaseClient, SwitchClient {
  readonly instance: string;
  readonly #options: SouthboundOptions;
  #database: DatabaseSession | undefined;
  #lock = new LockRequest(LOCK);
  #rows: NveRows | undefined;
  #stand: Stand | undefined;
  #factsText = '';
  #told: ReadonlyMap<string, unknown> = new Map();
  #generation: number | undefined;
  #generationAsked = 0;
  #transaction: number | undefined;
  #switch: SwitchSession | undefined;
  #isMaster = false;
  /** What is sent on the connection from now on is sent with this generation. */
  #askedWith = 0;
  #demotions = 0;

  constructor(options: SouthboundOptions) {
    this.instance = options.instance;
    this.#options = options;
  }

  get holdsLock(): boolean {
    return this.#lock.isHeld;
  }

  get isMaster(): boolean {
    return this.#isMaster;
  }

  databaseConnected(link: Link): void {
    const { nve } = this.#options;
    // The same NVE again, before the old connection was known to be dead.
    this.#database?.link.close('instance');
    const session = nve.connectDatabase(this.#guarded(link), link);
    this.#database = session;
    this.#lock = new LockRequest(LOCK);
    this.#rows = undefined;
    this.#transaction = undefined;
    this.#generation = undefined;
    link.onClosed('nve', () => nve.databaseClosed(session));
    link.onClosed('instance', () => {
      if (this.#database === session) this.#databaseLost();
    });
    link.send('nve', () => nve.monitor(session));
  }

  switchConnected(link: Link): void {
    const { nve } = this.#options;
    this.#switch?.link.close('instance');
    const session = nve.connectSwitch(this.#guarded(link), link);
    this.#switch = session;
    this.#isMaster = false;
    link.onClosed('nve', () => nve.switchClosed(session));
    link.onClosed('instance', () => {
      if (this.#switch === session) this.#switchLost('its connection ended');
    });
    this.#askForRole();
  }

  takeStand(stand: Stand): void {
    this.#stand = stand;
    this.#refresh();
  }

  carryOut(effect: NveEffect): void {
    if (effect.type === 'lock') {
      if (effect.action === 'steal') this.#requests(this.#lock.steal());
      else this.#release();
      return;
    }
    const session = this.#switch;
    if (session === undefined) return;
    if (effect.type === 'send') this.#send(session, effect);
    else this.#read(session, effect.read);
  }

  updated(rows: NveRows): void {
    const { nve, emit } = this.#options;
    const isFirst = this.#rows === undefined;
    const before = this.#told;
    this.#rows = rows;
    this.#told = rows.interfaces;
    const facts = this.#facts(rows);
    const isNews = this.#factsText !== JSON.stringify(facts);
    this.#factsText = JSON.stringify(facts);
    const changes = [...rows.interfaces].map(([name, tenant]) => ({ name, tenant }));
    if (isFirst) {
      emit({ type: 'nve-connected', nve: nve.name, facts });
      emit({ type: 'nve-owner', nve: nve.name, owner: this.#lock.isHeld });
      emit({ type: 'interfaces', nve: nve.name, complete: true, changes });
      this.#requests(this.#lock.request());
    } else {
      if (isNews) emit({ type: 'nve-facts', nve: nve.name, facts });
      const news = changes.filter(({ name, tenant }) => before.get(name) !== tenant);
      const gone = [...before.keys()].filter((name) => !rows.interfaces.has(name));
      const all = [...news, ...gone.map((name) => ({ name }))];
      if (all.length > 0)
        emit({ type: 'interfaces', nve: nve.name, complete: false, changes: all });
    }
    this.#refresh();
  }

  #facts({ managers, isOurs, host }: NveRows): NveFacts {
    const served = this.#stand === undefined || this.#stand === 'serve';
    const takenBack = isOurs ? ('nothing' as const) : ('all' as const);
    const endpoints = [{ type: 'geneve' as const, ip: `10.9.0.${host}` as never }];
    return { ...this.#options.facts, endpoints, managers, ...(served ? {} : { takenBack }) };
  }

  lockAnswered(serial: number, locked: boolean): void {
    this.#lockTold(this.#lock.answered(serial, { locked }));
  }

  unlocked(): void {
    this.#lock.unlocked();
  }

  notified(method: 'locked' | 'stolen'): void {
    this.#lockTold(this.#lock.notified(method, [LOCK]));
  }

  transacted(done: boolean): void {
    const generation = this.#transaction;
    this.#transaction = undefined;
    if (done && this.#maySpeak()) {
      // Zero: the bridge was taken back, and its generation with it.
      this.#generation = generation === 0 ? undefined : generation;
      this.#askForRole();
      this.#refresh();
      return;
    }
    const database = this.#database;
    this.#options.timeline.after(RETRY_MS, () => {
      this.#options.process.run(() => {
        if (this.#database === database) this.#refresh();
      }, true);
    });
  }

  roleAnswered(generation: number, isStale: boolean): void {
    const { nve, emit } = this.#options;
    // An answer to what was asked with a lock that is gone by now.
    if (generation !== this.#generation) return;
    if (isStale) this.#learnGeneration();
    else {
      this.#isMaster = true;
      emit({ type: 'flows-ready', nve: nve.name, version: 6 });
    }
  }

  generationTold(highest: number): void {
    this.#generationAsked = Math.max(this.#generationAsked, highest);
    this.#generation = undefined;
    this.#refresh();
  }

  demoted(): void {
    if (!this.#isMaster) return;
    this.#stopWriting('another controller took the master role');
    const delayMs = Math.min(REGAIN_FIRST_MS * 2 ** this.#demotions++, REGAIN_MAX_MS);
    const session = this.#switch;
    this.#options.timeline.after(delayMs, () => {
      this.#options.process.run(() => {
        if (this.#switch === session && this.#maySpeak()) this.#learnGeneration();
      }, true);
    });
  }

  refused(message: string): void {
    const { nve, emit } = this.#options;
    emit({ type: 'refused', nve: nve.name, message });
  }

  /** Words that were under way on a connection that was replaced are not taken. */
  #guarded(link: Link): DatabaseClient & SwitchClient {
    const still = (action: () => void): void => {
      if (link.isOpen('instance')) action();
    };
    return {
      instance: this.instance,
      updated: (rows) => still(() => this.updated(rows)),
      lockAnswered: (serial, locked) => still(() => this.lockAnswered(serial, locked)),
      unlocked: () => still(() => this.unlocked()),
      notified: (method) => still(() => this.notified(method)),
      transacted: (done) => still(() => this.transacted(done)),
      roleAnswered: (generation, isStale) => still(() => this.roleAnswered(generation, isStale)),
      generationTold: (highest) => still(() => this.generationTold(highest)),
      demoted: () => still(() => this.demoted()),
      refused: (message) => still(() => this.refused(message)),
    };
  }

  #release(): void {
    if (!this.#lock.isHeld) return;
    this.#owned(false);
    this.#requests(this.#releaseAndAsk());
  }

  #releaseAndAsk(): NextRequest[] {
    const unlock = this.#lock.release();
    return [...(unlock === undefined ? [] : [unlock]), ...this.#lock.request()];
  }

  #requests(requests: readonly NextRequest[]): void {
    const session = this.#database;
    if (session === undefined) return;
    const { nve } = this.#options;
    const { serial } = this.#lock;
    for (const { method } of requests) {
      session.link.send('nve', () => {
        if (method === 'lock') nve.lock(session, serial);
        else if (method === 'steal') nve.steal(session, serial);
        else nve.unlock(session);
      });
    }
  }

  #lockTold(state: ReturnType<LockRequest['answered']>): void {
    if (state === undefined || state === 'bad-reply') return;
    this.#owned(state === 'locked');
    if (state === 'stolen') this.#requests(this.#lock.request());
  }

  #owned(owner: boolean): void {
    const { nve, emit } = this.#options;
    emit({ type: 'nve-owner', nve: nve.name, owner });
    this.#generation = undefined;
    if (!owner && this.#isMaster) {
      this.#stopWriting('its lock is gone');
    }
    this.#refresh();
  }

  #maySpeak(): boolean {
    return this.#lock.isHeld || this.#options.mutations.noLock === true;
  }

  #refresh(): void {
    const { nve, clock, mutations } = this.#options;
    const session = this.#database;
    if (session === undefined || this.#rows === undefined) return;
    const facts = this.#facts(this.#rows);
    if (this.#factsText !== JSON.stringify(facts)) {
      this.#factsText = JSON.stringify(facts);
      this.#options.emit({ type: 'nve-facts', nve: nve.name, facts });
    }
    if (!this.#maySpeak()) return;
    if (this.#stand !== 'serve') {
      this.#takeBack(session, this.#rows);
      return;
    }
    if (this.#generation !== undefined || this.#transaction !== undefined) return;
    const least = Math.max(this.#rows.generation, this.#generationAsked) + 1;
    const generation = mutations.clockAlone === true ? clock() : Math.max(clock(), least);
    this.#generationAsked = generation;
    this.#transaction = generation;
    const basedOn = mutations.unguardedGeneration === true ? undefined : this.#rows.generation;
    const isAsserted = mutations.noLock !== true;
    session.link.send('nve', () => nve.transact(session, generation, basedOn, isAsserted));
  }

  #takeBack(session: DatabaseSession, { isOurs }: NveRows): void {
    const { nve } = this.#options;
    if (this.#stand !== 'take-back' || !isOurs || this.#transaction !== undefined) return;
    this.#transaction = 0;
    session.link.send('nve', () => nve.takeBack(session));
  }

  #askForRole(): void {
    const session = this.#switch;
    const generation = this.#generation;
    if (session === undefined || generation === undefined) return;
    this.#askedWith = generation;
    session.link.send('nve', () => this.#options.nve.requestMaster(session, generation));
  }

  #learnGeneration(): void {
    const session = this.#switch;
    session?.link.send('nve', () => this.#options.nve.requestMaster(session, undefined));
  }

  #send(session: SwitchSession, effect: Extract<Effect, { type: 'send' }>): void {
    const { nve, emit } = this.#options;
    const { batch, operations } = effect;
    const generation = this.#askedWith;
    if (!this.#isMaster) return;
    session.link.send('nve', () => {
      if (!nve.write(session, generation, operations)) return;
      session.link.send('instance', () => emit({ type: 'confirmed', nve: nve.name, batch }));
    });
  }

  #read(session: SwitchSession, read: number): void {
    const { nve, emit } = this.#options;
    session.link.send('nve', () => {
      const installed = nve.device.installed();
      session.link.send('instance', () => {
        emit({ type: 'installed', nve: nve.name, read, installed });
      });
    });
  }

  #stopWriting(reason: string): void {
    this.#isMaster = false;
    this.#options.emit({ type: 'flows-lost', nve: this.#options.nve.name, reason });
  }

  #databaseLost(): void {
    const { nve, emit } = this.#options;
    this.#database = undefined;
    this.#rows = undefined;
    this.#stand = undefined;
    this.#told = new Map();
    this.#lock = new LockRequest(LOCK);
    this.#generation = undefined;
    this.#transaction = undefined;
    emit({ type: 'nve-lost', nve: nve.name, reason: 'its connection ended' });
  }

  #switchLost(reason: string): void {
    this.#switch = undefined;
    if (this.#isMaster) this.#stopWriting(reason);
  }
}
