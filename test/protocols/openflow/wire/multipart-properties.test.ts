import { expect } from 'chai';
import fc from 'fast-check';
import { printMessage } from '../../../../protocols/openflow/print.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { theirTexts } from '../../../../scripts/openflow-print/ovs-ofctl.ts';
import { arbitraryGroup } from '../arbitraries.ts';
import { arbitraryGroup15, arbitraryMeter, arbitraryReply } from '../arbitrary-multiparts.ts';

const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];
const PRINTED = 250;

/** Group-mods, meter-mods and replies. */
function arbitraryMessage(version: OpenFlowVersion): fc.Arbitrary<Message> {
  const command = fc.constantFrom('add' as const, 'modify' as const);
  const group = version < 6 ? arbitraryGroup : arbitraryGroup15;
  return fc.oneof(
    fc.record({ command, group }).map((mod): Message => ({ type: 'group_mod', mod })),
    fc
      .tuple(command, arbitraryMeter)
      .map(([verb, meter]): Message => ({ type: 'meter_mod', mod: { command: verb, ...meter } })),
    fc
      .record({ more: fc.boolean(), reply: arbitraryReply(version) })
      .map((parts): Message => ({ type: 'multipart_reply', ...parts })),
  );
}

describe('random groups, meters and multiparts', () => {
  for (const version of VERSIONS) {
    it(`come back as the same values in wire version ${version}`, () => {
      fc.assert(
        fc.property(arbitraryMessage(version), (message) => {
          const result = decodeMessage(new Uint8Array(encodeMessage(version, 7, message)));
          expect(result.ok && result.value.message).to.deep.equal(message);
        }),
        { numRuns: 300 },
      );
    });

    it(`are said as ovs-ofctl says them in wire version ${version}`, async () => {
      const messages = fc
        .sample(arbitraryMessage(version), { numRuns: PRINTED, seed: 3000 + version })
        .map((message) => ({ bytes: new Uint8Array(encodeMessage(version, 7, message)) }));
      const theirs = await theirTexts(messages);
      messages.forEach(({ bytes }, index) => {
        expect(printMessage(bytes), Buffer.from(bytes).toString('hex')).to.equal(theirs[index]);
      });
    });
  }
});
