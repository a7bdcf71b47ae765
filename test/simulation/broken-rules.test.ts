import { expect } from 'chai';
import { OwnershipBrain } from './brains.ts';
import { expectOwners } from './checks.ts';
import { Faults } from './faults.ts';
import { violationOf } from './seeds.ts';
import type { Mutations } from './southbound-model.ts';
import { World } from './world.ts';

/** So rare is the rarest: a pair of transactions in one instant. */
const SEEDS_MAX = 5_000;

/** The first violation that some seed finds. `from`: where it is known to come soon, to save time. */
function firstViolation(mutations: Mutations, from = 1): string | undefined {
  for (let seed = from; seed < from + SEEDS_MAX; seed++) {
    const makeBrain = (name: string) => new OwnershipBrain(name);
    const world = new World({ seed, makeBrain, mutations });
    const found = violationOf(() => {
      const faults = new Faults(world, { storeForgets: true });
      faults.begin();
      world.run(30_000);
      faults.heal();
      world.run(30_000);
      expectOwners(world);
    });
    if (found !== undefined) return found.message;
  }
  return undefined;
}

describe('the simulation notices', () => {
  it('who takes the clock for the generation, whatever the NVE has seen', () => {
    expect(firstViolation({ clockAlone: true })).to.match(/is the master of|obeys another/);
  });

  it('who writes without the lock', () => {
    expect(firstViolation({ noLock: true })).to.match(
      /is the master of|obeys another|took a write/,
    );
  });

  it('who does not say which generation is replaced', function () {
    this.timeout(120_000);
    expect(firstViolation({ unguardedGeneration: true }, 1_080)).to.match(/both use/);
  });
});
