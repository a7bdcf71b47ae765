/**
 * Actions between fields: move, push, pop, delete_field, check_pkt_larger.
 *
 *     NXAST_REG_MOVE (6):          … | subtype:16 | bits:16 | from:16 | to:16 | two headers | zeros
 *     OFPAT_COPY_FIELD (28):       28 | length:16 | bits:16 | from:16 | to:16 | 0:16 | two headers | zeros
 *     ONF's of 1.3, 1.4 (3200):    … | subtype:16 | 0:16 | bits:16 | from:16 | to:16 | 0:16 | two headers | zeros
 *
 * A move is NXAST_REG_MOVE before OpenFlow 1.5, unless it came as ONF's in 1.3, and OFPAT_COPY_FIELD from there on.
 * Sources: OpenFlow 1.5.1 §7.2.6.8; ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action, ActionOf, Subfield } from '../../values/actions.ts';
import type { HeaderVersion } from '../../values/fields.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { bitOffset, putNxmField, readOxmField, sizeOf, subfieldOf } from './action-fields.ts';
import {
  type ActionForm,
  type ActionWriters,
  endAction,
  mustBeZero,
  nicira,
  OFPAT_EXPERIMENTER,
  ONF,
  onf,
  passZeros,
  putNicira,
  putStandard,
  standard,
} from './action-form.ts';

const COPY_FIELD = 28;
const ONF_COPY_FIELD = 3200;
const NX_REG_MOVE = 6;
const NX_STACK_PUSH = 27;
const NX_STACK_POP = 28;
const NX_CHECK_PKT_LARGER = 49;
const NX_DELETE_FIELD = 50;

export const SUBFIELD_FORMS: readonly ActionForm[] = [
  standard(COPY_FIELD, 16, (cursor) => readMove(cursor, 2), { since: 6, longer: true }),
  onf(ONF_COPY_FIELD, 24, readOnfMove, { until: 5, longer: true }),
  nicira(NX_REG_MOVE, 16, (cursor) => readMove(cursor, 0), { until: 5, longer: true }),
  nicira(NX_STACK_PUSH, 24, (cursor) => readStack(cursor, 'push')),
  nicira(NX_STACK_POP, 24, (cursor) => readStack(cursor, 'pop')),
  nicira(NX_CHECK_PKT_LARGER, 24, readCheckPacket, { longer: true }),
  nicira(NX_DELETE_FIELD, 24, readDeleteField),
];

/** Three numbers, then two headers. `gap` bytes lie between them. */
function readMove(cursor: Cursor, gap: number): ActionOf<'move'> | undefined {
  const bits = cursor.u16('a move');
  const fromOffset = cursor.u16('a move');
  const toOffset = cursor.u16('a move');
  cursor.skip(gap, 'a move');
  const source = readOxmField(cursor);
  if (source === undefined) return undefined;
  const target = readOxmField(cursor);
  if (target === undefined) return undefined;
  if (!passZeros(cursor, cursor.left)) return mustBeZero(cursor, 'a move');
  const from = subfieldOf(cursor, source, fromOffset, bits, 'read');
  if (from === undefined) return undefined;
  const to = subfieldOf(cursor, target, toOffset, bits, 'write');
  return to === undefined ? undefined : { type: 'move', from, to };
}

function readOnfMove(cursor: Cursor): Action | undefined {
  cursor.skip(2, 'a copy');
  const move = readMove(cursor, 2);
  return move === undefined ? undefined : { ...move, form: 'onf' };
}

function readStack(cursor: Cursor, type: 'push' | 'pop'): Action | undefined {
  const offset = cursor.u16(type);
  const field = readOxmField(cursor);
  if (field === undefined) return undefined;
  const bits = cursor.u16(type);
  if (!passZeros(cursor, cursor.left)) return mustBeZero(cursor, type);
  const subfield = subfieldOf(cursor, field, offset, bits, type === 'push' ? 'read' : 'write');
  return subfield === undefined ? undefined : { type, field: subfield };
}

function readCheckPacket(cursor: Cursor): Action | undefined {
  const size = cursor.u16('check_pkt_larger');
  const offset = cursor.u16('check_pkt_larger');
  const field = readOxmField(cursor);
  if (field === undefined) return undefined;
  if (!passZeros(cursor, cursor.left)) return mustBeZero(cursor, 'check_pkt_larger');
  const to = subfieldOf(cursor, field, offset, 1, 'write');
  return to === undefined ? undefined : { type: 'check_pkt_larger', size, to };
}

function readDeleteField(cursor: Cursor): Action | undefined {
  const field = readOxmField(cursor);
  if (field === undefined) return undefined;
  return { type: 'delete_field', field: field.name, ...sizeOf(field) };
}

export const SUBFIELD_WRITERS: ActionWriters<
  'move' | 'push' | 'pop' | 'delete_field' | 'check_pkt_larger'
> = {
  move: (writer, action, { version }) => putMove(writer, version, action),
  push: (writer, { field }) => putStack(writer, NX_STACK_PUSH, field),
  pop: (writer, { field }) => putStack(writer, NX_STACK_POP, field),
  delete_field: (writer, action) => {
    const mark = writer.mark();
    putNicira(writer, NX_DELETE_FIELD, 10);
    putNxmField(writer, action);
    fillTo24(writer, mark);
  },
  check_pkt_larger: (writer, { size, to }) => {
    const mark = writer.mark();
    const at = putNicira(writer, NX_CHECK_PKT_LARGER, 14);
    writer.view.setUint16(at + 10, size);
    writer.view.setUint16(at + 12, bitOffset(to));
    putNxmField(writer, to);
    fillTo24(writer, mark);
  },
};

function fillTo24(writer: ByteWriter, mark: number): void {
  writer.reserve(24 - (writer.mark() - mark));
  writer.patchSize(mark, 2);
}

function putStack(writer: ByteWriter, subtype: number, field: Subfield): void {
  const mark = writer.mark();
  writer.view.setUint16(putNicira(writer, subtype, 12) + 10, field.offset);
  putNxmField(writer, field);
  writer.view.setUint16(writer.reserve(2), field.bits);
  fillTo24(writer, mark);
}

export function putMove(
  writer: ByteWriter,
  version: HeaderVersion,
  action: ActionOf<'move'>,
): void {
  const { from, to } = action;
  if (from.bits !== to.bits) {
    throw new RangeError(`${from.bits} bits of ${from.field} into ${to.bits} of ${to.field}`);
  }
  const mark = writer.mark();
  const at = putMoveHead(writer, version, action.form);
  writer.view.setUint16(at, from.bits);
  writer.view.setUint16(at + 2, from.offset);
  writer.view.setUint16(at + 4, to.offset);
  const standardized = version >= 6 || (version === 4 && action.form === 'onf');
  putNxmField(writer, from, standardized ? version : 0);
  putNxmField(writer, to, standardized ? version : 0);
  endAction(writer, mark);
}

/** Answers where the three numbers go. */
function putMoveHead(writer: ByteWriter, version: HeaderVersion, form: 'onf' | undefined): number {
  if (version >= 6) return putStandard(writer, COPY_FIELD, 12) + 4;
  if (version > 4 || form === undefined) return putNicira(writer, NX_REG_MOVE, 16) + 10;
  const at = putStandard(writer, OFPAT_EXPERIMENTER, 20);
  writer.view.setUint32(at + 4, ONF);
  writer.view.setUint16(at + 8, ONF_COPY_FIELD);
  return at + 12;
}
