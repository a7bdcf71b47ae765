/**
 * How many NVEs each living instance owns, and which hand-over would make that more even.
 *
 * Everybody reckons with the same words and comes to the same moves, those of the others included, so that two
 * givers do not fill the same gap. Who is connected to all NVEs ends within one of the others that are, also where
 * some are connected to few. (One share for all would not do that: what the poorly connected cannot take would stay
 * with whoever has it.)
 */
import type { NveName } from '../model/records.ts';

export interface Load {
  readonly name: string;
  /** NVEs connected to it. */
  readonly nves: ReadonlyMap<NveName, boolean>;
  /** The last is given first. */
  readonly givable: NveName[];
  /** False: it says that it owns what somebody else owns, so its word is old, perhaps the last before it died. */
  readonly isCurrent: boolean;
  /** With those that will come to it. */
  count: number;
}

export interface Move {
  readonly nve: NveName;
  readonly from: string;
  readonly to: string;
}

/** Of `self`, and of the peers that are alive. `held`: what `self` owns; the last is given first. */
export function loadsOf(
  self: string,
  nves: ReadonlyMap<NveName, boolean>,
  held: readonly NveName[],
  peers: readonly { name: string; alive: boolean; nves: ReadonlyMap<NveName, boolean> }[],
): Load[] {
  const loads: Load[] = [
    { name: self, nves, givable: [...held], isCurrent: true, count: held.length },
  ];
  const owned = new Set(held);
  const contested = contestedOf(held, peers);
  for (const peer of peers) {
    if (!peer.alive) continue;
    const givable = [...peer.nves].filter(([nve, owns]) => owns && !owned.has(nve));
    for (const [nve] of givable) owned.add(nve);
    const names = givable.map(([nve]) => nve);
    const isCurrent = [...peer.nves].every(([nve, owns]) => !owns || !contested.has(nve));
    loads.push({
      ...{ name: peer.name, nves: peer.nves, givable: names },
      ...{ isCurrent, count: names.length },
    });
  }
  // What is between two owners now will come to rest where there is least.
  for (const nve of new Set(loads.flatMap((load) => [...load.nves.keys()]))) {
    if (owned.has(nve)) continue;
    const heir = leastLoaded(loads.filter((load) => load.nves.has(nve)));
    if (heir !== undefined) heir.count++;
  }
  return loads;
}

/** From who has most to who has least and is connected to it, where that makes them more even; it is counted as made. */
export function nextMove(loads: readonly Load[]): Move | undefined {
  const ascending = [...loads].sort(byCount);
  for (const from of [...ascending].reverse()) {
    for (const to of ascending) {
      if (from.count - to.count < 2) break;
      if (!to.isCurrent) continue;
      const nve = from.givable.findLast((name) => to.nves.has(name));
      if (nve === undefined) continue;
      from.givable.splice(from.givable.lastIndexOf(nve), 1);
      from.count--;
      to.count++;
      return { nve, from: from.name, to: to.name };
    }
  }
  return undefined;
}

/** NVEs of which two say that they own them. */
function contestedOf(
  held: readonly NveName[],
  peers: readonly { alive: boolean; nves: ReadonlyMap<NveName, boolean> }[],
): Set<NveName> {
  const owned = new Set(held);
  const contested = new Set<NveName>();
  for (const peer of peers) {
    if (!peer.alive) continue;
    for (const [nve, owns] of peer.nves) {
      if (owns && owned.has(nve)) contested.add(nve);
      if (owns) owned.add(nve);
    }
  }
  return contested;
}

function leastLoaded(loads: readonly Load[]): Load | undefined {
  return [...loads].sort(byCount)[0];
}

function byCount(one: Load, other: Load): number {
  return one.count - other.count || (one.name < other.name ? -1 : 1);
}
