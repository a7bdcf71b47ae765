/**
 * The learn action: a flow that is made of the packet.
 *
 *     … | subtype:16 | idle:16 | hard:16 | priority:16 | cookie:64 | flags:16 | table:8 | 0:8 | fin idle:16 | fin hard:16
 *       | NXAST_LEARN2: limit:32 | offset of the result:16 | 0:16 | [header of the result]
 *       | specs | zeros
 *     a spec: 0:2 value:1 kind:2 bits:11 | (header:32 offset:16, or the value in a whole number of 16 bits) | header:32 offset:16
 *
 * Traps: a spec whose head is zero ends the list. Of an odd number of bytes the value is the last ones. An output has no target.
 *
 * Source: ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action, Learn, LearnSource, LearnSpec, Subfield } from '../../values/actions.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import {
  bitOffset,
  putNxmField,
  putNxmFieldAt,
  readNxmField,
  readOxmField,
  sizeOf,
} from './action-fields.ts';
import {
  type ActionForm,
  type ActionWriters,
  badArgument,
  endAction,
  nicira,
  passZeros,
  putNicira,
  refuse,
} from './action-form.ts';

const LEARN = 16;
const LEARN2 = 45;

const SEND_FLOW_REM = 1;
const DELETE_LEARNED = 2;
const WRITE_RESULT = 4;
const FLAGS = SEND_FLOW_REM | DELETE_LEARNED;

const IMMEDIATE = 1 << 13;
const KINDS = 3 << 11;
const MATCH = 0;
const LOAD = 1 << 11;
const OUTPUT = 2 << 11;
const BITS = 0x3ff;

const LEARN_FIXED = layout({
  ...{ idleTimeout: 'u16', hardTimeout: 'u16', priority: 'u16', cookie: 'u64', flags: 'u16' },
  ...{ table: 'u8', zero: 'u8', finIdleTimeout: 'u16', finHardTimeout: 'u16' },
});
const LEARN2_FIXED = layout({ limit: 'u32', resultOffset: 'u16', zero: 'u16' });

export const LEARN_FORMS: readonly ActionForm[] = [
  nicira(LEARN, 32, readLearn, { longer: true }),
  nicira(LEARN2, 40, readLearn2, { longer: true }),
];

type Head = Omit<Learn, 'type' | 'specs'>;

function readHead(cursor: Cursor, flagsKnown: number): Head | undefined {
  const { zero, ...head } = cursor.struct(LEARN_FIXED, 'learn');
  if (zero !== 0) return badArgument(cursor, 'the padding of learn is not zero');
  if (head.table === 0xff) return badArgument(cursor, 'learn into table 255');
  if ((head.flags & ~flagsKnown) !== 0) return badArgument(cursor, `learn flags ${head.flags}`);
  return { ...head, limit: 0 };
}

function readLearn(cursor: Cursor): Action | undefined {
  const head = readHead(cursor, FLAGS);
  return head === undefined ? undefined : withSpecs(cursor, head);
}

function readLearn2(cursor: Cursor): Action | undefined {
  const padding = cursor.position + 28;
  if (cursor.view.getUint16(padding) !== 0) {
    return refuse(cursor, 'NXBAC_MUST_BE_ZERO', 'the padding of learn is not zero');
  }
  const head = readHead(cursor, FLAGS | WRITE_RESULT);
  if (head === undefined) return undefined;
  const { limit, resultOffset } = cursor.struct(LEARN2_FIXED, 'learn');
  const flags = head.flags & ~WRITE_RESULT;
  if (flags === head.flags) {
    if (resultOffset !== 0) return badArgument(cursor, 'learn has an offset without a result');
    return withSpecs(cursor, limit === 0 ? { ...head, form: 2 } : { ...head, limit });
  }
  const field = readOxmField(cursor);
  if (field === undefined) return undefined;
  if (!field.writable) {
    return refuse(cursor, 'OFPBAC_BAD_SET_ARGUMENT', `${field.name} cannot be written`);
  }
  const resultDestination = {
    ...{ field: field.name, offset: resultOffset, bits: 1 },
    ...sizeOf(field),
  };
  return withSpecs(cursor, { ...head, flags, limit, resultDestination });
}

function withSpecs(cursor: Cursor, head: Head): Action | undefined {
  const specs: LearnSpec[] = [];
  while (cursor.left >= 2) {
    const start = cursor.u16('a spec of learn');
    if (start === 0) break;
    const spec = readSpec(cursor, start);
    if (spec === undefined) return undefined;
    specs.push(spec);
  }
  if (!passZeros(cursor, cursor.left)) {
    return badArgument(cursor, 'the padding of learn is not zero');
  }
  return { type: 'learn', ...head, specs };
}

function readSpec(cursor: Cursor, start: number): LearnSpec | undefined {
  const bits = start & BITS;
  const kind = start & KINDS;
  const immediate = (start & IMMEDIATE) !== 0;
  if (kind > OUTPUT || (kind === OUTPUT && immediate)) {
    return badArgument(cursor, `a spec of learn that begins with 0x${start.toString(16)}`);
  }
  const valueBytes = 2 * Math.ceil(bits / 16);
  const size = (immediate ? valueBytes : 6) + (kind === OUTPUT ? 0 : 6);
  if (size > cursor.left) {
    cursor.fail('OFPBAC_BAD_LEN', `a spec of ${size} bytes, ${cursor.left} are left`);
    return undefined;
  }
  const source = immediate ? readImmediate(cursor, bits, valueBytes) : readSubfield(cursor, bits);
  if (source === undefined) return undefined;
  if (kind === OUTPUT) {
    return typeof source === 'bigint' ? undefined : { type: 'output', from: source };
  }
  const to = readSubfield(cursor, bits);
  if (to === undefined) return undefined;
  const from: LearnSource = typeof source === 'bigint' ? { value: source } : { field: source };
  return { type: kind === MATCH ? 'match' : 'load', from, to };
}

function readImmediate(cursor: Cursor, bits: number, valueBytes: number): bigint {
  const used = Math.ceil(bits / 8);
  cursor.skip(valueBytes - used, 'a value');
  let value = 0n;
  for (let index = 0; index < used; index++) value = (value << 8n) | BigInt(cursor.u8('a value'));
  return value;
}

/** Its bits are judged with the match that the learned flow has by then. */
function readSubfield(cursor: Cursor, bits: number): Subfield | undefined {
  const field = readNxmField(cursor);
  const offset = cursor.u16('a subfield');
  return field === undefined ? undefined : { field: field.name, offset, bits, ...sizeOf(field) };
}

export const LEARN_WRITERS: ActionWriters<'learn'> = { learn: putLearn };

function putLearn(writer: ByteWriter, action: Learn): void {
  const { resultDestination } = action;
  if ((action.flags & FLAGS) !== action.flags) {
    throw new RangeError(`learn flags ${action.flags}; ${FLAGS} is the most`);
  }
  const second = action.form === 2 || action.limit !== 0 || resultDestination !== undefined;
  const mark = writer.mark();
  const at = putNicira(writer, second ? LEARN2 : LEARN, second ? 40 : 32);
  const view = writer.view;
  view.setUint16(at + 10, action.idleTimeout);
  view.setUint16(at + 12, action.hardTimeout);
  view.setUint16(at + 14, action.priority);
  view.setBigUint64(at + 16, action.cookie);
  view.setUint16(at + 24, action.flags | (resultDestination === undefined ? 0 : WRITE_RESULT));
  view.setUint8(at + 26, action.table);
  view.setUint16(at + 28, action.finIdleTimeout);
  view.setUint16(at + 30, action.finHardTimeout);
  if (second) view.setUint32(at + 32, action.limit);
  if (resultDestination !== undefined) {
    view.setUint16(at + 36, bitOffset(resultDestination));
    putNxmField(writer, resultDestination);
  }
  for (const spec of action.specs) putSpec(writer, spec);
  endAction(writer, mark);
}

const KIND_NUMBERS = { match: MATCH, load: LOAD, output: OUTPUT } as const;

function putSpec(writer: ByteWriter, spec: LearnSpec): void {
  const at = writer.reserve(2);
  const kind = KIND_NUMBERS[spec.type];
  if (spec.type === 'output') {
    putSpecHead(writer, at, kind, spec.from.bits);
    putSubfield(writer, spec.from);
    return;
  }
  const bits = spec.to.bits;
  const { value, field } = spec.from;
  putSpecHead(writer, at, value === undefined ? kind : kind | IMMEDIATE, bits);
  if (value === undefined) putSource(writer, bits, field);
  else putImmediate(writer, bits, value);
  putSubfield(writer, spec.to);
}

/** More bits would make it a spec of another kind. */
function putSpecHead(writer: ByteWriter, at: number, kind: number, bits: number): void {
  if ((bits & BITS) !== bits) throw new RangeError(`learn of ${bits} bits; ${BITS} is the most`);
  writer.view.setUint16(at, kind | bits);
}

function putSource(writer: ByteWriter, bits: number, source: Subfield): void {
  if (source.bits !== bits) {
    throw new RangeError(`learn of ${source.bits} bits of ${source.field} in ${bits} bits`);
  }
  putSubfield(writer, source);
}

function putImmediate(writer: ByteWriter, bits: number, value: bigint): void {
  const size = 2 * Math.ceil(bits / 16);
  const at = writer.reserve(size);
  writer.view.setWide(at, size, value);
}

function putSubfield(writer: ByteWriter, field: Subfield): void {
  const at = writer.reserve(6);
  putNxmFieldAt(writer, at, field);
  writer.view.setUint16(at + 4, field.offset);
}
