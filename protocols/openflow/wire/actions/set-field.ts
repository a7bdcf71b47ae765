/**
 * Actions that write a value into a field: set_field, load.
 *
 *     set_field:  25 | length | an OXM TLV | zeros          NXAST_REG_LOAD2 (33): … | subtype:16 | an OXM TLV | zeros
 *     NXAST_REG_LOAD (7): … | subtype:16 | ofs:10 bits-1:6 | NXM header:32 | value:64
 *
 * Traps: set_field has a mask from OpenFlow 1.5 on; before, NXAST_REG_LOAD2 carries it, which 1.5 lacks, as it does
 * NXAST_REG_LOAD. A mask of all ones means what no mask means, and is not sent. The size of the field's value is judged before the
 * TLV's own size. Tunnel metadata is sent as short as it can be.
 *
 * Sources: OpenFlow 1.3.5 §7.2.5, OpenFlow 1.5.1 §7.2.6.7; ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action, ActionOf } from '../../values/actions.ts';
import { exceedsMask, isValidValue } from '../../values/field-values.ts';
import type { Field, HeaderVersion } from '../../values/fields.ts';
import type { FieldValue } from '../../values/match.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { valueAt, wideAt } from '../match/field-value-decode.ts';
import { putOxm } from '../match/oxm-encode.ts';
import {
  exactHeader,
  fieldOfHeader,
  readNxmField,
  registered,
  spanBits,
  spanOf,
  spanOffset,
  subfieldOf,
} from './action-fields.ts';
import {
  type ActionForm,
  type ActionWriters,
  endAction,
  nicira,
  passZeros,
  putNicira,
  putStandard,
  type ReadContext,
  refuse,
  standard,
} from './action-form.ts';
import { unknownFieldError } from './unknown-field.ts';

const SET_FIELD = 25;
const NX_REG_LOAD = 7;
const NX_REG_LOAD2 = 33;

const EXPERIMENTER_CLASS = 0xffff;
const MASK_BIT = 0x100;
/** That there is a VLAN at all. */
const OFPVID_PRESENT = 0x1000;

export const SET_FIELD_FORMS: readonly ActionForm[] = [
  standard(SET_FIELD, 8, readSetField, { longer: true }),
  nicira(NX_REG_LOAD, 24, readLoad, { until: 5 }),
  nicira(NX_REG_LOAD2, 16, readLoad2, { until: 5, longer: true }),
];

interface Entry {
  readonly field: Field;
  readonly value: FieldValue;
  readonly mask: FieldValue | undefined;
}

function readSetField(cursor: Cursor, { version }: ReadContext): Action | undefined {
  const entry = readEntry(cursor, version >= 6);
  if (entry === undefined) return undefined;
  const { field, value, mask } = entry;
  if (!passZeros(cursor, cursor.left)) return badArgument(cursor, field);
  if (!field.writable || field.name === 'in_port' || !isValidValue(field, value)) {
    return badArgument(cursor, field);
  }
  if (field.name === 'vlan_vid' && !keepsVlan(value, mask)) return badArgument(cursor, field);
  return setOf(entry);
}

function setOf({ field, value, mask }: Entry): ActionOf<'set_field'> {
  return mask === undefined
    ? { type: 'set_field', field: field.name, value }
    : { type: 'set_field', field: field.name, value, mask };
}

function badArgument(cursor: Cursor, field: Field): undefined {
  return refuse(cursor, 'OFPBAC_BAD_SET_ARGUMENT', `set_field of ${field.name}`);
}

/** A VLAN's number can be set, not that there is one. */
function keepsVlan(value: FieldValue, mask: FieldValue | undefined): boolean {
  const present = (bits: FieldValue) => (Number(bits) & OFPVID_PRESENT) !== 0;
  return present(value) && (mask === undefined || present(mask));
}

function readLoad2(cursor: Cursor): Action | undefined {
  const entry = readEntry(cursor, true);
  if (entry === undefined) return undefined;
  const { field, mask } = entry;
  if (!passZeros(cursor, cursor.left) || !field.writable) return badArgument(cursor, field);
  return mask === undefined ? { ...setOf(entry), form: 2 } : setOf(entry);
}

/** An OXM TLV as actions carry it; which error is told first is Open vSwitch's order. */
function readEntry(cursor: Cursor, mayMask: boolean): Entry | undefined {
  const experimental = cursor.left >= 4 && cursor.peekU16(0, 'a field') === EXPERIMENTER_CLASS;
  if (cursor.left < (experimental ? 8 : 4)) return tooShort(cursor);
  const header = cursor.u32('a field');
  const size = (header & 0xff) - (experimental ? 4 : 0);
  if (size < 0) return tooShort(cursor);
  const experimenter = experimental ? cursor.u32('a field') : 0;
  const field = fieldOfHeader(header, experimenter);
  if (field === undefined) return unknownField(cursor, header, experimenter);
  if (size > cursor.left) return tooShort(cursor);
  const end = cursor.position + size;
  const masked = (header & MASK_BIT) !== 0;
  const width = masked ? size >> 1 : size;
  const value = readFieldValue(cursor, field, width);
  if (!masked) return { field, value, mask: undefined };
  const mask = readFieldValue(cursor, field, width);
  cursor.position = end;
  if (exceedsMask(value, mask)) {
    return refuse(cursor, 'OFPBMC_BAD_WILDCARDS', `${field.name} has bits outside its mask`);
  }
  if (!mayMask) {
    return refuse(cursor, 'OFPBAC_BAD_SET_MASK', `set_field of ${field.name} with a mask`);
  }
  return { field, value, mask: mask === field.fullMask ? undefined : mask };
}

function tooShort(cursor: Cursor): undefined {
  cursor.fail('OFPBMC_BAD_LEN', 'the field of an action ends too early');
  return undefined;
}

function unknownField(cursor: Cursor, header: number, experimenter: number): undefined {
  if (!cursor.strict) return undefined;
  const error = unknownFieldError(exactHeader(header), experimenter);
  return refuse(cursor, error, `set_field of the field 0x${header.toString(16)}`);
}

/** `width` is proven, and the field's own unless that is variable. */
function readFieldValue(cursor: Cursor, field: Field, width: number): FieldValue {
  const at = cursor.position;
  cursor.position += width;
  return field.variable
    ? wideAt(cursor.view, at, Math.min(width, field.bytes))
    : valueAt(cursor.view, at, width);
}

function readLoad(cursor: Cursor): Action | undefined {
  const span = cursor.u16('load');
  const field = readNxmField(cursor);
  if (field === undefined) return undefined;
  const to = subfieldOf(cursor, field, spanOffset(span), spanBits(span), 'write');
  if (to === undefined) return undefined;
  const value = cursor.view.getBigUint64(cursor.position);
  if (value >> BigInt(to.bits) !== 0n) {
    return refuse(cursor, 'OFPBAC_BAD_ARGUMENT', `a load of more than ${to.bits} bits`);
  }
  return { type: 'load', value, to };
}

export const SET_FIELD_WRITERS: ActionWriters<'set_field' | 'load'> = {
  set_field: (writer, action, { version }) => putSetField(writer, version, action),
  load: (writer, action, { version }) => putLoad(writer, version, action),
};

export function putSetField(
  writer: ByteWriter,
  version: HeaderVersion,
  action: ActionOf<'set_field'>,
): void {
  const field = registered(action.field);
  if (version < 6 && (action.mask !== undefined || action.form === 2)) {
    putLoad2(writer, field, action);
    return;
  }
  const mark = writer.mark();
  putStandard(writer, SET_FIELD, 4);
  putOxm(writer, field, action.value, action.mask, version);
  endAction(writer, mark);
}

type Values = Pick<ActionOf<'set_field'>, 'value' | 'mask'>;

function putLoad2(writer: ByteWriter, field: Field, { value, mask }: Values): void {
  const mark = writer.mark();
  putNicira(writer, NX_REG_LOAD2, 10);
  putOxm(writer, field, value, mask, 0);
  endAction(writer, mark);
}

/**
 * In OpenFlow 1.5 as set_field; as NXAST_REG_LOAD2 where the other's header has no room for the field, or where the field's length
 * varies.
 */
export function putLoad(
  writer: ByteWriter,
  version: HeaderVersion,
  action: ActionOf<'load'>,
): void {
  const { value, to } = action;
  const field = registered(to.field);
  if (version >= 6) {
    putSetField(writer, version, loadAsSet(field, action));
    return;
  }
  if (field.legacy.experimenter !== 0 || field.variable) {
    putLoad2(writer, field, loadAsSet(field, action));
    return;
  }
  const at = putNicira(writer, NX_REG_LOAD, 24);
  writer.view.setUint16(at + 10, spanOf(to));
  writer.view.setUint32(at + 12, field.legacy.header);
  writer.view.setBigUint64(at + 16, value);
}

function loadAsSet(field: Field, { value, to }: ActionOf<'load'>): ActionOf<'set_field'> {
  if (to.offset < 0 || to.offset + to.bits > field.bits || value >> BigInt(to.bits) !== 0n) {
    throw new RangeError(
      `a load of ${value} into ${to.bits} bits from bit ${to.offset} of ${to.field}`,
    );
  }
  const shift = BigInt(to.offset);
  const typed = (bits: bigint) => (field.wide ? bits : Number(bits));
  const mask = typed(((1n << BigInt(to.bits)) - 1n) << shift);
  const set = { type: 'set_field', field: field.name, value: typed(value << shift) } as const;
  return mask === field.fullMask ? set : { ...set, mask };
}
