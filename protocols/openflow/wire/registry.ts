/**
 * The message registry: each row of the catalogue (values/message-forms.ts) has its codec here. Numbers are the catalogue's: the
 * standard's own type, or an experimenter's where a version lacks it.
 *
 * What nobody knows is kept byte for byte as `unknown` or `experimenter`, unless judged strictly.
 *
 * Source: OpenFlow 1.3.5 §7.1, §7.5.4; the file of each message.
 */
import type { OpenFlowErrorName } from '../values/error-codes.ts';
import {
  EXPERIMENTER_TYPE,
  type MessageForm,
  type MessageKind,
  messageForm,
} from '../values/message-forms.ts';
import type { Message } from '../values/messages.ts';
import { type OpenFlowVersion, VERSION_NAMES } from '../values/version.ts';
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
import { identifyMessage } from './identify.ts';
import { HEADER_BYTES, TYPE } from './message-types.ts';
import {
  putMultipartReply,
  putMultipartRequest,
  readMultipartReply,
  readMultipartRequest,
} from './multipart.ts';
import { putFlowRemoved, readFlowRemoved } from './packet.ts';
import { putNxPacketIn, putPacketIn, readNxPacketIn, readPacketIn } from './packet-in.ts';
import { putPacketIn2, readNxPacketIn2, readResume } from './packet-in2.ts';
import { putPacketOut, readPacketOut } from './packet-out.ts';
import { putPortStatus, readPortStatus } from './port.ts';
import { putRole, putRoleStatus, readRole, readRoleStatus } from './role.ts';

type KnownKind = Extract<MessageKind, Message['type']>;
type MessageOf<Type> = Extract<Message, { type: Type }>;

/** A body's encoder and decoder; what stands before the body is not theirs. */
export interface Codec<Type extends Message['type']> {
  readonly put: (writer: ByteWriter, version: OpenFlowVersion, message: MessageOf<Type>) => void;
  readonly read: (cursor: Cursor, version: OpenFlowVersion) => MessageOf<Type>;
}

/** Messages without a body. */
function empty<
  Type extends 'features_request' | 'get_config_request' | 'barrier_request' | 'barrier_reply',
>(type: Type): { put: () => void; read: () => { type: Type } } {
  return { put: () => undefined, read: () => ({ type }) };
}

function echo<Type extends 'echo_request' | 'echo_reply'>(
  type: Type,
): {
  put: (writer: ByteWriter, version: OpenFlowVersion, message: { data: Uint8Array }) => void;
  read: (cursor: Cursor) => { type: Type; data: Uint8Array };
} {
  return {
    put: (writer, _version, message) => writer.put(message.data),
    read: (cursor) => ({ type, data: cursor.rest() }),
  };
}

/** A kind without a row stays `experimenter` or `unknown`. */
const CODECS: { readonly [Kind in KnownKind]?: Codec<Kind> } = {
  hello: { put: (writer, _version, message) => putHello(writer, message), read: readHello },
  error: { put: (writer, _version, message) => putError(writer, message), read: readError },
  echo_request: echo('echo_request'),
  echo_reply: echo('echo_reply'),
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
  nx_packet_in: { put: putNxPacketIn, read: readNxPacketIn },
  nx_packet_in2: { put: putPacketIn2, read: readNxPacketIn2 },
  resume: { put: putPacketIn2, read: readResume },
  flow_removed: { put: putFlowRemoved, read: readFlowRemoved },
  port_status: { put: putPortStatus, read: readPortStatus },
  packet_out: { put: putPacketOut, read: readPacketOut },
  flow_mod: { put: putFlowModBody, read: readFlowMod },
  group_mod: {
    put: (writer, version, message) => putGroupModBody(writer, version, message.mod),
    read: (cursor, version) => ({ type: 'group_mod', mod: readGroupMod(cursor, version) }),
  },
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
  },
  bundle_control: {
    put: (writer, _version, message) => putBundleControl(writer, message),
    read: readBundleControl,
  },
  bundle_add: {
    put: (writer, _version, message) => putBundleAdd(writer, message),
    read: readBundleAdd,
  },
};

/** What wraps others instead of being a row of the catalogue. */
const CARRIERS = {
  multipart_request: { put: putMultipartRequest, read: readMultipartRequest },
  multipart_reply: { put: putMultipartReply, read: readMultipartReply },
} as const;

/** The body behind the header, whose type is `messageType`. `cursor` stands behind the header. */
export function readBody(cursor: Cursor, version: OpenFlowVersion, messageType: number): Message {
  const identity = identifyMessage(cursor.bytes);
  if (!identity.ok) {
    const { code, detail, offset } = identity.error;
    if (!KEPT.has(code)) cursor.fail(code, detail, offset);
    else cursor.unknown(code, detail, offset);
    return readUnknown(cursor, version, messageType);
  }
  const { part, kind, headBytes } = identity.value;
  if (part !== undefined) return CARRIERS[`multipart_${part}`].read(cursor, version);
  const codec = codecOf(kind);
  if (codec === undefined) return readUnknown(cursor, version, messageType);
  cursor.skip(headBytes - HEADER_BYTES, 'an experimenter message');
  return codec.read(cursor, version);
}

/** Whether it is malformed or only unknown to us. */
const KEPT: ReadonlySet<string> = new Set<OpenFlowErrorName>([
  'OFPBRC_BAD_TYPE',
  'OFPBRC_BAD_STAT',
  'OFPBRC_BAD_VENDOR',
  'OFPBRC_BAD_SUBTYPE',
]);

function readUnknown(cursor: Cursor, version: OpenFlowVersion, messageType: number): Message {
  switch (messageType) {
    case EXPERIMENTER_TYPE:
      return readExperimenter(cursor);
    case TYPE.multipart_request:
      return readMultipartRequest(cursor, version);
    case TYPE.multipart_reply:
      return readMultipartReply(cursor, version);
    default:
      return { type: 'unknown', messageType, body: cursor.rest() };
  }
}

// Each codec takes the message of its own kind: the record's type says so, TypeScript cannot follow it here.
function codecOf(kind: string): Codec<Message['type']> | undefined {
  return (CODECS as Readonly<Record<string, Codec<never> | undefined>>)[kind] as
    | Codec<Message['type']>
    | undefined;
}

/** The type number that the header takes for this message. */
export function messageTypeOf(version: OpenFlowVersion, message: Message): number {
  switch (message.type) {
    case 'unknown':
      return message.messageType;
    case 'experimenter':
    case 'multipart_request':
    case 'multipart_reply':
      return TYPE[message.type];
    default: {
      const form = formIn(message.type, version);
      return form.experimenter === undefined ? form.number : EXPERIMENTER_TYPE;
    }
  }
}

/** How this version writes the kind; a version that we do not speak has hello, error and echo like all others. */
function formIn(kind: KnownKind, version: OpenFlowVersion): MessageForm {
  const form = messageForm(kind, VERSION_NAMES[version] === undefined ? 4 : version);
  if (form === undefined) throw new TypeError(`${VERSION_NAMES[version]} has no ${kind}`);
  return form;
}

export function putBody(writer: ByteWriter, version: OpenFlowVersion, message: Message): void {
  switch (message.type) {
    case 'unknown':
      writer.put(message.body);
      return;
    case 'experimenter':
      putExperimenter(writer, message);
      return;
    case 'multipart_request':
      putMultipartRequest(writer, version, message);
      return;
    case 'multipart_reply':
      putMultipartReply(writer, version, message);
      return;
    default:
      putKnown(writer, version, message);
  }
}

function putKnown(
  writer: ByteWriter,
  version: OpenFlowVersion,
  message: Extract<Message, { type: KnownKind }>,
): void {
  const { experimenter, number } = formIn(message.type, version);
  if (experimenter !== undefined) {
    const at = writer.reserve(8);
    writer.view.setUint32(at, experimenter);
    writer.view.setUint32(at + 4, number);
  }
  const codec = codecOf(message.type);
  if (codec === undefined) throw new TypeError(`no codec for ${message.type}`);
  codec.put(writer, version, message);
}

function putExperimenter(writer: ByteWriter, message: MessageOf<'experimenter'>): void {
  const at = writer.reserve(8);
  writer.view.setUint32(at, message.experimenter);
  writer.view.setUint32(at + 4, message.experimenterType);
  writer.put(message.data);
}

function readExperimenter(cursor: Cursor): Message {
  const experimenter = cursor.u32('an experimenter message');
  const experimenterType = cursor.u32('an experimenter message');
  return { type: 'experimenter', experimenter, experimenterType, data: cursor.rest() };
}
