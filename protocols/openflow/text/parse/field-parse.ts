/**
 * Values, masks and parts of fields as ovs-ofctl takes them: `10.0.0.0/8`, `0x1/0xff`, `+trk-new`, `NXM_NX_REG0[0..15]`.
 *
 * A value that does not fit is refused with a sentence, where ovs-ofctl would cut it in some fields without a word.
 * Source: ovs-fields(7) ("Value formats", "Access and masking"), ovs-actions(7) ("Fields and subfields").
 */
import {
  ipv4ToNumber,
  ipv6ToBigInt,
  macToNumber,
  parseIp,
  parseMac,
} from '../../../base/addresses.ts';
import type { Subfield } from '../../values/actions.ts';
import {
  FIELDS,
  type Field,
  findField,
  findFieldByHeaderName,
  findOvsField,
} from '../../values/fields.ts';
import type { FieldValue } from '../../values/match.ts';
import {
  CT_STATE_WORDS,
  type FlagWords,
  parseFlags,
  TCP_FLAG_WORDS,
  TUN_FLAG_WORDS,
} from '../flag-words.ts';
import { suggestion } from '../suggestion.ts';
import { type ParseFailure, type ParseResult, parsed, unparsed } from './parse-result.ts';
import { parseInteger, parsePort } from './value-number-parse.ts';

/** `mask`: undefined when every bit counts. The value may have bits outside the mask, as it was written. */
export interface ParsedFieldValue {
  readonly ok: true;
  readonly value: FieldValue;
  readonly mask: FieldValue | undefined;
}

/** VALUE or VALUE/MASK in the field's own language; `*` for no bit at all. */
export function parseFieldValue(
  field: Field,
  text: string,
  word: string = field.ovsName,
): ParsedFieldValue | ParseFailure {
  if (text === '*') return whole(field, 0n, 0n);
  const result = parseKind(field, text, word);
  if (!result.ok || result.mask === undefined || field.maskable) return result;
  if (BigInt(result.mask) === 0n) return result;
  return unparsed(`${word}=${text}: ${word} takes no mask; leave out what follows the slash`);
}

function parseKind(field: Field, text: string, word: string): ParsedFieldValue | ParseFailure {
  switch (field.kind) {
    case 'decimal':
    case 'hex':
      return parseWithMask(field, text, word, numbers(field), parseInteger);
    case 'mac':
      return parseWithMask(field, text, word, 'an Ethernet address such as 02:00:00:00:00:01', mac);
    case 'ipv4':
      return parseWithMask(field, text, word, 'an IPv4 address such as 10.0.0.0/8', ipv4, prefixOf);
    case 'ipv6':
      return parseWithMask(field, text, word, 'an IPv6 address such as fd00::/64', ipv6, prefixOf);
    case 'port': {
      const port = parsePort(`${word}=${text}`, text);
      return port.ok ? whole(field, BigInt(port.value % 2 ** (field.bytes * 8)), undefined) : port;
    }
    case 'ct_state':
      return flags(field, text, word, CT_STATE_WORDS);
    case 'tcp_flags':
      return flags(field, text, word, TCP_FLAG_WORDS);
    case 'tun_flags':
      return flags(field, text, word, TUN_FLAG_WORDS);
    case 'frag':
      return parseFragment(field, text, word);
    case 'packet_type':
      return parsePacketType(field, text, word);
  }
}

/** In the type of the field's values; a full mask is none. */
function whole(field: Field, value: bigint, mask: bigint | undefined): ParsedFieldValue {
  const full = mask === undefined || mask === BigInt(field.fullMask);
  return { ok: true, value: typed(field, value), mask: full ? undefined : typed(field, mask) };
}

function typed(field: Field, value: bigint): FieldValue {
  return field.wide ? value : Number(value);
}

/** What numbers the field takes. */
function numbers(field: Field): string {
  const bits = Math.max(field.bits, field.maskBits);
  if (bits > 64) return `a number of up to ${bits} bits, from 65 on in hexadecimal`;
  const most = bits > 16 ? `0x${((1n << BigInt(bits)) - 1n).toString(16)}` : String(2 ** bits - 1);
  return `a number of 0 to ${most}`;
}

/** A value, or a value, a slash and a mask. `readMask` reads masks that are not values (prefix lengths). */
function parseWithMask(
  field: Field,
  text: string,
  word: string,
  expected: string,
  readValue: (text: string) => bigint | undefined,
  readMask: (field: Field, text: string) => bigint | undefined = () => undefined,
): ParsedFieldValue | ParseFailure {
  const slash = text.indexOf('/');
  const value = readValue(slash < 0 ? text : text.slice(0, slash));
  const refused = () => unparsed(`${word}=${text}: ${word} takes ${expected}`);
  if (value === undefined || value > BigInt(valueLimit(field))) return refused();
  if (slash < 0) return whole(field, value, undefined);
  const maskText = text.slice(slash + 1);
  const mask = readMask(field, maskText) ?? readValue(maskText);
  if (mask === undefined || mask > BigInt(field.fullMask)) return refused();
  return whole(field, value, mask);
}

/** Values have `bits` bits; vlan_vid's may have the "present" bit besides. */
function valueLimit(field: Field): FieldValue {
  return field.kind === 'mac' ? field.fullMask : field.allOnes;
}

function mac(text: string): bigint | undefined {
  const padded = text.replace(/(^|:)([0-9a-f])(?=:|$)/gi, '$10$2');
  const address = parseMac(padded);
  return address === undefined ? undefined : BigInt(macToNumber(address));
}

function ipv4(text: string): bigint | undefined {
  const address = parseIp(text);
  return address === undefined || address.includes(':') ? undefined : BigInt(ipv4ToNumber(address));
}

function ipv6(text: string): bigint | undefined {
  const address = parseIp(text.trim());
  return address?.includes(':') ? ipv6ToBigInt(address) : undefined;
}

/** A prefix length to its mask. */
function prefixOf(field: Field, text: string): bigint | undefined {
  if (!/^[0-9]{1,3}$/.test(text) || Number(text) > field.bits) return undefined;
  const rest = BigInt(field.bits - Number(text));
  return (BigInt(field.fullMask) >> rest) << rest;
}

function flags(
  field: Field,
  text: string,
  word: string,
  words: FlagWords,
): ParsedFieldValue | ParseFailure {
  const result = parseFlags(`${word}=${text}`, words, text);
  if (!result.ok) return result;
  const { value, mask } = result.value;
  return whole(field, BigInt(value), mask === undefined ? undefined : BigInt(mask));
}

/** Bit 0: a fragment; bit 1: a later one. The mask's upper bits are ones, so that both bits make it exact. */
const FRAGMENTS: ReadonlyMap<string, readonly [value: number, mask: number]> = new Map([
  ['no', [0, 0xff]],
  ['first', [1, 0xff]],
  ['later', [3, 0xff]],
  ['yes', [1, 1]],
  ['not_later', [0, 2]],
]);

function parseFragment(field: Field, text: string, word: string): ParsedFieldValue | ParseFailure {
  const found = FRAGMENTS.get(text.toLowerCase());
  if (found !== undefined) return whole(field, BigInt(found[0]), BigInt(found[1]));
  return unparsed(`${word}=${text}: ${word} takes one of ${[...FRAGMENTS.keys()].join(', ')}`);
}

function parsePacketType(
  field: Field,
  text: string,
  word: string,
): ParsedFieldValue | ParseFailure {
  const [, space = '', type = ''] = /^\(?([^,()]*),([^,()]*)\)?$/.exec(text) ?? [];
  const parts = [parseInteger(space), parseInteger(type)];
  const [high, low] = parts;
  if (high === undefined || low === undefined || high > 0xffffn || low > 0xffffn) {
    return unparsed(`${word}=${text}: ${word} takes (namespace,type), such as (1,0x800)`);
  }
  return whole(field, (high << 16n) | low, undefined);
}

/** The field of a name that ovs-ofctl takes, of a header's name (NXM_NX_REG0), or of our own. */
export function parseFieldName(name: string): ParseResult<Field> {
  const field = findFieldByHeaderName(name) ?? findOvsField(name) ?? findField(name);
  if (field !== undefined) return parsed(field);
  return unparsed(`no field is called ${name || 'nothing'}${suggestion(name, fieldNames())}`);
}

function* fieldNames(): Iterable<string> {
  for (const field of FIELDS) yield* field.ovsNames;
  for (const field of FIELDS) for (const form of field.forms) yield form.name;
}

/** `NAME`, `NAME[]`, `NAME[bit]` or `NAME[first..last]`, and nothing behind it. */
export function parseSubfield(text: string): ParseResult<Subfield> {
  const [, name = '', brackets] = /^([^[\]]*)(?:\[([^\]]*)\])?$/.exec(text) ?? [];
  const form = `${text}: write it as NAME[], NAME[bit] or NAME[first..last]`;
  if (name === '') return unparsed(form);
  const found = parseFieldName(name.replace(/_W$/, ''));
  if (!found.ok) return unparsed(`${text}: ${found.error}`);
  const field = found.value;
  if (brackets === undefined || brackets === '') {
    return parsed({ field: field.name, offset: 0, bits: field.bits });
  }
  const [, first = '', last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(brackets) ?? [];
  if (first === '') return unparsed(form);
  if (Number(last) < Number(first)) {
    return unparsed(`${text}: bit ${first} is above bit ${last}; write the lower one first`);
  }
  if (Number(last) >= field.bits) {
    return unparsed(`${text}: ${name} has the bits 0 to ${field.bits - 1}`);
  }
  return parsed({
    field: field.name,
    offset: Number(first),
    bits: Number(last) - Number(first) + 1,
  });
}
