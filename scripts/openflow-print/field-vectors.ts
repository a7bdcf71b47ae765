/**
 * A flow-mod for each field of the registry that Open vSwitch knows, with what the field needs beside it.
 */
import { isValidValue } from '../../protocols/openflow/values/field-values.ts';
import { FIELDS, type Field } from '../../protocols/openflow/values/fields.ts';
import type { FieldValue, Match, MatchField } from '../../protocols/openflow/values/match.ts';
import { canonicalMatch } from '../../protocols/openflow/values/match-canonical.ts';
import type { FlowMod } from '../../protocols/openflow/values/messages.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';
import { hexOf } from './vector.ts';

export interface NamedMessage {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Options of tunnels are all alike: the first, one, and the last. */
const TUN_METADATA = ['tun_metadata0', 'tun_metadata1', 'tun_metadata63'];

/** Fields that are to have a vector. */
export const VECTOR_FIELDS: readonly Field[] = FIELDS.filter(
  ({ inOvs, variable, name }) => inOvs && (!variable || TUN_METADATA.includes(name)),
);

const item = (field: MatchField['field'], value: number, mask?: number): MatchField =>
  mask === undefined ? { field, value } : { field, value, mask };
const over = (etherType: number, protocol: number): MatchField[] => [
  item('eth_type', etherType),
  item('ip_proto', protocol),
];
const neighbour = (type: number): MatchField[] => [
  ...over(0x86dd, 58),
  item('icmpv6_type', type),
  item('icmpv6_code', 0),
];
/** +new+trk */
const TRACKED = item('ct_state', 0x21, 0x21);

/** What fields need, the least first. */
const BEGINNINGS: readonly (readonly MatchField[])[] = [
  ...[[], [item('eth_type', 0x0800)], [item('eth_type', 0x86dd)], [item('eth_type', 0x0806)]],
  ...[[item('vlan_vid', 0x1005)], [item('eth_type', 0x8847)], over(0x0800, 6), over(0x0800, 17)],
  ...[over(0x0800, 132), over(0x0800, 1), over(0x86dd, 58), neighbour(135), neighbour(136)],
  ...[[item('eth_type', 0x894f)], [item('eth_type', 0x894f), item('nsh_mdtype', 1)]],
  ...[
    [TRACKED, item('eth_type', 0x0800)],
    [TRACKED, item('eth_type', 0x86dd)],
  ],
  ...[[TRACKED, item('eth_type', 0x0800), item('ct_nw_proto', 6)]],
  ...[[TRACKED, ...over(0x0800, 6)]],
];

/** A tag, as vlan_tci and vlan_vid have it. */
const VLAN_PRESENT = 0x1005n;
const PATTERN = 0x5a3c96e17b2d48f05a3c96e17b2d48f0n;

/** Values to try, the most telling first: with a mask where the field takes one. */
function itemsOf(field: Field): MatchField[] {
  const bits = field.variable ? 64 : Math.max(field.bits, field.maskBits);
  const all = (1n << BigInt(bits)) - 1n;
  const mask = all ^ (all >> BigInt(Math.ceil(bits / 2)));
  const typed = (value: bigint): FieldValue => (field.wide ? value : Number(value));
  const values = [PATTERN & all, (PATTERN >> 64n) & all, VLAN_PRESENT & all, 6n & all, 1n, 0n];
  return values.flatMap((value) => {
    const exact = { field: field.name, value: typed(value) };
    const masked = { field: field.name, value: typed(value & mask), mask: typed(mask) };
    const isMasked = field.maskable && bits > 1 && (value & mask) !== 0n;
    return (isMasked ? [masked, exact] : [exact]).filter((one) => isValidValue(field, one.value));
  });
}

function flowMod(match: Match): FlowMod {
  const flow = { table: 0, priority: 32768, cookie: 0n, match, instructions: [] };
  return { type: 'flow_mod', command: 'add', flow };
}

/** The first that Open vSwitch would take, and write in the same way. */
function messageOf(field: Field, version: OpenFlowVersion): Uint8Array | undefined {
  const beginnings = BEGINNINGS.filter((items) => items.every((one) => one.field !== field.name));
  for (const item of itemsOf(field)) {
    for (const match of beginnings.map((beginning) => [...beginning, item])) {
      for (const form of [canonicalMatch(match, version), match]) {
        const bytes = new Uint8Array(encodeMessage(version, 1, flowMod(form)));
        const names = form.map(({ field: name }) => name);
        if (names.includes(field.name) && hexOf(bytes) === again(bytes, version)) return bytes;
      }
    }
  }
  return undefined;
}

function again(bytes: Uint8Array, version: OpenFlowVersion): string {
  const decoded = decodeMessage(bytes, { strict: true });
  return decoded.ok ? hexOf(encodeMessage(version, decoded.value.xid, decoded.value.message)) : '';
}

export function fieldMessages(version: OpenFlowVersion): NamedMessage[] {
  return VECTOR_FIELDS.flatMap((field) => {
    const bytes = messageOf(field, version);
    return bytes === undefined ? [] : [{ name: field.name, bytes }];
  });
}
