/**
 * Actions and instructions whose size stands elsewhere: the sizes that Open vSwitch takes, and the errors that it gives for others.
 *
 * Source: OpenFlow 1.3.5 §7.2.4, §7.2.5 (both are padded to eight).
 */
import type { Action, Instruction } from '../values/actions.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { readActions } from './actions/action-decode.ts';
import { readInstructions } from './actions/instruction-decode.ts';
import type { Cursor } from './cursor.ts';

/** The next `size` bytes. */
export function readActionList(cursor: Cursor, size: number, version: OpenFlowVersion): Action[] {
  if (size % 8 !== 0 || size > cursor.left) {
    cursor.fail('OFPBRC_BAD_LEN', `${size} bytes of actions, ${cursor.left} bytes are there`);
    return [];
  }
  return readActions(cursor.cut(size, 'actions', 'OFPBAC_BAD_LEN'), version);
}

/** The next `size` bytes; negative where the size that was stated ends before them. */
export function readInstructionList(
  cursor: Cursor,
  size: number,
  version: OpenFlowVersion,
): Instruction[] {
  if (size < 0 || size % 8 !== 0 || size > cursor.left) {
    cursor.fail('OFPBIC_BAD_LEN', `${size} bytes of instructions, ${cursor.left} bytes are there`);
    return [];
  }
  return readInstructions(cursor.cut(size, 'instructions', 'OFPBIC_BAD_LEN'), version);
}
