/**
 * One network, compiled: who serves it, and the slot of each record in it.
 *
 * `recompile` takes the names of what changed and gives, for each member, the fragments that it loses and gains. The
 * cost is (changed slots × members) plus (all slots) for each NVE that joins, leaves or changes its capability.
 */
import type { Domain } from '../model/domain.ts';
import type { NetworkName, NveName, PortName } from '../model/records.ts';
import { agreedEndpoint, type Capability } from './agreement.ts';
import type { Fragment } from './fragment.ts';
import type { Reach } from './reach.ts';
import { Slot } from './slot.ts';
import { localFragment, memberFragment, networkFragment, remoteFragment } from './templates.ts';

/** What one NVE must let go and must hold more. A replaced fragment stands in both. */
export interface FragmentDelta {
  readonly removed: Fragment[];
  readonly added: Fragment[];
}

export type FragmentDeltas = Map<NveName, FragmentDelta>;

/** What a batch of records has touched in one network. */
export interface Dirt {
  readonly ports: Set<PortName>;
  readonly nves: Set<NveName>;
  /** The network record itself changed. */
  whole: boolean;
}

interface Member {
  readonly capability: Capability;
  /** Attached ports; a member has at least one. */
  readonly ports: number;
}

const BASE = 'base';

export class NetworkPlan {
  readonly #name: NetworkName;
  readonly #domain: Domain;
  readonly #isWanted: (nve: NveName) => boolean;
  readonly #reach: Reach;
  readonly #members = new Map<NveName, Member>();
  readonly #placed = new Map<PortName, NveName>();
  readonly #slots = new Map<string, Slot>();

  constructor(
    name: NetworkName,
    domain: Domain,
    reach: Reach,
    isWanted: (nve: NveName) => boolean,
  ) {
    this.#name = name;
    this.#domain = domain;
    this.#reach = reach;
    this.#isWanted = isWanted;
  }

  get members(): ReadonlyMap<NveName, unknown> {
    return this.#members;
  }

  *fragments(nve: NveName): Generator<Fragment> {
    const member = this.#members.get(nve);
    if (member === undefined) return;
    for (const slot of this.#slots.values()) {
      const fragment = slot.fragment(nve, member.capability);
      if (fragment !== undefined) yield fragment;
    }
  }

  /** Those with buckets: the other members, and this NVE's own ports. */
  *bucketFragments(nve: NveName): Generator<Fragment> {
    const member = this.#members.get(nve);
    if (member === undefined) return;
    for (const other of this.#members.keys()) {
      const fragment = this.#slots.get(`nve/${other}`)?.fragment(nve, member.capability);
      if (fragment !== undefined) yield fragment;
    }
    for (const port of this.#domain.attachedTo(nve)) {
      const fragment = this.#slots.get(`port/${port}`)?.fragment(nve, member.capability);
      if (fragment !== undefined) yield fragment;
    }
  }

  recompile(dirt: Dirt, deltas: FragmentDeltas): void {
    if (dirt.whole) this.#dirtyAll(dirt);
    const former = this.#moveMembers(dirt);
    const fresh = this.#compileSlots(dirt, former);
    for (const [nve, { capability }] of this.#members) {
      if (former.has(nve) || !this.#isWanted(nve)) continue;
      for (const [key, slot] of fresh) {
        note(
          deltas,
          nve,
          this.#slots.get(key)?.fragment(nve, capability),
          slot?.fragment(nve, capability),
        );
      }
    }
    for (const [nve, old] of former) {
      if (this.#isWanted(nve)) this.#diffWhole(nve, old, fresh, deltas);
    }
    for (const [key, slot] of fresh) {
      if (slot === undefined) this.#slots.delete(key);
      else this.#slots.set(key, slot);
    }
  }

  #dirtyAll(dirt: Dirt): void {
    for (const port of this.#placed.keys()) dirt.ports.add(port);
    for (const port of this.#domain.portsOf(this.#name)) dirt.ports.add(port);
    for (const nve of this.#members.keys()) dirt.nves.add(nve);
  }

  /** Brings the members up to date; returns those that joined (undefined), left or changed, as they were. */
  #moveMembers(dirt: Dirt): Map<NveName, Member | undefined> {
    const former = new Map<NveName, Member | undefined>();
    for (const name of dirt.ports) this.#place(name, former);
    for (const name of dirt.nves) {
      const member = this.#members.get(name);
      const record = this.#domain.nve(name);
      if (member === undefined || record === undefined) continue;
      this.#setMember(name, member.ports, this.#reach.capability(record), former);
    }
    // One more port on an NVE that serves the network already is no change of membership.
    for (const [nve, old] of former) {
      if (this.#members.get(nve)?.capability === old?.capability) former.delete(nve);
    }
    return former;
  }

  #place(name: PortName, former: Map<NveName, Member | undefined>): void {
    const before = this.#placed.get(name);
    const mapping = this.#domain.mapping(name);
    const after = mapping?.network.name === this.#name ? mapping.nve : undefined;
    if (before === after?.name) return;
    const left = before === undefined ? undefined : this.#members.get(before);
    if (before !== undefined && left !== undefined) {
      this.#setMember(before, left.ports - 1, left.capability, former);
    }
    if (after === undefined) {
      this.#placed.delete(name);
      return;
    }
    this.#placed.set(name, after.name);
    const ports = this.#members.get(after.name)?.ports ?? 0;
    this.#setMember(after.name, ports + 1, this.#reach.capability(after), former);
  }

  #setMember(
    nve: NveName,
    ports: number,
    capability: Capability,
    former: Map<NveName, Member | undefined>,
  ): void {
    if (!former.has(nve)) former.set(nve, this.#members.get(nve));
    if (ports === 0) this.#members.delete(nve);
    else this.#members.set(nve, { ports, capability });
  }

  #compileSlots(dirt: Dirt, former: ReadonlyMap<NveName, unknown>): Map<string, Slot | undefined> {
    const fresh = new Map<string, Slot | undefined>();
    const empty = this.#members.size === 0;
    if (dirt.whole || empty || !this.#slots.has(BASE)) {
      fresh.set(BASE, empty ? undefined : this.#baseSlot());
    }
    for (const port of dirt.ports) fresh.set(`port/${port}`, this.#portSlot(port));
    for (const nve of dirt.nves) fresh.set(`nve/${nve}`, this.#memberSlot(nve));
    for (const nve of former.keys()) fresh.set(`nve/${nve}`, this.#memberSlot(nve));
    return fresh;
  }

  #baseSlot(): Slot | undefined {
    const network = this.#domain.network(this.#name);
    return network && new Slot(undefined, () => networkFragment(network));
  }

  #portSlot(name: PortName): Slot | undefined {
    const mapping = this.#domain.mapping(name);
    if (mapping?.network.name !== this.#name) return undefined;
    const { network, port, nve } = mapping;
    const own = (): Fragment => localFragment(network, port);
    const endpoints = this.#reach.endpoints(nve);
    return new Slot(nve.name, own, (capability) => {
      const endpoint = agreedEndpoint(network, endpoints, capability);
      return endpoint && remoteFragment(network, port, endpoint);
    });
  }

  #memberSlot(name: NveName): Slot | undefined {
    const nve = this.#domain.nve(name);
    const network = this.#domain.network(this.#name);
    if (nve === undefined || network === undefined || !this.#members.has(name)) return undefined;
    const endpoints = this.#reach.endpoints(nve);
    return new Slot(
      name,
      () => undefined,
      (capability) => {
        const endpoint = agreedEndpoint(network, endpoints, capability);
        return endpoint && memberFragment(network, nve, endpoint);
      },
    );
  }

  #diffWhole(
    nve: NveName,
    old: Member | undefined,
    fresh: ReadonlyMap<string, Slot | undefined>,
    deltas: FragmentDeltas,
  ): void {
    const member = this.#members.get(nve);
    const diff = (before: Slot | undefined, after: Slot | undefined): void => {
      note(
        deltas,
        nve,
        old && before?.fragment(nve, old.capability),
        member && after?.fragment(nve, member.capability),
      );
    };
    for (const [key, slot] of this.#slots) diff(slot, fresh.has(key) ? fresh.get(key) : slot);
    for (const [key, slot] of fresh) if (!this.#slots.has(key)) diff(undefined, slot);
  }
}

/** The delta of one NVE, made on first need. */
export function deltaOf(deltas: FragmentDeltas, nve: NveName): FragmentDelta {
  let delta = deltas.get(nve);
  if (delta === undefined) {
    delta = { removed: [], added: [] };
    deltas.set(nve, delta);
  }
  return delta;
}

function note(
  deltas: FragmentDeltas,
  nve: NveName,
  before: Fragment | undefined,
  after: Fragment | undefined,
): void {
  if (before === after) return;
  const delta = deltaOf(deltas, nve);
  if (before !== undefined) delta.removed.push(before);
  if (after !== undefined) delta.added.push(after);
}
