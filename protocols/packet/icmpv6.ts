/**
 * ICMPv6 messages: as ICMP's, with a checksum over the pseudo header too. Neighbour discovery is in neighbour-discovery.ts.
 *
 * Source: RFC 4443 §2.1, §2.3.
 */
import { type Ends, transportChecksum } from './checksum.ts';
import { type DecodedIcmp, decodeIcmp, ICMP_HEADER_BYTES, type Icmp } from './icmp.ts';
import { IP_PROTOCOL } from './numbers.ts';
import { put, withRoomBefore } from './octets.ts';

/** Type, code and checksum: an ICMPv6 message may have no more. */
export const ICMPV6_HEADER_BYTES = 4;
export const ICMPV6_ECHO_REQUEST = 128;
export const ICMPV6_ECHO_REPLY = 129;

/** undefined: no whole header, with the four bytes behind the checksum, between `at` and `end`. */
export function decodeIcmpv6(
  bytes: Uint8Array,
  at = 0,
  end = bytes.length,
): DecodedIcmp | undefined {
  return decodeIcmp(bytes, at, end);
}

export function encodeIcmpv6(ends: Ends, { type, code, rest }: Icmp, body: Uint8Array): Uint8Array {
  const bytes = withRoomBefore(ICMP_HEADER_BYTES, body);
  put(bytes, 0, 1, type);
  put(bytes, 1, 1, code);
  put(bytes, 4, 4, rest);
  put(bytes, 2, 2, transportChecksum(ends, IP_PROTOCOL.icmpv6, bytes));
  return bytes;
}
