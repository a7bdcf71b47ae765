/**
 * A match: which packets a flow takes.
 *
 * A value is a `number` for fields of up to 48 bits (exact in a double) and a `bigint` for wider ones
 * (tun_id, metadata, IPv6 addresses, extended registers), so that values compare with `===` and copy for free.
 *
 * Source: OpenFlow 1.3.5 §7.2.2; ovs-fields(7).
 */
import type { FieldName } from './fields.ts';

export type FieldValue = number | bigint;

export interface MatchField {
  readonly field: FieldName;
  readonly value: FieldValue;
  /** Bits that count; absent: all of them. */
  readonly mask?: FieldValue;
  /** Of tun_metadata alone: how many bytes the option has. Absent: as few as hold value and mask. */
  readonly bytes?: number;
  /** Of `unknown_oxm` alone (its value is 0): the whole TLV, header and all, so that nothing is lost. */
  readonly oxm?: Uint8Array;
}

export type Match = readonly MatchField[];
