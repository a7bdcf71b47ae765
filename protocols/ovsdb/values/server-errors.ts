/**
 * The closed catalogue of what a server says when it refuses an operation, in its own words.
 *
 * The one home of those words. A word that is not here becomes `unknown` and stays readable in the details, so that
 * nobody matches on text that no specification has.
 */
import { excerpt, isJsonObject, type Json, member } from './json.ts';

const COMMIT = 'RFC 7047 §4.1.3';
const OPERATIONS = 'RFC 7047 §5.2';
const OVS = 'ovsdb-server(1), ovsdb-server(7)';

export const SERVER_ERRORS = {
  /** A reference without a row, or a row without the reference that it needs, at the commit. */
  'referential integrity violation': COMMIT,
  /** An index with two equal rows, too many rows, a value outside its column's limits. */
  'constraint violation': `${COMMIT}, §5.2`,
  'resources exhausted': COMMIT,
  'I/O error': COMMIT,
  'duplicate uuid-name': `${OPERATIONS}.1`,
  /** Division by zero. */
  'domain error': `${OPERATIONS}.4`,
  /** The result of a mutation is too large for its type. */
  'range error': `${OPERATIONS}.4`,
  /** A wait whose rows did not come. */
  'timed out': `${OPERATIONS}.6`,
  /** A durable commit, on a server that cannot. */
  'not supported': `${OPERATIONS}.7`,
  aborted: `${OPERATIONS}.8`,
  /** An assertion of a lock that is another's. */
  'not owner': `${OPERATIONS}.10`,
  canceled: 'RFC 7047 §4.1.4',
  'unknown database': `${OPERATIONS}; §4.1.2`,
  'unknown table': `${OPERATIONS}; ${OVS}`,
  'unknown column': `${OPERATIONS}; ${OVS}`,
  'unknown function': OVS,
  'unknown mutator': OVS,
  'syntax error': OVS,
  'duplicate uuid': OVS,
  'unknown method': 'JSON-RPC 1.0 §1.2; RFC 7047 §4',
  'unknown monitor': 'RFC 7047 §4.1.7',
  /** Its database cannot be written there: a copy of another server, or a read-only remote. */
  'not allowed': OVS,
  'permission error': OVS,
  /** It has not joined its cluster yet. */
  'database not available': OVS,
  /** The cluster moved on; its details are in the words of Raft. */
  'cluster error': OVS,
  'not leader': OVS,
  'internal error': OVS,
  'ovsdb error': OVS,
  /** None of these: the server's own words are in the details. */
  unknown: 'none',
} as const satisfies Record<string, string>;

export type ServerErrorCode = keyof typeof SERVER_ERRORS;

export interface ServerError {
  readonly code: ServerErrorCode;
  /** At most 500 characters, in the server's words. */
  readonly details: string;
}

const DETAILS_MAX = 500;

/** An error is text, or an object with the text in "error" (RFC 7047 §3.1 <error>), or else nothing we know. */
export function readServerError(wire: Json | undefined): ServerError {
  const word = isJsonObject(wire) ? member(wire, 'error') : wire;
  const wireDetails = isJsonObject(wire) ? member(wire, 'details') : undefined;
  const details = typeof wireDetails === 'string' ? wireDetails : '';
  if (typeof word !== 'string') return { code: 'unknown', details: excerpt(wire) };
  if (isServerErrorCode(word)) return refined(word, details.slice(0, DETAILS_MAX));
  const words = details === '' ? word : `${word}: ${details}`;
  return { code: 'unknown', details: words.slice(0, DETAILS_MAX) };
}

function isServerErrorCode(word: string): word is ServerErrorCode {
  return word !== 'unknown' && Object.hasOwn(SERVER_ERRORS, word);
}

/** What a cluster says of its leader stands in the details alone. */
function refined(code: ServerErrorCode, details: string): ServerError {
  const isLeaderGone = code === 'cluster error' && /\bnot leader\b/.test(details);
  return { code: isLeaderGone ? 'not leader' : code, details };
}

/** For sentences. */
export function describeServerError({ code, details }: ServerError): string {
  if (code === 'unknown') return details;
  return details === '' ? code : `${code}: ${details}`;
}
