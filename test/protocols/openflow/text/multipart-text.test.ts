import { expect } from 'chai';
import { printMessage } from '../../../../protocols/openflow/print.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { type Printable, theirTexts } from '../../../../scripts/openflow-print/ovs-ofctl.ts';
import { FAMILIES } from '../samples/all-samples.ts';
import { MALFORMED_SAMPLES } from '../samples/malformed-samples.ts';
import { mutate, randomNumbers } from '../samples/mutate.ts';
import type { Sample } from '../samples/sample.ts';

/** Of each sample in each version. */
const MUTATIONS = 4;

interface Named extends Printable {
  readonly name: string;
}

function messagesOf(samples: readonly Sample[]): Named[] {
  return samples.flatMap(({ name, versions, message }) =>
    versions.map((version) => ({
      name: `${name} in OpenFlow 1.${version - 1}`,
      bytes: new Uint8Array(encodeMessage(version, 7, message)),
    })),
  );
}

async function expectSameTexts(messages: readonly Named[]): Promise<void> {
  const theirs = await theirTexts(messages);
  messages.forEach(({ name, bytes, verbosity }, index) => {
    const hex = Buffer.from(bytes).toString('hex');
    expect(printMessage(bytes, verbosity), `${name}: ${hex}`).to.equal(theirs[index]);
  });
}

describe('multiparts, groups and meters in words', () => {
  for (const [family, samples] of Object.entries(FAMILIES)) {
    it(`are those of ovs-ofctl: ${family}`, async () => {
      await expectSameTexts(messagesOf(samples));
    });

    it(`are those of ovs-ofctl where bits are wrong or bytes are missing: ${family}`, async () => {
      const random = randomNumbers(5);
      const messages = messagesOf(samples).flatMap(({ name, bytes }) =>
        Array.from({ length: MUTATIONS }, () => ({ name, bytes: mutate(bytes, random) })),
      );
      await expectSameTexts(messages);
    });
  }

  it('are those of ovs-ofctl for what it refuses', async () => {
    await expectSameTexts(MALFORMED_SAMPLES);
  });

  it('are fewer or more with another verbosity', async () => {
    const chosen = ['port statistics of Ethernet', 'queue statistics', 'table statistics'];
    const messages = messagesOf(Object.values(FAMILIES).flat())
      .filter(({ name }) => chosen.some((one) => name.startsWith(`${one} in OpenFlow 1.4`)))
      .flatMap((message) => [0, 1, 5].map((verbosity) => ({ ...message, verbosity })));
    expect(messages.length).to.equal(12);
    await expectSameTexts(messages);
  });

  it('tell of more parts and of flags that OpenFlow does not have', async () => {
    const reply = { kind: 'aggregate', packets: 1n, bytes: 2n, flows: 3 } as const;
    const messages = [0, 2, 0xfffe].flatMap((flags) =>
      [false, true].map((more) => ({
        name: `flags ${flags}, more ${more}`,
        bytes: new Uint8Array(
          encodeMessage(5, 1, { type: 'multipart_reply', more, reply, ...(flags && { flags }) }),
        ),
      })),
    );
    await expectSameTexts(messages);
  });
});
