/**
 * Which encapsulation and outer address a pair of NVEs uses for a network.
 *
 * The first of the network's encapsulations (or of ours) that both have over one IP family. What an NVE can send is
 * its capability; NVEs of equal capability see every remote in the same way, which is why fragments are compiled per
 * capability and not per NVE.
 */
import { ipFamily } from '../../protocols/base/addresses.ts';
import { ENCAPSULATIONS, type Encapsulation, type Endpoint } from '../model/encapsulation.ts';
import type { NetworkRecord, NveRecord } from '../model/records.ts';

/** A canonical text such as `geneve4 vxlan4 vxlan6`: equal texts, equal capabilities. */
export type Capability = string;

export function capabilityOf(nve: NveRecord): Capability {
  const words = new Set(nve.endpoints.map((endpoint) => wordOf(endpoint)));
  return [...words].sort().join(' ');
}

/** Where a sender of this capability reaches `owner` for `network`; undefined: they have no encapsulation in common. */
export function agreedEndpoint(
  network: NetworkRecord,
  owner: NveRecord,
  capability: Capability,
): Endpoint | undefined {
  const can = wordsOf(capability);
  for (const type of encapsulationsOf(network)) {
    for (const endpoint of owner.endpoints) {
      if (endpoint.type === type && can.has(wordOf(endpoint))) return endpoint;
    }
  }
  return undefined;
}

/** There are as many capabilities as subsets of (encapsulation, family): 64 at the most. */
const knownWords = new Map<Capability, ReadonlySet<string>>();

function wordsOf(capability: Capability): ReadonlySet<string> {
  let words = knownWords.get(capability);
  if (words === undefined) {
    words = new Set(capability.split(' '));
    knownWords.set(capability, words);
  }
  return words;
}

export function encapsulationsOf(network: NetworkRecord): readonly Encapsulation[] {
  return network.encapsulation ?? ENCAPSULATIONS;
}

function wordOf(endpoint: Endpoint): string {
  return endpoint.type + ipFamily(endpoint.ip);
}
