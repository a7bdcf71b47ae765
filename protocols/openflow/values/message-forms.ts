/**
 * The message catalogue: how each kind of message goes over the wire in each version, and what ovs-ofctl calls it.
 *
 * The one home of message names and numbers. The codecs hang on it (wire/registry.ts, wire/multipart/), the words too
 * (text/message-text.ts), and docs/protocol-support.md is made from it.
 *
 * Sources: OpenFlow 1.3.5, 1.4.1 and 1.5.1 §7.1 (ofp_type), §7.3.5 (multipart types); ONF extensions 187 (flow monitor), 191 (role
 * status), 230 (bundles) and 235 (request forward) for 1.3; Nicira's extensions as Open vSwitch 3.1 speaks them.
 */
import type { OpenFlowVersion } from './version.ts';

/** Experimenter numbers. */
export const NICIRA = 0x00002320;
export const ONF = 0x4f4e4600;

export interface MessageForm {
  /** As ofp-print has it: OFPT_FLOW_MOD, ONFT_BUNDLE_CONTROL, "OFPST_FLOW request" (the last word for multiparts only). */
  readonly name: string;
  /** ofp_header.type, the type of a multipart, or the experimenter's own type. */
  readonly number: number;
  /** NICIRA or ONF; absent: the standard's own. */
  readonly experimenter?: number;
  readonly since: OpenFlowVersion;
  readonly until: OpenFlowVersion;
}

interface Versions {
  readonly since?: OpenFlowVersion;
  readonly until?: OpenFlowVersion;
}

function ofpt(name: string, number: number, { since = 4, until = 6 }: Versions = {}): MessageForm {
  return { name: `OFPT_${name}`, number, since, until };
}

/** Only OpenFlow 1.3 needs them. */
function onft(name: string, number: number): MessageForm {
  return { name: `ONFT_${name}`, number, experimenter: ONF, since: 4, until: 4 };
}

function nxt(name: string, number: number, { since = 4, until = 6 }: Versions = {}): MessageForm {
  return { name: `NXT_${name}`, number, experimenter: NICIRA, since, until };
}

/** Every kind but multiparts; by the `type` of its value (messages.ts). */
export const MESSAGE_FORMS = {
  hello: [ofpt('HELLO', 0)],
  error: [ofpt('ERROR', 1)],
  echo_request: [ofpt('ECHO_REQUEST', 2)],
  echo_reply: [ofpt('ECHO_REPLY', 3)],
  features_request: [ofpt('FEATURES_REQUEST', 5)],
  features_reply: [ofpt('FEATURES_REPLY', 6)],
  get_config_request: [ofpt('GET_CONFIG_REQUEST', 7)],
  get_config_reply: [ofpt('GET_CONFIG_REPLY', 8)],
  set_config: [ofpt('SET_CONFIG', 9)],
  packet_in: [ofpt('PACKET_IN', 10)],
  flow_removed: [ofpt('FLOW_REMOVED', 11)],
  port_status: [ofpt('PORT_STATUS', 12)],
  packet_out: [ofpt('PACKET_OUT', 13)],
  flow_mod: [ofpt('FLOW_MOD', 14)],
  group_mod: [ofpt('GROUP_MOD', 15)],
  port_mod: [ofpt('PORT_MOD', 16)],
  table_mod: [ofpt('TABLE_MOD', 17)],
  barrier_request: [ofpt('BARRIER_REQUEST', 20)],
  barrier_reply: [ofpt('BARRIER_REPLY', 21)],
  queue_get_config_request: [ofpt('QUEUE_GET_CONFIG_REQUEST', 22, { until: 4 })],
  queue_get_config_reply: [ofpt('QUEUE_GET_CONFIG_REPLY', 23, { until: 4 })],
  role_request: [ofpt('ROLE_REQUEST', 24)],
  role_reply: [ofpt('ROLE_REPLY', 25)],
  get_async_request: [ofpt('GET_ASYNC_REQUEST', 26)],
  get_async_reply: [ofpt('GET_ASYNC_REPLY', 27)],
  set_async: [ofpt('SET_ASYNC', 28)],
  meter_mod: [ofpt('METER_MOD', 29)],
  role_status: [onft('ROLE_STATUS', 1911), ofpt('ROLE_STATUS', 30, { since: 5 })],
  table_status: [ofpt('TABLE_STATUS', 31, { since: 5 })],
  requestforward: [onft('REQUESTFORWARD', 2350), ofpt('REQUESTFORWARD', 32, { since: 5 })],
  bundle_control: [onft('BUNDLE_CONTROL', 2300), ofpt('BUNDLE_CONTROL', 33, { since: 5 })],
  bundle_add: [onft('BUNDLE_ADD_MESSAGE', 2301), ofpt('BUNDLE_ADD_MESSAGE', 34, { since: 5 })],

  flow_monitor_cancel: [onft('FLOW_MONITOR_CANCEL', 1870)],
  flow_monitor_paused: [onft('FLOW_MONITOR_PAUSED', 1871)],
  flow_monitor_resumed: [onft('FLOW_MONITOR_RESUMED', 1872)],

  nx_role_request: [nxt('ROLE_REQUEST', 10)],
  nx_role_reply: [nxt('ROLE_REPLY', 11)],
  nx_flow_mod: [nxt('FLOW_MOD', 13)],
  nx_flow_removed: [nxt('FLOW_REMOVED', 14)],
  flow_mod_table_id: [nxt('FLOW_MOD_TABLE_ID', 15)],
  set_packet_in_format: [nxt('SET_PACKET_IN_FORMAT', 16)],
  nx_packet_in: [nxt('PACKET_IN', 17)],
  flow_age: [nxt('FLOW_AGE', 18)],
  nx_set_async_config: [nxt('SET_ASYNC_CONFIG', 19)],
  set_controller_id: [nxt('SET_CONTROLLER_ID', 20)],
  tlv_table_mod: [nxt('TLV_TABLE_MOD', 24)],
  tlv_table_request: [nxt('TLV_TABLE_REQUEST', 25)],
  tlv_table_reply: [nxt('TLV_TABLE_REPLY', 26)],
  nx_set_async_config2: [nxt('SET_ASYNC_CONFIG2', 27, { until: 4 })],
  resume: [nxt('RESUME', 28)],
  ct_flush_zone: [nxt('CT_FLUSH_ZONE', 29)],
  nx_packet_in2: [nxt('PACKET_IN2', 30)],
  ct_flush: [nxt('CT_FLUSH', 32)],
} as const satisfies Readonly<Record<string, readonly MessageForm[]>>;

/** ofp_header.type of what carries others. */
export const EXPERIMENTER_TYPE = 4;
export const MULTIPART_REQUEST_TYPE = 18;
export const MULTIPART_REPLY_TYPE = 19;

/** The multipart type that carries an experimenter's. */
export const MULTIPART_EXPERIMENTER = 0xffff;

function ofpst(name: string, number: number, { since = 4, until = 6 }: Versions = {}): MessageForm {
  return { name: `OFPST_${name}`, number, since, until };
}

/** Multiparts, request and reply; by the `kind` of their value (multipart.ts). Names without the last word. */
export const MULTIPART_FORMS = {
  desc: [ofpst('DESC', 0)],
  flow: [ofpst('FLOW', 1)],
  aggregate: [ofpst('AGGREGATE', 2)],
  table_stats: [ofpst('TABLE', 3)],
  port_stats: [ofpst('PORT', 4)],
  queue_stats: [ofpst('QUEUE', 5)],
  group_stats: [ofpst('GROUP', 6)],
  group_desc: [ofpst('GROUP_DESC', 7)],
  group_features: [ofpst('GROUP_FEATURES', 8)],
  meter_stats: [ofpst('METER', 9)],
  meter_config: [ofpst('METER_CONFIG', 10)],
  meter_features: [ofpst('METER_FEATURES', 11)],
  table_features: [ofpst('TABLE_FEATURES', 12)],
  port_desc: [ofpst('PORT_DESC', 13)],
  table_desc: [ofpst('TABLE_DESC', 14, { since: 5 })],
  queue_desc: [ofpst('QUEUE_DESC', 15, { since: 5 })],
  flow_monitor: [
    { name: 'ONFST_FLOW_MONITOR', number: 1870, experimenter: ONF, since: 4, until: 4 },
    ofpst('FLOW_MONITOR', 16, { since: 5 }),
  ],
  ipfix_bridge: [
    { name: 'NXST_IPFIX_BRIDGE', number: 3, experimenter: NICIRA, since: 4, until: 6 },
  ],
  ipfix_flow: [{ name: 'NXST_IPFIX_FLOW', number: 4, experimenter: NICIRA, since: 4, until: 6 }],
} as const satisfies Readonly<Record<string, readonly MessageForm[]>>;

export type MessageKind = keyof typeof MESSAGE_FORMS;
export type MultipartKind = keyof typeof MULTIPART_FORMS;

/** How this version writes the kind; undefined: it cannot. */
export function messageForm(kind: MessageKind, version: OpenFlowVersion): MessageForm | undefined {
  return formOf(MESSAGE_FORMS[kind], version);
}

export function multipartForm(
  kind: MultipartKind,
  version: OpenFlowVersion,
): MessageForm | undefined {
  return formOf(MULTIPART_FORMS[kind], version);
}

function formOf(forms: readonly MessageForm[], version: OpenFlowVersion): MessageForm | undefined {
  return forms.find(({ since, until }) => since <= version && version <= until);
}
