/**
 * The words of ovs-ofctl's language: `key`, `key=value`, `key:value`, `key(value)`, separated by commas and white space, each
 * with its place.
 *
 * A value behind = or : ends at a comma or white space, but not inside parentheses; a value in parentheses ends at the one that
 * closes them, except before an arrow: check_pkt_larger(1500)->reg0[0] is one word. Refuses a parenthesis that nothing closes.
 * Refuses lists that are longer than a message. Cutting is a loop and does not descend: who parses a value cuts it in turn, and counts how deep (action-parse.ts).
 *
 * Source: ovs-ofctl(8), ovs-actions(7) of Open vSwitch 3.1.
 */

import { suggestion } from '../suggestion.ts';
import { type Piece, quoted, refuse } from './text-fault.ts';

export interface Word {
  readonly key: string;
  /** Where the key begins. */
  readonly at: number;
  /** Empty when there is none. */
  readonly value: Piece;
  /** What stands between key and value; empty: nothing, there is no value. */
  readonly delimiter: '' | ':' | '=' | '(';
}

/** More words than any message holds what they say: a meter's bands have four words for 16 bytes. */
const WORDS_MAX = 16_384;

const SEPARATORS = ', \t\r\n';
const KEY_ENDS = `:=(${SEPARATORS}`;

export function cutWords(piece: Piece): Word[] {
  const { text, at } = piece;
  const words: Word[] = [];
  let position = skip(text, 0, SEPARATORS);
  while (position < text.length) {
    if (words.length === WORDS_MAX) {
      refuse(
        at + position,
        `the list has more than ${WORDS_MAX} words, and no message has room for it`,
      );
    }
    const end = find(text, position, KEY_ENDS);
    const delimiter = text[end] ?? '';
    const word = { key: text.slice(position, end), at: at + position };
    if (delimiter === ':' || delimiter === '=' || delimiter === '(') {
      const stop = valueEnd(piece, end, delimiter);
      words.push({
        ...word,
        delimiter,
        value: { text: text.slice(end + 1, stop), at: at + end + 1 },
      });
      position = stop + 1;
    } else {
      words.push({ ...word, delimiter: '', value: { text: '', at: at + end } });
      position = end;
    }
    position = skip(text, position, SEPARATORS);
  }
  return words;
}

function valueEnd(piece: Piece, delimiterAt: number, delimiter: string): number {
  const { text } = piece;
  if (delimiter !== '(') return endOutsideParentheses(piece, delimiterAt + 1);
  const closing = closingParenthesis(piece, delimiterAt);
  return text.startsWith('->', closing + 1) ? endOutsideParentheses(piece, closing) : closing;
}

function endOutsideParentheses(piece: Piece, from: number): number {
  const { text } = piece;
  let position = from;
  while (position < text.length && !SEPARATORS.includes(text[position] ?? '')) {
    position = text[position] === '(' ? closingParenthesis(piece, position) + 1 : position + 1;
  }
  return position;
}

function closingParenthesis({ text, at }: Piece, opening: number): number {
  let depth = 0;
  for (let position = opening; position < text.length; position++) {
    if (text[position] === '(') depth++;
    else if (text[position] === ')' && --depth === 0) return position;
  }
  return refuse(at + opening, 'nothing closes this parenthesis; add ")"');
}

function skip(text: string, from: number, characters: string): number {
  let position = from;
  while (position < text.length && characters.includes(text[position] ?? '')) position++;
  return position;
}

function find(text: string, from: number, characters: string): number {
  let position = from;
  while (position < text.length && !characters.includes(text[position] ?? '')) position++;
  return position;
}

/** Parts between any of the separators, as lists without keys have them: multipath(eth_src, 50, …). */
export function cutList({ text, at }: Piece, separators = ', '): Piece[] {
  const parts: Piece[] = [];
  let position = skip(text, 0, separators);
  while (position < text.length) {
    const end = find(text, position, separators);
    parts.push({ text: text.slice(position, end), at: at + position });
    position = skip(text, end, separators);
  }
  return parts;
}

/** Before and behind the first `separator`; undefined when there is none. */
export function cutAt({ text, at }: Piece, separator: string): readonly [Piece, Piece] | undefined {
  const found = text.indexOf(separator);
  if (found < 0) return undefined;
  const behind = found + separator.length;
  return [
    { text: text.slice(0, found), at },
    { text: text.slice(behind), at: at + behind },
  ];
}

/** What the table has for a word inside another one. */
export function lookUp<Value>(
  table: Readonly<Record<string, Value>>,
  around: Word,
  { key, at }: Word,
): Value {
  const found = Object.hasOwn(table, key) ? table[key] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(table);
  const near = suggestion(key, known) || `; it has ${known.join(', ')}`;
  return refuse(at, `${around.key} has no ${quoted(key)}${near}`);
}
