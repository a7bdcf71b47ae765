/**
 * A match as Open vSwitch writes it: its order, one field for each place, what the version has for it.
 *
 * What no flow of Open vSwitch has room for (strays, flow-fields.ts) follows at the end as it came.
 * Source: what Open vSwitch 3.1 sends, by `ovs-ofctl parse-oxm` and `parse-flow`.
 */
import {
  type Field,
  fieldByName,
  type RegisteredFieldName,
  TUN_METADATA_FIELDS,
} from './fields.ts';
import { type FieldsOfMatch, fieldsOfMatch } from './flow-fields.ts';
import { type FlowFields, isMatched, maskAt, numberAt, placeOf } from './flow-places.ts';
import type { FieldValue, Match, MatchField } from './match.ts';
import {
  ETH_TYPE_IP,
  ETH_TYPE_IPV6,
  ETH_TYPE_MPLS,
  ETH_TYPE_MPLS_MCAST,
  ethernetType,
  isArp,
  isIp,
  isNeighbourDiscovery,
} from './prerequisites.ts';
import { OPENFLOW_15, type OpenFlowVersion } from './version.ts';

type Name = RegisteredFieldName;

const METADATA: readonly Name[] = [
  ...(['dp_hash', 'recirc_id', 'conj_id', 'in_port', 'actset_output'] as const),
  ...(['eth_src', 'eth_dst', 'eth_type'] as const),
];

const MPLS: readonly Name[] = ['mpls_tc', 'mpls_bos', 'mpls_ttl', 'mpls_label'];

const TUNNEL: readonly Name[] = [
  ...(['tun_id', 'tun_flags', 'tun_src', 'tun_dst', 'tun_ipv6_src', 'tun_ipv6_dst'] as const),
  ...(['tun_gbp_id', 'tun_gbp_flags'] as const),
];

const OPTIONS: readonly Name[] = Array.from(
  { length: TUN_METADATA_FIELDS },
  (_, index): Name => `tun_metadata${index}`,
);

const AFTER_OPTIONS: readonly Name[] = [
  ...(['tun_erspan_idx', 'tun_erspan_ver', 'tun_erspan_dir', 'tun_erspan_hwid'] as const),
  ...(['tun_gtpu_flags', 'tun_gtpu_msgtype', 'nsh_flags', 'nsh_ttl', 'nsh_mdtype'] as const),
  ...(['nsh_np', 'nsh_spi', 'nsh_si', 'nsh_c1', 'nsh_c2', 'nsh_c3', 'nsh_c4'] as const),
];

const REGISTERS = Array.from({ length: 16 }, (_, index) => `reg${index}` as Name);

const TRACKING: readonly Name[] = [
  ...(['pkt_mark', 'ct_state', 'ct_zone', 'ct_mark', 'ct_label', 'ct_nw_src'] as const),
  ...(['ct_ipv6_src', 'ct_nw_dst', 'ct_ipv6_dst'] as const),
];

/** The match in the order and the fields in which Open vSwitch writes it in a version. */
export function canonicalMatch(match: Match, version: OpenFlowVersion): Match {
  return writeFields(fieldsOfMatch(match), version);
}

/** The same for fields that are known already. */
export function writeFields({ flow, strays }: FieldsOfMatch, version: OpenFlowVersion): Match {
  const match: MatchField[] = [];
  const add = (names: readonly Name[]) => {
    for (const name of names) addPlace(match, flow, name, name);
  };
  if (numberAt(flow, 'packet_type') !== 0) add(['packet_type']);
  add(METADATA);
  addTag(match, flow);
  addNetwork(match, flow);
  add(TUNNEL);
  if (flow.hasOptions) add(OPTIONS);
  add(AFTER_OPTIONS);
  if (version < OPENFLOW_15) add(REGISTERS);
  else addExtendedRegisters(match, flow);
  add(TRACKING);
  if (numberAt(flow, 'ct_nw_proto') !== 0) add(['ct_nw_proto', 'ct_tp_src', 'ct_tp_dst']);
  add(['metadata']);
  // A match of Ethernet that no other field implies has to say so.
  const saysEthernet = isMatched(flow, 'packet_type') && numberAt(flow, 'packet_type') === 0;
  const implies = ({ field }: MatchField) =>
    field !== 'unknown_oxm' && fieldByName(field).prerequisite !== 'none';
  const first: Match =
    saysEthernet && !match.some(implies) ? [{ field: 'packet_type', value: 0 }] : [];
  return [...first, ...match, ...strays];
}

/** What lies at `place`, under the name that it has here; nothing when it is not matched. */
function addPlace(match: MatchField[], flow: FlowFields, place: Name, name: Name): void {
  if (!isMatched(flow, place)) return;
  const { value, mask } = placeOf(flow, place);
  match.push(toItem(fieldByName(name), value, mask));
}

/** A mask of all the bits that the place has is none. */
function toItem(field: Field, value: FieldValue, mask: FieldValue): MatchField {
  const isExact = mask === field.fullMask || isAll(field, mask);
  return isExact ? { field: field.name, value } : { field: field.name, value, mask };
}

/** Of these Open vSwitch writes no mask when all of the bits that they have count. */
function isAll(field: Field, mask: FieldValue): boolean {
  if (!field.maskable) return true;
  return (field.name === 'vlan_vid' || field.name === 'ip_frag') && mask === field.allOnes;
}

function addTag(match: MatchField[], flow: FlowFields): void {
  const value = numberAt(flow, 'vlan_tci');
  const mask = maskAt(flow, 'vlan_tci');
  if ((mask & 0x1fff) !== 0) {
    match.push(toItem(fieldByName('vlan_vid'), value & 0x1fff, mask & 0x1fff));
  }
  if ((value & 0x1fff) !== 0 && mask >>> 13 !== 0) {
    match.push({ field: 'vlan_pcp', value: value >>> 13 });
  }
}

function addNetwork(match: MatchField[], flow: FlowFields): void {
  const type = ethernetType(flow);
  const add = (place: Name, name: Name = place) => addPlace(match, flow, place, name);
  if (type === ETH_TYPE_MPLS || type === ETH_TYPE_MPLS_MCAST) {
    for (const name of MPLS) add(name);
  } else if (isIp(type)) {
    addIp(match, flow, type);
  } else if (isArp(type)) {
    add('ip_proto', 'arp_op');
    add('ipv4_src', 'arp_spa');
    add('ipv4_dst', 'arp_tpa');
    add('arp_sha');
    add('arp_tha');
  }
}

function addIp(match: MatchField[], flow: FlowFields, type: number): void {
  const add = (name: Name) => addPlace(match, flow, name, name);
  add(type === ETH_TYPE_IP ? 'ipv4_src' : 'ipv6_src');
  add(type === ETH_TYPE_IP ? 'ipv4_dst' : 'ipv6_dst');
  add('ip_frag');
  if (isMatched(flow, 'ip_dscp')) {
    match.push({ field: 'ip_dscp', value: numberAt(flow, 'ip_dscp') >>> 2 });
  }
  add('ip_ecn');
  add('nw_ttl');
  add('ipv6_label');
  if (!isMatched(flow, 'ip_proto')) return;
  add('ip_proto');
  addTransport(match, flow, type);
}

/** The names that the two places of ports have, by IP protocol. */
const PORTS: Readonly<Record<number, readonly [Name, Name]>> = {
  6: ['tcp_src', 'tcp_dst'],
  17: ['udp_src', 'udp_dst'],
  132: ['sctp_src', 'sctp_dst'],
};

function addTransport(match: MatchField[], flow: FlowFields, type: number): void {
  const add = (place: Name, name: Name) => addPlace(match, flow, place, name);
  const protocol = numberAt(flow, 'ip_proto');
  const ports = PORTS[protocol];
  if (ports !== undefined) {
    add('tcp_src', ports[0]);
    add('tcp_dst', ports[1]);
    if (protocol === 6) add('tcp_flags', 'tcp_flags');
  } else if (protocol === 1 && type === ETH_TYPE_IP) {
    add('tcp_src', 'icmp_type');
    add('tcp_dst', 'icmp_code');
  } else if (protocol === 58 && type === ETH_TYPE_IPV6) {
    add('tcp_src', 'icmpv6_type');
    add('tcp_dst', 'icmpv6_code');
    if (isNeighbourDiscovery(flow)) addDiscovery(match, flow);
  }
}

function addDiscovery(match: MatchField[], flow: FlowFields): void {
  const isSolicitation = numberAt(flow, 'tcp_src') === 135;
  addPlace(match, flow, 'nd_reserved', 'nd_reserved');
  addPlace(match, flow, 'nd_target', 'nd_target');
  addPlace(match, flow, 'tcp_flags', 'nd_options_type');
  if (isSolicitation) addPlace(match, flow, 'arp_sha', 'nd_sll');
  else addPlace(match, flow, 'arp_tha', 'nd_tll');
}

/** From OpenFlow 1.5 on Open vSwitch has no other registers. */
function addExtendedRegisters(match: MatchField[], flow: FlowFields): void {
  for (let index = 0; index < 8; index++) {
    const high = placeOf(flow, `reg${index * 2}` as Name);
    const low = placeOf(flow, `reg${index * 2 + 1}` as Name);
    const mask = (BigInt(high.mask) << 32n) | BigInt(low.mask);
    if (mask === 0n) continue;
    const value = (BigInt(high.value) << 32n) | BigInt(low.value);
    match.push(toItem(fieldByName(`xreg${index}` as Name), value, mask));
  }
}
