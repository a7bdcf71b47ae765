/**
 * NXT_PACKET_IN2 and NXT_RESUME: a packet from the switch as a list of properties, and the same list back to the switch.
 *
 *     PACKET 0 | FULL_LEN 1 | BUFFER_ID 2 | TABLE_ID 3 | COOKIE 4 | REASON 5 | METADATA 6 | USERDATA 7 | CONTINUATION 8
 *
 * A property is type:16 | length:16 | value, padded to eight; a cookie and a continuation have four bytes of padding before them.
 * Traps: of a property that comes twice the last one counts; what nobody knows is passed over. The packet must be there, and
 * must not be longer than the full length says. Open vSwitch writes the user data behind the continuation.
 *
 * Source: nicira-ext.h of Open vSwitch 3.1.
 */
import type { Match } from '../../values/match.ts';
import type { Continuation, NxPacketIn2, Resume } from '../../values/packet-messages.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { copyIntoSlab } from '../byte-slab.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { putMatchFields } from '../match/oxm-encode.ts';
import { readPipelineFields } from '../match/pipeline-fields.ts';
import {
  beginProperty,
  endProperty,
  expectSize,
  joinBytes,
  keptProperty,
  type Property,
  putProperty,
  readProperty,
} from '../property.ts';
import { readContinuation } from './continuation.ts';

const PROPERTY = {
  packet: 0,
  full_len: 1,
  buffer_id: 2,
  table_id: 3,
  cookie: 4,
  reason: 5,
  metadata: 6,
  userdata: 7,
  continuation: 8,
} as const;

const WORD_SIZE = 8;
const COOKIE_SIZE = 16;
const PADDING_BYTES = 4;
const HEADER_BYTES = 4;
const NOTHING = new Uint8Array(0);

type Body = Omit<Resume, 'type'>;
type MutableBody = { -readonly [Name in keyof Body]: Body[Name] };

export function putPacketIn2(
  writer: ByteWriter,
  version: OpenFlowVersion,
  message: NxPacketIn2 | Resume,
): void {
  putBytes(writer, PROPERTY.packet, message.data);
  if (message.fullLength !== undefined) putWord(writer, PROPERTY.full_len, message.fullLength);
  if (message.bufferId !== undefined) putWord(writer, PROPERTY.buffer_id, message.bufferId);
  if (message.table !== undefined) putByte(writer, PROPERTY.table_id, message.table);
  if (message.cookie !== undefined) {
    const at = putProperty(writer, PROPERTY.cookie, COOKIE_SIZE) + PADDING_BYTES;
    writer.view.setBigUint64(at, message.cookie);
  }
  if (message.reason !== undefined) putByte(writer, PROPERTY.reason, message.reason);
  if (message.metadata !== undefined) putMetadata(writer, version, message.metadata);
  if (message.continuation !== undefined) putContinuation(writer, message.continuation);
  if (message.userdata !== undefined) putBytes(writer, PROPERTY.userdata, message.userdata);
  if (message.unknown !== undefined) writer.put(message.unknown);
}

function putBytes(writer: ByteWriter, type: number, bytes: Uint8Array): void {
  const mark = beginProperty(writer, type);
  writer.put(bytes);
  endProperty(writer, mark);
}

function putWord(writer: ByteWriter, type: number, value: number): void {
  writer.view.setUint32(putProperty(writer, type, WORD_SIZE), value);
}

function putByte(writer: ByteWriter, type: number, value: number): void {
  const mark = beginProperty(writer, type);
  writer.view.setUint8(writer.reserve(1), value);
  endProperty(writer, mark);
}

function putMetadata(writer: ByteWriter, version: OpenFlowVersion, metadata: Match): void {
  const mark = beginProperty(writer, PROPERTY.metadata);
  putMatchFields(writer, metadata, version);
  endProperty(writer, mark);
}

function putContinuation(writer: ByteWriter, { bytes }: Continuation): void {
  const mark = beginProperty(writer, PROPERTY.continuation);
  writer.reserve(PADDING_BYTES);
  writer.put(bytes);
  endProperty(writer, mark);
}

export function readNxPacketIn2(cursor: Cursor, version: OpenFlowVersion): NxPacketIn2 {
  return { type: 'nx_packet_in2', ...readBody(cursor, version) };
}

export function readResume(cursor: Cursor, version: OpenFlowVersion): Resume {
  return { type: 'resume', ...readBody(cursor, version) };
}

function readBody(cursor: Cursor, version: OpenFlowVersion): Body {
  const body: MutableBody = { data: NOTHING };
  const unknown: Uint8Array[] = [];
  let continuation: Property | undefined;
  // Of their own cursor, since what ends too early in them has a name of its own.
  const properties = cursor.cut(cursor.left, 'properties', 'OFPBPC_BAD_LEN');
  while (properties.left > 0) {
    if (readPlain(properties, body)) continue;
    const property = readProperty(properties);
    if (properties.error !== undefined) break;
    if (property.experimenter === 0 && property.type === PROPERTY.continuation) {
      property.body.skip(PADDING_BYTES, 'a continuation');
      continuation = property;
    } else if (!readKnown(properties, property, body)) {
      unknown.push(keptProperty(properties, property));
    }
  }
  checkLengths(cursor, body);
  if (unknown.length > 0) body.unknown = joinBytes(unknown);
  // Looked at last: what is wrong in it is told only when all else is right.
  if (continuation !== undefined) body.continuation = readContinuation(continuation.body, version);
  return body;
}

/**
 * The properties that every packet-in has, in the form that every switch writes, without a cursor each: this is what a packet-in costs.
 * false: nothing was read.
 */
function readPlain(properties: Cursor, body: MutableBody): boolean {
  if (properties.left < HEADER_BYTES) return false;
  const at = properties.position;
  const type = properties.view.getUint16(at);
  const size = properties.view.getUint16(at + 2);
  const padded = (size + 7) & ~7;
  if (size <= HEADER_BYTES || padded > properties.left) return false;
  switch (type) {
    case PROPERTY.packet:
      body.data = copyIntoSlab(properties.bytes, at + HEADER_BYTES, size - HEADER_BYTES);
      break;
    case PROPERTY.table_id:
      body.table = properties.view.getUint8(at + HEADER_BYTES);
      break;
    case PROPERTY.reason:
      body.reason = properties.view.getUint8(at + HEADER_BYTES);
      break;
    case PROPERTY.cookie:
      if (size !== COOKIE_SIZE) return false;
      body.cookie = properties.view.getBigUint64(at + COOKIE_SIZE - 8);
      break;
    default:
      return false;
  }
  properties.position = at + padded;
  return true;
}

/** false: a property that we do not know. */
function readKnown(cursor: Cursor, property: Property, body: MutableBody): boolean {
  const value = property.body;
  switch (property.type) {
    case PROPERTY.packet:
      body.data = value.rest();
      return true;
    case PROPERTY.full_len:
      expectSize(cursor, property, WORD_SIZE, 'a full length');
      body.fullLength = value.u32('a full length');
      return true;
    case PROPERTY.buffer_id:
      expectSize(cursor, property, WORD_SIZE, 'a buffer');
      body.bufferId = value.u32('a buffer');
      return true;
    // Of a size that readPlain has not taken.
    case PROPERTY.table_id:
    case PROPERTY.reason:
      value.u8('a table or a reason');
      return true;
    case PROPERTY.cookie:
      expectSize(cursor, property, COOKIE_SIZE, 'a cookie');
      return true;
    case PROPERTY.metadata:
      body.metadata = readPipelineFields(value);
      return true;
    case PROPERTY.userdata:
      body.userdata = value.rest();
      return true;
    default:
      return false;
  }
}

function checkLengths(cursor: Cursor, { data, fullLength = 0 }: Body): void {
  if (cursor.error !== undefined) return;
  if (data.length === 0) cursor.fail('OFPBRC_BAD_LEN', 'a packet-in without a packet');
  else if (fullLength !== 0 && fullLength < data.length) {
    const detail = `a packet of ${fullLength} bytes of which ${data.length} came`;
    cursor.fail('OFPBRC_BAD_LEN', detail);
  }
}
