/**
 * Instructions, bytes to our values; what is unknown is kept byte for byte, unless we judge strictly.
 *
 * The values stand in the order of the bytes. Open vSwitch looks at the head of each first, and only then at what is inside.
 * Source: OpenFlow 1.3.5 §7.2.4; OpenFlow 1.5.1 §7.2.5 (a meter is an action there).
 */
import type { Instruction } from '../../values/actions.ts';
import type { OpenFlowErrorName } from '../../values/error-codes.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { decodeActions, versionOf } from './action-decode.ts';
import { verifyInstructions } from './action-order.ts';
import { INSTRUCTION } from './instruction-numbers.ts';

const METADATA = layout({ pad: 'pad4', metadata: 'u64', mask: 'u64' });

const HEADER_BYTES = 8;
const EXPERIMENTER = 0xffff;

/** Bytes; those that hold actions may be longer. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [INSTRUCTION.goto_table, 8],
  [INSTRUCTION.write_metadata, 24],
  [INSTRUCTION.write_actions, 8],
  [INSTRUCTION.apply_actions, 8],
  [INSTRUCTION.clear_actions, 8],
  [INSTRUCTION.meter, 8],
]);

/** Instructions up to the cursor's end. */
export function readInstructions(cursor: Cursor, version = versionOf(cursor)): Instruction[] {
  if (cursor.strict) judgeHeads(cursor, version);
  const instructions: Instruction[] = [];
  while (cursor.left > 0) instructions.push(readInstruction(cursor, version));
  if (cursor.strict) verifyInstructions(cursor, instructions);
  return instructions;
}

/** Walks over all of them and notes the first fault of a head. */
function judgeHeads(cursor: Cursor, version: OpenFlowVersion): void {
  const from = cursor.position;
  const seen = new Set<number>();
  while (cursor.left > 0) {
    const size = cursor.left < HEADER_BYTES ? 0 : cursor.peekU16(2, 'an instruction');
    const type = size === 0 ? 0 : cursor.peekU16(0, 'an instruction');
    const error = isBadSize(size, cursor.left)
      ? 'OFPBIC_BAD_LEN'
      : headError(type, size, version, seen);
    if (error !== undefined) cursor.unknown(error, `instruction ${type} of ${size} bytes`);
    seen.add(type);
    cursor.skip(size, 'an instruction');
  }
  cursor.position = from;
}

function headError(
  type: number,
  size: number,
  version: OpenFlowVersion,
  seen: ReadonlySet<number>,
): OpenFlowErrorName | undefined {
  if (type === EXPERIMENTER) return 'OFPBIC_BAD_EXPERIMENTER';
  if (!SIZES.has(type)) return 'OFPBIC_UNKNOWN_INST';
  if (!fits(type, size)) return 'OFPBIC_BAD_LEN';
  if (type === INSTRUCTION.meter && version >= 6) return 'OFPBIC_UNKNOWN_INST';
  return seen.has(type) ? 'OFPBIC_DUP_INST' : undefined;
}

function isBadSize(size: number, left: number): boolean {
  return size < HEADER_BYTES || size > left || (size & 7) !== 0;
}

function badLength(cursor: Cursor, size: number): void {
  cursor.fail('OFPBIC_BAD_LEN', `an instruction of ${size} bytes, ${cursor.left} are left`);
}

function fits(type: number, size: number): boolean {
  const holds = type === INSTRUCTION.apply_actions || type === INSTRUCTION.write_actions;
  return holds || size === SIZES.get(type);
}

function readInstruction(cursor: Cursor, version: OpenFlowVersion): Instruction {
  const from = cursor.position;
  const left = cursor.left;
  const size = left < HEADER_BYTES ? 0 : cursor.peekU16(2, 'an instruction');
  if (isBadSize(size, left)) {
    badLength(cursor, size);
    return { type: 'unknown', bytes: new Uint8Array(0) };
  }
  const inner = cursor.cut(size, 'an instruction', 'OFPBAC_BAD_LEN');
  const type = inner.u16('an instruction');
  inner.skip(2, 'an instruction');
  // OpenFlow 1.5 meters by an action instead.
  const isGone = type === INSTRUCTION.meter && version >= 6;
  if (isGone || !fits(type, size)) return { type: 'unknown', bytes: cursor.copyFrom(from, size) };
  switch (type) {
    case INSTRUCTION.goto_table:
      return { type: 'goto_table', table: inner.u8('goto_table') };
    case INSTRUCTION.meter:
      return { type: 'meter', meterId: inner.u32('meter') };
    case INSTRUCTION.clear_actions:
      return { type: 'clear_actions' };
    case INSTRUCTION.write_metadata:
      return { type: 'write_metadata', ...inner.struct(METADATA, 'write_metadata') };
    default:
      inner.skip(4, 'actions');
      return {
        type: type === INSTRUCTION.apply_actions ? 'apply_actions' : 'write_actions',
        actions: decodeActions(inner, version),
      };
  }
}
