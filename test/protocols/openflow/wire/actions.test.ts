import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { formatActions } from '../../../../protocols/openflow/text/action-text.ts';
import type { Action } from '../../../../protocols/openflow/values/actions.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { readActions } from '../../../../protocols/openflow/wire/actions/action-decode.ts';
import { putActions } from '../../../../protocols/openflow/wire/actions/action-encode.ts';
import { ByteWriter } from '../../../../protocols/openflow/wire/byte-writer.ts';
import { Cursor } from '../../../../protocols/openflow/wire/cursor.ts';
import { arbitraryActions } from '../arbitrary-actions.ts';
import { judgeActions } from '../ofctl-actions.ts';
import { ACTION_SAMPLES, type ActionSample } from '../samples/action-samples.ts';

const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];

/** By name, by wire version: what we send, and what an old action is when it comes. */
interface Bytes {
  readonly sent: Readonly<Record<string, string>>;
  readonly came?: string;
}

const FILE = new URL('../../../vectors/openflow/actions.json', import.meta.url);
const vectors = JSON.parse(readFileSync(FILE, 'utf8')) as Readonly<Record<string, Bytes>>;

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

function encoded(version: OpenFlowVersion, actions: readonly Action[]): string {
  const writer = new ByteWriter();
  writer.begin();
  putActions(writer, version, actions);
  return Buffer.from(writer.take()).toString('hex');
}

/** The actions, or the name of the error behind "***". */
function decoded(version: OpenFlowVersion, hex: string, strict = false): Action[] | string {
  const message = new Uint8Array([version, 0, 0, 0, 0, 0, 0, 0, ...bytesOf(hex)]);
  const cursor = Cursor.over(message, 'a test', 8, { strict });
  const actions = readActions(cursor, version);
  return cursor.error === undefined ? actions : `***${cursor.error.code}`;
}

function bytesFor({ name }: ActionSample): Bytes {
  const bytes = vectors[name];
  if (bytes === undefined) throw new Error(`no vector for ${name}`);
  return bytes;
}

/** Of a sample, each version in which it can be sent. */
function eachVersion(take: (sample: ActionSample, version: OpenFlowVersion, hex: string) => void) {
  for (const sample of ACTION_SAMPLES) {
    for (const version of VERSIONS) {
      const hex = bytesFor(sample).sent[version];
      if (hex !== undefined) take(sample, version, hex);
    }
  }
}

/** What comes back: what is sent, and of that what the version has. */
function expectedBack({ action, sentAs }: ActionSample, version: OpenFlowVersion): Action {
  if (sentAs !== undefined) return sentAs;
  if (action.type === 'load' && version === 6) return loadAsSetField(action.value);
  if (action.type === 'move') return withoutForm(action, version === 4);
  return action.type === 'set_field' ? withoutForm(action, version < 6) : action;
}

/** Of the two loads among the samples. */
function loadAsSetField(value: bigint): Action {
  return value === 0n
    ? { type: 'set_field', field: 'eth_src', value: 0, mask: 2 ** 40 }
    : { type: 'set_field', field: 'reg0', value: 0x50, mask: 0xf0 };
}

function withoutForm<Kind extends { readonly form?: unknown }>(action: Kind, keeps: boolean): Kind {
  if (keeps) return action;
  const { form: _form, ...rest } = action;
  return rest as Kind;
}

describe('actions of every kind', () => {
  it('have samples of every type that can be sent', () => {
    const types = new Set(ACTION_SAMPLES.map(({ action }) => action.type));
    // All of the union but nat, which stands in ct, write_metadata, which is an instruction, and what Open vSwitch refuses.
    expect(types.size).to.equal(52);
    expect(Object.keys(vectors)).to.have.members(ACTION_SAMPLES.map(({ name }) => name));
  });

  it('encode to the known bytes in each version', () => {
    eachVersion((sample, version, hex) => {
      expect(encoded(version, [sample.action]), `${sample.name} in ${version}`).to.equal(hex);
    });
  });

  it('cannot be sent in a version that lacks them', () => {
    for (const sample of ACTION_SAMPLES) {
      for (const version of VERSIONS) {
        if (bytesFor(sample).sent[version] !== undefined) continue;
        expect(() => encoded(version, [sample.action]), sample.name).to.throw(TypeError);
      }
    }
  });

  it('decode to the known values, strictly or not', () => {
    eachVersion((sample, version, hex) => {
      const value = [expectedBack(sample, version)];
      expect(decoded(version, hex, false), `${sample.name} in ${version}`).to.deep.equal(value);
      expect(decoded(version, hex, true), `${sample.name} in ${version}`).to.deep.equal(value);
    });
  });

  it('of old kinds decode to themselves', () => {
    for (const sample of ACTION_SAMPLES) {
      const { came } = bytesFor(sample);
      if (came === undefined) continue;
      const { protocol: _protocol, ...value } = sample.action as { protocol?: number };
      for (const version of VERSIONS) {
        expect(decoded(version, came, true), sample.name).to.deep.equal([value]);
      }
    }
  });

  it('are not understood when their end is missing', () => {
    eachVersion((sample, version, hex) => {
      for (let size = 2; size < hex.length; size += 2) {
        for (const strict of [false, true]) {
          const value = decoded(version, hex.slice(0, size), strict);
          expect(value, `${size / 2} bytes of ${sample.name}`).to.be.a('string');
        }
      }
    });
  });

  it('name tunnel metadata in the size that the sender’s table gives it', () => {
    const mapped = { field: 'tun_metadata0', offset: 0, bits: 32, bytes: 4 } as const;
    const reg0 = { field: 'reg0', offset: 0, bits: 32 } as const;
    const actions: readonly (readonly [Action, string])[] = [
      [{ type: 'push', field: mapped }, 'ffff001800002320001b0000000150040020000000000000'],
      [
        { type: 'move', from: mapped, to: reg0 },
        'ffff00180000232000060020000000000001500400010004',
      ],
      [
        { type: 'delete_field', field: 'tun_metadata0', bytes: 4 },
        'ffff00180000232000320001500400000000000000000000',
      ],
      [
        { type: 'output_reg', from: mapped, maxLen: 1 },
        'ffff001800002320000f001f000150040001000000000000',
      ],
    ];
    for (const [action, hex] of actions) {
      expect(decoded(4, hex, true)).to.deep.equal([action]);
      expect(encoded(4, [action])).to.equal(hex);
    }
  });

  it('are refused where what they say would become something else on the wire', () => {
    const reg0 = { field: 'reg0', offset: 0, bits: 32 } as const;
    const learn = {
      type: 'learn',
      ...{ table: 1, priority: 1, idleTimeout: 0, hardTimeout: 0, finIdleTimeout: 0 },
      ...{ finHardTimeout: 0, cookie: 0n, flags: 0, limit: 0 },
    } as const;
    const spec = (bits: number, value: bigint): Action => ({
      ...{ ...learn, specs: [{ type: 'load', from: { value }, to: { ...reg0, bits } }] },
    });
    const ofField: Action = {
      ...{ ...learn, specs: [{ type: 'load', from: { field: reg0 }, to: { ...reg0, bits: 16 } }] },
    };
    const wrong: readonly (readonly [Action, string])[] = [
      // Of 16 bits these would be LOCAL and CONTROLLER.
      [{ type: 'resubmit', port: 0xfffe }, 'port 65534'],
      [{ type: 'output_trunc', port: 0xfffd, maxLen: 64 }, 'port 65533'],
      [{ type: 'move', from: reg0, to: { ...reg0, bits: 16 } }, '32 bits of reg0 into 16'],
      [{ type: 'check_pkt_larger', size: 1, to: reg0 }, '32 bits of reg0 where one'],
      [{ type: 'push', field: { ...reg0, bits: 65536 } }, '65536'],
      [{ type: 'output_reg', from: { ...reg0, offset: 0.5 }, maxLen: 1 }, 'from bit 0.5'],
      [{ ...learn, specs: [], flags: 4 }, 'learn flags 4'],
      [{ ...learn, specs: [], flags: 2 ** 32 }, 'learn flags 4294967296'],
      [{ ...learn, specs: [], resultDestination: reg0 }, '32 bits of reg0 where one'],
      [spec(2048, 1n), '2048 bits'],
      [spec(16, 0x12345n), '74565'],
      [ofField, '32 bits of reg0 in 16 bits'],
      [{ type: 'ct', otherFlags: 1, actions: [] }, 'other flags 1'],
      [{ type: 'set_vlan_vid', vid: 0x1005 }, 'set_vlan_vid of 4101'],
      [{ type: 'mod_nw_tos', value: 5 }, 'mod_nw_tos of 5'],
      [{ type: 'unknown', bytes: bytesOf('0063000801020304ffff') }, '8 bytes and are 10'],
      [{ type: 'unknown', bytes: bytesOf('00630004') }, '4 bytes'],
    ];
    for (const [action, words] of wrong) {
      expect(() => encoded(4, [action]), words).to.throw(RangeError, words);
    }
    for (const load of [
      { value: 16n, to: { ...reg0, bits: 4 } },
      { value: 1n, to: { ...reg0, offset: 30, bits: 4 } },
      { value: 1n, to: { ...reg0, offset: -1, bits: 4 } },
    ]) {
      expect(() => encoded(6, [{ type: 'load', ...load }])).to.throw(RangeError, 'a load of');
    }
    const misspelt = { type: 'outptu' } as never;
    expect(() => encoded(4, [misspelt])).to.throw(TypeError, 'there is no action outptu');
  });

  it('may lie in each other, but not without end', () => {
    const nested = (depth: number): Action =>
      depth === 0 ? { type: 'exit' } : { type: 'clone', actions: [nested(depth - 1)] };
    expect(decoded(4, encoded(4, [nested(500)]))).to.deep.equal([nested(500)]);
    expect(decoded(4, encoded(4, [nested(501)]))).to.equal('***OFPBAC_TOO_MANY');
    const whole = Array.from({ length: 4090 }, (_, level) => {
      const size = (4090 - level) * 16;
      return `ffff${size.toString(16).padStart(4, '0')}00002320002a000000000000`;
    }).join('');
    expect(decoded(4, whole)).to.equal('***OFPBAC_TOO_MANY');
  });

  for (const version of VERSIONS) {
    it(`say what ovs-ofctl says of them in wire version ${version}`, () => {
      const known = ACTION_SAMPLES.flatMap((sample) => {
        const { sent, came } = bytesFor(sample);
        const hex = came ?? sent[version];
        return hex === undefined ? [] : [{ sample, hex }];
      });
      const judged = judgeActions(
        version,
        known.map(({ hex }) => hex),
      );
      for (const [index, { sample, hex }] of known.entries()) {
        const value = decoded(version, hex, true);
        expect(typeof value === 'string' ? value : formatActions(value)).to.equal(
          judged[index]?.text,
        );
        if (version < 6) expect(formatActions([sample.action])).to.equal(sample.text);
      }
    });
  }
});

/** One or two bytes are changed, or the end is cut off. */
function mutated(hex: string, random: () => number): string {
  const bytes = bytesOf(hex);
  const changes = 1 + Math.floor(random() * 2);
  for (let change = 0; change < changes; change++) {
    const at = Math.floor(random() * bytes.length);
    const kinds = [0, 255, random() * 256, (bytes[at] ?? 0) ^ (1 << (random() * 8)), 8, 16];
    bytes[at] = kinds[Math.floor(random() * kinds.length)] ?? 0;
  }
  const size = random() < 0.1 ? 1 + Math.floor(random() * bytes.length) : bytes.length;
  return Buffer.from(bytes.subarray(0, size)).toString('hex');
}

/** A linear congruential generator: the same numbers in each run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What we do not understand stands in what we write again; and what we write is understood. */
function expectKept(version: OpenFlowVersion, hex: string): void {
  const value = decoded(version, hex);
  if (typeof value === 'string') return;
  const again = encoded(version, value);
  for (const action of value) {
    if (action.type !== 'unknown') continue;
    const kept = Buffer.from(action.bytes).toString('hex');
    expect(hex).to.include(kept);
    expect(again).to.include(kept);
  }
  const back = decoded(version, again);
  expect(typeof back === 'string' ? back : encoded(version, back), hex).to.equal(again);
}

describe('random lists of actions', () => {
  for (const version of VERSIONS) {
    const lists = fc.sample(arbitraryActions(version), { numRuns: 1500, seed: 70 + version });
    const hexes = lists.map((list) => encoded(version, list));

    it(`come back from their bytes in wire version ${version}`, () => {
      for (const [index, list] of lists.entries()) {
        expect(decoded(version, hexes[index] ?? '')).to.deep.equal(list);
      }
    });

    it(`say what ovs-ofctl says of them, which writes the same bytes, in wire version ${version}`, () => {
      const judged = judgeActions(version, hexes);
      for (const [index, list] of lists.entries()) {
        expect(formatActions(list)).to.equal(judged[index]?.text);
        expect(judged[index]?.reencoded).to.equal(hexes[index]);
      }
    });

    it(`are refused as ovs-ofctl refuses them when bytes are wrong, in wire version ${version}`, () => {
      const random = randomNumbers(version);
      const wrong = [...hexes, ...hexes, ...hexes].map((hex) => mutated(hex, random));
      const judged = judgeActions(version, wrong);
      for (const [index, hex] of wrong.entries()) {
        const value = decoded(version, hex, true);
        const text = typeof value === 'string' ? value : formatActions(value);
        expect(text, hex).to.equal(judged[index]?.text);
      }
    });

    it(`are kept byte for byte where ovs-ofctl refuses them, in wire version ${version}`, () => {
      const random = randomNumbers(version + 10);
      for (const hex of hexes) expectKept(version, mutated(hex, random));
    });
  }
});
