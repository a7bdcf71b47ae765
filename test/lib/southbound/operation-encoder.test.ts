import { expect } from 'chai';
import { COOKIE_MARK } from '../../../lib/desired/cookie.ts';
import { PIPELINE_FRAGMENT } from '../../../lib/desired/templates.ts';
import { encodeOperation } from '../../../lib/southbound/operation-encoder.ts';
import type { Flow } from '../../../protocols/openflow/values/flow.ts';
import { decodeMessage } from '../../../protocols/openflow/wire/decode.ts';

const flow = PIPELINE_FRAGMENT.flows[0] as Flow;

describe('an operation in bytes', () => {
  for (const version of [4, 5, 6] as const) {
    it(`removes a flow only if it has our mark, so that another’s on the same key stays (version ${version})`, () => {
      const decoded = decodeMessage(encodeOperation(version, { type: 'flow-remove', flow }));
      const message = decoded.ok ? decoded.value.message : undefined;
      expect(message).to.include({ type: 'flow_mod', command: 'delete_strict' });
      expect(message?.type === 'flow_mod' && message.cookieMask).to.equal(COOKIE_MARK.mask);
      expect(message?.type === 'flow_mod' && message.flow.cookie).to.equal(flow.cookie);
    });
  }

  it('is the same buffer for every switch that speaks the version', () => {
    const operation = { type: 'flow-add', flow } as const;
    expect(encodeOperation(6, operation)).to.equal(encodeOperation(6, { ...operation }));
    expect(encodeOperation(6, operation)).to.not.equal(encodeOperation(4, operation));
  });
});
