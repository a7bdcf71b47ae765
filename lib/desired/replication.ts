/**
 * How many copies one packet can have: Open vSwitch ends the translation of a packet at 64 kB of datapath actions
 * and sends no copy after that, silently. A replication group is kept below it here, and what is left out is named.
 *
 * Measured on Open vSwitch 3.1: 780 remotes over VXLAN or Geneve on IPv4, 630 on IPv6, 862 and 682 over GRE get
 * their copy, the next does not. 65,536 divided by these gives the bytes of one copy.
 */
import { ipFamily } from '../../protocols/base/addresses.ts';
import type { Endpoint } from '../model/encapsulation.ts';
import type { GroupBucket } from './fragment.ts';

/** Bytes of datapath actions that one packet may have (a netlink attribute's 16-bit length), less 1 KiB in reserve. */
export const TRANSLATION_BYTES_MAX = 64_512;

/** An nlattr that sets the tunnel and one that outputs. */
const COPY_BYTES = { tunnel4: 84, tunnel6: 104, gre4: 76, gre6: 96 } as const;

/** A local copy is one output action: a 4-byte header and a 4-byte port. */
export const LOCAL_COPY_BYTES = 8;

export function remoteCopyBytes(endpoint: Endpoint): number {
  const family = ipFamily(endpoint.ip);
  if (endpoint.type === 'gre') return family === 6 ? COPY_BYTES.gre6 : COPY_BYTES.gre4;
  return family === 6 ? COPY_BYTES.tunnel6 : COPY_BYTES.tunnel4;
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
