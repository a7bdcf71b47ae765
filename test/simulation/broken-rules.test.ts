import { expect } from 'chai';
import { OwnershipBrain } from './brains.ts';
import { expectOwners } from './checks.ts';
import { Faults } from './faults.ts';
import { violationOf } from './seeds.ts';
import type { Mutations } from './southbound-model.ts';
import { World } from './world.ts';

/** The first violation that some seed finds. */
function firstViolation(mutations: Mutations): string | undefined {
  for (let seed = 1; seed <= 500; seed++) {
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

  it('who does not say which generation is replaced', () => {
    expect(firstViolation({ unguardedGeneration: true })).to.match(/both use/);
  });
});
