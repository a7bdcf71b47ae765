/**
 * The records of a domain: what the store holds, one JSON object a record.
 *
 * Intent (network, port) is written by operators through the northbound API; facts (nve, attachment) by the
 * instance that sees them. Claims (vni, index) are empty-handed records whose key is the thing claimed, so that
 * two writers cannot take the same number: the second one's precondition fails. A roster is the like for what no
 * single record shows: two writers who looked at the same ports of a network both write its roster, and one of them
 * looks again.
 */
import type { IpAddress, MacAddress } from '../../protocols/base/addresses.ts';
import type { Encapsulation, Endpoint } from './encapsulation.ts';

export type NetworkName = string;
export type PortName = string;
/** The `system-id` of the hypervisor's Open vSwitch. */
export type NveName = string;

/** A virtual network (VN): RFC 8014 §3.1. */
export interface NetworkRecord {
  readonly kind: 'network';
  readonly name: NetworkName;
  /** 24 bits. */
  readonly vni: number;
  /** True when the authority chose the VNI. */
  readonly vniAllocated: boolean;
  /** Allowed encapsulations, best first; absent: all, in our order. */
  readonly encapsulation?: readonly Encapsulation[];
}

/** A tenant system interface (TSI): RFC 8014 §3.2. */
export interface PortRecord {
  readonly kind: 'port';
  readonly name: PortName;
  readonly network: NetworkName;
  readonly mac: MacAddress;
  readonly ips: readonly IpAddress[];
}

/** A network virtualization edge: RFC 8014 §3.2. */
export interface NveRecord {
  readonly kind: 'nve';
  readonly name: NveName;
  /** A small number, unique in the domain: the bucket id of this NVE in every replication group. 1 … 2^24. */
  readonly index: number;
  /** In the NVE's own order of preference. */
  readonly endpoints: readonly Endpoint[];
  /** Evidence of who it is (docs/decisions/0014), as last seen: that of its integration bridge. */
  readonly datapathId?: string;
  /** The UUID of its database's root row: made with the database's file, and copied with it. */
  readonly database?: string;
  /** The UUIDs of its Manager rows, in the order of their text. */
  readonly managers?: readonly string[];
}

/** A port seen on an NVE: RFC 8014 §4.3. */
export interface AttachmentRecord {
  readonly kind: 'attachment';
  readonly port: PortName;
  readonly nve: NveName;
  /** Counts moves; the highest wins (RFC 7432 §15). */
  readonly sequence: number;
}

/** Claims the VNI in its key for one network. */
export interface VniClaim {
  readonly kind: 'vni';
  readonly vni: number;
  readonly network: NetworkName;
}

/** Claims the NVE index in its key. */
export interface IndexClaim {
  readonly kind: 'index';
  readonly index: number;
  readonly nve: NveName;
}

/** Counts the changes of a network's ports and of their addresses. A store of an older release has none: absent is 0. */
export interface RosterRecord {
  readonly kind: 'roster';
  readonly network: NetworkName;
  readonly count: number;
}

/**
 * What an NVE that monitors its tunnels sees of its remotes' underlay addresses. Those that it monitors and that are not
 * named are up. Without the record the NVE monitors nothing, or is not connected: it has no voice.
 */
export interface LivenessRecord {
  readonly kind: 'liveness';
  readonly nve: NveName;
  /** Were up once, and are not now. In the order of their text. */
  readonly down: readonly IpAddress[];
  /** Have not been up yet: of these it cannot say whether they live. */
  readonly unheard: readonly IpAddress[];
}

/**
 * An operator has let the NVE go: what is ours on it is taken back, and it is not served (docs/decisions/0013), until a
 * Manager row comes that it did not have then, or an operator names it in a manifest.
 */
export interface DepartureRecord {
  readonly kind: 'departure';
  readonly nve: NveName;
  /** The UUIDs of the Manager rows that it had; absent: not known, those with which it comes back. */
  readonly managers?: readonly string[];
  /** Nothing of ours is on it any more. */
  readonly left?: true;
}

export type DomainRecord =
  | NetworkRecord
  | PortRecord
  | NveRecord
  | AttachmentRecord
  | VniClaim
  | IndexClaim
  | RosterRecord
  | DepartureRecord
  | LivenessRecord;

export type RecordKind = DomainRecord['kind'];

/** `kind/name`: the key of a record in the store. */
export type RecordKey = string;

export function recordKey(kind: RecordKind, name: string | number): RecordKey {
  return `${kind}/${name}`;
}

export function keyOf(record: DomainRecord): RecordKey {
  switch (record.kind) {
    case 'attachment':
      return recordKey('attachment', record.port);
    case 'vni':
      return recordKey('vni', record.vni);
    case 'index':
      return recordKey('index', record.index);
    case 'roster':
      return recordKey('roster', record.network);
    case 'liveness':
    case 'departure':
      return recordKey(record.kind, record.nve);
    default:
      return recordKey(record.kind, record.name);
  }
}

/** The largest VNI: RFC 7348 §4, 24 bits. */
export const VNI_MAX = 0xffffff;
