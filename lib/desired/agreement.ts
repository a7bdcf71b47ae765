/**
 * Which encapsulation and outer address a pair of NVEs uses for a network.
 *
 * The first of the network's encapsulations (or of ours) that both have over one IP family and with one UDP port. What
 * an NVE can send is its capability; NVEs of equal capability see every remote in the same way, which is why fragments
 * are compiled per capability and not per NVE.
 */
import { type IpAddress, ipFamily } from '../../protocols/base/addresses.ts';
import { ENCAPSULATIONS, type Encapsulation, type Endpoint } from '../model/encapsulation.ts';
import type { NetworkRecord } from '../model/records.ts';

/**
 * A canonical text such as `geneve4 vxlan4:8472 vxlan6`: equal texts, equal capabilities. `-10.9.0.2` in it: the NVE does
 * not reach that address, and prefers another of the same owner.
 */
export type Capability = string;

export function capabilityOf(
  endpoints: readonly Endpoint[],
  avoided: readonly IpAddress[] = [],
): Capability {
  const words = new Set(endpoints.map((endpoint) => wordOf(endpoint)));
  const sorted = [...words].sort();
  if (avoided.length > 0) sorted.push(...avoided.map(avoidance).sort());
  return sorted.join(' ');
}

/**
 * Where a sender of this capability reaches the NVE with these endpoints for `network`; undefined: they have no
 * encapsulation in common.
 */
export function agreedEndpoint(
  network: NetworkRecord,
  endpoints: readonly Endpoint[],
  capability: Capability,
): Endpoint | undefined {
  const can = wordsOf(capability);
  let last: Endpoint | undefined;
  for (const type of encapsulationsOf(network)) {
    for (const endpoint of endpoints) {
      if (endpoint.type !== type || !can.has(wordOf(endpoint))) continue;
      if (!can.has(avoidance(endpoint.ip))) return endpoint;
      last ??= endpoint;
    }
  }
  return last;
}

const knownWords = new Map<Capability, ReadonlySet<string>>();

/** There are few: subsets of (encapsulation, family, port). Hypervisors that change their ports for ever get no more. */
const KNOWN_MAX = 1_000;

function wordsOf(capability: Capability): ReadonlySet<string> {
  let words = knownWords.get(capability);
  if (words === undefined) {
    if (knownWords.size === KNOWN_MAX) knownWords.clear();
    words = new Set(capability.split(' '));
    knownWords.set(capability, words);
  }
  return words;
}

export function encapsulationsOf(network: NetworkRecord): readonly Encapsulation[] {
  return network.encapsulation ?? ENCAPSULATIONS;
}

function wordOf({ type, ip, port }: Endpoint): string {
  const word = type + ipFamily(ip);
  return port === undefined ? word : `${word}:${port}`;
}

function avoidance(ip: IpAddress): string {
  return `-${ip}`;
}
