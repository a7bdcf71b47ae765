/**
 * Which version both speak, by the hello that the peer begins with: the highest that both bitmaps name, or, when the peer sent none,
 * the lower of the two header versions. Who begins with anything else is not listened to.
 *
 * Source: OpenFlow 1.3.5 §6.3.1.
 */
import { errorName } from '../values/error-names.ts';
import { type OpenFlowError, type OpenFlowErrorCode, openFlowError } from '../values/errors.ts';
import type { ErrorMessage, Hello } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { decodeMessage } from '../wire/decode.ts';

const SOURCE = 'OpenFlow 1.3.5 §6.3.1';
/** OFPET_HELLO_FAILED: OpenFlow 1.3.5 §7.4.4. */
export const HELLO_FAILED = 0;
const INCOMPATIBLE = 0;

export type Negotiation =
  | { readonly version: OpenFlowVersion; readonly error?: undefined }
  /** `answer`: what the peer is told of it. */
  | { readonly error: OpenFlowError; readonly answer?: ErrorMessage };

/** `ours` ascending; `bytes`: the peer's first message. */
export function negotiate(ours: readonly OpenFlowVersion[], bytes: Uint8Array): Negotiation {
  const decoded = decodeMessage(bytes);
  if (!decoded.ok) {
    const { error } = decoded;
    if (error.remedy === 'end-session') return { error };
    return fault('hello-expected', `the first message is no hello: ${error.detail}`);
  }
  const { version, message } = decoded.value;
  if (message.type === 'hello') return agree(ours, version, message);
  if (message.type === 'error') return { error: refusalOf(message) };
  return fault('hello-expected', `the first message is a ${message.type}, not a hello`);
}

/** What a peer's OFPET_HELLO_FAILED means; it may come behind its own hello, too. */
export function refusalOf(message: ErrorMessage, version?: OpenFlowVersion): OpenFlowError {
  return fault('hello-refused', `${errorName(message, version)} for our hello`).error;
}

function agree(
  ours: readonly OpenFlowVersion[],
  theirHeaderVersion: number,
  hello: Hello,
): Negotiation {
  const agreed = agreeOnVersion(ours, theirHeaderVersion, hello);
  if (agreed !== undefined) return { version: agreed };
  const theirs = hello.versions?.join(', ') ?? `up to ${theirHeaderVersion}`;
  const detail = `the peer speaks wire versions ${theirs}, we speak ${ours.join(', ')}`;
  const data = new TextEncoder().encode(detail);
  const answer = { type: 'error', errorType: HELLO_FAILED, code: INCOMPATIBLE, data } as const;
  return { ...fault('no-common-version', detail), answer };
}

/** undefined: no version in common. */
function agreeOnVersion(
  ours: readonly OpenFlowVersion[],
  theirHeaderVersion: number,
  theirs: Hello,
): OpenFlowVersion | undefined {
  const named = theirs.versions;
  if (named !== undefined) return ours.filter((version) => named.includes(version)).at(-1);
  const lower = Math.min(theirHeaderVersion, ours.at(-1) ?? 0);
  return ours.find((version) => version === lower);
}

function fault(code: OpenFlowErrorCode, detail: string): { readonly error: OpenFlowError } {
  return { error: openFlowError(code, detail, SOURCE) };
}
