/**
 * Intent: from manifests and deletions to the records that they write, checked against the present state.
 *
 * Pure: reads the domain, writes nothing. All problems are collected; with one problem nothing is written.
 */

import type { RecordChange } from '../desired/compiler.ts';
import type { Domain } from '../model/domain.ts';
import type { Manifest, NetworkManifest, ObjectRef, PortManifest } from '../model/manifest.ts';
import { nearest } from '../model/nearest.ts';
import { type Problem, ProblemList } from '../model/problem.ts';
import {
  type DomainRecord,
  keyOf,
  type NetworkName,
  type NetworkRecord,
  type PortRecord,
  type RecordKey,
  recordKey,
  VNI_MAX,
} from '../model/records.ts';

export interface IntentObject {
  readonly kind: string;
  readonly name: string;
  readonly result: 'created' | 'changed' | 'unchanged' | 'deleted' | 'absent';
}

export interface IntentPlan {
  readonly writes: readonly RecordChange[];
  /** Records that the plan relies on without writing them. */
  readonly reliesOn: readonly RecordKey[];
  readonly objects: readonly IntentObject[];
  readonly problems: readonly Problem[];
}

/**
 * Records in the store that this release cannot read and must not touch, by key, each with its sentence: their
 * writer, a newer release or another program, knows more of them than we do.
 */
export type UnreadableRecords = ReadonlyMap<RecordKey, string>;

const NONE: UnreadableRecords = new Map();

/** Above what people choose by hand, so that a VNI chosen later seldom clashes with one that we chose. */
const ALLOCATED_VNI_FIRST = 0x10000;

export function planApply(
  domain: Domain,
  manifests: readonly Manifest[],
  unreadable: UnreadableRecords = NONE,
): IntentPlan {
  const draft = new Draft(domain, unreadable);
  const networks = manifests.filter((manifest) => manifest.kind === 'Network');
  // First what becomes free, so that two networks may exchange their VNIs in one file, and what is wanted by number.
  for (const manifest of networks) draft.lookAhead(manifest);
  for (const manifest of networks) draft.network(manifest);
  for (const manifest of manifests) if (manifest.kind === 'Port') draft.port(manifest);
  for (const manifest of manifests) if (manifest.kind === 'Nve') draft.endDeparture(manifest.name);
  draft.checkAddresses();
  return draft.plan();
}

/** What is seen of an NVE now. */
export interface SeenNve {
  readonly connected: boolean;
  /** The UUIDs of its Manager rows; absent: not known. */
  readonly managers?: readonly string[];
}

export function planDelete(
  domain: Domain,
  refs: readonly ObjectRef[],
  seen: (nve: string) => SeenNve,
  unreadable: UnreadableRecords = NONE,
): IntentPlan {
  const draft = new Draft(domain, unreadable);
  const ports = new Set(refs.filter((ref) => ref.kind === 'Port').map((ref) => ref.name));
  for (const ref of refs) {
    if (ref.kind === 'Port') draft.dropPort(ref.name);
    if (ref.kind === 'Network') draft.dropNetwork(ref.name, ports);
    if (ref.kind === 'Nve') draft.dropNve(ref.name, seen(ref.name));
  }
  return draft.plan();
}

/** The domain as it would be, on top of the domain as it is. */
class Draft {
  readonly #domain: Domain;
  readonly #unreadable: UnreadableRecords;
  readonly #writes = new Map<RecordKey, DomainRecord | undefined>();
  readonly #reliesOn = new Set<RecordKey>();
  readonly #objects: IntentObject[] = [];
  readonly #problems = new ProblemList();
  readonly #applied: PortRecord[] = [];
  readonly #takenVnis = new Map<number, string>();
  readonly #freedVnis = new Set<number>();
  /** Named in the manifests: never chosen for another network of the same file. */
  readonly #wantedVnis = new Set<number>();
  readonly #refused = new Set<RecordKey>();
  /** Networks of which a port comes, goes or changes. */
  readonly #stirred = new Set<NetworkName>();
  #orphans: ReadonlyMap<NetworkName, number> | undefined;
  #nextVni = ALLOCATED_VNI_FIRST;

  constructor(domain: Domain, unreadable: UnreadableRecords) {
    this.#domain = domain;
    this.#unreadable = unreadable;
  }

  plan(): IntentPlan {
    for (const vni of this.#freedVnis) {
      if (!this.#takenVnis.has(vni)) this.#writes.set(recordKey('vni', vni), undefined);
    }
    for (const network of this.#stirred) this.#countRoster(network);
    const writes = [...this.#writes].map(([key, record]) => ({ key, record }));
    const reliesOn = [...this.#reliesOn].filter((key) => !this.#writes.has(key));
    for (const key of [...this.#writes.keys(), ...reliesOn]) this.#refuseUnreadable(key);
    return { writes, reliesOn, objects: this.#objects, problems: this.#problems.toArray() };
  }

  lookAhead({ name, vni }: NetworkManifest): void {
    if (vni !== undefined) this.#wantedVnis.add(vni);
    const before = this.#domain.network(name)?.vni;
    if (before !== undefined && vni !== undefined && before !== vni) this.#freedVnis.add(before);
  }

  network(manifest: NetworkManifest): void {
    const { name, encapsulation } = manifest;
    const before = this.#domain.network(name);
    const orphan = before === undefined ? this.#orphanClaim(name) : undefined;
    const vni = manifest.vni ?? before?.vni ?? orphan ?? this.#freeVni();
    if (vni === undefined) {
      this.#problems.add(`Network ${name}`, 'no VNI is free: delete a network first');
      return;
    }
    const holder = this.#holderOf(vni);
    if (holder !== undefined && holder !== name) {
      const message = `${vni} is the VNI of network ${holder}: choose another, or leave vni out to have one chosen`;
      this.#problems.add(`Network ${name}, vni`, message);
      return;
    }
    const vniAllocated = manifest.vni === undefined && (before?.vniAllocated ?? true);
    const record: NetworkRecord = {
      kind: 'network',
      name,
      vni,
      vniAllocated,
      ...(encapsulation === undefined ? {} : { encapsulation }),
    };
    this.#takenVnis.set(vni, name);
    if (orphan !== undefined && orphan !== vni) this.#freedVnis.add(orphan);
    this.#put('Network', name, before, record);
    if (before?.vni !== vni) {
      this.#writes.set(recordKey('vni', vni), { kind: 'vni', vni, network: name });
    }
  }

  port(manifest: PortManifest): void {
    const { name, network, mac, ips } = manifest;
    const key = recordKey('network', network);
    if (this.#refuseUnreadable(key)) return;
    if (!this.#writes.has(key) && this.#domain.network(network) === undefined) {
      const known = this.#domain.networks().map((record) => record.name);
      const near = nearest(network, known);
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      const message = `network ${network} does not exist: apply it first, or in the same file${hint}`;
      this.#problems.add(`Port ${name}, network`, message);
      return;
    }
    this.#reliesOn.add(key);
    const record: PortRecord = { kind: 'port', name, network, mac, ips };
    this.#applied.push(record);
    const before = this.#domain.port(name);
    if (this.#put('Port', name, before, record)) this.#stirPort(before, record);
  }

  /** MACs and IPs are unique in a network. */
  checkAddresses(): void {
    const holders = this.#addressHolders();
    for (const port of this.#applied) {
      for (const { key, member, text } of addressesOf(port)) {
        const holder = holders.get(key);
        if (holder !== undefined) {
          const message = `${text} is that of port ${holder} in network ${port.network}: give one of them another`;
          this.#problems.add(`Port ${port.name}, ${member}`, message);
        }
        holders.set(key, port.name);
      }
    }
  }

  /** Addresses in the networks concerned, of ports that are not themselves applied now. */
  #addressHolders(): Map<string, string> {
    const replaced = new Set(this.#applied.map((port) => port.name));
    const holders = new Map<string, string>();
    for (const network of new Set(this.#applied.map((port) => port.network))) {
      for (const name of this.#domain.portsOf(network)) {
        const port = replaced.has(name) ? undefined : this.#domain.port(name);
        for (const { key } of port === undefined ? [] : addressesOf(port)) holders.set(key, name);
      }
    }
    return holders;
  }

  dropNetwork(name: string, dropped: ReadonlySet<string>): void {
    const left = [...this.#domain.portsOf(name)].filter((port) => !dropped.has(port));
    if (left.length > 0) {
      const some = left.slice(0, 3).join(', ');
      const more = left.length > 3 ? ` and ${left.length - 3} more` : '';
      this.#problems.add(`Network ${name}`, `it still has ports: delete ${some}${more} first`);
      return;
    }
    // A port that cannot be read may be one of this network.
    for (const key of this.#unreadable.keys()) {
      if (key.startsWith('port/') && this.#refuseUnreadable(key)) return;
    }
    const vni = this.#domain.network(name)?.vni;
    this.#drop('Network', name, recordKey('network', name));
    if (vni === undefined) return;
    this.#freedVnis.add(vni);
    const roster = recordKey('roster', name);
    // The last one stays: a domain that was emptied by its operators is told from one that was lost by it.
    if (this.#isLastNetwork()) this.#writeRoster(name);
    else if (this.#domain.roster(name) === undefined) this.#reliesOn.add(roster);
    else this.#writes.set(roster, undefined);
  }

  #isLastNetwork(): boolean {
    return this.#domain.networks().every(({ name }) => {
      const key = recordKey('network', name);
      return this.#writes.has(key) && this.#writes.get(key) === undefined;
    });
  }

  dropPort(name: string): void {
    this.#drop('Port', name, recordKey('port', name));
    this.#stirPort(this.#domain.port(name));
  }

  /** Whoever serves it takes back what is ours there; one that nobody sees is taken back from when it comes. */
  dropNve(name: string, { connected, managers }: SeenNve): void {
    const nve = this.#domain.nve(name);
    const key = recordKey('departure', name);
    if (this.#domain.departure(name) !== undefined) {
      this.#objects.push({ kind: 'Nve', name, result: 'unchanged' });
      return;
    }
    if (nve === undefined && connected) {
      // It is refused: nothing of it is ours to give up but what it may have from before.
      this.#objects.push({ kind: 'Nve', name, result: 'deleted' });
    } else this.#drop('Nve', name, recordKey('nve', name));
    if (nve === undefined && !connected) return;
    const known = managers ?? nve?.managers;
    const record: DomainRecord = {
      ...{ kind: 'departure', nve: name },
      ...(known === undefined ? {} : { managers: known }),
    };
    this.#writes.set(key, record);
    const index = nve?.index;
    if (index !== undefined && !this.#domain.isClaimedByOther(index, name)) {
      this.#writes.set(recordKey('index', index), undefined);
    }
    for (const port of this.#domain.attachedTo(name)) {
      this.#writes.set(recordKey('attachment', port), undefined);
    }
  }

  /** Named in a manifest, it is served when it is there. */
  endDeparture(name: string): void {
    const key = recordKey('departure', name);
    const isGone = this.#domain.departure(name) !== undefined;
    if (isGone) this.#writes.set(key, undefined);
    else this.#refuseUnreadable(key);
    this.#objects.push({ kind: 'Nve', name, result: isGone ? 'changed' : 'unchanged' });
  }

  #drop(kind: string, name: string, key: RecordKey): void {
    const there = this.#domain.record(key) !== undefined;
    if (there) this.#writes.set(key, undefined);
    else this.#refuseUnreadable(key);
    this.#objects.push({ kind, name, result: there ? 'deleted' : 'absent' });
  }

  /** False: it is there already. */
  #put(kind: string, name: string, before: DomainRecord | undefined, after: DomainRecord): boolean {
    const same = before !== undefined && JSON.stringify(before) === JSON.stringify(after);
    if (!same) this.#writes.set(keyOf(after), after);
    const result = same ? 'unchanged' : before === undefined ? 'created' : 'changed';
    this.#objects.push({ kind, name, result });
    return !same;
  }

  #stirPort(...versions: readonly (PortRecord | undefined)[]): void {
    for (const port of versions) if (port !== undefined) this.#stirred.add(port.network);
  }

  /** Whoever plans by the same ports writes this too, and one of the two is refused. */
  #countRoster(network: NetworkName): void {
    const key = recordKey('network', network);
    const there = this.#writes.has(key) ? this.#writes.get(key) : this.#domain.network(network);
    if (there !== undefined) this.#writeRoster(network);
  }

  #writeRoster(network: NetworkName): void {
    const count = (this.#domain.roster(network)?.count ?? 0) + 1;
    this.#writes.set(recordKey('roster', network), { kind: 'roster', network, count });
  }

  #refuseUnreadable(key: RecordKey): boolean {
    const sentence = this.#unreadable.get(key);
    if (sentence === undefined) return false;
    if (!this.#refused.has(key)) this.#problems.add(key, sentence);
    this.#refused.add(key);
    return true;
  }

  /** The VNI that is claimed for a network whose own record cannot be used, and is being written anew. */
  #orphanClaim(network: NetworkName): number | undefined {
    this.#orphans ??= new Map(
      this.#domain
        .vniClaims()
        .filter((claim) => this.#domain.network(claim.network) === undefined)
        .map((claim) => [claim.network, claim.vni]),
    );
    return this.#orphans.get(network);
  }

  #holderOf(vni: number): string | undefined {
    const taken = this.#takenVnis.get(vni);
    if (taken !== undefined) return taken;
    if (this.#freedVnis.has(vni)) return undefined;
    return this.#domain.networkOfVni(vni) ?? this.#domain.vniClaim(vni)?.network;
  }

  #freeVni(): number | undefined {
    for (let tries = 0; tries <= VNI_MAX; tries++) {
      const vni = this.#nextVni;
      this.#nextVni = vni === VNI_MAX ? 1 : vni + 1;
      const isClaimed = this.#unreadable.has(recordKey('vni', vni));
      if (this.#holderOf(vni) === undefined && !this.#wantedVnis.has(vni) && !isClaimed) return vni;
    }
    return undefined;
  }
}

function addressesOf(port: PortRecord): { key: string; member: string; text: string }[] {
  const { network, mac, ips } = port;
  return [
    { key: `${network} ${mac}`, member: 'mac', text: mac },
    ...ips.map((ip) => ({ key: `${network} ${ip}`, member: 'ips', text: ip })),
  ];
}
