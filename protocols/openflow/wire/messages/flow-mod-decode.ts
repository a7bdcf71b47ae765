/**
 * OFPT_FLOW_MOD, bytes to our values. The layout is drawn in flow-mod-encode.ts.
 *
 * Source: OpenFlow 1.3.5 §7.3.4.1, OpenFlow 1.4.1 §7.3.4.2 (importance).
 */
import { FLOW_COMMANDS, type FlowCommand, nameOf } from '../../values/commands.ts';
import type { FlowMod } from '../../values/messages.ts';
import { OFP_NO_BUFFER, OFPG_ANY, OFPP_ANY, OFPTT_ALL } from '../../values/ports.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { checkFlow } from '../actions/action-consistency.ts';
import { readInstructions } from '../actions/instruction-decode.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { readMatch } from '../match/oxm-decode.ts';
import { judgeTracking } from '../match/oxm-judge.ts';
import { checkPort } from '../port-number.ts';
import { type Writable, withOptions } from './flow-stats.ts';

const FLOW_MOD = layout({
  cookie: 'u64',
  cookieMask: 'u64',
  table: 'u8',
  command: 'u8',
  idleTimeout: 'u16',
  hardTimeout: 'u16',
  priority: 'u16',
  bufferId: 'u32',
  outPort: 'u32',
  outGroup: 'u32',
  flags: 'u16',
  importance: 'u16',
});

/** OFPFF_* of OpenFlow 1.3 on. */
const FLOW_FLAGS = 0x1f;

export function readFlowMod(cursor: Cursor, version: OpenFlowVersion): FlowMod {
  const fixed = cursor.struct(FLOW_MOD, 'a flow-mod');
  const { cookie, cookieMask, table, priority, bufferId, outPort, outGroup, importance } = fixed;
  const match = readMatch(cursor);
  if (table === OFPTT_ALL && !isDeletion(fixed.command)) {
    cursor.fail('OFPFMFC_BAD_TABLE_ID', 'only a deletion can mean all tables');
  }
  checkPort(cursor, outPort);
  judgeTracking(cursor, match);
  const command = commandOf(cursor, fixed.command);
  const instructions = readInstructions(cursor, version);
  judgeFlowFlags(cursor, fixed.flags);
  const flow = withOptions({ table, priority, match, instructions, cookie }, fixed);
  if (cursor.strict) checkFlow(cursor, flow);
  // One assignment each instead of a spread: this is the codec's hot path.
  const message: Writable<FlowMod> = { type: 'flow_mod', command, flow };
  if (cookieMask !== 0n) message.cookieMask = cookieMask;
  if (bufferId !== OFP_NO_BUFFER) message.bufferId = bufferId;
  if (outPort !== OFPP_ANY) message.outPort = outPort;
  if (outGroup !== OFPG_ANY) message.outGroup = outGroup;
  if (version > 4 && importance !== 0) message.importance = importance;
  return message;
}

function isDeletion(command: number): boolean {
  return command === FLOW_COMMANDS.delete || command === FLOW_COMMANDS.delete_strict;
}

export function commandOf(cursor: Cursor, number: number): FlowCommand {
  const command = nameOf(FLOW_COMMANDS, number);
  if (command === undefined) cursor.fail('OFPFMFC_BAD_COMMAND', `no flow command ${number}`);
  return command ?? 'add';
}

export function judgeFlowFlags(cursor: Cursor, flags: number): void {
  if ((flags & ~FLOW_FLAGS) !== 0) cursor.unknown('OFPFMFC_BAD_FLAGS', `no flow flags ${flags}`);
}
