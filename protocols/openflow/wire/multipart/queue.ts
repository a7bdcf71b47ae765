/**
 * Queue statistics and, from OpenFlow 1.4 on, queue descriptions.
 *
 *     requests:     port_no:32 | queue_id:32
 *     stats 1.3:    port_no:32 | queue_id:32 | bytes:64 | packets:64 | errors:64 | sec:32 | nsec:32
 *     stats 1.4:    length:16 | pad 6 | the same as 1.3 | properties (none is defined)
 *     desc 1.4:     port_no:32 | queue_id:32 | len:16 | pad 6 | properties (1 min_rate, 2 max_rate: rate:16 | pad 2)
 *
 * Sources: OpenFlow 1.3.5 §7.3.5.8; OpenFlow 1.4.1 §7.3.5.8, §7.3.5.10.
 */
import type { QueueFilter } from '../../values/multipart.ts';
import { ALL_QUEUES, type QueueDesc, type QueueStats } from '../../values/port-stats.ts';
import { OFPP_ANY } from '../../values/ports.ts';
import { OPENFLOW_14, type OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { checkPort } from '../port-number.ts';
import { putProperty, readProperties } from '../property.ts';
import { requireVersion } from '../require-version.ts';
import { type MultipartCodec, readAll } from './codec.ts';

const STATS = layout({
  port: 'u32',
  queueId: 'u32',
  bytes: 'u64',
  packets: 'u64',
  errors: 'u64',
  durationSeconds: 'u32',
  durationNanoseconds: 'u32',
});

const STATS_HEADER_14_BYTES = 8;

const DESC = layout({ port: 'u32', queueId: 'u32', length: 'u16', pad: 'pad6' });

const RATE_PROPERTY = { minRate: 1, maxRate: 2 } as const;
const RATE_BYTES = 8;

export const QUEUE_STATS: MultipartCodec<'queue_stats'> = {
  putRequest: (writer, _version, request) => putFilter(writer, request),
  readRequest: (cursor) => ({ kind: 'queue_stats', ...readFilter(cursor) }),
  putReply: (writer, version, { queues }) => {
    for (const queue of queues) putStats(writer, version, queue);
  },
  readReply: (cursor, version) => ({
    kind: 'queue_stats',
    queues: readAll(cursor, version < 5 ? readStats : readStats14),
  }),
};

export const QUEUE_DESC: MultipartCodec<'queue_desc'> = {
  putRequest: (writer, _version, request) => putFilter(writer, request),
  readRequest: (cursor) => ({ kind: 'queue_desc', ...readFilter(cursor) }),
  putReply: (writer, _version, { queues }) => {
    for (const queue of queues) putDesc(writer, queue);
  },
  readReply: (cursor) => ({ kind: 'queue_desc', queues: readAll(cursor, readDesc) }),
};

function putFilter(writer: ByteWriter, { port, queueId }: QueueFilter): void {
  const at = writer.reserve(8);
  writer.view.setUint32(at, port ?? OFPP_ANY);
  writer.view.setUint32(at + 4, queueId ?? ALL_QUEUES);
}

function readFilter(cursor: Cursor): QueueFilter {
  const port = cursor.u32('a port number');
  const queueId = cursor.u32('a queue number');
  checkPort(cursor, port);
  return {
    ...(port === OFPP_ANY ? {} : { port }),
    ...(queueId === ALL_QUEUES ? {} : { queueId }),
  };
}

function putStats(writer: ByteWriter, version: OpenFlowVersion, queue: QueueStats): void {
  requireVersion(version, OPENFLOW_14, queue.unknownProperties, 'a property of queue statistics');
  const mark = writer.mark();
  if (version >= 5) writer.reserve(STATS_HEADER_14_BYTES);
  const at = writer.reserve(STATS.size);
  writer.view.setUint32(at, queue.port);
  writer.view.setUint32(at + 4, queue.queueId);
  writer.view.setBigUint64(at + 8, queue.bytes);
  writer.view.setBigUint64(at + 16, queue.packets);
  writer.view.setBigUint64(at + 24, queue.errors);
  writer.view.setUint32(at + 32, queue.durationSeconds);
  writer.view.setUint32(at + 36, queue.durationNanoseconds);
  if (version < 5) return;
  if (queue.unknownProperties !== undefined) writer.put(queue.unknownProperties);
  writer.patchSize(mark, 0);
}

function readStats(cursor: Cursor): QueueStats {
  const stats = cursor.struct(STATS, 'queue statistics');
  checkPort(cursor, stats.port);
  return { ...stats };
}

function readStats14(cursor: Cursor): QueueStats {
  const least = STATS_HEADER_14_BYTES + STATS.size;
  const inner = cursor.cutSized(0, least, 'queue statistics');
  inner.skip(STATS_HEADER_14_BYTES, 'queue statistics');
  const stats = readStats(inner);
  const unknownProperties = inner.rest();
  return unknownProperties.length === 0 ? stats : { ...stats, unknownProperties };
}

function putDesc(writer: ByteWriter, queue: QueueDesc): void {
  const mark = writer.mark();
  const at = writer.reserve(DESC.size);
  writer.view.setUint32(at, queue.port);
  writer.view.setUint32(at + 4, queue.queueId);
  for (const name of ['minRate', 'maxRate'] as const) {
    const rate = queue[name];
    if (rate === undefined) continue;
    const value = putProperty(writer, RATE_PROPERTY[name], RATE_BYTES);
    writer.view.setUint16(value, rate);
  }
  if (queue.unknownProperties !== undefined) writer.put(queue.unknownProperties);
  writer.patchSize(mark, 8);
}

function readDesc(cursor: Cursor): QueueDesc {
  const { port, queueId, length } = cursor.struct(DESC, 'a queue description');
  checkPort(cursor, port);
  if (length < DESC.size || length % 8 !== 0) {
    cursor.fail('OFPBRC_BAD_LEN', `a queue description of ${length} bytes`);
  }
  const inner = cursor.cut(Math.max(length - DESC.size, 0), 'a queue description');
  const properties = readProperties<Pick<QueueDesc, 'minRate' | 'maxRate'>>(
    inner,
    ({ type, body }) => {
      if (type === RATE_PROPERTY.minRate) return { minRate: body.u16('a rate') };
      return type === RATE_PROPERTY.maxRate ? { maxRate: body.u16('a rate') } : undefined;
    },
  );
  return { port, queueId, ...properties };
}
