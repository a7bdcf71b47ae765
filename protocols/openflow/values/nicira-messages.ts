/**
 * Nicira's messages but packets: what Open vSwitch speaks beyond OpenFlow, in every version.
 *
 * Source: nicira-ext.h of Open vSwitch 3.1.
 */
import type { AsyncConfig } from './async-config.ts';
import type { FlowCommand } from './commands.ts';
import type { CtFlush } from './conntrack.ts';
import type { Flow } from './flow.ts';
import type { Match } from './match.ts';

/** NXT_ROLE_*: without a generation, and there is no "nochange". */
export interface NxRole {
  readonly role: 'equal' | 'master' | 'slave';
}

/** Ports have 16 bits here; there is no group and no importance. */
export interface NxFlowMod {
  readonly type: 'nx_flow_mod';
  readonly command: FlowCommand;
  readonly flow: Flow;
  /** Which cookies are meant; absent: all. Only together with cookieMask. */
  readonly cookieFilter?: bigint;
  readonly cookieMask?: bigint;
  /** Absent: OFP_NO_BUFFER. */
  readonly bufferId?: number;
  /** Absent: OFPP_ANY. */
  readonly outPort?: number;
}

/** As OFPT_FLOW_REMOVED, without a hard timeout. */
export interface NxFlowRemoved {
  readonly type: 'nx_flow_removed';
  readonly cookie: bigint;
  readonly priority: number;
  /** OFPRR_*. */
  readonly reason: number;
  /** 255: the switch does not say. */
  readonly table: number;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly idleTimeout: number;
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly match: Match;
}

export type PacketInFormat = 'standard' | 'nxt_packet_in' | 'nxt_packet_in2';

/** A tunnel option that a field tun_metadataN shall stand for. */
export interface TlvMapping {
  readonly optionClass: number;
  readonly optionType: number;
  /** Bytes; a multiple of four up to 124. */
  readonly optionLength: number;
  /** The N of tun_metadataN. */
  readonly index: number;
}

export type NiciraMessage =
  | ({ readonly type: 'nx_role_request' } & NxRole)
  | ({ readonly type: 'nx_role_reply' } & NxRole)
  | NxFlowMod
  | NxFlowRemoved
  | { readonly type: 'flow_mod_table_id'; readonly enable: boolean }
  | { readonly type: 'set_packet_in_format'; readonly format: PacketInFormat }
  | { readonly type: 'flow_age' }
  | ({ readonly type: 'nx_set_async_config' } & AsyncConfig)
  | ({ readonly type: 'nx_set_async_config2' } & AsyncConfig)
  | { readonly type: 'set_controller_id'; readonly controllerId: number }
  | {
      readonly type: 'tlv_table_mod';
      readonly command: 'add' | 'delete' | 'clear';
      readonly mappings: readonly TlvMapping[];
    }
  | { readonly type: 'tlv_table_request' }
  | {
      readonly type: 'tlv_table_reply';
      /** Bytes. */
      readonly maxOptionSpace: number;
      readonly maxFields: number;
      readonly mappings: readonly TlvMapping[];
    }
  | { readonly type: 'ct_flush_zone'; readonly zone: number }
  | ({ readonly type: 'ct_flush' } & CtFlush);
