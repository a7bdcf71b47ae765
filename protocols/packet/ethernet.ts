/**
 * Ethernet frames: addresses, VLAN tags and what follows.
 *
 *     destination:48 | source:48 | [tag:32]… | EtherType:16                                     Ethernet II
 *     destination:48 | source:48 | [tag:32]… | length:16 | aa aa 03 | organisation:24 | type:16 SNAP
 *
 * A number below 0x600 is a length. Behind it comes LLC; SNAP with organisation zero leads back to an EtherType, any other LLC
 * has none.
 *
 * Sources: IEEE 802.3-2018 §3.2.6 (length/type), IEEE 802.2 (LLC), RFC 1042 (SNAP).
 */
import { put, u16, u24, u48, withRoomBefore } from './octets.ts';
import { decodeVlanTag, putVlanTag, VLAN_TAG_BYTES, type VlanTag } from './vlan.ts';

export const ETHERNET_HEADER_BYTES = 14;
const ADDRESSES_BYTES = 12;
/** What is at least this is an EtherType, not a length. */
export const ETHER_TYPE_MIN = 0x600;
const SNAP_HEADER_BYTES = 8;
const SNAP = 0xaaaa03;

export interface Ethernet {
  readonly destination: number;
  readonly source: number;
  /** The outermost first. */
  readonly vlans: readonly VlanTag[];
  /** Absent: an LLC frame without one. */
  readonly etherType?: number;
}

export interface DecodedEthernet extends Ethernet {
  /** Bytes in front of the payload. */
  readonly size: number;
}

/**
 * undefined: no whole header. A tag that is cut off is not in `vlans`: then the EtherType is the tag's. So it is with a tag beyond
 * `vlansMax`.
 */
export function decodeEthernet(
  bytes: Uint8Array,
  vlansMax = Number.POSITIVE_INFINITY,
): DecodedEthernet | undefined {
  if (bytes.length < ETHERNET_HEADER_BYTES) return undefined;
  const vlans: VlanTag[] = [];
  let at = ADDRESSES_BYTES;
  // A tag counts when the two bytes of the next EtherType are there as well.
  while (vlans.length < vlansMax && bytes.length - at >= VLAN_TAG_BYTES + 2) {
    const tag = decodeVlanTag(bytes, at);
    if (tag === undefined) break;
    vlans.push(tag);
    at += VLAN_TAG_BYTES;
  }
  const addresses = { destination: u48(bytes, 0), source: u48(bytes, 6), vlans };
  return { ...addresses, ...decodeType(bytes, at) };
}

function decodeType(bytes: Uint8Array, at: number): { etherType?: number; size: number } {
  const type = u16(bytes, at);
  const behind = at + 2;
  if (type >= ETHER_TYPE_MIN) return { etherType: type, size: behind };
  const isSnap =
    bytes.length - behind >= SNAP_HEADER_BYTES &&
    u24(bytes, behind) === SNAP &&
    u24(bytes, behind + 3) === 0;
  if (!isSnap) return { size: behind };
  const size = behind + SNAP_HEADER_BYTES;
  const etherType = u16(bytes, behind + 6);
  return etherType >= ETHER_TYPE_MIN ? { etherType, size } : { size };
}

/** Ethernet II; without an EtherType 802.3, whose length is the payload's. */
export function encodeEthernet(header: Ethernet, payload: Uint8Array): Uint8Array {
  if (header.etherType === undefined && payload.length >= ETHER_TYPE_MIN) {
    throw new RangeError(`${payload.length} bytes without an EtherType: that length would be one`);
  }
  const type = ADDRESSES_BYTES + header.vlans.length * VLAN_TAG_BYTES;
  const bytes = withRoomBefore(type + 2, payload);
  put(bytes, 0, 6, header.destination);
  put(bytes, 6, 6, header.source);
  for (const [index, tag] of header.vlans.entries()) {
    putVlanTag(bytes, ADDRESSES_BYTES + index * VLAN_TAG_BYTES, tag);
  }
  put(bytes, type, 2, header.etherType ?? payload.length);
  return bytes;
}
