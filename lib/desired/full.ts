/**
 * The definition of "desired": every fragment of every NVE, compiled from nothing in the plainest way.
 *
 * The incremental compiler (compiler.ts) must give exactly this after any history; the property test holds it to that.
 */
import type { Domain, Mapping } from '../model/domain.ts';
import type { NetworkRecord, NveName, NveRecord } from '../model/records.ts';
import { agreedEndpoint, capabilityOf } from './agreement.ts';
import type { Fragment } from './fragment.ts';
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
  for (const network of domain.networks()) {
    const mappings = mappingsOf(domain, network);
    const members = new Map(mappings.map((mapping) => [mapping.nve.name, mapping.nve]));
    for (const viewer of members.values()) {
      desired
        .get(viewer.name)
        ?.push(...fragmentsOf(network, viewer, mappings, [...members.values()]));
    }
  }
  return desired;
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
  mappings: readonly Mapping[],
  members: readonly NveRecord[],
): Fragment[] {
  const capability = capabilityOf(viewer);
  const fragments = [networkFragment(network)];
  for (const { port, nve } of mappings) {
    if (nve.name === viewer.name) {
      fragments.push(localFragment(network, port));
      continue;
    }
    const endpoint = agreedEndpoint(network, nve, capability);
    if (endpoint !== undefined) fragments.push(remoteFragment(network, port, endpoint));
  }
  for (const member of members) {
    if (member.name === viewer.name) continue;
    const endpoint = agreedEndpoint(network, member, capability);
    if (endpoint !== undefined) fragments.push(memberFragment(network, member, endpoint));
  }
  return fragments;
}
