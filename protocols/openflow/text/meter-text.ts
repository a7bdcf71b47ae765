/**
 * Meters, their statistics and features in ovs-ofctl's words.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import {
  METER_BURST,
  METER_KBPS,
  METER_PKTPS,
  METER_STATS,
  type Meter,
  type MeterBand,
  type MeterFeatures,
  type MeterMod,
  type MeterStats,
  OFPM_ALL,
  OFPM_CONTROLLER,
  OFPM_MAX,
  OFPM_SLOWPATH,
} from '../values/meter.ts';
import { formatBits } from './bit-names.ts';
import { formatDuration } from './duration-text.ts';
import type { MessageFormatters } from './formatter.ts';

const RESERVED: ReadonlyMap<number, string> = new Map([
  [OFPM_SLOWPATH, 'slowpath'],
  [OFPM_CONTROLLER, 'controller'],
  [OFPM_ALL, 'all'],
]);

const FLAGS: ReadonlyMap<number, string> = new Map([
  [METER_KBPS, 'kbps'],
  [METER_PKTPS, 'pktps'],
  [METER_BURST, 'burst'],
  [METER_STATS, 'stats'],
]);

const BAND_TYPES: ReadonlyMap<number, string> = new Map([
  [2, 'drop'],
  [4, 'dscp_remark'],
]);

export function formatMeterId(meterId: number): string {
  return meterId <= OFPM_MAX ? String(meterId) : (RESERVED.get(meterId) ?? 'unknown');
}

/** Several lines; ends with a newline. */
export function formatMeter(meter: Meter): string {
  const bands = meter.bands.map((band) => `\n${formatBand(band, meter.flags)}`).join('');
  return `meter=${formatMeterId(meter.meterId)} ${formatFlags(meter.flags)}bands=${bands}\n`;
}

/** Each with a space behind it. */
function formatFlags(flags: number): string {
  const words = [...FLAGS].filter(([bit]) => (flags & bit) !== 0).map(([, name]) => `${name} `);
  const rest = flags & ~(METER_KBPS | METER_PKTPS | METER_BURST | METER_STATS);
  return `${words.join('')}${rest === 0 ? '' : `flags:0x${rest.toString(16)} `}`;
}

function formatBand(band: MeterBand, flags: number): string {
  if (band.type === 'unknown') {
    const number = ((band.bytes[0] ?? 0) << 8) | (band.bytes[1] ?? 0);
    return `type=${number}`;
  }
  const burst = (flags & METER_BURST) === 0 ? '' : ` burst_size=${band.burst}`;
  const precedence = band.type === 'dscp_remark' ? ` prec_level=${band.precedence}` : '';
  return `type=${band.type} rate=${band.rate}${burst}${precedence}`;
}

const COMMANDS: Readonly<Record<MeterMod['command'], string>> = {
  add: 'ADD',
  modify: 'MOD',
  delete: 'DEL',
};

/** Behind the header's line. */
export function formatMeterMod(mod: MeterMod): string {
  const meter = mod.command === 'delete' ? { meterId: mod.meterId, flags: 0, bands: [] } : mod;
  return ` ${COMMANDS[mod.command]} ${formatMeter(meter)}`;
}

/** Several lines; ends with a newline. */
export function formatMeterStats(stats: MeterStats): string {
  const { meterId, flows, packets, bytes, durationSeconds, durationNanoseconds, bands } = stats;
  const lines = bands.map(
    (band, index) => `${index}: packet_count:${band.packets} byte_count:${band.bytes}\n`,
  );
  return (
    `meter:${formatMeterId(meterId)} flow_count:${flows} packet_in_count:${packets} ` +
    `byte_in_count:${bytes} duration:${formatDuration(durationSeconds, durationNanoseconds)} ` +
    `bands:\n${lines.join('')}`
  );
}

/** Behind the header's line. */
export function formatMeterFeatures(features: MeterFeatures): string {
  const { maxMeters, maxBands, maxColor, bandTypes, capabilities } = features;
  return (
    `\nmax_meter:${maxMeters} max_bands:${maxBands} max_color:${maxColor}\n` +
    `band_types: ${formatBits(bandTypes, BAND_TYPES, ' ')}\n` +
    `capabilities: ${formatBits(capabilities, FLAGS, ' ')}\n`
  );
}

export const METER_TEXT: MessageFormatters = { meter_mod: ({ mod }) => formatMeterMod(mod) };
