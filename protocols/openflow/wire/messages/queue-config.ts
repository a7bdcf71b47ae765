/**
 * OFPT_QUEUE_GET_CONFIG_REQUEST and OFPT_QUEUE_GET_CONFIG_REPLY of OpenFlow 1.3; from 1.4 on a multipart stands for them.
 *
 *     request:   port:32 | pad 4
 *     reply:     port:32 | pad 4 | queues
 *     queue:     queue_id:32 | port:32 | length:16 | pad 6 | properties
 *     property:  type:16 | length:16 | pad 4 | rate:16 | pad 6
 *
 * Trap: a queue is of the port that leads the reply, whatever it says itself.
 * Source: OpenFlow 1.3.5 §7.3.6, §7.2.2 (queues).
 */
import type { Message } from '../../values/messages.ts';
import type { QueueDesc } from '../../values/port-stats.ts';
import { OFPP_ANY, OFPP_MAX } from '../../values/ports.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { checkPort } from '../port-number.ts';
import { joinBytes } from '../property.ts';

type Request = Extract<Message, { type: 'queue_get_config_request' }>;
type Reply = Extract<Message, { type: 'queue_get_config_reply' }>;

const PORT = layout({ port: 'u32', pad: 'pad4' });
const QUEUE = layout({ queueId: 'u32', port: 'u32', length: 'u16', pad: 'pad6' });
const MIN_RATE = 1;
const MAX_RATE = 2;
const PROPERTY_HEADER_BYTES = 8;
const RATE_BYTES = 16;

export function putQueueConfigRequest(writer: ByteWriter, { port }: Request): void {
  writer.view.setUint32(writer.reserve(PORT.size), port);
}

export function readQueueConfigRequest(cursor: Cursor): Request {
  const { port } = cursor.struct(PORT, 'a queue request');
  checkPort(cursor, port);
  if (port >= OFPP_MAX && port !== OFPP_ANY) {
    cursor.fail('OFPQOFC_BAD_PORT', `port ${port} has no queues`);
  }
  return { type: 'queue_get_config_request', port };
}

export function putQueueConfigReply(writer: ByteWriter, { port, queues }: Reply): void {
  writer.view.setUint32(writer.reserve(PORT.size), port);
  for (const queue of queues) putQueue(writer, queue);
}

function putQueue(writer: ByteWriter, queue: QueueDesc): void {
  const mark = writer.mark();
  const at = writer.reserve(QUEUE.size);
  writer.view.setUint32(at, queue.queueId);
  writer.view.setUint32(at + 4, queue.port);
  if (queue.minRate !== undefined) putRate(writer, MIN_RATE, queue.minRate);
  if (queue.maxRate !== undefined) putRate(writer, MAX_RATE, queue.maxRate);
  if (queue.unknownProperties !== undefined) writer.put(queue.unknownProperties);
  writer.patchSize(mark, 8);
}

function putRate(writer: ByteWriter, type: number, rate: number): void {
  const at = writer.reserve(RATE_BYTES);
  writer.view.setUint16(at, type);
  writer.view.setUint16(at + 2, RATE_BYTES);
  writer.view.setUint16(at + 8, rate);
}

/** What stands before a fault stays. */
export function readQueueConfigReply(cursor: Cursor): Reply {
  const { port } = cursor.struct(PORT, 'a queue reply');
  const queues: QueueDesc[] = [];
  while (cursor.left > 0) {
    checkPort(cursor, port);
    const queue = readQueue(cursor);
    if (cursor.error === undefined) queues.push(queue);
  }
  return { type: 'queue_get_config_reply', port, queues };
}

function readQueue(cursor: Cursor): QueueDesc {
  cursor.has(QUEUE.size, 'a queue');
  const inner = cursor.cutSized(8, QUEUE.size, 'a queue');
  if (inner.left % 8 !== 0) cursor.fail('OFPBRC_BAD_LEN', `a queue of ${inner.left} bytes`);
  const { queueId, port } = inner.struct(QUEUE, 'a queue');
  let rates: Pick<QueueDesc, 'minRate' | 'maxRate'> = {};
  const unknown: Uint8Array[] = [];
  while (inner.left > 0) {
    const from = inner.position;
    const type = inner.peekU16(0, 'a queue property');
    const property = inner.cutSized(2, PROPERTY_HEADER_BYTES, 'a queue property');
    const size = property.left;
    if (size % 8 !== 0) cursor.fail('OFPBRC_BAD_LEN', `a queue property of ${size} bytes`);
    if (type !== MIN_RATE && type !== MAX_RATE) unknown.push(cursor.copyFrom(from, size));
    else rates = { ...rates, ...readRate(property, type) };
  }
  const others = unknown.length === 0 ? {} : { unknownProperties: joinBytes(unknown) };
  return { port, queueId, ...rates, ...others };
}

function readRate(property: Cursor, type: number): Pick<QueueDesc, 'minRate' | 'maxRate'> {
  if (property.left !== RATE_BYTES) {
    property.fail('OFPBRC_BAD_LEN', `a rate of ${property.left} bytes, expected ${RATE_BYTES}`);
  }
  property.skip(PROPERTY_HEADER_BYTES, 'a rate');
  const rate = property.u16('a rate');
  return type === MIN_RATE ? { minRate: rate } : { maxRate: rate };
}
