/**
 * SCTP common headers: source:16 | destination:16 | verification tag:32 | checksum:32 (CRC32c). Chunks are not decoded.
 *
 * Source: RFC 9260 §3.1.
 */
import { u16, u32 } from './octets.ts';

export const SCTP_HEADER_BYTES = 12;

export interface Sctp {
  readonly source: number;
  readonly destination: number;
  readonly verificationTag: number;
  readonly checksum: number;
}

/** undefined: no whole header between `at` and `end`. */
export function decodeSctp(bytes: Uint8Array, at = 0, end = bytes.length): Sctp | undefined {
  if (end - at < SCTP_HEADER_BYTES) return undefined;
  return {
    source: u16(bytes, at),
    destination: u16(bytes, at + 2),
    verificationTag: u32(bytes, at + 4),
    checksum: u32(bytes, at + 8),
  };
}
