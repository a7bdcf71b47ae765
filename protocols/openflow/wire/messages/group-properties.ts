/**
 * Properties of a group in OpenFlow 1.5. Open vSwitch has one: how a select group picks its bucket.
 *
 *     0xffff | length:16 | experimenter:32 = 0x154d | exp_type:32 = 1 | pad 4 | method 16 | param:64 | OXM TLVs (values are masks)
 *
 * Traps: Open vSwitch 2.4 wrote the experimenter 0x1540. `length` has no padding, the fields' TLVs no mask.
 * Source: OpenFlow 1.5.1 §7.3.4.3.2; netronome-ext.h of Open vSwitch 3.1.
 */
import { fieldRank } from '../../values/field-order.ts';
import { fieldByName, type RegisteredFieldName } from '../../values/fields.ts';
import type { GroupProperties, GroupSelection, GroupType } from '../../values/group.ts';
import type { MatchField } from '../../values/match.ts';
import { OPENFLOW_15, type OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { readOxm } from '../match/oxm-decode.ts';
import { putMatchFields } from '../match/oxm-encode.ts';
import {
  beginExperimenterProperty,
  EXPERIMENTER_PROPERTY,
  endProperty,
  joinBytes,
  keptProperty,
  type Property,
  readProperty,
  unknownProperty,
} from '../property.ts';
import { requireVersion } from '../require-version.ts';
import { putText, textOf } from '../text-field.ts';

const NETRONOME = 0x154d;
const NETRONOME_24 = 0x1540;
const SELECTION_METHOD = 1;
const METHOD_BYTES = 16;
/** In the second half of an OXM header. */
const HAS_MASK = 0x100;
const OXM_HEADER_BYTES = 4;
const OXM_EXPERIMENTER = 0xffff;

const SELECTION = layout({ pad: 'pad4', method: 'b16', param: 'u64' });

export function putGroupProperties(
  writer: ByteWriter,
  version: OpenFlowVersion,
  group: GroupProperties,
): void {
  requireVersion(version, OPENFLOW_15, group.selection, 'a selection method of a group');
  requireVersion(version, OPENFLOW_15, group.unknownProperties, 'a property of a group');
  if (group.selection !== undefined) putSelection(writer, group.selection);
  if (group.unknownProperties !== undefined) writer.put(group.unknownProperties);
}

function putSelection(writer: ByteWriter, { method, param, fields }: GroupSelection): void {
  const masked = fields.find(({ mask }) => mask !== undefined);
  if (masked !== undefined) {
    throw new TypeError(`${masked.field} of a selection method with a mask: its value is the mask`);
  }
  const mark = beginExperimenterProperty(writer, NETRONOME, SELECTION_METHOD);
  const at = writer.reserve(SELECTION.size);
  putText(writer, at + 4, METHOD_BYTES, method);
  writer.view.setBigUint64(at + 20, param);
  putMatchFields(writer, fields, 6);
  endProperty(writer, mark);
}

/**
 * Properties up to the cursor's end. `allowed`: whether the message around is one that may choose a selection method; undefined for a
 * command that nobody knows, as `type` is for a type.
 */
export function readGroupProperties(
  cursor: Cursor,
  type: GroupType | undefined,
  allowed: boolean | undefined,
): GroupProperties {
  const unknown: Uint8Array[] = [];
  let selection: GroupSelection | undefined;
  while (cursor.left > 0) {
    const property = readProperty(cursor);
    if (!isSelection(property)) {
      unknown.push(unknownProperty(cursor, property, 'a group'));
      continue;
    }
    checkSelectionAllowed(cursor, type, allowed);
    const read = readSelection(cursor, property);
    if (read === undefined) unknown.push(keptProperty(cursor, property));
    else selection = read;
  }
  return {
    ...(selection === undefined ? {} : { selection }),
    ...(unknown.length === 0 ? {} : { unknownProperties: joinBytes(unknown) }),
  };
}

function isSelection({ type, experimenter, experimenterType }: Property): boolean {
  return (
    type === EXPERIMENTER_PROPERTY &&
    (experimenter === NETRONOME || experimenter === NETRONOME_24) &&
    experimenterType === SELECTION_METHOD
  );
}

function checkSelectionAllowed(
  cursor: Cursor,
  type: GroupType | undefined,
  allowed: boolean | undefined,
): void {
  if (type === undefined) {
    cursor.unknown('OFPGMFC_BAD_TYPE', 'a selection method for a group of no known type');
  } else if (type !== 'select' || allowed === false) {
    cursor.fail('OFPBPC_BAD_VALUE', `a selection method for a group of type ${type}`);
  } else if (allowed === undefined) {
    cursor.fail('OFPGMFC_BAD_COMMAND', 'a selection method for a command that is none');
  }
}

/** undefined: a method that we do not know. */
function readSelection(cursor: Cursor, { body }: Property): GroupSelection | undefined {
  const { method: bytes, param } = body.struct(SELECTION, 'a selection method');
  const method = textOf(bytes);
  if (cursor.error !== undefined) return undefined;
  if (method !== 'hash' && method !== 'dp_hash') {
    cursor.unknown('OFPBPC_BAD_VALUE', `no selection method '${method}'`);
    return undefined;
  }
  if (method === 'dp_hash' && body.left > 0) {
    cursor.fail('OFPBPC_BAD_VALUE', 'the selection method dp_hash takes no fields');
  }
  return { method, param, fields: readFieldMasks(body) };
}

/** In Open vSwitch's order, each once. */
function readFieldMasks(body: Cursor): MatchField[] {
  const fields: MatchField[] = [];
  const inner = body.cut(body.left, 'fields of a selection method', 'OFPBMC_BAD_LEN');
  while (inner.left > 0) {
    refuseMask(inner);
    const item = readOxm(inner);
    if (inner.error !== undefined) break;
    checkFieldMask(inner, item, fields);
    fields.push(item);
  }
  return fields.sort((left, right) => rank(left) - rank(right));
}

/** No field has a mask here; where one stands, bits outside of it are told first. */
function refuseMask(inner: Cursor): void {
  const behind = inner.peekU16(2, 'a field');
  const size = behind & 0xff;
  const experimenter = inner.peekU16(0, 'a field') === OXM_EXPERIMENTER ? OXM_HEADER_BYTES : 0;
  if ((behind & HAS_MASK) === 0 || !inner.has(OXM_HEADER_BYTES + size, 'a field')) return;
  if (size < experimenter) inner.fail('OFPBMC_BAD_LEN', `an experimenter OXM of ${size} bytes`);
  const from = inner.position + OXM_HEADER_BYTES + experimenter;
  const width = (size - experimenter) >> 1;
  for (let at = from; at < from + width; at++) {
    if ((inner.view.getUint8(at) & ~inner.view.getUint8(at + width)) !== 0) {
      inner.fail(
        'OFPBMC_BAD_WILDCARDS',
        'a field of a selection method with bits outside its mask',
      );
    }
  }
  inner.fail('OFPBMC_BAD_MASK', 'a field of a selection method with a mask of its own');
}

function checkFieldMask(inner: Cursor, item: MatchField, before: readonly MatchField[]): void {
  if (item.field === 'unknown_oxm') {
    inner.unknown('OFPBMC_BAD_FIELD', 'a selection method by a field that nobody knows');
    return;
  }
  if (before.some(({ field }) => field === item.field)) {
    inner.fail('OFPBMC_DUP_FIELD', `${item.field} twice in a selection method`);
  }
  const { maskable, fullMask } = fieldByName(item.field as RegisteredFieldName);
  const value = BigInt(item.value);
  if (!maskable && value !== 0n && value !== BigInt(fullMask)) {
    inner.fail('OFPBMC_BAD_MASK', `${item.field} of a selection method cannot be masked`);
  }
}

function rank({ field }: MatchField): number {
  return field === 'unknown_oxm'
    ? Number.POSITIVE_INFINITY
    : fieldRank(fieldByName(field as RegisteredFieldName));
}
