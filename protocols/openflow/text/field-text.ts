/**
 * Values of fields in ovs-ofctl's words, as set_field, learn and select groups have them. (A match has other words for
 * some: match-text.ts.)
 *
 * Traps: zero in hexadecimal is "0", not "0x0" (C's %#x); a mask of a decimal is written in hexadecimal.
 * Sources: ovs-fields(7), ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { ipv4FromNumber, ipv6FromBigInt, macFromNumber } from '../../base/addresses.ts';
import type { FieldKind } from '../values/field-registry.ts';
import { isZero } from '../values/field-values.ts';
import type { Field } from '../values/fields.ts';
import type { FieldValue } from '../values/match.ts';
import { formatPort, OFPP_ANY, OFPP_MAX } from '../values/ports.ts';
import {
  CT_STATE_WORDS,
  type FlagWords,
  formatMaskedFlags,
  TCP_FLAG_WORDS,
  TUN_FLAG_WORDS,
} from './flag-words.ts';

/** C's %#x. */
export function hex(value: FieldValue): string {
  return isZero(value) ? '0' : `0x${value.toString(16)}`;
}

/** "0x" and at least so many digits. */
export function paddedHex(value: FieldValue, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

type Format = (field: Field, value: FieldValue, mask: FieldValue | undefined) => string;

const FORMATS: Readonly<Record<FieldKind, Format>> = {
  mac: (_field, value, mask) => formatMac(Number(value), numberOf(mask)),
  ipv4: (_field, value, mask) => formatIpv4(Number(value), numberOf(mask)),
  ipv6: (_field, value, mask) =>
    formatIpv6(BigInt(value), mask === undefined ? mask : BigInt(mask)),
  port: (field, value, mask) =>
    mask === undefined
      ? formatPort(toPort32(field, Number(value)))
      : withMask(value.toString(), mask),
  ct_state: (_field, value, mask) => flags(CT_STATE_WORDS, value, mask ?? 0xffffffff, 0xffff),
  tcp_flags: (_field, value, mask) => flags(TCP_FLAG_WORDS, value, mask ?? 0xffff, 0xfff, 0xfff),
  tun_flags: (_field, value, mask) => flags(TUN_FLAG_WORDS, value, mask ?? 0xffff, 1, 1),
  packet_type: (_field, value) => formatPacketType(Number(value)),
  frag: (_field, value, mask) => formatFragment(Number(value), numberOf(mask) ?? 3),
  decimal: (_field, value, mask) => withMask(value.toString(), mask),
  hex: (_field, value, mask) => withMask(hex(value), mask),
};

/** VALUE or VALUE/MASK; ANY when no bit counts. */
export function formatFieldValue(field: Field, value: FieldValue, mask?: FieldValue): string {
  if (mask !== undefined && isZero(mask)) return 'ANY';
  return FORMATS[field.kind](field, value, mask === field.fullMask ? undefined : mask);
}

function numberOf(mask: FieldValue | undefined): number | undefined {
  return mask === undefined ? undefined : Number(mask);
}

function withMask(value: string, mask: FieldValue | undefined): string {
  return mask === undefined ? value : `${value}/${hex(mask)}`;
}

/** `all`: the mask that stands for every flag; only bits in `kept` of the mask count. */
function flags(
  words: FlagWords,
  value: FieldValue,
  mask: FieldValue,
  all: number,
  kept = 0xffffffff,
): string {
  return formatMaskedFlags(words, Number(value), (Number(mask) & kept) >>> 0, all);
}

/** NXM's ports have 16 bits; of those of 32, one that Open vSwitch cannot have is none to it. */
function toPort32(field: Field, port: number): number {
  if (port < 0xff00) return port;
  if (field.bytes === 2) return port + 0xffff0000;
  return port < OFPP_MAX ? OFPP_ANY : port;
}

export function formatMac(value: number, mask: number | undefined): string {
  return mask === undefined
    ? macFromNumber(value)
    : `${macFromNumber(value)}/${macFromNumber(mask)}`;
}

/** A prefix length where the mask is one, else dotted. */
export function formatIpv4(value: number, mask: number | undefined): string {
  const address = ipv4FromNumber(value);
  if (mask === undefined) return address;
  const length = prefixLength(BigInt(mask), 32);
  return `${address}/${length ?? ipv4FromNumber(mask)}`;
}

export function formatIpv6(value: bigint, mask: bigint | undefined): string {
  const address = formatIpv6Address(value);
  if (mask === undefined) return address;
  return `${address}/${prefixLength(mask, 128) ?? formatIpv6Address(mask)}`;
}

/** As C's inet_ntop(3) has it: an address that holds one of IPv4 ends with that. */
function formatIpv6Address(value: bigint): string {
  const high = value >> 32n;
  const low = Number(value & 0xffffffffn);
  if (high === 0xffffn) return `::ffff:${ipv4FromNumber(low)}`;
  if (high === 0n && low >= 0x10000) return `::${ipv4FromNumber(low)}`;
  return ipv6FromBigInt(value);
}

/** How many ones lead, when nothing but zeros follows. */
function prefixLength(mask: bigint, bits: number): number | undefined {
  const zeros = (1n << BigInt(bits)) - 1n - mask;
  if ((zeros & (zeros + 1n)) !== 0n) return undefined;
  return zeros === 0n ? bits : bits - zeros.toString(2).length;
}

/** "eth" for Ethernet itself. */
export function formatPacketType(value: number): string {
  if (value === 0) return 'eth';
  return `packet_type=(${small(value >>> 16)},${small(value & 0xffff)})`;
}

/** In hexadecimal above nine. */
function small(value: number): string {
  return value > 9 ? hex(value) : String(value);
}

/** Bit 0: a fragment; bit 1: a later one. */
const FRAGMENTS: Readonly<Record<number, readonly (string | undefined)[]>> = {
  1: ['no', 'yes'],
  2: ['not_later', undefined, 'later'],
  3: ['no', 'first', undefined, 'later'],
};

export function formatFragment(value: number, mask: number): string {
  const bits = mask & 3;
  return FRAGMENTS[bits]?.[value & bits] ?? '<error>';
}
