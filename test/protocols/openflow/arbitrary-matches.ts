/**
 * Random matches over every field that Open vSwitch knows, each with what it needs beside it, in the order and the form
 * in which Open vSwitch writes them.
 */
import fc from 'fast-check';
import { isValidValue } from '../../../protocols/openflow/values/field-values.ts';
import {
  FIELDS,
  type Field,
  fieldByName,
  type RegisteredFieldName,
} from '../../../protocols/openflow/values/fields.ts';
import { isWild, noFields, setField } from '../../../protocols/openflow/values/flow-places.ts';
import type { Match, MatchField } from '../../../protocols/openflow/values/match.ts';
import { canonicalMatch } from '../../../protocols/openflow/values/match-canonical.ts';
import { meetsPrerequisite } from '../../../protocols/openflow/values/prerequisites.ts';
import type { OpenFlowVersion } from '../../../protocols/openflow/values/version.ts';

type Name = RegisteredFieldName;

const item = (field: Name, value: number, mask?: number): MatchField =>
  mask === undefined ? { field, value } : { field, value, mask };
const ip = (protocol: number) => [item('eth_type', 0x0800), item('ip_proto', protocol)];
const ipv6 = (protocol: number) => [item('eth_type', 0x86dd), item('ip_proto', protocol)];
const nd = (type: number) => [...ipv6(58), item('icmpv6_type', type), item('icmpv6_code', 0)];

/** What other fields need. */
const BEGINNINGS: readonly (readonly MatchField[])[] = [
  ...[[], [], [item('eth_type', 0x0800)], [item('eth_type', 0x86dd)], [item('eth_type', 0x0806)]],
  ...[[item('eth_type', 0x8035)], [item('eth_type', 0x8847)], [item('eth_type', 0x88cc)]],
  ...[[item('eth_type', 0x894f), item('nsh_mdtype', 1)], ip(1), ip(6), ip(17), ip(132), ip(89)],
  ...[ipv6(6), ipv6(17), ipv6(132), ipv6(58), nd(135), nd(136)],
  ...[[item('packet_type', 0x10800)], [item('packet_type', 0x20001)], [item('packet_type', 0)]],
  ...[[item('vlan_vid', 0x1005)], [item('vlan_vid', 0x1000, 0x1000)], [item('vlan_vid', 0)]],
  [item('ct_state', 0x21, 0x21), item('eth_type', 0x0800)],
];

/** An option's bytes in these tests. */
const OPTION_BITS = 64;

function anyItem(field: Field): fc.Arbitrary<MatchField> {
  const bits = field.variable ? OPTION_BITS : Math.min(Math.max(field.bits, field.maskBits), 128);
  const most = (1n << BigInt(bits)) - 1n;
  const number = fc.oneof(
    fc.bigInt({ min: 0n, max: most }),
    fc.bigInt({ min: 0n, max: 5n & most }),
  );
  const typed = (value: bigint) => (field.wide ? value : Number(value));
  const exact = number
    .map((value) => ({ field: field.name, value: typed(value) }))
    .filter(({ value }) => isValidValue(field, value));
  if (!field.maskable) return exact;
  const masked = fc.tuple(number, fc.bigInt({ min: 1n, max: most })).map(([value, mask]) => ({
    field: field.name,
    value: typed(value & mask),
    mask: typed(mask),
  }));
  return fc.oneof(
    exact,
    masked.filter(({ value }) => isValidValue(field, value)),
  );
}

const MATCHABLE = FIELDS.filter((field) => field.inOvs);

/** Those that fit beside the others before them. */
function fitting(items: readonly MatchField[]): Match {
  const flow = noFields();
  return items.filter(({ field: name, value, mask }) => {
    const field = fieldByName(name as Name);
    if (!meetsPrerequisite(flow, field.prerequisite) || !isWild(flow, field)) return false;
    setField(flow, field, value, mask);
    return true;
  });
}

/** Some fields that fit a beginning; half of the time of those that need one. */
export const arbitraryFields: fc.Arbitrary<Match> = fc
  .tuple(
    fc.constantFrom(...BEGINNINGS),
    fc.array(
      fc
        .oneof(
          fc.constantFrom(...MATCHABLE.filter(({ variable }) => !variable)),
          fc.constantFrom(...MATCHABLE.filter(({ prerequisite }) => prerequisite !== 'none')),
          fc.constantFrom(...MATCHABLE),
        )
        .chain(anyItem),
      { maxLength: 12 },
    ),
  )
  .map(([beginning, items]) => fitting([...beginning, ...items]));

export function arbitraryCanonicalMatch(version: OpenFlowVersion): fc.Arbitrary<Match> {
  return arbitraryFields.map((match) => canonicalMatch(match, version));
}

const UNSAID: readonly string[] = ['tun_erspan_idx', 'tun_erspan_dir', 'tun_erspan_hwid'];
const MASK_UNSAID: readonly string[] = ['tun_gbp_flags', 'tun_gtpu_flags', 'tun_gtpu_msgtype'];

/** Refused without a table of options, as the switch's own, or where the family of the packet is another. */
const NOT_FOR_FLOWS = /^(tun_metadata\d+|recirc_id|dp_hash|ct_(nw|ipv6)_(src|dst))$/;

/** What any switch takes. */
export function arbitrarySwitchMatch(version: OpenFlowVersion): fc.Arbitrary<Match> {
  return arbitraryCanonicalMatch(version).filter(
    (match) =>
      fitting(match).length === match.length &&
      match.every(({ field }) => !NOT_FOR_FLOWS.test(field)),
  );
}

/** Of ip_frag: said like others, or not at all. */
const OTHERWISE_FRAGMENTS: readonly string[] = ['0/1', '2/2', '2/undefined'];

/**
 * Whether ofp-print says all of the match, so that it means the same again: some masks, and ERSPAN's fields of another
 * version, it does not say; and of what shares a place Open vSwitch's own order may be one that it then refuses.
 */
export function isSaidWhole(match: Match): boolean {
  if (fitting(match).length < match.length) return false;
  return match.every(
    ({ field, value, mask }) =>
      !UNSAID.includes(field) &&
      !(field === 'packet_type' && value === 0) &&
      !(field.startsWith('tun_metadata') && /^(ff)+$/.test(mask?.toString(16) ?? '')) &&
      !(field === 'ip_frag' && OTHERWISE_FRAGMENTS.includes(`${value}/${mask}`)) &&
      !(MASK_UNSAID.includes(field) && mask !== undefined) &&
      !(field === 'tun_erspan_ver' && mask !== undefined) &&
      !(field === 'tcp_flags' && mask === 0xfff) &&
      !(field.startsWith('nsh_c') && match.every((other) => other.field !== 'nsh_mdtype')),
  );
}
