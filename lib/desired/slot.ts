/**
 * A slot: the fragments of one record in one network, one per audience.
 *
 * `base` is for every member; `own` only for the owner; `others` for everybody else, compiled once per capability
 * (agreement.ts), on first need, and the same object ever after.
 */
import type { NveName } from '../model/records.ts';
import type { Capability } from './agreement.ts';
import type { Fragment } from './fragment.ts';

export class Slot {
  readonly #owner: NveName | undefined;
  readonly #own: Fragment | undefined;
  readonly #compileFor: ((capability: Capability) => Fragment | undefined) | undefined;
  readonly #others = new Map<Capability, Fragment | undefined>();

  constructor(
    owner: NveName | undefined,
    own: Fragment | undefined,
    compileFor?: (capability: Capability) => Fragment | undefined,
  ) {
    this.#owner = owner;
    this.#own = own;
    this.#compileFor = compileFor;
  }

  /** What this NVE holds of the slot. */
  fragment(nve: NveName, capability: Capability): Fragment | undefined {
    if (this.#owner === undefined || this.#owner === nve) return this.#own;
    if (this.#others.has(capability)) return this.#others.get(capability);
    const fragment = this.#compileFor?.(capability);
    this.#others.set(capability, fragment);
    return fragment;
  }
}
