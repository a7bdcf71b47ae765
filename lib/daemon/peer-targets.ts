/**
 * What the bridges of our NVEs are to know of the other instances, by the words of those: their OpenFlow targets.
 *
 * A target that nobody wants any more is taken from the bridges, so it matters whether everybody has spoken: not yet
 * when the store has just been reached, nor when it has forgotten somebody, as one that was emptied has.
 */
import type { Member } from '../model/announcement.ts';
import type { ControllerTarget, PeerTargets } from '../reconcile/bridge-plan.ts';

/** So long after the store was reached all instances have said what they have to say. */
const SETTLED_MS = 60_000;

/** Before anybody was heard. */
export const UNHEARD: PeerTargets = { targets: [], members: new Set(), settled: false };

export class PeersHeard {
  readonly #self: string;
  /** Since when nobody has been missing. */
  #completeSince: number | undefined;
  #names: ReadonlySet<string> = new Set();
  /** By what it was last told, and what that came from. */
  #told = '';
  #heard: readonly unknown[] = [];

  constructor(self: string) {
    this.#self = self;
  }

  /** The store does not answer. */
  away(): void {
    this.#completeSince = undefined;
  }

  /** What each NVE's bridge is to know now; undefined: what was told before. */
  take(members: readonly Member[], now: number): ((nve: string) => PeerTargets) | undefined {
    const names = new Set(members.map(({ name }) => name));
    if ([...this.#names].some((name) => !names.has(name))) this.#completeSince = now;
    this.#names = names;
    this.#completeSince ??= now;
    const settled = now - this.#completeSince >= SETTLED_MS;
    const heard = [settled, ...members.map(({ announcement }) => announcement.nves)];
    const isSame = heard.length === this.#heard.length;
    if (isSame && heard.every((it, at) => it === this.#heard[at])) return undefined;
    this.#heard = heard;
    const targets = targetsOf(members.filter(({ name }) => name !== this.#self));
    const told = JSON.stringify([[...targets], [...names], settled]);
    if (told === this.#told) return undefined;
    this.#told = told;
    return (nve) => ({ targets: targets.get(nve) ?? [], members: names, settled });
  }
}

function targetsOf(members: readonly Member[]): Map<string, ControllerTarget[]> {
  const targets = new Map<string, ControllerTarget[]>();
  for (const { name, announcement } of members) {
    for (const nve of announcement.nves) {
      const there = targets.get(nve.name) ?? [];
      for (const target of nve.controllers) there.push({ instance: name, target });
      targets.set(nve.name, there);
    }
  }
  return targets;
}
