/**
 * Values in a match in ovs-ofctl's words, by how much of their place is matched.
 *
 * Traps: a masked decimal is written in hexadecimal, and each width has its own way with zeros.
 * Source: ovs-fields(7) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { Place } from '../values/flow-places.ts';
import { formatPort } from '../values/ports.ts';
import { formatIpv4, formatIpv6, formatMac, hex, paddedHex } from './field-text.ts';
import {
  CT_STATE_WORDS,
  formatFlags,
  formatMaskedFlags,
  TCP_FLAG_WORDS,
  TUN_FLAG_WORDS,
} from './flag-words.ts';

const ALL_32 = 0xffffffff;
const ALL_64 = 2n ** 64n - 1n;
const ALL_128 = 2n ** 128n - 1n;

export function decimal({ value }: Place): string {
  return value.toString();
}

export function decimalMasked({ value, mask }: Place): string {
  return mask === 0xffff ? value.toString() : `0x${value.toString(16)}/0x${mask.toString(16)}`;
}

export function byteMasked({ value, mask }: Place): string {
  return mask === 0xff ? value.toString() : `${paddedHex(value, 2)}/${paddedHex(mask, 2)}`;
}

export function hexMasked({ value, mask }: Place): string {
  return mask === ALL_32 ? hex(value) : `${hex(value)}/${hex(mask)}`;
}

/** Zero with its prefix, unlike the others. */
export function context({ value, mask }: Place): string {
  const text = `0x${value.toString(16)}`;
  return mask === ALL_32 ? text : `${text}/0x${mask.toString(16)}`;
}

/** Of 64 bits. */
export function hexMasked64({ value, mask }: Place): string {
  return mask === ALL_64 ? hex(value) : `${hex(value)}/${hex(mask)}`;
}

/** Of 128 bits. */
export function hexMasked128({ value, mask }: Place): string {
  return mask === ALL_128 ? hex(value) : `${hex(value)}/${hex(mask)}`;
}

/** Of an option; a mask of all bits of as many bytes as it has is none. */
export function option({ value, mask }: Place): string {
  const digits = mask.toString(16);
  const isWhole = /^f+$/.test(digits) && digits.length % 2 === 0;
  return isWhole ? hex(value) : `${hex(value)}/${hex(mask)}`;
}

export function label({ value, mask }: Place): string {
  return mask === ALL_32 ? paddedHex(value, 5) : `${paddedHex(value, 5)}/${paddedHex(mask, 5)}`;
}

export function ctState({ value, mask }: Place): string {
  if (mask === 0xff) return formatFlags(CT_STATE_WORDS, Number(value));
  return formatMaskedFlags(CT_STATE_WORDS, Number(value), Number(mask), 0xff);
}

export function port({ value }: Place): string {
  return formatPort(Number(value));
}

export function mac({ value, mask }: Place): string {
  return formatMac(Number(value), mask === 0xffffffffffff ? undefined : Number(mask));
}

export function ipv4({ value, mask }: Place): string {
  return formatIpv4(Number(value), mask === ALL_32 ? undefined : Number(mask));
}

export function ipv6({ value, mask }: Place): string {
  return formatIpv6(BigInt(value), mask === ALL_128 ? undefined : BigInt(mask));
}

export function tcpFlags({ value, mask }: Place): string {
  return formatMaskedFlags(TCP_FLAG_WORDS, Number(value), Number(mask) & 0xfff, 0xfff);
}

export function tunnelFlags({ value, mask }: Place): string {
  return formatMaskedFlags(TUN_FLAG_WORDS, Number(value), Number(mask), 0xf);
}

/** The value alone, whatever the mask. */
export function hexValue({ value }: Place): string {
  return hex(value);
}
