/**
 * The data of the field registry: one row for each field that a match, a set-field or a move may name.
 *
 * The one home of field names, OXM headers, widths, prerequisites and of how ovs-ofctl writes a value; fields.ts looks
 * things up in it. Field names are those of ovs-fields(7), or OXM's where OXM has the clearer one (ipv4_src, ip_proto).
 * The 64 rows of tun_metadata are made in fields.ts.
 *
 * Sources: OpenFlow 1.3.5 §7.2.3.7, OpenFlow 1.4.1 §7.2.3.7, OpenFlow 1.5.1 §7.2.3.8 (OFPXMC_OPENFLOW_BASIC);
 * ovs-fields(7) of Open vSwitch 3.1 (NXM, NXOXM_ET, NXOXM_NSH, ERICOXM_OF and ONFOXM_ET classes, widths, maskability,
 * formatting, prerequisites, since-versions).
 */

/** How ovs-ofctl writes a value of the field. */
export type FieldKind =
  | 'decimal'
  | 'hex'
  | 'mac'
  | 'ipv4'
  | 'ipv6'
  | 'port'
  | 'packet_type'
  | 'ct_state'
  | 'tcp_flags'
  | 'tun_flags'
  | 'frag';

/** What a match has to say before it may name the field (ovs-fields(7), "Prerequisites"). */
export type Prerequisite =
  | 'none'
  | 'ethernet'
  | 'vlan'
  | 'arp'
  | 'ipv4'
  | 'ipv6'
  | 'ip'
  | 'mpls'
  | 'nsh'
  | 'ct'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmp'
  | 'icmp6'
  | 'nd'
  | 'nd_solicit'
  | 'nd_advert';

/** An OXM class: the first 16 bits of a header, and for class 0xffff the experimenter that follows it. */
export interface OxmClass {
  readonly oxmClass: number;
  readonly experimenter: number;
  readonly source: string;
}

/** By the beginning of a header's name; the longest that fits counts. */
export const OXM_CLASSES: Readonly<Record<string, OxmClass>> = {
  NXM_OF_: { oxmClass: 0x0000, experimenter: 0, source: 'ovs-fields(7)' },
  NXM_NX_: { oxmClass: 0x0001, experimenter: 0, source: 'ovs-fields(7)' },
  ERICOXM_OF_: { oxmClass: 0x1000, experimenter: 0, source: 'ovs-fields(7)' },
  OXM_OF_: { oxmClass: 0x8000, experimenter: 0, source: 'OpenFlow' },
  OXM_OF_PKT_REG: { oxmClass: 0x8001, experimenter: 0, source: 'OpenFlow' },
  ONFOXM_ET_: { oxmClass: 0xffff, experimenter: 0x4f4e4600, source: 'ONF extension' },
  NXOXM_ET_: { oxmClass: 0xffff, experimenter: 0x00002320, source: 'ovs-fields(7)' },
  NXOXM_NSH_: { oxmClass: 0xffff, experimenter: 0x005ad650, source: 'ovs-fields(7)' },
};

/**
 * `ovsNames`: what Open vSwitch calls it, the name that it writes first; empty where it has no such field.
 * `bits`: as wide as a subfield may reach. `access`: r or rw.
 * `forms`: every header that means the field, as NAME(number), with the first OpenFlow version in which it is the usual
 * one and the first Open vSwitch that knows it.
 */
export type FieldRow = readonly [
  name: string,
  ovsNames: string,
  bits: number,
  bytes: number,
  maskable: boolean,
  kind: FieldKind,
  prerequisite: Prerequisite,
  access: 'r' | 'rw',
  forms: string,
];

// biome-ignore format: a table reads best with one row a line
export const FIELD_ROWS = [
  ['dp_hash', 'dp_hash', 32, 4, true, 'hex', 'none', 'r', 'NXM_NX_DP_HASH(35) v2.2, NXOXM_ET_DP_HASH(0) v2.4'],
  ['recirc_id', 'recirc_id', 32, 4, false, 'decimal', 'none', 'r', 'NXM_NX_RECIRC_ID(36) v2.2'],
  ['packet_type', 'packet_type', 32, 4, false, 'packet_type', 'none', 'r', 'OXM_OF_PACKET_TYPE(44) OF1.5 v2.8'],
  ['conj_id', 'conj_id', 32, 4, false, 'decimal', 'none', 'r', 'NXM_NX_CONJ_ID(37) v2.4'],
  ['tun_id', 'tun_id tunnel_id', 64, 8, true, 'hex', 'none', 'rw', 'NXM_NX_TUN_ID(16) v1.1, OXM_OF_TUNNEL_ID(38) OF1.3 v1.10'],
  ['tun_src', 'tun_src', 32, 4, true, 'ipv4', 'none', 'rw', 'NXM_NX_TUN_IPV4_SRC(31) v2.0'],
  ['tun_dst', 'tun_dst', 32, 4, true, 'ipv4', 'none', 'rw', 'NXM_NX_TUN_IPV4_DST(32) v2.0'],
  ['tun_ipv6_src', 'tun_ipv6_src', 128, 16, true, 'ipv6', 'none', 'rw', 'NXM_NX_TUN_IPV6_SRC(109) v2.5'],
  ['tun_ipv6_dst', 'tun_ipv6_dst', 128, 16, true, 'ipv6', 'none', 'rw', 'NXM_NX_TUN_IPV6_DST(110) v2.5'],
  ['tun_flags', 'tun_flags', 1, 2, true, 'tun_flags', 'none', 'rw', 'NXM_NX_TUN_FLAGS(104) v2.5'],
  ['tun_gbp_id', 'tun_gbp_id', 16, 2, true, 'decimal', 'none', 'rw', 'NXM_NX_TUN_GBP_ID(38) v2.4'],
  ['tun_gbp_flags', 'tun_gbp_flags', 8, 1, true, 'hex', 'none', 'rw', 'NXM_NX_TUN_GBP_FLAGS(39) v2.4'],
  ['tun_erspan_idx', 'tun_erspan_idx', 20, 4, true, 'hex', 'none', 'rw', 'NXOXM_ET_ERSPAN_IDX(11) v2.10'],
  ['tun_erspan_ver', 'tun_erspan_ver', 4, 1, true, 'decimal', 'none', 'rw', 'NXOXM_ET_ERSPAN_VER(12) v2.10'],
  ['tun_erspan_dir', 'tun_erspan_dir', 1, 1, true, 'decimal', 'none', 'rw', 'NXOXM_ET_ERSPAN_DIR(13) v2.10'],
  ['tun_erspan_hwid', 'tun_erspan_hwid', 6, 1, true, 'hex', 'none', 'rw', 'NXOXM_ET_ERSPAN_HWID(14) v2.10'],
  ['tun_gtpu_flags', 'tun_gtpu_flags', 8, 1, true, 'hex', 'none', 'r', 'NXOXM_ET_GTPU_FLAGS(15) v2.13'],
  ['tun_gtpu_msgtype', 'tun_gtpu_msgtype', 8, 1, true, 'decimal', 'none', 'r', 'NXOXM_ET_GTPU_MSGTYPE(16) v2.13'],
  ['metadata', 'metadata', 64, 8, true, 'hex', 'none', 'rw', 'OXM_OF_METADATA(2) OF1.2 v1.8'],
  ['nxm_in_port', 'in_port', 16, 2, false, 'port', 'none', 'rw', 'NXM_OF_IN_PORT(0) v1.1'],
  ['in_port', 'in_port_oxm', 32, 4, false, 'port', 'none', 'rw', 'OXM_OF_IN_PORT(0) OF1.2 v1.7'],
  ['actset_output', 'actset_output', 32, 4, false, 'port', 'none', 'r', 'ONFOXM_ET_ACTSET_OUTPUT(43) OF1.3 v2.4, OXM_OF_ACTSET_OUTPUT(43) OF1.5 v2.4'],
  ['pkt_mark', 'pkt_mark', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_PKT_MARK(33) v2.0'],
  ['ct_state', 'ct_state', 32, 4, true, 'ct_state', 'none', 'r', 'NXM_NX_CT_STATE(105) v2.5'],
  ['ct_zone', 'ct_zone', 16, 2, false, 'hex', 'none', 'r', 'NXM_NX_CT_ZONE(106) v2.5'],
  ['ct_mark', 'ct_mark', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_CT_MARK(107) v2.5'],
  ['ct_label', 'ct_label', 128, 16, true, 'hex', 'none', 'rw', 'NXM_NX_CT_LABEL(108) v2.5'],
  ['ct_nw_proto', 'ct_nw_proto', 8, 1, false, 'decimal', 'ct', 'r', 'NXM_NX_CT_NW_PROTO(119) v2.8'],
  ['ct_nw_src', 'ct_nw_src', 32, 4, true, 'ipv4', 'ct', 'r', 'NXM_NX_CT_NW_SRC(120) v2.8'],
  ['ct_nw_dst', 'ct_nw_dst', 32, 4, true, 'ipv4', 'ct', 'r', 'NXM_NX_CT_NW_DST(121) v2.8'],
  ['ct_ipv6_src', 'ct_ipv6_src', 128, 16, true, 'ipv6', 'ct', 'r', 'NXM_NX_CT_IPV6_SRC(122) v2.8'],
  ['ct_ipv6_dst', 'ct_ipv6_dst', 128, 16, true, 'ipv6', 'ct', 'r', 'NXM_NX_CT_IPV6_DST(123) v2.8'],
  ['ct_tp_src', 'ct_tp_src', 16, 2, true, 'decimal', 'ct', 'r', 'NXM_NX_CT_TP_SRC(124) v2.8'],
  ['ct_tp_dst', 'ct_tp_dst', 16, 2, true, 'decimal', 'ct', 'r', 'NXM_NX_CT_TP_DST(125) v2.8'],
  ['reg0', 'reg0', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG0(0) v1.1'],
  ['reg1', 'reg1', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG1(1) v1.1'],
  ['reg2', 'reg2', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG2(2) v1.1'],
  ['reg3', 'reg3', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG3(3) v1.1'],
  ['reg4', 'reg4', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG4(4) v1.3'],
  ['reg5', 'reg5', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG5(5) v1.7'],
  ['reg6', 'reg6', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG6(6) v1.7'],
  ['reg7', 'reg7', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG7(7) v1.7'],
  ['reg8', 'reg8', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG8(8) v2.6'],
  ['reg9', 'reg9', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG9(9) v2.6'],
  ['reg10', 'reg10', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG10(10) v2.6'],
  ['reg11', 'reg11', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG11(11) v2.6'],
  ['reg12', 'reg12', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG12(12) v2.6'],
  ['reg13', 'reg13', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG13(13) v2.6'],
  ['reg14', 'reg14', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG14(14) v2.6'],
  ['reg15', 'reg15', 32, 4, true, 'hex', 'none', 'rw', 'NXM_NX_REG15(15) v2.6'],
  ['xreg0', 'xreg0', 64, 8, true, 'hex', 'none', 'rw', 'OXM_OF_PKT_REG0(0) OF1.3 v2.4'],
  ['xreg1', 'xreg1', 64, 8, true, 'hex', 'none', 'rw', 'OXM_OF_PKT_REG1(1) OF1.3 v2.4'],
  ['xreg2', 'xreg2', 64, 8, true, 'hex', 'none', 'rw', 'OXM_OF_PKT_REG2(2) OF1.3 v2.4'],
  ['xreg3', 'xreg3', 64, 8, true, 'hex', 'none', 'rw', 'OXM_OF_PKT_REG3(3) OF1.3 v2.4'],
  ['xreg4', 'xreg4', 64, 8, true, 'hex', 'none', 'rw', 'OXM_OF_PKT_REG4(4) OF1.3 v2.4'],
  ['xreg5', 'xreg5', 64, 8, true, 'hex', 'none', 'rw', 'OXM_OF_PKT_REG5(5) OF1.3 v2.4'],
  ['xreg6', 'xreg6', 64, 8, true, 'hex', 'none', 'rw', 'OXM_OF_PKT_REG6(6) OF1.3 v2.4'],
  ['xreg7', 'xreg7', 64, 8, true, 'hex', 'none', 'rw', 'OXM_OF_PKT_REG7(7) OF1.3 v2.4'],
  ['xxreg0', 'xxreg0', 128, 16, true, 'hex', 'none', 'rw', 'NXM_NX_XXREG0(111) v2.6'],
  ['xxreg1', 'xxreg1', 128, 16, true, 'hex', 'none', 'rw', 'NXM_NX_XXREG1(112) v2.6'],
  ['xxreg2', 'xxreg2', 128, 16, true, 'hex', 'none', 'rw', 'NXM_NX_XXREG2(113) v2.6'],
  ['xxreg3', 'xxreg3', 128, 16, true, 'hex', 'none', 'rw', 'NXM_NX_XXREG3(114) v2.6'],
  ['eth_src', 'eth_src dl_src', 48, 6, true, 'mac', 'ethernet', 'rw', 'NXM_OF_ETH_SRC(2) v1.1, OXM_OF_ETH_SRC(4) OF1.2 v1.7'],
  ['eth_dst', 'eth_dst dl_dst', 48, 6, true, 'mac', 'ethernet', 'rw', 'NXM_OF_ETH_DST(1) v1.1, OXM_OF_ETH_DST(3) OF1.2 v1.7'],
  ['eth_type', 'eth_type dl_type', 16, 2, false, 'hex', 'ethernet', 'r', 'NXM_OF_ETH_TYPE(3) v1.1, OXM_OF_ETH_TYPE(5) OF1.2 v1.7'],
  ['vlan_tci', 'vlan_tci', 16, 2, true, 'hex', 'ethernet', 'rw', 'NXM_OF_VLAN_TCI(4) v1.1'],
  ['vlan_vid', 'vlan_vid', 12, 2, true, 'decimal', 'ethernet', 'rw', 'OXM_OF_VLAN_VID(6) OF1.2 v1.7'],
  ['vlan_pcp', 'vlan_pcp', 3, 1, false, 'decimal', 'vlan', 'rw', 'OXM_OF_VLAN_PCP(7) OF1.2 v1.7'],
  ['mpls_label', 'mpls_label', 20, 4, false, 'decimal', 'mpls', 'rw', 'OXM_OF_MPLS_LABEL(34) OF1.2 v1.11'],
  ['mpls_tc', 'mpls_tc', 3, 1, false, 'decimal', 'mpls', 'rw', 'OXM_OF_MPLS_TC(35) OF1.2 v1.11'],
  ['mpls_bos', 'mpls_bos', 1, 1, false, 'decimal', 'mpls', 'r', 'OXM_OF_MPLS_BOS(36) OF1.3 v1.11'],
  ['mpls_ttl', 'mpls_ttl', 8, 1, false, 'decimal', 'mpls', 'rw', 'NXM_NX_MPLS_TTL(30) v2.6'],
  ['ipv4_src', 'ip_src nw_src', 32, 4, true, 'ipv4', 'ipv4', 'rw', 'NXM_OF_IP_SRC(7) v1.1, OXM_OF_IPV4_SRC(11) OF1.2 v1.7'],
  ['ipv4_dst', 'ip_dst nw_dst', 32, 4, true, 'ipv4', 'ipv4', 'rw', 'NXM_OF_IP_DST(8) v1.1, OXM_OF_IPV4_DST(12) OF1.2 v1.7'],
  ['ipv6_src', 'ipv6_src', 128, 16, true, 'ipv6', 'ipv6', 'rw', 'NXM_NX_IPV6_SRC(19) v1.1, OXM_OF_IPV6_SRC(26) OF1.2 v1.1'],
  ['ipv6_dst', 'ipv6_dst', 128, 16, true, 'ipv6', 'ipv6', 'rw', 'NXM_NX_IPV6_DST(20) v1.1, OXM_OF_IPV6_DST(27) OF1.2 v1.1'],
  ['ipv6_label', 'ipv6_label', 20, 4, true, 'hex', 'ipv6', 'rw', 'NXM_NX_IPV6_LABEL(27) v1.4, OXM_OF_IPV6_FLABEL(28) OF1.2 v1.7'],
  ['ip_proto', 'nw_proto ip_proto', 8, 1, false, 'decimal', 'ip', 'r', 'NXM_OF_IP_PROTO(6) v1.1, OXM_OF_IP_PROTO(10) OF1.2 v1.7'],
  ['nw_tos', 'nw_tos', 8, 1, false, 'decimal', 'ip', 'rw', 'NXM_OF_IP_TOS(5) v1.1'],
  ['ip_dscp', 'ip_dscp', 6, 1, false, 'decimal', 'ip', 'rw', 'OXM_OF_IP_DSCP(8) OF1.2 v1.7'],
  ['ip_ecn', 'nw_ecn ip_ecn', 2, 1, false, 'decimal', 'ip', 'rw', 'NXM_NX_IP_ECN(28) v1.4, OXM_OF_IP_ECN(9) OF1.2 v1.7'],
  ['nw_ttl', 'nw_ttl', 8, 1, false, 'decimal', 'ip', 'rw', 'NXM_NX_IP_TTL(29) v1.4'],
  ['ip_frag', 'ip_frag nw_frag', 2, 1, true, 'frag', 'ip', 'r', 'NXM_NX_IP_FRAG(26) v1.3'],
  ['arp_op', 'arp_op', 16, 2, false, 'decimal', 'arp', 'rw', 'NXM_OF_ARP_OP(15) v1.1, OXM_OF_ARP_OP(21) OF1.2 v1.7'],
  ['arp_spa', 'arp_spa', 32, 4, true, 'ipv4', 'arp', 'rw', 'NXM_OF_ARP_SPA(16) v1.1, OXM_OF_ARP_SPA(22) OF1.2 v1.7'],
  ['arp_tpa', 'arp_tpa', 32, 4, true, 'ipv4', 'arp', 'rw', 'NXM_OF_ARP_TPA(17) v1.1, OXM_OF_ARP_TPA(23) OF1.2 v1.7'],
  ['arp_sha', 'arp_sha', 48, 6, true, 'mac', 'arp', 'rw', 'NXM_NX_ARP_SHA(17) v1.1, OXM_OF_ARP_SHA(24) OF1.2 v1.7'],
  ['arp_tha', 'arp_tha', 48, 6, true, 'mac', 'arp', 'rw', 'NXM_NX_ARP_THA(18) v1.1, OXM_OF_ARP_THA(25) OF1.2 v1.7'],
  ['tcp_src', 'tcp_src tp_src', 16, 2, true, 'decimal', 'tcp', 'rw', 'NXM_OF_TCP_SRC(9) v1.1, OXM_OF_TCP_SRC(13) OF1.2 v1.7'],
  ['tcp_dst', 'tcp_dst tp_dst', 16, 2, true, 'decimal', 'tcp', 'rw', 'NXM_OF_TCP_DST(10) v1.1, OXM_OF_TCP_DST(14) OF1.2 v1.7'],
  ['tcp_flags', 'tcp_flags', 12, 2, true, 'tcp_flags', 'tcp', 'r', 'NXM_NX_TCP_FLAGS(34) v2.1, ONFOXM_ET_TCP_FLAGS(42) OF1.3 v2.4, OXM_OF_TCP_FLAGS(42) OF1.5 v2.3'],
  ['udp_src', 'udp_src', 16, 2, true, 'decimal', 'udp', 'rw', 'NXM_OF_UDP_SRC(11) v1.1, OXM_OF_UDP_SRC(15) OF1.2 v1.7'],
  ['udp_dst', 'udp_dst', 16, 2, true, 'decimal', 'udp', 'rw', 'NXM_OF_UDP_DST(12) v1.1, OXM_OF_UDP_DST(16) OF1.2 v1.7'],
  ['sctp_src', 'sctp_src', 16, 2, true, 'decimal', 'sctp', 'rw', 'OXM_OF_SCTP_SRC(17) OF1.2 v2.0'],
  ['sctp_dst', 'sctp_dst', 16, 2, true, 'decimal', 'sctp', 'rw', 'OXM_OF_SCTP_DST(18) OF1.2 v2.0'],
  ['icmp_type', 'icmp_type', 8, 1, false, 'decimal', 'icmp', 'rw', 'NXM_OF_ICMP_TYPE(13) v1.1, OXM_OF_ICMPV4_TYPE(19) OF1.2 v1.7'],
  ['icmp_code', 'icmp_code', 8, 1, false, 'decimal', 'icmp', 'rw', 'NXM_OF_ICMP_CODE(14) v1.1, OXM_OF_ICMPV4_CODE(20) OF1.2 v1.7'],
  ['icmpv6_type', 'icmpv6_type', 8, 1, false, 'decimal', 'icmp6', 'rw', 'NXM_NX_ICMPV6_TYPE(21) v1.1, OXM_OF_ICMPV6_TYPE(29) OF1.2 v1.7'],
  ['icmpv6_code', 'icmpv6_code', 8, 1, false, 'decimal', 'icmp6', 'rw', 'NXM_NX_ICMPV6_CODE(22) v1.1, OXM_OF_ICMPV6_CODE(30) OF1.2 v1.7'],
  ['nd_target', 'nd_target', 128, 16, true, 'ipv6', 'nd', 'rw', 'NXM_NX_ND_TARGET(23) v1.1, OXM_OF_IPV6_ND_TARGET(31) OF1.2 v1.7'],
  ['nd_sll', 'nd_sll', 48, 6, true, 'mac', 'nd_solicit', 'rw', 'NXM_NX_ND_SLL(24) v1.1, OXM_OF_IPV6_ND_SLL(32) OF1.2 v1.7'],
  ['nd_tll', 'nd_tll', 48, 6, true, 'mac', 'nd_advert', 'rw', 'NXM_NX_ND_TLL(25) v1.1, OXM_OF_IPV6_ND_TLL(33) OF1.2 v1.7'],
  ['nd_reserved', 'nd_reserved', 32, 4, false, 'decimal', 'nd', 'rw', 'ERICOXM_OF_ICMPV6_ND_RESERVED(1) v2.11'],
  ['nd_options_type', 'nd_options_type', 8, 1, false, 'decimal', 'nd', 'rw', 'ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE(2) v2.11'],
  ['nsh_flags', 'nsh_flags', 8, 1, true, 'decimal', 'nsh', 'rw', 'NXOXM_NSH_FLAGS(1) v2.8'],
  ['nsh_mdtype', 'nsh_mdtype', 8, 1, false, 'decimal', 'nsh', 'r', 'NXOXM_NSH_MDTYPE(2) v2.8'],
  ['nsh_np', 'nsh_np', 8, 1, false, 'decimal', 'nsh', 'r', 'NXOXM_NSH_NP(3) v2.8'],
  ['nsh_spi', 'nsh_spi nsp', 24, 4, false, 'hex', 'nsh', 'rw', 'NXOXM_NSH_SPI(4) v2.8'],
  ['nsh_si', 'nsh_si nsi', 8, 1, false, 'decimal', 'nsh', 'rw', 'NXOXM_NSH_SI(5) v2.8'],
  ['nsh_c1', 'nsh_c1 nshc1', 32, 4, true, 'hex', 'nsh', 'rw', 'NXOXM_NSH_C1(6) v2.8'],
  ['nsh_c2', 'nsh_c2 nshc2', 32, 4, true, 'hex', 'nsh', 'rw', 'NXOXM_NSH_C2(7) v2.8'],
  ['nsh_c3', 'nsh_c3 nshc3', 32, 4, true, 'hex', 'nsh', 'rw', 'NXOXM_NSH_C3(8) v2.8'],
  ['nsh_c4', 'nsh_c4 nshc4', 32, 4, true, 'hex', 'nsh', 'rw', 'NXOXM_NSH_C4(9) v2.8'],
  ['nsh_ttl', 'nsh_ttl', 8, 1, false, 'decimal', 'nsh', 'rw', 'NXOXM_NSH_TTL(10) v2.9'],
  ['in_phy_port', '', 32, 4, false, 'port', 'none', 'r', 'OXM_OF_IN_PHY_PORT(1) OF1.2'],
  ['pbb_isid', '', 24, 3, true, 'hex', 'ethernet', 'rw', 'OXM_OF_PBB_ISID(37) OF1.3'],
  ['pbb_uca', '', 1, 1, false, 'decimal', 'ethernet', 'rw', 'OXM_OF_PBB_UCA(41) OF1.4'],
  ['ipv6_exthdr', '', 9, 2, true, 'hex', 'ipv6', 'r', 'OXM_OF_IPV6_EXTHDR(39) OF1.3'],
] as const satisfies readonly FieldRow[];
