/**
 * Which values set_field may give a field: those that a packet can have there.
 *
 * Source: ovs-fields(7) of Open vSwitch 3.1 (width of each field); OpenFlow 1.5.1 §7.2.3.8.
 */
import type { Field, RegisteredFieldName } from '../../values/fields.ts';
import type { FieldValue } from '../../values/match.ts';
import { isWritable } from '../../values/subfield.ts';

/** Fields whose bytes hold more bits than the field has, by the greatest value. */
const GREATEST: Readonly<Partial<Record<RegisteredFieldName, number>>> = {
  ...{ ip_dscp: 63, ip_ecn: 3, arp_op: 0xff, vlan_vid: 0x1fff, vlan_pcp: 7 },
  ...{ ipv6_label: 0xfffff, mpls_label: 0xfffff, mpls_tc: 7, mpls_bos: 1, tun_flags: 1 },
  ...{ nsh_ttl: 63, nsh_spi: 0xffffff },
};

export function isSettable(field: Field, value: FieldValue): boolean {
  if (!isWritable(field)) return false;
  // The two low bits are ECN's.
  if (field.name === 'nw_tos') return (Number(value) & 3) === 0;
  const greatest = GREATEST[field.name];
  return greatest === undefined || value <= greatest;
}
