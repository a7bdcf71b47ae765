import { expect } from 'chai';
import { errorName } from '../../../../protocols/openflow/values/error-names.ts';
import { OPENFLOW_ERRORS, openFlowError } from '../../../../protocols/openflow/values/errors.ts';

describe('the catalogue of OpenFlow faults', () => {
  it('has twelve codes, seven of which end the session', () => {
    const remedies = Object.values(OPENFLOW_ERRORS);
    expect(remedies).to.have.length(12);
    expect(remedies.filter((remedy) => remedy === 'end-session')).to.have.length(7);
  });

  it('gives each code its remedy', () => {
    const error = openFlowError(
      'truncated',
      'a match needs 4 bytes, 1 is left',
      'OpenFlow 1.3.5 §7.2.2',
      48,
    );
    expect(error).to.deep.equal({
      code: 'truncated',
      remedy: 'drop-message',
      detail: 'a match needs 4 bytes, 1 is left',
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
