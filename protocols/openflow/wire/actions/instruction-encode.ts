/**
 * Instructions, our values to bytes: type:16 | length:16 | …, each a multiple of eight.
 *
 * Source: OpenFlow 1.3.5 §7.2.4.
 */
import type { Instruction } from '../../values/actions.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import { putActions } from './action-encode.ts';
import { putKept } from './action-form.ts';
import { INSTRUCTION } from './instruction-numbers.ts';

export function putInstructions(
  writer: ByteWriter,
  version: OpenFlowVersion,
  instructions: readonly Instruction[],
): void {
  for (let index = 0; index < instructions.length; index++) {
    putInstruction(writer, version, instructions[index] as Instruction);
  }
}

function putInstruction(
  writer: ByteWriter,
  version: OpenFlowVersion,
  instruction: Instruction,
): void {
  if (instruction.type === 'unknown') {
    putKept(writer, instruction);
    return;
  }
  if (instruction.type === 'meter' && version === 6) {
    throw new TypeError('a meter is an action from OpenFlow 1.5 on');
  }
  const mark = writer.mark();
  const size = instruction.type === 'write_metadata' ? 24 : 8;
  const at = writer.reserve(size);
  const view = writer.view;
  view.setUint16(at, INSTRUCTION[instruction.type]);
  view.setUint16(at + 2, size);
  switch (instruction.type) {
    case 'apply_actions':
    case 'write_actions':
      putActions(writer, version, instruction.actions);
      writer.patchSize(mark, 2);
      return;
    case 'goto_table':
      view.setUint8(at + 4, instruction.table);
      return;
    case 'meter':
      view.setUint32(at + 4, instruction.meterId);
      return;
    case 'write_metadata':
      view.setBigUint64(at + 8, instruction.metadata);
      view.setBigUint64(at + 16, instruction.mask);
      return;
    case 'clear_actions':
      return;
  }
}
