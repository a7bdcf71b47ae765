/**
 * Lists of instructions that Open vSwitch takes, as values and in ovs-ofctl's words.
 */
import type { Action, Instruction } from '../../../../protocols/openflow/values/actions.ts';

export interface InstructionSample {
  readonly name: string;
  readonly instructions: readonly Instruction[];
  readonly text: string;
}

const output: Action = { type: 'output', port: 1 };

export const INSTRUCTION_SAMPLES: readonly InstructionSample[] = [
  { name: 'none', instructions: [], text: 'drop' },
  {
    name: 'apply_actions without an action',
    instructions: [{ type: 'apply_actions', actions: [] }],
    text: 'drop',
  },
  { name: 'goto_table', instructions: [{ type: 'goto_table', table: 9 }], text: 'goto_table:9' },
  { name: 'clear_actions', instructions: [{ type: 'clear_actions' }], text: 'clear_actions' },
  {
    name: 'write_actions',
    instructions: [{ type: 'write_actions', actions: [output] }],
    text: 'write_actions(output:1)',
  },
  {
    name: 'write_actions without an action',
    instructions: [{ type: 'write_actions', actions: [] }],
    text: 'write_actions(drop)',
  },
  {
    name: 'write_metadata',
    instructions: [{ type: 'write_metadata', metadata: 5n, mask: 0xffffffffffffffffn }],
    text: 'write_metadata:0x5',
  },
  {
    name: 'write_metadata with a mask, as an action',
    instructions: [
      {
        type: 'apply_actions',
        actions: [output, { type: 'write_metadata', metadata: 0n, mask: 0xffn }],
      },
    ],
    text: 'output:1,write_metadata:0/0xff',
  },
  {
    name: 'all but a meter, not in their order',
    instructions: [
      { type: 'goto_table', table: 9 },
      { type: 'write_metadata', metadata: 0n, mask: 0xffn },
      { type: 'write_actions', actions: [{ type: 'group', groupId: 4 }] },
      { type: 'clear_actions' },
      { type: 'apply_actions', actions: [output] },
    ],
    text: 'output:1,clear_actions,write_actions(group:4),write_metadata:0/0xff,goto_table:9',
  },
];
