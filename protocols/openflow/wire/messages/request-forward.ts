/**
 * OFPT_REQUESTFORWARD: a group-mod or a meter-mod of another controller, header and all; the same body in ONF's extension for 1.3.
 *
 * Source: OpenFlow 1.4.1 §7.4.6; ONF extension 235.
 */
import { MESSAGE_FORMS } from '../../values/message-forms.ts';
import type { ForwardedRequest, RequestForward } from '../../values/messages.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { putHeader } from '../header-encode.ts';
import { identifyMessage } from '../identify.ts';
import { HEADER_BYTES } from '../message-types.ts';
import { readGroupMod } from './group-mod-decode.ts';
import { putGroupModBody } from './group-mod-encode.ts';
import { putMeterMod, readMeterMod } from './meter.ts';

/** After a fault there is none. */
const NOTHING: ForwardedRequest = { type: 'group_mod', mod: { command: 'delete', groupId: 0 } };

export function putRequestForward(
  writer: ByteWriter,
  version: OpenFlowVersion,
  { xid, request }: RequestForward,
): void {
  const mark = writer.mark();
  putHeader(writer, version, MESSAGE_FORMS[request.type][0].number, xid);
  if (request.type === 'group_mod') putGroupModBody(writer, version, request.mod);
  else putMeterMod(writer, request.mod);
  writer.patchSize(mark, 2);
}

export function readRequestForward(cursor: Cursor, version: OpenFlowVersion): RequestForward {
  const from = cursor.position;
  const rest = cursor.cut(cursor.left, 'a forwarded request', 'OFPBFC_MSG_BAD_LEN');
  const message = rest.cutSized(2, HEADER_BYTES, 'a forwarded request').rest();
  cursor.position = from;
  const request = cursor.error === undefined ? readForwarded(cursor, version, message) : NOTHING;
  return {
    type: 'requestforward',
    xid: cursor.error ? 0 : cursor.view.getUint32(from + 4),
    request,
  };
}

function readForwarded(
  cursor: Cursor,
  version: OpenFlowVersion,
  message: Uint8Array,
): ForwardedRequest {
  if (message[0] !== cursor.bytes[0]) {
    cursor.fail('OFPBRC_BAD_VERSION', 'a forwarded request of another version');
  }
  const identity = identifyMessage(message);
  if (!identity.ok) {
    const { code, detail } = identity.error;
    cursor.fail(code, detail);
    return NOTHING;
  }
  const { kind, name } = identity.value;
  const inner = cursor.cut(message.length, 'a forwarded request', 'OFPBRC_BAD_LEN');
  inner.skip(HEADER_BYTES, 'a forwarded request');
  if (kind === 'group_mod') return { type: 'group_mod', mod: readGroupMod(inner, version) };
  if (kind === 'meter_mod') return { type: 'meter_mod', mod: readMeterMod(inner) };
  cursor.fail('OFPBFC_MSG_UNSUP', `${name} is never forwarded`);
  return NOTHING;
}
