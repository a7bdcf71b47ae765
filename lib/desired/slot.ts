/**
 * A slot: the fragments of one record in one network, one per audience.
 *
 * Without an owner it is for every member; else `own` is the owner's alone, and `others` everybody else's, one per
 * capability (agreement.ts). Each is compiled on first need, and the same object ever after.
 */
import type { NveName } from '../model/records.ts';
import type { Capability } from './agreement.ts';
import type { Fragment } from './fragment.ts';

/** Not compiled yet. */
const UNKNOWN = Symbol('unknown');

export class Slot {
  readonly #owner: NveName | undefined;
  readonly #compileOwn: () => Fragment | undefined;
  readonly #compileFor: ((capability: Capability) => Fragment | undefined) | undefined;
  #own: Fragment | undefined | typeof UNKNOWN = UNKNOWN;
  /** The first capability that asked, and the few more that may: nearly always all NVEs have the same. */
  #first: Capability | undefined;
  #forFirst: Fragment | undefined;
  #forMore: Map<Capability, Fragment | undefined> | undefined;

  constructor(
    owner: NveName | undefined,
    compileOwn: () => Fragment | undefined,
    compileFor?: (capability: Capability) => Fragment | undefined,
  ) {
    this.#owner = owner;
    this.#compileOwn = compileOwn;
    this.#compileFor = compileFor;
  }

  /** What this NVE holds of the slot. */
  fragment(nve: NveName, capability: Capability): Fragment | undefined {
    if (this.#owner === undefined || this.#owner === nve) {
      if (this.#own === UNKNOWN) this.#own = this.#compileOwn();
      return this.#own;
    }
    if (this.#first === undefined) {
      this.#first = capability;
      this.#forFirst = this.#compileFor?.(capability);
    }
    if (this.#first === capability) return this.#forFirst;
    this.#forMore ??= new Map();
    if (!this.#forMore.has(capability)) {
      this.#forMore.set(capability, this.#compileFor?.(capability));
    }
    return this.#forMore.get(capability);
  }
}
