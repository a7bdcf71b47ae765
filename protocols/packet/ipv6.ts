/**
 * IPv6 headers and the extension headers behind them.
 *
 *     version:4 | traffic class:8 | flow label:20 | payload length:16 | next header:8 | hop limit:8 | source:128 | destination:128
 *
 * Trap: an extension header counts its length in units of eight bytes beyond the first eight, the authentication header in units
 * of four beyond the first eight. In a later fragment nothing follows that could be decoded.
 *
 * Sources: RFC 8200 §3, §4 (extension headers); RFC 4302 §2 (authentication header).
 */
import { IP_PROTOCOL } from './numbers.ts';
import { joinBits, put, u8, u16, u32, u128, withRoomBefore } from './octets.ts';

export const IPV6_HEADER_BYTES = 40;
const FRAGMENT_BYTES = 8;

export interface Ipv6 {
  /** DSCP and ECN. */
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly source: bigint;
  readonly destination: bigint;
}

export interface DecodedIpv6 extends Ipv6 {
  readonly version: number;
  /** Of all that is behind the first 40 bytes, as the header says. */
  readonly payloadLength: number;
}

export interface Ipv6Fragment {
  /** In units of eight bytes. */
  readonly offset: number;
  readonly more: boolean;
  readonly identification: number;
}

export interface Ipv6Extensions {
  /** What is behind the extension headers; in a later fragment IP_PROTOCOL.fragment. */
  readonly protocol: number;
  /** Where that begins. */
  readonly end: number;
  /** Of the last fragment header. */
  readonly fragment?: Ipv6Fragment;
  /** Whether any fragment header says that this is not the whole packet. */
  readonly fragmented: boolean;
}

/** undefined: no whole header. */
export function decodeIpv6(bytes: Uint8Array, at = 0): DecodedIpv6 | undefined {
  if (bytes.length - at < IPV6_HEADER_BYTES) return undefined;
  const first = u32(bytes, at);
  return {
    version: first >>> 28,
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xfffff,
    payloadLength: u16(bytes, at + 4),
    nextHeader: u8(bytes, at + 6),
    hopLimit: u8(bytes, at + 7),
    source: u128(bytes, at + 8),
    destination: u128(bytes, at + 24),
  };
}

/** Steps over the extension headers between `from` and `to`. undefined: one of them is not whole. */
export function decodeIpv6Extensions(
  bytes: Uint8Array,
  firstProtocol: number,
  from: number,
  to = bytes.length,
): Ipv6Extensions | undefined {
  let protocol = firstProtocol;
  let at = from;
  let seen: { fragment?: Ipv6Fragment; fragmented: boolean } = { fragmented: false };
  while (isExtension(protocol)) {
    const size = extensionSize(bytes, at, protocol);
    if (to - at < size) return undefined;
    if (protocol === IP_PROTOCOL.fragment) {
      const fragment = decodeFragment(bytes, at);
      // Any bit beside the identification counts, the two reserved ones too: so Open vSwitch reads it.
      seen = { fragment, fragmented: seen.fragmented || u16(bytes, at + 2) !== 0 };
      if (fragment.offset !== 0) return { protocol, end: at + size, ...seen };
    }
    protocol = u8(bytes, at);
    at += size;
  }
  return { protocol, end: at, ...seen };
}

function isExtension(protocol: number): boolean {
  switch (protocol) {
    case IP_PROTOCOL.hopByHop:
    case IP_PROTOCOL.routing:
    case IP_PROTOCOL.destinationOptions:
    case IP_PROTOCOL.authentication:
    case IP_PROTOCOL.fragment:
      return true;
    default:
      return false;
  }
}

function extensionSize(bytes: Uint8Array, at: number, protocol: number): number {
  if (protocol === IP_PROTOCOL.fragment) return FRAGMENT_BYTES;
  const units = u8(bytes, at + 1);
  return protocol === IP_PROTOCOL.authentication ? (units + 2) * 4 : (units + 1) * 8;
}

function decodeFragment(bytes: Uint8Array, at: number): Ipv6Fragment {
  const word = u16(bytes, at + 2);
  return { offset: word >>> 3, more: (word & 1) !== 0, identification: u32(bytes, at + 4) };
}

/** The payload begins with what `nextHeader` says, extension headers included. */
export function encodeIpv6(header: Ipv6, payload: Uint8Array): Uint8Array {
  const bytes = withRoomBefore(IPV6_HEADER_BYTES, payload);
  const { trafficClass, flowLabel } = header;
  const first = {
    version: [6, 4],
    trafficClass: [trafficClass, 8],
    flowLabel: [flowLabel, 20],
  } as const;
  put(bytes, 0, 4, joinBits(first));
  put(bytes, 4, 2, payload.length);
  put(bytes, 6, 1, header.nextHeader);
  put(bytes, 7, 1, header.hopLimit);
  put(bytes, 8, 16, header.source);
  put(bytes, 24, 16, header.destination);
  return bytes;
}
