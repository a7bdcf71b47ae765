/**
 * The lock: what we asked of the server's one lock and what it told us.
 *
 * The server grants it to one connection at a time, in the order of asking; it is released when its holder's
 * connection ends. Who asks (`lock`, `steal`) must `unlock` before asking anew, whether the lock was granted, is still
 * waited for or was stolen: ovsdb-server leaves the one it was stolen from in the queue, next in turn.
 *
 * Trap: a notification names the lock, not the request that it belongs to. One that comes before the answer to our
 * `unlock` was sent to the request before, and says nothing of the newest one. A holder may be told "locked" again when
 * a waiter leaves: told once here.
 *
 * Source: RFC 7047 §4.1.8 to §4.1.10; ovsdb-server 3.1 ("must issue "unlock" before new "steal"").
 */
import type { LockState, NextRequest } from './session-events.ts';
import { isJsonObject, type Json, member } from './values/json.ts';

export class LockRequest {
  readonly #name: string | undefined;
  #state: LockState | 'none' = 'none';
  /** Requests for the lock so far; the newest one's answer alone counts. */
  #asked = 0;
  /** `unlock` requests without an answer. */
  #unlocking = 0;
  /** A notification has come to the newest request: newer than its answer, wherever that is. */
  #isNotified = false;

  constructor(name: string | undefined) {
    this.#name = name;
  }

  get isHeld(): boolean {
    return this.#state === 'locked';
  }

  /** Of the newest request for the lock, for its answer. */
  get serial(): number {
    return this.#asked;
  }

  /** To be sent in this order; empty: no lock is wanted, or it was asked for already. */
  request(): NextRequest[] {
    return this.#state === 'locked' || this.#state === 'waiting' ? [] : this.#ask('lock');
  }

  /** Takes it from whoever holds it; to be sent in this order; empty: no lock is wanted, or it is ours. */
  steal(): NextRequest[] {
    return this.#state === 'locked' ? [] : this.#ask('steal');
  }

  /** Undefined: there is nothing to give back. */
  release(): NextRequest | undefined {
    if (this.#name === undefined || this.#state === 'none' || this.#state === 'released') return;
    this.#state = 'released';
    this.#unlocking++;
    return { method: 'unlock', params: [this.#name] };
  }

  /** The answer to an `unlock`, also a refusal. */
  unlocked(): void {
    if (this.#unlocking > 0) this.#unlocking--;
  }

  /** The answer to the request for the lock with this serial; what to tell, if anything. */
  answered(serial: number, reply: Json): LockState | 'bad-reply' | undefined {
    const locked = isJsonObject(reply) ? member(reply, 'locked') : undefined;
    if (typeof locked !== 'boolean') return 'bad-reply';
    if (serial !== this.#asked || this.#state === 'released') return undefined;
    // The server works in order: what was unlocked before is.
    this.#unlocking = 0;
    if (this.#isNotified) return undefined;
    this.#state = locked ? 'locked' : 'waiting';
    return this.#state;
  }

  /** A notification; what to tell, if anything. */
  notified(method: 'locked' | 'stolen', params: readonly Json[]): LockState | undefined {
    const isOurs = params[0] === this.#name && this.#name !== undefined;
    if (!isOurs || this.#state === 'none' || this.#state === 'released') return undefined;
    if (this.#unlocking > 0) return undefined;
    this.#isNotified = true;
    if (this.#state === method) return undefined;
    this.#state = method;
    return method;
  }

  #ask(method: 'lock' | 'steal'): NextRequest[] {
    if (this.#name === undefined) return [];
    const unlock = this.release();
    this.#state = 'waiting';
    this.#asked++;
    this.#isNotified = false;
    const ask = { method, params: [this.#name] };
    return unlock === undefined ? [ask] : [unlock, ask];
  }
}
