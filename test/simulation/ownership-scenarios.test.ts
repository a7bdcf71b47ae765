import { expect } from 'chai';
import { OwnershipBrain } from './brains.ts';
import { expectOwners } from './checks.ts';
import type { Instance } from './instance.ts';
import { World } from './world.ts';

/** A quiet world of many NVEs that have spread over all instances. */
function settled(seed: number): World {
  const makeBrain = (name: string) => new OwnershipBrain(name);
  const world = new World({ seed, makeBrain, nveCount: 12, instanceCount: 3 });
  world.run(30_000);
  expectOwners(world);
  return world;
}

function first(world: World): Instance {
  const [instance] = world.instances;
  if (instance === undefined) throw new Error('a world without instances');
  return instance;
}

/** How long until each NVE has a master that is not this one. */
function servedByOthersAfter(world: World, lost: Instance): number {
  const begun = world.timeline.now;
  const isServed = (): boolean =>
    world.nves.every(
      (nve) =>
        nve.master !== undefined &&
        nve.master.client.instance !== lost.name &&
        nve.master.client.instance === nve.holder?.client.instance,
    );
  while (!isServed() && world.timeline.now - begun < 60_000) world.run(20);
  return world.timeline.now - begun;
}

function worst(count: number, measure: (seed: number) => number): number {
  return Math.max(...Array.from({ length: count }, (_, seed) => measure(seed)));
}

describe('the NVEs of an instance', () => {
  it('have another master at once when it is killed', () => {
    const time = worst(30, (seed) => {
      const world = settled(seed);
      world.kill(first(world), true);
      return servedByOthersAfter(world, first(world));
    });
    // A message may be 400 ms under way in this world.
    expect(time).to.be.below(2_000);
  });

  it('have another master within six seconds when it freezes', () => {
    const time = worst(30, (seed) => {
      const world = settled(seed);
      world.freeze(first(world));
      return servedByOthersAfter(world, first(world));
    });
    expect(time).to.be.within(3_000, 6_000);
  });

  it('are each handed over once and no more when it freezes for good', () => {
    const count = worst(30, (seed) => {
      const world = settled(seed);
      const lost = first(world);
      const owned = world.nves.filter((nve) => nve.holder?.client.instance === lost.name).length;
      const before = world.handOvers();
      world.freeze(lost);
      servedByOthersAfter(world, lost);
      return world.handOvers() - before - owned;
    });
    expect(count).to.be.at.most(1);
  });

  it('have another master within six seconds when it is cut from the store', () => {
    const time = worst(30, (seed) => {
      const world = settled(seed);
      first(world).isStoreCut = true;
      return servedByOthersAfter(world, first(world));
    });
    expect(time).to.be.below(6_500);
  });
});

describe('hand-overs', () => {
  it('are few while no instance has the store, and end when it is back', () => {
    const [hours, nves] = [1, 12];
    const count = worst(4, (seed) => {
      const world = settled(seed);
      const before = world.handOvers();
      world.store.isAway = true;
      world.run(hours * 3_600_000);
      const moved = world.handOvers() - before;
      expect(moved, 'each is offered').to.be.at.least(nves);
      world.store.isAway = false;
      world.run(20_000);
      expectOwners(world);
      const settledAt = world.handOvers();
      world.run(60_000);
      expect(world.handOvers()).to.equal(settledAt);
      return moved;
    });
    // One per doubling of the time without it up to 10 minutes, then one in 5 minutes.
    expect(count / nves / hours).to.be.below(20);
  });

  it('give an instance that joins its share with at most two hand-overs for each NVE', () => {
    const count = worst(30, (seed) => {
      const world = settled(seed);
      world.kill(first(world), true);
      world.run(20_000);
      const before = world.handOvers();
      world.restart(first(world));
      world.run(30_000);
      expectOwners(world);
      return world.handOvers() - before;
    });
    expect(count).to.be.at.most(2 * 4 + 4);
  });
});
