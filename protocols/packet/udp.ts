/**
 * UDP headers: source:16 | destination:16 | length:16 | checksum:16.
 *
 * Trap: a checksum that comes out as zero is sent as 0xffff, since zero says that there is none.
 * Source: RFC 768; RFC 8200 §8.1 (over IPv6 there must be one).
 */
import { type Ends, transportChecksum } from './checksum.ts';
import { IP_PROTOCOL } from './numbers.ts';
import { put, u16, withRoomBefore } from './octets.ts';

export const UDP_HEADER_BYTES = 8;

export interface Udp {
  readonly source: number;
  readonly destination: number;
}

export interface DecodedUdp extends Udp {
  /** Of header and payload, as the header says. */
  readonly length: number;
  readonly checksum: number;
}

/** undefined: no whole header between `at` and `end`. */
export function decodeUdp(bytes: Uint8Array, at = 0, end = bytes.length): DecodedUdp | undefined {
  if (end - at < UDP_HEADER_BYTES) return undefined;
  return {
    source: u16(bytes, at),
    destination: u16(bytes, at + 2),
    length: u16(bytes, at + 4),
    checksum: u16(bytes, at + 6),
  };
}

export function encodeUdp(ends: Ends, header: Udp, payload: Uint8Array): Uint8Array {
  const bytes = withRoomBefore(UDP_HEADER_BYTES, payload);
  put(bytes, 0, 2, header.source);
  put(bytes, 2, 2, header.destination);
  put(bytes, 4, 2, bytes.length);
  put(bytes, 6, 2, transportChecksum(ends, IP_PROTOCOL.udp, bytes) || 0xffff);
  return bytes;
}
