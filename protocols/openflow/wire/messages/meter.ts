/**
 * Meters: OFPT_METER_MOD, and what it shares with the meter multiparts.
 *
 *     meter_mod:    command:16 | flags:16 | meter_id:32 | bands
 *     band:         type:16 | len:16 = 16 | rate:32 | burst_size:32 | (1 drop) pad 4, (2 dscp_remark) prec_level | pad 3
 *
 * Trap: of a delete nothing but the number counts.
 * Source: OpenFlow 1.3.5 §7.3.4.4.
 */
import { nameOf } from '../../values/commands.ts';
import {
  METER_COMMANDS,
  METER_KBPS,
  METER_PKTPS,
  type MeterBand,
  type MeterMod,
} from '../../values/meter.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';

const MOD = layout({ command: 'u16', flags: 'u16', meterId: 'u32' });

const BAND = layout({
  type: 'u16',
  length: 'u16',
  rate: 'u32',
  burst: 'u32',
  precedence: 'u8',
  pad: 'pad3',
});

const BAND_TYPE = { drop: 1, dscp_remark: 2 } as const;

export function putMeterMod(writer: ByteWriter, mod: MeterMod): void {
  const at = writer.reserve(MOD.size);
  writer.view.setUint16(at, METER_COMMANDS[mod.command]);
  writer.view.setUint32(at + 4, mod.meterId);
  if (mod.command === 'delete') return;
  writer.view.setUint16(at + 2, mod.flags);
  putBands(writer, mod.bands);
}

export function readMeterMod(cursor: Cursor): MeterMod {
  const { command: number, flags, meterId } = cursor.struct(MOD, 'a meter-mod');
  const command = nameOf(METER_COMMANDS, number);
  if (command === undefined) cursor.fail('OFPMMFC_BAD_COMMAND', `no meter command ${number}`);
  if (command === undefined || command === 'delete') return { command: 'delete', meterId };
  if ((flags & METER_KBPS) !== 0 && (flags & METER_PKTPS) !== 0) {
    cursor.fail('OFPMMFC_BAD_FLAGS', 'a meter of both kbit/s and packets/s');
  }
  return { command, meterId, flags, bands: readBands(cursor, cursor.left) };
}

export function putBands(writer: ByteWriter, bands: readonly MeterBand[]): void {
  for (const band of bands) {
    if (band.type === 'unknown') {
      writer.put(band.bytes);
      continue;
    }
    const at = writer.reserve(BAND.size);
    writer.view.setUint16(at, BAND_TYPE[band.type]);
    writer.view.setUint16(at + 2, BAND.size);
    writer.view.setUint32(at + 4, band.rate);
    writer.view.setUint32(at + 8, band.burst);
    if (band.type === 'dscp_remark') writer.view.setUint8(at + 12, band.precedence);
  }
}

/** Bands in the next `size` bytes. */
export function readBands(cursor: Cursor, size: number): MeterBand[] {
  const bands: MeterBand[] = [];
  if (size < 0) cursor.fail('OFPBRC_BAD_LEN', 'a meter ends before its bands');
  const inner = cursor.cut(Math.max(size, 0), 'meter bands');
  while (inner.left > 0) bands.push(readBand(inner));
  return bands;
}

function readBand(cursor: Cursor): MeterBand {
  const from = cursor.position;
  const { type, length, rate, burst, precedence } = cursor.struct(BAND, 'a meter band');
  if (length !== BAND.size && cursor.error === undefined) {
    cursor.fail('OFPBRC_BAD_LEN', `a meter band of ${length} bytes, expected ${BAND.size}`);
  }
  if (type === BAND_TYPE.drop) return { type: 'drop', rate, burst };
  if (type === BAND_TYPE.dscp_remark) return { type: 'dscp_remark', rate, burst, precedence };
  cursor.unknown('OFPMMFC_BAD_BAND', `no meter band of type ${type}`, from);
  return { type: 'unknown', bytes: cursor.copyFrom(from, BAND.size) };
}
