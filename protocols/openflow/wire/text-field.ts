/**
 * Texts in fixed fields: UTF-8, ended by a zero byte or by the field's end. Bytes that are no UTF-8 are read as U+FFFD, and so are
 * not written again as they were.
 *
 * Source: OpenFlow 1.3.5 §7.2.1 (port names), §7.3.5.1 (descriptions).
 */
import type { ByteWriter } from './byte-writer.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Cut to leave room for the zero byte, like the switches do; `at` has `size` zeros. */
export function putText(writer: ByteWriter, at: number, size: number, text: string): void {
  encoder.encodeInto(text, writer.bytes.subarray(at, at + size - 1));
}

/** As many bytes as it takes, without a zero byte. */
export function textBytes(text: string): Uint8Array {
  return encoder.encode(text);
}
