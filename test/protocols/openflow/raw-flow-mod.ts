/**
 * Flow-mods around TLVs that no encoder of ours would write: malformed ones, other headers of a field.
 */
import type { Field, HeaderForm } from '../../../protocols/openflow/values/fields.ts';
import type { OpenFlowVersion } from '../../../protocols/openflow/values/version.ts';

/** A value, and its mask when there is one. */
export type Content = readonly [value: bigint, mask?: bigint];

function digits(value: bigint | number, bytes: number): string {
  return bytes === 0 ? '' : value.toString(16).padStart(bytes * 2, '0');
}

/** One TLV in hexadecimal, under any of the field's headers. `bytes`: of the value. */
export function tlv(
  field: Field,
  [value, mask]: Content,
  form: HeaderForm | undefined = field.forms.at(-1),
  bytes = field.bytes,
): string {
  if (form === undefined) throw new Error(`${field.name} has no header`);
  const { oxmClass, experimenter, number } = form;
  const masked = mask !== undefined;
  const prefix = experimenter === 0 ? 0 : 4;
  return [
    digits(oxmClass, 2),
    digits(number * 2 + (masked ? 1 : 0), 1),
    digits(prefix + bytes * (masked ? 2 : 1), 1),
    digits(experimenter, prefix),
    digits(value, bytes),
    masked ? digits(mask, bytes) : '',
  ].join('');
}

/** OFPT_FLOW_MOD, add, without instructions; the match's TLVs in hexadecimal. */
export function rawFlowMod(version: OpenFlowVersion, tlvs: string): Uint8Array {
  const size = 4 + tlvs.length / 2;
  const padding = '00'.repeat((8 - (size % 8)) % 8);
  const match = `0001${digits(size, 2)}${tlvs}${padding}`;
  const fixed = `${'00'.repeat(22)}8000${'ff'.repeat(12)}00000000`;
  const length = 8 + (fixed.length + match.length) / 2;
  return Buffer.from(`0${version}0e${digits(length, 2)}00000007${fixed}${match}`, 'hex');
}
