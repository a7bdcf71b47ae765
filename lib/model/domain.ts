/**
 * The domain: every record, indexed for the questions that the core asks.
 *
 * The one home of the derived relation "NVE serves network": it does while at least one of the network's ports
 * is attached to it. Knows nothing of flows. A put of an equal record is no change.
 */
import type { IpAddress } from '../../protocols/base/addresses.ts';
import {
  type AttachmentRecord,
  type DepartureRecord,
  type DomainRecord,
  keyOf,
  type LivenessRecord,
  type NetworkName,
  type NetworkRecord,
  type NveName,
  type NveRecord,
  type PortName,
  type PortRecord,
  type RecordKey,
  type RecordKind,
  type RosterRecord,
  type VniClaim,
} from './records.ts';

/** An attached port with all that its mapping needs. */
export interface Mapping {
  readonly port: PortRecord;
  readonly network: NetworkRecord;
  readonly nve: NveRecord;
  readonly attachment: AttachmentRecord;
}

const NOTHING: ReadonlySet<string> = new Set();

export class Domain {
  readonly #records = new Map<RecordKey, DomainRecord>();
  /** By kind and what is left of the key without it: no text is put together to look a record up. */
  readonly #byKind = new Map<RecordKind, Map<string | number, DomainRecord>>();
  readonly #portsOfNetwork = new Map<NetworkName, Set<PortName>>();
  readonly #attachedTo = new Map<NveName, Set<PortName>>();
  readonly #networkOfVni = new Map<number, NetworkName>();
  readonly #nvesAt = new Map<IpAddress, Set<NveName>>();

  /** Returns false if the very same record was there already. */
  put(record: DomainRecord): boolean {
    const key = keyOf(record);
    const before = this.#records.get(key);
    if (before !== undefined && sameJson(before, record)) return false;
    if (before !== undefined) this.#unindex(before);
    this.#records.set(key, record);
    kindMap(this.#byKind, record.kind).set(nameOf(record), record);
    this.#index(record);
    return true;
  }

  /** Returns what was there. */
  delete(key: RecordKey): DomainRecord | undefined {
    const before = this.#records.get(key);
    if (before === undefined) return undefined;
    this.#records.delete(key);
    this.#byKind.get(before.kind)?.delete(nameOf(before));
    this.#unindex(before);
    return before;
  }

  /** Whether this very content is there. */
  holds(record: DomainRecord): boolean {
    const before = this.#records.get(keyOf(record));
    return before !== undefined && sameJson(before, record);
  }

  record(key: RecordKey): DomainRecord | undefined {
    return this.#records.get(key);
  }

  keys(): IterableIterator<RecordKey> {
    return this.#records.keys();
  }

  network(name: NetworkName): NetworkRecord | undefined {
    const record = this.#byKind.get('network')?.get(name);
    return record?.kind === 'network' ? record : undefined;
  }

  port(name: PortName): PortRecord | undefined {
    const record = this.#byKind.get('port')?.get(name);
    return record?.kind === 'port' ? record : undefined;
  }

  nve(name: NveName): NveRecord | undefined {
    const record = this.#byKind.get('nve')?.get(name);
    return record?.kind === 'nve' ? record : undefined;
  }

  attachment(port: PortName): AttachmentRecord | undefined {
    const record = this.#byKind.get('attachment')?.get(port);
    return record?.kind === 'attachment' ? record : undefined;
  }

  /** Whether anybody has ever declared anything: the roster of the last network outlives it. */
  get wasDeclared(): boolean {
    return (['network', 'port', 'roster'] as const).some(
      (kind) => (this.#byKind.get(kind)?.size ?? 0) > 0,
    );
  }

  roster(network: NetworkName): RosterRecord | undefined {
    const record = this.#byKind.get('roster')?.get(network);
    return record?.kind === 'roster' ? record : undefined;
  }

  liveness(nve: NveName): LivenessRecord | undefined {
    const record = this.#byKind.get('liveness')?.get(nve);
    return record?.kind === 'liveness' ? record : undefined;
  }

  livenessRecords(): LivenessRecord[] {
    return this.#all('liveness') as LivenessRecord[];
  }

  departure(nve: NveName): DepartureRecord | undefined {
    const record = this.#byKind.get('departure')?.get(nve);
    return record?.kind === 'departure' ? record : undefined;
  }

  departures(): DepartureRecord[] {
    return this.#all('departure') as DepartureRecord[];
  }

  /** NVEs that have an endpoint with this address. */
  nvesAt(ip: IpAddress): ReadonlySet<NveName> {
    return this.#nvesAt.get(ip) ?? NOTHING;
  }

  /** Two instances have given the number to two NVEs at one moment, and this one is to get another. */
  isClaimedByOther(index: number, nve: NveName): boolean {
    const claim = this.#byKind.get('index')?.get(index);
    return claim?.kind === 'index' && claim.nve !== nve;
  }

  vniClaim(vni: number): VniClaim | undefined {
    const record = this.#byKind.get('vni')?.get(vni);
    return record?.kind === 'vni' ? record : undefined;
  }

  vniClaims(): VniClaim[] {
    return this.#all('vni') as VniClaim[];
  }

  networks(): NetworkRecord[] {
    return this.#all('network') as NetworkRecord[];
  }

  ports(): PortRecord[] {
    return this.#all('port') as PortRecord[];
  }

  nves(): NveRecord[] {
    return this.#all('nve') as NveRecord[];
  }

  attachments(): AttachmentRecord[] {
    return this.#all('attachment') as AttachmentRecord[];
  }

  portsOf(network: NetworkName): ReadonlySet<PortName> {
    return this.#portsOfNetwork.get(network) ?? NOTHING;
  }

  /** Names of ports whose attachment names this NVE, declared or not. */
  attachedTo(nve: NveName): ReadonlySet<PortName> {
    return this.#attachedTo.get(nve) ?? NOTHING;
  }

  networkOfVni(vni: number): NetworkName | undefined {
    return this.#networkOfVni.get(vni);
  }

  /** Undefined unless port, network, NVE and attachment are all there. */
  mapping(name: PortName): Mapping | undefined {
    const port = this.port(name);
    const attachment = this.attachment(name);
    if (port === undefined || attachment === undefined) return undefined;
    const network = this.network(port.network);
    const nve = this.nve(attachment.nve);
    if (network === undefined || nve === undefined) return undefined;
    return { port, network, nve, attachment };
  }

  #all(kind: RecordKind): DomainRecord[] {
    return [...(this.#byKind.get(kind)?.values() ?? [])];
  }

  #index(record: DomainRecord): void {
    if (record.kind === 'port') setOf(this.#portsOfNetwork, record.network).add(record.name);
    if (record.kind === 'attachment') setOf(this.#attachedTo, record.nve).add(record.port);
    if (record.kind === 'network') this.#networkOfVni.set(record.vni, record.name);
    if (record.kind === 'nve') {
      for (const { ip } of record.endpoints) setOf(this.#nvesAt, ip).add(record.name);
    }
  }

  #unindex(record: DomainRecord): void {
    if (record.kind === 'port') drop(this.#portsOfNetwork, record.network, record.name);
    if (record.kind === 'attachment') drop(this.#attachedTo, record.nve, record.port);
    if (record.kind === 'nve') {
      for (const { ip } of record.endpoints) drop(this.#nvesAt, ip, record.name);
    }
    if (record.kind === 'network' && this.#networkOfVni.get(record.vni) === record.name) {
      this.#networkOfVni.delete(record.vni);
    }
  }
}

function nameOf(record: DomainRecord): string | number {
  switch (record.kind) {
    case 'attachment':
      return record.port;
    case 'vni':
      return record.vni;
    case 'index':
      return record.index;
    case 'roster':
      return record.network;
    case 'liveness':
    case 'departure':
      return record.nve;
    default:
      return record.name;
  }
}

function kindMap(
  maps: Map<RecordKind, Map<string | number, DomainRecord>>,
  kind: RecordKind,
): Map<string | number, DomainRecord> {
  let map = maps.get(kind);
  if (map === undefined) {
    map = new Map();
    maps.set(kind, map);
  }
  return map;
}

function setOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  let set = sets.get(key);
  if (set === undefined) {
    set = new Set();
    sets.set(key, set);
  }
  return set;
}

function drop(sets: Map<string, Set<string>>, key: string, member: string): void {
  const set = sets.get(key);
  if (set === undefined) return;
  set.delete(member);
  if (set.size === 0) sets.delete(key);
}

/** Records are small and their members come in one order, so their text decides. */
function sameJson(left: DomainRecord, right: DomainRecord): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
