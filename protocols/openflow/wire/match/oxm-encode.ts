/**
 * OXM TLVs and ofp_match, our values to bytes.
 *
 *     class:16 | field:7 hasmask:1 | length:8 | [experimenter:32] | value | [mask]
 *
 * A match is written in the order in which it comes; canonicalMatch (match-canonical.ts) brings one into Open vSwitch's.
 * Traps: of an experimenter TLV the length counts the experimenter's four bytes, of a masked one value and mask. Two
 * fields have another header in OpenFlow 1.5 than before (tcp_flags, actset_output). tun_metadata is as long as its
 * option, or where nobody says as short as its value.
 *
 * Source: OpenFlow 1.3.5 §7.2.3.1 to §7.2.3.4; ovs-fields(7) of Open vSwitch 3.1 (tun_metadata).
 */
import { bytesIn } from '../../values/field-values.ts';
import { type Field, findField, type HeaderVersion, headerForm } from '../../values/fields.ts';
import type { FieldValue, Match, MatchField } from '../../values/match.ts';
import type { ByteWriter } from '../byte-writer.ts';

const OFPMT_OXM = 1;
const TLV_HEADER_BYTES = 4;

/** ofp_match: type, length without padding, the TLVs, zeros up to a multiple of eight. */
export function putMatch(writer: ByteWriter, match: Match, version: HeaderVersion): void {
  const mark = writer.mark();
  writer.view.setUint16(writer.reserve(4), OFPMT_OXM);
  putMatchFields(writer, match, version);
  writer.patchSize(mark, 2);
  writer.padTo8(mark);
}

/** The TLVs alone, without header or padding. */
export function putMatchFields(writer: ByteWriter, match: Match, version: HeaderVersion): void {
  for (let index = 0; index < match.length; index++) {
    putMatchField(writer, match[index] as MatchField, version);
  }
}

function putMatchField(writer: ByteWriter, item: MatchField, version: HeaderVersion): void {
  const field = findField(item.field);
  if (field !== undefined) putOxm(writer, field, item.value, item.mask, version, item.bytes);
  else putKept(writer, item);
}

/** A TLV that nobody here knows. Of another size than it says it would make others of what follows. */
function putKept(writer: ByteWriter, { field, oxm }: MatchField): void {
  if (oxm === undefined) throw new TypeError(`a match on ${field} without its bytes`);
  const said = TLV_HEADER_BYTES + (oxm[3] ?? 0);
  if (said !== oxm.length) throw new RangeError(`a TLV of ${oxm.length} bytes that says ${said}`);
  writer.put(oxm);
}

/** One TLV with its value, and its mask when there is one. `bytes`: of tun_metadata, see MatchField. */
export function putOxm(
  writer: ByteWriter,
  field: Field,
  value: FieldValue,
  mask: FieldValue | undefined,
  version: HeaderVersion,
  bytes?: number,
): void {
  if (field.variable) {
    putOption(writer, field, value, mask, bytes);
    return;
  }
  putOxmHeader(writer, field, mask !== undefined, version);
  putValue(writer, field.bytes, value);
  if (mask !== undefined) putValue(writer, field.bytes, mask);
}

/** The header alone, as actions name a field (with the length that it would have with a value). */
export function putOxmHeader(
  writer: ByteWriter,
  field: Field,
  masked: boolean,
  version: HeaderVersion,
): void {
  const { experimenter, header, maskedHeader } = headerForm(field, version);
  const at = writer.reserve(experimenter === 0 ? 4 : 8);
  writer.view.setUint32(at, masked ? maskedHeader : header);
  if (experimenter !== 0) writer.view.setUint32(at + 4, experimenter);
}

/** tun_metadata: value and mask of one length, which the header says. */
function putOption(
  writer: ByteWriter,
  field: Field,
  value: FieldValue,
  mask: FieldValue | undefined,
  bytes: number | undefined,
): void {
  const least = Math.max(bytesIn(value), mask === undefined ? 0 : bytesIn(mask));
  const size = Math.max(least, bytes ?? 0);
  const masked = mask !== undefined;
  if (size > field.bytes)
    throw new RangeError(`${field.name} of ${size} bytes; ${field.bytes} fit`);
  const header = masked ? field.maskedHeader : field.header;
  const at = writer.reserve(4);
  writer.view.setUint32(at, header - (header & 0xff) + size * (masked ? 2 : 1));
  const from = writer.reserve(masked ? size * 2 : size);
  writer.view.setWide(from, size, value);
  if (masked) writer.view.setWide(from + size, size, mask);
}

function putValue(writer: ByteWriter, size: number, value: FieldValue): void {
  const at = writer.reserve(size);
  const view = writer.view;
  if (typeof value === 'bigint') {
    if (size === 8) view.setBigUint64(at, value);
    else view.setWide(at, size, value);
  } else if (size === 4) view.setUint32(at, value);
  else if (size === 2) view.setUint16(at, value);
  else if (size === 1) view.setUint8(at, value);
  else if (size === 6) view.setUint48(at, value);
  else view.setWide(at, size, value);
}
