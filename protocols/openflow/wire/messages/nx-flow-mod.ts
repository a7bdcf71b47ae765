/**
 * NXT_FLOW_MOD.
 *
 *     cookie:64 | table:8 | command:8 | idle:16 | hard:16 | priority:16 | buffer_id:32 | out_port:16 | flags:16 | match_len:16
 *     | pad 6 | OXM TLVs, padded to eight | instructions
 *
 * Traps: the table stands in the command's upper half. Which cookies are meant is a TLV of the match. Of OpenFlow 1.1 on Open vSwitch
 * reads instructions where OpenFlow 1.0 has actions.
 * Source: nicira-ext.h of Open vSwitch 3.1.
 */
import { FLOW_COMMANDS } from '../../values/commands.ts';
import type { Flow } from '../../values/flow.ts';
import type { NxFlowMod } from '../../values/nicira-messages.ts';
import { OFP_NO_BUFFER, OFPP_ANY } from '../../values/ports.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { checkFlow } from '../actions/action-consistency.ts';
import { readInstructions } from '../actions/instruction-decode.ts';
import { putInstructions } from '../actions/instruction-encode.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { putNxMatch, readNxMatchWithCookie } from '../match/nx-match.ts';
import { judgeTracking } from '../match/oxm-judge.ts';
import { portFrom16, portTo16 } from '../port-number.ts';
import { commandOf, judgeFlowFlags } from './flow-mod-decode.ts';

const FIXED = layout({
  cookie: 'u64',
  table: 'u8',
  command: 'u8',
  idleTimeout: 'u16',
  hardTimeout: 'u16',
  priority: 'u16',
  bufferId: 'u32',
  outPort: 'u16',
  flags: 'u16',
  matchSize: 'u16',
  pad: 'pad6',
});

export function putNxFlowMod(
  writer: ByteWriter,
  version: OpenFlowVersion,
  message: NxFlowMod,
): void {
  const { flow, command, bufferId, outPort, cookieFilter, cookieMask } = message;
  const mark = writer.mark();
  const at = writer.reserve(FIXED.size);
  writer.view.setBigUint64(at, flow.cookie);
  writer.view.setUint8(at + 8, flow.table);
  writer.view.setUint8(at + 9, FLOW_COMMANDS[command]);
  writer.view.setUint16(at + 10, flow.idleTimeout ?? 0);
  writer.view.setUint16(at + 12, flow.hardTimeout ?? 0);
  writer.view.setUint16(at + 14, flow.priority);
  writer.view.setUint32(at + 16, bufferId ?? OFP_NO_BUFFER);
  writer.view.setUint16(at + 20, portTo16(outPort ?? OFPP_ANY));
  writer.view.setUint16(at + 22, flow.flags ?? 0);
  if (cookieFilter !== undefined && cookieMask === undefined) {
    throw new TypeError('a cookie to look for without its mask');
  }
  const filter =
    cookieMask === undefined ? undefined : { cookie: cookieFilter ?? 0n, mask: cookieMask };
  const size = putNxMatch(writer, flow.match, filter);
  writer.view.setUint16(writer.start + mark + 24, size);
  putInstructions(writer, version, flow.instructions);
}

export function readNxFlowMod(cursor: Cursor, version: OpenFlowVersion): NxFlowMod {
  const fixed = cursor.struct(FIXED, 'a flow-mod');
  const { cookie, table, priority, idleTimeout, hardTimeout, flags, bufferId } = fixed;
  const { match, filter } = readNxMatchWithCookie(cursor, fixed.matchSize);
  if (fixed.command === FLOW_COMMANDS.add && filter !== undefined && filter.mask !== 0n) {
    cursor.fail('NXBRC_NXM_INVALID', 'a flow is added and names a cookie to look for');
  }
  judgeTracking(cursor, match);
  const command = commandOf(cursor, fixed.command);
  const instructions = readInstructions(cursor, version);
  judgeFlowFlags(cursor, flags);
  const outPort = portFrom16(fixed.outPort);
  const flow: Flow = {
    ...{ table, priority, match, instructions, cookie },
    ...(idleTimeout === 0 ? {} : { idleTimeout }),
    ...(hardTimeout === 0 ? {} : { hardTimeout }),
    ...(flags === 0 ? {} : { flags }),
  };
  if (cursor.strict) checkFlow(cursor, flow);
  return {
    type: 'nx_flow_mod',
    command,
    flow,
    ...(filter === undefined ? {} : { cookieFilter: filter.cookie, cookieMask: filter.mask }),
    ...(bufferId === OFP_NO_BUFFER ? {} : { bufferId }),
    ...(outPort === OFPP_ANY ? {} : { outPort }),
  };
}
