/**
 * A meter: what is measured, and what happens above a rate.
 *
 * Source: OpenFlow 1.3.5 §5.7, §7.3.4.4 (meter_mod).
 */

export type MeterCommand = 'add' | 'modify' | 'delete';

export type MeterBand =
  /** Rates in kbit/s or packets/s (Meter.flags), bursts in kbit or packets. */
  | { readonly type: 'drop'; readonly rate: number; readonly burst: number }
  | {
      readonly type: 'dscp_remark';
      readonly rate: number;
      readonly burst: number;
      readonly precedence: number;
    };

export interface Meter {
  /** 1 to 0xffff0000, or one of OFPM_*. */
  readonly meterId: number;
  /** OFPMF_* bits: 1 kbps, 2 pktps, 4 burst, 8 stats. */
  readonly flags: number;
  readonly bands: readonly MeterBand[];
}

export interface MeterMod extends Meter {
  readonly command: MeterCommand;
}

export const OFPM_MAX = 0xffff0000;
export const OFPM_SLOWPATH = 0xfffffffd;
export const OFPM_CONTROLLER = 0xfffffffe;
export const OFPM_ALL = 0xffffffff;
