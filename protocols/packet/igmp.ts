/**
 * The first eight bytes of IGMP messages: type:8 | code:8 (maximum response time) | checksum:16 | group:32.
 *
 * Sources: RFC 2236 §2; RFC 3376 §4 (in a version 3 report the last four bytes are something else).
 */
import { u8, u16, u32 } from './octets.ts';

export const IGMP_HEADER_BYTES = 8;

export interface Igmp {
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  readonly group: number;
}

/** undefined: no whole header between `at` and `end`. */
export function decodeIgmp(bytes: Uint8Array, at = 0, end = bytes.length): Igmp | undefined {
  if (end - at < IGMP_HEADER_BYTES) return undefined;
  return {
    type: u8(bytes, at),
    code: u8(bytes, at + 1),
    checksum: u16(bytes, at + 2),
    group: u32(bytes, at + 4),
  };
}
