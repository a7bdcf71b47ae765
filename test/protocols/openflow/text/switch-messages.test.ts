import { expect } from 'chai';
import { printMessage } from '../../../../protocols/openflow/print.ts';
import { printMessages } from '../dummy-bridge.ts';
import { SWITCH_FAULTS } from '../samples/switch-faults.ts';
import { bytesOf } from '../samples/switch-sample.ts';
import { SWITCH_SAMPLES } from '../samples/switch-samples.ts';

/** What ovs-ofctl logs beside what it prints. */
const LOG_LINE = /^\d{4}-\d\d-\d\dT.*\n?/gm;

async function expectSameTexts(messages: readonly Uint8Array[]): Promise<void> {
  const theirs = await printMessages(messages);
  const ours = messages.map((bytes) => printMessage(bytes).trim());
  expect(ours).to.deep.equal(theirs.map((text) => text.replace(LOG_LINE, '').trim()));
}

describe('switch messages in the words of ofp-print', () => {
  for (const [family, samples] of Object.entries(SWITCH_SAMPLES)) {
    it(`are ovs-ofctl's own: ${family}`, async () => {
      const messages = samples.flatMap(({ bytes }) => Object.values(bytes).map(bytesOf));
      await expectSameTexts(messages);
    });
  }

  it("are ovs-ofctl's own for what is malformed", async () => {
    await expectSameTexts(SWITCH_FAULTS.map(([, hex]) => bytesOf(hex)));
  });

  it('say less or more as is asked', () => {
    const echo = bytesOf('0402000a000000016162');
    expect(printMessage(echo, 1)).to.equal(
      'OFPT_ECHO_REQUEST (OF1.3) (xid=0x1): 2 bytes of payload\n',
    );
    expect(printMessage(echo, 5).split('\n')).to.have.length(4);
  });
});
