/**
 * Instructions, bytes to our values; an unknown one is kept byte for byte.
 *
 * Source: OpenFlow 1.3.5 §7.2.4.
 */
import type { Instruction } from '../values/actions.ts';
import { readActions } from './action-decode.ts';
import { INSTRUCTION } from './action-numbers.ts';
import type { Cursor } from './cursor.ts';
import { layout } from './layout.ts';

const METADATA = layout({ metadata: 'u64', mask: 'u64' });

/** Instructions up to the cursor's end. */
export function readInstructions(cursor: Cursor): Instruction[] {
  const instructions: Instruction[] = [];
  while (cursor.left > 0) instructions.push(readInstruction(cursor));
  return instructions;
}

function readInstruction(cursor: Cursor): Instruction {
  const from = cursor.position;
  const size = cursor.peekU16(2, 'an instruction');
  const inner = cursor.cutSized(2, 8, 'an instruction');
  const type = inner.u16('an instruction');
  inner.skip(2, 'an instruction');
  switch (type) {
    case INSTRUCTION.goto_table:
      return { type: 'goto_table', table: inner.u8('goto_table') };
    case INSTRUCTION.meter:
      return { type: 'meter', meterId: inner.u32('meter') };
    case INSTRUCTION.clear_actions:
      return { type: 'clear_actions' };
    case INSTRUCTION.write_metadata:
      inner.skip(4, 'write_metadata');
      return { type: 'write_metadata', ...inner.struct(METADATA, 'write_metadata') };
    case INSTRUCTION.apply_actions:
    case INSTRUCTION.write_actions:
      inner.skip(4, 'actions');
      return {
        type: type === INSTRUCTION.apply_actions ? 'apply_actions' : 'write_actions',
        actions: readActions(inner),
      };
    default:
      return { type: 'unknown', bytes: cursor.copyFrom(from, size) };
  }
}
