import { OwnershipBrain } from './brains.ts';
import { expectOwners, expectRest } from './checks.ts';
import { Faults } from './faults.ts';
import { describeSeeds } from './seeds.ts';
import { World } from './world.ts';

describe('instances that share NVEs, whatever befalls them', () => {
  describeSeeds(
    'end with one owner for each NVE, evenly spread, and never write over a newer one',
    {
      count: 1000,
      file: 'test/simulation/ownership-simulation.test.ts',
      run: (seed, traces) => {
        const makeBrain = (name: string) => new OwnershipBrain(name);
        const world = new World({ seed, makeBrain, traces });
        return {
          world,
          play: () => {
            const faults = new Faults(world, { storeForgets: true });
            world.run(world.dice.between(0, 10_000));
            faults.begin();
            world.run(world.dice.between(5_000, 40_000));
            faults.heal();
            world.run(30_000);
            expectOwners(world);
            expectRest(world, 20_000);
          },
        };
      },
    },
  );
});
