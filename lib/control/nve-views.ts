/**
 * NVEs as the API shows them, also those that are let go or refused and so have no record. Pure.
 */
import type { NveName, NveRecord } from '../model/records.ts';
import type { Condition, NvePhase, NveView } from '../model/views.ts';
import type { Core } from './core.ts';
import { takenEndpoints } from './identity.ts';
import type { SeenNve } from './intent.ts';
import { nveView } from './views.ts';

/** All that are to be listed: one that has left and is gone is not. */
export function nveNames(core: Core): NveName[] {
  const names = new Set(core.domain.nves().map(({ name }) => name));
  for (const { nve, left } of core.domain.departures()) {
    if (left !== true || isConnected(core, nve)) names.add(nve);
  }
  for (const state of core.nves()) if (state.refusal !== undefined) names.add(state.name);
  return [...names];
}

export function isKnownNve(core: Core, name: NveName): boolean {
  const { domain } = core;
  const isRefused = core.nve(name)?.refusal !== undefined;
  return isRefused || domain.nve(name) !== undefined || domain.departure(name) !== undefined;
}

export function nveViewOf(core: Core, name: NveName, instance: string): NveView {
  const record: NveRecord = core.domain.nve(name) ?? {
    ...{ kind: 'nve', name, index: 0, endpoints: [] },
  };
  const { status, ...view } = nveView(core, record, instance);
  const facts = core.nve(name)?.facts;
  const taken = facts === undefined ? [] : takenEndpoints(core.domain, name, facts);
  const conditions = [...status.conditions, ...taken, ...departureConditions(core, name)];
  return { ...view, status: { ...status, ...phaseOf(core, name), conditions } };
}

function phaseOf(core: Core, name: NveName): { readonly phase?: NvePhase } {
  const departure = core.domain.departure(name);
  if (departure !== undefined) {
    if (departure.left === true) return { phase: 'left' };
    const state = core.nve(name);
    if (state?.facts?.takenBack === 'flows') return { phase: 'flows-taken' };
    return { phase: state?.stand === 'take-back' ? 'leaving' : 'withdrawing' };
  }
  return core.nve(name)?.refusal === undefined ? {} : { phase: 'refused' };
}

function departureConditions(core: Core, name: NveName): Condition[] {
  const departure = core.domain.departure(name);
  if (departure === undefined || departure.left === true || isConnected(core, name)) return [];
  const message = `it is let go and not connected: what is ours on it is taken back when it comes; if it never will, forget it with a manifest "kind: Nve, name: ${name}"`;
  return [{ code: 'leaving-away', message }];
}

function isConnected(core: Core, name: NveName): boolean {
  return core.nve(name)?.connected === true || (core.members?.connectedTo(name).length ?? 0) > 0;
}

/** For a departure: what it had when it was let go. */
export function seenNve(core: Core, name: NveName): SeenNve {
  const managers = core.nve(name)?.facts?.managers;
  return { connected: isConnected(core, name), ...(managers === undefined ? {} : { managers }) };
}
