/**
 * The fields that a match, a set-field or a move may name: the registry's rows, and how to find one.
 *
 * The rows' data is in field-registry.ts. A header that no row describes is not lost: it travels as `unknown_oxm`
 * (match.ts).
 *
 * Source: OpenFlow 1.3.5 §7.2.3.2 (headers); field-registry.ts for the rows.
 */
import {
  FIELD_ROWS,
  type FieldKind,
  type FieldRow,
  OXM_CLASSES,
  type OxmClass,
  type Prerequisite,
} from './field-registry.ts';
import { OPENFLOW_15, type OpenFlowVersion } from './version.ts';

/** Geneve options that a TLV table maps to fields: tun_metadata0 to tun_metadata63, of up to 124 bytes. */
export const TUN_METADATA_FIELDS = 64;
const TUN_METADATA_BYTES = 124;
const TUN_METADATA_FIRST_NUMBER = 40;

export type TunMetadataName = `tun_metadata${number}`;

export type RegisteredFieldName = (typeof FIELD_ROWS)[number][0] | TunMetadataName;

/** `unknown_oxm`: a TLV that no row describes; see MatchField in match.ts. */
export type FieldName = RegisteredFieldName | 'unknown_oxm';

/** One header that means a field. */
export interface HeaderForm {
  /** As in a subfield: NXM_NX_REG0. */
  readonly name: string;
  readonly oxmClass: number;
  /** 0: none (the class is not 0xffff). */
  readonly experimenter: number;
  readonly number: number;
  /** The wire version from which on it is the usual form; undefined: an extension, usual where nothing else is. */
  readonly since: number | undefined;
  /** The first Open vSwitch that knows it; undefined: none does. */
  readonly ovs: string | undefined;
  /** Without mask: class, number << 1 | 0, length (with the experimenter's four bytes). */
  readonly header: number;
  /** The same with mask. */
  readonly maskedHeader: number;
  readonly source: string;
}

/** 0 stands for Nicira's own actions, which prefer NXM. */
export type HeaderVersion = 0 | OpenFlowVersion;

export interface Field {
  readonly name: RegisteredFieldName;
  /** Position in the registry: a small number that stands for the field. */
  readonly index: number;
  /** How many bits a subfield may reach; the value is right-aligned in `bytes`. */
  readonly bits: number;
  /** How many bits of a match's mask count: more than `bits` for vlan_vid ("present"), less for ct_state. */
  readonly maskBits: number;
  /** Of a variable field: the most. */
  readonly bytes: number;
  /** tun_metadata: a TLV may be shorter than `bytes`. */
  readonly variable: boolean;
  readonly maskable: boolean;
  readonly writable: boolean;
  readonly kind: FieldKind;
  readonly prerequisite: Prerequisite;
  /** Every header that means the field. */
  readonly forms: readonly HeaderForm[];
  /** Whether Open vSwitch knows the field. */
  readonly inOvs: boolean;
  /** As in a subfield: NXM_NX_REG0[0..15]. */
  readonly headerName: string;
  /** As in set_field:…->NAME. */
  readonly ovsName: string;
  /** All names that ovs-ofctl takes. */
  readonly ovsNames: readonly string[];
  /** As in a match: dl_dst, nw_src, tp_dst. */
  readonly matchName: string;
  /** The header that OpenFlow 1.3 uses. */
  readonly oxmClass: number;
  readonly experimenter: number;
  readonly number: number;
  readonly header: number;
  readonly maskedHeader: number;
  /** The header that OpenFlow 1.5 uses, where it is another; see headerForm. */
  readonly later: HeaderForm | undefined;
  /** The header that Nicira's own actions use. */
  readonly legacy: HeaderForm;
  /** Values of more than 48 bits are bigint (match.ts). */
  readonly wide: boolean;
  /** All `maskBits` set, in the type of the values. */
  readonly allOnes: number | bigint;
  /** All bits of `bytes` set, in the type of the values. */
  readonly fullMask: number | bigint;
}

/** Where a match calls a field otherwise than a set_field does. */
const MATCH_NAMES: Readonly<Record<string, string>> = {
  in_port: 'in_port',
  eth_src: 'dl_src',
  eth_dst: 'dl_dst',
  eth_type: 'dl_type',
  vlan_pcp: 'dl_vlan_pcp',
  ipv4_src: 'nw_src',
  ipv4_dst: 'nw_dst',
  ip_frag: 'nw_frag',
  tcp_src: 'tp_src',
  tcp_dst: 'tp_dst',
  udp_src: 'tp_src',
  udp_dst: 'tp_dst',
  sctp_src: 'tp_src',
  sctp_dst: 'tp_dst',
  icmpv6_type: 'icmp_type',
  icmpv6_code: 'icmp_code',
  tun_gtpu_flags: 'gtpu_flags',
  tun_gtpu_msgtype: 'gtpu_msgtype',
};

/** Where not `bits` of a mask count: vlan_vid's "present" does, of ct_state eight bits have a meaning. */
const MASK_BITS: Readonly<Record<string, number>> = { vlan_vid: 13, ct_state: 8 };

/** As OpenFlow writes versions, to the wire's numbers. */
const WIRE_VERSIONS: Readonly<Record<string, number>> = { '1.2': 3, '1.3': 4, '1.4': 5, '1.5': 6 };

const TUN_METADATA_ROWS = Array.from({ length: TUN_METADATA_FIELDS }, (_, index): FieldRow => {
  const name = `tun_metadata${index}`;
  const form = `NXM_NX_TUN_METADATA${index}(${TUN_METADATA_FIRST_NUMBER + index}) v2.5`;
  const size = TUN_METADATA_BYTES;
  return [name, name, size * 8, size, true, 'hex', 'none', 'rw', form];
});

function header(oxmClass: number, number: number, masked: boolean, length: number): number {
  return oxmClass * 0x10000 + (number * 2 + (masked ? 1 : 0)) * 256 + length;
}

function classOf(name: string): OxmClass {
  const prefixes = Object.keys(OXM_CLASSES).filter((prefix) => name.startsWith(prefix));
  const longest = prefixes.sort((left, right) => right.length - left.length)[0] ?? '';
  const found = OXM_CLASSES[longest];
  if (found === undefined) throw new Error(`the header ${name} is of no class`);
  return found;
}

/** NAME(number) [OFa.b] [vx.y] */
const FORM = /^(\w+)\((\d+)\)(?: OF([\d.]+))?(?: v([\d.]+))?$/;

function toForm(text: string, bytes: number): HeaderForm {
  const [, name = '', number = '', openflow, ovs] = FORM.exec(text) ?? [];
  const { oxmClass, experimenter, source } = classOf(name);
  const prefix = experimenter === 0 ? 0 : 4;
  const isNxm = name.startsWith('NXM_');
  return {
    ...{ name, oxmClass, experimenter, number: Number(number), ovs },
    since: openflow === undefined ? (isNxm ? 0 : undefined) : WIRE_VERSIONS[openflow],
    header: header(oxmClass, Number(number), false, prefix + bytes),
    maskedHeader: header(oxmClass, Number(number), true, prefix + bytes * 2),
    source: openflow === undefined || source !== 'OpenFlow' ? source : `OpenFlow ${openflow}`,
  };
}

/** The last form that has begun by then, or the first. */
function usualForm(forms: readonly HeaderForm[], version: number): HeaderForm {
  const begun = forms.filter(({ since }) => since !== undefined && since <= version);
  const form = begun.at(-1) ?? forms[0];
  if (form === undefined) throw new Error('a field without a header');
  return form;
}

function toField(row: FieldRow, index: number): Field {
  const [name, ovsNames, bits, bytes, maskable, kind, prerequisite, access, formTexts] = row;
  const forms = formTexts.split(', ').map((text) => toForm(text, bytes));
  const usual = usualForm(forms, 4);
  const { oxmClass, experimenter, number, header, maskedHeader } = usual;
  const later = usualForm(forms, 6);
  const legacy = usualForm(forms, 0);
  const wide = bits > 48;
  const maskBits = MASK_BITS[name] ?? bits;
  const ones = (count: number) => (wide ? (1n << BigInt(count)) - 1n : 2 ** count - 1);
  const [ovsName = name, ...others] = ovsNames.split(' ').filter((word) => word !== '');
  return {
    name: name as RegisteredFieldName,
    ...{ index, bits, maskBits, bytes, maskable, kind, prerequisite, forms, wide },
    variable: name.startsWith('tun_metadata'),
    writable: access === 'rw',
    inOvs: ovsNames !== '',
    headerName: legacy.name,
    ovsName,
    ovsNames: ovsNames === '' ? [] : [ovsName, ...others],
    matchName: MATCH_NAMES[name] ?? ovsName,
    ...{ oxmClass, experimenter, number, header, maskedHeader, legacy },
    later: later === usual ? undefined : later,
    allOnes: ones(maskBits),
    fullMask: ones(bytes * 8),
  };
}

export const FIELDS: readonly Field[] = [...FIELD_ROWS, ...TUN_METADATA_ROWS].map((row, index) =>
  toField(row, index),
);

const BY_NAME: ReadonlyMap<string, Field> = new Map(FIELDS.map((field) => [field.name, field]));

const BY_OVS_NAME: ReadonlyMap<string, Field> = new Map(
  FIELDS.flatMap((field) => field.ovsNames.map((name) => [name, field] as const)),
);

const BY_HEADER_NAME: ReadonlyMap<string, Field> = new Map(
  FIELDS.flatMap((field) => field.forms.map(({ name }) => [name, field] as const)),
);

const BY_HEADER: ReadonlyMap<number, Field> = new Map(
  FIELDS.flatMap((field) =>
    field.forms.map(
      ({ oxmClass, experimenter, number }) =>
        [headerKey(oxmClass, experimenter, number), field] as const,
    ),
  ),
);

/** What of a field's header a version writes: in its messages, or (0) in Nicira's own actions. */
export function headerForm(
  field: Field,
  version: HeaderVersion,
): Pick<HeaderForm, 'experimenter' | 'header' | 'maskedHeader'> {
  if (version === 0) return field.legacy;
  return version === OPENFLOW_15 && field.later !== undefined ? field.later : field;
}

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

/** The row of what ovs-ofctl calls a field: dl_src, nw_tos, in_port (the one of 16 bits), in_port_oxm. */
export function findOvsField(name: string): Field | undefined {
  return BY_OVS_NAME.get(name);
}

/** The row of a header's name: NXM_NX_REG0, OXM_OF_IN_PORT. */
export function findFieldByHeaderName(name: string): Field | undefined {
  return BY_HEADER_NAME.get(name);
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
