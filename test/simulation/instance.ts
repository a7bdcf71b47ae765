/**
 * One instance: a brain (the real core, or only its rules of ownership), its connections, its store, its timers.
 *
 * What lib/daemon does in real time, in virtual time: the inputs of one instant are taken together, the effects are
 * carried out in their order.
 */
import type { Effect, Input } from '../../lib/control/inputs.ts';
import type { AnnouncedNve, Member } from '../../lib/model/announcement.ts';
import { Process } from './network.ts';
import type { NveModel } from './nve-model.ts';
import { type Mutations, NveSessions } from './southbound-model.ts';
import { type Replica, StoreClient } from './store-client.ts';
import type { StoreModel } from './store-model.ts';
import type { Dice, Timeline } from './timeline.ts';

export interface Brain {
  /** Undefined: it has no records. */
  readonly replica: Replica | undefined;
  step(inputs: readonly Input[]): readonly Effect[];
  /** Rises when what it has to say of itself changes. */
  readonly serviceChanges: number;
  /** What it says of itself to the others. */
  announcement(): { readonly confirmed: number; readonly nves: readonly AnnouncedNve[] };
}

/** An announcement each 500 ms: common to all instances (lib/control/ownership.ts SILENCE_MAX_MS is six of them). */
const INTERVAL_MS = 500;
const COME_BACK_MS = 10_000;
/** lib/daemon/announcer.ts: so long a word under our own name may be that of another process. */
const NAMESAKE_MS = 1_500;
const NEWS_MS = 20;

export interface InstanceOptions {
  readonly name: string;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly store: StoreModel;
  readonly nves: readonly NveModel[];
  readonly makeBrain: (name: string) => Brain;
  readonly mutations: Mutations;
  readonly trace: (line: string) => void;
}

export class Instance {
  readonly name: string;
  process: Process;
  brain: Brain;
  sessions = new Map<string, NveSessions>();
  isStoreCut = false;
  /** It takes connections. */
  isListening = false;
  readonly #options: InstanceOptions;
  #client: StoreClient;
  #inputs: Input[] = [];
  #runs = 0;
  #clockOffset: number;
  #announcing = false;
  #isNews = false;
  #told = 0;
  #listensUntil: number | undefined;

  constructor(options: InstanceOptions) {
    this.name = options.name;
    this.#options = options;
    this.#clockOffset = options.dice.between(-300_000, 300_000);
    this.process = new Process(() => this.#flush());
    this.brain = options.makeBrain(this.name);
    this.#client = this.#newClient();
    this.#begin();
  }

  get isHealthy(): boolean {
    return this.process.state === 'running' && !this.isStoreCut;
  }

  restart(): void {
    const { dice, makeBrain } = this.#options;
    this.#inputs = [];
    this.#announcing = false;
    this.#listensUntil = undefined;
    this.isListening = false;
    this.process = new Process(() => this.#flush());
    if (dice.chance(0.3)) this.#clockOffset = dice.between(-300_000, 300_000);
    this.brain = makeBrain(this.name);
    this.#client = this.#newClient();
    this.#begin();
  }

  /** Something was written: it reaches us soon. */
  storeChanged(): void {
    this.#client.changed();
  }

  #begin(): void {
    const { nves, timeline, mutations, dice } = this.#options;
    const { process } = this;
    this.#runs++;
    const emit = (input: Input): void => {
      if (this.process === process && process.state === 'running') this.#inputs.push(input);
    };
    const clock = (): number => 1_000_000 + Math.floor(timeline.now) + this.#clockOffset;
    this.sessions = new Map(
      nves.map((nve, index) => {
        const endpoints = [{ type: 'geneve', ip: `10.9.0.${index + 1}` as never }] as const;
        const facts = { bridge: 'br-int', conditions: [], endpoints, database: nve.name };
        const options = { instance: this.name, nve, process, timeline, clock, facts, emit };
        return [nve.name, new NveSessions({ ...options, mutations })];
      }),
    );
    this.#client.start(() => {
      this.isListening = true;
      const comeBack = (): void => emit({ type: 'arrivals-over' });
      timeline.after(COME_BACK_MS, () => process.run(comeBack, true));
      timeline.after(dice.between(0, INTERVAL_MS), () => {
        process.run(() => this.#tick(process), true);
      });
    });
  }

  #newClient(): StoreClient {
    const { store, timeline, dice, trace } = this.#options;
    const { process } = this;
    return new StoreClient({
      ...{ name: this.name, store, timeline, dice, process, trace, replica: this.brain.replica },
      isCut: () => this.isStoreCut,
      emit: (input) => {
        if (this.process === process) this.#inputs.push(input);
      },
    });
  }

  #tick(process: Process): void {
    if (this.process !== process) return;
    const { timeline } = this.#options;
    timeline.after(INTERVAL_MS, () => process.run(() => this.#tick(process), true));
    this.#client.poll();
    this.#ask();
  }

  #ask(): void {
    const { timeline } = this.#options;
    this.#isNews = this.#announcing;
    if (this.#announcing) return;
    this.#announcing = true;
    if (this.#listensUntil === undefined || timeline.now < this.#listensUntil) {
      this.#client.members((members) => this.#heard(members));
      return;
    }
    const words = { version: '1', startedAt: '2026-01-01T00:00:00Z', ...this.brain.announcement() };
    this.#client.announce(`${this.name}-${this.#runs}`, words, (members) => this.#heard(members));
  }

  #heard(members: readonly Member[] | undefined): void {
    const { now } = this.#options.timeline;
    this.#announcing = false;
    if (this.#isNews) this.#askSoon();
    if (members === undefined) {
      this.#inputs.push({ type: 'store-away', now });
      return;
    }
    const hasNamesake = members.some(({ name }) => name === this.name);
    this.#listensUntil ??= hasNamesake ? now + NAMESAKE_MS : now;
    this.#inputs.push({ type: 'members', now, members });
    this.#client.publishAgain();
  }

  #flush(): void {
    if (this.#inputs.length === 0) return;
    const inputs = this.#inputs;
    this.#inputs = [];
    for (const effect of this.brain.step(inputs)) this.#carryOut(effect);
    if (this.brain.serviceChanges !== this.#told) this.#askSoon();
    this.#told = this.brain.serviceChanges;
    // What was carried out at once may have told something.
    if (this.#inputs.length > 0) this.#flush();
  }

  /** What is new with us is told soon. */
  #askSoon(): void {
    const { process } = this;
    this.#options.timeline.after(NEWS_MS, () => process.run(() => this.#ask(), true));
  }

  #carryOut(effect: Effect): void {
    const { timeline, trace } = this.#options;
    const { process } = this;
    switch (effect.type) {
      case 'notice':
      case 'monitors':
        return;
      case 'publish':
        this.#client.publish(effect.writes);
        return;
      case 'retry':
        timeline.after(effect.delayMs, () =>
          process.run(() => this.#inputs.push({ type: 'reread', nve: effect.nve }), true),
        );
        return;
      case 'lock':
        trace(`${this.name}: ${effect.action} ${effect.nve}`);
        this.sessions.get(effect.nve)?.carryOut(effect);
        return;
      case 'bridge':
        this.sessions.get(effect.nve)?.takeStand(effect.stand);
        return;
      default:
        this.sessions.get(effect.nve)?.carryOut(effect);
    }
  }
}
