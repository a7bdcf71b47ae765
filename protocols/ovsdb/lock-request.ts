/**
 * The lock: what we asked of the server's one lock and what it told us.
 *
 * The server grants it to one connection at a time, in the order of asking; it is released when its
 * holder's connection ends. A holder may be told "locked" again when a waiter leaves: told once here.
 *
 * Source: RFC 7047 §4.1.8 to §4.1.10.
 */
import type { LockState } from './session-events.ts';
import type { NextRequest } from './subscription.ts';
import { isJsonObject, type Json, member } from './values/json.ts';

export class LockRequest {
  readonly #name: string | undefined;
  #state: LockState | 'none' = 'none';

  constructor(name: string | undefined) {
    this.#name = name;
  }

  get isHeld(): boolean {
    return this.#state === 'locked';
  }

  /** Undefined: no lock is wanted, or it was asked for already. */
  request(): NextRequest | undefined {
    if (this.#name === undefined) return undefined;
    if (this.#state === 'locked' || this.#state === 'waiting') return undefined;
    // A stolen lock is still asked for as far as the server is concerned.
    if (this.#state === 'stolen') return undefined;
    this.#state = 'waiting';
    return { method: 'lock', params: [this.#name] };
  }

  /** Undefined: there is nothing to give back. */
  release(): NextRequest | undefined {
    if (this.#name === undefined || this.#state === 'none' || this.#state === 'released') return;
    this.#state = 'released';
    return { method: 'unlock', params: [this.#name] };
  }

  /** The reply to `lock`; what to tell, if anything. */
  answered(reply: Json): LockState | 'bad-reply' | undefined {
    const locked = isJsonObject(reply) ? member(reply, 'locked') : undefined;
    if (typeof locked !== 'boolean') return 'bad-reply';
    if (this.#state === 'released') return undefined;
    this.#state = locked ? 'locked' : 'waiting';
    return this.#state;
  }

  /** A notification; what to tell, if anything. */
  notified(method: 'locked' | 'stolen', params: readonly Json[]): LockState | undefined {
    const isOurs = params[0] === this.#name && this.#name !== undefined;
    if (!isOurs || this.#state === 'none' || this.#state === 'released') return undefined;
    if (this.#state === method) return undefined;
    this.#state = method;
    return method;
  }
}
