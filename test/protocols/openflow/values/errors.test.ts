import { expect } from 'chai';
import { ERROR_FORMS } from '../../../../protocols/openflow/values/error-codes.ts';
import { errorName } from '../../../../protocols/openflow/values/error-names.ts';
import {
  OPENFLOW_ERRORS,
  openFlowError,
  SESSION_ERRORS,
} from '../../../../protocols/openflow/values/errors.ts';

describe('the catalogue of OpenFlow faults', () => {
  it('has nine codes for the connection, seven of which end it', () => {
    const remedies = Object.values(SESSION_ERRORS);
    expect(remedies).to.have.length(9);
    expect(remedies.filter((remedy) => remedy === 'end-session')).to.have.length(7);
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

describe("names of a switch's errors", () => {
  const data = new Uint8Array(0);
  const name = (errorType: number, code: number, experimenter?: number) =>
    errorName({
      type: 'error',
      errorType,
      code,
      data,
      ...(experimenter === undefined ? {} : { experimenter }),
    });

  it('are those of the specification', () => {
    expect(name(0, 0)).to.equal('OFPHFC_INCOMPATIBLE');
    expect(name(1, 10)).to.equal('OFPBRC_IS_SLAVE');
    expect(name(4, 9)).to.equal('OFPBMC_BAD_PREREQ');
    expect(name(6, 15)).to.equal('OFPGMFC_UNKNOWN_BUCKET');
    expect(name(11, 0)).to.equal('OFPRRFC_STALE');
    expect(name(17, 13)).to.equal('OFPBFC_MSG_FAILED');
  });

  it('reach into the experimenters that Open vSwitch uses', () => {
    expect(name(0xffff, 2313, 0x4f4e4600)).to.equal('OFPBFC_MSG_FAILED');
    expect(name(0xffff, 13, 0x2320)).to.equal('NXFMFC_BAD_TABLE_ID');
    expect(name(0xffff, 5, 0x1234)).to.equal('experimenter error 0x00001234, 5');
  });

  it('fall back to numbers', () => {
    expect(name(1, 99)).to.equal('error 1, 99');
    expect(name(77, 1)).to.equal('error 77, 1');
  });
});
