import { expect } from 'chai';
import { printMessage } from '../../../../protocols/openflow/print.ts';
import { printMessages } from '../dummy-bridge.ts';
import { SWITCH_FAULTS, SWITCH_ODDITIES } from '../samples/switch-faults.ts';
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

  it("are ovs-ofctl's own for what is unusual", async () => {
    await expectSameTexts(SWITCH_ODDITIES.map(([, hex]) => bytesOf(hex)));
  });

  it('say less or more as is asked', () => {
    const echo = bytesOf('0402000a000000016162');
    expect(printMessage(echo, 1)).to.equal(
      'OFPT_ECHO_REQUEST (OF1.3) (xid=0x1): 2 bytes of payload\n',
    );
    expect(printMessage(echo, 5).split('\n')).to.have.length(4);
  });

  it("show Nicira's match as it is on the wire to who asks for more", () => {
    const bytes = bytesOf(
      '0404006800000001000023200000000dffffffffffffffff05010004000500640000000300040003001a000000000000' +
        '80000a02080600013d10000000000000001200000000000000ff000000000000000400180000000000000010000000020000' +
        '000000000000',
    );
    expect(printMessage(bytes, 3)).to.equal(
      'NXT_FLOW_MOD (OF1.3) (xid=0x1): MOD table:5 OXM_OF_ETH_TYPE(0806), ' +
        'NXM_NX_COOKIE_W(0000000000000012/00000000000000ff) cookie:0x12/0xff idle:4 hard:5 pri:100 buf:0x3 ' +
        'out_port:4 send_flow_rem check_overlap actions=output:2\n',
    );
  });
});
