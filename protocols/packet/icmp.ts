/**
 * ICMP messages: type:8 | code:8 | checksum:16 | four bytes of the type's own | body.
 *
 * Source: RFC 792.
 */
import { internetChecksum } from './checksum.ts';
import { put, u8, u16, u32, withRoomBefore } from './octets.ts';

export const ICMP_HEADER_BYTES = 8;
export const ICMP_ECHO_REPLY = 0;
export const ICMP_ECHO_REQUEST = 8;

export interface Icmp {
  readonly type: number;
  readonly code: number;
  /** Of an echo: identifier << 16 | sequence number. */
  readonly rest: number;
}

export interface DecodedIcmp extends Icmp {
  readonly checksum: number;
}

/** undefined: no whole header between `at` and `end`. */
export function decodeIcmp(bytes: Uint8Array, at = 0, end = bytes.length): DecodedIcmp | undefined {
  if (end - at < ICMP_HEADER_BYTES) return undefined;
  return {
    type: u8(bytes, at),
    code: u8(bytes, at + 1),
    checksum: u16(bytes, at + 2),
    rest: u32(bytes, at + 4),
  };
}

export function encodeIcmp({ type, code, rest }: Icmp, body: Uint8Array): Uint8Array {
  const bytes = withRoomBefore(ICMP_HEADER_BYTES, body);
  put(bytes, 0, 1, type);
  put(bytes, 1, 1, code);
  put(bytes, 4, 4, rest);
  put(bytes, 2, 2, internetChecksum(bytes));
  return bytes;
}
