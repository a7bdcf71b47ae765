/**
 * Bundles: OFPT_BUNDLE_CONTROL and OFPT_BUNDLE_ADD_MESSAGE, the same bodies in ONF's extension for 1.3.
 *
 *     control:  bundle_id:32 | type:16 | flags:16 | properties
 *     add:      bundle_id:32 | pad:16 | flags:16 | message | [padding to eight | properties]
 *
 * Trap: the message inside has a length of its own; what follows it is padding and properties, which we drop.
 * Sources: OpenFlow 1.4.1 §7.3.9; ONF extension 230.
 */
import { nameOf } from '../values/commands.ts';
import type { BundleAdd, BundleControl, BundleControlType } from '../values/messages.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import { layout } from './layout.ts';
import { HEADER_BYTES } from './message-types.ts';

const CONTROL_TYPES: Readonly<Record<BundleControlType, number>> = {
  open_request: 0,
  open_reply: 1,
  close_request: 2,
  close_reply: 3,
  commit_request: 4,
  commit_reply: 5,
  discard_request: 6,
  discard_reply: 7,
};

const BUNDLE = layout({ bundleId: 'u32', control: 'u16', flags: 'u16' });

export function putBundleControl(writer: ByteWriter, message: BundleControl): void {
  const at = writer.reserve(BUNDLE.size);
  writer.view.setUint32(at, message.bundleId);
  writer.view.setUint16(at + 4, CONTROL_TYPES[message.control]);
  writer.view.setUint16(at + 6, message.flags);
}

export function readBundleControl(cursor: Cursor): BundleControl {
  const { bundleId, control, flags } = cursor.struct(BUNDLE, 'a bundle control');
  const name = nameOf(CONTROL_TYPES, control);
  if (name === undefined) cursor.fail('OFPBFC_BAD_TYPE', `no bundle control ${control}`);
  cursor.rest();
  return { type: 'bundle_control', bundleId, control: name ?? 'open_request', flags };
}

export function putBundleAdd(writer: ByteWriter, message: BundleAdd): void {
  const at = writer.reserve(BUNDLE.size);
  writer.view.setUint32(at, message.bundleId);
  writer.view.setUint16(at + 6, message.flags);
  writer.put(message.message);
}

export function readBundleAdd(cursor: Cursor): BundleAdd {
  const { bundleId, flags } = cursor.struct(BUNDLE, 'a bundle add');
  const size = cursor.peekU16(2, 'the message in a bundle');
  if (size < HEADER_BYTES)
    cursor.fail('OFPBFC_MSG_BAD_LEN', `a message of ${size} bytes in a bundle`);
  const message = cursor.copy(size, 'the message in a bundle');
  cursor.rest();
  return { type: 'bundle_add', bundleId, flags, message };
}
