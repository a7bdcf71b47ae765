/**
 * The field registry: one row for each field that a match, a set-field or a move may name.
 *
 * The one home of field names, OXM headers, widths and of how ovs-ofctl spells a field. Field names are those of
 * ovs-fields(7), or OXM's where OXM has the clearer one (ipv4_src, ip_proto). A field that is not here is not lost: it
 * travels as `unknown_oxm` (match.ts).
 *
 * Sources: OpenFlow 1.3.5 §7.2.3.7, OpenFlow 1.5.1 §7.2.3.8 (OFPXMC_OPENFLOW_BASIC); ovs-fields(7) of Open vSwitch 3.1
 * (NXM_NX, NXOXM_ET, NXOXM_NSH, ERICOXM_OF and ONFOXM_ET classes, widths, maskability, formatting).
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

/** An OXM class: the first 16 bits of a header, and for class 0xffff the experimenter that follows it. */
interface OxmClass {
  readonly oxmClass: number;
  readonly experimenter: number;
}

const NXM_0 = { oxmClass: 0x0000, experimenter: 0 };
const NXM_1 = { oxmClass: 0x0001, experimenter: 0 };
const ERICSSON = { oxmClass: 0x1000, experimenter: 0 };
const BASIC = { oxmClass: 0x8000, experimenter: 0 };
const PACKET_REGS = { oxmClass: 0x8001, experimenter: 0 };
const ONF_ET = { oxmClass: 0xffff, experimenter: 0x4f4e4600 };
const NX_ET = { oxmClass: 0xffff, experimenter: 0x00002320 };
const NSH = { oxmClass: 0xffff, experimenter: 0x005ad650 };

/** name, class, field number, bits, bytes, maskable, kind, header name [, ovs-ofctl name [, name in a match]]. */
type Row = readonly [
  name: string,
  oxmClass: OxmClass,
  number: number,
  bits: number,
  bytes: number,
  maskable: boolean,
  kind: FieldKind,
  headerName: string,
  ovsName?: string,
  matchName?: string,
];

// biome-ignore format: a table reads best with one row a line
const ROWS = [
  ['packet_type', BASIC, 44, 32, 4, false, 'packet_type', 'OXM_OF_PACKET_TYPE'],
  ['dp_hash', NXM_1, 35, 32, 4, true, 'hex', 'NXM_NX_DP_HASH'],
  ['recirc_id', NXM_1, 36, 32, 4, false, 'decimal', 'NXM_NX_RECIRC_ID'],
  ['conj_id', NXM_1, 37, 32, 4, false, 'decimal', 'NXM_NX_CONJ_ID'],
  ['tun_id', BASIC, 38, 64, 8, true, 'hex', 'NXM_NX_TUN_ID'],
  ['tun_src', NXM_1, 31, 32, 4, true, 'ipv4', 'NXM_NX_TUN_IPV4_SRC'],
  ['tun_dst', NXM_1, 32, 32, 4, true, 'ipv4', 'NXM_NX_TUN_IPV4_DST'],
  ['tun_ipv6_src', NXM_1, 109, 128, 16, true, 'ipv6', 'NXM_NX_TUN_IPV6_SRC'],
  ['tun_ipv6_dst', NXM_1, 110, 128, 16, true, 'ipv6', 'NXM_NX_TUN_IPV6_DST'],
  ['tun_flags', NXM_1, 104, 1, 2, true, 'tun_flags', 'NXM_NX_TUN_FLAGS'],
  ['tun_gbp_id', NXM_1, 38, 16, 2, true, 'decimal', 'NXM_NX_TUN_GBP_ID'],
  ['tun_gbp_flags', NXM_1, 39, 8, 1, true, 'hex', 'NXM_NX_TUN_GBP_FLAGS'],
  ['tun_erspan_idx', NX_ET, 11, 20, 4, true, 'hex', 'NXOXM_ET_ERSPAN_IDX'],
  ['tun_erspan_ver', NX_ET, 12, 4, 1, true, 'decimal', 'NXOXM_ET_ERSPAN_VER'],
  ['tun_erspan_dir', NX_ET, 13, 1, 1, true, 'decimal', 'NXOXM_ET_ERSPAN_DIR'],
  ['tun_erspan_hwid', NX_ET, 14, 6, 1, true, 'hex', 'NXOXM_ET_ERSPAN_HWID'],
  ['tun_gtpu_flags', NX_ET, 15, 8, 1, true, 'hex', 'NXOXM_ET_GTPU_FLAGS', 'tun_gtpu_flags', 'gtpu_flags'],
  ['tun_gtpu_msgtype', NX_ET, 16, 8, 1, true, 'decimal', 'NXOXM_ET_GTPU_MSGTYPE', 'tun_gtpu_msgtype', 'gtpu_msgtype'],
  ['metadata', BASIC, 2, 64, 8, true, 'hex', 'OXM_OF_METADATA'],
  ['in_port', BASIC, 0, 32, 4, false, 'port', 'OXM_OF_IN_PORT', 'in_port_oxm', 'in_port'],
  ['in_phy_port', BASIC, 1, 32, 4, false, 'port', 'OXM_OF_IN_PHY_PORT'],
  ['nxm_in_port', NXM_0, 0, 16, 2, false, 'port', 'NXM_OF_IN_PORT', 'in_port'],
  ['actset_output', ONF_ET, 43, 32, 4, false, 'port', 'ONFOXM_ET_ACTSET_OUTPUT'],
  ['pkt_mark', NXM_1, 33, 32, 4, true, 'hex', 'NXM_NX_PKT_MARK'],
  ['ct_state', NXM_1, 105, 8, 4, true, 'ct_state', 'NXM_NX_CT_STATE'],
  ['ct_zone', NXM_1, 106, 16, 2, false, 'decimal', 'NXM_NX_CT_ZONE'],
  ['ct_mark', NXM_1, 107, 32, 4, true, 'hex', 'NXM_NX_CT_MARK'],
  ['ct_label', NXM_1, 108, 128, 16, true, 'hex', 'NXM_NX_CT_LABEL'],
  ['ct_nw_proto', NXM_1, 119, 8, 1, false, 'decimal', 'NXM_NX_CT_NW_PROTO'],
  ['ct_nw_src', NXM_1, 120, 32, 4, true, 'ipv4', 'NXM_NX_CT_NW_SRC'],
  ['ct_nw_dst', NXM_1, 121, 32, 4, true, 'ipv4', 'NXM_NX_CT_NW_DST'],
  ['ct_ipv6_src', NXM_1, 122, 128, 16, true, 'ipv6', 'NXM_NX_CT_IPV6_SRC'],
  ['ct_ipv6_dst', NXM_1, 123, 128, 16, true, 'ipv6', 'NXM_NX_CT_IPV6_DST'],
  ['ct_tp_src', NXM_1, 124, 16, 2, true, 'decimal', 'NXM_NX_CT_TP_SRC'],
  ['ct_tp_dst', NXM_1, 125, 16, 2, true, 'decimal', 'NXM_NX_CT_TP_DST'],
  ['reg0', NXM_1, 0, 32, 4, true, 'hex', 'NXM_NX_REG0'],
  ['reg1', NXM_1, 1, 32, 4, true, 'hex', 'NXM_NX_REG1'],
  ['reg2', NXM_1, 2, 32, 4, true, 'hex', 'NXM_NX_REG2'],
  ['reg3', NXM_1, 3, 32, 4, true, 'hex', 'NXM_NX_REG3'],
  ['reg4', NXM_1, 4, 32, 4, true, 'hex', 'NXM_NX_REG4'],
  ['reg5', NXM_1, 5, 32, 4, true, 'hex', 'NXM_NX_REG5'],
  ['reg6', NXM_1, 6, 32, 4, true, 'hex', 'NXM_NX_REG6'],
  ['reg7', NXM_1, 7, 32, 4, true, 'hex', 'NXM_NX_REG7'],
  ['reg8', NXM_1, 8, 32, 4, true, 'hex', 'NXM_NX_REG8'],
  ['reg9', NXM_1, 9, 32, 4, true, 'hex', 'NXM_NX_REG9'],
  ['reg10', NXM_1, 10, 32, 4, true, 'hex', 'NXM_NX_REG10'],
  ['reg11', NXM_1, 11, 32, 4, true, 'hex', 'NXM_NX_REG11'],
  ['reg12', NXM_1, 12, 32, 4, true, 'hex', 'NXM_NX_REG12'],
  ['reg13', NXM_1, 13, 32, 4, true, 'hex', 'NXM_NX_REG13'],
  ['reg14', NXM_1, 14, 32, 4, true, 'hex', 'NXM_NX_REG14'],
  ['reg15', NXM_1, 15, 32, 4, true, 'hex', 'NXM_NX_REG15'],
  ['xreg0', PACKET_REGS, 0, 64, 8, true, 'hex', 'OXM_OF_PKT_REG0'],
  ['xreg1', PACKET_REGS, 1, 64, 8, true, 'hex', 'OXM_OF_PKT_REG1'],
  ['xreg2', PACKET_REGS, 2, 64, 8, true, 'hex', 'OXM_OF_PKT_REG2'],
  ['xreg3', PACKET_REGS, 3, 64, 8, true, 'hex', 'OXM_OF_PKT_REG3'],
  ['xreg4', PACKET_REGS, 4, 64, 8, true, 'hex', 'OXM_OF_PKT_REG4'],
  ['xreg5', PACKET_REGS, 5, 64, 8, true, 'hex', 'OXM_OF_PKT_REG5'],
  ['xreg6', PACKET_REGS, 6, 64, 8, true, 'hex', 'OXM_OF_PKT_REG6'],
  ['xreg7', PACKET_REGS, 7, 64, 8, true, 'hex', 'OXM_OF_PKT_REG7'],
  ['xxreg0', NXM_1, 111, 128, 16, true, 'hex', 'NXM_NX_XXREG0'],
  ['xxreg1', NXM_1, 112, 128, 16, true, 'hex', 'NXM_NX_XXREG1'],
  ['xxreg2', NXM_1, 113, 128, 16, true, 'hex', 'NXM_NX_XXREG2'],
  ['xxreg3', NXM_1, 114, 128, 16, true, 'hex', 'NXM_NX_XXREG3'],
  ['eth_dst', BASIC, 3, 48, 6, true, 'mac', 'NXM_OF_ETH_DST', 'eth_dst', 'dl_dst'],
  ['eth_src', BASIC, 4, 48, 6, true, 'mac', 'NXM_OF_ETH_SRC', 'eth_src', 'dl_src'],
  ['eth_type', BASIC, 5, 16, 2, false, 'hex', 'NXM_OF_ETH_TYPE', 'eth_type', 'dl_type'],
  ['vlan_tci', NXM_0, 4, 16, 2, true, 'hex', 'NXM_OF_VLAN_TCI'],
  ['vlan_vid', BASIC, 6, 13, 2, true, 'decimal', 'OXM_OF_VLAN_VID'],
  ['vlan_pcp', BASIC, 7, 3, 1, false, 'decimal', 'OXM_OF_VLAN_PCP', 'vlan_pcp', 'dl_vlan_pcp'],
  ['mpls_label', BASIC, 34, 20, 4, false, 'decimal', 'OXM_OF_MPLS_LABEL'],
  ['mpls_tc', BASIC, 35, 3, 1, false, 'decimal', 'OXM_OF_MPLS_TC'],
  ['mpls_bos', BASIC, 36, 1, 1, false, 'decimal', 'OXM_OF_MPLS_BOS'],
  ['mpls_ttl', NXM_1, 30, 8, 1, false, 'decimal', 'NXM_NX_MPLS_TTL'],
  ['pbb_isid', BASIC, 37, 24, 3, true, 'hex', 'OXM_OF_PBB_ISID'],
  ['pbb_uca', BASIC, 41, 1, 1, false, 'decimal', 'OXM_OF_PBB_UCA'],
  ['ipv4_src', BASIC, 11, 32, 4, true, 'ipv4', 'NXM_OF_IP_SRC', 'ip_src', 'nw_src'],
  ['ipv4_dst', BASIC, 12, 32, 4, true, 'ipv4', 'NXM_OF_IP_DST', 'ip_dst', 'nw_dst'],
  ['ipv6_src', BASIC, 26, 128, 16, true, 'ipv6', 'NXM_NX_IPV6_SRC'],
  ['ipv6_dst', BASIC, 27, 128, 16, true, 'ipv6', 'NXM_NX_IPV6_DST'],
  ['ipv6_label', BASIC, 28, 20, 4, true, 'hex', 'NXM_NX_IPV6_LABEL'],
  ['ipv6_exthdr', BASIC, 39, 9, 2, true, 'hex', 'OXM_OF_IPV6_EXTHDR'],
  ['ip_proto', BASIC, 10, 8, 1, false, 'decimal', 'NXM_OF_IP_PROTO', 'nw_proto'],
  ['ip_dscp', BASIC, 8, 6, 1, false, 'decimal', 'OXM_OF_IP_DSCP'],
  ['ip_ecn', BASIC, 9, 2, 1, false, 'decimal', 'NXM_NX_IP_ECN', 'nw_ecn'],
  ['nw_tos', NXM_0, 5, 8, 1, false, 'decimal', 'NXM_OF_IP_TOS'],
  ['nw_ttl', NXM_1, 29, 8, 1, false, 'decimal', 'NXM_NX_IP_TTL'],
  ['ip_frag', NXM_1, 26, 2, 1, true, 'frag', 'NXM_NX_IP_FRAG', 'ip_frag', 'nw_frag'],
  ['arp_op', BASIC, 21, 16, 2, false, 'decimal', 'NXM_OF_ARP_OP'],
  ['arp_spa', BASIC, 22, 32, 4, true, 'ipv4', 'NXM_OF_ARP_SPA'],
  ['arp_tpa', BASIC, 23, 32, 4, true, 'ipv4', 'NXM_OF_ARP_TPA'],
  ['arp_sha', BASIC, 24, 48, 6, true, 'mac', 'NXM_NX_ARP_SHA'],
  ['arp_tha', BASIC, 25, 48, 6, true, 'mac', 'NXM_NX_ARP_THA'],
  ['tcp_src', BASIC, 13, 16, 2, true, 'decimal', 'NXM_OF_TCP_SRC', 'tcp_src', 'tp_src'],
  ['tcp_dst', BASIC, 14, 16, 2, true, 'decimal', 'NXM_OF_TCP_DST', 'tcp_dst', 'tp_dst'],
  ['tcp_flags', NXM_1, 34, 12, 2, true, 'tcp_flags', 'NXM_NX_TCP_FLAGS'],
  ['udp_src', BASIC, 15, 16, 2, true, 'decimal', 'NXM_OF_UDP_SRC', 'udp_src', 'tp_src'],
  ['udp_dst', BASIC, 16, 16, 2, true, 'decimal', 'NXM_OF_UDP_DST', 'udp_dst', 'tp_dst'],
  ['sctp_src', BASIC, 17, 16, 2, true, 'decimal', 'OXM_OF_SCTP_SRC', 'sctp_src', 'tp_src'],
  ['sctp_dst', BASIC, 18, 16, 2, true, 'decimal', 'OXM_OF_SCTP_DST', 'sctp_dst', 'tp_dst'],
  ['icmp_type', BASIC, 19, 8, 1, false, 'decimal', 'NXM_OF_ICMP_TYPE'],
  ['icmp_code', BASIC, 20, 8, 1, false, 'decimal', 'NXM_OF_ICMP_CODE'],
  ['icmpv6_type', BASIC, 29, 8, 1, false, 'decimal', 'NXM_NX_ICMPV6_TYPE', 'icmpv6_type', 'icmp_type'],
  ['icmpv6_code', BASIC, 30, 8, 1, false, 'decimal', 'NXM_NX_ICMPV6_CODE', 'icmpv6_code', 'icmp_code'],
  ['nd_target', BASIC, 31, 128, 16, true, 'ipv6', 'NXM_NX_ND_TARGET'],
  ['nd_sll', BASIC, 32, 48, 6, true, 'mac', 'NXM_NX_ND_SLL'],
  ['nd_tll', BASIC, 33, 48, 6, true, 'mac', 'NXM_NX_ND_TLL'],
  ['nd_reserved', ERICSSON, 1, 32, 4, false, 'decimal', 'ERICOXM_OF_ICMPV6_ND_RESERVED'],
  ['nd_options_type', ERICSSON, 2, 8, 1, false, 'decimal', 'ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE'],
  ['nsh_flags', NSH, 1, 8, 1, true, 'decimal', 'NXOXM_NSH_FLAGS'],
  ['nsh_mdtype', NSH, 2, 8, 1, false, 'decimal', 'NXOXM_NSH_MDTYPE'],
  ['nsh_np', NSH, 3, 8, 1, false, 'decimal', 'NXOXM_NSH_NP'],
  ['nsh_spi', NSH, 4, 24, 4, false, 'hex', 'NXOXM_NSH_SPI'],
  ['nsh_si', NSH, 5, 8, 1, false, 'decimal', 'NXOXM_NSH_SI'],
  ['nsh_c1', NSH, 6, 32, 4, true, 'hex', 'NXOXM_NSH_C1'],
  ['nsh_c2', NSH, 7, 32, 4, true, 'hex', 'NXOXM_NSH_C2'],
  ['nsh_c3', NSH, 8, 32, 4, true, 'hex', 'NXOXM_NSH_C3'],
  ['nsh_c4', NSH, 9, 32, 4, true, 'hex', 'NXOXM_NSH_C4'],
  ['nsh_ttl', NSH, 10, 8, 1, false, 'decimal', 'NXOXM_NSH_TTL'],
] as const satisfies readonly Row[];

/** Other headers that mean a field above: [name, class, number]. Open vSwitch uses some of them in what it sends. */
const ALIASES: readonly (readonly [RegisteredFieldName, OxmClass, number])[] = [
  ['eth_dst', NXM_0, 1],
  ['eth_src', NXM_0, 2],
  ['eth_type', NXM_0, 3],
  ['ip_proto', NXM_0, 6],
  ['ipv4_src', NXM_0, 7],
  ['ipv4_dst', NXM_0, 8],
  ['tcp_src', NXM_0, 9],
  ['tcp_dst', NXM_0, 10],
  ['udp_src', NXM_0, 11],
  ['udp_dst', NXM_0, 12],
  ['icmp_type', NXM_0, 13],
  ['icmp_code', NXM_0, 14],
  ['arp_op', NXM_0, 15],
  ['arp_spa', NXM_0, 16],
  ['arp_tpa', NXM_0, 17],
  ['tun_id', NXM_1, 16],
  ['arp_sha', NXM_1, 17],
  ['arp_tha', NXM_1, 18],
  ['ipv6_src', NXM_1, 19],
  ['ipv6_dst', NXM_1, 20],
  ['icmpv6_type', NXM_1, 21],
  ['icmpv6_code', NXM_1, 22],
  ['nd_target', NXM_1, 23],
  ['nd_sll', NXM_1, 24],
  ['nd_tll', NXM_1, 25],
  ['ipv6_label', NXM_1, 27],
  ['ip_ecn', NXM_1, 28],
  ['dp_hash', NX_ET, 0],
  ['tcp_flags', ONF_ET, 42],
  ['tcp_flags', BASIC, 42],
  ['actset_output', BASIC, 43],
];

export type RegisteredFieldName = (typeof ROWS)[number][0];

/** `unknown_oxm`: a TLV that no row describes; see MatchField in match.ts. */
export type FieldName = RegisteredFieldName | 'unknown_oxm';

export interface Field {
  readonly name: RegisteredFieldName;
  /** Position in the registry: a small number that stands for the field. */
  readonly index: number;
  readonly oxmClass: number;
  /** 0: none (the class is not 0xffff). */
  readonly experimenter: number;
  readonly number: number;
  /** Bits that carry meaning; the value is right-aligned in `bytes`. */
  readonly bits: number;
  readonly bytes: number;
  readonly maskable: boolean;
  readonly kind: FieldKind;
  /** As in a subfield: NXM_NX_REG0[0..15]. */
  readonly headerName: string;
  /** As in set_field:…->NAME. */
  readonly ovsName: string;
  /** As in a match: dl_dst, nw_src, tp_dst. */
  readonly matchName: string;
  /** OXM header without mask: class, number << 1 | 0, length (with the experimenter's four bytes). */
  readonly header: number;
  /** The same with mask. */
  readonly maskedHeader: number;
  /** Values of more than 48 bits are bigint (match.ts). */
  readonly wide: boolean;
  /** All `bits` set, in the type of the values. */
  readonly allOnes: number | bigint;
}

function header(oxmClass: number, number: number, masked: boolean, length: number): number {
  return oxmClass * 0x10000 + (number * 2 + (masked ? 1 : 0)) * 256 + length;
}

function toField(row: Row, index: number): Field {
  const [name, { oxmClass, experimenter }, number, bits, bytes, maskable, kind, headerName] = row;
  const [, , , , , , , , ovsName = name, matchName = ovsName] = row;
  const prefix = experimenter === 0 ? 0 : 4;
  const wide = bits > 48;
  return {
    name: name as RegisteredFieldName,
    index,
    oxmClass,
    experimenter,
    number,
    bits,
    bytes,
    maskable,
    kind,
    headerName,
    ovsName,
    matchName,
    header: header(oxmClass, number, false, prefix + bytes),
    maskedHeader: header(oxmClass, number, true, prefix + bytes * 2),
    wide,
    allOnes: wide ? (1n << BigInt(bits)) - 1n : 2 ** bits - 1,
  };
}

export const FIELDS: readonly Field[] = ROWS.map((row, index) => toField(row, index));

const BY_NAME: ReadonlyMap<string, Field> = new Map(FIELDS.map((field) => [field.name, field]));

const BY_HEADER: ReadonlyMap<number, Field> = new Map([
  ...FIELDS.map(
    (field) => [headerKey(field.oxmClass, field.experimenter, field.number), field] as const,
  ),
  ...ALIASES.map(
    ([name, { oxmClass, experimenter }, number]) =>
      [headerKey(oxmClass, experimenter, number), fieldByName(name)] as const,
  ),
]);

/** The row of a registered field. */
export function fieldByName(name: RegisteredFieldName): Field {
  const field = BY_NAME.get(name);
  if (field === undefined) throw new Error(`no row for the field ${name}`);
  return field;
}

/** The row of what may be a field's name; undefined for any other text. */
export function findField(name: string): Field | undefined {
  return BY_NAME.get(name);
}

/** The row that an OXM header names, whatever its length and mask bit say. */
export function fieldByOxm(
  oxmClass: number,
  experimenter: number,
  number: number,
): Field | undefined {
  return BY_HEADER.get(headerKey(oxmClass, experimenter, number));
}

function headerKey(oxmClass: number, experimenter: number, number: number): number {
  return experimenter === 0 ? oxmClass * 128 + number : 2 ** 40 + experimenter * 128 + number;
}
