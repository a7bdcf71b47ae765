/**
 * The tunnel ports of an NVE's bridge: which there should be, against those that there are.
 *
 * One flow-based port per encapsulation, with a fixed OpenFlow number; monitored tunnels (monitor-plan) beside them.
 */

import { TUNNEL_PORTS } from '../desired/pipeline.ts';
import { ENCAPSULATIONS, type Encapsulation, UDP_PORTS } from '../model/encapsulation.ts';
import type { Condition } from '../model/views.ts';
import { type MonitorRow, type MonitorSettings, planMonitors, sameMap } from './monitor-plan.ts';
import {
  readTunnelTexts,
  settingsOptions,
  type TunnelSettings,
  type TunnelTexts,
} from './tunnel-options.ts';
import type { OtherTunnel, TunnelRow, TunnelStep } from './tunnel-steps.ts';

/** Of the database, what concerns tunnels. */
export interface TunnelView {
  readonly wantedTypes: readonly string[];
  /** Interface types that the switch knows; empty: it does not say. */
  readonly knownTypes: readonly string[];
  readonly tunnels: readonly TunnelRow[];
  readonly monitors: readonly MonitorRow[];
  readonly others: readonly OtherTunnel[];
  /** What the hypervisor asks of its tunnels. */
  readonly tunnelTexts: TunnelTexts;
}

export function tunnelName(encapsulation: Encapsulation): string {
  return `nva-${encapsulation}`;
}

/** The tunnel ports that are missing, to be changed or too many. */
export function planTunnels(
  view: TunnelView,
  domain: string,
  monitors: MonitorSettings,
  conditions: Condition[],
): TunnelStep[] {
  const settings = readTunnelTexts(view.tunnelTexts, view.wantedTypes, conditions);
  for (const type of view.wantedTypes) {
    if (!isEncapsulation(type)) conditions.push(unknownType(type));
  }
  const flowBased = ENCAPSULATIONS.flatMap((encapsulation) => {
    const row = view.tunnels.find((tunnel) => tunnel.name === tunnelName(encapsulation));
    const wanted = view.wantedTypes.includes(encapsulation);
    if (row?.strayOn !== undefined && row.owner === domain) {
      // Interface names are unique in a database: ours must leave the bridge that was in use before. It is added here
      // when the switch has taken that: in one transaction Open vSwitch would find the name in use ("File exists").
      return [removal(row)];
    }
    if (!wanted) return planUnwanted(row);
    return planWanted(view, { encapsulation, settings }, row, conditions);
  });
  const steps = planMonitors(view.monitors, settings, monitors, domain, conditions);
  return [...flowBased, ...steps];
}

function planUnwanted(row: TunnelRow | undefined): TunnelStep[] {
  if (row?.owner === undefined || row.strayOn !== undefined) return [];
  return [removal(row)];
}

function removal({ portUuid, name, strayOn }: TunnelRow): TunnelStep {
  const step = { type: 'remove-tunnel', portUuid, name } as const;
  return strayOn === undefined ? step : { ...step, strayOn };
}

function planWanted(
  view: TunnelView,
  { encapsulation, settings }: { encapsulation: Encapsulation; settings: TunnelSettings },
  row: TunnelRow | undefined,
  conditions: Condition[],
): TunnelStep[] {
  const name = tunnelName(encapsulation);
  const options = new Map([...FLOW_BASED, ...settingsOptions(settings, encapsulation)]);
  const rival = rivalOf(view.others, encapsulation, options);
  if (rival !== undefined) {
    conditions.push(lacking(encapsulation, rivalText(rival)));
    return [];
  }
  if (row === undefined) {
    if (view.knownTypes.length === 0 || view.knownTypes.includes(encapsulation)) {
      return [{ type: 'add-tunnel', encapsulation, name, options }];
    }
    conditions.push(lacking(encapsulation, 'this Open vSwitch does not know the type'));
    return [];
  }
  const { uuid, portUuid } = row;
  if (isUnmarked(row, encapsulation, options)) return [{ type: 'mark-tunnel', uuid, portUuid }];
  const isOurs = row.owner !== undefined && row.strayOn === undefined;
  const fault = isOurs ? faultOf(row, encapsulation) : undefined;
  if (!isOurs) conditions.push(nameTaken(name));
  if (fault !== undefined) conditions.push(lacking(encapsulation, fault));
  if (!isOurs) return [];
  const step = { type: 'set-tunnel', name, uuid, options } as const;
  if (row.type !== undefined && row.type !== encapsulation) return [{ ...step, encapsulation }];
  return sameMap(row.options, options) ? [] : [step];
}

const FLOW_BASED = [
  ['remote_ip', 'flow'],
  ['key', 'flow'],
] as const;

/**
 * Who takes all that comes by the tunnel port with these options. Open vSwitch gives it to one of the two: it refuses the
 * later one where it makes it anew, and says nothing where only its options change.
 */
function rivalOf(
  others: readonly OtherTunnel[],
  encapsulation: Encapsulation,
  options: ReadonlyMap<string, string>,
): OtherTunnel | undefined {
  const own = encapsulation === 'gre' ? '' : String(UDP_PORTS[encapsulation]);
  const portOf = (of: ReadonlyMap<string, string>): string => of.get('dst_port') ?? own;
  return others.find((other) => {
    const theirs = other.options;
    const isFlowBased = theirs.get('remote_ip') === 'flow';
    const key = theirs.get('in_key') ?? theirs.get('key');
    return (
      other.type === encapsulation &&
      isFlowBased &&
      key === 'flow' &&
      portOf(theirs) === portOf(options) &&
      theirs.get('local_ip') === options.get('local_ip')
    );
  });
}

function rivalText({ name }: OtherTunnel): string {
  return `port ${name} takes all that comes by it: remove that one, or give one of the two another UDP port (external_ids:nva-encap-port) or local address`;
}

/** A port of somebody else would hardly be the same in its name, its number, its type and all of its options. */
function isUnmarked(
  row: TunnelRow,
  encapsulation: Encapsulation,
  options: ReadonlyMap<string, string>,
): boolean {
  if (row.owner !== undefined || row.strayOn !== undefined) return false;
  const isAlike = row.type === encapsulation && row.ofport === TUNNEL_PORTS[encapsulation];
  return isAlike && sameMap(row.options, options);
}

function faultOf(row: TunnelRow, encapsulation: Encapsulation): string | undefined {
  if (row.error !== undefined) return `Open vSwitch says: ${row.error}`;
  if (row.ofport === undefined || row.ofport === TUNNEL_PORTS[encapsulation]) return undefined;
  if (row.ofport < 0) return 'Open vSwitch could not make the port (its log says why)';
  return `its port has the OpenFlow number ${row.ofport}, and another port has ${TUNNEL_PORTS[encapsulation]}: give that one another ofport_request`;
}

/**
 * The encapsulations whose tunnel port works: an undetermined one counts as it did before. Until the first of those that
 * are wanted works, the NVE is reached by what it had, as long as that is there.
 */
export function workingEncapsulations(
  view: TunnelView,
  before: ReadonlySet<Encapsulation>,
): Encapsulation[] {
  const works = (encapsulation: Encapsulation): boolean => {
    const row = view.tunnels.find((tunnel) => tunnel.name === tunnelName(encapsulation));
    if (row?.owner === undefined || row.strayOn !== undefined) return false;
    if (row.error !== undefined || hasRival(view, encapsulation)) return false;
    if (row.ofport === undefined) return before.has(encapsulation);
    return row.ofport === TUNNEL_PORTS[encapsulation];
  };
  const working = ENCAPSULATIONS.filter((encapsulation) => works(encapsulation));
  const wanted = working.filter((encapsulation) => view.wantedTypes.includes(encapsulation));
  return wanted.length > 0 ? wanted : working.filter((encapsulation) => before.has(encapsulation));
}

function isEncapsulation(type: string): type is Encapsulation {
  return (ENCAPSULATIONS as readonly string[]).includes(type);
}

function unknownType(type: string): Condition {
  return {
    code: `encapsulation-${type}`,
    message: `external_ids:nva-encap-type names ${type}, which is not supported: use ${ENCAPSULATIONS.join(', ')}`,
  };
}

function nameTaken(name: string): Condition {
  return {
    code: `${name}-taken`,
    message: `a port named ${name} is there already and is not ours: remove or rename it`,
  };
}

function lacking(encapsulation: Encapsulation, why: string): Condition {
  return { code: `${encapsulation}-lacking`, message: `${encapsulation} is not used here: ${why}` };
}

function hasRival(view: TunnelView, encapsulation: Encapsulation): boolean {
  const settings = readTunnelTexts(view.tunnelTexts, view.wantedTypes, []);
  const options = new Map([...FLOW_BASED, ...settingsOptions(settings, encapsulation)]);
  return rivalOf(view.others, encapsulation, options) !== undefined;
}
