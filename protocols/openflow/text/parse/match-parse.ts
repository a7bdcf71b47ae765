/**
 * Matches in ovs-ofctl's language: `tcp,reg0=0x1/0xff,in_port=LOCAL,nw_src=10.0.0.0/8,tp_dst=80`.
 *
 * What the words mean together is what Open vSwitch makes of them (flow-places.ts): `nw_src` is arp_spa's behind `arp`,
 * `tp_dst` UDP's behind `udp`. Where ovs-ofctl goes on in silence the bytes are the same and there is a warning: a word has no
 * effect because what it needs is not there, or overrides another; dl_vlan and nw_tos have more bits than count. Refused all the
 * same: other values that would be cut, a value where none belongs, what every switch refuses.
 *
 * Source: ovs-fields(7), ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl parse-flow`.
 */
import { isValidValue, isZero } from '../../values/field-values.ts';
import { type Field, fieldByName, type RegisteredFieldName } from '../../values/fields.ts';
import {
  contentOf,
  type FlowFields,
  noFields,
  setField,
  wipeField,
} from '../../values/flow-places.ts';
import type { FieldValue, Match } from '../../values/match.ts';
import { writeFields } from '../../values/match-canonical.ts';
import { OPENFLOW_13, type OpenFlowVersion } from '../../values/version.ts';
import { overridden, type Said, uselessWords } from '../match-warnings.ts';
import { suggestion } from '../suggestion.ts';
import { parseFieldValue, parseSubfield } from './field-parse.ts';
import {
  fieldOf,
  matchWords,
  PROTOCOLS,
  type Protocol,
  TAG_WORDS,
  UNSENDABLE,
} from './match-words.ts';
import { type ParseFailure, type ParseResult, parsed, unparsed } from './parse-result.ts';
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
  const warnings = new Set<string>();
  let said: readonly Said[] = [];
  let hasPacketType = false;
  for (const word of words) {
    // What other words imply, the packet's type itself may replace.
    if (isPacketType(word) && !hasPacketType) flow.places.delete('packet_type');
    hasPacketType ||= isPacketType(word);
    const before = new Map(flow.places);
    const result = addWord(flow, word);
    if (!result.ok) return result;
    const spelled = spell(word);
    const overrides = overridden(spelled, said, before, flow);
    // A word without a value either wipes another out or is nothing.
    const isWipe = word.value === '' && overrides.length > 0;
    tell(warnings, isWipe ? [] : result.warnings);
    tell(warnings, overrides);
    const own = { spelled, key: word.key, places: newPlaces(before, flow) };
    // What says nothing more is forgotten: so this list is as short as a match, however long the text.
    said = [...said, own].filter(({ places }) => places.size > 0);
  }
  settleType(flow);
  const match = writeFields({ flow, strays: [] }, version);
  tell(warnings, uselessWords(said, match));
  return parsed(match, [...warnings]);
}

/** The same sentence once. */
function tell(warnings: Set<string>, sentences: readonly string[] = []): void {
  for (const sentence of sentences) warnings.add(sentence);
}

/** packet_type=(1,0x800) decides what an Ethernet type beside it is. A switch takes no such pair; ovs-ofctl sends it. */
function settleType({ places }: FlowFields): void {
  const packetType = Number(places.get('packet_type')?.value ?? 0);
  if (packetType >>> 16 !== 1 || !places.has('eth_type')) return;
  places.set('eth_type', { value: packetType & 0xffff, mask: 0xffff });
}

function isPacketType({ key }: MatchWord): boolean {
  return key === 'packet_type' || key === 'eth';
}

function spell({ key, value }: MatchWord): string {
  return value === '' ? key : `${key}=${value}`;
}

/** What adding a word comes to: it may warn. */
type Added = ParseResult<undefined>;

const ADDED: Added = parsed(undefined);

function addWord(flow: FlowFields, word: MatchWord): Added {
  const { key, value } = word;
  const protocol = PROTOCOLS.get(key);
  if (protocol !== undefined) return addProtocol(flow, word, protocol);
  if (key === 'eth') {
    setField(flow, fieldByName('packet_type'), 0);
    return ADDED;
  }
  if (TAG_WORDS.has(key)) return addTag(flow, word);
  if (key.includes('[')) return addSubfield(flow, word);
  const field = fieldOf(key);
  if (field === undefined) return unknownWord(key);
  return value === '' && !field.variable
    ? addAnything(flow, field, key)
    : addField(flow, field, word);
}

function unknownWord(key: string): ParseFailure {
  if (UNSENDABLE.has(key)) {
    return unparsed(`${key} cannot be matched: OpenFlow has no field for it; leave it out`);
  }
  return unparsed(`${key} is no word of a match${suggestion(key, matchWords())}`);
}

function addProtocol(flow: FlowFields, word: MatchWord, { type, number }: Protocol): Added {
  if (word.value !== '')
    return unparsed(`${spell(word)}: ${word.key} takes no value; leave it out`);
  setField(flow, fieldByName('eth_type'), type);
  if (number !== undefined) setField(flow, fieldByName('ip_proto'), number);
  return ADDED;
}

const NO_VLAN = 0xffff;
const PRESENT = 0x1000;
const VLAN_BITS = 0xfff;

/** dl_vlan=65535: no tag at all. */
function addTag(flow: FlowFields, word: MatchWord): Added {
  const { key } = word;
  const field = fieldByName(key === 'dl_vlan' ? 'vlan_vid' : 'vlan_pcp');
  if (word.value === '') return addAnything(flow, field, key);
  const result = tagNumber(word, field.name === 'vlan_vid' ? 16 : 3);
  if (!result.ok) return result;
  const value = result.value;
  if (value === undefined) wipeField(flow, field);
  else if (field.name === 'vlan_pcp') setField(flow, field, value);
  else if (value === NO_VLAN) setField(flow, fieldByName('vlan_tci'), 0);
  else return addVlan(flow, word, value);
  return ADDED;
}

function addVlan(flow: FlowFields, word: MatchWord, value: number): Added {
  const kept = value & VLAN_BITS;
  setField(flow, fieldByName('vlan_vid'), PRESENT | kept);
  const number = `${word.key}=${kept}`;
  if (kept === value) return ADDED;
  return parsed(undefined, [
    `${spell(word)} is taken as ${number}: the number of a VLAN has 12 bits; write ${number}`,
  ]);
}

/** undefined: any. A mask has all bits, or none. */
function tagNumber(word: MatchWord, bits: number): ParseResult<number | undefined> {
  if (word.value === '*') return parsed(undefined);
  const [text = '', maskText] = word.value.split('/', 2);
  const result = parseUnsigned(spell(word), text, bits);
  if (!result.ok) return result;
  if (maskText === undefined) return parsed(Number(result.value));
  const mask = parseInteger(maskText);
  if (mask === 0n) return parsed(undefined);
  if (mask === (bits === 16 ? 0xffffn : 0xffn)) return parsed(Number(result.value));
  return unparsed(`${spell(word)}: ${word.key} takes no mask; leave out what follows the slash`);
}

/** A field without a value: ovs-ofctl reads 0/0, where the field's language has that. */
function addAnything(flow: FlowFields, field: Field, key: string): Added {
  if (!parseFieldValue(field, '0/0', key).ok) {
    return unparsed(`${key} needs a value: write ${key}=VALUE`);
  }
  wipeField(flow, field);
  return parsed(undefined, [
    `${key} is left out: without a value it matches anything; write ${key}=VALUE`,
  ]);
}

/** A tun_metadata without a value is matched for being there. */
function addField(flow: FlowFields, field: Field, word: MatchWord): Added {
  const result = parseFieldValue(field, word.value === '' ? '0/0' : word.value, word.key);
  if (!result.ok) return result;
  const { value, mask } = result;
  if (field.variable) return addOption(flow, field, word, result);
  if (mask !== undefined && isZero(mask)) {
    wipeField(flow, field);
    return ADDED;
  }
  const isTrafficClass = field.name === 'nw_tos';
  if (!isTrafficClass && !isValidValue(field, value)) {
    return unparsed(`${spell(word)}: ${word.key} takes ${LIMITS[field.name] ?? 'other values'}`);
  }
  setField(flow, field, value, mask);
  if (!isTrafficClass || isValidValue(field, value)) return ADDED;
  const number = `${word.key}=${Number(value) & DSCP_BITS}`;
  const reason = 'its two lowest bits are nw_ecn';
  return parsed(undefined, [`${spell(word)} is taken as ${number}: ${reason}; write ${number}`]);
}

const DSCP_BITS = 0xfc;

/** All tun_metadata fields of a match, in bytes: an option of Geneve is no longer, and Open vSwitch has no more room. */
const OPTION_BYTES_MAX = 256;

/** Of each tun_metadata there is one word, as they share the room. */
function addOption(
  flow: FlowFields,
  field: Field,
  word: MatchWord,
  { value, mask }: { readonly value: FieldValue; readonly mask: FieldValue | undefined },
): Added {
  if (flow.places.has(field.name)) {
    return unparsed(`${spell(word)}: ${field.ovsName} is in the match already; keep one of them`);
  }
  setField(flow, field, value, mask);
  if (flow.optionBytes <= OPTION_BYTES_MAX) return ADDED;
  const all = `with it tun_metadata has ${flow.optionBytes} bytes in the match`;
  return unparsed(`${spell(word)}: ${all}, and ${OPTION_BYTES_MAX} fit; leave one out`);
}

/** What fields take whose bits could say more. */
const LIMITS: Readonly<Partial<Record<RegisteredFieldName, string>>> = {
  arp_op: '0 to 255',
  nsh_ttl: '0 to 63',
  nsh_mdtype: '1 or 2',
};

/** `reg0[4..7]=5`: these bits beside those that are matched already. */
function addSubfield(flow: FlowFields, word: MatchWord): Added {
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
  const content = typed(field, value);
  const bitsMatched = field.maskable ? typed(field, matched) : field.fullMask;
  if (field.variable) return addOption(flow, field, word, { value: content, mask: bitsMatched });
  setField(flow, field, content, bitsMatched);
  return ADDED;
}

function typed(field: Field, value: bigint): FieldValue {
  return field.wide ? value : Number(value);
}

/** Where more is said than before, or another thing. */
function newPlaces(before: FlowFields['places'], { places }: FlowFields): Set<RegisteredFieldName> {
  const names = [...places].flatMap(([name, { value, mask }]) => {
    const was = before.get(name);
    return was?.value === value && was.mask === mask ? [] : [name];
  });
  return new Set(names);
}
