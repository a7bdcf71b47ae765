/**
 * A flow as intent: its key (table, priority, match) and what it does.
 *
 * Source: OpenFlow 1.3.5 §5.2 (flow table), §7.3.4.1 (OFPT_FLOW_MOD).
 */
import type { Instruction } from './actions.ts';
import type { Match } from './match.ts';

export interface Flow {
  readonly table: number;
  readonly priority: number;
  readonly match: Match;
  readonly instructions: readonly Instruction[];
  /** 64 bits. */
  readonly cookie: bigint;
  /** Seconds; 0 or absent: never. */
  readonly idleTimeout?: number;
  readonly hardTimeout?: number;
  /** OFPFF_* bits; absent: none. */
  readonly flags?: number;
}
