/**
 * Tenant interfaces of all NVEs, findable by NVE and by iface-id.
 */
import type { NveName } from '../model/records.ts';
import type { InterfaceChange, TenantInterface } from './inputs.ts';

export interface PlacedInterface extends TenantInterface {
  readonly name: string;
}

const NO_NVES: ReadonlyMap<NveName, Map<string, PlacedInterface>> = new Map();

const NO_NAMES: ReadonlySet<string> = new Set();

export class Interfaces {
  readonly #byNve = new Map<NveName, Map<string, PlacedInterface>>();
  readonly #byId = new Map<string, Map<NveName, Map<string, PlacedInterface>>>();

  /** Takes the changes in and returns the iface-ids that they concern. `complete`, `named`: as in the input. */
  update(
    nve: NveName,
    changes: readonly InterfaceChange[],
    complete: boolean,
    named: ReadonlySet<string> = NO_NAMES,
  ): Set<string> {
    const touched = new Set<string>();
    const own = this.#byNve.get(nve) ?? new Map<string, PlacedInterface>();
    this.#byNve.set(nve, own);
    if (complete) {
      const here = new Set(changes.map((change) => change.name));
      for (const name of [...own.keys()]) {
        if (!here.has(name) && !named.has(name)) this.#remove(nve, own, name, touched);
      }
    }
    for (const { name, tenant } of changes) {
      this.#remove(nve, own, name, touched);
      if (tenant !== undefined) this.#add(nve, own, { ...tenant, name }, touched);
    }
    return touched;
  }

  forget(nve: NveName): void {
    this.update(nve, [], true);
    this.#byNve.delete(nve);
  }

  of(nve: NveName): Iterable<PlacedInterface> {
    return this.#byNve.get(nve)?.values() ?? [];
  }

  /** NVEs with at least one working interface for the iface-id. */
  claimants(ifaceId: string): NveName[] {
    const nves = this.#byId.get(ifaceId) ?? NO_NVES;
    return [...nves.keys()].filter((nve) => this.working(ifaceId, nve) !== undefined);
  }

  /** The one that counts on this NVE: numbered ones first, then by name. */
  working(ifaceId: string, nve: NveName): PlacedInterface | undefined {
    let best: PlacedInterface | undefined;
    for (const candidate of this.#byId.get(ifaceId)?.get(nve)?.values() ?? []) {
      if (candidate.error !== undefined) continue;
      if (best === undefined || rank(candidate) < rank(best)) best = candidate;
    }
    return best;
  }

  /** Any of the NVE's interfaces for the iface-id, working or not. */
  any(ifaceId: string, nve: NveName): PlacedInterface[] {
    return [...(this.#byId.get(ifaceId)?.get(nve)?.values() ?? [])];
  }

  /** Whether another NVE names the iface-id, too. */
  isNamedBeside(ifaceId: string, nve: NveName): boolean {
    const nves = this.#byId.get(ifaceId) ?? NO_NVES;
    return nves.size > (nves.has(nve) ? 1 : 0);
  }

  /** NVEs that name the iface-id at all. */
  naming(ifaceId: string): NveName[] {
    return [...(this.#byId.get(ifaceId) ?? NO_NVES).keys()];
  }

  #add(
    nve: NveName,
    own: Map<string, PlacedInterface>,
    placed: PlacedInterface,
    touched: Set<string>,
  ): void {
    own.set(placed.name, placed);
    touched.add(placed.ifaceId);
    let nves = this.#byId.get(placed.ifaceId);
    if (nves === undefined) {
      nves = new Map();
      this.#byId.set(placed.ifaceId, nves);
    }
    const here = nves.get(nve);
    if (here === undefined) nves.set(nve, new Map([[placed.name, placed]]));
    else here.set(placed.name, placed);
  }

  #remove(
    nve: NveName,
    own: Map<string, PlacedInterface>,
    name: string,
    touched: Set<string>,
  ): void {
    const before = own.get(name);
    if (before === undefined) return;
    own.delete(name);
    touched.add(before.ifaceId);
    const nves = this.#byId.get(before.ifaceId);
    const here = nves?.get(nve);
    here?.delete(name);
    if (here?.size === 0) nves?.delete(nve);
    if (nves?.size === 0) this.#byId.delete(before.ifaceId);
  }
}

function rank(candidate: PlacedInterface): string {
  return `${candidate.ofport === undefined ? 1 : 0}${candidate.name}`;
}
