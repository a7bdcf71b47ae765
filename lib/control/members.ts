/**
 * What the instances of the domain last said of themselves, and who of them is believed alive.
 *
 * An instance whose beat stands still for SILENCE_MAX_MS of our own time is believed dead. Time in which the store
 * did not answer us does not count: then nobody can be heard.
 */
import type { AnnouncedNve, Announcement, Member } from '../model/announcement.ts';
import type { NveName } from '../model/records.ts';
import type { MemberState, MembersView, NveOwner } from './members-view.ts';
import { type Peer, SILENCE_MAX_MS } from './ownership.ts';

interface Heard {
  readonly member: Member;
  /** When its beat last rose. */
  readonly at: number;
  readonly nves: ReadonlyMap<NveName, AnnouncedNve>;
}

export class Members implements MembersView {
  readonly self: string;
  #heard = new Map<string, Heard>();
  #now = 0;
  /** When the store last answered. */
  #answered: number | undefined;

  constructor(self: string) {
    this.self = self;
  }

  /** Returns NVEs that have lost their last living instance, as far as it shows in words: our own do not count. */
  take(members: readonly Member[], now: number): NveName[] {
    const before = this.#reached();
    // What could not be heard for a while counts from where it was.
    const gap = this.#answered === undefined ? 0 : now - this.#answered;
    const missed = this.#now > (this.#answered ?? now) ? gap : 0;
    const heard = new Map<string, Heard>();
    for (const member of members) {
      const last = this.#heard.get(member.name);
      const isNews = last?.member.beat !== member.beat || last.member.run !== member.run;
      const at = isNews ? now : last.at + missed;
      const nves =
        last?.member.announcement.nves === member.announcement.nves
          ? last.nves
          : byName(member.announcement);
      heard.set(member.name, { member, at, nves });
    }
    for (const [name, last] of this.#heard) {
      // A store that was emptied has forgotten who lives: they will say so again.
      const at = last.at + missed;
      if (!heard.has(name) && now - at < SILENCE_MAX_MS) heard.set(name, { ...last, at });
    }
    this.#heard = heard;
    this.#now = now;
    this.#answered = now;
    const after = this.#reached();
    return [...before].filter((nve) => !after.has(nve));
  }

  /** The store did not answer at this time. */
  away(now: number): void {
    this.#now = now;
  }

  all(): MemberState[] {
    return [...this.#heard.values()].map((heard) => ({
      name: heard.member.name,
      alive: this.#isAlive(heard),
      silentMs: this.#silence(heard),
      announcement: heard.member.announcement,
    }));
  }

  ownerOf(nve: NveName): NveOwner | undefined {
    for (const heard of this.#heard.values()) {
      const word = heard.nves.get(nve);
      if (word?.owner !== true || !this.#isAlive(heard)) continue;
      const { why, flows, database } = word;
      return {
        instance: heard.member.name,
        ...(why === undefined ? {} : { why }),
        ...(flows === undefined ? {} : { flows }),
        ...(database === undefined ? {} : { database }),
      };
    }
    return undefined;
  }

  databaseElsewhere(nve: NveName): string | undefined {
    for (const heard of this.#heard.values()) {
      const word = heard.nves.get(nve);
      const isOther = heard.member.name !== this.self && this.#isAlive(heard);
      if (isOther && word?.owner === true && word.database !== undefined) return word.database;
    }
    return undefined;
  }

  connectedTo(nve: NveName): string[] {
    const names: string[] = [];
    for (const heard of this.#heard.values()) {
      if (heard.nves.has(nve) && this.#isAlive(heard)) names.push(heard.member.name);
    }
    return names;
  }

  /** Whoever last said that it owns the NVE, dead or alive, and is not us. */
  lastOwner(nve: NveName): { readonly name: string; readonly alive: boolean } | undefined {
    let found: { name: string; alive: boolean } | undefined;
    for (const heard of this.#heard.values()) {
      if (heard.member.name === this.self || heard.nves.get(nve)?.owner !== true) continue;
      const alive = this.#isAlive(heard);
      if (alive || found === undefined) found = { name: heard.member.name, alive };
    }
    return found;
  }

  /** The others, as the rules of ownership see them. */
  peers(): Peer[] {
    return [...this.#heard.values()]
      .filter(({ member }) => member.name !== this.self)
      .map((heard) => ({
        name: heard.member.name,
        alive: this.#isAlive(heard),
        isUnreadable: heard.member.announcement.unreadable === true,
        nves: new Map([...heard.nves.values()].flatMap(servable)),
      }));
  }

  #reached(): Set<NveName> {
    const nves = new Set<NveName>();
    for (const heard of this.#heard.values()) {
      if (heard.member.name === this.self || !this.#isAlive(heard)) continue;
      for (const nve of heard.nves.keys()) nves.add(nve);
    }
    return nves;
  }

  #isAlive(heard: Heard): boolean {
    return this.#silence(heard) < SILENCE_MAX_MS;
  }

  #silence({ member, at }: Heard): number {
    if (member.name === this.self) return 0;
    return Math.max(0, (this.#answered ?? this.#now) - at);
  }
}

/** What it owns, or could serve now. */
function servable({ name, owner, noSwitch }: AnnouncedNve): [NveName, boolean][] {
  return owner || noSwitch === undefined ? [[name, owner]] : [];
}

function byName({ nves }: Announcement): Map<NveName, AnnouncedNve> {
  return new Map(nves.map((nve) => [nve.name, nve]));
}
