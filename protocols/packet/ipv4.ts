/**
 * IPv4 headers.
 *
 *     version:4 IHL:4 | TOS:8 | total length:16 | identification:16 | 0 DF MF fragment offset:13 |
 *     TTL:8 | protocol:8 | checksum:16 | source:32 | destination:32 | [options]
 *
 * Sources: RFC 791 §3.1; RFC 2474 and RFC 3168 (DSCP and ECN in the TOS byte).
 */
import { internetChecksum } from './checksum.ts';
import { copyOf, joinBits, put, u8, u16, u32, withRoomBefore } from './octets.ts';

export const IPV4_HEADER_BYTES = 20;

export interface Ipv4 {
  /** DSCP and ECN. */
  readonly tos: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In units of eight bytes. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly source: number;
  readonly destination: number;
  readonly options: Uint8Array;
}

export interface DecodedIpv4 extends Ipv4 {
  readonly version: number;
  /** Bytes of the header, options included. */
  readonly size: number;
  /** Of header and payload, as the header says. */
  readonly totalLength: number;
  readonly checksum: number;
}

/** undefined: no whole header, or one that is said to be below 20 bytes. */
export function decodeIpv4(bytes: Uint8Array, at = 0): DecodedIpv4 | undefined {
  const room = bytes.length - at;
  const size = (u8(bytes, at) & 15) * 4;
  if (room < IPV4_HEADER_BYTES || size < IPV4_HEADER_BYTES || size > room) return undefined;
  const fragment = u16(bytes, at + 6);
  return {
    version: u8(bytes, at) >>> 4,
    size,
    tos: u8(bytes, at + 1),
    totalLength: u16(bytes, at + 2),
    identification: u16(bytes, at + 4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: fragment & 0x1fff,
    ttl: u8(bytes, at + 8),
    protocol: u8(bytes, at + 9),
    checksum: u16(bytes, at + 10),
    source: u32(bytes, at + 12),
    destination: u32(bytes, at + 16),
    options: copyOf(bytes, at + IPV4_HEADER_BYTES, at + size),
  };
}

/** With lengths and checksum of its own making; options are filled up with zeros. */
export function encodeIpv4(header: Ipv4, payload: Uint8Array): Uint8Array {
  const size = IPV4_HEADER_BYTES + Math.ceil(header.options.length / 4) * 4;
  const bytes = withRoomBefore(size, payload);
  const fragment = joinBits({
    dontFragment: [header.dontFragment ? 1 : 0, 2],
    moreFragments: [header.moreFragments ? 1 : 0, 1],
    fragmentOffset: [header.fragmentOffset, 13],
  });
  put(bytes, 0, 1, joinBits({ version: [4, 4], size: [size / 4, 4] }));
  put(bytes, 1, 1, header.tos);
  put(bytes, 2, 2, bytes.length);
  put(bytes, 4, 2, header.identification);
  put(bytes, 6, 2, fragment);
  put(bytes, 8, 1, header.ttl);
  put(bytes, 9, 1, header.protocol);
  put(bytes, 12, 4, header.source);
  put(bytes, 16, 4, header.destination);
  bytes.set(header.options, IPV4_HEADER_BYTES);
  put(bytes, 10, 2, internetChecksum(bytes.subarray(0, size)));
  return bytes;
}
