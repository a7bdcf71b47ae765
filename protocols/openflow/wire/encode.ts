/**
 * The way in for whoever sends: values to whole messages.
 *
 * What is returned is a view of a slab that other messages share (byte-writer.ts): send it or copy it, never write into
 * it. A value that the version cannot express is our own fault and throws.
 *
 * Sources: OpenFlow 1.3.5, 1.4.1, 1.5.1; see the file of each message.
 */
import type { FlowCommand } from '../values/commands.ts';
import type { Flow } from '../values/flow.ts';
import type { GroupMod } from '../values/group.ts';
import type { Message } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { ByteWriter } from './byte-writer.ts';
import { putHeader } from './header-encode.ts';
import { TYPE } from './message-types.ts';
import { putFlowMod } from './messages/flow-mod-encode.ts';
import { putGroupModBody } from './messages/group-mod-encode.ts';
import { messageTypeOf, putBody } from './registry.ts';
import { placed } from './unfit-place.ts';

const writer = new ByteWriter();

export function encodeFlowMod(
  version: OpenFlowVersion,
  command: FlowCommand,
  flow: Flow,
  xid: number,
): Uint8Array {
  writer.begin();
  try {
    putFlowMod(writer, version, command, flow, xid);
  } catch (error) {
    throw placed(error, 'flow_mod', flow);
  }
  return finish();
}

export function encodeGroupMod(version: OpenFlowVersion, mod: GroupMod, xid: number): Uint8Array {
  writer.begin();
  try {
    putHeader(writer, version, TYPE.group_mod, xid);
    putGroupModBody(writer, version, mod);
  } catch (error) {
    throw placed(error, 'group_mod', mod);
  }
  return finish();
}

export function encodeMessage(version: OpenFlowVersion, xid: number, message: Message): Uint8Array {
  writer.begin();
  try {
    putHeader(writer, version, messageTypeOf(version, message), xid);
    putBody(writer, version, message);
  } catch (error) {
    throw placed(error, message.type, message);
  }
  return finish();
}

/** ofp_header.length: bytes 2 and 3. */
function finish(): Uint8Array {
  writer.patchSize(0, 2);
  return writer.take();
}
