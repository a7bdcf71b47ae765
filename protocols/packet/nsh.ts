/**
 * Network service headers.
 *
 *     version:2 O:1 U:1 TTL:6 length:6 in units of four bytes | U:4 MD type:4 | next protocol:8 | SPI:24 | SI:8 | context
 *
 * MD type 1 has four context words, type 2 metadata of any length, which is kept as bytes.
 * Source: RFC 8300 §2.2 to §2.5.
 */
import { u8, u16, u24, u32 } from './octets.ts';

export const NSH_BASE_BYTES = 8;
export const NSH_MD1_BYTES = 24;

export interface Nsh {
  readonly version: number;
  /** O and the unassigned bit behind it. */
  readonly flags: number;
  readonly ttl: number;
  /** The whole byte: the four bits above the type are unassigned. */
  readonly mdType: number;
  readonly nextProtocol: number;
  readonly servicePath: number;
  readonly serviceIndex: number;
  /** MD type 1: four words; of others none. */
  readonly context: readonly number[];
  /** Bytes of the whole header. */
  readonly size: number;
}

/** undefined: no whole header of version 0, or of a size that its MD type cannot have. */
export function decodeNsh(bytes: Uint8Array, at = 0): Nsh | undefined {
  const room = bytes.length - at;
  if (room < NSH_BASE_BYTES) return undefined;
  const first = u16(bytes, at);
  const size = (first & 0x3f) * 4;
  const version = first >>> 14;
  const mdType = u8(bytes, at + 2);
  if (size > room || version !== 0 || !mayBeSized(mdType, size)) return undefined;
  return {
    version,
    flags: (first >>> 12) & 3,
    ttl: (first >>> 6) & 0x3f,
    mdType,
    nextProtocol: u8(bytes, at + 3),
    servicePath: u24(bytes, at + 4),
    serviceIndex: u8(bytes, at + 7),
    context: mdType === 1 ? [8, 12, 16, 20].map((offset) => u32(bytes, at + offset)) : [],
    size,
  };
}

/** Of a type that we do not know any size is taken. */
function mayBeSized(mdType: number, size: number): boolean {
  if (mdType === 1) return size === NSH_MD1_BYTES;
  return mdType !== 2 || size >= NSH_BASE_BYTES;
}
