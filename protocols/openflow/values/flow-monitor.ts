/**
 * Flow monitors: which changes of flows a switch is to report, and its reports.
 *
 * Sources: ONF extension 187 (OpenFlow 1.3), OpenFlow 1.4.1 §7.3.5.17 (OFPMP_FLOW_MONITOR).
 */
import type { Instruction } from './actions.ts';
import type { Match } from './match.ts';

/** OFPFMF_* of OpenFlow 1.4; ONF's extension numbers those that it has otherwise. */
export const FLOW_MONITOR_FLAGS = {
  initial: 1,
  add: 2,
  delete: 4,
  modify: 8,
  actions: 16,
  no_abbrev: 32,
  own: 64,
} as const;

export interface FlowMonitorRequest {
  readonly monitorId: number;
  /** Absent: add. OpenFlow 1.4 on has the others; any other number is kept, and is none. */
  readonly command?: 'modify' | 'delete' | number;
  /** FLOW_MONITOR_FLAGS bits. */
  readonly flags: number;
  /** Absent: any. */
  readonly outPort?: number;
  /** OpenFlow 1.4 on. */
  readonly outGroup?: number;
  /** Absent: all tables. */
  readonly table?: number;
  readonly match: Match;
}

/** One change, or the beginning or end of a pause. */
export type FlowUpdate =
  | {
      /** `initial`: OpenFlow 1.4 on. */
      readonly event: 'initial' | 'added' | 'deleted' | 'modified';
      /** OFPRR_*, of `deleted`; 0 else. */
      readonly reason: number;
      readonly table: number;
      readonly priority: number;
      readonly idleTimeout: number;
      readonly hardTimeout: number;
      readonly cookie: bigint;
      readonly match: Match;
      readonly instructions: readonly Instruction[];
    }
  /** The change that the message of this xid asked for. */
  | { readonly event: 'abbrev'; readonly xid: number }
  /** OpenFlow 1.4 on. */
  | { readonly event: 'paused' | 'resumed' };
