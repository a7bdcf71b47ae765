/**
 * Set-actions from before set_field: OpenFlow 1.1's, and Nicira's set_tunnel. Open vSwitch takes them in every version and never
 * sends them: what it does with them it says with set_field. So do we.
 *
 * Exception: a transport port whose protocol the flow does not tell stays what it is.
 * Sources: OpenFlow 1.1 §5.6 (numbers 1 to 14); ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action, ActionOf } from '../../values/actions.ts';
import type { RegisteredFieldName } from '../../values/fields.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import {
  type ActionForm,
  type ActionWriters,
  nicira,
  type PutContext,
  putStandard,
  refuse,
  standard,
} from './action-form.ts';
import { putSetField } from './set-field.ts';

const SET_TP_SRC = 9;
const SET_TP_DST = 10;
const OFPVID_PRESENT = 0x1000;

export const LEGACY_SET_FORMS: readonly ActionForm[] = [
  standard(1, 8, (cursor) => {
    const vid = cursor.u16('set_vlan_vid');
    return vid > 0xfff ? badArgument(cursor) : { type: 'set_vlan_vid', vid };
  }),
  standard(2, 8, (cursor) => {
    const pcp = cursor.u8('set_vlan_pcp');
    return pcp > 7 ? badArgument(cursor) : { type: 'set_vlan_pcp', pcp };
  }),
  standard(3, 16, (cursor) => ({ type: 'mod_dl_src', address: readMac(cursor) })),
  standard(4, 16, (cursor) => ({ type: 'mod_dl_dst', address: readMac(cursor) })),
  standard(5, 8, (cursor) => ({ type: 'mod_nw_src', address: cursor.u32('mod_nw_src') })),
  standard(6, 8, (cursor) => ({ type: 'mod_nw_dst', address: cursor.u32('mod_nw_dst') })),
  standard(7, 8, (cursor) => {
    const value = cursor.u8('mod_nw_tos');
    return (value & 3) === 0 ? { type: 'mod_nw_tos', value } : badArgument(cursor);
  }),
  standard(8, 8, (cursor) => {
    const value = cursor.u8('mod_nw_ecn');
    return value > 3 ? badArgument(cursor) : { type: 'mod_nw_ecn', value };
  }),
  standard(SET_TP_SRC, 8, (cursor) => ({ type: 'mod_tp_src', port: cursor.u16('mod_tp_src') })),
  standard(SET_TP_DST, 8, (cursor) => ({ type: 'mod_tp_dst', port: cursor.u16('mod_tp_dst') })),
  standard(13, 8, (cursor) => ({ type: 'set_mpls_label', label: cursor.u32('set_mpls_label') })),
  standard(14, 8, (cursor) => ({ type: 'set_mpls_tc', tc: cursor.u8('set_mpls_tc') })),
  nicira(2, 16, (cursor) => {
    cursor.skip(2, 'set_tunnel');
    return { type: 'set_tunnel', id: BigInt(cursor.u32('set_tunnel')), wide: false };
  }),
  nicira(9, 24, (cursor) => {
    cursor.skip(6, 'set_tunnel');
    const id = cursor.view.getBigUint64(cursor.position);
    return { type: 'set_tunnel', id, wide: true };
  }),
];

function badArgument(cursor: Cursor): Action | undefined {
  return refuse(
    cursor,
    'OFPBAC_BAD_ARGUMENT',
    'a set-action with bits that the field does not have',
  );
}

function readMac(cursor: Cursor): number {
  return cursor.u16('an Ethernet address') * 0x100000000 + cursor.u32('an Ethernet address');
}

export const LEGACY_SET_WRITERS: ActionWriters<
  | ('set_vlan_vid' | 'set_vlan_pcp' | 'mod_dl_src' | 'mod_dl_dst' | 'mod_nw_src' | 'mod_nw_dst')
  | ('mod_nw_tos' | 'mod_nw_ecn' | 'mod_tp_src' | 'mod_tp_dst')
  | ('set_mpls_label' | 'set_mpls_tc' | 'set_tunnel')
> = {
  set_vlan_vid: set<'set_vlan_vid'>(
    'vlan_vid',
    ({ vid }) => bitsOf('set_vlan_vid', vid, 0xfff) | OFPVID_PRESENT,
  ),
  set_vlan_pcp: set<'set_vlan_pcp'>('vlan_pcp', ({ pcp }) => pcp),
  mod_dl_src: set<'mod_dl_src'>('eth_src', ({ address }) => address),
  mod_dl_dst: set<'mod_dl_dst'>('eth_dst', ({ address }) => address),
  mod_nw_src: set<'mod_nw_src'>('ipv4_src', ({ address }) => address),
  mod_nw_dst: set<'mod_nw_dst'>('ipv4_dst', ({ address }) => address),
  mod_nw_tos: set<'mod_nw_tos'>('ip_dscp', ({ value }) => bitsOf('mod_nw_tos', value, 0xfc) >>> 2),
  mod_nw_ecn: set<'mod_nw_ecn'>('ip_ecn', ({ value }) => value),
  mod_tp_src: (writer, action, context) => putPort(writer, action, SET_TP_SRC, 'src', context),
  mod_tp_dst: (writer, action, context) => putPort(writer, action, SET_TP_DST, 'dst', context),
  set_mpls_label: set<'set_mpls_label'>('mpls_label', ({ label }) => label),
  set_mpls_tc: set<'set_mpls_tc'>('mpls_tc', ({ tc }) => tc),
  set_tunnel: set<'set_tunnel'>('tun_id', ({ id }) => id),
};

/** What would be lost, or fall upon other bits, is our own fault. */
function bitsOf(type: Action['type'], value: number, bits: number): number {
  if ((value & bits) === value) return value;
  throw new RangeError(`${type} of ${value}, which is not within 0x${bits.toString(16)}`);
}

function set<Type extends Action['type']>(
  field: RegisteredFieldName,
  value: (action: ActionOf<Type>) => number | bigint,
): (writer: ByteWriter, action: ActionOf<Type>, context: PutContext) => void {
  return (writer, action, { version }) =>
    putSetField(writer, version, { type: 'set_field', field, value: value(action) });
}

const PORT_FIELDS = {
  6: { src: 'tcp_src', dst: 'tcp_dst' },
  17: { src: 'udp_src', dst: 'udp_dst' },
  132: { src: 'sctp_src', dst: 'sctp_dst' },
} as const;

function putPort(
  writer: ByteWriter,
  { port, protocol }: ActionOf<'mod_tp_src'>,
  type: number,
  side: 'src' | 'dst',
  { version }: PutContext,
): void {
  if (protocol === 6 || protocol === 17 || protocol === 132) {
    const field = PORT_FIELDS[protocol][side];
    putSetField(writer, version, { type: 'set_field', field, value: port });
    return;
  }
  writer.view.setUint16(putStandard(writer, type, 8) + 4, port);
}
