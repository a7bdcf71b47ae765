/**
 * How often the same may be done to one NVE: again after 5 s, 10 s … 5 min, so that instances that see things
 * differently cannot move it to and fro without end.
 */
import type { NveName } from '../model/records.ts';

const AGAIN_FIRST_MS = 5_000;
const AGAIN_MAX_MS = 300_000;
/** After so long without it, it counts as the first time. */
const FORGOTTEN_MS = 2 * AGAIN_MAX_MS;

export class Pace {
  readonly #last = new Map<NveName, { readonly at: number; readonly againMs: number }>();

  allows(nve: NveName, now: number): boolean {
    const last = this.#last.get(nve);
    return last === undefined || now - last.at >= last.againMs;
  }

  /** It is done now. */
  note(nve: NveName, now: number): void {
    const last = this.#last.get(nve);
    const isFirst = last === undefined || now - last.at >= FORGOTTEN_MS;
    const againMs = isFirst ? AGAIN_FIRST_MS : Math.min(last.againMs * 2, AGAIN_MAX_MS);
    this.#last.set(nve, { at: now, againMs });
  }

  /** Things have changed: what was tried in vain may be tried again after the shortest time. */
  relax(now: number): void {
    for (const [nve, { at }] of this.#last) {
      if (now - at >= FORGOTTEN_MS) this.#last.delete(nve);
      else this.#last.set(nve, { at, againMs: AGAIN_FIRST_MS });
    }
  }
}
