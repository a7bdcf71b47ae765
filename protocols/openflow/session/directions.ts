/**
 * Who says what: the direction of each kind of message, and which reply belongs to which request.
 *
 * Source: OpenFlow 1.3.5 §6.1 and §7.3 to §7.5, OpenFlow 1.5.1 the same; Open vSwitch 3.1 for Nicira's extensions.
 */
import { type OpenFlowError, openFlowError } from '../values/errors.ts';
import {
  type MessageKind,
  MULTIPART_REPLY_TYPE,
  MULTIPART_REQUEST_TYPE,
} from '../values/message-forms.ts';
import type { Message } from '../values/messages.ts';
import { identifyMessage } from '../wire/identify.ts';

export type Direction =
  /** Either side, at any time. */
  | 'symmetric'
  /** From the controller: requests, and commands that only an error answers. */
  | 'to-switch'
  /** From the switch, because it was asked. */
  | 'reply'
  /** From the switch, unasked. */
  | 'async';

export const DIRECTIONS: Readonly<Record<MessageKind, Direction>> = {
  hello: 'symmetric',
  error: 'symmetric',
  echo_request: 'symmetric',
  echo_reply: 'symmetric',
  features_request: 'to-switch',
  features_reply: 'reply',
  get_config_request: 'to-switch',
  get_config_reply: 'reply',
  set_config: 'to-switch',
  packet_in: 'async',
  flow_removed: 'async',
  port_status: 'async',
  packet_out: 'to-switch',
  flow_mod: 'to-switch',
  group_mod: 'to-switch',
  port_mod: 'to-switch',
  table_mod: 'to-switch',
  barrier_request: 'to-switch',
  barrier_reply: 'reply',
  queue_get_config_request: 'to-switch',
  queue_get_config_reply: 'reply',
  role_request: 'to-switch',
  role_reply: 'reply',
  get_async_request: 'to-switch',
  get_async_reply: 'reply',
  set_async: 'to-switch',
  meter_mod: 'to-switch',
  role_status: 'async',
  table_status: 'async',
  requestforward: 'async',
  // Asks and answers, told apart by a member.
  bundle_control: 'reply',
  bundle_add: 'to-switch',

  flow_monitor_cancel: 'to-switch',
  flow_monitor_paused: 'async',
  flow_monitor_resumed: 'async',

  nx_role_request: 'to-switch',
  nx_role_reply: 'reply',
  nx_flow_mod: 'to-switch',
  nx_flow_removed: 'async',
  flow_mod_table_id: 'to-switch',
  set_packet_in_format: 'to-switch',
  nx_packet_in: 'async',
  flow_age: 'to-switch',
  nx_set_async_config: 'to-switch',
  set_controller_id: 'to-switch',
  tlv_table_mod: 'to-switch',
  tlv_table_request: 'to-switch',
  tlv_table_reply: 'reply',
  nx_set_async_config2: 'to-switch',
  resume: 'to-switch',
  ct_flush_zone: 'to-switch',
  nx_packet_in2: 'async',
  ct_flush: 'to-switch',
};

type RequestType = Extract<Message['type'], `${string}_request` | 'bundle_control'>;

/** Messages share a shape where they share their members: each is taken by its own name. */
type Named<One extends Message, Type extends string> = One extends Message
  ? Type extends One['type']
    ? One & { readonly type: Type }
    : never
  : never;

/** A message that is answered by exactly one (logical) reply. */
export type Request = Named<Message, RequestType>;

/** The catalogue names them alike: X_request, X_reply. */
export function replyTypeOf(type: Request['type']): string {
  return type.replace(/_request$/, '_reply');
}

const SOURCE = 'OpenFlow 1.3.5 §7.1';

/**
 * The direction of a whole message that came from a switch, without a look at its body; an error: it is not the switch's to send.
 * What nobody here knows counts as `async`: a newer switch may say more.
 */
export function directionFromSwitch(bytes: Uint8Array): Direction | OpenFlowError {
  const identity = identifyMessage(bytes, { partial: true });
  if (bytes[1] === MULTIPART_REPLY_TYPE) return 'reply';
  if (!identity.ok) {
    return bytes[1] === MULTIPART_REQUEST_TYPE ? identity.error : 'async';
  }
  const { part, kind, name } = identity.value;
  const direction = part === undefined ? DIRECTIONS[kind] : 'to-switch';
  if (direction !== 'to-switch') return direction;
  const code = part === undefined ? 'OFPBRC_BAD_TYPE' : 'OFPBRC_BAD_STAT';
  return openFlowError(code, `a switch does not send ${name}`, SOURCE);
}

/** Whether a multipart reply may come unasked: OpenFlow 1.4.1 §7.3.5.18, ONF extension 187. */
export function isMonitorUpdate(bytes: Uint8Array): boolean {
  const identity = identifyMessage(bytes, { partial: true });
  return identity.ok && identity.value.part === 'reply' && identity.value.kind === 'flow_monitor';
}
