/**
 * What is wrong with a text, and where: thrown inside the parsers, so that they stay straight lines, and made a value again at
 * their way out (`judged`). Nobody but the parsers sees it.
 *
 * The sentence names the word and what would be right; the place is a column of the text that was given, from 1.
 */
import { type ParseResult, parsed, unparsed } from './parse-result.ts';

/** Longer texts are not read: no OpenFlow message holds what they could say. */
export const TEXT_MAX_CHARACTERS = 1 << 20;

/** A part of the text, and where it begins. */
export interface Piece {
  readonly text: string;
  readonly at: number;
}

class TextFault extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

export function refuse(at: number, message: string): never {
  throw new TextFault(at, message);
}

/** What another parser found of a piece, with the piece's place. */
export function take<Value>(at: number, result: ParseResult<Value>): Value {
  return result.ok ? result.value : refuse(at, result.error);
}

/** Runs a parser: its value with what it warns of, or one sentence that begins with the place. */
export function judged<Value>(
  text: string,
  parse: (warnings: string[]) => Value,
): ParseResult<Value> {
  if (text.length > TEXT_MAX_CHARACTERS) {
    return unparsed(`the text is longer than ${TEXT_MAX_CHARACTERS} characters`);
  }
  try {
    const warnings: string[] = [];
    const value = parse(warnings);
    return parsed(value, warnings.map(shortened));
  } catch (error) {
    if (error instanceof TextFault) {
      return unparsed(`column ${error.at + 1}: ${shortened(error.message)}`);
    }
    throw error;
  }
}

const SENTENCE_MAX_CHARACTERS = 400;

/** What is wrong stands at the beginning, what would be right at the end; a long word is between them. */
function shortened(sentence: string): string {
  if (sentence.length <= SENTENCE_MAX_CHARACTERS) return sentence;
  const half = SENTENCE_MAX_CHARACTERS / 2;
  return `${sentence.slice(0, half)}...${sentence.slice(-half)}`;
}

/** The piece between quotes, cut where it gets long. */
export function quoted(text: string): string {
  return text.length > 40 ? `"${text.slice(0, 37)}..."` : `"${text}"`;
}
