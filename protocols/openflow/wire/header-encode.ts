/**
 * ofp_header, our values to bytes: version | type | length:16 | xid:32. The length is patched in at the end.
 *
 * Source: OpenFlow 1.3.5 §7.1.
 */
import type { ByteWriter } from './byte-writer.ts';
import { HEADER_BYTES } from './message-types.ts';

export function putHeader(writer: ByteWriter, version: number, type: number, xid: number): void {
  const at = writer.reserve(HEADER_BYTES);
  writer.view.setUint8(at, version);
  writer.view.setUint8(at + 1, type);
  writer.view.setUint32(at + 4, xid);
}
