/**
 * What actions may do with a field: how many of its bits a subfield can name, and whether it can be written.
 *
 * Source: ovs-fields(7) of Open vSwitch 3.1 (width, access).
 */
import type { Field, RegisteredFieldName } from './fields.ts';

/** Where a subfield counts other bits than a match does. */
const WIDTHS: Readonly<Partial<Record<RegisteredFieldName, number>>> = {
  /** Without the bit that says that there is a VLAN at all. */
  vlan_vid: 12,
  /** All 32, though eight have a name. */
  ct_state: 32,
};

const READ_ONLY: ReadonlySet<string> = new Set<RegisteredFieldName>([
  ...(['dp_hash', 'recirc_id', 'packet_type', 'conj_id', 'actset_output'] as const),
  ...(['tun_gtpu_flags', 'tun_gtpu_msgtype', 'in_phy_port', 'ct_state', 'ct_zone'] as const),
  ...(['ct_nw_proto', 'ct_nw_src', 'ct_nw_dst', 'ct_ipv6_src', 'ct_ipv6_dst'] as const),
  ...(['ct_tp_src', 'ct_tp_dst', 'eth_type', 'mpls_bos', 'ip_proto', 'ip_frag'] as const),
  ...(['tcp_flags', 'nsh_mdtype', 'nsh_np'] as const),
]);

/** Fields of the specification that Open vSwitch does not have. */
const UNSUPPORTED: ReadonlySet<string> = new Set<RegisteredFieldName>([
  ...(['in_phy_port', 'pbb_isid', 'pbb_uca', 'ipv6_exthdr'] as const),
]);

/** How wide NAME[] is. */
export function subfieldWidth(field: Field): number {
  return WIDTHS[field.name] ?? field.bits;
}

export function isWritable(field: Field): boolean {
  return !READ_ONLY.has(field.name);
}

/** Whether an action may name it at all. */
export function isActionField(field: Field): boolean {
  return !UNSUPPORTED.has(field.name);
}
