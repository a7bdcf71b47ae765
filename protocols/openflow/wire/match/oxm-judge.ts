/**
 * What Open vSwitch says of the fields of a match, one by one, as they come.
 *
 * The one home of what a match may mean, as distinct from how its bytes lie: masks where a field takes none, values that
 * the field has no room for, fields before what they need, fields that are there already. Which error is told first is
 * Open vSwitch's order.
 *
 * Source: OpenFlow 1.3.5 §7.2.3.6 (prerequisites), §7.5.4.5 (OFPBMC_*); judged by `ovs-ofctl ofp-print`.
 */
import { isValidValue, isZero } from '../../values/field-values.ts';
import {
  type Field,
  type FieldName,
  fieldByName,
  type RegisteredFieldName,
} from '../../values/fields.ts';
import { type FlowFields, isWild, noFields, setField } from '../../values/flow-places.ts';
import type { Match, MatchField } from '../../values/match.ts';
import { ETH_TYPE_IP, ETH_TYPE_IPV6, meetsPrerequisite } from '../../values/prerequisites.ts';
import type { Cursor } from '../cursor.ts';

/** What the options of a match may take together (Open vSwitch: TUN_METADATA_TOT_OPT_SIZE). */
const OPTION_BYTES_MAX = 256;

/** Of fields that travel with a packet instead of being a condition for packets. */
export interface Looseness {
  /** Fields that may stand there; absent: all. */
  readonly mayStand?: ((field: FieldName) => boolean) | undefined;
}

export class MatchJudge {
  readonly #cursor: Cursor;
  readonly #loose: Looseness | undefined;
  readonly #flow: FlowFields = noFields();

  /** `loose`: no field needs others before it. */
  constructor(cursor: Cursor, loose?: Looseness) {
    this.#cursor = cursor;
    this.#loose = loose;
  }

  /** The next field, which began at `from`. */
  take(item: MatchField, from: number): void {
    if (item.field === 'unknown_oxm' || this.#cursor.error !== undefined) return;
    const field = fieldByName(item.field);
    const { value, mask } = item;
    if (!field.inOvs) {
      this.#fail('OFPBMC_BAD_FIELD', `Open vSwitch has no ${field.name}`, from);
    } else if (mask !== undefined && !field.maskable && !isZero(mask)) {
      this.#fail('OFPBMC_BAD_MASK', `${field.name} takes no mask`, from);
    } else if (!isValidValue(field, value)) {
      this.#fail('OFPBMC_BAD_VALUE', `${field.name} does not take ${value}`, from);
    } else if (this.#loose === undefined && !meetsPrerequisite(this.#flow, field.prerequisite)) {
      this.#fail('OFPBMC_BAD_PREREQ', `${field.name} needs ${field.prerequisite} before it`, from);
    } else if (!isWild(this.#flow, field)) {
      this.#fail('OFPBMC_DUP_FIELD', `${field.name} is matched twice`, from);
    } else if (this.#loose?.mayStand?.(field.name) === false) {
      this.#fail('OFPBRC_PIPELINE_FIELDS_ONLY', `${field.name} is not of the pipeline`, from);
    } else {
      this.#set(field, item, from);
    }
  }

  #set(field: Field, { value, mask }: MatchField, from: number): void {
    setField(this.#flow, field, value, mask);
    if (this.#flow.optionBytes > OPTION_BYTES_MAX) {
      this.#fail('OFPBMC_BAD_VALUE', `options of more than ${OPTION_BYTES_MAX} bytes`, from);
    }
  }

  #fail(code: Parameters<Cursor['fail']>[0], detail: string, from: number): void {
    this.#cursor.fail(code, detail, from);
  }
}

const TRACKED_FAMILIES: readonly (readonly [RegisteredFieldName, number])[] = [
  ['ct_nw_src', ETH_TYPE_IP],
  ['ct_nw_dst', ETH_TYPE_IP],
  ['ct_ipv6_src', ETH_TYPE_IPV6],
  ['ct_ipv6_dst', ETH_TYPE_IPV6],
];

/** Of a flow that is to be installed: the addresses of its connection are of the family of its packets. */
export function judgeTracking(cursor: Cursor, match: Match): void {
  if (!cursor.strict || !match.some(({ field }) => field.startsWith('ct_'))) return;
  const type = match.find(({ field }) => field === 'eth_type')?.value ?? 0;
  const other = TRACKED_FAMILIES.find(
    ([name, family]) => family !== type && match.some(({ field }) => field === name),
  );
  if (other === undefined) return;
  cursor.fail('OFPBAC_MATCH_INCONSISTENT', `${other[0]} in a match of Ethernet type ${type}`);
}
