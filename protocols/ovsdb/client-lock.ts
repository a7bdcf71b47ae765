/**
 * The lock on the wire: sends what lock-request.ts says, and tells what the server answers and notifies.
 *
 * Source: RFC 7047 §4.1.8 to §4.1.10.
 */
import type { DurationMs, InstantMs } from '../base/units.ts';
import { LockRequest } from './lock-request.ts';
import type { RpcPeer } from './rpc-peer.ts';
import type { LockState, NextRequest } from './session-events.ts';
import type { Json } from './values/json.ts';
import { describeServerError, readServerError } from './values/server-errors.ts';

export interface ClientLockOptions {
  readonly lock?: string;
  readonly requestTimeoutMs: DurationMs;
}

export interface ClientLockHost {
  tell(state: LockState): void;
  /** The server gives no lock as it should: the session is of no use. */
  fail(detail: string): void;
}

export class ClientLock {
  readonly #peer: RpcPeer;
  readonly #options: ClientLockOptions;
  readonly #host: ClientLockHost;
  readonly #request: LockRequest;
  /** The serial of each request for the lock that waits for its answer; undefined: an `unlock`. */
  readonly #asked = new Map<number, number | undefined>();

  constructor(peer: RpcPeer, options: ClientLockOptions, host: ClientLockHost) {
    this.#peer = peer;
    this.#options = options;
    this.#host = host;
    this.#request = new LockRequest(options.lock);
  }

  get isHeld(): boolean {
    return this.#request.isHeld;
  }

  /** The requests that wait for their answers. */
  get waiting(): Iterable<number> {
    return this.#asked.keys();
  }

  request(now: InstantMs): void {
    this.#send(this.#request.request(), now);
  }

  steal(now: InstantMs): void {
    this.#send(this.#request.steal(), now);
  }

  release(now: InstantMs): void {
    const unlock = this.#request.release();
    if (unlock === undefined) return;
    this.#send([unlock], now);
    this.#host.tell('released');
  }

  /** False: it is none of ours. */
  replied(id: number, reply: Json): boolean {
    if (!this.#asked.has(id)) return false;
    const serial = this.#take(id);
    if (serial === undefined) this.#request.unlocked();
    else this.#tell(this.#request.answered(serial, reply));
    return true;
  }

  /** False: it is none of ours. */
  refusedByServer(id: number, wire: Json): boolean {
    if (!this.#asked.has(id)) return false;
    if (this.#take(id) === undefined) this.#request.unlocked();
    else this.#host.fail(`lock: ${describeServerError(readServerError(wire))}`);
    return true;
  }

  notified(method: 'locked' | 'stolen', params: readonly Json[]): void {
    this.#tell(this.#request.notified(method, params));
  }

  #send(requests: readonly NextRequest[], now: InstantMs): void {
    const deadline = now + this.#options.requestTimeoutMs;
    for (const { method, params } of requests) {
      const serial = method === 'unlock' ? undefined : this.#request.serial;
      this.#asked.set(this.#peer.request(method, params, deadline), serial);
    }
  }

  #take(id: number): number | undefined {
    const serial = this.#asked.get(id);
    this.#asked.delete(id);
    return serial;
  }

  #tell(outcome: ReturnType<LockRequest['answered']>): void {
    if (outcome === 'bad-reply') this.#host.fail('lock: the reply is not one');
    else if (outcome !== undefined) this.#host.tell(outcome);
  }
}
