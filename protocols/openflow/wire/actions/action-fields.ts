/**
 * Fields as actions name them: by a header alone, with an offset and a number of bits beside it.
 *
 * Extensions of the first hour have room for 32 bits (`nxm`): a field of an experimenter's class cannot be named there. Later ones
 * take any header (`oxm`), of four bytes or eight. Both are written in the form that Open vSwitch had first (NXM, where there is one),
 * set_field and copy_field in OXM.
 *
 * Source: ovs-actions(7), ovs-fields(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Subfield } from '../../values/actions.ts';
import { type Field, fieldByOxm, findField, type HeaderVersion } from '../../values/fields.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { putOxmHeader } from '../match/oxm-encode.ts';
import { refuse } from './action-form.ts';

const EXPERIMENTER_CLASS = 0xffff;
const MASK_BIT = 0x100;

/** The header as it is without mask: half as long. */
export function exactHeader(header: number): number {
  if ((header & MASK_BIT) === 0) return header;
  const prefix = header >>> 16 === EXPERIMENTER_CLASS ? 4 : 0;
  const length = prefix + (((header & 0xff) - prefix) >> 1);
  return ((header & ~(MASK_BIT | 0xff)) | length) >>> 0;
}

/** The field that a header names when its length is right. An option's length may be any that seven bits hold. */
export function fieldOfHeader(header: number, experimenter: number): Field | undefined {
  const oxmClass = header >>> 16;
  const field = fieldByOxm(oxmClass, experimenter, (header >>> 9) & 0x7f);
  if (field === undefined || !field.inOvs) return undefined;
  const length = exactHeader(header) & 0xff;
  if (field.variable) return length < 0x80 ? field : undefined;
  return length - (oxmClass === EXPERIMENTER_CLASS ? 4 : 0) === field.bytes ? field : undefined;
}

/** The same; of an option with the size that the header says. */
function namedField(header: number, experimenter: number): Field | undefined {
  const field = fieldOfHeader(header, experimenter);
  if (field?.variable !== true) return field;
  const bytes = exactHeader(header) & 0xff;
  return bytes === field.bytes ? field : { ...field, bytes };
}

/** The size of an option, where it is not the most. */
export function sizeOf({ name, variable, bytes }: Field): { readonly bytes?: number } {
  return variable && bytes !== registered(name).bytes ? { bytes } : {};
}

/** A header of 32 bits. */
export function readNxmField(cursor: Cursor): Field | undefined {
  const header = cursor.u32('a field');
  const field = namedField(header, 0);
  if (field === undefined && cursor.error === undefined) {
    return refuse(cursor, 'OFPBAC_BAD_SET_TYPE', `an action on the field 0x${header.toString(16)}`);
  }
  return field;
}

/** A header of 32 bits, or of 64 when its class is an experimenter's. */
export function readOxmField(cursor: Cursor): Field | undefined {
  const experimental = cursor.left >= 4 && cursor.peekU16(0, 'a field') === EXPERIMENTER_CLASS;
  if (cursor.left < (experimental ? 8 : 4)) {
    cursor.fail('OFPBMC_BAD_LEN', 'the header of a field ends too early');
    return undefined;
  }
  const header = cursor.u32('a field');
  if (experimental && (header & 0xff) < 4) {
    cursor.fail('OFPBMC_BAD_LEN', 'an experimenter header without its experimenter');
    return undefined;
  }
  const field = namedField(header, experimental ? cursor.u32('a field') : 0);
  if (field === undefined) {
    return refuse(cursor, 'OFPBMC_BAD_FIELD', `an action on the field 0x${header.toString(16)}`);
  }
  if ((header & MASK_BIT) !== 0) {
    return refuse(cursor, 'OFPBMC_BAD_MASK', `an action names ${field.name} with a mask`);
  }
  return field;
}

/** Proves that the bits are there, and that they can be written. */
export function subfieldOf(
  cursor: Cursor,
  field: Field,
  offset: number,
  bits: number,
  use: 'read' | 'write',
): Subfield | undefined {
  if (bits === 0 || offset + bits > field.bits) {
    const detail = `${bits} bits from bit ${offset} of ${field.name}`;
    return refuse(cursor, 'OFPBAC_BAD_SET_LEN', detail);
  }
  if (use === 'write' && !field.writable) {
    return refuse(cursor, 'OFPBAC_BAD_SET_ARGUMENT', `${field.name} cannot be written`);
  }
  const subfield = { field: field.name, offset, bits };
  return field.variable ? { ...subfield, ...sizeOf(field) } : subfield;
}

/** ofs_nbits: the offset in ten bits, one less than the width in six. */
export function spanOffset(span: number): number {
  return span >>> 6;
}

export function spanBits(span: number): number {
  return (span & 63) + 1;
}

export function spanOf({ field, offset, bits }: Subfield): number {
  if (!Number.isInteger(offset) || !(bits >= 1 && bits <= 64)) {
    throw new RangeError(`${bits} bits from bit ${offset} of ${field}; 1 to 64 bits fit`);
  }
  return offset * 64 + bits - 1;
}

/** Where an action writes that says no width: it writes one bit. */
export function bitOffset({ field, offset, bits }: Subfield): number {
  if (bits !== 1) throw new RangeError(`${bits} bits of ${field} where one is written`);
  return offset;
}

type NamedField = Pick<Subfield, 'field' | 'bytes'>;

/** In a header: where its length stands. */
const LENGTH_AT = 3;

/** A header of 32 bits, at a place that is reserved already. */
export function putNxmFieldAt(writer: ByteWriter, at: number, { field, bytes }: NamedField): void {
  const { legacy, forms } = registered(field);
  const form = [legacy, ...forms].find(({ experimenter }) => experimenter === 0);
  if (form === undefined) {
    throw new TypeError(`the action cannot name ${field}, a field of an experimenter's class`);
  }
  writer.view.setUint32(at, form.header);
  if (bytes !== undefined) writer.view.setUint8(at + LENGTH_AT, bytes);
}

/** A header of 32 or 64 bits, as extensions are sent it, or as a version has it. */
export function putNxmField(
  writer: ByteWriter,
  { field, bytes }: NamedField,
  version: HeaderVersion = 0,
): void {
  const mark = writer.mark();
  putOxmHeader(writer, registered(field), false, version);
  if (bytes !== undefined) writer.view.setUint8(writer.start + mark + LENGTH_AT, bytes);
}

export function registered(name: string): Field {
  const field = findField(name);
  if (field === undefined) throw new TypeError(`an action on the unregistered field ${name}`);
  return field;
}
