/**
 * The dialect: JSON-RPC 1.0 as RFC 7047 speaks it, between JSON objects and envelopes.
 *
 * | kind         | members                         |
 * |--------------|---------------------------------|
 * | request      | method, params, id              |
 * | notification | method, params, id: null        |
 * | reply        | result, error: null, id         |
 * | error reply  | result: null, error, id         |
 *
 * Trap: ovsdb-server ends the connection when it sees a member that is not in this table ("jsonrpc").
 * Incoming members that we do not know are ignored.
 *
 * Source: RFC 7047 §4; JSON-RPC 1.0 §1.
 */
import { failed, ok, type Result } from '../../base/protocol-error.ts';
import { isJsonArray, type Json, type JsonObject, member } from '../values/json.ts';
import { type OvsdbError, ovsdbError } from '../values/protocol-errors.ts';

export type Envelope =
  | {
      readonly kind: 'request';
      readonly id: Json;
      readonly method: string;
      readonly params: readonly Json[];
    }
  | { readonly kind: 'notification'; readonly method: string; readonly params: readonly Json[] }
  | { readonly kind: 'result'; readonly id: Json; readonly result: Json }
  | { readonly kind: 'error'; readonly id: Json; readonly error: Json };

export function decodeEnvelope(message: JsonObject): Result<Envelope, OvsdbError> {
  const method = member(message, 'method');
  const id = member(message, 'id') ?? null;
  if (method !== undefined) {
    const params = member(message, 'params') ?? [];
    if (typeof method !== 'string' || !isJsonArray(params)) {
      return malformed('a method is a string and params is an array');
    }
    if (id === null) return ok({ kind: 'notification', method, params });
    return ok({ kind: 'request', id, method, params });
  }
  if (id === null) return malformed('neither a method nor the id of a request');
  const error = member(message, 'error') ?? null;
  if (error !== null) return ok({ kind: 'error', id, error });
  const result = member(message, 'result');
  if (result === undefined) return malformed('a reply has a result or an error');
  return ok({ kind: 'result', id, result });
}

function malformed(detail: string): { readonly ok: false; readonly error: OvsdbError } {
  return failed(ovsdbError('malformed-message', detail));
}

export function encodeEnvelope(envelope: Envelope): Uint8Array {
  return encodeText(JSON.stringify(wireMembers(envelope)));
}

function wireMembers(envelope: Envelope): JsonObject {
  switch (envelope.kind) {
    case 'request':
      return { method: envelope.method, params: envelope.params, id: envelope.id };
    case 'notification':
      return { method: envelope.method, params: envelope.params, id: null };
    case 'result':
      return { result: envelope.result, error: null, id: envelope.id };
    case 'error':
      return { result: null, error: envelope.error, id: envelope.id };
  }
}

const encoder = new TextEncoder();

function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}
