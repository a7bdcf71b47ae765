/**
 * The order in which Open vSwitch lists fields where a set of them is shown: the registry's, with tunnel options before metadata.
 *
 * Source: ovs-fields(7) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { FIELDS, type Field, fieldByName } from './fields.ts';

const METADATA = fieldByName('metadata').index;

/** To be compared only. */
export function fieldRank({ index, variable }: Field): number {
  return variable ? METADATA - 1 + index / (FIELDS.length + 1) : index;
}

export const FIELDS_IN_ORDER: readonly Field[] = [...FIELDS].sort(
  (left, right) => fieldRank(left) - fieldRank(right),
);
