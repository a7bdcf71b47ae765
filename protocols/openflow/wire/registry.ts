/**
 * The message registry: version and type number to codec. What a version does not have decodes to `unknown`.
 *
 * Source: OpenFlow 1.3.5 §7.1, OpenFlow 1.4.1 §7.1 (role status, bundles), OpenFlow 1.5.1 §7.1.
 */
import type { Message } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { putBundleAdd, putBundleControl, readBundleAdd, readBundleControl } from './bundle.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import { putError, readError } from './error.ts';
import { putConfig, putFeatures, readConfig, readFeatures } from './features.ts';
import { readFlowMod } from './flow-mod-decode.ts';
import { putFlowModBody } from './flow-mod-encode.ts';
import { readGroupMod } from './group-mod-decode.ts';
import { putGroupModBody } from './group-mod-encode.ts';
import { putHello, readHello } from './hello.ts';
import { ONF, ONF_TYPE, TYPE } from './message-types.ts';
import {
  putMultipartReply,
  putMultipartRequest,
  readMultipartReply,
  readMultipartRequest,
} from './multipart.ts';
import {
  putFlowRemoved,
  putPacketIn,
  putPacketOut,
  readFlowRemoved,
  readPacketIn,
  readPacketOut,
} from './packet.ts';
import { putPortStatus, readPortStatus } from './port.ts';
import { putRole, putRoleStatus, readRole, readRoleStatus } from './role.ts';

type KnownType = Exclude<Message['type'], 'unknown'>;
type MessageOf<Type> = Extract<Message, { type: Type }>;

/** A body's encoder and decoder; the header is not theirs. */
interface Codec<Type extends KnownType> {
  readonly put: (writer: ByteWriter, version: OpenFlowVersion, message: MessageOf<Type>) => void;
  readonly read: (cursor: Cursor, version: OpenFlowVersion) => Message;
  /** The first version that has the type itself; absent: all have. Before it, ONF's extension carries it. */
  readonly since?: OpenFlowVersion;
}

function empty<
  Type extends 'features_request' | 'get_config_request' | 'barrier_request' | 'barrier_reply',
>(type: Type): { put: () => void; read: () => Message } {
  return { put: () => undefined, read: () => ({ type }) };
}

function echo<Type extends 'echo_request' | 'echo_reply'>(
  type: Type,
): {
  put: (writer: ByteWriter, version: OpenFlowVersion, message: { data: Uint8Array }) => void;
  read: (cursor: Cursor) => Message;
} {
  return {
    put: (writer, _version, message) => writer.put(message.data),
    read: (cursor) => ({ type, data: cursor.rest() }),
  };
}

const CODECS: { readonly [Type in KnownType]: Codec<Type> } = {
  hello: { put: (writer, _version, message) => putHello(writer, message), read: readHello },
  error: { put: (writer, _version, message) => putError(writer, message), read: readError },
  echo_request: echo('echo_request'),
  echo_reply: echo('echo_reply'),
  experimenter: { put: putExperimenter, read: readExperimenter },
  features_request: empty('features_request'),
  features_reply: {
    put: (writer, _version, message) => putFeatures(writer, message),
    read: (cursor) => ({ type: 'features_reply', ...readFeatures(cursor) }),
  },
  get_config_request: empty('get_config_request'),
  get_config_reply: {
    put: (writer, _version, message) => putConfig(writer, message),
    read: (cursor) => ({ type: 'get_config_reply', ...readConfig(cursor) }),
  },
  set_config: {
    put: (writer, _version, message) => putConfig(writer, message),
    read: (cursor) => ({ type: 'set_config', ...readConfig(cursor) }),
  },
  packet_in: { put: putPacketIn, read: readPacketIn },
  flow_removed: { put: putFlowRemoved, read: readFlowRemoved },
  port_status: { put: putPortStatus, read: readPortStatus },
  packet_out: { put: putPacketOut, read: readPacketOut },
  flow_mod: { put: putFlowModBody, read: readFlowMod },
  group_mod: {
    put: (writer, version, message) => putGroupModBody(writer, version, message.mod),
    read: (cursor, version) => ({ type: 'group_mod', mod: readGroupMod(cursor, version) }),
  },
  multipart_request: { put: putMultipartRequest, read: readMultipartRequest },
  multipart_reply: { put: putMultipartReply, read: readMultipartReply },
  barrier_request: empty('barrier_request'),
  barrier_reply: empty('barrier_reply'),
  role_request: {
    put: (writer, _version, message) => putRole(writer, message),
    read: (cursor) => ({ type: 'role_request', ...readRole(cursor) }),
  },
  role_reply: {
    put: (writer, _version, message) => putRole(writer, message),
    read: (cursor) => ({ type: 'role_reply', ...readRole(cursor) }),
  },
  role_status: {
    put: (writer, _version, message) => putRoleStatus(writer, message),
    read: readRoleStatus,
    since: 5,
  },
  bundle_control: {
    put: (writer, _version, message) => putBundleControl(writer, message),
    read: readBundleControl,
    since: 5,
  },
  bundle_add: {
    put: (writer, _version, message) => putBundleAdd(writer, message),
    read: readBundleAdd,
    since: 5,
  },
};

type Reader = (cursor: Cursor, version: OpenFlowVersion) => Message;

const READERS: Readonly<Record<OpenFlowVersion, ReadonlyMap<number, Reader>>> = {
  4: readersOf(4),
  5: readersOf(5),
  6: readersOf(6),
};

const ONF_READERS: ReadonlyMap<number, Reader> = new Map([
  [ONF_TYPE.role_status, CODECS.role_status.read],
  [ONF_TYPE.bundle_control, CODECS.bundle_control.read],
  [ONF_TYPE.bundle_add, CODECS.bundle_add.read],
]);

function readersOf(version: OpenFlowVersion): ReadonlyMap<number, Reader> {
  const readers = new Map<number, Reader>();
  for (const [name, number] of Object.entries(TYPE)) {
    const codec = CODECS[name as KnownType];
    if ((codec.since ?? 4) <= version) readers.set(number, codec.read);
  }
  return readers;
}

/** The body behind the header, whose type is `messageType`. */
export function readBody(cursor: Cursor, version: OpenFlowVersion, messageType: number): Message {
  const read = READERS[version].get(messageType);
  if (read !== undefined) return read(cursor, version);
  return { type: 'unknown', messageType, body: cursor.rest() };
}

/** The type number that the header takes for this message. */
export function messageTypeOf(version: OpenFlowVersion, message: Message): number {
  if (message.type === 'unknown') return message.messageType;
  return needsExtension(version, message.type) ? TYPE.experimenter : TYPE[message.type];
}

export function putBody(writer: ByteWriter, version: OpenFlowVersion, message: Message): void {
  if (message.type === 'unknown') {
    writer.put(message.body);
    return;
  }
  if (needsExtension(version, message.type)) {
    const at = writer.reserve(8);
    writer.view.setUint32(at, ONF);
    writer.view.setUint32(at + 4, ONF_TYPE[message.type as keyof typeof ONF_TYPE]);
  }
  // Each codec takes the message of its own type: the record's type says so, TypeScript cannot follow it here.
  const { put } = CODECS[message.type] as Codec<KnownType>;
  put(writer, version, message);
}

function needsExtension(version: OpenFlowVersion, type: KnownType): boolean {
  return (CODECS[type].since ?? 4) > version;
}

function putExperimenter(
  writer: ByteWriter,
  _version: OpenFlowVersion,
  message: MessageOf<'experimenter'>,
): void {
  const at = writer.reserve(8);
  writer.view.setUint32(at, message.experimenter);
  writer.view.setUint32(at + 4, message.experimenterType);
  writer.put(message.data);
}

function readExperimenter(cursor: Cursor, version: OpenFlowVersion): Message {
  const experimenter = cursor.u32('an experimenter message');
  const experimenterType = cursor.u32('an experimenter message');
  const read =
    experimenter === ONF && version === 4 ? ONF_READERS.get(experimenterType) : undefined;
  if (read !== undefined) return read(cursor, version);
  return { type: 'experimenter', experimenter, experimenterType, data: cursor.rest() };
}
