/**
 * Actions that add, remove and count down headers: VLAN, MPLS, TTLs, encap and decap.
 *
 * A property of encap is class:16 | type:8 | length:8 | …, padded to eight bytes, which its length does not count. But a TLV's value
 * is padded to eight bytes by itself; that the property's length counts, and the TLV's own does not.
 *
 * Sources: OpenFlow 1.3.5 §7.2.5; ovs-actions(7), nicira-ext.h, ofp-ed-props.h of Open vSwitch 3.1.
 */
import type { Action, ActionOf, EncapProperty } from '../../values/actions.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import {
  type ActionForm,
  type ActionWriters,
  badArgument,
  endAction,
  mustBeZero,
  nicira,
  passZeros,
  putNicira,
  putStandard,
  refuse,
  standard,
} from './action-form.ts';

const COPY_TTL_OUT = 11;
const COPY_TTL_IN = 12;
const SET_MPLS_TTL = 15;
const DEC_MPLS_TTL = 16;
const PUSH_VLAN = 17;
const POP_VLAN = 18;
const PUSH_MPLS = 19;
const POP_MPLS = 20;
const SET_NW_TTL = 23;
const DEC_NW_TTL = 24;
const NX_DEC_TTL_CNT_IDS = 21;
const NX_ENCAP = 46;
const NX_DECAP = 47;
const NX_DEC_NSH_TTL = 48;

const VLAN_ETHERTYPES: readonly number[] = [0x8100, 0x88a8];
const MPLS_ETHERTYPES: readonly number[] = [0x8847, 0x8848];

/** Ethernet, MPLS, MPLS multicast, NSH: namespace << 16 | type. */
const ENCAPSULATIONS: readonly number[] = [0, 0x18847, 0x18848, 0x1894f];
/** "Whatever the header says comes next." */
const USE_NEXT_PROTOCOL = 0xfffe;

const NSH_CLASS = 4;
const NSH_MD_TYPE = 1;
const NSH_TLV = 2;

const COUNT_IDS = layout({ count: 'u16' });
const ENCAP = layout({ headerSize: 'u16', packetType: 'u32' });
const PROPERTY = layout({ class: 'u16', type: 'u8', length: 'u8' });

export const HEADER_FORMS: readonly ActionForm[] = [
  standard(COPY_TTL_OUT, 8, () => ({ type: 'copy_ttl_out' }), { unsupported: true }),
  standard(COPY_TTL_IN, 8, () => ({ type: 'copy_ttl_in' }), { unsupported: true }),
  standard(SET_MPLS_TTL, 8, (cursor) => ({ type: 'set_mpls_ttl', ttl: cursor.u8('set_mpls_ttl') })),
  standard(DEC_MPLS_TTL, 8, () => ({ type: 'dec_mpls_ttl' })),
  standard(PUSH_VLAN, 8, (cursor) => readPush(cursor, 'push_vlan', VLAN_ETHERTYPES)),
  standard(POP_VLAN, 8, () => ({ type: 'pop_vlan' })),
  standard(PUSH_MPLS, 8, (cursor) => readPush(cursor, 'push_mpls', MPLS_ETHERTYPES)),
  standard(POP_MPLS, 8, (cursor) => ({ type: 'pop_mpls', ethertype: cursor.u16('pop_mpls') })),
  standard(SET_NW_TTL, 8, (cursor) => ({ type: 'set_ttl', ttl: cursor.u8('set_ttl') })),
  standard(DEC_NW_TTL, 8, () => ({ type: 'dec_ttl' })),
  nicira(NX_DEC_TTL_CNT_IDS, 16, readCountIds, { longer: true }),
  nicira(NX_ENCAP, 16, readEncap, { longer: true }),
  nicira(NX_DECAP, 16, readDecap, { longer: true }),
  nicira(NX_DEC_NSH_TTL, 16, () => ({ type: 'dec_nsh_ttl' })),
];

function readPush(
  cursor: Cursor,
  type: 'push_vlan' | 'push_mpls',
  known: readonly number[],
): Action | undefined {
  const ethertype = cursor.u16(type);
  if (known.includes(ethertype)) return { type, ethertype };
  return badArgument(cursor, `${type} of Ethertype 0x${ethertype.toString(16)}`);
}

function readCountIds(cursor: Cursor): Action | undefined {
  const { count } = cursor.struct(COUNT_IDS, 'dec_ttl');
  if (!passZeros(cursor, 4)) {
    return mustBeZero(cursor, 'dec_ttl');
  }
  if (count * 2 > cursor.left) {
    cursor.fail('OFPBAC_BAD_LEN', `${count} controllers in ${cursor.left} bytes`);
    return undefined;
  }
  const controllerIds = Array.from({ length: count }, () => cursor.u16('dec_ttl'));
  return { type: 'dec_ttl_cnt_ids', controllerIds };
}

function readEncap(cursor: Cursor): Action | undefined {
  const { headerSize, packetType } = cursor.struct(ENCAP, 'encap');
  if (!ENCAPSULATIONS.includes(packetType)) {
    const detail = `encap of packet type 0x${packetType.toString(16)}`;
    return refuse(cursor, 'NXBAC_BAD_HEADER_TYPE', detail);
  }
  const properties: EncapProperty[] = [];
  while (cursor.left > 0) {
    const property = readProperty(cursor);
    if (property === undefined) return undefined;
    properties.push(property);
  }
  return { type: 'encap', packetType, headerSize, properties };
}

function readProperty(cursor: Cursor): EncapProperty | undefined {
  const padded = ((cursor.bytes[cursor.position + 3] ?? 0) + 7) & ~7;
  if (padded > cursor.left || padded === 0) return badPropertyLength(cursor);
  const inner = cursor.cut(padded, 'a property of encap', 'OFPBAC_BAD_LEN');
  const { class: propertyClass, type, length } = inner.struct(PROPERTY, 'a property of encap');
  if (length < 4) return badPropertyLength(cursor);
  const known = propertyClass === NSH_CLASS && (type === NSH_MD_TYPE || type === NSH_TLV);
  if (!known) {
    const detail = `encap has no property of class ${propertyClass}, type ${type}`;
    return refuse(cursor, 'NXBAC_UNKNOWN_ED_PROP', detail);
  }
  const size = type === NSH_MD_TYPE ? 1 : 4 + (inner.bytes[inner.position + 3] ?? 0);
  const expected = type === NSH_MD_TYPE ? length <= 8 : length === 8 + ((size - 4 + 7) & ~7);
  if (!expected) {
    return refuse(cursor, 'NXBAC_BAD_ED_PROP', `a property of ${length} bytes, type ${type}`);
  }
  return { class: propertyClass, type, data: inner.copy(size, 'a property of encap') };
}

function badPropertyLength(cursor: Cursor): undefined {
  cursor.fail('OFPBAC_BAD_LEN', 'a property of encap with a wrong length');
  return undefined;
}

function readDecap(cursor: Cursor): Action | undefined {
  if (cursor.left > 6) {
    return refuse(cursor, 'NXBAC_UNKNOWN_ED_PROP', 'decap has no properties');
  }
  cursor.skip(2, 'decap');
  const packetType = cursor.u32('decap');
  return packetType === USE_NEXT_PROTOCOL ? { type: 'decap' } : { type: 'decap', packetType };
}

export const HEADER_WRITERS: ActionWriters<
  | ('copy_ttl_out' | 'copy_ttl_in' | 'set_mpls_ttl' | 'dec_mpls_ttl' | 'push_vlan' | 'pop_vlan')
  | ('push_mpls' | 'pop_mpls' | 'set_ttl' | 'dec_ttl' | 'dec_ttl_cnt_ids')
  | ('encap' | 'decap' | 'dec_nsh_ttl')
> = {
  copy_ttl_out: (writer) => void putStandard(writer, COPY_TTL_OUT, 8),
  copy_ttl_in: (writer) => void putStandard(writer, COPY_TTL_IN, 8),
  set_mpls_ttl: (writer, { ttl }) => putU8(writer, SET_MPLS_TTL, ttl),
  dec_mpls_ttl: (writer) => void putStandard(writer, DEC_MPLS_TTL, 8),
  push_vlan: (writer, { ethertype }) => putU16(writer, PUSH_VLAN, ethertype),
  pop_vlan: (writer) => void putStandard(writer, POP_VLAN, 8),
  push_mpls: (writer, { ethertype }) => putU16(writer, PUSH_MPLS, ethertype),
  pop_mpls: (writer, { ethertype }) => putU16(writer, POP_MPLS, ethertype),
  set_ttl: (writer, { ttl }) => putU8(writer, SET_NW_TTL, ttl),
  dec_ttl: (writer) => void putStandard(writer, DEC_NW_TTL, 8),
  dec_ttl_cnt_ids: putCountIds,
  encap: putEncap,
  decap: (writer, { packetType }) => {
    const at = putNicira(writer, NX_DECAP, 16);
    writer.view.setUint32(at + 12, packetType ?? USE_NEXT_PROTOCOL);
  },
  dec_nsh_ttl: (writer) => void putNicira(writer, NX_DEC_NSH_TTL, 16),
};

function putU8(writer: ByteWriter, type: number, value: number): void {
  writer.view.setUint8(putStandard(writer, type, 8) + 4, value);
}

function putU16(writer: ByteWriter, type: number, value: number): void {
  writer.view.setUint16(putStandard(writer, type, 8) + 4, value);
}

function putCountIds(writer: ByteWriter, { controllerIds }: ActionOf<'dec_ttl_cnt_ids'>): void {
  const mark = writer.mark();
  const at = putNicira(writer, NX_DEC_TTL_CNT_IDS, 16);
  writer.view.setUint16(at + 10, controllerIds.length);
  for (const id of controllerIds) writer.view.setUint16(writer.reserve(2), id);
  endAction(writer, mark);
}

function putEncap(writer: ByteWriter, action: ActionOf<'encap'>): void {
  const mark = writer.mark();
  const at = putNicira(writer, NX_ENCAP, 16);
  writer.view.setUint16(at + 10, action.headerSize);
  writer.view.setUint32(at + 12, action.packetType);
  for (const property of action.properties) putProperty(writer, property);
  endAction(writer, mark);
}

function putProperty(writer: ByteWriter, property: EncapProperty): void {
  const start = writer.mark();
  const tlv = property.class === NSH_CLASS && property.type === NSH_TLV;
  const size = 4 + property.data.length;
  const at = writer.reserve(4);
  writer.view.setUint16(at, property.class);
  writer.view.setUint8(at + 2, property.type);
  writer.view.setUint8(at + 3, tlv ? (size + 7) & ~7 : size);
  writer.put(property.data);
  writer.padTo8(start);
}
