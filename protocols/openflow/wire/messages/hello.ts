/**
 * OFPT_HELLO: elements of type:16 | length:16 | …, padded to eight; element 1 is a bitmap of versions.
 *
 * Traps: bit 0 of the first word is version 0, which there is not; a hello without a bitmap offers everything up to its
 * header's version. A hello is never refused: what is not understood is kept, and the elements before it count.
 * Source: OpenFlow 1.3.5 §7.5.1, §6.3.1.
 */
import type { Hello } from '../../values/messages.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { UnfitNumber } from '../number-view.ts';

const VERSION_BITMAP = 1;
const ELEMENT_HEADER_BYTES = 4;
/** ofp_header.version has 8 bits. */
const VERSION_MAX = 255;

export function putHello(writer: ByteWriter, hello: Hello): void {
  const { versions, elements } = hello;
  if (elements !== undefined) writer.put(elements);
  if (elements !== undefined || versions === undefined) return;
  const wrong = versions.find((version) => (version & VERSION_MAX) !== version);
  if (wrong !== undefined) throw new UnfitNumber(wrong, 8);
  const words = Math.floor(Math.max(0, ...versions) / 32) + 1;
  const mark = writer.mark();
  const at = writer.reserve(ELEMENT_HEADER_BYTES + words * 4);
  writer.view.setUint16(at, VERSION_BITMAP);
  writer.view.setUint16(at + 2, ELEMENT_HEADER_BYTES + words * 4);
  for (const version of versions) {
    const word = at + 4 + Math.floor(version / 32) * 4;
    writer.view.setUint32(word, (writer.view.data.getUint32(word) | (1 << (version % 32))) >>> 0);
  }
  writer.padTo8(mark);
}

export function readHello(cursor: Cursor): Hello {
  const elements = cursor.rest();
  const view = new DataView(elements.buffer);
  let versions: readonly number[] | undefined;
  let isUnderstood = true;
  let at = 0;
  while (at < elements.length) {
    const size = elements.length - at < ELEMENT_HEADER_BYTES ? 0 : view.getUint16(at + 2);
    const padded = (size + 7) & ~7;
    if (size < ELEMENT_HEADER_BYTES || at + padded > elements.length) {
      isUnderstood = false;
      break;
    }
    const bitmap = view.getUint16(at) === VERSION_BITMAP ? readBitmap(view, at, size) : undefined;
    if (bitmap === undefined) isUnderstood = false;
    else versions = bitmap;
    at += padded;
  }
  return {
    type: 'hello',
    ...(versions === undefined ? {} : { versions }),
    ...(isUnderstood ? {} : { elements }),
  };
}

/** undefined: there is no version in its first word, the only one that counts. */
function readBitmap(view: DataView, at: number, size: number): number[] | undefined {
  const bytes = size - ELEMENT_HEADER_BYTES;
  if (bytes === 0 || bytes % 4 !== 0) return undefined;
  const versions: number[] = [];
  for (let base = 0; base < bytes * 8 && base <= VERSION_MAX; base += 32) {
    const word = view.getUint32(at + ELEMENT_HEADER_BYTES + base / 8);
    for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) versions.push(base + bit);
  }
  return versions.some((version) => version > 0 && version < 32) ? versions : undefined;
}
