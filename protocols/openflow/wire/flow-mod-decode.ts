/**
 * OFPT_FLOW_MOD, bytes to our values. The layout is drawn in flow-mod-encode.ts.
 *
 * Source: OpenFlow 1.3.5 §7.3.4.1, OpenFlow 1.4.1 §7.3.4.2 (importance).
 */
import { FLOW_COMMANDS, nameOf } from '../values/commands.ts';
import type { FlowMod } from '../values/messages.ts';
import { OFP_NO_BUFFER, OFPG_ANY, OFPP_ANY } from '../values/ports.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import type { Cursor } from './cursor.ts';
import { flowOptions } from './flow-stats.ts';
import { readInstructions } from './instruction-decode.ts';
import { layout } from './layout.ts';
import { readMatch } from './oxm-decode.ts';

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

export function readFlowMod(cursor: Cursor, version: OpenFlowVersion): FlowMod {
  const fixed = cursor.struct(FLOW_MOD, 'a flow-mod');
  const { cookie, cookieMask, table, priority, bufferId, outPort, outGroup, importance } = fixed;
  const command = nameOf(FLOW_COMMANDS, fixed.command);
  if (command === undefined) cursor.fail('bad-value', `no flow command ${fixed.command}`);
  const match = readMatch(cursor);
  const instructions = readInstructions(cursor);
  return {
    type: 'flow_mod',
    command: command ?? 'add',
    flow: { table, priority, match, instructions, cookie, ...flowOptions(fixed) },
    ...(cookieMask === 0n ? {} : { cookieMask }),
    ...(bufferId === OFP_NO_BUFFER ? {} : { bufferId }),
    ...(outPort === OFPP_ANY ? {} : { outPort }),
    ...(outGroup === OFPG_ANY ? {} : { outGroup }),
    ...(version < 5 || importance === 0 ? {} : { importance }),
  };
}
