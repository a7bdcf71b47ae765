/**
 * The codecs of the catalogue's rows (values/message-forms.ts), multiparts apart: one row a kind, its body to bytes and back. What stands
 * before the body is the registry's.
 *
 * Sources: the file of each codec.
 */
import type { MessageKind } from '../values/message-forms.ts';
import type { Message } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import {
  putAsyncConfig,
  putAsyncMasks,
  putAsyncProperties,
  readAsyncConfig,
  readAsyncMasks,
  readAsyncProperties,
} from './messages/async-config.ts';
import {
  putBundleAdd,
  putBundleControl,
  readBundleAdd,
  readBundleControl,
} from './messages/bundle.ts';
import { putCtFlush, readCtFlush } from './messages/ct-flush.ts';
import { putError, readError } from './messages/error.ts';
import {
  putConfig,
  putFeatures,
  readConfig,
  readFeatures,
  readSetConfig,
} from './messages/features.ts';
import { readFlowMod } from './messages/flow-mod-decode.ts';
import { putFlowModBody } from './messages/flow-mod-encode.ts';
import {
  putFlowRemoved,
  putNxFlowRemoved,
  readFlowRemoved,
  readNxFlowRemoved,
} from './messages/flow-removed.ts';
import { readGroupMod } from './messages/group-mod-decode.ts';
import { putGroupModBody } from './messages/group-mod-encode.ts';
import { putHello, readHello } from './messages/hello.ts';
import { putMeterMod, readMeterMod } from './messages/meter.ts';
import {
  putMonitorId,
  putPacketInFormat,
  putShort,
  putTableIdSwitch,
  readMonitorId,
  readPacketInFormat,
  readShort,
  readTableIdSwitch,
} from './messages/nicira.ts';
import { putNxFlowMod, readNxFlowMod } from './messages/nx-flow-mod.ts';
import { putNxPacketIn, putPacketIn, readNxPacketIn, readPacketIn } from './messages/packet-in.ts';
import { putPacketIn2, readNxPacketIn2, readResume } from './messages/packet-in2.ts';
import { putPacketOut, readPacketOut } from './messages/packet-out.ts';
import { putPortStatus, readPortStatus } from './messages/port.ts';
import { putPortMod, readPortMod } from './messages/port-mod.ts';
import {
  putQueueConfigReply,
  putQueueConfigRequest,
  readQueueConfigReply,
  readQueueConfigRequest,
} from './messages/queue-config.ts';
import { putRequestForward, readRequestForward } from './messages/request-forward.ts';
import {
  putNxRole,
  putRole,
  putRoleStatus,
  readNxRole,
  readRole,
  readRoleStatus,
} from './messages/role.ts';
import { putTableMod, readTableMod } from './messages/table-mod.ts';
import { putTableStatus, readTableStatus } from './messages/table-status.ts';
import {
  putTlvTableMod,
  putTlvTableReply,
  readTlvTableMod,
  readTlvTableReply,
} from './messages/tlv-table.ts';

type MessageOf<Type> = Extract<Message, { type: Type }>;

export interface Codec<Type extends Message['type']> {
  readonly put: (writer: ByteWriter, version: OpenFlowVersion, message: MessageOf<Type>) => void;
  readonly read: (cursor: Cursor, version: OpenFlowVersion) => MessageOf<Type>;
}

/** For codecs whose bytes are the same in each version. */
function plain<Type extends MessageKind>(
  put: (writer: ByteWriter, message: MessageOf<Type>) => void,
  read: (cursor: Cursor) => MessageOf<Type>,
): Codec<Type> {
  return { put: (writer, _version, message) => put(writer, message), read };
}

type EmptyType =
  | ('features_request' | 'get_config_request' | 'get_async_request' | 'tlv_table_request')
  | ('barrier_request' | 'barrier_reply' | 'flow_age')
  | ('flow_monitor_paused' | 'flow_monitor_resumed');

/** Messages without a body. */
function empty<Type extends EmptyType>(
  type: Type,
): { put: () => void; read: () => { type: Type } } {
  return { put: () => undefined, read: () => ({ type }) };
}

function putEcho(writer: ByteWriter, { data }: { readonly data: Uint8Array }): void {
  writer.put(data);
}

function readEcho(cursor: Cursor): { readonly data: Uint8Array } {
  return { data: cursor.rest() };
}

/** For what is read without its type, which more than one kind may share. */
function typed<Type extends MessageKind, Values>(
  type: Type,
  put: (writer: ByteWriter, message: NoInfer<Values>) => void,
  read: (cursor: Cursor) => Values,
): {
  put: (writer: ByteWriter, version: OpenFlowVersion, message: Values) => void;
  read: (cursor: Cursor) => { readonly type: Type } & Values;
} {
  return {
    put: (writer, _version, message) => put(writer, message),
    read: (cursor) => ({ type, ...read(cursor) }),
  };
}

export const MESSAGE_CODECS: { readonly [Kind in MessageKind]: Codec<Kind> } = {
  hello: plain(putHello, readHello),
  error: { put: (writer, _version, message) => putError(writer, message), read: readError },
  echo_request: typed('echo_request', putEcho, readEcho),
  echo_reply: typed('echo_reply', putEcho, readEcho),
  features_request: empty('features_request'),
  features_reply: typed('features_reply', putFeatures, readFeatures),
  get_config_request: empty('get_config_request'),
  get_config_reply: typed('get_config_reply', putConfig, readConfig),
  set_config: typed('set_config', putConfig, readSetConfig),
  packet_in: { put: putPacketIn, read: readPacketIn },
  flow_removed: { put: putFlowRemoved, read: readFlowRemoved },
  port_status: { put: putPortStatus, read: readPortStatus },
  packet_out: { put: putPacketOut, read: readPacketOut },
  flow_mod: { put: putFlowModBody, read: readFlowMod },
  group_mod: {
    put: (writer, version, message) => putGroupModBody(writer, version, message.mod),
    read: (cursor, version) => ({ type: 'group_mod', mod: readGroupMod(cursor, version) }),
  },
  port_mod: { put: putPortMod, read: readPortMod },
  table_mod: { put: putTableMod, read: readTableMod },
  barrier_request: empty('barrier_request'),
  barrier_reply: empty('barrier_reply'),
  queue_get_config_request: plain(putQueueConfigRequest, readQueueConfigRequest),
  queue_get_config_reply: plain(putQueueConfigReply, readQueueConfigReply),
  role_request: typed('role_request', putRole, readRole),
  role_reply: typed('role_reply', putRole, readRole),
  get_async_request: empty('get_async_request'),
  get_async_reply: {
    put: putAsyncConfig,
    read: (cursor, version) => ({
      type: 'get_async_reply',
      ...readAsyncConfig(cursor, version, 'reply'),
    }),
  },
  set_async: {
    put: putAsyncConfig,
    read: (cursor, version) => ({
      type: 'set_async',
      ...readAsyncConfig(cursor, version, 'request'),
    }),
  },
  meter_mod: plain(
    (writer, message) => putMeterMod(writer, message.mod),
    (cursor) => ({ type: 'meter_mod', mod: readMeterMod(cursor) }),
  ),
  role_status: plain(putRoleStatus, readRoleStatus),
  table_status: { put: putTableStatus, read: readTableStatus },
  requestforward: { put: putRequestForward, read: readRequestForward },
  bundle_control: plain(putBundleControl, readBundleControl),
  bundle_add: plain(putBundleAdd, readBundleAdd),
  flow_monitor_cancel: plain(
    (writer, message) => putMonitorId(writer, message.monitorId),
    (cursor) => ({ type: 'flow_monitor_cancel', monitorId: readMonitorId(cursor) }),
  ),
  flow_monitor_paused: empty('flow_monitor_paused'),
  flow_monitor_resumed: empty('flow_monitor_resumed'),

  nx_role_request: typed('nx_role_request', putNxRole, readNxRole),
  nx_role_reply: typed('nx_role_reply', putNxRole, readNxRole),
  nx_flow_mod: { put: putNxFlowMod, read: readNxFlowMod },
  nx_flow_removed: { put: putNxFlowRemoved, read: readNxFlowRemoved },
  flow_mod_table_id: plain(
    (writer, message) => putTableIdSwitch(writer, message.enable),
    (cursor) => ({ type: 'flow_mod_table_id', enable: readTableIdSwitch(cursor) }),
  ),
  set_packet_in_format: plain(
    (writer, message) => putPacketInFormat(writer, message.format),
    (cursor) => ({ type: 'set_packet_in_format', format: readPacketInFormat(cursor) }),
  ),
  nx_packet_in: { put: putNxPacketIn, read: readNxPacketIn },
  flow_age: empty('flow_age'),
  nx_set_async_config: typed('nx_set_async_config', putAsyncMasks, readAsyncMasks),
  set_controller_id: plain(
    (writer, message) => putShort(writer, message.controllerId),
    (cursor) => ({
      type: 'set_controller_id',
      controllerId: readShort(cursor, 'a controller id'),
    }),
  ),
  tlv_table_mod: plain(putTlvTableMod, readTlvTableMod),
  tlv_table_request: empty('tlv_table_request'),
  tlv_table_reply: plain(putTlvTableReply, readTlvTableReply),
  nx_set_async_config2: {
    put: (writer, _version, message) => putAsyncProperties(writer, message),
    read: (cursor, version) => ({
      type: 'nx_set_async_config2',
      ...readAsyncProperties(cursor, version, 'request'),
    }),
  },
  resume: { put: putPacketIn2, read: readResume },
  ct_flush_zone: plain(
    (writer, message) => putShort(writer, message.zone),
    (cursor) => ({ type: 'ct_flush_zone', zone: readShort(cursor, 'a zone') }),
  ),
  nx_packet_in2: { put: putPacketIn2, read: readNxPacketIn2 },
  ct_flush: typed('ct_flush', putCtFlush, readCtFlush),
};
