/**
 * Requests of the session's user: transactions and plain questions, from sending to their one outcome.
 *
 * Each has an id, and later exactly one `reply`, `answer` or `request-failed` with it. What cannot be sent fails at
 * once, under a negative id.
 *
 * Trap: a server that does not know `set_db_change_aware` drops a cancelled transaction without a word. So an echo
 * follows the cancel: the server works in order, and when the echo is back first, there will be no reply.
 *
 * Source: RFC 7047 §4.1.1 to §4.1.4, §4.1.11.
 */
import type { DurationMs, InstantMs } from '../base/units.ts';
import { checkOperations } from './check-operations.ts';
import type { RpcPeer } from './rpc-peer.ts';
import type { NextRequest, OvsdbEvent } from './session-events.ts';
import { type Operation, readTransactReply } from './transaction.ts';
import type { Json } from './values/json.ts';
import { type OvsdbError, type OvsdbErrorCode, ovsdbError } from './values/protocol-errors.ts';
import { describeServerError, readServerError, type ServerError } from './values/server-errors.ts';
import type { ServerSchema } from './values/server-schema.ts';

/** Requests that may wait for replies at once; whoever sends more is refused. */
const REQUESTS_PENDING_MAX = 1024;

export interface TransactOptions {
  /** The session's requestTimeoutMs when left out. */
  readonly timeoutMs?: DurationMs;
  /** Puts an assertion of the session's lock before the operations. */
  readonly assertLock?: boolean;
}

type Asked =
  | { readonly kind: 'transact'; readonly operationCount: number; readonly assertedLock: boolean }
  | { readonly kind: 'plain'; readonly done: Done }
  /** The echo behind the cancel of this transaction. */
  | { readonly kind: 'barrier'; readonly canceledId: number };

/** Called before the outcome is told, when the server did what it was asked for. */
type Done = () => void;

const NOBODY: Done = () => undefined;

export interface ClientRequestsOptions {
  readonly database: string;
  readonly lock?: string;
  readonly requestTimeoutMs: DurationMs;
}

export class ClientRequests {
  readonly #peer: RpcPeer;
  readonly #options: ClientRequestsOptions;
  readonly #tell: (event: OvsdbEvent) => void;
  readonly #asked = new Map<number, Asked>();
  #refusedCount = 0;

  constructor(peer: RpcPeer, options: ClientRequestsOptions, tell: (event: OvsdbEvent) => void) {
    this.#peer = peer;
    this.#options = options;
    this.#tell = tell;
  }

  transact(
    schema: ServerSchema | undefined,
    operations: readonly Operation[],
    now: InstantMs,
    options: TransactOptions,
  ): number {
    const fault = checkAgainst(schema, operations);
    if (fault !== undefined) return this.refuse(fault);
    const { database, lock, requestTimeoutMs } = this.#options;
    const assertedLock = options.assertLock === true && lock !== undefined;
    const params: Json[] = [database];
    if (assertedLock) params.push({ op: 'assert', lock });
    params.push(...operations);
    const operationCount = operations.length;
    const deadline = now + (options.timeoutMs ?? requestTimeoutMs);
    return this.#send('transact', params, deadline, {
      kind: 'transact',
      operationCount,
      assertedLock,
    });
  }

  plain({ method, params }: NextRequest, now: InstantMs, done: Done = NOBODY): number {
    const deadline = now + this.#options.requestTimeoutMs;
    return this.#send(method, params, deadline, { kind: 'plain', done });
  }

  /** False: there is no such transaction under way. */
  cancel(id: number, now: InstantMs): boolean {
    if (this.#asked.get(id)?.kind !== 'transact') return false;
    this.#peer.notify('cancel', [id]);
    const barrier = this.#peer.request('echo', [], now + this.#options.requestTimeoutMs);
    this.#asked.set(barrier, { kind: 'barrier', canceledId: id });
    return true;
  }

  /** Says of a request that was not sent why. */
  refuse(error: OvsdbError): number {
    const id = -++this.#refusedCount;
    this.#tell({ type: 'request-failed', id, error });
    return id;
  }

  /** False: it is none of ours. */
  replied(id: number, reply: Json): boolean {
    const asked = this.#take(id);
    switch (asked?.kind) {
      case 'transact': {
        const result = readTransactReply(reply, asked.operationCount, asked.assertedLock);
        if (result !== undefined) this.#tell({ type: 'reply', id, result });
        else this.#fail(id, 'request-refused', 'the reply does not fit the operations');
        break;
      }
      case 'plain':
        asked.done();
        this.#tell({ type: 'answer', id, result: reply });
        break;
      case 'barrier':
        this.#barrierPassed(asked.canceledId);
    }
    return asked !== undefined;
  }

  /** False: it is none of ours. */
  refusedByServer(id: number, wire: Json): boolean {
    const asked = this.#take(id);
    if (asked === undefined) return false;
    if (asked.kind === 'barrier') {
      this.#barrierPassed(asked.canceledId);
      return true;
    }
    const server = readServerError(wire);
    const code = server.code === 'canceled' ? 'canceled' : 'request-refused';
    this.#fail(id, code, describeServerError(server), server);
    return true;
  }

  /** False: it is none of ours. */
  expired(id: number): boolean {
    const asked = this.#take(id);
    if (asked === undefined) return false;
    if (asked.kind === 'barrier') return true;
    // So that the server does not keep what nobody waits for.
    if (asked.kind === 'transact') this.#peer.notify('cancel', [id]);
    const what = asked.kind === 'transact' ? 'transaction' : 'request';
    this.#fail(id, 'request-timeout', `no reply to the ${what} in time`);
    return true;
  }

  /** The session has ended. */
  abandoned(id: number, detail: string): void {
    const asked = this.#take(id);
    if (asked === undefined || asked.kind === 'barrier') return;
    this.#fail(id, 'connection-lost', detail);
  }

  #send(method: string, params: readonly Json[], deadline: InstantMs, asked: Asked): number {
    if (this.#peer.pendingCount >= REQUESTS_PENDING_MAX) {
      const detail = `${REQUESTS_PENDING_MAX} requests wait for replies`;
      return this.refuse(ovsdbError('too-many-requests', detail));
    }
    const id = this.#peer.request(method, params, deadline);
    this.#asked.set(id, asked);
    return id;
  }

  #barrierPassed(canceledId: number): void {
    if (this.#take(canceledId) === undefined) return;
    this.#peer.giveUp(canceledId);
    this.#fail(canceledId, 'canceled', 'the server has dropped the transaction');
  }

  #take(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked;
  }

  #fail(id: number, code: OvsdbErrorCode, detail: string, server?: ServerError): void {
    const error = ovsdbError(code, detail);
    const said = server === undefined ? {} : { server };
    this.#tell({ type: 'request-failed', id, error, ...said });
  }
}

function checkAgainst(
  schema: ServerSchema | undefined,
  operations: readonly Operation[],
): OvsdbError | undefined {
  if (schema === undefined) {
    return ovsdbError('not-ready', 'the schema has not come yet: send it after "synced"');
  }
  const fault = checkOperations(schema, operations);
  return fault === undefined ? undefined : ovsdbError('invalid-request', fault);
}
