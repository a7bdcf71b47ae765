/**
 * Tunnels as the API shows them: every direction of every pair of NVEs that share a network, in the order of their names.
 *
 * There are as many as pairs, a million for a thousand NVEs, so they are given one by one, and how members reach each
 * other is asked once for all of equal capability. A filter is obeyed before, not after.
 */
import { agreedEndpoint, type Capability } from '../desired/agreement.ts';
import type { Endpoint } from '../model/encapsulation.ts';
import type { NetworkName, NetworkRecord, NveName, NveRecord } from '../model/records.ts';
import type { TunnelView } from '../model/views.ts';
import type { Core } from './core.ts';

export interface TunnelFilter {
  /** Only pairs that share this one; all of their networks are named all the same. */
  readonly network?: NetworkName;
  /** Only from this NVE. */
  readonly from?: NveName;
}

/** A member as senders of one capability reach it. */
interface Target {
  readonly remote: NveName;
  /** What follows the sender in the tunnel's name. */
  readonly suffix: string;
  readonly endpoint: Endpoint;
}

/** Safe to go on with after the domain has changed: each sender's tunnels are as they are then. */
export function* tunnelViews(core: Core, filter: TunnelFilter = {}): Generator<TunnelView> {
  const names = filter.from === undefined ? sendersOf(core, filter.network) : [filter.from];
  const memory = new Map<NetworkName, Map<Capability, readonly Target[]>>();
  const moment = core.moment;
  for (const name of names.sort(by((one) => `${one}->`))) {
    const sender = core.domain.nve(name);
    if (sender === undefined) continue;
    if (core.moment !== moment) memory.clear();
    yield* tunnelsFrom(core, sender, filter.network, memory);
  }
}

/** `NVE->NVE/type` */
export function tunnelView(core: Core, name: string): TunnelView | undefined {
  // A system-id may hold an arrow itself.
  for (let at = name.indexOf('->'); at >= 0; at = name.indexOf('->', at + 1)) {
    for (const view of tunnelViews(core, { from: name.slice(0, at) })) {
      if (view.name === name) return view;
    }
  }
  return undefined;
}

function sendersOf(core: Core, network: NetworkName | undefined): NveName[] {
  if (network !== undefined) return core.compiler.members(network);
  return core.domain.nves().map(({ name }) => name);
}

function* tunnelsFrom(
  core: Core,
  sender: NveRecord,
  only: NetworkName | undefined,
  memory: Map<NetworkName, Map<Capability, readonly Target[]>>,
): Generator<TunnelView> {
  const capability = core.compiler.reach.capability(sender);
  const served = [...core.compiler.served(sender.name)].sort();
  const lists = served.map((network) => ({
    network,
    targets: targetsOf(core, network, capability, memory),
  }));
  for (const { target, networks } of joined(lists)) {
    const isAsked = only === undefined || networks.includes(only);
    if (isAsked && target.remote !== sender.name) {
      yield viewOf(core, sender.name, target, networks);
    }
  }
}

interface Joined {
  readonly target: Target;
  readonly networks: NetworkName[];
}

/** The targets of several networks as one list, in order. */
function* joined(
  lists: readonly { readonly network: NetworkName; readonly targets: readonly Target[] }[],
): Generator<Joined> {
  const [first] = lists;
  if (first !== undefined && lists.length === 1) {
    const networks = [first.network];
    for (const target of first.targets) yield { target, networks };
    return;
  }
  const found = new Map<string, Joined>();
  for (const { network, targets } of lists) {
    for (const target of targets) {
      const there = found.get(target.suffix);
      if (there === undefined) found.set(target.suffix, { target, networks: [network] });
      else there.networks.push(network);
    }
  }
  yield* [...found.values()].sort(by((one) => one.target.suffix));
}

function targetsOf(
  core: Core,
  name: NetworkName,
  capability: Capability,
  memory: Map<NetworkName, Map<Capability, readonly Target[]>>,
): readonly Target[] {
  let ofNetwork = memory.get(name);
  if (ofNetwork === undefined) {
    ofNetwork = new Map();
    memory.set(name, ofNetwork);
  }
  let targets = ofNetwork.get(capability);
  if (targets === undefined) {
    const network = core.domain.network(name);
    targets = network === undefined ? [] : findTargets(core, network, capability);
    ofNetwork.set(capability, targets);
  }
  return targets;
}

function findTargets(core: Core, network: NetworkRecord, capability: Capability): Target[] {
  const targets = core.compiler.members(network.name).flatMap((remote): Target[] => {
    const nve = core.domain.nve(remote);
    if (nve === undefined) return [];
    const { reach } = core.compiler;
    // What is dead is shown as down, rather than not at all.
    const endpoint =
      agreedEndpoint(network, reach.endpoints(nve), capability) ??
      agreedEndpoint(network, nve.endpoints, capability);
    if (endpoint === undefined) return [];
    return [{ remote, endpoint, suffix: `${remote}/${endpoint.type}` }];
  });
  return targets.sort(by(({ suffix }) => suffix));
}

function viewOf(
  core: Core,
  nve: NveName,
  { remote, suffix, endpoint }: Target,
  networks: readonly NetworkName[],
): TunnelView {
  const { type, ip, port } = endpoint;
  return {
    kind: 'Tunnel',
    name: `${nve}->${suffix}`,
    nve,
    remote,
    type,
    remoteIp: ip,
    ...(port === undefined ? undefined : { port }),
    networks,
    status: core.tunnels.status(nve, ip),
  };
}

function by<Item>(text: (item: Item) => string): (left: Item, right: Item) => number {
  return (left, right) => (text(left) < text(right) ? -1 : 1);
}
