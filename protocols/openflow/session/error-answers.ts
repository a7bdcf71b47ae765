/**
 * Answers to what the peer got wrong: the error of the agreed version with the beginning of the message that caused it. So many in
 * a second and no more, so that a peer that sends nonsense does not decide how much we send.
 *
 * Source: OpenFlow 1.3.5 §7.4.4 (at least 64 bytes of the failed message).
 */
import type { InstantMs } from '../../base/units.ts';
import type { OpenFlowErrorName } from '../values/error-codes.ts';
import { errorMessage } from '../values/error-names.ts';
import { type OpenFlowErrorCode, SESSION_ERRORS } from '../values/errors.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { encodeMessage } from '../wire/encode.ts';

export const OFFENDING_BYTES = 64;

const WINDOW_MS = 1_000;

export class ErrorAnswers {
  readonly #perSecond: number;
  #since: InstantMs = Number.NEGATIVE_INFINITY;
  #said = 0;
  answered = 0;
  /** Above the rate. */
  unanswered = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Undefined: not to be answered, now or at all. */
  answer(
    code: OpenFlowErrorCode,
    version: OpenFlowVersion,
    offending: Uint8Array,
    now: InstantMs,
  ): Uint8Array | undefined {
    if (!isErrorName(code)) return undefined;
    if (now - this.#since >= WINDOW_MS) {
      this.#since = now;
      this.#said = 0;
    }
    if (this.#said >= this.#perSecond) {
      this.unanswered++;
      return undefined;
    }
    this.#said++;
    this.answered++;
    const data = offending.subarray(0, OFFENDING_BYTES);
    return encodeMessage(version, xidOf(offending), errorMessage(code, version, data));
  }
}

function isErrorName(code: OpenFlowErrorCode): code is OpenFlowErrorName {
  return !(code in SESSION_ERRORS);
}

/** The xid of a whole message. */
export function xidOf(bytes: Uint8Array): number {
  const [b4 = 0, b5 = 0, b6 = 0, b7 = 0] = bytes.subarray(4, 8);
  return ((b4 << 24) | (b5 << 16) | (b6 << 8) | b7) >>> 0;
}
