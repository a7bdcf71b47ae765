/**
 * TCP headers.
 *
 *     source:16 | destination:16 | sequence:32 | acknowledgement:32 | data offset:4 flags:12 | window:16 | checksum:16 |
 *     urgent pointer:16 | [options]
 *
 * The three reserved bits are among the flags, above CWR.
 * Source: RFC 9293 §3.1.
 */
import { type Ends, transportChecksum } from './checksum.ts';
import { IP_PROTOCOL } from './numbers.ts';
import { copyOf, joinBits, put, u16, u32, withRoomBefore } from './octets.ts';

export const TCP_HEADER_BYTES = 20;

export interface Tcp {
  readonly source: number;
  readonly destination: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  /** 12 bits; FIN is 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  readonly flags: number;
  readonly window: number;
  readonly urgentPointer: number;
  readonly options: Uint8Array;
}

export interface DecodedTcp extends Tcp {
  /** Bytes of the header, options included. */
  readonly size: number;
  readonly checksum: number;
}

/** undefined: no whole header between `at` and `end`, or one that is said to be below 20 bytes. */
export function decodeTcp(bytes: Uint8Array, at = 0, end = bytes.length): DecodedTcp | undefined {
  if (end - at < TCP_HEADER_BYTES) return undefined;
  const control = u16(bytes, at + 12);
  const size = (control >>> 12) * 4;
  if (size < TCP_HEADER_BYTES || size > end - at) return undefined;
  return {
    source: u16(bytes, at),
    destination: u16(bytes, at + 2),
    sequence: u32(bytes, at + 4),
    acknowledgement: u32(bytes, at + 8),
    flags: control & 0xfff,
    window: u16(bytes, at + 14),
    checksum: u16(bytes, at + 16),
    urgentPointer: u16(bytes, at + 18),
    options: copyOf(bytes, at + TCP_HEADER_BYTES, at + size),
    size,
  };
}

export function encodeTcp(ends: Ends, header: Tcp, payload: Uint8Array): Uint8Array {
  const size = TCP_HEADER_BYTES + Math.ceil(header.options.length / 4) * 4;
  const bytes = withRoomBefore(size, payload);
  put(bytes, 0, 2, header.source);
  put(bytes, 2, 2, header.destination);
  put(bytes, 4, 4, header.sequence);
  put(bytes, 8, 4, header.acknowledgement);
  put(bytes, 12, 2, joinBits({ size: [size / 4, 4], flags: [header.flags, 12] }));
  put(bytes, 14, 2, header.window);
  put(bytes, 18, 2, header.urgentPointer);
  bytes.set(header.options, TCP_HEADER_BYTES);
  put(bytes, 16, 2, transportChecksum(ends, IP_PROTOCOL.tcp, bytes));
  return bytes;
}
