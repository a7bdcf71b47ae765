/**
 * Neighbour solicitations and advertisements: what stands behind the first eight bytes of their ICMPv6 message.
 *
 *     target:128 | [type:8 | length:8 in units of eight bytes | …]…
 *
 * Of the options there are the link-layer addresses (source, target). The flags of an advertisement are the ICMPv6 message's
 * `rest`.
 *
 * Source: RFC 4861 §4.3, §4.4, §4.6.1.
 */
import { put, u8, u48, u128 } from './octets.ts';

export const NEIGHBOUR_SOLICITATION = 135;
export const NEIGHBOUR_ADVERTISEMENT = 136;

/** Bits of an advertisement's `rest`. */
export const ND_ROUTER = 0x80000000;
export const ND_SOLICITED = 0x40000000;
export const ND_OVERRIDE = 0x20000000;

const OPTION_SOURCE = 1;
const OPTION_TARGET = 2;
const UNIT_BYTES = 8;
const TARGET_BYTES = 16;

export interface NeighbourDiscovery {
  readonly target: bigint;
  readonly sourceLinkLayer?: number;
  readonly targetLinkLayer?: number;
}

export interface DecodedNeighbourDiscovery extends NeighbourDiscovery {
  /** Type of the first link-layer option. */
  readonly firstOption?: number;
  /** An option came twice: RFC 4861 does not say which counts. */
  readonly ambiguous: boolean;
}

/** From the target on. undefined: it is not whole. Options that are cut off, and what is behind them, are left out. */
export function decodeNeighbourDiscovery(
  bytes: Uint8Array,
  from = 0,
  end = bytes.length,
): DecodedNeighbourDiscovery | undefined {
  if (end - from < TARGET_BYTES) return undefined;
  const target = u128(bytes, from);
  const seen = new Map<number, number>();
  let at = from + TARGET_BYTES;
  while (end - at >= UNIT_BYTES) {
    const size = u8(bytes, at + 1) * UNIT_BYTES;
    if (size === 0 || size > end - at) break;
    const type = u8(bytes, at);
    if ((type === OPTION_SOURCE || type === OPTION_TARGET) && size === UNIT_BYTES) {
      // An address of zeros says nothing, so another may follow it.
      if ((seen.get(type) ?? 0) !== 0) return { target, ambiguous: true };
      seen.set(type, u48(bytes, at + 2));
    }
    at += size;
  }
  return { target, ambiguous: false, ...optionsOf(seen) };
}

function optionsOf(seen: ReadonlyMap<number, number>): Partial<DecodedNeighbourDiscovery> {
  const source = seen.get(OPTION_SOURCE);
  const target = seen.get(OPTION_TARGET);
  const [first] = seen.keys();
  return {
    ...(source === undefined ? {} : { sourceLinkLayer: source }),
    ...(target === undefined ? {} : { targetLinkLayer: target }),
    ...(first === undefined ? {} : { firstOption: first }),
  };
}

/** The body of the ICMPv6 message. */
export function encodeNeighbourDiscovery(nd: NeighbourDiscovery): Uint8Array {
  const options = [
    [OPTION_SOURCE, nd.sourceLinkLayer],
    [OPTION_TARGET, nd.targetLinkLayer],
  ] as const;
  const present = options.filter(([, address]) => address !== undefined);
  const bytes = new Uint8Array(TARGET_BYTES + present.length * UNIT_BYTES);
  put(bytes, 0, TARGET_BYTES, nd.target);
  for (const [index, [type, address = 0]] of present.entries()) {
    const at = TARGET_BYTES + index * UNIT_BYTES;
    put(bytes, at, 1, type);
    put(bytes, at + 1, 1, 1);
    put(bytes, at + 2, 6, address);
  }
  return bytes;
}
