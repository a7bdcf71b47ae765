/**
 * What an NVE's database should hold for us, against what it holds: the bridge first, its tunnel ports (tunnel-plan)
 * after the switch has taken the bridge's settings, never the other way round (no flooding by accident).
 *
 * Changes nothing that is not ours but what joining a bridge needs: fail mode, a version that we speak, our own
 * controller targets beside those that are there.
 */

import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import type { Condition } from '../model/views.ts';
import { type BridgeOthers, joinConditions, whyNotTaken } from './joining.ts';
import { type MonitorSettings, NO_MONITORS } from './monitor-plan.ts';
import { type JoinedFrom, joinedFromText } from './take-back.ts';
import { planTunnels, type TunnelView } from './tunnel-plan.ts';
import type { TunnelStep } from './tunnel-steps.ts';

/** external_ids key on every row of ours; its value is the domain. */
export const OWNER_KEY = 'nva-domain';
/** external_ids key on each Controller of ours: the instance that it leads to. */
export const INSTANCE_KEY = 'nva-instance';
/** external_ids key on a bridge that we made (absent: it was there before us). */
export const CREATED_KEY = 'nva-created';
/** external_ids key on the bridge: the highest generation that a master of ours has used. */
export const GENERATION_KEY = 'nva-generation';

export const PROTOCOLS = ['OpenFlow13', 'OpenFlow14', 'OpenFlow15'] as const;

export interface ControllerRow {
  readonly uuid: Uuid;
  readonly target: string;
  readonly owner: string | undefined;
  /** The instance that it leads to; undefined: it does not say. */
  readonly instance: string | undefined;
}

export interface BridgeRow {
  readonly uuid: Uuid;
  readonly failMode: string | undefined;
  readonly protocols: readonly string[];
  readonly datapathId: string | undefined;
  readonly owner: string | undefined;
  readonly generation: bigint;
  readonly controllers: readonly ControllerRow[];
  /** Of a bridge that was there before us: what others have there. Absent: we made it. */
  readonly others?: BridgeOthers | undefined;
}

export interface DatabaseView extends TunnelView {
  readonly systemId: string | undefined;
  readonly ovsVersion: string | undefined;
  readonly bridgeName: string;
  readonly datapathType: string | undefined;
  readonly nextCfg: number;
  readonly curCfg: number;
  readonly bridge: BridgeRow | undefined;
  /** external_ids:nva-take-bridge=true: the operator's word that what the bridge does now may end. */
  readonly mayTake?: boolean;
}

/** An OpenFlow target and the instance that it leads to. */
export interface ControllerTarget {
  readonly instance: string;
  /** `tcp:IP:PORT`. */
  readonly target: string;
}

/** What the other instances of the domain want on one NVE's bridge. */
export interface PeerTargets {
  readonly targets: readonly ControllerTarget[];
  /** Every instance of the domain, also one that is believed dead. */
  readonly members: ReadonlySet<string>;
  /** False: not everybody may be known yet. */
  readonly settled: boolean;
}

/** Of an instance that shares its store with nobody. */
export const NO_PEERS: PeerTargets = { targets: [], members: new Set(), settled: true };

export interface BridgeSettings {
  readonly domain: string;
  /** Our own name. */
  readonly instance: string;
  /** Our own targets for this NVE. */
  readonly controllers: readonly string[];
  readonly peers: PeerTargets;
  /** Absent: none. */
  readonly monitors?: MonitorSettings;
}

export type BridgeStep =
  | { readonly type: 'create-bridge'; readonly datapathType: string | undefined }
  | { readonly type: 'mark-bridge' }
  /** What was changed on a bridge that was there before us, for the day when it is given back. */
  | { readonly type: 'keep-before'; readonly text: string }
  | { readonly type: 'set-secure' }
  | { readonly type: 'add-protocols'; readonly protocols: readonly string[] }
  | { readonly type: 'add-controller'; readonly target: string; readonly instance: string }
  | { readonly type: 'mark-controller'; readonly uuid: Uuid; readonly instance: string }
  | { readonly type: 'remove-controller'; readonly uuid: Uuid }
  | TunnelStep;

export interface BridgePlan {
  /** To be done in one transaction; empty: nothing, or the switch must take the last one first. */
  readonly steps: readonly BridgeStep[];
  readonly conditions: readonly Condition[];
  /** The bridge is not ours to use: nothing is written to it, and nothing of it counts. */
  readonly leaveAlone?: true;
}

/** For a bridge that is not served. */
export const NO_PLAN: BridgePlan = { steps: [], conditions: [] };

/** Equal texts, equal wishes. */
export function peersText({ targets, members, settled }: PeerTargets): string {
  return JSON.stringify([targets, [...members], settled]);
}

export function planBridge(view: DatabaseView, settings: BridgeSettings): BridgePlan {
  const { bridge } = view;
  const conditions: Condition[] = [];
  if (bridge === undefined) {
    return { steps: [{ type: 'create-bridge', datapathType: view.datapathType }], conditions };
  }
  if (isForeign(bridge, settings.domain)) {
    const message = `bridge ${view.bridgeName} belongs to the domain ${bridge.owner}, not ${settings.domain}: nothing was changed; name another bridge in external_ids:nva-bridge, or start with --domain ${bridge.owner}`;
    return { steps: [], conditions: [{ code: 'foreign-domain', message }], leaveAlone: true };
  }
  const hindrance = whyNotTaken(view.bridgeName, bridge, view.mayTake === true);
  if (hindrance !== undefined) return { steps: [], conditions: [hindrance], leaveAlone: true };
  const steps = bridgeSteps(bridge, settings);
  if (settings.controllers.length === 0) {
    const message = `bridge ${view.bridgeName} is told of no controller, because no address of ours is known to the hypervisor's side: start with --advertise IP`;
    conditions.push({ code: 'advertise-missing', message });
  }
  if (bridge.owner === undefined && bridge.controllers.length === 0) {
    conditions.push({
      code: 'bridge-joined',
      message: `bridge ${view.bridgeName} was there before and had no controller: Open vSwitch removes the flows that it had when it gets its first one`,
    });
  }
  conditions.push(...joinConditions(view.bridgeName, bridge, settings.domain));
  // The switch must have seen the secure bridge before the first tunnel exists.
  const settled = view.curCfg >= view.nextCfg && bridge.datapathId !== undefined;
  const tunnels = planTunnels(view, settings.domain, settings.monitors ?? NO_MONITORS, conditions);
  return { steps: steps.length > 0 || !settled ? steps : tunnels, conditions };
}

/** Of another domain: nothing of it counts, and nothing is written to it. */
export function isForeign(bridge: BridgeRow | undefined, domain: string): boolean {
  return bridge?.owner !== undefined && bridge.owner !== domain;
}

function bridgeSteps(bridge: BridgeRow, settings: BridgeSettings): BridgeStep[] {
  const steps: BridgeStep[] = [];
  if (bridge.owner === undefined) steps.push({ type: 'mark-bridge' });
  if (bridge.failMode !== 'secure') steps.push({ type: 'set-secure' });
  // An empty set stands for all versions.
  // And a set that has one of ours is the operator's choice.
  const isUsable = PROTOCOLS.some((protocol) => bridge.protocols.includes(protocol));
  if (bridge.protocols.length > 0 && !isUsable) {
    steps.push({ type: 'add-protocols', protocols: PROTOCOLS });
  }
  const before = joinedFrom(bridge, steps);
  if (before !== undefined) steps.push({ type: 'keep-before', text: joinedFromText(before) });
  steps.push(...controllerSteps(bridge.controllers, settings));
  return steps;
}

/** What these steps change that is to be given back; undefined: nothing new. */
function joinedFrom(bridge: BridgeRow, steps: readonly BridgeStep[]): JoinedFrom | undefined {
  const { others, owner, failMode, protocols } = bridge;
  if (others === undefined) return undefined;
  const added = steps.find((step) => step.type === 'add-protocols')?.protocols ?? [];
  const isSecured = failMode !== 'secure';
  if (owner !== undefined && added.length === 0 && !isSecured) return undefined;
  // What was kept is still true where somebody took our mark away; his later word on the fail mode counts.
  const known = others.before;
  const ours = [...(known.protocols ?? []), ...added.filter((one) => !protocols.includes(one))];
  const mode = isSecured ? { failMode: failMode ?? null } : {};
  return { ...known, ...mode, ...(ours.length === 0 ? {} : { protocols: [...new Set(ours)] }) };
}

/** Our own targets and those of the peers; a target that several want is one row, of whom we name first. */
export function wantedControllers(settings: BridgeSettings): ControllerTarget[] {
  const { instance, controllers, peers } = settings;
  const own = controllers.map((target) => ({ instance, target }));
  const byTarget = new Map<string, ControllerTarget>();
  for (const wanted of [...own, ...peers.targets]) {
    if (!byTarget.has(wanted.target)) byTarget.set(wanted.target, wanted);
  }
  return [...byTarget.values()];
}

function controllerSteps(rows: readonly ControllerRow[], settings: BridgeSettings): BridgeStep[] {
  const wanted = wantedControllers(settings);
  const there = new Set(rows.map((row) => row.target));
  const steps: BridgeStep[] = wanted
    .filter(({ target }) => !there.has(target))
    .map((missing) => ({ type: 'add-controller', ...missing }));
  const kept = new Set<string>();
  for (const row of rows) {
    if (row.owner !== settings.domain) continue;
    const { uuid, target } = row;
    const wish = wanted.find((candidate) => candidate.target === target);
    // Two instances that did not see each other's writes may both have made a row.
    if (kept.has(target) || (wish === undefined && isObsolete(row, settings))) {
      steps.push({ type: 'remove-controller', uuid });
    } else if (wish !== undefined && row.instance === undefined) {
      steps.push({ type: 'mark-controller', uuid, instance: wish.instance });
    }
    kept.add(target);
  }
  return steps;
}

/** Nobody wants the row now; another instance's stays as long as that one may come back to it. */
function isObsolete(
  { instance }: ControllerRow,
  { instance: self, peers }: BridgeSettings,
): boolean {
  if (instance === undefined || instance === self) return true;
  if (!peers.settled) return false;
  // One that names other targets for this NVE has left this one for good.
  const hasOthers = peers.targets.some((wanted) => wanted.instance === instance);
  return hasOthers || !peers.members.has(instance);
}
