import { CoreBrain } from './brains.ts';
import { expectOwners, expectRest } from './checks.ts';
import { Faults } from './faults.ts';
import {
  expectAddresses,
  expectAttachments,
  expectDepartures,
  expectFewWrites,
  expectIntent,
  expectNumbers,
  expectReplicas,
  expectTables,
} from './record-checks.ts';
import { describeSeeds } from './seeds.ts';
import { storedDomain } from './stored-domain.ts';
import { Tenants } from './tenants.ts';
import { World } from './world.ts';

describe('the cores of several instances, whatever befalls them', () => {
  describeSeeds(
    'end with the tables that the records call for, and the records that the NVEs show',
    {
      count: 600,
      file: 'test/simulation/core-simulation.test.ts',
      run: (seed, traces) => {
        const brains = new Map<string, CoreBrain>();
        const makeBrain = (name: string) => {
          const brain = new CoreBrain(name);
          brains.set(name, brain);
          return brain;
        };
        const world = new World({ seed, makeBrain, traces });
        return {
          world,
          play: () => {
            const tenants = new Tenants(world);
            const forgets = world.dice.chance(0.5);
            const faults = new Faults(world, { storeForgets: forgets });
            tenants.declareAll();
            world.run(world.dice.between(0, 10_000));
            faults.begin();
            tenants.begin();
            world.run(world.dice.between(5_000, 30_000));
            faults.heal();
            tenants.end();
            world.run(30_000);
            expectOwners(world);
            const domain = storedDomain(world);
            expectAttachments(world, domain);
            expectNumbers(world, domain);
            expectDepartures(world, domain);
            expectAddresses(world, domain);
            expectTables(world, domain);
            expectReplicas(world, brains);
            expectFewWrites(world, tenants);
            if (!forgets) expectIntent(world, tenants.confirmed);
            expectRest(world, 15_000);
          },
        };
      },
    },
  );
});
