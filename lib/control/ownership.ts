/**
 * Who should serve which NVE: when this instance gives a lock away, and when it takes one from the dead.
 *
 * The NVE's own ovsdb-server decides who holds its lock; this only decides what to ask of it. Pure; its time is what
 * it is given.
 */
import type { NveName } from '../model/records.ts';

/** Another instance, as last heard of. */
export interface Peer {
  readonly name: string;
  /** It was heard of within the last SILENCE_MAX_MS. */
  readonly alive: boolean;
  /** NVEs connected to it; true: it owns the NVE. */
  readonly nves: ReadonlyMap<NveName, boolean>;
}

export interface OwnershipView {
  readonly now: number;
  /** Since when the store has answered without a break; undefined: it does not answer now. */
  readonly storeSince: number | undefined;
  /** Since when the store has not answered; undefined: it answers. */
  readonly awaySince: number | undefined;
  readonly peers: readonly Peer[];
  /** NVEs whose database is connected to us; true: we own the NVE. */
  readonly nves: ReadonlyMap<NveName, boolean>;
}

export interface LockAction {
  readonly nve: NveName;
  readonly action: 'release' | 'steal';
  /** For people. */
  readonly why: string;
}

/** An instance that has said nothing for so long is believed dead: six of its intervals. */
export const SILENCE_MAX_MS = 3_000;

export class Ownership {
  readonly #self: string;

  constructor(self: string) {
    this.#self = self;
  }

  /** Asked at each interval, and when somebody's word or an NVE of ours has changed. */
  decide(_view: OwnershipView): LockAction[] {
    throw new Error(`not yet: ${this.#self}`);
  }
}
