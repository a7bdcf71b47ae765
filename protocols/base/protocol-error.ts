/**
 * The shape of a peer's fault: a value, never an exception (docs/architecture.md, "Errors").
 *
 * Each protocol keeps its own closed catalogue of codes; this is the shape that all share.
 */

/** What the session must do about it. */
export type Remedy =
  /** Forget this message; the stream is still in step. */
  | 'drop-message'
  /** Answer with the protocol's own error message, then go on. */
  | 'answer-error'
  /** The stream has lost its boundary or the peer its credit: close the connection. */
  | 'end-session';

export interface ProtocolError<Code extends string = string> {
  readonly code: Code;
  readonly remedy: Remedy;
  /** One sentence for a person: names the thing and what was expected. */
  readonly detail: string;
  /** The specification that was broken, e.g. "OpenFlow 1.3.5 §7.1". */
  readonly source: string;
  /** Byte offset in the message where it was noticed; 0 when it concerns the whole. */
  readonly offset: number;
}

export type Result<Value, Fault = ProtocolError> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Fault };

export function ok<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function failed<Fault>(error: Fault): { readonly ok: false; readonly error: Fault } {
  return { ok: false, error };
}
