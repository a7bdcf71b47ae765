/**
 * OFPT_FLOW_MOD, our values to bytes. The hottest encoder that there is.
 *
 *     header 8 | cookie 8 | cookie_mask 8 | table, command, idle:16, hard:16, priority:16 | buffer_id | out_port
 *     | out_group | flags:16 | importance:16 (1.4 on, else zero) | match | instructions
 *
 * Trap: for the delete commands out_port and out_group filter; ANY leaves them open. For the others they mean nothing.
 * Source: OpenFlow 1.3.5 §7.3.4.1, OpenFlow 1.4.1 §7.3.4.2 (importance).
 */
import { FLOW_COMMANDS, type FlowCommand } from '../../values/commands.ts';
import type { Flow } from '../../values/flow.ts';
import type { FlowMod } from '../../values/messages.ts';
import { OFP_NO_BUFFER, OFPG_ANY, OFPP_ANY } from '../../values/ports.ts';
import { OPENFLOW_14, type OpenFlowVersion } from '../../values/version.ts';
import { putInstructions } from '../actions/instruction-encode.ts';
import type { ByteWriter } from '../byte-writer.ts';
import { putHeader } from '../header-encode.ts';
import { putMatch } from '../match/oxm-encode.ts';
import { TYPE } from '../message-types.ts';
import { requireVersion } from '../require-version.ts';

const BODY_BYTES = 40;

/** Filters and rarities that a plain flow does not have. */
type Filter = Omit<FlowMod, 'type' | 'command' | 'flow'>;

const NO_FILTER: Filter = {};

/** The whole message, without the begin and the length: those belong to who calls. */
export function putFlowMod(
  writer: ByteWriter,
  version: OpenFlowVersion,
  command: FlowCommand,
  flow: Flow,
  xid: number,
): void {
  putHeader(writer, version, TYPE.flow_mod, xid);
  putBody(writer, version, command, flow, NO_FILTER);
}

export function putFlowModBody(
  writer: ByteWriter,
  version: OpenFlowVersion,
  message: FlowMod,
): void {
  putBody(writer, version, message.command, message.flow, message);
}

function putBody(
  writer: ByteWriter,
  version: OpenFlowVersion,
  command: FlowCommand,
  flow: Flow,
  filter: Filter,
): void {
  const at = writer.reserve(BODY_BYTES);
  const view = writer.view;
  view.setBigUint64(at, flow.cookie);
  if (filter.cookieMask !== undefined) view.setBigUint64(at + 8, filter.cookieMask);
  view.setUint8(at + 16, flow.table);
  view.setUint8(at + 17, FLOW_COMMANDS[command]);
  view.setUint16(at + 18, flow.idleTimeout ?? 0);
  view.setUint16(at + 20, flow.hardTimeout ?? 0);
  view.setUint16(at + 22, flow.priority);
  view.setUint32(at + 24, filter.bufferId ?? OFP_NO_BUFFER);
  view.setUint32(at + 28, filter.outPort ?? OFPP_ANY);
  view.setUint32(at + 32, filter.outGroup ?? OFPG_ANY);
  view.setUint16(at + 36, flow.flags ?? 0);
  requireVersion(version, OPENFLOW_14, filter.importance, 'the importance of a flow');
  if (version > 4) view.setUint16(at + 38, filter.importance ?? 0);
  putMatch(writer, flow.match, version);
  putInstructions(writer, version, flow.instructions);
}
