/**
 * How long the body of each kind of message may be: a fixed part, and what may follow it.
 *
 * A message of another length is refused before anyone reads its body (OFPBRC_BAD_LEN), as Open vSwitch does it. The body begins
 * behind the header, for an experimenter's message behind its experimenter and type, for a multipart behind those too.
 *
 * Sources: OpenFlow 1.3.5, 1.4.1 and 1.5.1 §7.3 to §7.5; nicira-ext.h of Open vSwitch 3.1.
 */
import type { MessageKind, MultipartKind } from '../values/message-forms.ts';
import type { OpenFlowVersion } from '../values/version.ts';

export interface BodyLength {
  readonly fixed: number;
  /** What follows comes in pieces of so many bytes; 0: nothing follows. */
  readonly piece: number;
  /** Absent: up to the newest version. Rows stand in the order of versions. */
  readonly until?: OpenFlowVersion;
}

function exactly(fixed: number, until: OpenFlowVersion = 6): BodyLength {
  return { fixed, piece: 0, until };
}

function followed(fixed: number, piece: number, until: OpenFlowVersion = 6): BodyLength {
  return { fixed, piece, until };
}

const EMPTY = [exactly(0)];
const ANYTHING = [followed(0, 1)];
const EIGHTS = [followed(0, 8)];
const CONFIG = [exactly(4)];
const ASYNC = [exactly(24, 4), followed(0, 8)];

const MESSAGE_LENGTHS: Readonly<Record<MessageKind, readonly BodyLength[]>> = {
  hello: ANYTHING,
  error: [followed(4, 1)],
  echo_request: ANYTHING,
  echo_reply: ANYTHING,
  features_request: EMPTY,
  features_reply: [exactly(24)],
  get_config_request: EMPTY,
  get_config_reply: CONFIG,
  set_config: CONFIG,
  packet_in: [followed(16, 1)],
  flow_removed: [followed(40, 8, 5), followed(16, 8)],
  port_status: [exactly(72, 4), followed(48, 8)],
  packet_out: [followed(16, 1, 5), followed(8, 1)],
  flow_mod: [followed(40, 8)],
  group_mod: [followed(8, 8, 5), followed(16, 8)],
  port_mod: [exactly(32, 4), followed(24, 8)],
  table_mod: [exactly(8, 4), followed(8, 8)],
  barrier_request: EMPTY,
  barrier_reply: EMPTY,
  queue_get_config_request: [exactly(8)],
  queue_get_config_reply: [followed(8, 8)],
  role_request: [exactly(16)],
  role_reply: [exactly(16)],
  get_async_request: EMPTY,
  get_async_reply: ASYNC,
  set_async: ASYNC,
  meter_mod: [followed(8, 8)],
  role_status: [followed(16, 8)],
  table_status: [followed(8, 8)],
  requestforward: [followed(8, 8)],
  bundle_control: [followed(8, 8)],
  bundle_add: [followed(8, 1)],
  flow_monitor_cancel: [exactly(4)],
  flow_monitor_paused: EMPTY,
  flow_monitor_resumed: EMPTY,
  nx_role_request: [exactly(4)],
  nx_role_reply: [exactly(4)],
  nx_flow_mod: [followed(32, 8)],
  nx_flow_removed: [followed(40, 8)],
  flow_mod_table_id: [exactly(8)],
  set_packet_in_format: [exactly(4)],
  nx_packet_in: [followed(24, 1)],
  flow_age: EMPTY,
  nx_set_async_config: [exactly(24)],
  set_controller_id: [exactly(8)],
  tlv_table_mod: [followed(8, 8)],
  tlv_table_request: EMPTY,
  tlv_table_reply: [followed(16, 8)],
  nx_set_async_config2: EIGHTS,
  resume: EIGHTS,
  ct_flush_zone: [exactly(8)],
  nx_packet_in2: EIGHTS,
  ct_flush: [followed(8, 8)],
};

const FLOW_FILTER = [followed(32, 8)];
const METER_NUMBER = [exactly(8)];
const IPFIX_BYTES = 88;

const REQUEST_LENGTHS: Readonly<Record<MultipartKind, readonly BodyLength[]>> = {
  desc: EMPTY,
  flow: FLOW_FILTER,
  aggregate: FLOW_FILTER,
  table_stats: EMPTY,
  port_stats: [exactly(8)],
  queue_stats: [exactly(8)],
  group_stats: [exactly(8)],
  group_desc: [exactly(0, 5), exactly(8)],
  group_features: EMPTY,
  meter_stats: METER_NUMBER,
  meter_config: METER_NUMBER,
  meter_features: EMPTY,
  table_features: EIGHTS,
  port_desc: [exactly(0, 5), exactly(8)],
  table_desc: EMPTY,
  queue_desc: [exactly(8)],
  flow_monitor: EIGHTS,
  ipfix_bridge: EMPTY,
  ipfix_flow: EMPTY,
};

const REPLY_LENGTHS: Readonly<Record<MultipartKind, readonly BodyLength[]>> = {
  desc: [exactly(1056)],
  flow: ANYTHING,
  aggregate: [exactly(24, 5), followed(0, 1)],
  table_stats: [followed(0, 24)],
  port_stats: [followed(0, 112, 4), followed(0, 8)],
  queue_stats: [followed(0, 40, 4), followed(0, 8)],
  group_stats: EIGHTS,
  group_desc: EIGHTS,
  group_features: [exactly(40)],
  meter_stats: EIGHTS,
  meter_config: EIGHTS,
  meter_features: [exactly(16)],
  table_features: [followed(64, 8)],
  port_desc: [followed(0, 64, 4), followed(0, 8)],
  table_desc: [followed(8, 8)],
  queue_desc: EIGHTS,
  flow_monitor: EIGHTS,
  ipfix_bridge: [exactly(IPFIX_BYTES)],
  ipfix_flow: [followed(0, IPFIX_BYTES)],
};

export function messageLength(kind: MessageKind, version: OpenFlowVersion): BodyLength {
  return lengthIn(MESSAGE_LENGTHS[kind], version);
}

export function multipartLength(
  kind: MultipartKind,
  part: 'request' | 'reply',
  version: OpenFlowVersion,
): BodyLength {
  return lengthIn((part === 'request' ? REQUEST_LENGTHS : REPLY_LENGTHS)[kind], version);
}

function lengthIn(rows: readonly BodyLength[], version: OpenFlowVersion): BodyLength {
  return rows.find(({ until = 6 }) => version <= until) ?? exactly(0);
}

/** Whether a body may have so many bytes. */
export function lengthFits({ fixed, piece }: BodyLength, size: number): boolean {
  const rest = size - fixed;
  return piece === 0 ? rest === 0 : rest >= 0 && rest % piece === 0;
}
