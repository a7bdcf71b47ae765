/**
 * Multipart requests and replies: what a switch is asked about itself, and what it says.
 *
 * What a kind is about has its own file (group.ts, meter.ts, port-stats.ts, table.ts, flow-monitor.ts, ipfix.ts).
 *
 * Sources: OpenFlow 1.3.5 §7.3.5, OpenFlow 1.4.1 §7.2.1 (ports), OpenFlow 1.5.1 §7.3.5 and §7.2.4 (statistics as OXS).
 */
import type { Flow } from './flow.ts';
import type { FlowMonitorRequest, FlowUpdate } from './flow-monitor.ts';
import type { GroupDesc, GroupFeatures, GroupStats } from './group.ts';
import type { IpfixStats } from './ipfix.ts';
import type { Match } from './match.ts';
import type { MultipartKind } from './message-forms.ts';
import type { Meter, MeterFeatures, MeterStats } from './meter.ts';
import type { PortStats, QueueDesc, QueueStats } from './port-stats.ts';
import type { TableDesc, TableFeatures, TableStats } from './table.ts';

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
  /** All ones: the switch does not count. */
  readonly packets: bigint;
  readonly bytes: bigint;
  /** Seconds since a packet matched; OpenFlow 1.5, of switches that say so. */
  readonly idleTime?: number;
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
  /** OpenFlow 1.4 on: properties that we do not know (optical ones), one behind the other, byte for byte. */
  readonly unknownProperties?: Uint8Array;
}

export const PORT_DOWN = 1;
export const PORT_STATE_LINK_DOWN = 1;
export const PORT_STATE_LIVE = 4;

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

/** Absent members leave open. */
export interface QueueFilter {
  readonly port?: number;
  readonly queueId?: number;
}

export type MultipartRequest =
  | {
      readonly kind:
        | ('desc' | 'table_stats' | 'group_features' | 'meter_features' | 'table_desc')
        | ('ipfix_bridge' | 'ipfix_flow');
    }
  | ({ readonly kind: 'flow' | 'aggregate' } & FlowFilter)
  /** Absent: all groups. A single one can be named from OpenFlow 1.5 on for group_desc, always for group_stats. */
  | { readonly kind: 'group_desc' | 'group_stats'; readonly groupId?: number }
  /** Absent: all meters. */
  | { readonly kind: 'meter_stats' | 'meter_config'; readonly meterId?: number }
  /** Absent: all ports. A single one can be named from OpenFlow 1.5 on for port_desc, always for port_stats. */
  | { readonly kind: 'port_desc' | 'port_stats'; readonly port?: number }
  | ({ readonly kind: 'queue_stats' | 'queue_desc' } & QueueFilter)
  /** With tables: what they are to be able to do from now on. Absent: only tell. */
  | { readonly kind: 'table_features'; readonly tables?: readonly TableFeatures[] }
  | { readonly kind: 'flow_monitor'; readonly monitors: readonly FlowMonitorRequest[] }
  | { readonly kind: 'unknown'; readonly multipartType: number; readonly body: Uint8Array };

export type MultipartReply =
  | ({ readonly kind: 'desc' } & SwitchDescription)
  | { readonly kind: 'flow'; readonly flows: readonly FlowStats[] }
  | ({ readonly kind: 'aggregate' } & FlowTotals)
  | { readonly kind: 'table_stats'; readonly tables: readonly TableStats[] }
  | { readonly kind: 'port_stats'; readonly ports: readonly PortStats[] }
  | { readonly kind: 'queue_stats'; readonly queues: readonly QueueStats[] }
  | { readonly kind: 'group_stats'; readonly groups: readonly GroupStats[] }
  | { readonly kind: 'group_desc'; readonly groups: readonly GroupDesc[] }
  | ({ readonly kind: 'group_features' } & GroupFeatures)
  | { readonly kind: 'meter_stats'; readonly meters: readonly MeterStats[] }
  | { readonly kind: 'meter_config'; readonly meters: readonly Meter[] }
  | ({ readonly kind: 'meter_features' } & MeterFeatures)
  | { readonly kind: 'table_features'; readonly tables: readonly TableFeatures[] }
  | { readonly kind: 'port_desc'; readonly ports: readonly PortDesc[] }
  | { readonly kind: 'table_desc'; readonly tables: readonly TableDesc[] }
  | { readonly kind: 'queue_desc'; readonly queues: readonly QueueDesc[] }
  | { readonly kind: 'flow_monitor'; readonly updates: readonly FlowUpdate[] }
  | ({ readonly kind: 'ipfix_bridge' } & IpfixStats)
  | { readonly kind: 'ipfix_flow'; readonly sets: readonly IpfixStats[] }
  | { readonly kind: 'unknown'; readonly multipartType: number; readonly body: Uint8Array };

export type MultipartReplyOf<Kind extends MultipartReply['kind']> = Extract<
  MultipartReply,
  { kind: Kind }
>;

/**
 * Which member holds the records of a reply, so that the parts of one reply can be joined. A kind without a row has one record
 * and one part.
 */
export const REPLY_RECORDS = {
  flow: 'flows',
  table_stats: 'tables',
  port_stats: 'ports',
  queue_stats: 'queues',
  group_stats: 'groups',
  group_desc: 'groups',
  meter_stats: 'meters',
  meter_config: 'meters',
  table_features: 'tables',
  port_desc: 'ports',
  table_desc: 'tables',
  queue_desc: 'queues',
  flow_monitor: 'updates',
  ipfix_flow: 'sets',
} as const satisfies {
  readonly [Kind in MultipartKind]?: Exclude<keyof MultipartReplyOf<Kind>, 'kind'>;
};
