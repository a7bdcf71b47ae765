/**
 * What the parsers of ovs-ofctl's language answer: the value, or one sentence that names the word and the remedy.
 */
import { failed, type Result } from '../../../base/protocol-error.ts';

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
