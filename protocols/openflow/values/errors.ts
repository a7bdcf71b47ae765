/**
 * The closed catalogue of a peer's faults on OpenFlow: each code with its remedy. Who decodes picks the code; nobody
 * chooses a remedy by himself.
 *
 * Source: OpenFlow 1.3.5 §6.3.1, §6.3.2 (connection), §7.1 (header); the limits are our own.
 */
import type { ProtocolError, Remedy } from '../../base/protocol-error.ts';

export const OPENFLOW_ERRORS = {
  /** The header's length is below the header itself. */
  'bad-frame-length': 'end-session',
  /** The header names a version other than the one agreed on. */
  'bad-version': 'end-session',
  /** No version in common; the peer is told by OFPHFC_INCOMPATIBLE. */
  'no-common-version': 'end-session',
  /** The first message is not a hello. */
  'hello-expected': 'end-session',
  /** The peer refuses our hello. */
  'hello-refused': 'end-session',
  /** No ready connection within the time for it. */
  'handshake-timeout': 'end-session',
  /** No answer to an echo request. */
  'peer-silent': 'end-session',
  /** A message ends before the fields that it must have. */
  truncated: 'drop-message',
  /** A length inside a message contradicts what surrounds it. */
  'bad-length': 'drop-message',
  /** A number outside what the specification defines there. */
  'bad-value': 'drop-message',
  /** A match that is not OXM, or a value whose size is not its field's. */
  'bad-match': 'drop-message',
  /** The parts of one multipart reply exceed the bound; the request fails, the session goes on. */
  'multipart-too-large': 'drop-message',
} as const satisfies Readonly<Record<string, Remedy>>;

export type OpenFlowErrorCode = keyof typeof OPENFLOW_ERRORS;

export type OpenFlowError = ProtocolError<OpenFlowErrorCode>;

export function openFlowError(
  code: OpenFlowErrorCode,
  detail: string,
  source: string,
  offset = 0,
): OpenFlowError {
  return { code, remedy: OPENFLOW_ERRORS[code], detail, source, offset };
}
