/**
 * Arithmetic on values of fields, whatever their width (match.ts), and which values a field takes.
 *
 * Source: OpenFlow 1.3.5 §7.2.3.7, §7.2.3.8; ovs-fields(7) of Open vSwitch 3.1.
 */
import type { Field } from './fields.ts';
import type { FieldValue } from './match.ts';

const HALF = 2 ** 24;

/** Bit by bit; both of one type. */
export function bitAnd(left: FieldValue, right: FieldValue): FieldValue {
  if (typeof left === 'bigint' || typeof right === 'bigint') return BigInt(left) & BigInt(right);
  if (left < 2 ** 31 && right < 2 ** 31) return left & right;
  const high = Math.floor(left / HALF) & Math.floor(right / HALF);
  return high * HALF + ((left % HALF) & (right % HALF));
}

/** Whether a bit is set in the value where the mask has none. */
export function exceedsMask(value: FieldValue, mask: FieldValue): boolean {
  return bitAnd(value, mask) !== value;
}

export function isZero(value: FieldValue): boolean {
  return value === 0 || value === 0n;
}

/** How many bytes it takes; none for zero. */
export function bytesIn(value: FieldValue): number {
  return isZero(value) ? 0 : Math.ceil(value.toString(16).length / 2);
}

/** Ports between what 16 bits hold and the reserved ones are refused: Open vSwitch has no more ports. */
const PORT_MAX = 0xff00;
const PORT_RESERVED = 0xffffff00;

/** NSH: 6 bits of time to live (RFC 8300 §2.2), metadata types 1 and 2. */
const NSH_TTL_MAX = 63;

/**
 * Whether Open vSwitch takes the value in a match or a set_field (else OFPBMC_BAD_VALUE). It lets through some that the
 * field has no bits for (ERSPAN's), which count as they are.
 */
export function isValidValue(field: Field, value: FieldValue): boolean {
  switch (field.name) {
    case 'in_port':
    case 'actset_output':
      return Number(value) < PORT_MAX || Number(value) >= PORT_RESERVED;
    case 'nw_tos':
      return (Number(value) & 3) === 0;
    case 'arp_op':
      return Number(value) <= 0xff;
    case 'nsh_ttl':
      return Number(value) <= NSH_TTL_MAX;
    case 'nsh_mdtype':
      return value === 1 || value === 2;
    case 'tun_erspan_idx':
    case 'tun_erspan_ver':
    case 'tun_erspan_dir':
    case 'tun_erspan_hwid':
      return true;
    default:
      return value <= field.allOnes;
  }
}
