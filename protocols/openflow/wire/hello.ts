/**
 * OFPT_HELLO: elements of type:16 | length:16 | …, padded to eight; element 1 is a bitmap of versions.
 *
 * Trap: bit 0 of the first word is version 0; a hello without a bitmap offers everything up to its header's version.
 * Source: OpenFlow 1.3.5 §7.5.1, §6.3.1.
 */
import type { Hello } from '../values/messages.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';

const VERSION_BITMAP = 1;

export function putHello(writer: ByteWriter, hello: Hello): void {
  const versions = hello.versions;
  if (versions === undefined) return;
  const words = Math.floor(Math.max(0, ...versions) / 32) + 1;
  const mark = writer.mark();
  const at = writer.reserve(4 + words * 4);
  writer.view.setUint16(at, VERSION_BITMAP);
  writer.view.setUint16(at + 2, 4 + words * 4);
  for (const version of versions) {
    const word = at + 4 + Math.floor(version / 32) * 4;
    writer.view.setUint32(word, writer.view.getUint32(word) | (1 << (version % 32)));
  }
  writer.padTo8(mark);
}

export function readHello(cursor: Cursor): Hello {
  let versions: number[] | undefined;
  while (cursor.left > 0) {
    const type = cursor.peekU16(0, 'a hello element');
    const size = cursor.peekU16(2, 'a hello element');
    const element = cursor.cutSized(2, 4, 'a hello element');
    if (type === VERSION_BITMAP) versions = readBitmap(element);
    cursor.skip(Math.min(cursor.left, (8 - (size & 7)) & 7), 'padding');
  }
  return versions === undefined ? { type: 'hello' } : { type: 'hello', versions };
}

function readBitmap(element: Cursor): number[] {
  const versions: number[] = [];
  element.skip(4, 'a hello element');
  for (let base = 0; element.left >= 4; base += 32) {
    const word = element.u32('a version bitmap');
    for (let bit = 0; bit < 32 && base + bit < 256; bit++) {
      if ((word >>> bit) & 1) versions.push(base + bit);
    }
  }
  return versions;
}
