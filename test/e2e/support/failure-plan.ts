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
);

/** What a tenant does next; attached already, it moves. */
export interface TenantStep {
  readonly afterMs: number;
  readonly tenant: number;
  /** Undefined: it goes away. */
  readonly nve: number | undefined;
}

/** With the store for so long, an instance has read it; after SIGCONT and a heal its connection takes a while. */
const COPY_MS = 4_000;

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
    return { afterMs, ...world.step(afterMs) };
  });
}

/** Without end: tenants come, move and go while the failures are carried out. */
export function* planTenants(options: {
  readonly seed: number;
  readonly tenants: number;
  readonly nves: number;
  readonly pauseMaxMs: number;
}): Generator<TenantStep> {
  const random = randomFrom(options.seed);
  for (;;) {
    const afterMs = Math.floor(random() * options.pauseMaxMs);
    const tenant = Math.floor(random() * options.tenants);
    // One in four goes away.
    const nve = random() < 0.25 ? undefined : Math.floor(random() * options.nves);
    yield { afterMs, tenant, nve };
  }
}

/** What the plan has made wrong so far. */
class World {
  readonly #random: () => number;
  readonly #nves: number;
  readonly #states: ('up' | 'down' | 'paused')[];
  readonly #storeCut: boolean[];
  /** How long each process has been with a store that holds everything. */
  readonly #learntMs: number[];
  #isStoreFull = true;
  /** `instance nve` */
  readonly #nveCuts = new Set<string>();

  constructor(instances: number, nves: number, random: () => number) {
    this.#random = random;
    this.#nves = nves;
    this.#states = Array.from({ length: instances }, () => 'up' as const);
    this.#storeCut = Array.from({ length: instances }, () => false);
    this.#learntMs = Array.from({ length: instances }, () => COPY_MS);
  }

  step(elapsedMs: number): Act {
    this.#pass(elapsedMs);
    // Redis is emptied seldom: refilling it is work of its own.
    if (this.#random() < 0.05 && this.#holders().length > 0) {
      this.#isStoreFull = false;
      return { action: 'flush' };
    }
    return this.#random() < 0.6 ? this.#process() : this.#cut();
  }

  /** Time goes by: who is with the store learns what it holds, and gives an emptied one what it lacks. */
  #pass(elapsedMs: number): void {
    const connected = this.#states.map(
      (state, instance) => state === 'up' && this.#storeCut[instance] !== true,
    );
    this.#isStoreFull ||= this.#holders().some((instance) => connected[instance]);
    connected.forEach((isConnected, instance) => {
      if (isConnected && this.#isStoreFull) {
        this.#learntMs[instance] = (this.#learntMs[instance] ?? 0) + elapsedMs;
      }
    });
  }

  /** Those that surely have a copy of everything. */
  #holders(): readonly number[] {
    return this.#learntMs.flatMap((ms, instance) => (ms >= COPY_MS ? [instance] : []));
  }

  #process(): Act {
    const instance = this.#below(this.#states.length);
    const state = this.#states[instance];
    if (state === 'down') return this.#becomes(instance, 'up', 'start');
    if (state === 'paused') return this.#becomes(instance, 'up', 'resume');
    const isLastUp = this.#states.filter((one) => one === 'up').length === 1;
    // What only one process knows goes with it: nobody could bring it back.
    const isLastCopy = !this.#holders().some((other) => other !== instance);
    if (isLastUp && isLastCopy) return this.#cut();
    if (isLastCopy) return this.#becomes(instance, 'paused', 'pause');
    const choices = isLastUp ? (['restart'] as const) : (['kill', 'pause', 'restart'] as const);
    const action = this.#pick<'kill' | 'pause' | 'restart'>(choices) ?? 'restart';
    if (action !== 'pause') this.#learntMs[instance] = 0;
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
