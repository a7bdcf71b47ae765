/**
 * What must be true of a world in which nothing has gone wrong for a while.
 */
import type { Instance } from './instance.ts';
import { storedDomain } from './stored-domain.ts';
import type { World } from './world.ts';
import { Violation } from './world.ts';

/** Every NVE has one owner, who writes to it; and the owners have about as many. */
export function expectOwners(world: World): void {
  const counts = new Map(world.instances.map(({ name }) => [name, 0]));
  const departed = new Set(
    storedDomain(world)
      .departures()
      .map(({ nve }) => nve),
  );
  for (const nve of world.nves) {
    const holder = nve.holder?.client.instance;
    if (holder === undefined) throw new Violation(`nobody owns ${nve.name}`);
    const believers = world.instances.filter((one) => one.sessions.get(nve.name)?.holdsLock);
    expectOnly(believers, holder, `believes that it owns ${nve.name}`);
    counts.set(holder, (counts.get(holder) ?? 0) + 1);
    // Nobody writes to one that is let go.
    if (departed.has(nve.name)) continue;
    const masters = world.instances.filter((one) => one.sessions.get(nve.name)?.isMaster);
    expectOnly(masters, holder, `is the master of ${nve.name}`);
    if (nve.master?.client.instance !== holder) {
      throw new Violation(`${holder} owns ${nve.name}, whose switch obeys another`);
    }
  }
  const all = [...counts.values()];
  if (Math.max(...all) - Math.min(...all) > 1) {
    const text = [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
    throw new Violation(`the NVEs are not spread evenly: ${text}`);
  }
}

function expectOnly(found: readonly Instance[], name: string, what: string): void {
  const names = found.map((instance) => instance.name).join(' and ');
  if (names !== name) throw new Violation(`${names || 'nobody'} ${what}, and ${name} should`);
}

/** Nothing moves for so long. */
export function expectRest(world: World, ms: number): void {
  const before = world.handOvers();
  world.run(ms);
  const moved = world.handOvers() - before;
  if (moved > 0) throw new Violation(`${moved} locks went from hand to hand without a cause`);
}
