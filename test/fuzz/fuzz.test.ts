import { expect } from 'chai';
import { ok } from '../../protocols/base/protocol-error.ts';
import { Fuzzer } from './fuzzer.ts';
import { CODEC, type MessageCodec, runMessage } from './message-target.ts';
import { mutateMessage } from './mutate-message.ts';
import { mutateText } from './mutate-text.ts';
import { Random } from './random.ts';
import { bytesOf } from './seeds.ts';
import type { Target } from './target.ts';
import { fuzz } from './watched.ts';

const RUNS = 20_000;
const SEED = 20_260_101;

describe('damaged OpenFlow messages and text', () => {
  it('are taken or refused, without a throw, a hang or a look beyond their end', async () => {
    const { findings, features, runs } = await fuzz({
      ...{ seed: SEED, coverage: false, budget: { runs: RUNS }, seeds: [] },
    });
    const texts = findings.map(({ target, fault, input }) => {
      return `${target}: ${fault}: ${Buffer.from(input).toString('hex')}`;
    });
    expect(texts.slice(0, 10)).to.deep.equal([]);
    expect(runs).to.be.above(RUNS - 1);
    // Else nothing of interest was tried.
    expect(features.size).to.be.above(1000);
    for (const code of ['OFPBRC_BAD_LEN', 'OFPBAC_BAD_LEN', 'OFPBMC_BAD_LEN', 'OFPBMC_BAD_TYPE']) {
      expect([...features].some((feature) => feature.includes(` ${code} `))).to.equal(true, code);
    }
  }).timeout(60_000);
});

const ECHO = bytesOf('0402000c000000010a0b0c0d');

/** Ours with one fault put in. */
function faultOf(fault: Partial<MessageCodec>, input = ECHO): string | undefined {
  return runMessage(input, { ...CODEC, ...fault }).fault;
}

const echoOf = (data: Uint8Array) =>
  ok({ version: 4, xid: 1, message: { type: 'echo_request' as const, data } });

describe('the judge of damaged messages', () => {
  it('finds nothing wrong with what is right', () => {
    expect(faultOf({})).to.equal(undefined);
  });

  it('sees a read beyond the end', () => {
    const decode: MessageCodec['decode'] = (bytes) =>
      echoOf(Uint8Array.of(new Uint8Array(bytes.buffer)[bytes.byteOffset + bytes.length] ?? 0));
    expect(faultOf({ decode })).to.include('what stands around it');
  });

  it('sees bytes that are kept instead of copied', () => {
    const decode: MessageCodec['decode'] = (bytes) => echoOf(bytes.subarray(8));
    expect(faultOf({ decode })).to.include('its bytes are kept');
  });

  it('sees a value that is larger than its bytes explain', () => {
    const decode: MessageCodec['decode'] = () => echoOf(new Uint8Array(60_000));
    expect(faultOf({ decode })).to.include('became a value of');
  });

  it('sees what changes when it is encoded and decoded', () => {
    const encode: MessageCodec['encode'] = (version, xid) =>
      CODEC.encode(version, xid, { type: 'barrier_request' });
    expect(faultOf({ encode })).to.include('it is another');
  });

  it('sees a text that does not end, and one without end', () => {
    expect(faultOf({ print: () => 'OFPT' })).to.equal('its text does not end');
    expect(faultOf({ print: () => 'OFPT\n'.repeat(10_000) })).to.include('became a text of');
  });
});

describe('the loop that damages', () => {
  /** A fault behind two doors: found only by who keeps what opened the first. */
  const doors: Target = {
    name: 'doors',
    seeds: [new Uint8Array(16)],
    mutate: mutateMessage,
    run: (input) => {
      const isOpen = input[9] === 0x7f;
      if (isOpen && input[12] === 0x80) throw new Error('behind the door');
      return { features: isOpen ? ['open'] : [] };
    },
  };

  it('finds what lies behind something new, and finds it again from the same seed', () => {
    const search = () => {
      const fuzzer = new Fuzzer({ ...doors, seeds: [...doors.seeds] }, { seed: 5 });
      fuzzer.begin();
      for (let turn = 0; turn < 200_000; turn++) {
        const [finding] = fuzzer.step();
        if (finding !== undefined) return finding;
      }
      throw new Error('not found');
    };
    const finding = search();
    expect(finding.fault).to.include('behind the door');
    expect(search()).to.deep.equal(finding);
  });

  it('sees what is slow', () => {
    const slow: Target = {
      ...doors,
      run: () => {
        const until = performance.now() + 110;
        while (performance.now() < until);
        return { features: [] };
      },
    };
    const [finding] = new Fuzzer(slow, { seed: 1 }).begin();
    expect(finding?.fault).to.equal('it takes more than 100 ms');
  });

  for (const [seed, what, fault] of [
    [0, 'hangs', 'it does not end within 700 ms'],
    [1, 'takes all the memory', 'it takes 64 MB'],
  ] as const) {
    it(`tells the input that ${what}`, async () => {
      const { findings } = await fuzz({
        ...{
          seed,
          coverage: false,
          budget: {},
          seeds: [],
          memoryMaxMb: 64,
          hangMs: seed === 0 ? 700 : 60_000,
        },
        worker: new URL('./planted-worker.ts', import.meta.url),
      });
      expect(findings).to.deep.equal([{ target: 'any', fault, input: Uint8Array.of(2, 3) }]);
    }).timeout(60_000);
  }

  it('damages text and messages the same way from the same seed, and leaves the seed as it is', () => {
    const seed = ECHO.slice();
    const damaged = (from: number) => mutateMessage(seed, new Random(from), [ECHO]);
    expect(damaged(3)).to.deep.equal(damaged(3));
    expect(damaged(3)).not.to.deep.equal(damaged(4));
    expect(seed).to.deep.equal(ECHO);
    const text = (from: number) =>
      mutateText('table=1,actions=drop', new Random(from), ['in_port=1']);
    expect(text(3)).to.equal(text(3));
    expect(text(3)).not.to.equal(text(4));
  });
});
