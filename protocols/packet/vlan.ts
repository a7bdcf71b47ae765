/**
 * One VLAN tag: TPID:16 | PCP:3 DEI:1 VID:12.
 *
 * Sources: IEEE 802.1Q-2018 §9.6 (0x8100), §9.5 (0x88a8, once 802.1ad).
 */
import { ETHER_TYPE } from './numbers.ts';
import { joinBits, put, u16 } from './octets.ts';

export const VLAN_TAG_BYTES = 4;

export interface VlanTag {
  /** TPID: 0x8100 or 0x88a8. */
  readonly etherType: number;
  readonly vid: number;
  readonly pcp: number;
  readonly dei: boolean;
}

export function isVlanTag(etherType: number): boolean {
  return etherType === ETHER_TYPE.vlan || etherType === ETHER_TYPE.serviceVlan;
}

/** undefined: no whole tag there. */
export function decodeVlanTag(bytes: Uint8Array, at: number): VlanTag | undefined {
  const etherType = u16(bytes, at);
  if (!isVlanTag(etherType) || bytes.length - at < VLAN_TAG_BYTES) return undefined;
  const tci = u16(bytes, at + 2);
  return { etherType, vid: tci & 0xfff, pcp: tci >>> 13, dei: (tci & 0x1000) !== 0 };
}

export function putVlanTag(bytes: Uint8Array, at: number, tag: VlanTag): void {
  put(bytes, at, 2, tag.etherType);
  const { pcp, dei, vid } = tag;
  put(bytes, at + 2, 2, joinBits({ pcp: [pcp, 3], dei: [dei ? 1 : 0, 1], vid: [vid, 12] }));
}
