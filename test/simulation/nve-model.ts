/**
 * An NVE: its ovsdb-server's lock, its bridge's generation, its OpenFlow roles and its flow table; and the witness
 * who notes every write that the switch took, with the instance and the generation it was made with.
 *
 * Lock as of ovsdb-server 3.1: first in, first out; who steals goes before the holder, who stays next in turn; any
 * `unlock` has the holder told once more. Roles as of OpenFlow 1.5.1 §6.3.6 and Open vSwitch: a generation below the
 * highest is stale, an equal one is not; connections begin as equals, whose writes are taken.
 */
import type { TenantInterface } from '../../lib/control/inputs.ts';
import type { Operation } from '../../lib/reconcile/operations.ts';
import { FakeSwitch } from '../fakes/fake-switch.ts';
import type { Link } from './network.ts';
import type { Dice, Timeline } from './timeline.ts';

/** What a monitor tells. */
export interface NveRows {
  readonly generation: number;
  readonly interfaces: ReadonlyMap<string, TenantInterface>;
  /** UUIDs of its Manager rows. */
  readonly managers: readonly string[];
  /** It has a bridge of ours. */
  readonly isOurs: boolean;
  /** The last number of its underlay address. */
  readonly host: number;
}

/** The instance's end of an OVSDB connection. */
export interface DatabaseClient {
  readonly instance: string;
  updated(rows: NveRows): void;
  lockAnswered(serial: number, locked: boolean): void;
  unlocked(): void;
  notified(method: 'locked' | 'stolen'): void;
  transacted(done: boolean): void;
}

/** The instance's end of an OpenFlow connection. */
export interface SwitchClient {
  readonly instance: string;
  roleAnswered(generation: number, isStale: boolean): void;
  generationTold(highest: number): void;
  demoted(): void;
  refused(message: string): void;
}

export class DatabaseSession {
  readonly client: DatabaseClient;
  readonly link: Link;
  /** Updates come so much later than answers: ovsdb-server holds them back while a client is slow. */
  readonly updateLagMs: number;

  constructor(client: DatabaseClient, link: Link, updateLagMs: number) {
    this.client = client;
    this.link = link;
    this.updateLagMs = updateLagMs;
  }

  tell(action: (client: DatabaseClient) => void): void {
    this.link.send('instance', () => action(this.client));
  }
}

export class SwitchSession {
  readonly client: SwitchClient;
  readonly link: Link;
  role: 'equal' | 'master' | 'slave' = 'equal';

  constructor(client: SwitchClient, link: Link) {
    this.client = client;
    this.link = link;
  }

  tell(action: (client: SwitchClient) => void): void {
    this.link.send('instance', () => action(this.client));
  }
}

export interface NveOptions {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly trace: (line: string) => void;
  readonly onHandOver: (nve: NveModel, instance: string) => void;
  /** A rule was broken. */
  readonly fail: (sentence: string) => void;
}

export class NveModel {
  readonly name: string;
  readonly interfaces = new Map<string, TenantInterface>();
  readonly device = new FakeSwitch(6);
  handOvers = 0;
  writes = 0;
  managers: readonly string[] = ['m0'];
  host: number;
  isOurs = false;
  #generation = 0;
  /** The first holds the lock. */
  readonly #queue: DatabaseSession[] = [];
  readonly #databases = new Set<DatabaseSession>();
  readonly #switches = new Set<SwitchSession>();
  #highest = -1;
  #lastHolder: string | undefined;
  readonly #usedBy = new Map<number, string>();
  #lastWrite = -1;
  readonly #options: NveOptions;

  constructor(name: string, host: number, options: NveOptions) {
    this.name = name;
    this.host = host;
    this.#options = options;
  }

  get holder(): DatabaseSession | undefined {
    return this.#queue[0];
  }

  get master(): SwitchSession | undefined {
    return [...this.#switches].find(({ role }) => role === 'master');
  }

  connectDatabase(client: DatabaseClient, link: Link): DatabaseSession {
    const { dice } = this.#options;
    return new DatabaseSession(client, link, dice.chance(0.05) ? dice.between(10, 800) : 0);
  }

  databaseClosed(session: DatabaseSession): void {
    this.#databases.delete(session);
    if (this.#queue.includes(session)) this.#leave(session);
  }

  monitor(session: DatabaseSession): void {
    this.#databases.add(session);
    const rows = this.#rows();
    session.tell((client) => client.updated(rows));
  }

  lock(session: DatabaseSession, serial: number): void {
    this.#mayAsk(session);
    this.#queue.push(session);
    const locked = this.#queue[0] === session;
    this.#changed();
    session.tell((client) => client.lockAnswered(serial, locked));
  }

  steal(session: DatabaseSession, serial: number): void {
    this.#mayAsk(session);
    const victim = this.#queue[0];
    this.#queue.unshift(session);
    this.#changed();
    victim?.tell((client) => client.notified('stolen'));
    session.tell((client) => client.lockAnswered(serial, true));
  }

  unlock(session: DatabaseSession): void {
    if (this.#queue.includes(session)) this.#leave(session);
    session.tell((client) => client.unlocked());
  }

  /** Puts the generation into the bridge's external_ids, with the lock asserted and the one that it replaces given. */
  transact(
    session: DatabaseSession,
    generation: number,
    basedOn: number | undefined,
    isAsserted: boolean,
  ): void {
    const isHolder = this.#queue[0] === session || !isAsserted;
    const done = isHolder && (basedOn === undefined || basedOn === this.#generation);
    if (done) {
      this.#generation = generation;
      this.isOurs = true;
      this.#rowsChanged();
    }
    session.tell((client) => client.transacted(done));
  }

  /** Removes our bridge with all that is on it, with the lock asserted: its switch goes, too. */
  takeBack(session: DatabaseSession): void {
    const done = this.#queue[0] === session;
    if (done) {
      for (const { link } of [...this.#switches]) link.close('nve');
      this.device.clear();
      this.isOurs = false;
      this.#rowsChanged();
    }
    session.tell((client) => client.transacted(done));
  }

  /** An operator's `ovs-vsctl set-manager`: another row, also for the same target. */
  setManagers(managers: readonly string[]): void {
    this.managers = managers;
    this.#rowsChanged();
  }

  /** An operator gives it another underlay address, perhaps another's. */
  setHost(host: number): void {
    this.host = host;
    this.#rowsChanged();
  }

  setInterface(name: string, tenant: TenantInterface | undefined): void {
    if (tenant === undefined) this.interfaces.delete(name);
    else this.interfaces.set(name, tenant);
    this.#rowsChanged();
  }

  connectSwitch(client: SwitchClient, link: Link): SwitchSession {
    return new SwitchSession(client, link);
  }

  switchClosed(session: SwitchSession): void {
    this.#switches.delete(session);
  }

  /** `undefined`: only tells the highest. */
  requestMaster(session: SwitchSession, generation: number | undefined): void {
    const highest = this.#highest;
    this.#switches.add(session);
    if (generation === undefined) {
      session.tell((client) => client.generationTold(highest));
      return;
    }
    if (generation < highest) {
      session.tell((client) => client.roleAnswered(generation, true));
      return;
    }
    this.#noteUse(generation, session.client.instance);
    this.#highest = generation;
    for (const rival of this.#switches) {
      if (rival === session || rival.role !== 'master') continue;
      rival.role = 'slave';
      rival.tell((client) => client.demoted());
    }
    session.role = 'master';
    this.#options.trace(`${this.name}: ${session.client.instance} is master with ${generation}`);
    session.tell((client) => client.roleAnswered(generation, false));
  }

  /** False: OFPBRC_IS_SLAVE. */
  write(session: SwitchSession, generation: number, operations: readonly Operation[]): boolean {
    if (session.role === 'slave') {
      session.tell((client) => client.demoted());
      return false;
    }
    this.#noteWrite(session.client.instance, generation);
    const before = this.device.refused.length;
    this.device.do(operations);
    for (const message of this.device.refused.slice(before)) {
      this.#options.trace(`${this.name} refuses: ${message}`);
      session.tell((client) => client.refused(message));
    }
    return true;
  }

  #noteWrite(instance: string, generation: number): void {
    this.writes++;
    const { fail } = this.#options;
    if (generation < this.#lastWrite) {
      fail(`${this.name} took a write of ${instance} with ${generation} after ${this.#lastWrite}`);
    }
    if (generation !== this.#highest) {
      fail(`${this.name} took a write of ${instance} with ${generation}; ${this.#highest} rules`);
    }
    this.#noteUse(generation, instance);
    this.#lastWrite = generation;
  }

  #noteUse(generation: number, instance: string): void {
    const user = this.#usedBy.get(generation) ?? instance;
    if (user !== instance) {
      this.#options.fail(`${this.name}: ${user} and ${instance} both use ${generation}`);
    }
    this.#usedBy.set(generation, instance);
  }

  #mayAsk(session: DatabaseSession): void {
    if (!this.#queue.includes(session)) return;
    this.#options.fail(`${this.name}: ${session.client.instance} must issue "unlock" first`);
  }

  #leave(session: DatabaseSession): void {
    this.#queue.splice(this.#queue.indexOf(session), 1);
    this.#changed();
    this.#queue[0]?.tell((client) => client.notified('locked'));
  }

  #changed(): void {
    const holder = this.#queue[0]?.client.instance;
    if (holder === this.#lastHolder) return;
    this.#lastHolder = holder;
    if (holder === undefined) return;
    this.handOvers++;
    this.#options.onHandOver(this, holder);
    this.#options.trace(`${this.name}: ${holder} has the lock`);
  }

  #rows(): NveRows {
    const { managers, isOurs, host } = this;
    const interfaces = new Map(this.interfaces);
    return { generation: this.#generation, interfaces, managers, isOurs, host };
  }

  #later(session: DatabaseSession): void {
    this.#options.timeline.after(session.updateLagMs, () => {
      if (this.#databases.has(session)) this.monitor(session);
    });
  }

  #rowsChanged(): void {
    for (const session of this.#databases) {
      if (session.updateLagMs === 0) this.monitor(session);
      else this.#later(session);
    }
  }
}
