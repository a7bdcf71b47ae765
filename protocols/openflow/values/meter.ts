/**
 * A meter: what is measured, and what happens above a rate.
 *
 * Source: OpenFlow 1.3.5 §5.7, §7.3.4.4 (meter_mod), §7.3.5.11 to §7.3.5.13 (meter multiparts).
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
    }
  /** A type that we do not know: the whole band, byte for byte. */
  | { readonly type: 'unknown'; readonly bytes: Uint8Array };

export interface Meter {
  /** 1 to 0xffff0000, or one of OFPM_*. */
  readonly meterId: number;
  /** OFPMF_* bits: 1 kbps, 2 pktps, 4 burst, 8 stats. */
  readonly flags: number;
  readonly bands: readonly MeterBand[];
}

export type MeterMod =
  | (Meter & { readonly command: 'add' | 'modify' })
  /** OFPM_ALL: all meters. */
  | { readonly command: 'delete'; readonly meterId: number };

export interface MeterBandStats {
  readonly packets: bigint;
  readonly bytes: bigint;
}

export interface MeterStats {
  readonly meterId: number;
  readonly flows: number;
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly bands: readonly MeterBandStats[];
}

export interface MeterFeatures {
  readonly maxMeters: number;
  /** A bit for each OFPMBT_*. */
  readonly bandTypes: number;
  /** OFPMF_* bits. */
  readonly capabilities: number;
  readonly maxBands: number;
  readonly maxColor: number;
}

/** OFPMC_*. */
export const METER_COMMANDS: Readonly<Record<MeterCommand, number>> = {
  add: 0,
  modify: 1,
  delete: 2,
};

/** OFPMF_*. */
export const METER_KBPS = 1;
export const METER_PKTPS = 2;
export const METER_BURST = 4;
export const METER_STATS = 8;

export const OFPM_MAX = 0xffff0000;
export const OFPM_SLOWPATH = 0xfffffffd;
export const OFPM_CONTROLLER = 0xfffffffe;
export const OFPM_ALL = 0xffffffff;
