/**
 * What befalls a world, by its dice; each fault ends after a while, and all of them when `heal` says so.
 */
import type { Instance } from './instance.ts';
import type { NveModel } from './nve-model.ts';
import type { World } from './world.ts';

export class Faults {
  readonly #world: World;
  readonly #storeForgets: boolean;
  #isOver = false;
  /** All faults that stand now, with what ends them. */
  readonly #standing = new Set<() => void>();

  /** `storeForgets`: it may also be emptied, lose its newest batches, or keep no feed. */
  constructor(world: World, { storeForgets }: { storeForgets: boolean }) {
    this.#world = world;
    this.#storeForgets = storeForgets;
  }

  /** One at a time, and several at once when they come fast. */
  begin(): void {
    this.#next();
    // The moments after a hand-over are where two writers could meet.
    this.#world.onHandOver = (nve, name) => {
      const instance = this.#world.instances.find((one) => one.name === name);
      const { dice, timeline } = this.#world;
      if (instance === undefined || !dice.chance(0.1)) return;
      timeline.after(dice.between(1, 12), () => this.#disturb(instance, nve));
    };
  }

  heal(): void {
    this.#isOver = true;
    for (const end of [...this.#standing]) end();
    this.#world.trace('all faults are over');
  }

  #next(): void {
    const { timeline, dice } = this.#world;
    timeline.after(dice.between(50, 4000), () => {
      if (this.#isOver) return;
      this.#strike();
      this.#next();
    });
  }

  #strike(): void {
    const { dice, instances, nves } = this.#world;
    const instance = dice.pick(instances);
    const nve = dice.pick(nves);
    if (instance === undefined || nve === undefined) return;
    const faults = [
      () => this.#kill(instance),
      () => this.#freeze(instance),
      () => this.#freeze(instance),
      () => this.#cutStore(instance),
      () => this.#cutNves(instance, [nve]),
      () =>
        this.#cutNves(
          instance,
          nves.filter(() => dice.chance(0.5)),
        ),
      () => this.#storeAway(),
      ...(this.#storeForgets ? [() => this.#forget()] : []),
    ];
    dice.pick(faults)?.();
  }

  #disturb(instance: Instance, nve: NveModel): void {
    if (this.#isOver) return;
    if (this.#world.dice.chance(0.5)) this.#freeze(instance);
    else this.#cutNves(instance, [nve]);
  }

  #kill(instance: Instance): void {
    const world = this.#world;
    world.kill(instance, world.dice.chance(0.7));
    this.#stand(world.dice.between(100, 15_000), () => world.restart(instance));
  }

  #freeze(instance: Instance): void {
    const world = this.#world;
    world.freeze(instance);
    this.#stand(world.dice.between(20, 15_000), () => world.wake(instance));
  }

  #cutStore(instance: Instance): void {
    instance.isStoreCut = true;
    this.#world.trace(`${instance.name} is cut from the store`);
    this.#stand(this.#world.dice.between(100, 20_000), () => {
      instance.isStoreCut = false;
      this.#world.trace(`${instance.name} is not cut from the store any more`);
    });
  }

  #cutNves(instance: Instance, nves: readonly NveModel[]): void {
    for (const nve of nves) {
      const path = this.#world.path(nve, instance);
      if (path.isCut) continue;
      path.cut();
      this.#world.trace(`${instance.name} is cut from ${nve.name}`);
      this.#stand(this.#world.dice.between(100, 20_000), () => {
        path.heal();
        this.#world.trace(`${instance.name} is not cut from ${nve.name} any more`);
      });
    }
  }

  #storeAway(): void {
    const { store, dice } = this.#world;
    store.isAway = true;
    this.#world.trace('the store is away');
    this.#stand(dice.between(100, 20_000), () => {
      store.isAway = false;
      this.#world.trace('the store is back');
    });
  }

  /** Emptied, behind, or with a feed that keeps nothing. */
  #forget(): void {
    const { store, dice, trace } = {
      ...this.#world,
      trace: (line: string) => this.#world.trace(line),
    };
    const lost = dice.between(1, 6);
    dice.pick([
      () => {
        trace('the store is emptied');
        store.wipe();
      },
      () => {
        trace(`the store loses its last ${lost} batches`);
        store.rewind(lost);
      },
      () => {
        trace('the feed is trimmed');
        store.trim();
      },
    ])?.();
  }

  #stand(ms: number, end: () => void): void {
    const endOnce = (): void => {
      if (!this.#standing.delete(endOnce)) return;
      end();
    };
    this.#standing.add(endOnce);
    this.#world.timeline.after(ms, endOnce);
  }
}
