import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { formatFlow } from '../../../../protocols/openflow/text/flow-text.ts';
import { OPENFLOW_ERRORS } from '../../../../protocols/openflow/values/errors.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { decodeFlowStats, scanFlowStats } from '../../../../protocols/openflow/wire/flow-scan.ts';

const MUTATIONS = 60_000;
const FOLDER = new URL('../../../vectors/openflow/', import.meta.url);
const seeds = ['openflow13', 'openflow14', 'openflow15']
  .flatMap((name) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')))
  .map((vector: { hex: string }) => new Uint8Array(Buffer.from(vector.hex, 'hex')));

/** A small generator of its own, so that a failure comes back with the same numbers. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SHARP = [0, 1, 4, 7, 8, 16, 0x7f, 0x80, 0xff];

function mutate(seed: Uint8Array, random: (below: number) => number): Uint8Array {
  const cut = random(4) === 0 ? random(seed.length + 1) : seed.length;
  const bytes = seed.slice(0, Math.max(8, cut));
  for (let turn = 0; turn <= random(4); turn++) {
    const value = random(2) === 0 ? random(256) : (SHARP[random(SHARP.length)] ?? 0);
    bytes[random(bytes.length)] = value;
  }
  if (random(4) > 0) new DataView(bytes.buffer).setUint16(2, bytes.length);
  return bytes;
}

/** A hello and an error may come in any version. */
function spoken(version: number): OpenFlowVersion {
  return version === 5 || version === 6 ? version : 4;
}

describe('decoding of damaged messages', () => {
  it('never throws and answers faults from the catalogue', () => {
    const random = randomNumbers(20_260_101);
    const seen = new Map<string, number>();
    for (let turn = 0; turn < MUTATIONS; turn++) {
      const bytes = mutate(seeds[random(seeds.length)] ?? new Uint8Array(8), random);
      const result = decodeMessage(bytes);
      const outcome = result.ok ? 'decoded' : result.error.code;
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      if (!result.ok) expect(OPENFLOW_ERRORS.has(result.error.code)).to.equal(true);
    }
    for (const outcome of [
      'decoded',
      'OFPBRC_BAD_LEN',
      'OFPBAC_BAD_LEN',
      'OFPBMC_BAD_LEN',
      'OFPBMC_BAD_TYPE',
    ]) {
      expect(seen.get(outcome), outcome).to.be.above(20);
    }
  }).timeout(30_000);

  it('gives values that can be encoded and printed again', () => {
    const random = randomNumbers(7);
    for (let turn = 0; turn < MUTATIONS / 10; turn++) {
      const result = decodeMessage(
        mutate(seeds[random(seeds.length)] ?? new Uint8Array(8), random),
      );
      if (!result.ok) continue;
      const { version, xid, message } = result.value;
      if (message.type === 'flow_mod') expect(formatFlow(message.flow)).to.include('actions=');
      if (hasMeter(message)) continue;
      expect(encodeMessage(spoken(version), xid, message).length).to.be.at.least(8);
    }
  });

  it('scans a damaged dump without leaving it', () => {
    const random = randomNumbers(99);
    const dumps = seeds.filter((seed) => seed[1] === 19 && seed[9] === 1 && seed.length > 200);
    expect(dumps).to.have.length.above(2);
    for (let turn = 0; turn < MUTATIONS / 10; turn++) {
      const seed = dumps[random(dumps.length)] ?? new Uint8Array(16);
      const version = spoken(seed[0] ?? 0);
      const body = mutate(seed, random).subarray(16);
      let end = 0;
      const whole = scanFlowStats(version, body, (entry) => {
        expect(entry.offset).to.equal(end);
        end = entry.offset + entry.length;
        expect(end).to.be.at.most(body.length);
        expect(entry.matchOffset + entry.matchLength).to.be.at.most(end);
      });
      if (whole) expect(end).to.equal(body.length);
      decodeFlowStats(version, body);
    }
  });
});

/** A meter instruction in 1.5 is a value that 1.5 cannot say: encoding it is refused, by design. */
function hasMeter(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('type' in value && value.type === 'meter') return true;
  return Object.values(value).some(hasMeter);
}
