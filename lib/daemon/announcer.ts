/**
 * Announces this instance to the others of its domain at each interval, and gives the core what they say.
 */
import { randomUUID } from 'node:crypto';
import type { Core } from '../control/core.ts';
import type { Input } from '../control/inputs.ts';
import type { AnnouncedNve, Member } from '../model/announcement.ts';
import { announcementToJson, parseMember } from '../model/announcement-parse.ts';
import { now } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Json, Membership, MemberWord } from '../store/contract.ts';
import { StoreError } from '../store/contract.ts';

/** Six of them are SILENCE_MAX_MS. */
export const ANNOUNCE_MS = 500;
/** While somebody waits for the others' confirmation. */
const HURRIED_MS = 25;
const HURRY_LEASE_MS = 1_000;
/** News of ours is told so soon. */
const NEWS_MS = 20;
/** A living namesake announces itself twice in this time; once may be the last word of our own former run, late. */
const NAMESAKE_MS = 4 * ANNOUNCE_MS;
/** A store that has not answered for so long counts as away, though it may answer yet. */
const LATE_MS = 1_000;
/** At the end, the last word may take so long. */
const FAREWELL_MS = 500;

const UNREADABLE = {
  version: 'unknown',
  startedAt: new Date(0).toISOString(),
  confirmed: 0,
  nves: [],
};

type MembersInput = Extract<Input, { type: 'members' | 'store-away' }>;

export interface AnnouncerSettings {
  readonly instance: string;
  readonly version: string;
  readonly startedAt: Date;
  /** OpenFlow targets of ours for this NVE. */
  controllersOf(nve: string): readonly string[];
  /** Whether its switch has an OpenFlow session with us. */
  hasSwitch(nve: string): boolean;
  /** Another process runs under our name; one sentence. */
  nameTaken(message: string): void;
}

export class Announcer {
  readonly #membership: Membership;
  readonly #core: Core;
  readonly #settings: AnnouncerSettings;
  readonly #log: Log;
  readonly #take: (input: MembersInput) => void;
  readonly #run = randomUUID();
  readonly #parsed = new Map<string, { readonly body: Json; readonly member: Member }>();
  readonly #complaints = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #body: Json | undefined;
  #bodyAt = Number.NEGATIVE_INFINITY;
  #told = -1;
  #hurriedUntil = 0;
  /** Until it is known that nobody else has our name, we only listen. */
  #mayAnnounce = false;
  #namesake: { word: MemberWord; rises: number; readonly since: number } | undefined;
  #closed = false;

  constructor(
    membership: Membership,
    core: Core,
    settings: AnnouncerSettings,
    log: Log,
    take: (input: MembersInput) => void,
  ) {
    this.#membership = membership;
    this.#core = core;
    this.#settings = settings;
    this.#log = log;
    this.#take = take;
  }

  /** Resolves when the others were heard once, or could not be. */
  async start(): Promise<void> {
    await this.#ask();
  }

  /** Somebody waits for what others will say: they are asked more often for a second. */
  hurry(): void {
    const isCalm = this.#hurriedUntil <= now();
    this.#hurriedUntil = now() + HURRY_LEASE_MS;
    if (isCalm) this.#next(0);
  }

  /** After each step of the core: what is new with us is told soon. */
  stepped(): void {
    if (this.#told !== this.#core.serviceChanges) {
      this.#told = this.#core.serviceChanges;
      this.#bodyAt = Number.NEGATIVE_INFINITY;
      this.#next(NEWS_MS);
    }
  }

  /** Tells the others that nothing is connected to us any more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#asking;
    if (!this.#mayAnnounce) return;
    const words = announcementToJson({ ...this.#announcement(), nves: [] });
    const said = this.#membership.announce({ ...this.#name(), ...asJson(words) });
    const late = new Promise((resolve) => setTimeout(resolve, FAREWELL_MS).unref());
    await Promise.race([said.catch(() => undefined), late]);
  }

  /** Asks after this time at the latest. */
  #next(delayMs: number): void {
    const due = now() + delayMs;
    if (this.#closed || due >= this.#due) return;
    this.#due = due;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), delayMs);
  }

  async #ask(): Promise<void> {
    // What is asked for meanwhile comes after it.
    this.#due = Number.POSITIVE_INFINITY;
    if (this.#asking !== undefined) {
      await this.#asking;
      this.#next(0);
      return;
    }
    this.#asking = this.#askOnce();
    await this.#asking;
    this.#asking = undefined;
    this.#next(this.#hurriedUntil > now() ? HURRIED_MS : ANNOUNCE_MS);
  }

  async #askOnce(): Promise<void> {
    const late = setTimeout(() => this.#take({ type: 'store-away', now: now() }), LATE_MS);
    try {
      const words = this.#mayAnnounce
        ? await this.#membership.announce({ ...this.#name(), ...this.#words() })
        : await this.#membership.members();
      this.#heard(words);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (this.#closed) return;
      if (error.code === 'name-taken') this.#settings.nameTaken(error.message);
      this.#take({ type: 'store-away', now: now() });
    } finally {
      clearTimeout(late);
    }
  }

  #heard(words: readonly MemberWord[]): void {
    if (this.#closed) return;
    if (!this.#mayAnnounce) this.#lookForNamesake(words);
    const members = words.map((word) => this.#parse(word));
    for (const name of [...this.#parsed.keys()]) {
      if (words.every((word) => word.name !== name)) this.#parsed.delete(name);
    }
    const noSwitch = new Set<string>();
    for (const { connected, name } of this.#core.nves()) {
      if (connected && !this.#settings.hasSwitch(name)) noSwitch.add(name);
    }
    this.#take({ type: 'members', now: now(), members, noSwitch });
  }

  #lookForNamesake(words: readonly MemberWord[]): void {
    const { instance } = this.#settings;
    const word = words.find(({ name }) => name === instance);
    const first = this.#namesake;
    if (word === undefined || (first !== undefined && now() - first.since > NAMESAKE_MS)) {
      this.#mayAnnounce = true;
      this.#next(0);
    } else if (first === undefined) this.#namesake = { word, rises: 0, since: now() };
    else if (first.word.beat !== word.beat) {
      first.word = word;
      if (++first.rises < 2) return;
      this.#settings.nameTaken(
        `another instance named ${instance} is alive in this domain: give this one another name with --instance`,
      );
    }
  }

  #parse(word: MemberWord): Member {
    const before = this.#parsed.get(word.name);
    if (before !== undefined && before.body === word.body && before.member.run === word.run) {
      const { announcement } = before.member;
      const confirmed = confirmedOf(word.head) ?? announcement.confirmed;
      return { ...before.member, beat: word.beat, announcement: { ...announcement, confirmed } };
    }
    const parsed = parseMember(word);
    if (!parsed.ok) {
      if (this.#complaints.get(word.name) !== parsed.error) this.#log.warn(parsed.error);
      this.#complaints.set(word.name, parsed.error);
      const { name, run, beat } = word;
      const announcement = before?.member.announcement ?? UNREADABLE;
      return { name, run, beat, announcement: { ...announcement, unreadable: true } };
    }
    this.#complaints.delete(word.name);
    this.#parsed.set(word.name, { body: word.body, member: parsed.value });
    return parsed.value;
  }

  #name(): { name: string; run: string } {
    return { name: this.#settings.instance, run: this.#run };
  }

  #words(): { head: Json; body: Json } {
    if (this.#body === undefined || now() - this.#bodyAt >= ANNOUNCE_MS) {
      this.#body = asJson(announcementToJson(this.#announcement())).body;
      this.#bodyAt = now();
    }
    return { head: { confirmed: this.#core.confirmed }, body: this.#body };
  }

  #announcement(): Member['announcement'] {
    const { version, startedAt } = this.#settings;
    const nves: AnnouncedNve[] = [];
    for (const state of this.#core.nves()) {
      // Who is not let in by this name would seem to be the one who has it.
      if (!state.connected || state.refusal !== undefined) continue;
      const { name, owner, ownerWhy, flowsDesired, flowsInstalled } = state;
      const lacks = this.#settings.hasSwitch(name) ? {} : ({ noSwitch: true } as const);
      const seen = { name, owner, controllers: this.#settings.controllersOf(name), ...lacks };
      const flows = { desired: flowsDesired, installed: flowsInstalled };
      const why = ownerWhy === undefined ? {} : { why: ownerWhy };
      const database = state.facts?.database;
      const evidence = database === undefined ? {} : { database };
      nves.push(owner ? { ...seen, ...why, flows, ...evidence } : seen);
    }
    return {
      version,
      startedAt: startedAt.toISOString(),
      confirmed: this.#core.confirmed,
      nves,
    };
  }
}

function asJson(words: { readonly head: unknown; readonly body: unknown }): {
  head: Json;
  body: Json;
} {
  return words as { head: Json; body: Json };
}

function confirmedOf(head: Json): number | undefined {
  const { confirmed } = (head ?? {}) as { confirmed?: Json };
  return typeof confirmed === 'number' ? confirmed : undefined;
}
