/**
 * Whether one monitored tunnel is up, from what Open vSwitch says of its BFD session, damped.
 *
 * - Down counts at once. Up again only when the session has been up for UP_AFTER intervals without a break, twice as long
 *   for each further time that it went down within FORGET_MS: an edge that comes and goes would take every network with
 *   it each time.
 * - A session that has never been up says nothing: a tunnel that was never right is a fault of configuration, and no
 *   reason to withdraw an edge.
 * - A session that begins anew at either end says nothing either, for RENEWED_MS: the other end's answers have come, or
 *   it is our own switch that was restarted.
 *
 * Source: RFC 5880 §6.8.6; ovs-vswitchd.conf.db(5), bfd_status of an Interface.
 */

export type BfdStatus = ReadonlyMap<string, string>;

export type Verdict = 'unheard' | 'up' | 'down';

const UP_AFTER = 5;
/** At most 64 times as long. */
const DOUBLED_MAX = 6;
export const FORGET_MS = 60_000;
/** Twice what Open vSwitch takes to bring a session up, which speaks once a second until it is. */
export const RENEWED_MS = 5_000;

export class TunnelHealth {
  readonly #intervalMs: number;
  #verdict: Verdict = 'unheard';
  #flaps = 0;
  #upAt: number | undefined;
  #renewedAt: number | undefined;
  #falls = 0;
  #fellAt = 0;
  #diagnostic: string | undefined;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  get verdict(): Verdict {
    return this.#verdict;
  }

  /** Why it is down; the switch's words. */
  get diagnostic(): string | undefined {
    return this.#verdict === 'down' ? this.#diagnostic : undefined;
  }

  /** When `elapsed` is to be called; undefined: nothing is awaited. */
  get dueMs(): number | undefined {
    if (this.#renewedAt !== undefined) return this.#renewedAt + RENEWED_MS;
    if (this.#verdict !== 'down' || this.#upAt === undefined) return undefined;
    return this.#upAt + UP_AFTER * this.#intervalMs * 2 ** Math.min(this.#falls - 1, DOUBLED_MAX);
  }

  take(status: BfdStatus, nowMs: number): void {
    const flaps = Number(status.get('flap_count') ?? 0);
    const isOwnAnew = flaps < this.#flaps;
    this.#flaps = flaps;
    if (status.get('state') === 'up' && status.get('forwarding') === 'true') {
      this.#rise(nowMs);
      return;
    }
    this.#upAt = undefined;
    const said = status.get('diagnostic');
    if (said !== undefined && said !== NO_DIAGNOSTIC) this.#diagnostic = said;
    if (this.#verdict === 'up' && (isOwnAnew || isRenewed(status))) {
      this.#verdict = 'unheard';
      this.#renewedAt = nowMs;
    } else if (flaps > 0 && this.#renewedAt === undefined) this.#fall(nowMs);
  }

  elapsed(nowMs: number): void {
    if (this.dueMs === undefined || this.dueMs > nowMs) return;
    if (this.#renewedAt === undefined) this.#verdict = 'up';
    else this.#fall(nowMs);
  }

  #rise(nowMs: number): void {
    this.#upAt ??= nowMs;
    this.#renewedAt = undefined;
    if (this.#verdict === 'unheard') this.#verdict = 'up';
    this.elapsed(nowMs);
  }

  #fall(nowMs: number): void {
    this.#renewedAt = undefined;
    if (this.#verdict === 'down') return;
    if (nowMs - this.#fellAt > FORGET_MS) this.#falls = 0;
    this.#falls++;
    this.#fellAt = nowMs;
    this.#verdict = 'down';
  }
}

const NO_DIAGNOSTIC = 'No Diagnostic';

/** The other end says that it is down and has no reason: it has just begun. One that does not hear us gives that reason. */
function isRenewed(status: BfdStatus): boolean {
  const isSignaled = status.get('diagnostic') === 'Neighbor Signaled Session Down';
  return isSignaled && status.get('remote_diagnostic') === NO_DIAGNOSTIC;
}
