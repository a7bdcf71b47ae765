/**
 * Meter statistics, configurations and features.
 *
 *     requests:  meter_id:32 | pad 4; features: empty
 *     stats:     meter_id:32 | len:16 | pad 6 | flow_count:32 | packets:64 | bytes:64 | sec:32 | nsec:32 | { packets:64 | bytes:64 }*
 *     config:    length:16 | flags:16 | meter_id:32 | bands
 *     features:  max_meter:32 | band_types:32 | capabilities:32 | max_bands | max_color | pad 2
 *
 * Source: OpenFlow 1.3.5 §7.3.5.12 to §7.3.5.14.
 */
import { type Meter, type MeterFeatures, type MeterStats, OFPM_ALL } from '../../values/meter.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { putBands, readBands } from '../messages/meter.ts';
import { type MultipartCodec, putNumber, readAll, readNumber } from './codec.ts';
import { putTraffic, readTraffic } from './traffic.ts';

const STATS = layout({
  meterId: 'u32',
  length: 'u16',
  pad: 'pad6',
  flows: 'u32',
  packets: 'u64',
  bytes: 'u64',
  durationSeconds: 'u32',
  durationNanoseconds: 'u32',
});

const CONFIG = layout({ length: 'u16', flags: 'u16', meterId: 'u32' });

const FEATURES = layout({
  maxMeters: 'u32',
  bandTypes: 'u32',
  capabilities: 'u32',
  maxBands: 'u8',
  maxColor: 'u8',
  pad: 'pad2',
});

export const METER_STATS: MultipartCodec<'meter_stats'> = {
  putRequest: (writer, _version, request) => putNumber(writer, request.meterId ?? OFPM_ALL),
  readRequest: (cursor) => ({ kind: 'meter_stats', ...readMeterId(cursor) }),
  putReply: (writer, _version, { meters }) => {
    for (const meter of meters) putStats(writer, meter);
  },
  readReply: (cursor) => ({ kind: 'meter_stats', meters: readAll(cursor, readStats) }),
};

export const METER_CONFIG: MultipartCodec<'meter_config'> = {
  putRequest: (writer, _version, request) => putNumber(writer, request.meterId ?? OFPM_ALL),
  readRequest: (cursor) => ({ kind: 'meter_config', ...readMeterId(cursor) }),
  putReply: (writer, _version, { meters }) => {
    for (const meter of meters) putConfig(writer, meter);
  },
  readReply: (cursor) => ({ kind: 'meter_config', meters: readAll(cursor, readConfig) }),
};

export const METER_FEATURES: MultipartCodec<'meter_features'> = {
  putRequest: () => undefined,
  readRequest: () => ({ kind: 'meter_features' }),
  putReply: (writer, _version, reply) => putFeatures(writer, reply),
  readReply: (cursor) => ({ kind: 'meter_features', ...cursor.struct(FEATURES, 'meter features') }),
};

function readMeterId(cursor: Cursor): { meterId?: number } {
  const meterId = readNumber(cursor, 'a meter number');
  return meterId === OFPM_ALL ? {} : { meterId };
}

function putStats(writer: ByteWriter, meter: MeterStats): void {
  const mark = writer.mark();
  const at = writer.reserve(STATS.size);
  writer.view.setUint32(at, meter.meterId);
  writer.view.setUint32(at + 12, meter.flows);
  writer.view.setBigUint64(at + 16, meter.packets);
  writer.view.setBigUint64(at + 24, meter.bytes);
  writer.view.setUint32(at + 32, meter.durationSeconds);
  writer.view.setUint32(at + 36, meter.durationNanoseconds);
  putTraffic(writer, meter.bands);
  writer.patchSize(mark, 4);
}

function readStats(cursor: Cursor): MeterStats {
  const { length, ...meter } = cursor.struct(STATS, 'meter statistics');
  if (length < STATS.size) {
    cursor.fail('OFPBRC_BAD_LEN', `meter statistics say ${length} bytes and need ${STATS.size}`);
  }
  const bands = readTraffic(cursor, Math.max(length - STATS.size, 0), 'band statistics');
  return { ...meter, bands };
}

function putConfig(writer: ByteWriter, meter: Meter): void {
  const mark = writer.mark();
  const at = writer.reserve(CONFIG.size);
  writer.view.setUint16(at + 2, meter.flags);
  writer.view.setUint32(at + 4, meter.meterId);
  putBands(writer, meter.bands);
  writer.patchSize(mark, 0);
}

function readConfig(cursor: Cursor): Meter {
  const { length, flags, meterId } = cursor.struct(CONFIG, 'a meter configuration');
  return { meterId, flags, bands: readBands(cursor, length - CONFIG.size) };
}

function putFeatures(writer: ByteWriter, features: MeterFeatures): void {
  const at = writer.reserve(FEATURES.size);
  writer.view.setUint32(at, features.maxMeters);
  writer.view.setUint32(at + 4, features.bandTypes);
  writer.view.setUint32(at + 8, features.capabilities);
  writer.view.setUint8(at + 12, features.maxBands);
  writer.view.setUint8(at + 13, features.maxColor);
}
