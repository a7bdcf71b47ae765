/**
 * A match as Open vSwitch holds it: fields that lie in one place of its flow are one.
 *
 * The one home of what belongs together: registers are parts of extended ones; vlan_vid, vlan_pcp and vlan_tci are one
 * tag; ip_src and arp_spa, the ports of TCP, UDP and SCTP and the types of ICMP share their place; a field of the packet
 * implies packet_type (0,0), Ethernet. So two matches that Open vSwitch takes for the same are the same here.
 *
 * Trap: of tun_erspan_ver, _dir, _hwid and tun_gtpu_* Open vSwitch 3.1 keeps the value as its mask.
 * Source: ovs-fields(7) of Open vSwitch 3.1; judged by ovs-ofctl ofp-print.
 */
import { bitAnd, bytesIn, isZero } from './field-values.ts';
import { type Field, fieldByName, type RegisteredFieldName } from './fields.ts';
import type { FieldValue } from './match.ts';

export interface Place {
  readonly value: FieldValue;
  readonly mask: FieldValue;
}

/** A match's fields; see setField. */
export interface FlowFields {
  readonly places: Map<RegisteredFieldName, Place>;
  /** Bytes of options that tun_metadata fields take together. */
  optionBytes: number;
  /** Whether any tun_metadata field is matched, be it for being there alone. */
  hasOptions: boolean;
}

export function noFields(): FlowFields {
  return { places: new Map(), optionBytes: 0, hasOptions: false };
}

/** Fields that lie where another lies, whose name the place has. */
const SHARED: Readonly<Partial<Record<string, RegisteredFieldName>>> = {
  nxm_in_port: 'in_port',
  arp_spa: 'ipv4_src',
  arp_tpa: 'ipv4_dst',
  arp_op: 'ip_proto',
  udp_src: 'tcp_src',
  sctp_src: 'tcp_src',
  icmp_type: 'tcp_src',
  icmpv6_type: 'tcp_src',
  udp_dst: 'tcp_dst',
  sctp_dst: 'tcp_dst',
  icmp_code: 'tcp_dst',
  icmpv6_code: 'tcp_dst',
  nd_options_type: 'tcp_flags',
  nd_sll: 'arp_sha',
  nd_tll: 'arp_tha',
  vlan_vid: 'vlan_tci',
  vlan_pcp: 'vlan_tci',
  nw_tos: 'ip_dscp',
};

/** Whose mask is what the value is. */
const VALUE_IS_MASK: ReadonlySet<RegisteredFieldName> = new Set<RegisteredFieldName>([
  ...(['tun_erspan_ver', 'tun_erspan_dir', 'tun_erspan_hwid'] as const),
  ...(['tun_gtpu_flags', 'tun_gtpu_msgtype'] as const),
]);

/** Masks of these keep only the bits that mean something. */
const KEPT_BITS: Readonly<Partial<Record<string, number>>> = { ct_state: 0xff, tun_flags: 1 };

const VID_BITS = 0x0fff;
const PRESENT = 0x1000;
const PCP_BITS = 0xe000;
const WORD_BITS = 32n;
const WORD = 0xffffffffn;
const NO_PLACE: Place = { value: 0, mask: 0 };

/** The place of a field, or NO_PLACE (mask 0) when the match does not say it. Registers: reg0 to reg15 alone. */
export function placeOf(flow: FlowFields, name: RegisteredFieldName): Place {
  return flow.places.get(name) ?? NO_PLACE;
}

export function numberAt(flow: FlowFields, name: RegisteredFieldName): number {
  return Number(placeOf(flow, name).value);
}

export function maskAt(flow: FlowFields, name: RegisteredFieldName): number {
  return Number(placeOf(flow, name).mask);
}

export function isMatched(flow: FlowFields, name: RegisteredFieldName): boolean {
  return flow.places.has(name);
}

function put(flow: FlowFields, name: RegisteredFieldName, value: FieldValue, mask: FieldValue) {
  if (isZero(mask)) flow.places.delete(name);
  else flow.places.set(name, { value: bitAnd(value, mask), mask });
}

/** Where the bits of a field are matched that the match says already. */
export function isWild(flow: FlowFields, field: Field): boolean {
  const register = registerOf(field);
  if (register !== undefined) {
    return register.names.every((name) => !flow.places.has(name));
  }
  switch (field.name) {
    case 'vlan_vid':
      return (maskAt(flow, 'vlan_tci') & (VID_BITS | PRESENT)) === 0;
    case 'vlan_pcp':
      return (maskAt(flow, 'vlan_tci') & PCP_BITS) === 0;
    default:
      return !flow.places.has(SHARED[field.name] ?? field.name);
  }
}

interface Register {
  /** reg0, reg1, …; the highest bits first. */
  readonly names: readonly RegisteredFieldName[];
}

const REGISTERS: ReadonlyMap<string, Register> = new Map(
  [1, 2, 4].flatMap((size) =>
    Array.from({ length: 16 / size }, (_, index) => {
      const names = Array.from(
        { length: size },
        (_, word) => `reg${index * size + word}` as RegisteredFieldName,
      );
      return [`${'x'.repeat(Math.log2(size))}reg${index}`, { names }] as const;
    }),
  ),
);

function registerOf(field: Field): Register | undefined {
  return REGISTERS.get(field.name);
}

/** Adds a field as a match has it; without mask (or with a full one) all of it. A field without any bit is nothing. */
export function setField(
  flow: FlowFields,
  field: Field,
  value: FieldValue,
  mask: FieldValue = field.fullMask,
): void {
  setPlace(flow, field, value, mask);
  implyEthernet(flow, field);
}

/** A field of the packet, also one without a bit, says that there is an Ethernet packet. */
function implyEthernet(flow: FlowFields, field: Field): void {
  if (field.prerequisite !== 'none' && !flow.places.has('packet_type')) {
    flow.places.set('packet_type', { value: 0, mask: 0xffffffff });
  }
}

function setPlace(flow: FlowFields, field: Field, value: FieldValue, mask: FieldValue): void {
  const register = registerOf(field);
  if (register !== undefined) setRegister(flow, register, BigInt(value), BigInt(mask));
  else if (field.variable) setOption(flow, field, value, mask);
  else if (!isZero(mask)) setPlain(flow, field, value, mask);
}

/** The field matches anything from now on. */
export function wipeField(flow: FlowFields, field: Field): void {
  const register = registerOf(field);
  if (register !== undefined) setRegister(flow, register, 0n, 0n);
  else if (field.name === 'vlan_vid') wipeTag(flow, VID_BITS, PCP_BITS);
  else if (field.name === 'vlan_pcp') wipeTag(flow, PCP_BITS, VID_BITS);
  else flow.places.delete(placeNameOf(field));
  implyEthernet(flow, field);
}

/** Where nothing is said of the other part, there may be no tag at all. */
function wipeTag(flow: FlowFields, bits: number, others: number): void {
  const mask = maskAt(flow, 'vlan_tci');
  put(flow, 'vlan_tci', numberAt(flow, 'vlan_tci'), (mask & others) === 0 ? 0 : mask & ~bits);
}

/** The name of the place where a field lies; registers have several. */
export function placeNameOf(field: Field): RegisteredFieldName {
  return SHARED[field.name] ?? field.name;
}

function setRegister(flow: FlowFields, { names }: Register, value: bigint, mask: bigint): void {
  for (const [index, name] of names.entries()) {
    const shift = BigInt(names.length - 1 - index) * WORD_BITS;
    put(flow, name, Number((value >> shift) & WORD), Number((mask >> shift) & WORD));
  }
}

/** tun_metadata is matched for being there, even when no bit of it counts. */
function setOption(flow: FlowFields, field: Field, value: FieldValue, mask: FieldValue): void {
  const exact = mask === field.fullMask;
  flow.hasOptions = true;
  flow.optionBytes += Math.max(bytesIn(value), exact ? 0 : bytesIn(mask));
  flow.places.set(field.name, { value: bitAnd(value, mask), mask });
}

function setPlain(flow: FlowFields, field: Field, value: FieldValue, mask: FieldValue): void {
  const place = SHARED[field.name] ?? field.name;
  const exact = mask === field.fullMask;
  switch (field.name) {
    case 'vlan_tci':
      put(flow, place, value, mask);
      return;
    case 'vlan_vid':
      setTag(flow, Number(value), Number(mask) & (VID_BITS | PRESENT), PCP_BITS);
      return;
    case 'vlan_pcp':
      setTag(flow, (Number(value) << 13) | PRESENT, PCP_BITS | PRESENT, 0xffff);
      return;
    case 'ip_dscp':
      put(flow, place, Number(value) * 4, 0xfc);
      return;
    case 'nw_tos':
      put(flow, place, value, 0xfc);
      return;
    case 'ip_ecn':
      put(flow, place, value, 3);
      return;
    case 'ip_frag':
      put(flow, place, value, exact ? 3 : bitAnd(mask, 3));
      return;
    case 'nxm_in_port':
      put(flow, place, port32(Number(value)), 0xffffffff);
      return;
    case 'ipv6_label':
      put(flow, place, value, bitAnd(mask, 0xfffff) === 0xfffff ? 0xffffffff : mask);
      return;
    default:
      put(flow, place, bitAnd(value, mask), placeMask(field, value, exact, mask));
  }
}

/** Where a narrow field shares a wide place, all of it counts (the type of ICMP, where ports lie). */
function placeMask(field: Field, value: FieldValue, exact: boolean, mask: FieldValue): FieldValue {
  if (VALUE_IS_MASK.has(field.name)) return value;
  const shared = SHARED[field.name];
  if (shared !== undefined && exact) return fieldByName(shared).fullMask;
  return bitAnd(mask, KEPT_BITS[field.name] ?? mask);
}

/** The bits of the tag that the field has; of what was there, those in `kept` stay. */
function setTag(flow: FlowFields, value: number, mask: number, kept: number): void {
  const before = placeOf(flow, 'vlan_tci');
  const keptMask = Number(before.mask) & kept;
  put(
    flow,
    'vlan_tci',
    (Number(before.value) & keptMask & ~mask) | (value & mask),
    keptMask | mask,
  );
}

/** Value and mask that a field has by now: what setField would set. */
export function contentOf(flow: FlowFields, field: Field): Place {
  const register = registerOf(field);
  if (register !== undefined) return registerContent(flow, field, register);
  const { value, mask } = placeOf(flow, SHARED[field.name] ?? field.name);
  switch (field.name) {
    case 'vlan_vid':
      return { value: Number(value) & 0x1fff, mask: Number(mask) & 0x1fff };
    case 'vlan_pcp':
      return { value: Number(value) >>> 13, mask: Number(mask) >>> 13 };
    case 'ip_dscp':
      return { value: Number(value) >>> 2, mask: Number(mask) >>> 2 };
    default:
      return { value, mask };
  }
}

function registerContent(flow: FlowFields, field: Field, { names }: Register): Place {
  let value = 0n;
  let mask = 0n;
  for (const name of names) {
    const place = placeOf(flow, name);
    value = (value << WORD_BITS) | BigInt(place.value);
    mask = (mask << WORD_BITS) | BigInt(place.mask);
  }
  return field.wide ? { value, mask } : { value: Number(value), mask: Number(mask) };
}

function port32(port: number): number {
  return port >= 0xff00 ? port + 0xffff0000 : port;
}
