/**
 * ARP and RARP for IPv4 over Ethernet; of other hardware and protocols there are no values.
 *
 *     hardware:16 | protocol:16 | sizes 6, 4 | operation:16 | sender MAC:48 | sender IP:32 | target MAC:48 | target IP:32
 *
 * Sources: RFC 826, RFC 903 (RARP has the same layout, EtherType 0x8035).
 */
import { ETHER_TYPE } from './numbers.ts';
import { put, u8, u16, u32, u48 } from './octets.ts';

export const ARP_BYTES = 28;
export const ARP_REQUEST = 1;
export const ARP_REPLY = 2;
const HARDWARE_ETHERNET = 1;

export interface Arp {
  readonly operation: number;
  readonly senderMac: number;
  readonly senderIp: number;
  readonly targetMac: number;
  readonly targetIp: number;
}

/** undefined: not whole, or not IPv4 over Ethernet. */
export function decodeArp(bytes: Uint8Array, at = 0): Arp | undefined {
  const known =
    bytes.length - at >= ARP_BYTES &&
    u16(bytes, at) === HARDWARE_ETHERNET &&
    u16(bytes, at + 2) === ETHER_TYPE.ipv4 &&
    u8(bytes, at + 4) === 6 &&
    u8(bytes, at + 5) === 4;
  if (!known) return undefined;
  return {
    operation: u16(bytes, at + 6),
    senderMac: u48(bytes, at + 8),
    senderIp: u32(bytes, at + 14),
    targetMac: u48(bytes, at + 18),
    targetIp: u32(bytes, at + 24),
  };
}

export function encodeArp(arp: Arp): Uint8Array {
  const bytes = new Uint8Array(ARP_BYTES);
  put(bytes, 0, 2, HARDWARE_ETHERNET);
  put(bytes, 2, 2, ETHER_TYPE.ipv4);
  put(bytes, 4, 1, 6);
  put(bytes, 5, 1, 4);
  put(bytes, 6, 2, arp.operation);
  put(bytes, 8, 6, arp.senderMac);
  put(bytes, 14, 4, arp.senderIp);
  put(bytes, 18, 6, arp.targetMac);
  put(bytes, 24, 4, arp.targetIp);
  return bytes;
}
