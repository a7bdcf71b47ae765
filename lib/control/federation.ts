/**
 * This instance among the others of its domain: what it may say of an NVE, which locks it gives and takes, and how
 * far its own NVEs have come.
 *
 * Without others (a store that serves one process) it may say everything and moves no lock.
 */
import type { Member } from '../model/announcement.ts';
import type { NveName } from '../model/records.ts';
import { Members } from './members.ts';
import type { MembersView } from './members-view.ts';
import type { NveState } from './nve-state.ts';
import { type LockAction, Ownership } from './ownership.ts';

/** Revisions whose confirmation is awaited; between them, the older one of two is left out. */
const AWAITED_MAX = 256;

export class Federation {
  readonly #members: Members | undefined;
  readonly #ownership: Ownership | undefined;
  readonly #nves: ReadonlyMap<NveName, NveState>;
  #storeSince: number | undefined;
  #awaySince: number | undefined;
  #awaited: { readonly revision: number; readonly moment: number }[] = [];
  #confirmed = 0;
  #changes = 0;
  #noSwitch: ReadonlySet<NveName> = new Set();
  /** Counts what was heard. */
  #round = 0;
  /** In which round we got the lock. */
  readonly #granted = new Map<NveName, number>();
  /** In which round another living instance began to say that it owns the NVE. */
  #rivals = new Map<NveName, number>();
  /** Why we have asked to steal these. */
  readonly #steals = new Map<NveName, string>();

  /** `instance` undefined: no others. */
  constructor(instance: string | undefined, nves: ReadonlyMap<NveName, NveState>) {
    this.#nves = nves;
    this.#members = instance === undefined ? undefined : new Members(instance);
    this.#ownership = instance === undefined ? undefined : new Ownership(instance);
  }

  get members(): MembersView | undefined {
    return this.#members;
  }

  get isShared(): boolean {
    return this.#members !== undefined;
  }

  get storeIsAway(): boolean {
    return this.#awaySince !== undefined;
  }

  /** Since when, in the time of the inputs. */
  get awaySince(): number | undefined {
    return this.#awaySince;
  }

  /** Rises when what we have to say of ourselves changes: an NVE connects, leaves, or changes hands. */
  get changes(): number {
    return this.#changes;
  }

  changed(): void {
    this.#changes++;
  }

  /** Whether what we see on this NVE is ours to decide: we serve it, or nobody can be asked. */
  speaksFor(nve: NveName): boolean {
    return this.mayLetIn(nve) && this.#nves.get(nve)?.refusal === undefined;
  }

  /** Whether it is ours to say who the NVE is. */
  mayLetIn(nve: NveName): boolean {
    if (this.#members === undefined || this.storeIsAway) return true;
    return this.#nves.get(nve)?.owner === true && !this.#isContested(nve);
  }

  /** Another has got the lock after us: the NVE has given us up, and we do not know it yet. */
  #isContested(nve: NveName): boolean {
    return (this.#rivals.get(nve) ?? 0) > (this.#granted.get(nve) ?? 0);
  }

  /** The lock is ours. */
  granted(nve: NveName): void {
    this.#granted.set(nve, this.#round);
  }

  /** Whether no living instance serves the NVE, so that anybody may tidy up after it. */
  isOrphan(nve: NveName): boolean {
    return this.#members === undefined || this.#members.ownerOf(nve) === undefined;
  }

  /** Whether another living instance sees the NVE. */
  isSeenByOthers(nve: NveName): boolean {
    const { self } = this.#members ?? {};
    return this.#members?.connectedTo(nve).some((instance) => instance !== self) === true;
  }

  /** Whether another living instance serves the NVE: what is there is for that one to say. */
  isServedByOther(nve: NveName): boolean {
    if (this.#members === undefined || this.speaksFor(nve)) return false;
    const owner = this.#members.ownerOf(nve)?.instance;
    return owner !== undefined && owner !== this.#members.self;
  }

  /** Why the lock that we have just been granted came to us. */
  whyOwner(nve: NveName): string {
    const taken = this.#steals.get(nve);
    this.#steals.delete(nve);
    if (taken !== undefined) return taken;
    const last = this.#members?.lastOwner(nve);
    if (last === undefined) return 'nobody served it';
    return last.alive ? `${last.name} handed it over` : `${last.name} was gone`;
  }

  /**
   * Returns NVEs that no other living instance sees any more, and those that are not contested any more. `noSwitch`:
   * what we could not serve now.
   */
  heard(
    members: readonly Member[],
    now: number,
    noSwitch: ReadonlySet<NveName> = new Set(),
  ): NveName[] {
    this.#noSwitch = noSwitch;
    this.#storeSince ??= now;
    this.#awaySince = undefined;
    this.#round++;
    const unseen = this.#members?.take(members, now) ?? [];
    return [...unseen, ...this.#noteRivals()];
  }

  /** Returns NVEs that were contested and are not any more. */
  #noteRivals(): NveName[] {
    const rivals = new Map<NveName, number>();
    for (const peer of this.#members?.peers() ?? []) {
      if (!peer.alive) continue;
      for (const [nve, owner] of peer.nves) {
        if (owner && !this.#isNamesake(nve)) rivals.set(nve, this.#rivals.get(nve) ?? this.#round);
      }
    }
    const contested = [...this.#rivals.keys()].filter((nve) => this.#isContested(nve));
    this.#rivals = rivals;
    return contested.filter((nve) => !this.#isContested(nve));
  }

  /** Another hypervisor with the same name, whose lock is not the one that we hold. */
  #isNamesake(nve: NveName): boolean {
    const theirs = this.#members?.databaseElsewhere(nve);
    const ours = this.#nves.get(nve)?.facts?.database;
    return theirs !== undefined && ours !== undefined && theirs !== ours;
  }

  databaseElsewhere(nve: NveName): string | undefined {
    return this.#members?.databaseElsewhere(nve);
  }

  storeAway(now: number): void {
    this.#awaySince ??= now;
    this.#storeSince = undefined;
    this.#members?.away(now);
  }

  /** Locks to be given and taken now. */
  moves(now: number): LockAction[] {
    if (this.#members === undefined || this.#ownership === undefined) return [];
    const nves = new Map<NveName, boolean>();
    for (const { name, connected, refusal, owner } of this.#nves.values()) {
      if (connected && refusal === undefined) nves.set(name, owner);
    }
    const actions = this.#ownership.decide({
      now,
      storeSince: this.#storeSince,
      awaySince: this.#awaySince,
      peers: this.#members.peers(),
      nves,
      noSwitch: this.#noSwitch,
    });
    for (const { nve, action, why } of actions) if (action === 'steal') this.#steals.set(nve, why);
    return actions;
  }

  /** The core has come to this revision at this moment. */
  came(revision: number, moment: number): void {
    if (this.#awaited.at(-1)?.revision === revision) return;
    this.#awaited.push({ revision, moment });
    if (this.#awaited.length > AWAITED_MAX) this.#awaited.splice(AWAITED_MAX / 2, 1);
  }

  /** An NVE is ours now, or its switch was lost: it has confirmed nothing yet. */
  startOver(revision: number, moment: number): void {
    this.#confirmed = 0;
    this.#awaited = [{ revision, moment }];
  }

  /** The newest revision that every NVE which we own has confirmed. */
  get confirmed(): number {
    const owned = [...this.#nves.values()].filter((state) => state.owner);
    let next = this.#awaited[0];
    while (next !== undefined) {
      const { moment, revision } = next;
      if (owned.some((state) => state.pending(moment) !== undefined)) break;
      this.#confirmed = revision;
      this.#awaited.shift();
      next = this.#awaited[0];
    }
    return this.#confirmed;
  }
}
