/**
 * What the parsers of ovs-ofctl's language answer: the value, or one sentence that names the word and the remedy.
 */
import { failed, type Result } from '../../base/protocol-error.ts';

export type ParseResult<Value> = Success<Value> | Extract<Result<never, string>, { ok: false }>;

interface Success<Value> {
  readonly ok: true;
  readonly value: Value;
  /** What was taken but not as it was written, a sentence each: the word, what becomes of it, what would be right. */
  readonly warnings?: readonly string[];
}

/** One sentence: the word, what is wrong with it, what would be right. */
export type ParseFailure = Extract<ParseResult<never>, { ok: false }>;

export function parsed<Value>(value: Value, warnings: readonly string[] = []): ParseResult<Value> {
  return warnings.length === 0 ? { ok: true, value } : { ok: true, value, warnings };
}

export function unparsed(error: string): ParseFailure {
  return failed(error);
}

/** `; did you mean tcp_dst?` for the word that is near enough to be what was meant, or nothing. */
export function suggestion(word: string, words: Iterable<string>): string {
  let best: string | undefined;
  let least = Math.min(3, Math.floor(word.length / 2) + 1);
  for (const candidate of words) {
    const changes = distance(word.toLowerCase(), candidate.toLowerCase(), least);
    if (changes < least) {
      least = changes;
      best = candidate;
    }
  }
  return best === undefined ? '' : `; did you mean ${best}?`;
}

/** How many letters to add, drop or replace; `enough` when it is that or more. */
function distance(left: string, right: string, enough: number): number {
  if (Math.abs(left.length - right.length) >= enough) return enough;
  let above = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const line = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const replaced = (above[column - 1] ?? 0) + (same ? 0 : 1);
      line.push(Math.min(replaced, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1));
    }
    above = line;
  }
  return above[right.length] ?? enough;
}
