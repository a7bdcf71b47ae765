import { expect } from 'chai';
import { PIPELINE_FRAGMENT } from '../../../lib/desired/templates.ts';
import {
  type Reading,
  readAuditedFlows,
  readInstalledFlows,
} from '../../../lib/southbound/installed-flows.ts';
import type { Flow } from '../../../protocols/openflow/values/flow.ts';
import { ByteWriter } from '../../../protocols/openflow/wire/byte-writer.ts';
import { putFlowRecord } from '../../../protocols/openflow/wire/messages/flow-stats.ts';

const flows = PIPELINE_FRAGMENT.flows;

function dump(version: 4 | 5 | 6, installed: readonly Flow[]): Uint8Array {
  const writer = new ByteWriter();
  writer.begin();
  const times = { importance: 0, durationSeconds: 7, durationNanoseconds: 0 };
  for (const flow of installed) {
    putFlowRecord(writer, version, { ...flow, ...times, packets: 5n, bytes: 400n });
  }
  return writer.take();
}

/** All steps at once. */
function whole(reading: Reading): ReturnType<Reading['next']>['value'] {
  for (;;) {
    const step = reading.next();
    if (step.done === true) return step.value;
  }
}

describe('a flow dump that is audited', () => {
  for (const version of [4, 5, 6] as const) {
    it(`tells whether each flow does what ours says (version ${version})`, () => {
      const installed = whole(
        readAuditedFlows(version, [dump(version, flows), dump(version, flows)]),
      );
      for (const [index, flow] of [...flows, ...flows].entries()) {
        expect(installed?.isAsDesired?.(index, flow)).to.equal(true);
        const other: Flow = { ...flow, instructions: [{ type: 'goto_table', table: 99 }] };
        expect(installed?.isAsDesired?.(index, other)).to.equal(false);
      }
    });
  }

  it('believes the cookie when it is no audit', () => {
    expect(whole(readInstalledFlows(6, [dump(6, flows)]))?.isAsDesired).to.equal(undefined);
  });
});
