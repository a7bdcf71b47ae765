/**
 * What the API shows: each object is its manifest plus `status`.
 *
 * These shapes are the contract with scripts (`nva get -o json`); a member is only ever added.
 */
import type { Encapsulation, Endpoint } from './encapsulation.ts';

/** Something that keeps an object from its purpose, or soon will: one sentence with a remedy. */
export interface Condition {
  /** Stable, for scripts: kebab-case. */
  readonly code: string;
  readonly message: string;
}

export interface NetworkView {
  readonly kind: 'Network';
  readonly name: string;
  readonly vni: number;
  readonly encapsulation?: readonly Encapsulation[];
  readonly status: {
    readonly vniAllocated: boolean;
    readonly ports: number;
    readonly active: number;
    readonly nves: readonly string[];
    readonly conditions: readonly Condition[];
  };
}

export type PortPhase = 'waiting' | 'active' | 'conflict';

export interface PortView {
  readonly kind: 'Port';
  readonly name: string;
  readonly network: string;
  readonly mac: string;
  readonly ips: readonly string[];
  readonly status: {
    readonly phase: PortPhase;
    /** Why it is not active, in one sentence. */
    readonly reason?: string;
    readonly nve?: string;
    readonly ofport?: number;
    readonly interface?: string;
  };
}

/**
 * Of an NVE that is not served as others are. Let go by an operator: `withdrawing` (the others are told not to send to
 * it), `leaving` (its flows are taken back), `flows-taken` (its rows are), `left` (nothing of ours is on it). `refused`:
 * it is not let in, and its conditions say why.
 */
export type NvePhase = 'withdrawing' | 'leaving' | 'flows-taken' | 'left' | 'refused';

export interface NveView {
  readonly kind: 'Nve';
  readonly name: string;
  readonly status: {
    /** To any living instance. */
    readonly connected: boolean;
    /** Absent: it is served, or would be. */
    readonly phase?: NvePhase;
    /** The instance that writes to it, whoever that is. */
    readonly owner?: string;
    /** Why that one, in a few words. */
    readonly ownerWhy?: string;
    readonly endpoints: readonly Endpoint[];
    readonly flows: { readonly desired: number; readonly installed: number };
    readonly ports: number;
    readonly bridge?: string;
    readonly datapathId?: string;
    readonly openflow?: string;
    readonly ovsVersion?: string;
    readonly conditions: readonly Condition[];
  };
}

export interface MappingView {
  readonly kind: 'Mapping';
  readonly name: string;
  readonly network: string;
  readonly mac: string;
  readonly ips: readonly string[];
  readonly nve: string;
  readonly endpoints: readonly Endpoint[];
  readonly sequence: number;
  /** Who said so: the NVE's own database (`ovsdb`). */
  readonly source: string;
}

/** One direction of one pair of NVEs that share at least one network. */
export interface TunnelView {
  readonly kind: 'Tunnel';
  /** `NVE->NVE/type` */
  readonly name: string;
  readonly nve: string;
  readonly remote: string;
  readonly type: Encapsulation;
  readonly remoteIp: string;
  /** UDP; absent: the encapsulation's own. */
  readonly port?: number;
  readonly networks: readonly string[];
  readonly status: TunnelStatus;
}

/** `waiting`: monitored, and has not been up yet. */
export const TUNNEL_STATES = ['up', 'down', 'waiting', 'unmonitored'] as const;

export type TunnelState = (typeof TUNNEL_STATES)[number];

export interface TunnelStatus {
  readonly state: TunnelState;
  /** RFC 3339, UTC: since when, as far as this instance knows. */
  readonly since?: string;
  /** Why it went down, in the switch's words. */
  readonly diagnostic?: string;
}

export interface InstanceView {
  readonly kind: 'Instance';
  readonly name: string;
  readonly status: {
    readonly alive: boolean;
    /** Those that it writes to. */
    readonly nves: readonly string[];
    /** NVEs that are connected to it. */
    readonly connected: number;
    /** Of all NVEs that any instance writes to, in percent. */
    readonly share: number;
    readonly version: string;
    readonly startedAt: string;
    /** The newest revision of the store that all NVEs which it writes to have confirmed. */
    readonly confirmed: number;
    /** How long it has said nothing; only when it is believed dead. */
    readonly silentMs?: number;
    /** By NVE that it writes to: why it does. */
    readonly why: Readonly<Record<string, string>>;
    /** NVEs that others see and it does not. */
    readonly missing: readonly string[];
    readonly conditions: readonly Condition[];
  };
}

export interface ViewsByKind {
  readonly networks: NetworkView;
  readonly ports: PortView;
  readonly nves: NveView;
  readonly mappings: MappingView;
  readonly tunnels: TunnelView;
  readonly instances: InstanceView;
}

export type ViewKind = keyof ViewsByKind;

/** One line of history: something changed that a person may want to know. */
export interface EventView {
  /** Ascending within one run of an instance. */
  readonly id: number;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly level: 'info' | 'warning' | 'error';
  /** Stable, for scripts: kebab-case, e.g. `port-attached`. */
  readonly code: string;
  /** `kind/name` of the object that it concerns. */
  readonly object: string;
  readonly message: string;
}
