/**
 * The RPC peer: requests with deadlines, replies matched to them, the server's calls dispatched.
 *
 * The one home of the library json-rpc-2.0, which speaks JSON-RPC 2.0; RFC 7047 speaks 1.0, so each
 * message is translated on its way in and out. The library numbers and builds requests, dispatches
 * methods and refuses unknown ones.
 *
 * The library hands results over as promises, one turn late: an update that arrives in the same chunk
 * as the reply to its monitor request would overtake that reply. So what it calls (its sender, its
 * methods) leaves a note here at once, replies are told to our caller in wire order, and its promises
 * are only let settle. Deadlines are ours too: the library's need a timer.
 *
 * Source: RFC 7047 §4.
 */
import {
  createJSONRPCErrorResponse,
  createJSONRPCSuccessResponse,
  JSONRPCClient,
  JSONRPCErrorCode,
  type JSONRPCRequest,
  JSONRPCServer,
} from 'json-rpc-2.0';
import { failed, ok, type Result } from '../base/protocol-error.ts';
import type { InstantMs } from '../base/units.ts';
import { excerpt, type Json, type JsonObject } from './values/json.ts';
import { type OvsdbError, ovsdbError } from './values/protocol-errors.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope } from './wire/rfc7047.ts';

export type RpcArrival =
  | { readonly kind: 'result'; readonly id: number; readonly result: Json }
  /** RFC 7047 §4: "error" is a string, an object with a string "error", or anything else. */
  | { readonly kind: 'error'; readonly id: number; readonly error: Json }
  | { readonly kind: 'call'; readonly method: string; readonly params: readonly Json[] }
  /** A request that has its answer already: echo, or an error for a method that we do not have. */
  | { readonly kind: 'answered'; readonly method: string; readonly error: OvsdbError | undefined };

/** Calls of the server that we understand; each is a notification except echo. */
const CALLS = ['update', 'update2', 'update3', 'locked', 'stolen', 'monitor_canceled'] as const;

export class RpcPeer {
  readonly #client: JSONRPCClient;
  readonly #server = new JSONRPCServer({ errorListener: () => undefined });
  /** Deadlines of the requests that wait for replies, by id. */
  readonly #pending = new Map<number, InstantMs>();
  #lastId = 0;
  #output: Uint8Array[] = [];
  /** What the dispatched method noted, until `receive` returns it. */
  #arrival: RpcArrival | undefined;

  constructor() {
    this.#client = new JSONRPCClient(
      (payload: JSONRPCRequest) => this.#sendRequest(payload),
      () => this.#nextId(),
    );
    for (const method of CALLS) this.#server.addMethodAdvanced(method, this.#noteCall);
    this.#server.addMethodAdvanced('echo', this.#answerEcho);
    this.#server.handleMethodNotFound = this.#refuseMethod;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Sends a request and returns its id. */
  request(method: string, params: readonly Json[], deadline: InstantMs): number {
    settle(this.#client.request(method, params));
    const id = this.#lastId;
    this.#pending.set(id, deadline);
    return id;
  }

  /** Sends what has no reply. */
  notify(method: string, params: readonly Json[]): void {
    this.#client.notify(method, params);
  }

  /** The reply to this request, if it is waited for, has until then. */
  putOff(id: number, deadline: InstantMs): void {
    if (this.#pending.has(id)) this.#pending.set(id, deadline);
  }

  /** The reply to this request is not waited for any more. */
  giveUp(id: number): void {
    if (this.#pending.has(id)) this.#forget(id);
  }

  /** One whole message of the server. */
  receive(message: JsonObject): Result<RpcArrival, OvsdbError> {
    const decoded = decodeEnvelope(message);
    if (!decoded.ok) return decoded;
    const envelope = decoded.value;
    if (envelope.kind === 'result' || envelope.kind === 'error') return this.#reply(envelope);
    return this.#dispatch(envelope);
  }

  /** Gives up the requests whose deadline has come. */
  expire(now: InstantMs): readonly number[] {
    const expired: number[] = [];
    for (const [id, deadline] of this.#pending) if (deadline <= now) expired.push(id);
    for (const id of expired) this.#forget(id);
    return expired;
  }

  /** Gives up all requests, in the order in which they were made. */
  abandon(): readonly number[] {
    const ids = [...this.#pending.keys()];
    for (const id of ids) this.#forget(id);
    return ids;
  }

  deadline(): InstantMs | undefined {
    let earliest: InstantMs | undefined;
    for (const deadline of this.#pending.values()) {
      if (earliest === undefined || deadline < earliest) earliest = deadline;
    }
    return earliest;
  }

  takeOutput(): Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #sendRequest(request: JSONRPCRequest): void {
    const id = request.id ?? null;
    const params = request.params as readonly Json[];
    this.#send({ kind: 'request', id, method: request.method, params });
  }

  #send(envelope: Envelope): void {
    this.#output.push(encodeEnvelope(envelope));
  }

  #reply(
    envelope: Extract<Envelope, { kind: 'result' | 'error' }>,
  ): Result<RpcArrival, OvsdbError> {
    const { id } = envelope;
    if (typeof id !== 'number' || !this.#pending.has(id)) return failed(this.#unasked(id));
    this.#pending.delete(id);
    if (envelope.kind === 'error') {
      this.#client.receive(createJSONRPCErrorResponse(id, JSONRPCErrorCode.InternalError, ''));
      return ok({ kind: 'error', id, error: envelope.error });
    }
    this.#client.receive(createJSONRPCSuccessResponse(id, null));
    return ok({ kind: 'result', id, result: envelope.result });
  }

  #unasked(id: Json): OvsdbError {
    const wasAsked = typeof id === 'number' && Number.isInteger(id) && id > 0 && id <= this.#lastId;
    return wasAsked
      ? ovsdbError('late-reply', `request ${id} was given up or answered before`)
      : ovsdbError('unsolicited-reply', `no request had the id ${excerpt(id)}`);
  }

  #forget(id: number): void {
    this.#pending.delete(id);
    this.#client.receive(
      createJSONRPCErrorResponse(id, JSONRPCErrorCode.InternalError, 'given up'),
    );
  }

  #dispatch(
    envelope: Extract<Envelope, { kind: 'request' | 'notification' }>,
  ): Result<RpcArrival, OvsdbError> {
    const { method, params } = envelope;
    const request: JSONRPCRequest = { jsonrpc: '2.0', method, params };
    // Any JSON may be an id in 1.0; the library allows text and numbers, so it sees a stand-in.
    if (envelope.kind === 'request') request.id = 0;
    this.#arrival = undefined;
    settle(this.#server.receive(request));
    const arrival: RpcArrival = this.#arrival ?? { kind: 'answered', method, error: undefined };
    if (envelope.kind === 'request') this.#answer(envelope.id, arrival, params);
    return ok(arrival);
  }

  #answer(id: Json, arrival: RpcArrival, params: readonly Json[]): void {
    const isUnknown = arrival.kind === 'answered' && arrival.error !== undefined;
    if (isUnknown) this.#send({ kind: 'error', id, error: 'unknown method' });
    else this.#send({ kind: 'result', id, result: arrival.kind === 'answered' ? params : null });
  }

  readonly #noteCall = (request: JSONRPCRequest): Promise<null> => {
    const params = request.params as readonly Json[];
    this.#arrival = { kind: 'call', method: request.method, params };
    return NOTHING;
  };

  readonly #answerEcho = (request: JSONRPCRequest): Promise<null> => {
    this.#arrival = { kind: 'answered', method: request.method, error: undefined };
    return NOTHING;
  };

  readonly #refuseMethod = (request: JSONRPCRequest): Promise<null> => {
    const error = ovsdbError('unknown-method', `we have no method ${excerpt(request.method)}`);
    this.#arrival = { kind: 'answered', method: request.method, error };
    return NOTHING;
  };
}

const NOTHING: Promise<null> = Promise.resolve(null);

/** The library's promises carry nothing that is not known already: let them end quietly. */
function settle(promise: PromiseLike<unknown>): void {
  promise.then(
    () => undefined,
    () => undefined,
  );
}
