/**
 * Which error Open vSwitch gives for a set_field of a field that it does not know: OFPBAC_BAD_SET_TYPE, or OFPBAC_BAD_SET_LEN.
 *
 * It looks the header up in a hash table and tells of a wrong length when any field in the same bucket has another length. So
 * the error depends on its hash function (MurmurHash3's steps over the header without its length) and on the number of buckets.
 * OFPBAC_BAD_SET_LEN for all would be wrong for one unknown field in five. Only who judges strictly asks.
 *
 * Source: the behaviour of Open vSwitch 3.1, judged by `ovs-ofctl ofp-print`.
 */
import type { OpenFlowErrorName } from '../../values/error-codes.ts';
import { FIELDS } from '../../values/fields.ts';

/** A power of two: the table has 128 to 255 headers. */
const BUCKETS = 128;
/** What of a header's length belongs to its name there: the highest bit. */
const NAME_BITS = 0xffffff80;

/** The lengths of the headers in each bucket. */
const LENGTHS: readonly ReadonlySet<number>[] = bucketLengths();

function bucketLengths(): Set<number>[] {
  const buckets = Array.from({ length: BUCKETS }, () => new Set<number>());
  for (const { inOvs, forms } of FIELDS) {
    if (!inOvs) continue;
    for (const { header, experimenter } of forms) {
      buckets[bucketOf(header, experimenter)]?.add(header & 0xff);
    }
  }
  return buckets;
}

/** `header`: without mask, the length that of the value (and of the experimenter). */
export function unknownFieldError(header: number, experimenter: number): OpenFlowErrorName {
  const length = header & 0xff;
  const others = [...(LENGTHS[bucketOf(header, experimenter)] ?? [])];
  const differs = length > 0 && others.some((other) => other !== length);
  return differs ? 'OFPBAC_BAD_SET_LEN' : 'OFPBAC_BAD_SET_TYPE';
}

function bucketOf(header: number, experimenter: number): number {
  const hash = finish(add(add(0, experimenter), header & NAME_BITS) ^ 8);
  return hash & (BUCKETS - 1);
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function add(hash: number, data: number): number {
  const mixed = Math.imul(rotate(Math.imul(data, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotate(hash ^ mixed, 13), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
