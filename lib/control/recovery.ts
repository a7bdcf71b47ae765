/**
 * What to write into a store that has lost what was read from it: the writes and deletions that it does not have any
 * more, where nobody has written since.
 *
 * Up to `ancestor` the store's history is the one that we have read. Above it, the store's own word wins; what of ours
 * cannot stand beside it is named. Pure; the store's own preconditions guard the writes.
 */
import { Domain } from '../model/domain.ts';
import { parseRecord, recordToJson } from '../model/record-parse.ts';
import {
  type DomainRecord,
  type IndexClaim,
  type NetworkName,
  type PortName,
  type PortRecord,
  type RecordKey,
  recordKey,
  type VniClaim,
} from '../model/records.ts';

/** A record as it was read from the store, whether this release can read it or not. */
export interface KeptRecord {
  readonly key: RecordKey;
  readonly revision: number;
  readonly value: unknown;
}

export interface RecoveryWrite {
  readonly key: RecordKey;
  /** Undefined: delete. */
  readonly value: unknown;
  readonly basedOn: number | 'absent';
}

export interface Recovery {
  readonly writes: readonly RecoveryWrite[];
  /** A sentence for each record of ours that is not written, although the store lost it. */
  readonly lost: readonly string[];
}

export interface RecoveryInput {
  /** What we know, without the facts that are on their way to the store. */
  readonly kept: readonly KeptRecord[];
  /** Keys of facts on their way: they are written by the usual way. */
  readonly pending: ReadonlySet<RecordKey>;
  readonly ancestor: number;
  readonly store: readonly KeptRecord[];
}

export function planRecovery({ kept, pending, ancestor, store }: RecoveryInput): Recovery {
  const theirs = new Map(store.map((record) => [record.key, record]));
  const ours = new Set(kept.map((record) => record.key));
  const merge = new Merge(store);
  const lostWrites = kept.filter(({ key, revision }) => {
    const there = theirs.get(key);
    return revision > ancestor && (there === undefined || there.revision <= ancestor);
  });
  const overwritten = kept.filter(({ key, revision, value }) => {
    const there = theirs.get(key);
    if (there === undefined || revision <= ancestor || there.revision <= ancestor) return false;
    return textOf(key, there.value) !== textOf(key, value);
  });
  for (const { key } of overwritten) merge.name(key, 'it was written anew meanwhile');
  for (const { key, revision } of store) {
    if (revision <= ancestor && !ours.has(key) && !pending.has(key)) merge.delete(key, revision);
  }
  merge.expect(lostWrites.map(({ key }) => key));
  // Claims first: a network or NVE may only be where its number is its own.
  const inOrder = [...lostWrites].sort((a, b) => rank(a.key) - rank(b.key));
  for (const record of inOrder) merge.put(record, theirs.get(record.key)?.revision ?? 'absent');
  return merge.finish(theirs);
}

/** The store as it will be, and what is written to come there. */
class Merge {
  readonly #domain = new Domain();
  readonly #writes = new Map<RecordKey, RecoveryWrite>();
  readonly #lost: string[] = [];
  /** Networks whose set of ports changes. */
  readonly #touched = new Set<NetworkName>();
  /** The port that has an address, by network and address. */
  readonly #holders = new Map<string, PortName>();
  #expected: ReadonlySet<RecordKey> = new Set();

  constructor(store: readonly KeptRecord[]) {
    for (const { key, value } of store) {
      const record = parseRecord(key, value);
      if (record.ok) this.#take(record.value);
    }
  }

  delete(key: RecordKey, revision: number): void {
    const record = this.#domain.delete(key);
    if (record?.kind === 'port') {
      this.#touched.add(record.network);
      for (const address of addressesOf(record)) this.#holders.delete(address);
    }
    this.#writes.set(key, { key, value: undefined, basedOn: revision });
  }

  put({ key, value }: KeptRecord, basedOn: number | 'absent'): void {
    const parsed = parseRecord(key, value);
    const hindrance = parsed.ok ? this.#hindrance(parsed.value) : undefined;
    if (hindrance !== undefined) {
      this.name(key, hindrance);
      return;
    }
    if (parsed.ok) {
      this.#take(parsed.value);
      if (parsed.value.kind === 'port') this.#touched.add(parsed.value.network);
    }
    this.#writes.set(key, { key, value, basedOn });
  }

  name(key: RecordKey, why: string): void {
    // Numbers and facts are found again by themselves; what an operator declared is not.
    if (key.startsWith('network/') || key.startsWith('port/')) this.#lost.push(`${key}: ${why}`);
  }

  finish(theirs: ReadonlyMap<RecordKey, KeptRecord>): Recovery {
    for (const network of this.#touched) this.#touchRoster(network, theirs);
    return { writes: [...this.#writes.values()], lost: this.#lost };
  }

  /** These are to be put. */
  expect(keys: readonly RecordKey[]): void {
    this.#expected = new Set(keys);
  }

  /** Why a record cannot stand beside what the store has. */
  #hindrance(record: DomainRecord): string | undefined {
    if (record.kind === 'index' || record.kind === 'vni') return this.#idleClaim(record);
    if (record.kind === 'network') {
      const claim = this.#domain.record(recordKey('vni', record.vni));
      if (claim?.kind === 'vni' && claim.network === record.name) return undefined;
      const holder = claim?.kind === 'vni' ? claim.network : 'nobody';
      return `its VNI ${record.vni} is that of network ${holder} now: apply it with another`;
    }
    if (record.kind === 'nve') {
      const claim = this.#domain.record(recordKey('index', record.index));
      return claim?.kind === 'index' && claim.nve === record.name
        ? undefined
        : 'its index is taken';
    }
    return record.kind === 'port' ? this.#takenAddress(record) : undefined;
  }

  /** A number of whom the store has given another since. */
  #idleClaim(claim: IndexClaim | VniClaim): string | undefined {
    const isIndex = claim.kind === 'index';
    const key = isIndex ? recordKey('nve', claim.nve) : recordKey('network', claim.network);
    if (this.#expected.has(key)) return undefined;
    const holder = this.#domain.record(key);
    const number = isIndex ? claim.index : claim.vni;
    const present = holder?.kind === 'nve' ? holder.index : undefined;
    const other = holder?.kind === 'network' ? holder.vni : present;
    return other === undefined || other === number ? undefined : `${key} has ${other} now`;
  }

  #takenAddress(port: PortRecord): string | undefined {
    for (const address of addressesOf(port)) {
      const holder = this.#holders.get(address);
      if (holder === undefined || holder === port.name) continue;
      return `its address ${address.slice(port.network.length + 1)} is that of port ${holder} now`;
    }
    return undefined;
  }

  #take(record: DomainRecord): void {
    this.#domain.put(record);
    if (record.kind !== 'port') return;
    for (const address of addressesOf(record)) this.#holders.set(address, record.name);
  }

  /** So that whoever plans by the present set of ports finds that it has changed. */
  #touchRoster(network: NetworkName, theirs: ReadonlyMap<RecordKey, KeptRecord>): void {
    const key = recordKey('roster', network);
    if (this.#domain.network(network) === undefined) return;
    const present = this.#domain.record(key);
    const count = present?.kind === 'roster' ? present.count + 1 : 1;
    const value = recordToJson({ kind: 'roster', network, count });
    this.#writes.set(key, { key, value, basedOn: theirs.get(key)?.revision ?? 'absent' });
  }
}

/** The same for equal records, whatever the order of their members was. */
function textOf(key: RecordKey, value: unknown): string {
  const record = parseRecord(key, value);
  return JSON.stringify(record.ok ? recordToJson(record.value) : value);
}

function addressesOf({ network, mac, ips }: PortRecord): string[] {
  return [mac, ...ips].map((address) => `${network} ${address}`);
}

const ORDER = ['vni', 'index', 'network', 'nve', 'roster', 'port', 'attachment'];

function rank(key: RecordKey): number {
  const at = ORDER.indexOf(key.slice(0, key.indexOf('/')));
  return at === -1 ? ORDER.length : at;
}
