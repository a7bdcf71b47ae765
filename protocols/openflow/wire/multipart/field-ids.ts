/**
 * Fields by themselves, as table features name them: an OXM header, with the length that it would have with a value (and a mask).
 *
 * A tunnel option may have any length. A header that no row of the registry describes is kept; so is one of a row, in another
 * form than the version's own.
 * Source: OpenFlow 1.3.5 §7.3.5.5.2.
 */
import { type Field, fieldByName, headerForm } from '../../values/fields.ts';
import type { FieldId } from '../../values/table.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { readOxmHeader } from '../match/oxm-decode.ts';

export function putFieldIds(
  writer: ByteWriter,
  version: OpenFlowVersion,
  fields: readonly FieldId[],
): void {
  for (const id of fields) {
    if (id.field === 'unknown_oxm' || id.oxm !== undefined) {
      if (id.oxm !== undefined) writer.put(id.oxm);
      continue;
    }
    const form = headerForm(fieldByName(id.field), version);
    const at = writer.reserve(form.experimenter === 0 ? 4 : 8);
    writer.view.setUint32(at, id.masked === true ? form.maskedHeader : form.header);
    if (form.experimenter !== 0) writer.view.setUint32(at + 4, form.experimenter);
  }
}

/** Headers up to the cursor's end. `maskable`: whether a header may say that the field has a mask. */
export function readFieldIds(body: Cursor, version: OpenFlowVersion, maskable: boolean): FieldId[] {
  const fields: FieldId[] = [];
  const inner = body.cut(body.left, 'fields', 'OFPBMC_BAD_LEN');
  while (inner.left > 0) fields.push(readFieldId(inner, version));
  const masked = fields.find(
    (id) => id.field !== 'unknown_oxm' && id.masked === true && fieldByName(id.field).inOvs,
  );
  if (!maskable && masked !== undefined) {
    inner.fail('OFPBMC_BAD_MASK', `${masked.field} with a mask, where none can be`);
  }
  return fields;
}

function readFieldId(inner: Cursor, version: OpenFlowVersion): FieldId {
  const from = inner.position;
  const { field, masked, prefix, length } = readOxmHeader(inner);
  const size = inner.position - from;
  const oxm = inner.error === undefined ? inner.copyFrom(from, size) : new Uint8Array(0);
  const bytes = masked ? Math.floor((length - prefix) / 2) : length - prefix;
  if (field === undefined || (bytes !== field.bytes && !field.variable)) {
    return { field: 'unknown_oxm', oxm };
  }
  const named = masked ? { field: field.name, masked } : { field: field.name };
  return isUsual(field, version, masked, oxm) ? named : { ...named, oxm };
}

function isUsual(
  field: Field,
  version: OpenFlowVersion,
  masked: boolean,
  oxm: Uint8Array,
): boolean {
  const form = headerForm(field, version);
  const view = new DataView(oxm.buffer, oxm.byteOffset, oxm.byteLength);
  return (
    oxm.length === (form.experimenter === 0 ? 4 : 8) &&
    view.getUint32(0) === (masked ? form.maskedHeader : form.header) &&
    (form.experimenter === 0 || view.getUint32(4) === form.experimenter)
  );
}
