/**
 * How many copies one packet can have: Open vSwitch ends the translation of a packet at 64 kB of datapath actions
 * and sends no copy after that, silently. A replication group is kept below it here, and what is left out is named.
 *
 * Measured on Open vSwitch 3.1: about 780 remotes over VXLAN or Geneve on IPv4, 630 on IPv6, 862 and 682 over GRE.
 */
import { ipFamily } from '../../protocols/base/addresses.ts';
import type { Endpoint } from '../model/encapsulation.ts';
import type { GroupBucket } from './fragment.ts';

/** Bytes of datapath actions that one packet may have (ofproto-dpif-xlate: an nlattr's 16-bit length), less one eighth in reserve. */
export const TRANSLATION_BYTES_MAX = 57_344;

const REMOTES = { tunnel4: 780, tunnel6: 630, gre4: 862, gre6: 682 } as const;
const MEASURED_BYTES = 65_536;

/** A local copy is one output action: a 4-byte header and a 4-byte port. */
export const LOCAL_COPY_BYTES = 8;

export function remoteCopyBytes(endpoint: Endpoint): number {
  const six = ipFamily(endpoint.ip) === 6;
  if (endpoint.type === 'gre')
    return Math.ceil(MEASURED_BYTES / (six ? REMOTES.gre6 : REMOTES.gre4));
  return Math.ceil(MEASURED_BYTES / (six ? REMOTES.tunnel6 : REMOTES.tunnel4));
}

/**
 * Splits a group's buckets into those that fit and those that do not: local copies first, then remotes by
 * bucket id, so that every instance leaves out the same ones.
 */
export function withinTranslation(
  buckets: readonly GroupBucket[],
  limitBytes: number,
): { readonly kept: readonly GroupBucket[]; readonly left: readonly GroupBucket[] } {
  const total = buckets.reduce((sum, bucket) => sum + bucket.cost, 0);
  if (total <= limitBytes) return { kept: buckets, left: [] };
  const ordered = [...buckets].sort((a, b) => a.bucket.bucketId - b.bucket.bucketId);
  const kept: GroupBucket[] = [];
  const left: GroupBucket[] = [];
  let used = 0;
  for (const bucket of ordered) {
    used += bucket.cost;
    (used <= limitBytes ? kept : left).push(bucket);
  }
  return { kept, left };
}
