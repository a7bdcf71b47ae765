import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import {
  ERROR_FORMS,
  type OpenFlowErrorName,
} from '../../../../protocols/openflow/values/error-codes.ts';
import {
  encodableError,
  errorForm,
  errorMessage,
  errorName,
  identifyError,
} from '../../../../protocols/openflow/values/error-names.ts';
import type { ErrorMessage } from '../../../../protocols/openflow/values/messages.ts';

const OPENFLOW_VERSIONS = [4, 5, 6] as const;
const NAMES: readonly OpenFlowErrorName[] = [...ERROR_FORMS.keys()];
const NOTHING = new Uint8Array(0);
const EXPERIMENTER = 0xffff;

/** As `ovs-ofctl print-error` has it, of our versions. */
function formsOf(name: OpenFlowErrorName): string[] {
  return OPENFLOW_VERSIONS.flatMap((version) => {
    const form = errorForm(name, version);
    if (form === undefined) return [];
    const { experimenter, type, code } = form;
    const vendor = experimenter === 0 ? '0' : `0x${experimenter.toString(16)}`;
    // An extension's number is the type there.
    const numbers = type === EXPERIMENTER ? `type ${code}, code 0` : `type ${type}, code ${code}`;
    return [`OpenFlow 1.${version - 1}: vendor ${vendor}, ${numbers}`];
  });
}

function error(errorType: number, code: number, experimenter?: number): ErrorMessage {
  const message = { type: 'error', errorType, code, data: NOTHING } as const;
  return experimenter === undefined ? message : { ...message, experimenter };
}

describe("a switch's errors between names and numbers", () => {
  it('are written in each version as Open vSwitch writes them', () => {
    const script = NAMES.map((name) => `ovs-ofctl print-error ${name}; echo @`).join('\n');
    const { stdout } = spawnSync('sh', ['-s'], { input: script, encoding: 'utf8' });
    const theirs = stdout
      .split('@\n')
      .slice(0, -1)
      .map((text) => text.split('\n').filter((line) => /^OpenFlow 1\.[345]:/.test(line)));
    expect(theirs).to.have.length(196);
    expect(Object.fromEntries(NAMES.map((name) => [name, formsOf(name)]))).to.deep.equal(
      Object.fromEntries(NAMES.map((name, index) => [name, theirs[index]])),
    );
  }).timeout(20_000);

  it('come back as they went, in each version that has them', () => {
    let count = 0;
    for (const version of OPENFLOW_VERSIONS) {
      for (const name of NAMES) {
        if (errorForm(name, version) === undefined) continue;
        count++;
        const message = errorMessage(name, version, NOTHING);
        expect(identifyError(message, version)).to.deep.equal({ name, data: NOTHING });
        expect(errorName(message)).to.equal(name);
      }
    }
    expect(count).to.equal(547);
  });

  it('have a stand-in where the version has no numbers', () => {
    expect(encodableError('OFPBFC_SCHED_PAST', 4)).to.equal('NXBRC_UNENCODABLE_ERROR');
    expect(encodableError('OFPBFC_SCHED_PAST', 6)).to.equal('OFPBFC_SCHED_PAST');
    const data = new Uint8Array([1]);
    expect(errorMessage('OFPBFC_SCHED_PAST', 5, data)).to.deep.equal({
      ...{ type: 'error', errorType: 0xffff, code: 10, experimenter: 0x2320, data },
    });
  });

  it('differ from version to version', () => {
    expect(identifyError(error(13, 2), 4)?.name).to.equal('OFPBPC_BAD_TYPE');
    expect(identifyError(error(13, 2), 5)).to.equal(undefined);
    expect(errorName(error(13, 2), 5)).to.equal('error 13, 2');
    expect(errorName(error(14, 0), 5)).to.equal('OFPBPC_BAD_TYPE');
  });

  it("are understood in OpenFlow 1.0's form of an extension's error, too", () => {
    const vendor = (...numbers: number[]): ErrorMessage => ({
      ...{ type: 'error', errorType: 0xb0c2, code: 0 },
      data: new Uint8Array([0, 0, 0x23, 0x20, ...numbers, 7]),
    });
    expect(identifyError(vendor(0, 2, 0, 0), 4)).to.deep.equal({
      ...{ name: 'NXBRC_NXM_INVALID', data: new Uint8Array([7]) },
    });
    expect(identifyError(vendor(0, 1, 1, 4), 4)).to.equal(undefined);
  });

  it('fall back to numbers for people', () => {
    expect(errorName(error(1, 10))).to.equal('OFPBRC_IS_SECONDARY');
    expect(errorName(error(1, 99))).to.equal('error 1, 99');
    expect(errorName(error(77, 1))).to.equal('error 77, 1');
    expect(errorName(error(0xffff, 5, 0x1234))).to.equal('experimenter error 0x00001234, 5');
    expect(errorName(error(0xffff, 1, 0))).to.equal('OFPBRC_BAD_VERSION');
  });
});
