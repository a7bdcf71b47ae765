/**
 * The definition of "desired": every fragment of every NVE, compiled from nothing in the plainest way.
 *
 * The incremental compiler (compiler.ts) must give exactly this after any history; the property test holds it to that.
 */
import type { IpAddress } from '../../protocols/base/addresses.ts';
import type { Domain, Mapping } from '../model/domain.ts';
import type { Endpoint } from '../model/encapsulation.ts';
import type { NetworkRecord, NveName, NveRecord } from '../model/records.ts';
import { agreedEndpoint } from './agreement.ts';
import type { Fragment } from './fragment.ts';
import {
  avoidedAddresses,
  capabilityIn,
  countingEndpoints,
  deadAddresses,
  type Neighbourhood,
  type Shape,
  WHOLE,
} from './reach.ts';
import {
  localFragment,
  memberFragment,
  networkFragment,
  PIPELINE_FRAGMENT,
  remoteFragment,
} from './templates.ts';

export function compileFull(domain: Domain): Map<NveName, Fragment[]> {
  const desired = new Map<NveName, Fragment[]>();
  for (const nve of domain.nves()) desired.set(nve.name, [PIPELINE_FRAGMENT]);
  const shapes = shapesOf(domain);
  for (const network of domain.networks()) {
    const mappings = mappingsOf(domain, network);
    const members = [...new Map(mappings.map(({ nve }) => [nve.name, nve])).values()];
    for (const viewer of members) {
      desired
        .get(viewer.name)
        ?.push(...fragmentsOf(network, viewer, { mappings, members, shapes }));
    }
  }
  return desired;
}

/** What counts of every NVE, each asked for by itself. */
function shapesOf(domain: Domain): Map<NveName, Shape> {
  const around: Neighbourhood = {
    nve: (name) => domain.nve(name),
    network: (name) => domain.network(name),
    liveness: (nve) => domain.liveness(nve),
    nvesAt: (ip) =>
      domain
        .nves()
        .filter(({ endpoints }) => endpoints.some((endpoint) => endpoint.ip === ip))
        .map(({ name }) => name),
    served: (nve) => {
      const networks = domain.networks().filter((network) => isMember(domain, network, nve));
      return networks.map(({ name }) => name);
    },
    members: (name) => {
      const network = domain.network(name);
      return network === undefined
        ? []
        : new Set(mappingsOf(domain, network).map(({ nve }) => nve.name));
    },
  };
  const names = domain.nves().map(({ name }) => name);
  const dead = new Map(names.map((name) => [name, deadAddresses(around, name)]));
  const deadOf = (nve: NveName): ReadonlySet<IpAddress> => dead.get(nve) ?? WHOLE.dead;
  return new Map(
    names.map((name) => [
      name,
      { dead: deadOf(name), avoided: avoidedAddresses(around, name, deadOf) },
    ]),
  );
}

function isMember(domain: Domain, network: NetworkRecord, nve: NveName): boolean {
  return mappingsOf(domain, network).some((mapping) => mapping.nve.name === nve);
}

interface Surroundings {
  readonly mappings: readonly Mapping[];
  readonly members: readonly NveRecord[];
  readonly shapes: ReadonlyMap<NveName, Shape>;
}

function mappingsOf(domain: Domain, network: NetworkRecord): Mapping[] {
  const mappings: Mapping[] = [];
  for (const port of domain.portsOf(network.name)) {
    const mapping = domain.mapping(port);
    if (mapping !== undefined) mappings.push(mapping);
  }
  return mappings;
}

function fragmentsOf(
  network: NetworkRecord,
  viewer: NveRecord,
  { mappings, members, shapes }: Surroundings,
): Fragment[] {
  const shapeOf = (nve: NveRecord): Shape => shapes.get(nve.name) ?? WHOLE;
  const capability = capabilityIn(viewer, shapeOf(viewer));
  const reach = (nve: NveRecord): Endpoint | undefined =>
    agreedEndpoint(network, countingEndpoints(nve, shapeOf(nve)), capability);
  const fragments = [networkFragment(network)];
  for (const { port, nve } of mappings) {
    if (nve.name === viewer.name) {
      fragments.push(localFragment(network, port));
      continue;
    }
    const endpoint = reach(nve);
    if (endpoint !== undefined) fragments.push(remoteFragment(network, port, endpoint));
  }
  for (const member of members) {
    if (member.name === viewer.name) continue;
    const endpoint = reach(member);
    if (endpoint !== undefined) fragments.push(memberFragment(network, member, endpoint));
  }
  return fragments;
}
