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
  #others: Map<Capability, Fragment | undefined> | undefined;

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
    this.#others ??= new Map();
    const known = this.#others.get(capability);
    if (known !== undefined || this.#others.has(capability)) return known;
    const fragment = this.#compileFor?.(capability);
    this.#others.set(capability, fragment);
    return fragment;
  }
}
