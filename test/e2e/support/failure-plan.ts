/**
 * A seeded plan of failures: the same seed gives the same steps in the same order. Pure; what is wrong at any time is
 * known from the plan alone, so that each step makes sense (nobody is killed twice) and everything is undone at the end.
 */

export type FailureStep = {
  /** After the step before it. */
  readonly afterMs: number;
} & (
  | {
      readonly action: 'kill' | 'start' | 'restart' | 'pause' | 'resume';
      readonly instance: number;
    }
  | { readonly action: 'cut-store' | 'heal-store'; readonly instance: number }
  | { readonly action: 'cut-nve' | 'heal-nve'; readonly instance: number; readonly nve: number }
  | { readonly action: 'flush' }
  | { readonly action: 'attach' | 'move'; readonly nve: number }
  | { readonly action: 'detach' }
);

type Act = FailureStep extends infer Step
  ? Step extends { readonly afterMs: number }
    ? Omit<Step, 'afterMs'>
    : never
  : never;

export interface FailurePlanOptions {
  readonly seed: number;
  readonly instances: number;
  readonly nves: number;
  readonly steps: number;
  /** Between two steps, at most. */
  readonly pauseMaxMs: number;
}

export function planFailures(options: FailurePlanOptions): readonly FailureStep[] {
  const random = randomFrom(options.seed);
  const world = new World(options.instances, options.nves, random);
  return Array.from({ length: options.steps }, () => {
    const afterMs = Math.floor(random() * options.pauseMaxMs);
    return { afterMs, ...world.step() };
  });
}

/** What the plan has made wrong so far. */
class World {
  readonly #random: () => number;
  readonly #nves: number;
  readonly #states: ('up' | 'down' | 'paused')[];
  readonly #storeCut: boolean[];
  /** `instance nve` */
  readonly #nveCuts = new Set<string>();
  #place: number | undefined;

  constructor(instances: number, nves: number, random: () => number) {
    this.#random = random;
    this.#nves = nves;
    this.#states = Array.from({ length: instances }, () => 'up' as const);
    this.#storeCut = Array.from({ length: instances }, () => false);
  }

  step(): Act {
    const kinds = [() => this.#process(), () => this.#cut(), () => this.#tenant()];
    // Redis is emptied seldom: refilling it is work of its own.
    if (this.#random() < 0.05) return { action: 'flush' };
    return (this.#pick(kinds) ?? (() => this.#tenant()))();
  }

  #process(): Act {
    const instance = this.#below(this.#states.length);
    const state = this.#states[instance];
    if (state === 'down') return this.#becomes(instance, 'up', 'start');
    if (state === 'paused') return this.#becomes(instance, 'up', 'resume');
    // One is always left to serve.
    if (this.#states.filter((one) => one === 'up').length === 1)
      return { action: 'restart', instance };
    const action = this.#pick(['kill', 'pause', 'restart'] as const) ?? 'restart';
    if (action === 'restart') return { action, instance };
    return this.#becomes(instance, action === 'kill' ? 'down' : 'paused', action);
  }

  #becomes(
    instance: number,
    state: 'up' | 'down' | 'paused',
    action: 'kill' | 'start' | 'pause' | 'resume',
  ): Act {
    this.#states[instance] = state;
    return { action, instance };
  }

  #cut(): Act {
    const instance = this.#below(this.#states.length);
    if (this.#random() < 0.5) {
      const isCut = this.#storeCut[instance] === true;
      this.#storeCut[instance] = !isCut;
      return { action: isCut ? 'heal-store' : 'cut-store', instance };
    }
    const nve = this.#below(this.#nves);
    const key = `${instance} ${nve}`;
    if (this.#nveCuts.delete(key)) return { action: 'heal-nve', instance, nve };
    this.#nveCuts.add(key);
    return { action: 'cut-nve', instance, nve };
  }

  #tenant(): Act {
    const nve = this.#below(this.#nves);
    if (this.#place === undefined) {
      this.#place = nve;
      return { action: 'attach', nve };
    }
    if (this.#place !== nve) {
      this.#place = nve;
      return { action: 'move', nve };
    }
    this.#place = undefined;
    return { action: 'detach' };
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[this.#below(items.length)];
  }
}

/** Numbers from 0 up to 1 (mulberry32, public domain). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
