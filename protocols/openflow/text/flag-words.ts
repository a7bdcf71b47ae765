/**
 * Fields of flags in ovs-ofctl's words, both ways: `syn|ack`, `+syn-ack`, 0x12, 0x2/0x12.
 *
 * Source: ovs-fields(7) (ct_state, tcp_flags, tun_flags); judged by ovs-ofctl ofp-print.
 */

import { type ParseResult, parsed, unparsed } from './parse/parse-result.ts';
import { parseInteger } from './parse/value-number-parse.ts';
import { suggestion } from './suggestion.ts';

export interface FlagWords {
  /** By bit, the lowest first; empty: a bit without a word. */
  readonly names: readonly string[];
  /** Bits that may be matched. */
  readonly allowed: number;
}

export const CT_STATE_WORDS: FlagWords = {
  names: ['new', 'est', 'rel', 'rpl', 'inv', 'trk', 'snat', 'dnat'],
  allowed: 0xff,
};

export const TCP_FLAG_WORDS: FlagWords = {
  names: [
    ...['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr', 'ns'],
    ...['[200]', '[400]', '[800]'],
  ],
  allowed: 0xfff,
};

/** Only oam can be matched; Open vSwitch has words for what it sees of a packet too. */
export const TUN_FLAG_WORDS: FlagWords = { names: ['oam', 'df', 'csum', 'key'], allowed: 1 };

/** `a|b`, or 0; bits without a word in one hexadecimal number at the end. */
export function formatFlags({ names }: FlagWords, flags: number): string {
  if (flags === 0) return '0';
  const words = bitsOf(flags).flatMap((bit) => names[bit] ?? []);
  const rest = bitsOf(flags)
    .filter((bit) => names[bit] === undefined)
    .reduce((sum, bit) => sum + 2 ** bit, 0);
  return [...words, ...(rest === 0 ? [] : [`0x${rest.toString(16)}`])].join('|');
}

/** `+a-b` for the bits of the mask; like formatFlags when it is `all`. */
export function formatMaskedFlags(
  words: FlagWords,
  flags: number,
  mask: number,
  all: number,
): string {
  if (mask === all) return formatFlags(words, flags);
  if (mask === 0) return '0/0';
  return bitsOf(mask)
    .map((bit) => `${hasBit(flags, bit) ? '+' : '-'}${words.names[bit] ?? '[Unknown]'}`)
    .join('');
}

function bitsOf(flags: number): number[] {
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => hasBit(flags, bit));
}

function hasBit(flags: number, bit: number): boolean {
  return Math.floor(flags / 2 ** bit) % 2 === 1;
}

export interface ParsedFlags {
  readonly value: number;
  /** undefined: all of them. */
  readonly mask: number | undefined;
}

export function parseFlags(word: string, words: FlagWords, text: string): ParseResult<ParsedFlags> {
  const numeric = /^([^/]+)\/([^/]+)$/.exec(text);
  if (numeric !== null) return parseNumericFlags(word, words, numeric[1] ?? '', numeric[2] ?? '');
  if (/^[+-]/.test(text)) return parseMaskedFlags(word, words, text);
  let value = 0;
  for (const part of text.split('|').filter((part) => part !== '')) {
    const flag = parseFlag(word, words, part);
    if (!flag.ok) return flag;
    value = (value | flag.value) >>> 0;
  }
  return parsed({ value, mask: undefined });
}

function parseNumericFlags(
  word: string,
  words: FlagWords,
  valueText: string,
  maskText: string,
): ParseResult<ParsedFlags> {
  const value = parseFlag(word, words, valueText);
  if (!value.ok) return value;
  const mask = parseFlag(word, words, maskText);
  return mask.ok ? parsed({ value: value.value, mask: mask.value }) : mask;
}

function parseMaskedFlags(word: string, words: FlagWords, text: string): ParseResult<ParsedFlags> {
  let value = 0;
  let mask = 0;
  for (const [, sign = '', name = ''] of text.matchAll(/([+-])([^+-]*)/g)) {
    const flag = parseFlag(word, words, name);
    if (!flag.ok) return flag;
    if ((mask & flag.value) !== 0) return unparsed(`${word}: ${name} is there twice; give it once`);
    mask |= flag.value;
    if (sign === '+') value |= flag.value;
  }
  return parsed({ value, mask });
}

/** The bits of one word or number. */
function parseFlag(word: string, { names, allowed }: FlagWords, text: string): ParseResult<number> {
  const bit = names.indexOf(text);
  const number = bit >= 0 ? BigInt(2 ** bit) : parseInteger(text);
  if (number !== undefined && (number & ~BigInt(allowed)) === 0n) return parsed(Number(number));
  const usable = names.filter((_, index) => (allowed >>> index) & 1);
  const hint = suggestion(text, usable) || `: they are ${usable.join(', ')}`;
  return unparsed(`${word}: ${text || 'nothing'} is no flag of it${hint}`);
}
