import { expect } from 'chai';
import { ERROR_FORMS } from '../../../../protocols/openflow/values/error-codes.ts';
import {
  OPENFLOW_ERRORS,
  openFlowError,
  SESSION_ERRORS,
} from '../../../../protocols/openflow/values/errors.ts';

describe('the catalogue of OpenFlow faults', () => {
  it('has ten codes for the connection, eight of which end it', () => {
    const remedies = Object.values(SESSION_ERRORS);
    expect(remedies).to.have.length(10);
    expect(remedies.filter((remedy) => remedy === 'end-session')).to.have.length(8);
  });

  it('answers whatever is wrong inside a message with its own error', () => {
    const answered = [...OPENFLOW_ERRORS].filter(([, remedy]) => remedy === 'answer-error');
    expect(answered.map(([code]) => code)).to.deep.equal([...ERROR_FORMS.keys()]);
    expect(answered).to.have.length(196);
  });

  it('gives each code its remedy', () => {
    const error = openFlowError(
      'OFPBMC_BAD_LEN',
      'a match of 3 bytes',
      'OpenFlow 1.3.5 §7.2.2',
      48,
    );
    expect(error).to.deep.equal({
      code: 'OFPBMC_BAD_LEN',
      remedy: 'answer-error',
      detail: 'a match of 3 bytes',
      source: 'OpenFlow 1.3.5 §7.2.2',
      offset: 48,
    });
  });
});
