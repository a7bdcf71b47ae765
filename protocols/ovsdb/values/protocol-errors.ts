/**
 * The closed catalogue of what a database server can do wrong to us, and what a session does about it.
 *
 * The one home of OVSDB error codes. A code has one remedy, so nobody decides twice.
 */
import type { ProtocolError, Remedy } from '../../base/protocol-error.ts';

const RFC = 'RFC 7047';
const OVS = 'ovsdb-server(7)';
const OWN_LIMIT = 'our own limit';

interface CatalogueRow {
  readonly remedy: Remedy;
  readonly source: string;
}

export const OVSDB_ERRORS = {
  /** Something other than "{" where a message begins. */
  'not-an-object': { remedy: 'end-session', source: `${RFC} §4` },
  'message-too-large': { remedy: 'end-session', source: OWN_LIMIT },
  'nesting-too-deep': { remedy: 'end-session', source: OWN_LIMIT },
  /** Balanced brackets, but not JSON or not UTF-8. */
  'malformed-json': { remedy: 'end-session', source: `${RFC} §3.1` },
  /** The first byte of a message came, its last one did not. */
  'message-timeout': { remedy: 'end-session', source: OWN_LIMIT },
  /** JSON, but neither a request nor a reply. */
  'malformed-message': { remedy: 'end-session', source: 'JSON-RPC 1.0 §1' },
  /** A reply to what was never asked. */
  'unsolicited-reply': { remedy: 'end-session', source: 'JSON-RPC 1.0 §1.2' },
  /** A reply to a request that we have given up. */
  'late-reply': { remedy: 'drop-message', source: OWN_LIMIT },
  'unknown-method': { remedy: 'answer-error', source: `${RFC} §4.1` },
  'bad-schema': { remedy: 'end-session', source: `${RFC} §3.2` },
  /** A value that its column cannot hold. */
  'bad-value': { remedy: 'end-session', source: `${RFC} §5.1` },
  /** It would take more memory than one server may. */
  'database-too-large': { remedy: 'end-session', source: OWN_LIMIT },
  /** An update that does not fit the rows that we hold: read everything again. */
  'inconsistent-update': { remedy: 'end-session', source: `${OVS} §4.1.14` },
  'unknown-monitor': { remedy: 'drop-message', source: `${RFC} §4.1.6` },
  /** The server stopped the monitor, and there is no starting it again: the database was removed. */
  'monitor-canceled': { remedy: 'end-session', source: `${OVS} §4.1.21` },
  /** A leader was asked for, and this is none: go to the next server. */
  'not-leader': { remedy: 'end-session', source: `${OVS} "Clustered Database Service Model"` },
  /** It is cut off from its cluster, or from the server that it relays: go to the next one. */
  'not-connected': { remedy: 'end-session', source: `${OVS} "Clustered Database Service Model"` },
  /** Its content is older than what we have seen of the same cluster: go to the next one. */
  'stale-server': { remedy: 'end-session', source: `${OVS} "Understanding Cluster Consistency"` },
  /** get_schema, monitor or lock was answered by an error. */
  'setup-refused': { remedy: 'end-session', source: `${RFC} §4.1` },
  'setup-timeout': { remedy: 'end-session', source: OWN_LIMIT },
  /** A transaction was answered by a JSON-RPC error or by something that is no result. */
  'request-refused': { remedy: 'drop-message', source: `${RFC} §4.1.3` },
  /** It breaks the server's schema: nothing was sent. */
  'invalid-request': { remedy: 'drop-message', source: `${RFC} §5.2; the server's schema` },
  /** The schema that it would be checked against has not come yet: nothing was sent. */
  'not-ready': { remedy: 'drop-message', source: OWN_LIMIT },
  /** The server filters no rows (before Open vSwitch 2.6): all are monitored. */
  'conditions-unsupported': { remedy: 'drop-message', source: `${OVS} §4.1.12` },
  /** A transaction was taken back. In a cluster it may have been carried out nevertheless. */
  canceled: { remedy: 'drop-message', source: `${RFC} §4.1.4` },
  'request-timeout': { remedy: 'drop-message', source: OWN_LIMIT },
  'too-many-requests': { remedy: 'drop-message', source: OWN_LIMIT },
  /** No byte within two probe intervals, an echo request unanswered. */
  'peer-silent': { remedy: 'end-session', source: `${RFC} §4.1.11` },
  /** Told by whoever owns the socket. */
  'connection-lost': { remedy: 'end-session', source: 'the transport' },
} as const satisfies Record<string, CatalogueRow>;

export type OvsdbErrorCode = keyof typeof OVSDB_ERRORS;

export type OvsdbError = ProtocolError<OvsdbErrorCode>;

export function ovsdbError(code: OvsdbErrorCode, detail: string, offset = 0): OvsdbError {
  const { remedy, source } = OVSDB_ERRORS[code];
  return { code, remedy, detail, source, offset };
}
