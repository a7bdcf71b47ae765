/**
 * Values of fields, bytes to ours: a number where it holds them, else a bigint. Who reads has proven that the bytes are there.
 *
 * Source: OpenFlow 1.3.5 §7.2.3.2 (all are big-endian).
 */
import type { FieldValue } from '../../values/match.ts';

/** Of a field whose length does not vary: 1, 2, 3, 4, 6, 8 or 16 bytes. */
export function valueAt(view: DataView, at: number, size: number): FieldValue {
  switch (size) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at);
    case 3:
      return view.getUint16(at) * 256 + view.getUint8(at + 2);
    case 4:
      return view.getUint32(at);
    case 6:
      return view.getUint16(at) * 0x100000000 + view.getUint32(at + 2);
    case 8:
      return view.getBigUint64(at);
    default:
      return (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8);
  }
}

/** Of any length: tunnel metadata. */
export function wideAt(view: DataView, at: number, size: number): bigint {
  let value = 0n;
  let index = at;
  for (; index + 8 <= at + size; index += 8) value = (value << 64n) | view.getBigUint64(index);
  for (; index < at + size; index++) value = (value << 8n) | BigInt(view.getUint8(index));
  return value;
}
