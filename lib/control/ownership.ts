/**
 * Who should serve which NVE: when this instance gives a lock away, and when it takes one from the dead.
 *
 * Three rules. Balance: while the store answers, who owns at least two NVEs more than another that is connected to
 * them gives some away. Steal: while the store answers, what belongs to an instance that has fallen silent is taken
 * by one of the living, the same in everybody's eyes; and what we own while its switch does not reach us is given to
 * one who has its switch. Yield: while the store does not answer, what we own is offered to whoever waits, seldom and
 * ever more seldom.
 *
 * The NVE's own ovsdb-server decides who holds its lock; this only decides what to ask of it, so that a wrong belief
 * costs a hand-over and never two writers. A released lock goes to whoever has waited longest (RFC 7047 §4.1.9 says
 * nothing of it; ovsdb-server's queue is first in, first out): one who has enough passes it on at once, and it comes
 * to the right one within as many hand-overs as there are instances. Pure; its time is what it is given.
 */
import type { NveName } from '../model/records.ts';
import { loadsOf, nextMove } from './load-levelling.ts';
import { Pace } from './pace.ts';

/** Another instance, as last heard of. */
export interface Peer {
  readonly name: string;
  /** It was heard of within the last SILENCE_MAX_MS. */
  readonly alive: boolean;
  /** What it says cannot be read: it may own any NVE. */
  readonly isUnreadable?: boolean;
  /** NVEs that it owns (true) or could serve. */
  readonly nves: ReadonlyMap<NveName, boolean>;
}

export interface OwnershipView {
  readonly now: number;
  /** Since when the store has answered without a break; undefined: it does not answer now. */
  readonly storeSince: number | undefined;
  /** Since when the store has not answered; undefined: it answers. */
  readonly awaySince: number | undefined;
  readonly peers: readonly Peer[];
  /** NVEs whose database is connected to us; true: we own the NVE. */
  readonly nves: ReadonlyMap<NveName, boolean>;
  /** Of these: the switch has no OpenFlow session with us, so that we could not serve it now. */
  readonly noSwitch?: ReadonlySet<NveName>;
}

export interface LockAction {
  readonly nve: NveName;
  readonly action: 'release' | 'steal';
  /** For people. */
  readonly why: string;
}

/** An instance that has said nothing for so long is believed dead: six of its intervals. */
export const SILENCE_MAX_MS = 3_000;

/** So that an instance that joins does not have all its NVEs read and compared at one moment. */
const GIVEN_AT_ONCE_MAX = 20;
/** Time for the word of the one to whom ovsdb-server gave the lock of a dead connection: two intervals. */
const HEIR_SPEAKS_MS = 1_000;
/** ovsdb-server's need to find a connection dead: a probe after 5 s of silence, and 5 s for its answer. */
const CONNECTION_DIES_MS = 10_000;
/** Nobody is known as the owner: a connection that ovsdb-server has not yet found dead may be, or one who cannot be heard. */
const OWNERLESS_MAX_MS = 2_000;
/** Open vSwitch tries a controller again after 8 s at the most. */
const UNREACHED_MAX_MS = 10_000;
const OFFER_AGAIN_MIN_MS = 10_000;
const OFFER_AGAIN_MAX_MS = 300_000;
/** First offers are spread, so that not all NVEs change hands in one moment. */
const OFFERS_SPREAD_MS = 1_000;

export class Ownership {
  readonly #self: string;
  /** Since when we own it, as far as we were asked. */
  readonly #held = new Map<NveName, number>();
  /** Since when no living instance is known to own it. */
  readonly #ownerless = new Map<NveName, number>();
  readonly #offered = new Map<NveName, number>();
  /** Since when we own it and its switch does not reach us. */
  readonly #unreached = new Map<NveName, number>();
  /** Since when the instance has been silent. */
  readonly #silent = new Map<string, number>();
  readonly #given = new Pace();
  readonly #stolen = new Pace();
  #living = '';

  constructor(self: string) {
    this.#self = self;
  }

  /** Asked at each interval, and when somebody's word or an NVE of ours has changed. */
  decide(view: OwnershipView): LockAction[] {
    this.#note(view);
    if (view.awaySince !== undefined) return this.#yield(view, view.awaySince);
    this.#offered.clear();
    // The words of the others must be fresh, and ours must have been heard.
    if (view.storeSince === undefined || view.now - view.storeSince < SILENCE_MAX_MS) return [];
    return [...this.#steal(view), ...this.#handOn(view), ...this.#balance(view)];
  }

  #balance(view: OwnershipView): LockAction[] {
    const actions: LockAction[] = [];
    const held = [...this.#held].sort(([, one], [, other]) => one - other).map(([nve]) => nve);
    const loads = loadsOf(this.#self, servable(view), held, view.peers);
    const before = held.length;
    let ours = 0;
    for (let move = nextMove(loads); move !== undefined; move = nextMove(loads)) {
      if (move.from !== this.#self) continue;
      // No other is given in its stead: if nobody takes this one, nobody would take that one.
      if (this.#given.allows(move.nve, view.now) && !this.#mayFallToSilent(move.nve, view)) {
        this.#given.note(move.nve, view.now);
        const why = `given away, so that all serve alike: ${this.#self} owned ${before}, ${move.to} could serve it and has fewer`;
        actions.push({ nve: move.nve, action: 'release', why });
      }
      if (++ours === GIVEN_AT_ONCE_MAX) break;
    }
    return actions;
  }

  /** What we cannot serve, and another can. */
  #handOn(view: OwnershipView): LockAction[] {
    const actions: LockAction[] = [];
    for (const [nve, since] of this.#unreached) {
      if (view.now - since < UNREACHED_MAX_MS || !this.#given.allows(nve, view.now)) continue;
      if (!view.peers.some((peer) => peer.alive && peer.nves.has(nve))) continue;
      if (this.#mayFallToSilent(nve, view)) continue;
      this.#given.note(nve, view.now);
      const why = `given away: its switch has no OpenFlow session with ${this.#self}`;
      actions.push({ nve, action: 'release', why });
    }
    return actions;
  }

  /** What was taken from a frozen instance has it next in turn, until ovsdb-server finds its connection dead. */
  #mayFallToSilent(nve: NveName, { now, peers }: OwnershipView): boolean {
    return peers.some((peer) => {
      const since = this.#silent.get(peer.name);
      return since !== undefined && now - since < CONNECTION_DIES_MS && peer.nves.has(nve);
    });
  }

  /** Who could serve it. */
  #able(nve: NveName, { peers, noSwitch }: OwnershipView): string[] {
    const names = peers.flatMap(({ alive, nves, name }) => (alive && nves.has(nve) ? name : []));
    return noSwitch?.has(nve) === true && names.length > 0 ? names : [...names, this.#self];
  }

  #steal(view: OwnershipView): LockAction[] {
    const actions: LockAction[] = [];
    const mayBeOwned = view.peers.some((peer) => peer.alive && peer.isUnreadable === true);
    for (const [nve, since] of this.#ownerless) {
      const silent = view.peers.find((peer) => !peer.alive && peer.nves.get(nve) === true);
      if (silent === undefined && mayBeOwned) continue;
      const patienceMs = silent === undefined ? OWNERLESS_MAX_MS : HEIR_SPEAKS_MS;
      if (view.now - since < patienceMs || !this.#stolen.allows(nve, view.now)) continue;
      if (chosen(nve, this.#able(nve, view)) !== this.#self) continue;
      this.#stolen.note(nve, view.now);
      const whose = silent === undefined ? 'nobody is known to own it' : `${silent.name} is silent`;
      actions.push({ nve, action: 'steal', why: `taken: ${whose}` });
    }
    return actions;
  }

  /**
   * What was ours when the store went away is offered at once. What was offered or came to us since is offered again
   * when we have had it for half the time that the store is away: so instances that are all without it hand an NVE on
   * about once per doubling of that time, however many they are.
   */
  #yield(view: OwnershipView, awaySince: number): LockAction[] {
    const awayMs = view.now - awaySince;
    if (view.peers.length === 0 || awayMs < SILENCE_MAX_MS) return [];
    const actions: LockAction[] = [];
    for (const [nve, heldSince] of this.#held) {
      const jitter = fraction(`${this.#self} ${nve}`);
      const since = Math.max(heldSince, this.#offered.get(nve) ?? heldSince);
      const isFirst = since <= awaySince;
      const againMs = between(awayMs / 2, OFFER_AGAIN_MIN_MS, OFFER_AGAIN_MAX_MS);
      const due = isFirst
        ? awayMs >= SILENCE_MAX_MS + jitter * OFFERS_SPREAD_MS
        : view.now - since >= againMs * (1 + jitter / 4);
      if (!due) continue;
      this.#offered.set(nve, view.now);
      const why = `offered: ${this.#self} has been without the store for ${Math.round(awayMs / 1000)} s`;
      actions.push({ nve, action: 'release', why });
    }
    return actions;
  }

  #note(view: OwnershipView): void {
    const { now, nves, peers } = view;
    this.#noteUnreached(view);
    const living = peers.filter(({ alive }) => alive);
    this.#noteLiving(now, living);
    for (const { name, alive } of peers) {
      if (alive) this.#silent.delete(name);
      else if (!this.#silent.has(name)) this.#silent.set(name, now);
    }
    forget(this.#held, (nve) => nves.get(nve) === true);
    forget(this.#ownerless, (nve) => nves.has(nve));
    for (const [nve, owned] of nves) {
      if (owned && !this.#held.has(nve)) this.#held.set(nve, now);
      const hasOwner = owned || living.some((peer) => peer.nves.get(nve) === true);
      if (hasOwner) this.#ownerless.delete(nve);
      else if (!this.#ownerless.has(nve)) this.#ownerless.set(nve, now);
    }
  }

  #noteUnreached({ now, nves, noSwitch = new Set() }: OwnershipView): void {
    forget(this.#unreached, (nve) => noSwitch.has(nve) && nves.get(nve) === true);
    for (const nve of noSwitch) {
      if (nves.get(nve) === true && !this.#unreached.has(nve)) this.#unreached.set(nve, now);
    }
  }

  #noteLiving(now: number, living: readonly Peer[]): void {
    const names = living.map(({ name }) => name).sort();
    if (names.join(' ') === this.#living) return;
    this.#living = names.join(' ');
    // Who could not take an NVE before may be another now.
    this.#given.relax(now);
    this.#stolen.relax(now);
  }
}

/** What we own or could serve. */
function servable({ nves, noSwitch }: OwnershipView): ReadonlyMap<NveName, boolean> {
  if (noSwitch === undefined || noSwitch.size === 0) return nves;
  return new Map([...nves].filter(([nve, isOurs]) => isOurs || !noSwitch.has(nve)));
}

function forget(map: Map<NveName, number>, keeps: (nve: NveName) => boolean): void {
  for (const nve of map.keys()) if (!keeps(nve)) map.delete(nve);
}

/** One of them, the same whoever asks, and another for another NVE (rendezvous hashing: Thaler, Ravishankar 1998). */
function chosen(nve: NveName, names: readonly string[]): string | undefined {
  const rank = (name: string): number => fraction(`${name} ${nve}`);
  return [...names].sort((one, other) => rank(other) - rank(one) || (one < other ? -1 : 1))[0];
}

function between(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** From 0 to below 1, by the text alone: FNV-1a, then mixed so that texts that differ at the end differ throughout (MurmurHash3's finalizer). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
