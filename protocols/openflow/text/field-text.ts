/**
 * Values of fields in ovs-ofctl's words.
 *
 * Trap: zero in hexadecimal is "0", not "0x0" (C's %#x); a masked decimal is written in hexadecimal.
 * Sources: ovs-fields(7), ovs-ofctl(8) of Open vSwitch 3.1.
 */
import { ipv4FromNumber, ipv6FromBigInt, macFromNumber } from '../../base/addresses.ts';
import type { Field } from '../values/fields.ts';
import type { FieldValue } from '../values/match.ts';
import { formatPort } from '../values/ports.ts';

const CT_STATES = ['new', 'est', 'rel', 'rpl', 'inv', 'trk', 'snat', 'dnat'];
const TCP_FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr', 'ns'];
const TUN_FLAGS = ['oam'];

/** C's %#x. */
export function hex(value: FieldValue): string {
  return value === 0 || value === 0n ? '0' : `0x${value.toString(16)}`;
}

/** "0x" and at least so many digits. */
export function paddedHex(value: FieldValue, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** VALUE or VALUE/MASK, as a match or a set_field has it. */
export function formatFieldValue(field: Field, value: FieldValue, mask?: FieldValue): string {
  const exact = mask === undefined || mask === field.allOnes;
  switch (field.kind) {
    case 'mac':
      return withMask(macFromNumber(Number(value)), exact, () => macFromNumber(Number(mask)));
    case 'ipv4':
      return withMask(ipv4FromNumber(Number(value)), exact, () => ipv4Mask(Number(mask)));
    case 'ipv6':
      return withMask(ipv6FromBigInt(BigInt(value)), exact, () => ipv6Mask(BigInt(mask ?? 0n)));
    case 'port':
      return formatPort(Number(value));
    case 'ct_state':
      return formatFlags(CT_STATES, Number(value), mask, field.allOnes);
    case 'tcp_flags':
      return formatFlags(TCP_FLAGS, Number(value), mask, field.allOnes);
    case 'tun_flags':
      // Never written as a plain list: ovs-ofctl counts more flags than the field can match.
      return formatFlags(TUN_FLAGS, Number(value), mask ?? field.allOnes, 0);
    case 'packet_type':
      return `(${Math.floor(Number(value) / 65536)},${hex(Number(value) % 65536)})`;
    case 'frag':
      return formatFragment(Number(value), Number(mask ?? 3));
    case 'decimal':
      return exact ? value.toString() : `0x${value.toString(16)}/0x${mask?.toString(16)}`;
    case 'hex':
      return withMask(hex(value), exact, () => hex(mask ?? 0));
  }
}

function withMask(value: string, exact: boolean, mask: () => string): string {
  return exact ? value : `${value}/${mask()}`;
}

/** A prefix length where the mask is one, else dotted. */
function ipv4Mask(mask: number): string {
  const zeros = 32 - prefixLength(BigInt(mask), 32n);
  return 2 ** 32 - 2 ** zeros === mask ? String(32 - zeros) : ipv4FromNumber(mask);
}

function ipv6Mask(mask: bigint): string {
  const length = prefixLength(mask, 128n);
  const prefix = ((1n << BigInt(length)) - 1n) << BigInt(128 - length);
  return prefix === mask ? String(length) : ipv6FromBigInt(mask);
}

/** How many ones lead. */
function prefixLength(mask: bigint, bits: bigint): number {
  let length = 0;
  for (let bit = bits - 1n; bit >= 0n && (mask >> bit) & 1n; bit--) length++;
  return length;
}

/** With all bits in the mask the flags that are set (a|b), else every flag that the mask names (+a-b). */
function formatFlags(
  names: readonly string[],
  value: number,
  mask: FieldValue | undefined,
  all: FieldValue,
): string {
  if (mask === undefined || mask === all) return flagsIn(names, value).join('|') || '0';
  return flagsIn(names, Number(mask))
    .map((name, index) => (has(value, bitsIn(Number(mask))[index] ?? 0) ? `+${name}` : `-${name}`))
    .join('');
}

/** The bits that are set, the lowest first. */
function bitsIn(value: number): number[] {
  return Array.from({ length: 32 }, (_, bit) => 2 ** bit).filter((bit) => has(value, bit));
}

/** The same by name; one without a name as [hexadecimal]. */
function flagsIn(names: readonly string[], value: number): string[] {
  return bitsIn(value).map((bit) => names[Math.log2(bit)] ?? `[${bit.toString(16)}]`);
}

function has(value: number, bit: number): boolean {
  return Math.floor(value / bit) % 2 === 1;
}

/** Bit 0: a fragment; bit 1: a later one. */
function formatFragment(value: number, mask: number): string {
  const any = has(value, 1);
  const later = has(value, 2);
  if (mask === 1) return any ? 'yes' : 'no';
  if (mask === 2) return later ? 'later' : 'not_later';
  if (!any) return later ? '<error>' : 'no';
  return later ? 'later' : 'first';
}
