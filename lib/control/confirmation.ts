/**
 * What the switches have confirmed, over all instances: what this one serves it knows itself, of the rest it has the
 * word of whoever serves it. Pure.
 */

import type { Domain } from '../model/domain.ts';
import type { NveName } from '../model/records.ts';
import type { MembersView } from './members-view.ts';
import type { NveState } from './nve-state.ts';

/** Of the core, what shows how far its switches are. */
export interface Confirming {
  readonly domain: Pick<Domain, 'departure'>;
  readonly members: MembersView | undefined;
  nves(): Iterable<NveState>;
  nve(name: NveName): NveState | undefined;
}

/** NVEs that are connected to this or to another living instance. */
export function connectedNves(core: Confirming): NveName[] {
  const names = new Set<NveName>();
  for (const state of core.nves()) if (state.connected) names.add(state.name);
  for (const { alive, announcement } of core.members?.all() ?? []) {
    if (alive) for (const nve of announcement.nves) names.add(nve.name);
  }
  // Of those that were let go nothing is desired.
  return [...names].filter((name) => core.domain.departure(name) === undefined).sort();
}

/** What is to be confirmed: for our own switches a moment of the core, for those of others a revision of the store. */
export interface Target {
  readonly moment: number;
  readonly revision: number;
}

/** Whether all have; asked after each step, so it ends at the first that has not. */
export function allConfirmed(core: Confirming, target: Target): boolean {
  const pending = pendingReasons(core, target);
  for (const state of core.nves()) {
    if (state.connected && pending(state.name) !== undefined) return false;
  }
  for (const { alive, announcement } of core.members?.all() ?? []) {
    if (!alive) continue;
    for (const { name } of announcement.nves) {
      if (core.nve(name)?.connected !== true && pending(name) !== undefined) return false;
    }
  }
  return true;
}

/** Tells why an NVE has not confirmed the target, in one sentence; undefined: it has. */
export function pendingReasons(
  core: Confirming,
  { moment, revision }: Target,
): (nve: NveName) => string | undefined {
  const { members } = core;
  const confirmed = new Map(
    members?.all().map(({ name, announcement }) => [name, announcement.confirmed]),
  );
  return (nve) => {
    // Of one that is let go nothing is desired.
    if (core.domain.departure(nve) !== undefined) return undefined;
    const state = core.nve(nve);
    if (members === undefined) return state?.pending(moment);
    if (state?.owner === true) return state.pending(moment);
    const owner = members.ownerOf(nve)?.instance;
    // Our own word may be older than what we know.
    if (owner === undefined || owner === members.self) return 'no instance serves it at the moment';
    if ((confirmed.get(owner) ?? 0) >= revision) return undefined;
    return `${owner} serves it and has not confirmed revision ${revision} yet`;
  };
}

/** Whether all others have what was decided: by what their switches have told us, or whoever serves them. */
export function othersConfirmed(core: Confirming, nve: NveName, target: Target): boolean {
  const pending = pendingReasons(core, target);
  return connectedNves(core).every((other) => other === nve || pending(other) === undefined);
}
