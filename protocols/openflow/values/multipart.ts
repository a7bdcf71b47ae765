/**
 * Multipart requests and replies: what a switch is asked about itself, and what it says.
 *
 * Sources: OpenFlow 1.3.5 §7.3.5, OpenFlow 1.4.1 §7.2.1 (ports), OpenFlow 1.5.1 §7.3.5 and §7.2.4 (statistics as OXS).
 */
import type { Flow } from './flow.ts';
import type { Bucket, Group } from './group.ts';
import type { Match } from './match.ts';

/** Which flows are meant. Absent members leave open. */
export interface FlowFilter {
  /** Absent: all tables. */
  readonly table?: number;
  readonly outPort?: number;
  readonly outGroup?: number;
  readonly cookie?: bigint;
  readonly cookieMask?: bigint;
  readonly match?: Match;
}

export interface FlowStats extends Flow {
  readonly importance: number;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly packets: bigint;
  readonly bytes: bigint;
}

export interface BucketStats {
  readonly packets: bigint;
  readonly bytes: bigint;
}

export interface GroupStats {
  readonly groupId: number;
  readonly references: number;
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly buckets: readonly BucketStats[];
}

/** A port as the switch describes it. Speeds in kbit/s; features are OFPPF_* bits. */
export interface PortDesc {
  readonly port: number;
  /** 48 bits. */
  readonly hardwareAddress: number;
  readonly name: string;
  /** OFPPC_* bits. */
  readonly config: number;
  /** OFPPS_* bits. */
  readonly state: number;
  readonly current: number;
  readonly advertised: number;
  readonly supported: number;
  readonly peer: number;
  readonly currentSpeed: number;
  readonly maxSpeed: number;
}

export const PORT_DOWN = 1;
export const PORT_STATE_LINK_DOWN = 1;
export const PORT_STATE_LIVE = 4;

export interface TableStats {
  readonly table: number;
  readonly active: number;
  readonly lookups: bigint;
  readonly matched: bigint;
}

export interface SwitchDescription {
  readonly manufacturer: string;
  readonly hardware: string;
  readonly software: string;
  readonly serial: string;
  readonly datapath: string;
}

export interface FlowTotals {
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly flows: number;
}

export type MultipartRequest =
  | { readonly kind: 'desc' | 'table_stats' }
  | ({ readonly kind: 'flow' | 'aggregate' } & FlowFilter)
  /** Absent: all groups. A single one can be named from OpenFlow 1.5 on for group_desc, always for group_stats. */
  | { readonly kind: 'group_desc' | 'group_stats'; readonly groupId?: number }
  /** Absent: all ports. A single one can be named from OpenFlow 1.5 on. */
  | { readonly kind: 'port_desc'; readonly port?: number }
  | { readonly kind: 'unknown'; readonly multipartType: number; readonly body: Uint8Array };

export interface GroupDesc extends Group {
  /** OpenFlow 1.5: group properties, byte for byte. */
  readonly properties?: Uint8Array;
  readonly buckets: readonly Bucket[];
}

export type MultipartReply =
  | ({ readonly kind: 'desc' } & SwitchDescription)
  | { readonly kind: 'flow'; readonly flows: readonly FlowStats[] }
  | ({ readonly kind: 'aggregate' } & FlowTotals)
  | { readonly kind: 'table_stats'; readonly tables: readonly TableStats[] }
  | { readonly kind: 'group_stats'; readonly groups: readonly GroupStats[] }
  | { readonly kind: 'group_desc'; readonly groups: readonly GroupDesc[] }
  | { readonly kind: 'port_desc'; readonly ports: readonly PortDesc[] }
  | { readonly kind: 'unknown'; readonly multipartType: number; readonly body: Uint8Array };
