/**
 * The Internet checksum, and the pseudo header that TCP, UDP and ICMPv6 put before it.
 *
 * Sources: RFC 1071 (sum), RFC 768 and RFC 9293 §3.1 (IPv4 pseudo header), RFC 8200 §8.1 (IPv6 pseudo header).
 */
import { put, u16 } from './octets.ts';

/** Both ends of a packet: 32 bits as `number` for IPv4, 128 as `bigint` for IPv6. */
export type Ends =
  | { readonly source: number; readonly destination: number }
  | { readonly source: bigint; readonly destination: bigint };

/** Of all the bytes, an odd one at the end filled up with zeros. */
export function internetChecksum(bytes: Uint8Array, start = 0): number {
  let sum = start;
  for (let at = 0; at < bytes.length; at += 2) sum += u16(bytes, at);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum ^ 0xffff;
}

/** Of a segment with the pseudo header of its ends; the segment's own checksum must be zero in it. */
export function transportChecksum(ends: Ends, protocol: number, segment: Uint8Array): number {
  const size = typeof ends.source === 'bigint' ? 16 : 4;
  const pseudo = new Uint8Array(size * 2 + 4);
  put(pseudo, 0, size, ends.source);
  put(pseudo, size, size, ends.destination);
  put(pseudo, size * 2, 2, protocol);
  put(pseudo, size * 2 + 2, 2, segment.length);
  return internetChecksum(segment, internetChecksum(pseudo) ^ 0xffff);
}
