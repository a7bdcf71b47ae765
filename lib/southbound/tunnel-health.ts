/**
 * Whether one monitored tunnel is up, from what Open vSwitch says of its BFD session, damped.
 *
 * Down counts at once; up again only when the session has been up for UP_AFTER intervals without a break, twice as long
 * for each time that it went down within the last FORGET_MS, since an edge that comes and goes would take every network
 * with it each time. A session that has never been up says nothing: a tunnel that was never right is a fault of
 * configuration, and no reason to withdraw an edge. After a restart of the switch its sessions begin anew, and say
 * nothing either until they are up.
 */

/** `bfd_status` of an Interface: ovs-vswitchd.conf.db(5). */
export type BfdStatus = ReadonlyMap<string, string>;

export type Verdict = 'unheard' | 'up' | 'down';

const UP_AFTER = 5;
const DOUBLED_MAX = 6;
export const FORGET_MS = 60_000;

export class TunnelHealth {
  readonly #intervalMs: number;
  #verdict: Verdict = 'unheard';
  #flaps = 0;
  #upAt: number | undefined;
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
    if (this.#verdict !== 'down' || this.#upAt === undefined) return undefined;
    return this.#upAt + UP_AFTER * this.#intervalMs * 2 ** Math.min(this.#falls - 1, DOUBLED_MAX);
  }

  take(status: BfdStatus, nowMs: number): void {
    const flaps = Number(status.get('flap_count') ?? 0);
    const isAnew = flaps < this.#flaps;
    this.#flaps = flaps;
    const isUp = status.get('state') === 'up' && status.get('forwarding') === 'true';
    if (isUp) this.#rises(nowMs);
    else this.#drops(isAnew, flaps > 0, nowMs);
    const said = status.get('diagnostic');
    const isWord = said !== undefined && said !== '' && said !== 'No Diagnostic';
    if (!isUp && isWord) this.#diagnostic = said;
  }

  elapsed(nowMs: number): void {
    if (this.dueMs !== undefined && this.dueMs <= nowMs) this.#verdict = 'up';
  }

  #rises(nowMs: number): void {
    this.#upAt ??= nowMs;
    if (this.#verdict === 'unheard') this.#verdict = 'up';
    this.elapsed(nowMs);
  }

  #drops(isAnew: boolean, wasUp: boolean, nowMs: number): void {
    this.#upAt = undefined;
    if (isAnew && !wasUp) {
      this.#verdict = 'unheard';
      return;
    }
    if (!wasUp || this.#verdict === 'down') return;
    if (nowMs - this.#fellAt > FORGET_MS) this.#falls = 0;
    this.#falls++;
    this.#fellAt = nowMs;
    this.#verdict = 'down';
  }
}
