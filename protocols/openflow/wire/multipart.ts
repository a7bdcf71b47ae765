/**
 * OFPT_MULTIPART_REQUEST and OFPT_MULTIPART_REPLY: the header, and which codec the body has (multipart/codecs.ts).
 *
 *     type:16 | flags:16 | pad 4 | body
 *     0xffff  | flags:16 | pad 4 | experimenter:32 | exp_type:32 | body
 *
 * Numbers are the catalogue's. A type that a version does not have, or that nobody knows, is kept byte for byte. A reply's parts each
 * hold whole records, so each part decodes by itself.
 * Source: OpenFlow 1.3.5 §7.3.5, OpenFlow 1.5.1 §7.3.5.
 */
import {
  type MessageForm,
  MULTIPART_EXPERIMENTER,
  MULTIPART_FORMS,
  type MultipartKind,
  multipartForm,
} from '../values/message-forms.ts';
import type { Message } from '../values/messages.ts';
import type { MultipartReply, MultipartRequest } from '../values/multipart.ts';
import { type OpenFlowVersion, VERSION_NAMES } from '../values/version.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import { layout } from './layout.ts';
import type { MultipartCodec } from './multipart/codec.ts';
import { MULTIPART_CODECS } from './multipart/codecs.ts';

type RequestMessage = Extract<Message, { type: 'multipart_request' }>;
type ReplyMessage = Extract<Message, { type: 'multipart_reply' }>;

export const MULTIPART_MORE = 1;

/** type:16 | flags:16 | pad 4. */
export const MULTIPART_HEADER = layout({ type: 'u16', flags: 'u16', pad: 'pad4' });

const EXPERIMENTER_HEADER_BYTES = 8;

type Kinds = ReadonlyMap<number, MultipartKind>;

/** Kinds by number, and of experimenters by what `experimenterKey` makes of both numbers. */
const KINDS: Readonly<Record<OpenFlowVersion, Kinds>> = {
  4: kindsOf(4),
  5: kindsOf(5),
  6: kindsOf(6),
};

function kindsOf(version: OpenFlowVersion): Kinds {
  const kinds = new Map<number, MultipartKind>();
  for (const kind of Object.keys(MULTIPART_FORMS) as MultipartKind[]) {
    const form = multipartForm(kind, version);
    if (form === undefined) continue;
    const { number, experimenter } = form;
    kinds.set(experimenter === undefined ? number : experimenterKey(experimenter, number), kind);
  }
  return kinds;
}

/** Above all numbers of the standard's own. */
function experimenterKey(experimenter: number, number: number): number {
  return (experimenter + 1) * 0x10000 + number;
}

// Each codec takes the values of its own kind: the record's type says so, TypeScript cannot follow it here.
function codecOf(kind: MultipartKind): MultipartCodec<MultipartKind> {
  return MULTIPART_CODECS[kind] as unknown as MultipartCodec<MultipartKind>;
}

/** How this version writes the kind; who has no types may ask for one that there is not. */
function formIn(kind: MultipartKind, version: OpenFlowVersion): MessageForm {
  const form = kind in MULTIPART_FORMS ? multipartForm(kind, version) : undefined;
  if (form === undefined) throw new TypeError(`${VERSION_NAMES[version]} has no multipart ${kind}`);
  return form;
}

function putMultipartHeader(
  writer: ByteWriter,
  version: OpenFlowVersion,
  value: MultipartRequest | MultipartReply,
  flags: number,
): void {
  const at = writer.reserve(MULTIPART_HEADER.size);
  writer.view.setUint16(at + 2, flags);
  if (value.kind === 'unknown') {
    writer.view.setUint16(at, value.multipartType);
    return;
  }
  const { number, experimenter } = formIn(value.kind, version);
  writer.view.setUint16(at, experimenter === undefined ? number : MULTIPART_EXPERIMENTER);
  if (experimenter === undefined) return;
  const behind = writer.reserve(EXPERIMENTER_HEADER_BYTES);
  writer.view.setUint32(behind, experimenter);
  writer.view.setUint32(behind + 4, number);
}

export function putMultipartRequest(
  writer: ByteWriter,
  version: OpenFlowVersion,
  { request, more, flags = 0 }: RequestMessage,
): void {
  putMultipartHeader(writer, version, request, more === true ? flags | MULTIPART_MORE : flags);
  if (request.kind === 'unknown') writer.put(request.body);
  else codecOf(request.kind).putRequest(writer, version, request);
}

export function putMultipartReply(
  writer: ByteWriter,
  version: OpenFlowVersion,
  { reply, more, flags = 0 }: ReplyMessage,
): void {
  putMultipartHeader(writer, version, reply, more ? flags | MULTIPART_MORE : flags);
  if (reply.kind === 'unknown') writer.put(reply.body);
  else codecOf(reply.kind).putReply(writer, version, reply);
}

/** The header is read; undefined: a kind that this version does not have. */
function readKind(
  cursor: Cursor,
  version: OpenFlowVersion,
  type: number,
): MultipartKind | undefined {
  if (type !== MULTIPART_EXPERIMENTER) return KINDS[version].get(type);
  if (cursor.left < EXPERIMENTER_HEADER_BYTES) return undefined;
  const experimenter = cursor.view.getUint32(cursor.position);
  const number = cursor.view.getUint32(cursor.position + 4);
  const kind = KINDS[version].get(experimenterKey(experimenter, number));
  if (kind !== undefined) cursor.skip(EXPERIMENTER_HEADER_BYTES, 'an experimenter multipart');
  return kind;
}

export function readMultipartRequest(cursor: Cursor, version: OpenFlowVersion): RequestMessage {
  const { type, flags } = cursor.struct(MULTIPART_HEADER, 'a multipart request');
  const kind = readKind(cursor, version, type);
  const request: MultipartRequest =
    kind === undefined
      ? { kind: 'unknown', multipartType: type, body: cursor.rest() }
      : (codecOf(kind).readRequest(cursor, version) as MultipartRequest);
  const others = flags & ~MULTIPART_MORE;
  return {
    type: 'multipart_request',
    ...((flags & MULTIPART_MORE) === 0 ? {} : { more: true }),
    ...(others === 0 ? {} : { flags: others }),
    request,
  };
}

export function readMultipartReply(cursor: Cursor, version: OpenFlowVersion): ReplyMessage {
  const { type, flags } = cursor.struct(MULTIPART_HEADER, 'a multipart reply');
  const kind = readKind(cursor, version, type);
  const reply: MultipartReply =
    kind === undefined
      ? { kind: 'unknown', multipartType: type, body: cursor.rest() }
      : codecOf(kind).readReply(cursor, version);
  const more = (flags & MULTIPART_MORE) !== 0;
  const others = flags & ~MULTIPART_MORE;
  return others === 0
    ? { type: 'multipart_reply', more, reply }
    : { type: 'multipart_reply', more, flags: others, reply };
}
