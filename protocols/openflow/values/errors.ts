/**
 * The closed catalogue of a peer's faults on OpenFlow: each code with its remedy. Who decodes picks the code; nobody
 * chooses a remedy by himself.
 *
 * What is wrong inside a message has the specification's own name (error-codes.ts): the session answers with that error, unless
 * the message is itself a reply or an error. What is wrong with the connection has a name of ours.
 *
 * Source: OpenFlow 1.3.5 §6.3.1, §6.3.2 (connection), §7.1 (header), §7.4.4 (errors); the limits are our own.
 */
import type { ProtocolError, Remedy } from '../../base/protocol-error.ts';
import { ERROR_FORMS, type OpenFlowErrorName } from './error-codes.ts';

/** Faults of a connection, and limits of ours. */
export const SESSION_ERRORS = {
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
  /** More than the bound waits to be sent: the peer asks, or is told, more than it reads. */
  'output-overflow': 'end-session',
  /** A reply of another type than the request asks for; the request fails, the session goes on. */
  'unexpected-reply': 'drop-message',
  /** The parts of one multipart reply exceed the bound; the request fails, the session goes on. */
  'multipart-too-large': 'drop-message',
} as const satisfies Readonly<Record<string, Remedy>>;

export type OpenFlowErrorCode = keyof typeof SESSION_ERRORS | OpenFlowErrorName;

export const OPENFLOW_ERRORS: ReadonlyMap<OpenFlowErrorCode, Remedy> = new Map<
  OpenFlowErrorCode,
  Remedy
>([
  ...(Object.entries(SESSION_ERRORS) as [keyof typeof SESSION_ERRORS, Remedy][]),
  ...[...ERROR_FORMS.keys()].map((name) => [name, 'answer-error'] as const),
]);

export type OpenFlowError = ProtocolError<OpenFlowErrorCode>;

export function openFlowError(
  code: OpenFlowErrorCode,
  detail: string,
  source: string,
  offset = 0,
): OpenFlowError {
  return { code, remedy: OPENFLOW_ERRORS.get(code) ?? 'drop-message', detail, source, offset };
}
