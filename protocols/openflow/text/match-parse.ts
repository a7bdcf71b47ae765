/**
 * Matches in ovs-ofctl's language: `tcp,reg0=0x1/0xff,in_port=LOCAL,nw_src=10.0.0.0/8,tp_dst=80`.
 *
 * What the words mean together is what Open vSwitch makes of them (flow-places.ts): `nw_src` is arp_spa's behind `arp`,
 * `tp_dst` UDP's behind `udp`. Refused, where ovs-ofctl would go on in silence: a word that would have no effect because
 * what it needs is not there, a word that contradicts another, a value that would be cut.
 *
 * Source: ovs-fields(7), ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl parse-flow`.
 */
import { bitAnd, isValidValue } from '../values/field-values.ts';
import { type Field, fieldByName, type RegisteredFieldName } from '../values/fields.ts';
import { fieldsOfMatch } from '../values/flow-fields.ts';
import { contentOf, type FlowFields, noFields, setField } from '../values/flow-places.ts';
import type { FieldValue, Match } from '../values/match.ts';
import { writeFields } from '../values/match-canonical.ts';
import { OPENFLOW_13, type OpenFlowVersion } from '../values/version.ts';
import { parseFieldValue, parseSubfield } from './field-parse.ts';
import {
  fieldOf,
  matchWords,
  needOf,
  PROTOCOLS,
  type Protocol,
  TAG_WORDS,
  UNSENDABLE,
} from './match-words.ts';
import {
  type ParseFailure,
  type ParseResult,
  parsed,
  suggestion,
  unparsed,
} from './parse-result.ts';
import { judged } from './text-fault.ts';
import { parseInteger, parseUnsigned } from './value-number-parse.ts';
import { cutWords } from './words.ts';

/** A word of a match: `key`, or `key=value` in one of its spellings. */
export interface MatchWord {
  readonly key: string;
  /** Empty: none. */
  readonly value: string;
}

/** A whole match, its words separated by commas or white space. */
export function parseMatch(
  text: string,
  version: OpenFlowVersion = OPENFLOW_13,
): ParseResult<Match> {
  const words = judged(text, () => cutWords({ text, at: 0 }));
  if (!words.ok) return words;
  return parseMatchWords(
    words.value.map(({ key, value }) => ({ key, value: value.text })),
    version,
  );
}

/** One word with what it implies alone: `tcp` is eth_type and ip_proto. */
export function parseMatchField(
  key: string,
  value: string,
  version: OpenFlowVersion = OPENFLOW_13,
): ParseResult<Match> {
  return parseMatchWords([{ key, value }], version);
}

/** The match that the words say together, in the order and the fields of the version (match-canonical.ts). */
export function parseMatchWords(
  words: readonly MatchWord[],
  version: OpenFlowVersion = OPENFLOW_13,
): ParseResult<Match> {
  const flow = noFields();
  const said: Said[] = [];
  for (const word of words) {
    // What other words imply, the packet's type itself may replace.
    const implied = isPacketType(word) && !said.some((other) => isPacketType(other.word));
    if (implied) flow.places.delete('packet_type');
    const before = new Map(flow.places);
    const fault = addWord(flow, word);
    if (fault !== undefined) return fault;
    const contradiction = findContradiction(before, flow);
    if (contradiction) {
      return unparsed(`${spell(word)} contradicts what stands before it; keep one of them`);
    }
    said.push({ word, places: changedPlaces(before, flow) });
  }
  const match = writeFields({ flow, strays: [] }, version);
  return findUseless(said, match) ?? parsed(match);
}

interface Said {
  readonly word: MatchWord;
  /** Where it says something. */
  readonly places: readonly RegisteredFieldName[];
}

function isPacketType({ key }: MatchWord): boolean {
  return key === 'packet_type' || key === 'eth';
}

function spell({ key, value }: MatchWord): string {
  return value === '' ? key : `${key}=${value}`;
}

function addWord(flow: FlowFields, word: MatchWord): ParseFailure | undefined {
  const { key, value } = word;
  const protocol = PROTOCOLS.get(key);
  if (protocol !== undefined) return addProtocol(flow, word, protocol);
  if (key === 'eth') {
    setField(flow, fieldByName('packet_type'), 0);
    return undefined;
  }
  if (TAG_WORDS.has(key)) return addTag(flow, word);
  if (key.includes('[')) return addSubfield(flow, word);
  const field = fieldOf(key);
  if (field === undefined) return unknownWord(key);
  if (value === '' && !field.variable) {
    return unparsed(`${key} needs a value: write ${key}=VALUE`);
  }
  return addField(flow, field, word);
}

function unknownWord(key: string): ParseFailure {
  if (UNSENDABLE.has(key)) {
    return unparsed(`${key} cannot be matched: OpenFlow has no field for it; leave it out`);
  }
  return unparsed(`${key} is no word of a match${suggestion(key, matchWords())}`);
}

function addProtocol(
  flow: FlowFields,
  word: MatchWord,
  { type, number }: Protocol,
): ParseFailure | undefined {
  if (word.value !== '')
    return unparsed(`${spell(word)}: ${word.key} takes no value; leave it out`);
  setField(flow, fieldByName('eth_type'), type);
  if (number !== undefined) setField(flow, fieldByName('ip_proto'), number);
  return undefined;
}

const NO_VLAN = 0xffff;
const PRESENT = 0x1000;

/** dl_vlan=65535: no tag at all. */
function addTag(flow: FlowFields, word: MatchWord): ParseFailure | undefined {
  const number = parseInteger(word.value);
  if (word.key === 'dl_vlan' && number === BigInt(NO_VLAN)) {
    setField(flow, fieldByName('vlan_tci'), 0);
    return undefined;
  }
  const result = parseUnsigned(spell(word), word.value, word.key === 'dl_vlan' ? 12 : 3);
  if (!result.ok) return result;
  const value = Number(result.value);
  if (word.key === 'dl_vlan') setField(flow, fieldByName('vlan_vid'), PRESENT | value);
  else setField(flow, fieldByName('vlan_pcp'), value);
  return undefined;
}

/** A tun_metadata without a value is matched for being there. */
function addField(flow: FlowFields, field: Field, word: MatchWord): ParseFailure | undefined {
  const result = parseFieldValue(field, word.value === '' ? '0/0' : word.value, word.key);
  if (!result.ok) return result;
  const { value, mask } = result;
  if (!isValidValue(field, value)) {
    return unparsed(`${spell(word)}: ${word.key} takes ${LIMITS[field.name] ?? 'other values'}`);
  }
  setField(flow, field, value, mask);
  return undefined;
}

/** What fields take whose bits could say more. */
const LIMITS: Readonly<Partial<Record<RegisteredFieldName, string>>> = {
  nw_tos: '0 to 252 in steps of four; the two lowest bits are nw_ecn',
  arp_op: '0 to 255',
  nsh_ttl: '0 to 63',
  nsh_mdtype: '1 or 2',
};

/** `reg0[4..7]=5`: these bits beside those that are matched already. */
function addSubfield(flow: FlowFields, word: MatchWord): ParseFailure | undefined {
  const result = parseSubfield(word.key);
  if (!result.ok) return result;
  const { field: name, offset, bits } = result.value;
  const number = parseUnsigned(spell(word), word.value, bits);
  if (!number.ok) return number;
  const field = fieldByName(name as RegisteredFieldName);
  const before = contentOf(flow, field);
  const shift = BigInt(offset);
  const mask = ((1n << BigInt(bits)) - 1n) << shift;
  const value = (BigInt(before.value) & ~mask) | (number.value << shift);
  const matched = BigInt(before.mask) | mask;
  if (!field.maskable && matched !== BigInt(field.allOnes)) {
    return unparsed(`${spell(word)}: ${field.ovsName} takes no mask; match all of it`);
  }
  setField(
    flow,
    field,
    typed(field, value),
    field.maskable ? typed(field, matched) : field.fullMask,
  );
  return undefined;
}

function typed(field: Field, value: bigint): FieldValue {
  return field.wide ? value : Number(value);
}

type Places = ReadonlyMap<RegisteredFieldName, { value: FieldValue; mask: FieldValue }>;

function changedPlaces(before: Places, { places }: FlowFields): RegisteredFieldName[] {
  return [...places.keys()].filter((name) => before.get(name) !== places.get(name));
}

/** Whether bits that were matched before are matched with another value now, or are lost. */
function findContradiction(before: Places, { places }: FlowFields): boolean {
  for (const [name, was] of before) {
    const is = places.get(name);
    if (is === was) continue;
    if (is === undefined || bitAnd(is.mask, was.mask) !== was.mask) return true;
    if (bitAnd(is.value, was.mask) !== was.value) return true;
  }
  return false;
}

/** A word that nothing in the match comes from. */
function findUseless(said: readonly Said[], match: Match): ParseFailure | undefined {
  const { places } = fieldsOfMatch(match).flow;
  const useless = said.find(({ places: names }) => names.some((name) => !places.has(name)));
  if (useless === undefined) return undefined;
  const { key } = useless.word;
  const needed = needOf(key);
  return unparsed(`${spell(useless.word)} needs ${needed} in the match too; add it`);
}
