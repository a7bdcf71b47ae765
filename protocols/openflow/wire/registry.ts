/**
 * The message registry: which codec (message-codecs.ts) reads and writes a body, and what stands before it. Numbers are the
 * catalogue's (values/message-forms.ts): the standard's own type, or an experimenter's where a version lacks it.
 *
 * What nobody knows is kept byte for byte as `unknown` or `experimenter`, unless judged strictly.
 *
 * Source: OpenFlow 1.3.5 §7.1, §7.5.4; the file of each message.
 */
import type { OpenFlowErrorName } from '../values/error-codes.ts';
import {
  EXPERIMENTER_TYPE,
  MESSAGE_FORMS,
  type MessageForm,
  type MessageKind,
  messageForm,
} from '../values/message-forms.ts';
import type { Message } from '../values/messages.ts';
import { type OpenFlowVersion, VERSION_NAMES } from '../values/version.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import { identifyMessage } from './identify.ts';
import { type Codec, MESSAGE_CODECS } from './message-codecs.ts';
import { HEADER_BYTES, TYPE } from './message-types.ts';
import {
  putMultipartReply,
  putMultipartRequest,
  readMultipartReply,
  readMultipartRequest,
} from './multipart.ts';

type MessageOf<Type> = Extract<Message, { type: Type }>;

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
  cursor.skip(headBytes - HEADER_BYTES, 'an experimenter message');
  return codecOf(kind).read(cursor, version);
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
function codecOf(kind: MessageKind): Codec<MessageKind> {
  return MESSAGE_CODECS[kind] as Codec<MessageKind>;
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
function formIn(kind: MessageKind, version: OpenFlowVersion): MessageForm {
  const spoken = VERSION_NAMES[version] === undefined ? 4 : version;
  const form = kind in MESSAGE_FORMS ? messageForm(kind, spoken) : undefined;
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
  message: Extract<Message, { type: MessageKind }>,
): void {
  const { experimenter, number } = formIn(message.type, version);
  if (experimenter !== undefined) {
    const at = writer.reserve(8);
    writer.view.setUint32(at, experimenter);
    writer.view.setUint32(at + 4, number);
  }
  codecOf(message.type).put(writer, version, message);
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
