/**
 * The incremental compiler: from changed records to changed fragments, per NVE.
 *
 * Equal to compileFull (full.ts) after any history, at a cost that follows the change (network-plan.ts). Holds
 * compiled fragments, no connection and no switch's state.
 */
import type { Domain } from '../model/domain.ts';
import type { DomainRecord, NetworkName, NveName, RecordKey } from '../model/records.ts';
import type { Fragment } from './fragment.ts';
import { type Dirt, deltaOf, type FragmentDeltas, NetworkPlan } from './network-plan.ts';
import { Reach } from './reach.ts';
import { PIPELINE_FRAGMENT } from './templates.ts';

export interface RecordChange {
  readonly key: RecordKey;
  /** Undefined: deleted. */
  readonly record: DomainRecord | undefined;
}

interface Touched {
  readonly networks: Map<NetworkName, Dirt>;
  readonly nves: Set<NveName>;
}

const NOTHING: ReadonlySet<NetworkName> = new Set();

export class Compiler {
  readonly #domain: Domain;
  readonly #isWanted: (nve: NveName) => boolean;
  readonly #plans = new Map<NetworkName, NetworkPlan>();
  readonly #served = new Map<NveName, Set<NetworkName>>();
  readonly #known = new Set<NveName>();
  readonly #regrouped = new Set<NveName>();
  /** Which endpoints count. */
  readonly reach: Reach;

  /**
   * The domain is written by `apply` alone from now on. What changes is told only for NVEs that are wanted at that
   * moment: for the others nothing is compiled before somebody asks by `desired`.
   */
  constructor(domain: Domain, isWanted: (nve: NveName) => boolean = () => true) {
    this.#domain = domain;
    this.#isWanted = isWanted;
    this.reach = new Reach({
      nve: (name) => domain.nve(name),
      network: (name) => domain.network(name),
      liveness: (nve) => domain.liveness(nve),
      nvesAt: (ip) => domain.nvesAt(ip),
      served: (nve) => this.served(nve),
      members: (network) => this.#plans.get(network)?.members.keys() ?? [],
    });
  }

  /** Takes the changes into the domain and gives what changes for each NVE. Equal records are no change. */
  apply(changes: Iterable<RecordChange>): FragmentDeltas {
    const touched: Touched = { networks: new Map(), nves: new Set() };
    for (const { key, record } of changes) {
      const before = this.#domain.record(key);
      const changed =
        record === undefined ? this.#domain.delete(key) !== undefined : this.#domain.put(record);
      if (!changed) continue;
      if (before !== undefined) this.#mark(before, touched);
      if (record !== undefined) this.#mark(record, touched);
    }
    const deltas: FragmentDeltas = new Map();
    for (const nve of touched.nves) this.#recompileNve(nve, deltas);
    for (const [name, dirt] of touched.networks) this.#recompileNetwork(name, dirt, deltas);
    // Who is where is known only now, and what counts of each follows from that.
    if (this.#recompileReach(deltas)) withoutPassing(deltas);
    return deltas;
  }

  /** NVEs that have got or lost neighbours, or another record, or another network, since this was last asked. */
  takeRegrouped(): NveName[] {
    const regrouped = [...this.#regrouped];
    this.#regrouped.clear();
    return regrouped;
  }

  /** All that one NVE should hold, in no order; nothing for an NVE without a record. */
  *desired(nve: NveName): Generator<Fragment> {
    if (!this.#known.has(nve)) return;
    yield PIPELINE_FRAGMENT;
    for (const network of this.served(nve)) yield* this.fragmentsIn(network, nve);
  }

  /** What one NVE should hold because of one network. */
  fragmentsIn(network: NetworkName, nve: NveName): Iterable<Fragment> {
    return this.#plans.get(network)?.fragments(nve) ?? [];
  }

  /** The part of `fragmentsIn` that has buckets: at a cost of members and local ports, however many remote ones there are. */
  bucketFragmentsIn(network: NetworkName, nve: NveName): Iterable<Fragment> {
    return this.#plans.get(network)?.bucketFragments(nve) ?? [];
  }

  /** Networks that the NVE serves. */
  served(nve: NveName): ReadonlySet<NetworkName> {
    return this.#served.get(nve) ?? NOTHING;
  }

  /** NVEs that serve the network. */
  members(network: NetworkName): NveName[] {
    return [...(this.#plans.get(network)?.members.keys() ?? [])];
  }

  #mark(record: DomainRecord, touched: Touched): void {
    switch (record.kind) {
      case 'network':
        dirtOf(touched, record.name).whole = true;
        return;
      case 'port':
        dirtOf(touched, record.network).ports.add(record.name);
        return;
      case 'attachment': {
        const port = this.#domain.port(record.port);
        if (port !== undefined) dirtOf(touched, port.network).ports.add(port.name);
        return;
      }
      case 'nve':
        this.#regrouped.add(record.name);
        this.#markNve(record.name, touched);
        return;
      case 'liveness':
        this.reach.heard(record.nve);
        return;
      default:
        return;
    }
  }

  #markNve(nve: NveName, touched: Touched): void {
    touched.nves.add(nve);
    for (const network of this.served(nve)) dirtOf(touched, network).nves.add(nve);
    for (const name of this.#domain.attachedTo(nve)) {
      const port = this.#domain.port(name);
      if (port === undefined) continue;
      const dirt = dirtOf(touched, port.network);
      dirt.nves.add(nve);
      dirt.ports.add(name);
    }
  }

  #recompileReach(deltas: FragmentDeltas): boolean {
    const { received, sending } = this.reach.refresh();
    const touched: Touched = { networks: new Map(), nves: new Set() };
    for (const nve of received) this.#markNve(nve, touched);
    for (const nve of sending) {
      for (const network of this.served(nve)) dirtOf(touched, network).nves.add(nve);
    }
    for (const [name, dirt] of touched.networks) this.#recompileNetwork(name, dirt, deltas);
    return touched.networks.size > 0;
  }

  #recompileNve(nve: NveName, deltas: FragmentDeltas): void {
    const exists = this.#domain.nve(nve) !== undefined;
    if (!this.#isWanted(nve)) {
      if (exists) this.#known.add(nve);
      else this.#known.delete(nve);
      return;
    }
    if (exists && !this.#known.has(nve)) {
      this.#known.add(nve);
      deltaOf(deltas, nve).added.push(PIPELINE_FRAGMENT);
    }
    if (!exists && this.#known.delete(nve)) deltaOf(deltas, nve).removed.push(PIPELINE_FRAGMENT);
  }

  #recompileNetwork(name: NetworkName, dirt: Dirt, deltas: FragmentDeltas): void {
    const plan =
      this.#plans.get(name) ?? new NetworkPlan(name, this.#domain, this.reach, this.#isWanted);
    const before = [...plan.members.keys()];
    plan.recompile(dirt, deltas);
    for (const nve of before) {
      if (!plan.members.has(nve)) this.#leave(nve, name);
    }
    for (const nve of plan.members.keys()) {
      this.#join(nve, name);
      if (dirt.whole) this.#regrouped.add(nve);
    }
    if (plan.members.size > 0) this.#plans.set(name, plan);
    else this.#plans.delete(name);
  }

  #join(nve: NveName, network: NetworkName): void {
    const served = this.#served.get(nve);
    if (served?.has(network) === true) return;
    this.#regrouped.add(nve);
    if (served === undefined) this.#served.set(nve, new Set([network]));
    else served.add(network);
  }

  #leave(nve: NveName, network: NetworkName): void {
    const served = this.#served.get(nve);
    this.#regrouped.add(nve);
    served?.delete(network);
    if (served?.size === 0) this.#served.delete(nve);
  }
}

function dirtOf(touched: Touched, network: NetworkName): Dirt {
  let dirt = touched.networks.get(network);
  if (dirt === undefined) {
    dirt = { ports: new Set(), nves: new Set(), whole: false };
    touched.networks.set(network, dirt);
  }
  return dirt;
}

/** What came and went within one call was never anybody's. */
function withoutPassing(deltas: FragmentDeltas): void {
  for (const [nve, { added, removed }] of deltas) {
    const gone = new Set(removed);
    const passing = new Set(added.filter((fragment) => gone.has(fragment)));
    if (passing.size === 0) continue;
    const stays = (fragment: Fragment): boolean => !passing.has(fragment);
    deltas.set(nve, { added: added.filter(stays), removed: removed.filter(stays) });
  }
}
