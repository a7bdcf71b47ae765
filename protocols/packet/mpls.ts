/**
 * MPLS label stacks: label:20 | traffic class:3 | bottom of stack:1 | TTL:8, again and again.
 *
 * Sources: RFC 3032 §2.1, RFC 5462 (the traffic class' name).
 */
import { joinBits, u32 } from './octets.ts';

export const MPLS_ENTRY_BYTES = 4;

export interface MplsEntry {
  readonly label: number;
  readonly trafficClass: number;
  readonly bottom: boolean;
  readonly ttl: number;
}

/** Up to the bottom of the stack, or to the last whole entry. */
export function decodeMplsStack(bytes: Uint8Array, from = 0): MplsEntry[] {
  const stack: MplsEntry[] = [];
  for (let at = from; bytes.length - at >= MPLS_ENTRY_BYTES; at += MPLS_ENTRY_BYTES) {
    const entry = mplsEntryFromNumber(u32(bytes, at));
    stack.push(entry);
    if (entry.bottom) break;
  }
  return stack;
}

export function mplsEntryFromNumber(bits: number): MplsEntry {
  return {
    label: Math.floor(bits / 4096),
    trafficClass: (bits >>> 9) & 7,
    bottom: (bits & 0x100) !== 0,
    ttl: bits & 0xff,
  };
}

/** The 32 bits of an entry. */
export function mplsEntryToNumber({ label, trafficClass, bottom, ttl }: MplsEntry): number {
  return joinBits({
    label: [label, 20],
    trafficClass: [trafficClass, 3],
    bottom: [bottom ? 1 : 0, 1],
    ttl: [ttl, 8],
  });
}
