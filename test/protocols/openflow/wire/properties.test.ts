import { expect } from 'chai';
import fc from 'fast-check';
import { formatFlow } from '../../../../protocols/openflow/text/flow-text.ts';
import { formatBucket, formatGroup } from '../../../../protocols/openflow/text/group-text.ts';
import type { Flow } from '../../../../protocols/openflow/values/flow.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeFlowMod, encodeGroupMod } from '../../../../protocols/openflow/wire/encode.ts';
import { arbitraryFlow, arbitraryGroup } from '../arbitraries.ts';
import { printMessages } from '../dummy-bridge.ts';

const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];

function decoded(bytes: Uint8Array): Message {
  const result = decodeMessage(bytes);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value.message;
}

/** ofp-print writes a flow-mod's cookie and table elsewhere than a dump does. */
function asFlowMod(flow: Flow): string {
  const { table, idleTimeout, hardTimeout, flags } = flow;
  const [, match = '', actions = ''] =
    /^(.*?) ?actions=(.*)$/.exec(
      formatFlow({
        table: 0,
        priority: flow.priority,
        match: flow.match,
        instructions: flow.instructions,
        cookie: 0n,
      }),
    ) ?? [];
  return [
    'ADD',
    ...(table === 0 ? [] : [`table:${table}`]),
    ...(match === '' ? [] : [match]),
    ...(flow.cookie === 0n ? [] : [`cookie:0x${flow.cookie.toString(16)}`]),
    ...(idleTimeout === undefined ? [] : [`idle:${idleTimeout}`]),
    ...(hardTimeout === undefined ? [] : [`hard:${hardTimeout}`]),
    ...(flags === undefined ? [] : ['send_flow_rem']),
    `actions=${actions}`,
  ].join(' ');
}

describe('encoding of random values', () => {
  for (const version of VERSIONS) {
    it(`gives every flow back from its bytes in wire version ${version}`, () => {
      fc.assert(
        fc.property(arbitraryFlow, (flow) => {
          const message = decoded(encodeFlowMod(version, 'add', flow, 7));
          expect(message).to.deep.equal({ type: 'flow_mod', command: 'add', flow });
        }),
        { numRuns: 400 },
      );
    });

    it(`gives every group back from its bytes in wire version ${version}`, () => {
      fc.assert(
        fc.property(arbitraryGroup, (group) => {
          const message = decoded(encodeGroupMod(version, { command: 'add', group }, 7));
          expect(message).to.deep.equal({ type: 'group_mod', mod: { command: 'add', group } });
        }),
        { numRuns: 400 },
      );
    });

    it(`says what ovs-ofctl says of every flow in wire version ${version}`, async () => {
      const flows = fc.sample(arbitraryFlow, { numRuns: 150, seed: 1000 + version });
      const texts = await printMessages(
        flows.map((flow) => encodeFlowMod(version, 'add', flow, 7)),
      );
      const name = `OFPT_FLOW_MOD (OF1.${version - 1}) (xid=0x7): `;
      for (const [index, flow] of flows.entries()) {
        expect(texts[index]).to.equal(name + asFlowMod(flow));
      }
    });
  }

  it('says what ovs-ofctl says of every group in OpenFlow 1.5', async () => {
    const groups = fc.sample(arbitraryGroup, { numRuns: 100, seed: 2000 });
    const texts = await printMessages(
      groups.map((group) => encodeGroupMod(6, { command: 'add', group }, 7)),
    );
    for (const [index, group] of groups.entries()) {
      expect(texts[index]).to.equal(
        `OFPT_GROUP_MOD (OF1.5) (xid=0x7):\n ADD ${formatGroup(group)}`,
      );
    }
  });

  it('names a bucket as ovs-ofctl does', () => {
    const bucket = { bucketId: 3, weight: 5, watchPort: 2, actions: [] };
    expect(formatBucket(bucket)).to.equal('bucket_id:3,weight:5,watch_port:2,actions=drop');
  });
});
