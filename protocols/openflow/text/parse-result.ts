/**
 * What the parsers of ovs-ofctl's language answer: the value, or one sentence that names the word and the remedy.
 */
import { failed, ok, type Result } from '../../base/protocol-error.ts';

export type ParseResult<Value> = Result<Value, string>;

/** One sentence: the word, what is wrong with it, what would be right. */
export type ParseFailure = Extract<ParseResult<never>, { ok: false }>;

export function parsed<Value>(value: Value): ParseResult<Value> {
  return ok(value);
}

export function unparsed(error: string): ParseFailure {
  return failed(error);
}
