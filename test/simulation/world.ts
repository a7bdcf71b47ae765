/**
 * NVEs, instances and a store in one virtual world, what befalls them, and what must be true of them at the end.
 */
import { type Brain, Instance } from './instance.ts';
import { Link, Path } from './network.ts';
import { NveModel } from './nve-model.ts';
import type { Mutations } from './southbound-model.ts';
import { StoreModel } from './store-model.ts';
import { Dice, Timeline } from './timeline.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly makeBrain: (name: string) => Brain;
  readonly mutations?: Mutations;
  readonly traces?: boolean;
  /** By default as the dice fall. */
  readonly nveCount?: number;
  readonly instanceCount?: number;
}

/** A rule was broken: the run ends there. */
export class Violation extends Error {}

const INSTANCES = ['a', 'b', 'c', 'd'];

export class World {
  readonly timeline = new Timeline();
  readonly dice: Dice;
  readonly store = new StoreModel();
  readonly nves: NveModel[];
  readonly instances: Instance[];
  readonly lines: string[] = [];
  onHandOver: (nve: NveModel, instance: string) => void = () => undefined;
  readonly #paths = new Map<string, Path>();
  readonly #traces: boolean;

  constructor(options: WorldOptions) {
    const { seed, makeBrain, mutations = {} } = options;
    this.dice = new Dice(seed);
    this.#traces = options.traces === true;
    const { timeline, dice, store } = this;
    const trace = (line: string): void => this.trace(line);
    const fail = (sentence: string): void => {
      this.trace(sentence);
      throw new Violation(sentence);
    };
    const nveCount = options.nveCount ?? dice.between(1, 7);
    const onHandOver = (nve: NveModel, instance: string): void => this.onHandOver(nve, instance);
    this.nves = Array.from(
      { length: nveCount },
      (_, index) =>
        new NveModel(`hv${index + 1}`, index + 1, { timeline, dice, trace, fail, onHandOver }),
    );
    const { nves } = this;
    const names = INSTANCES.slice(0, options.instanceCount ?? dice.between(2, 4));
    const common = { timeline, dice, store, nves, makeBrain, mutations, trace };
    this.instances = names.map((name) => new Instance({ ...common, name }));
    store.onChange = () => {
      for (const instance of this.instances) instance.storeChanged();
    };
    for (const nve of nves) for (const instance of this.instances) this.#join(nve, instance);
  }

  trace(line: string): void {
    if (this.#traces) this.lines.push(`${(this.timeline.now / 1000).toFixed(3)} ${line}`);
  }

  path(nve: NveModel, instance: Instance): Path {
    const path = this.#paths.get(`${nve.name} ${instance.name}`);
    if (path === undefined) throw new Error('no such path');
    return path;
  }

  pathsOf(instance: Instance): Path[] {
    return this.nves.map((nve) => this.path(nve, instance));
  }

  run(ms: number): void {
    this.timeline.runUntil(this.timeline.now + ms);
  }

  handOvers(): number {
    return this.nves.reduce((sum, nve) => sum + nve.handOvers, 0);
  }

  freeze(instance: Instance): void {
    const { process } = instance;
    if (process.state !== 'running') return;
    process.state = 'frozen';
    this.trace(`${instance.name} freezes`);
    this.#doubt(instance);
  }

  wake(instance: Instance): void {
    if (instance.process.state !== 'frozen') return;
    this.trace(`${instance.name} wakes`);
    instance.process.wake(this.dice.chance(0.5));
  }

  /** Its kernel ends its connections; that of a machine without power does not. */
  kill(instance: Instance, hasPower: boolean): void {
    if (instance.process.state === 'dead') return;
    this.trace(`${instance.name} is killed${hasPower ? '' : ' without a word'}`);
    instance.process.state = 'dead';
    for (const path of this.pathsOf(instance)) {
      for (const link of [...path.links]) if (hasPower) link.close('instance');
    }
    if (!hasPower) this.#doubt(instance);
  }

  restart(instance: Instance): void {
    if (instance.process.state !== 'dead') return;
    this.trace(`${instance.name} starts`);
    instance.restart();
  }

  #doubt(instance: Instance): void {
    const { process } = instance;
    const { state } = process;
    for (const path of this.pathsOf(instance)) {
      for (const link of path.links) link.doubt(() => process.state === state);
    }
  }

  #join(nve: NveModel, instance: Instance): void {
    this.#paths.set(`${nve.name} ${instance.name}`, new Path());
    this.timeline.after(this.dice.between(0, 3000), () => this.#connect(nve, instance, 'database'));
    this.timeline.after(this.dice.between(0, 3000), () => this.#connect(nve, instance, 'switch'));
  }

  /** The NVE connects, and again when the connection has ended: with waits as Open vSwitch's (max_backoff). */
  #connect(nve: NveModel, instance: Instance, kind: 'database' | 'switch'): void {
    const path = this.path(nve, instance);
    const { process } = instance;
    const again = (): void => {
      const waitMs = kind === 'database' ? this.dice.between(1000, 8000) : 1000;
      this.timeline.after(waitMs, () => this.#connect(nve, instance, kind));
    };
    if (path.isCut || process.state === 'dead' || !instance.isListening) {
      again();
      return;
    }
    const link = new Link(path, process, this.timeline, this.dice);
    link.onClosed('nve', again);
    if (process.state === 'frozen') link.doubt(() => process.state === 'frozen');
    link.send('instance', () => {
      const sessions = instance.sessions.get(nve.name);
      if (kind === 'database') sessions?.databaseConnected(link);
      else sessions?.switchConnected(link);
    });
  }
}
