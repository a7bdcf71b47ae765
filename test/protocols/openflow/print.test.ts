import { expect } from 'chai';
import { printMessage } from '../../../protocols/openflow/print.ts';
import {
  installedRelease,
  JUDGED_RELEASE,
  type Printable,
  theirTexts,
} from '../../../scripts/openflow-print/ovs-ofctl.ts';
import { bytesOf, hexOf, readVectors } from '../../../scripts/openflow-print/vector.ts';
import { Random } from './capture/random.ts';

/** The same messages each time; another number in NVA_SEED gives others. */
const SEED = Number(process.env.NVA_SEED ?? 1);
const MUTANTS = 1500;
/** Longer ones are mostly bytes of the same kind. */
const MUTANT_MAX_BYTES = 2000;

/** A message of which something is wrong, or unusual. */
function mutant(original: Uint8Array, random: Random): Uint8Array {
  const copy = new Uint8Array(original);
  const at = random.number(Math.min(16, copy.length - 1), copy.length - 1);
  switch (random.number(0, 4)) {
    case 0:
      return sized(copy.slice(0, 8 + random.number(0, copy.length - 8)));
    case 1:
      copy[at] = (copy[at] ?? 0) ^ (1 << random.number(0, 7));
      return copy;
    case 2:
      copy[at] = random.pick([0, 1, 4, 8, 16, 128, 254, 255]);
      return copy;
    case 3:
      return sized(new Uint8Array([...copy, ...copy.slice(-random.pick([1, 4, 8, 16]))]));
    default:
      copy[0] = random.pick([4, 5, 6]);
      return copy;
  }
}

/** The header says how long it is. */
function sized(bytes: Uint8Array): Uint8Array {
  new DataView(bytes.buffer).setUint16(2, bytes.length);
  return bytes;
}

describe('a message in the words of ovs-ofctl ofp-print', function () {
  this.timeout(20_000);

  before(() => {
    expect(installedRelease(), 'the release whose words ours are').to.equal(JUDGED_RELEASE);
  });

  async function expectTheirs(messages: readonly Printable[]): Promise<void> {
    const theirs = await theirTexts(messages);
    for (const [index, { bytes, verbosity }] of messages.entries()) {
      const words = verbosity === undefined ? '' : ` ${verbosity}`;
      expect(printMessage(bytes, verbosity), hexOf(bytes) + words).to.equal(theirs[index]);
    }
  }

  const odd: readonly (readonly [title: string, hex: string])[] = [
    ['nothing', ''],
    ['less than a header', '04140008'],
    ['a header that says less', '041400070000000100'],
    ['a header that says more', '040e003800000001'],
    ['a header that says more, of a multipart whose kind is not there', '0412001800000001'],
    ['a type that there is not', '04ff000800000001'],
    ['an experimenter that nobody knows', '040400180000000100002321000000010000000000000000'],
    ["an experimenter's type that nobody knows", '04040010000000010000232000000001'],
    ['a kind of multipart that there is not', '041200180000000100ff0000000000010000000000000000'],
    [
      "a multipart of an experimenter's that nobody knows",
      '0412001800000001ffff00000000000000002320000000ff',
    ],
    ['flags of a multipart', '04120010000000020000000100000000'],
    ['flags of a multipart that mean nothing', '04120010000000020000fffe00000000'],
    ['a barrier that is too long', '041400090000000100'],
    ['a hello of a version to come', '0900000800000001'],
    ['an echo of a version to come', '090200090000000141'],
    ['a barrier of a version to come', '0914000800000001'],
    [
      'a reply of which the second group is cut off',
      `04130088000000020007000000000000${'0020 01 00 00000001 0018 0000 ffffffff ffffffff 00000000 00000008 00000000'.replaceAll(' ', '')}${'00'.repeat(80)}`,
    ],
    [
      'statistics of groups, of which the first is cut off',
      '0413001800000002000600000000000000ff000000000001',
    ],
  ];
  for (const [title, hex] of odd) {
    it(`is theirs for ${title}`, () => expectTheirs([{ bytes: bytesOf(hex) }]));
  }

  const errors = (depth: number): Uint8Array => {
    const headers = Array.from({ length: depth }, (_, index) => {
      const length = ((depth - index) * 12).toString(16).padStart(4, '0');
      return `0401${length}0000000100010001`;
    });
    return bytesOf(headers.join(''));
  };

  it('is theirs for errors about errors', () => expectTheirs([{ bytes: errors(400) }]));

  it('ends in bytes where errors are about errors without end', () => {
    const lines = printMessage(errors(5400)).split('\n');
    expect(lines[500]).to.equal('OFPT_ERROR (OF1.3) (xid=0x1): OFPBRC_BAD_TYPE');
    expect(lines[501]).to.match(/^00000000 {2}04 01 /);
  });

  it('is theirs however much is asked for', async () => {
    const kinds = new Map<string, Uint8Array>();
    for (const { hex } of readVectors().get('openflow14-messages') ?? []) {
      const bytes = bytesOf(hex);
      if (bytes.length < MUTANT_MAX_BYTES) kinds.set(`${bytes[1]} ${bytes[9]}`, bytes);
    }
    expect(kinds.size).to.be.above(30);
    const levels = [0, 1, 3, 5];
    await expectTheirs(
      [...kinds.values()].flatMap((bytes) => levels.map((verbosity) => ({ bytes, verbosity }))),
    );
  });

  it(`is theirs for messages of which something is wrong (NVA_SEED=${SEED})`, async () => {
    const random = new Random(SEED);
    const originals = [...readVectors().values()]
      .flat()
      .map(({ hex }) => bytesOf(hex))
      .filter(({ length }) => length <= MUTANT_MAX_BYTES);
    const mutants = Array.from({ length: MUTANTS }, () => mutant(random.pick(originals), random));
    await expectTheirs(mutants.map((bytes) => ({ bytes })));
  });
});
