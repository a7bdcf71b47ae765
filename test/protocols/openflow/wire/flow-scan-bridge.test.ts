import { expect } from 'chai';
import fc from 'fast-check';
import { formatFlow } from '../../../../protocols/openflow/text/flow-text.ts';
import type { Flow } from '../../../../protocols/openflow/values/flow.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { encodeFlowMod } from '../../../../protocols/openflow/wire/encode.ts';
import {
  decodeFlowStats,
  encodeStrictDelete,
  flowKey,
  matchBytesOf,
  scanFlowStats,
} from '../../../../protocols/openflow/wire/flow-scan.ts';
import { arbitraryMatch } from '../arbitraries.ts';
import { arbitrarySwitchMatch } from '../arbitrary-matches.ts';
import { type DummyBridge, startDummyBridge } from '../dummy-bridge.ts';
import { SessionDriver } from '../session-driver.ts';

const FLOWS = 300;

/** Distinct by cookie, so that each can be found again. */
function flowsFor(version: OpenFlowVersion): Flow[] {
  const either = fc.oneof(arbitraryMatch, arbitrarySwitchMatch(version));
  const matches = fc.sample(either, { numRuns: FLOWS, seed: 3000 + version });
  return matches.map((match, index) => ({
    table: index % 7,
    priority: index + 1,
    match,
    instructions: [{ type: 'apply_actions', actions: [{ type: 'output', port: 1 }] }],
    cookie: 0x6e76_0000_0000_0000n + BigInt(index),
  }));
}

describe('the scan of a flow dump, on a real bridge', () => {
  let bridge: DummyBridge;

  before(async () => {
    bridge = await startDummyBridge();
  });

  after(async () => {
    await bridge?.stop();
  });

  for (const version of [4, 5, 6] as const) {
    describe(`in wire version ${version}`, () => {
      let driver: SessionDriver;
      const flows = flowsFor(version);

      before(async () => {
        driver = await SessionDriver.connect(bridge.socket, { versions: [version] });
        await driver.send(...flows.map((flow) => encodeFlowMod(version, 'add', flow, 0x80000001)));
      });

      after(() => driver?.close());

      it('finds each flow under the key of the value that was sent', async () => {
        const found = new Map<number, number>();
        for (const body of await driver.dump()) {
          const whole = scanFlowStats(version, body, (entry) => {
            expect(entry.cookieHi).to.equal(0x6e760000);
            found.set(entry.key, entry.cookieLo);
          });
          expect(whole).to.equal(true);
        }
        for (const [index, flow] of flows.entries()) {
          const key = flowKey(flow.table, flow.priority, flow.match);
          expect(found.get(key), formatFlow(flow)).to.equal(index);
        }
        expect(found.size).to.equal(FLOWS);
      });

      it('decodes what ovs-ofctl prints', async () => {
        const decoded: string[] = [];
        for (const body of await driver.dump()) {
          const result = decodeFlowStats(version, body);
          if (!result.ok) throw new Error(result.error.detail);
          decoded.push(...result.value.map(formatFlow));
        }
        const printed = await bridge.ofctl(`OpenFlow1${version - 1}`, 'dump-flows', '--no-stats');
        const lines = printed
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line.includes('actions='));
        expect(decoded.sort()).to.deep.equal(lines.sort());
      });

      it('deletes one flow, and no other, by the bytes that the switch gave', async () => {
        const victim = flowKey(
          flows[17]?.table ?? 0,
          flows[17]?.priority ?? 0,
          flows[17]?.match ?? [],
        );
        const deletes: Uint8Array[] = [];
        for (const body of await driver.dump()) {
          scanFlowStats(version, body, (entry) => {
            if (entry.key !== victim) return;
            const match = matchBytesOf(body, entry);
            deletes.push(
              encodeStrictDelete(version, entry.table, entry.priority, match, 0x80000002),
            );
          });
        }
        expect(deletes).to.have.length(1);
        await driver.send(...deletes);
        const left = new Set<number>();
        for (const body of await driver.dump()) {
          scanFlowStats(version, body, (entry) => left.add(entry.key));
        }
        expect(left.size).to.equal(FLOWS - 1);
        expect(left.has(victim)).to.equal(false);
      });

      it('deletes every flow by the value that was sent', async () => {
        await driver.send(
          ...flows.map((flow) => encodeFlowMod(version, 'delete_strict', flow, 0x80000003)),
        );
        expect(await driver.dump()).to.deep.equal([]);
        expect(driver.events).to.deep.equal([]);
      });
    });
  }
});
