import type {
  MeterBand,
  MeterMod,
  MeterStats,
} from '../../../../protocols/openflow/values/meter.ts';
import { ALL, reply, request, type Sample } from './sample.ts';

const DROP: MeterBand = { type: 'drop', rate: 1000, burst: 100 };
const REMARK: MeterBand = { type: 'dscp_remark', rate: 2000, burst: 0, precedence: 3 };

function mod(name: string, value: MeterMod): Sample {
  return { name, versions: ALL, message: { type: 'meter_mod', mod: value } };
}

const STATS: MeterStats = {
  ...{ meterId: 5, flows: 2, packets: 10n, bytes: 1000n },
  ...{ durationSeconds: 60, durationNanoseconds: 250_000_000 },
  bands: [{ packets: 1n, bytes: 100n }],
};

export const METER_SAMPLES: readonly Sample[] = [
  mod('adds a meter', { command: 'add', meterId: 1, flags: 1, bands: [DROP] }),
  mod('adds a meter with bursts', { command: 'add', meterId: 2, flags: 13, bands: [DROP, REMARK] }),
  mod('modifies a meter of packets', { command: 'modify', meterId: 3, flags: 2, bands: [REMARK] }),
  mod('adds a meter without bands or flags', {
    ...{ command: 'add', meterId: 0xffff0000, flags: 0, bands: [] },
  }),
  mod('adds a meter with flags that OpenFlow lacks', {
    ...{ command: 'add', meterId: 0xfffffffd, flags: 0x8035, bands: [DROP] },
  }),
  mod('adds the meter of the controller', {
    ...{ command: 'add', meterId: 0xfffffffe, flags: 2, bands: [DROP] },
  }),
  mod('adds a meter whose number is reserved', {
    ...{ command: 'add', meterId: 0xffff0001, flags: 2, bands: [DROP] },
  }),
  mod('deletes a meter', { command: 'delete', meterId: 3 }),
  mod('deletes all meters', { command: 'delete', meterId: 0xffffffff }),

  request('all meter statistics', ALL, { kind: 'meter_stats' }),
  request('statistics of a meter', ALL, { kind: 'meter_stats', meterId: 5 }),
  reply('no meter statistics', ALL, { kind: 'meter_stats', meters: [] }),
  reply('meter statistics', ALL, {
    kind: 'meter_stats',
    meters: [
      STATS,
      { ...STATS, meterId: 0xfffffffe, bands: [] },
      { ...STATS, bands: [...STATS.bands, { packets: 2n, bytes: 0n }], durationNanoseconds: 0 },
    ],
  }),
  request('all meter configurations', ALL, { kind: 'meter_config' }),
  request('the configuration of a meter', ALL, { kind: 'meter_config', meterId: 0xfffffffd }),
  reply('no meters', ALL, { kind: 'meter_config', meters: [] }),
  reply('meter configurations', ALL, {
    kind: 'meter_config',
    meters: [
      { meterId: 1, flags: 1, bands: [DROP] },
      { meterId: 2, flags: 6, bands: [DROP, REMARK] },
      { meterId: 3, flags: 0, bands: [] },
    ],
  }),
  request('meter features', ALL, { kind: 'meter_features' }),
  reply('meter features', ALL, {
    ...{ kind: 'meter_features', maxMeters: 1000, bandTypes: 6, capabilities: 15 },
    ...{ maxBands: 8, maxColor: 0 },
  }),
  reply('meter features with bits that OpenFlow lacks', ALL, {
    ...{ kind: 'meter_features', maxMeters: 0, bandTypes: 0x80000001, capabilities: 0x1f },
    ...{ maxBands: 255, maxColor: 9 },
  }),
  reply('no meter features', ALL, {
    ...{ kind: 'meter_features', maxMeters: 0, bandTypes: 0, capabilities: 0 },
    ...{ maxBands: 0, maxColor: 0 },
  }),
];
