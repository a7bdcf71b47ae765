/**
 * Bundles: OFPT_BUNDLE_CONTROL and OFPT_BUNDLE_ADD_MESSAGE, the same bodies in ONF's extension for 1.3.
 *
 *     control:  bundle_id:32 | type:16 | flags:16 | properties
 *     add:      bundle_id:32 | pad:16 | flags:16 | message | [padding to eight | properties]
 *
 * Trap: the message inside has a header of its own, whose length, version and xid are judged too.
 * Sources: OpenFlow 1.4.1 §7.3.9; ONF extension 230.
 */
import { nameOf } from '../../values/commands.ts';
import type { MessageKind } from '../../values/message-forms.ts';
import type { BundleAdd, BundleControl, BundleControlType } from '../../values/messages.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { identifyMessage } from '../identify.ts';
import { layout } from '../layout.ts';
import { HEADER_BYTES } from '../message-types.ts';

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

/** What Open vSwitch takes into a bundle. */
const BUNDLED: readonly MessageKind[] = [
  'port_mod',
  'flow_mod',
  'nx_flow_mod',
  'group_mod',
  'packet_out',
];

const BUNDLE = layout({ bundleId: 'u32', control: 'u16', flags: 'u16' });

export function putBundleControl(writer: ByteWriter, message: BundleControl): void {
  const { bundleId, control, flags, properties } = message;
  const at = writer.reserve(BUNDLE.size);
  writer.view.setUint32(at, bundleId);
  writer.view.setUint16(at + 4, typeof control === 'number' ? control : CONTROL_TYPES[control]);
  writer.view.setUint16(at + 6, flags);
  if (properties !== undefined) writer.put(properties);
}

export function readBundleControl(cursor: Cursor): BundleControl {
  const { bundleId, control, flags } = cursor.struct(BUNDLE, 'a bundle control');
  const named = nameOf(CONTROL_TYPES, control) ?? control;
  return { type: 'bundle_control', bundleId, control: named, flags, ...readRest(cursor) };
}

function readRest(cursor: Cursor): { properties?: Uint8Array } {
  return cursor.left === 0 ? {} : { properties: cursor.rest() };
}

export function putBundleAdd(writer: ByteWriter, message: BundleAdd): void {
  const at = writer.reserve(BUNDLE.size);
  writer.view.setUint32(at, message.bundleId);
  writer.view.setUint16(at + 6, message.flags);
  const [, , high = 0, low = 0] = message.message;
  const said = high * 256 + low;
  if (said !== message.message.length) {
    throw new RangeError(`a bundled message of ${message.message.length} bytes that says ${said}`);
  }
  writer.put(message.message);
  if (message.properties !== undefined) writer.put(message.properties);
}

export function readBundleAdd(cursor: Cursor): BundleAdd {
  const { bundleId, flags } = cursor.struct(BUNDLE, 'a bundle add');
  const message = readBundled(cursor);
  return { type: 'bundle_add', bundleId, flags, message, ...readRest(cursor) };
}

function readBundled(cursor: Cursor): Uint8Array {
  const inner = cursor.cut(cursor.left, 'a message in a bundle', 'OFPBFC_MSG_BAD_LEN');
  const from = inner.position;
  if (!inner.has(HEADER_BYTES, 'the message in a bundle')) return new Uint8Array(0);
  if (cursor.bytes[from] !== cursor.bytes[0]) {
    cursor.fail('OFPBFC_BAD_VERSION', 'a message of another version in a bundle');
  }
  const size = cursor.view.getUint16(from + 2);
  if (size < HEADER_BYTES) inner.has(inner.left + 1, `a message of ${size} bytes`);
  const message = inner.copy(size, 'the message in a bundle');
  if (cursor.error !== undefined) return message;
  cursor.position = inner.position;
  if (cursor.view.getUint32(from + 4) !== cursor.view.getUint32(4)) {
    cursor.fail('OFPBFC_MSG_BAD_XID', 'a message in a bundle has another xid than its frame');
  }
  const identity = identifyMessage(message);
  if (!identity.ok || identity.value.part !== undefined || !BUNDLED.includes(identity.value.kind)) {
    const name = identity.ok ? identity.value.name : identity.error.code;
    cursor.unknown('OFPBFC_MSG_UNSUP', `${name} cannot be in a bundle`);
  }
  return message;
}
