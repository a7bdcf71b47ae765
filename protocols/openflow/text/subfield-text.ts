/**
 * A part of a field in ovs-ofctl's words: NAME[first..last], NAME[bit], or NAME[] for all of it.
 *
 * Source: ovs-actions(7), ovs-fields(7) of Open vSwitch 3.1.
 */
import type { Subfield } from '../values/actions.ts';
import { findField } from '../values/fields.ts';

export function formatSubfield({ field, offset, bits }: Subfield): string {
  const row = findField(field);
  const name = row?.headerName ?? field;
  if (offset === 0 && row !== undefined && bits === row.bits) return `${name}[]`;
  return bits === 1 ? `${name}[${offset}]` : `${name}[${offset}..${offset + bits - 1}]`;
}
