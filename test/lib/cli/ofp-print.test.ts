import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { runInProcess } from '../../fakes/fake-cli.ts';

const BARRIER = '0414000800000001';
const BARRIER_TEXT = 'OFPT_BARRIER_REQUEST (OF1.3) (xid=0x1):\n';
/** Of a type that OpenFlow does not have. */
const STRANGE = '04ff000800000001';
const STRANGE_TEXT =
  '***decode error: OFPBRC_BAD_TYPE***\n' +
  '00000000  04 ff 00 08 00 00 00 01-                        |........        |\n';

const print = (...words: string[]) => runInProcess(['ofp', 'print', ...words]);
const printLines = (stdin: string, ...words: string[]) =>
  runInProcess(['ofp', 'print', ...words, '-'], { stdin });
const objects = (out: string) =>
  out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

describe('nva ofp print', () => {
  it('prints a message in the words of ovs-ofctl', async () => {
    expect(await print(BARRIER)).to.deep.equal({ code: 0, out: BARRIER_TEXT, err: '' });
  });

  it('takes blanks and dots between the bytes, and 0x before them', async () => {
    for (const hex of [
      '04 14 00 08  00000001',
      '0414.0008.0000.0001',
      `0x${BARRIER}`,
      `\t${BARRIER}\n`,
    ]) {
      expect((await print(hex)).out, hex).to.equal(BARRIER_TEXT);
    }
  });

  it('prints what Open vSwitch would answer to a message that it refuses, and ends with 0', async () => {
    expect(await print(STRANGE)).to.deep.equal({ code: 0, out: STRANGE_TEXT, err: '' });
    expect((await print('')).out).to.equal('OpenFlow message is empty\n');
    expect((await print('0414')).out).to.match(/^OpenFlow packet too short \(only 2 bytes\):\n/);
    expect((await print(`${BARRIER}00`)).out).to.match(
      /^\(\*\*\*only uses 8 bytes out of 9\*\*\*\)\n/,
    );
    expect((await print('0414000900000001')).out).to.match(
      /^OFPT_BARRIER_REQUEST \(OF1\.3\) \(xid=0x1\):\n\(\*\*\*truncated to 8 bytes from 9\*\*\*\)\n/,
    );
  });

  it('prints more when asked for more', async () => {
    const bytes = '00000000  04 14 00 08 00 00 00 01-                        |........        |\n';
    expect((await print('--verbosity', '5', BARRIER)).out).to.equal(BARRIER_TEXT + bytes);
    expect((await print('-m', '-mm', BARRIER)).out).to.equal(BARRIER_TEXT + bytes);
    expect((await print('-mm', BARRIER)).out).to.equal(BARRIER_TEXT);
  });

  it('prints a line of stdin after the other, each with its own end', async () => {
    const { code, out } = await printLines(`${BARRIER}\n${STRANGE}\r\n${BARRIER}`);
    expect([code, out]).to.deep.equal([0, BARRIER_TEXT + STRANGE_TEXT + BARRIER_TEXT]);
    expect(await printLines('')).to.deep.equal({ code: 0, out: '', err: '' });
  });

  it('prints an object a line with the bytes that it would send itself', async () => {
    const expected = [
      { text: BARRIER_TEXT, reencoded: BARRIER },
      { text: STRANGE_TEXT, reencoded: null },
      { text: 'OpenFlow message is empty\n', reencoded: null },
    ];
    const { code, out } = await printLines(`${BARRIER}\n${STRANGE}\n\n`, '-o', 'json');
    expect(code).to.equal(0);
    expect(objects(out)).to.deep.equal(expected);
    expect(objects((await print('-o', 'json', STRANGE)).out)).to.deep.equal([expected[1]]);
  });

  it('gives back a hello of a version that it does not speak', async () => {
    const { out } = await print('-o', 'json', '0900000800000001');
    expect(objects(out)[0]).to.have.property('reencoded', '0900000800000001');
  });

  const wrong: [words: string[], sentence: string][] = [
    [['zz'], 'the message: "z" is no hexadecimal digit; give the bytes as pairs of 0-9 and a-f'],
    [
      ['041'],
      'the message: 041 has 3 hexadecimal digits, which are no whole bytes; give two for each byte',
    ],
    [
      ['0 4'],
      'the message: 0 has 1 hexadecimal digits, which are no whole bytes; give two for each byte',
    ],
    [['-o', 'yaml', '04'], '-o wants one of text, json, not yaml'],
    [['--verbosity', 'x', '04'], '--verbosity wants a number from 0 to 99, not x'],
    [[], "missing required argument 'hex'; see nva ofp print --help"],
  ];
  for (const [words, sentence] of wrong) {
    it(`answers "nva ofp print ${words.join(' ')}" with one sentence and 2`, async () => {
      expect(await print(...words)).to.deep.equal({ code: 2, out: '', err: `nva: ${sentence}\n` });
    });
  }

  it('names the line of stdin that is wrong, after what was good', async () => {
    const { code, out, err } = await printLines(`${BARRIER}\n0x\nnonsense\n${BARRIER}`);
    expect([code, out]).to.deep.equal([2, `${BARRIER_TEXT}OpenFlow message is empty\n`]);
    expect(err).to.equal(
      'nva: line 3 of stdin: "n" is no hexadecimal digit; give the bytes as pairs of 0-9 and a-f\n',
    );
  });

  it('refuses a line that is longer than any message', async () => {
    const { code, err } = await printLines(`${BARRIER}\n${'00'.repeat(300_000)}`);
    expect(code).to.equal(2);
    expect(err).to.equal(
      'nva: line 2 of stdin is longer than 524288 characters; give one message a line\n',
    );
  });

  it('prints twenty thousand messages in seconds', function () {
    this.timeout(20_000);
    const main = fileURLToPath(new URL('../../../lib/cli/main.ts', import.meta.url));
    const { stdout, status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', main, 'ofp', 'print', '-o', 'json', '-'],
      {
        input: `${BARRIER}\n`.repeat(20_000),
        encoding: 'utf8',
        maxBuffer: 1 << 26,
        timeout: 15_000,
      },
    );
    expect(status).to.equal(0);
    expect(stdout.split('\n')).to.have.length(20_001);
  });
});
