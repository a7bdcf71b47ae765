import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import {
  FIELDS,
  fieldByName,
  fieldByOxm,
  findField,
  findFieldByHeaderName,
  findOvsField,
} from '../../../../protocols/openflow/values/fields.ts';
import { encodeFlowMod } from '../../../../protocols/openflow/wire/encode.ts';

/** The low bits of xxreg0 in ovs-ofctl's words. */
function range(bits: number): string {
  if (bits === 128) return 'NXM_NX_XXREG0[]';
  return bits === 1 ? 'NXM_NX_XXREG0[0]' : `NXM_NX_XXREG0[0..${bits - 1}]`;
}

describe('the field registry', () => {
  it('has 182 rows, each with a name and headers of its own', () => {
    expect(FIELDS).to.have.length(182);
    expect(new Set(FIELDS.map((field) => field.name)).size).to.equal(182);
    const forms = FIELDS.flatMap((field) => field.forms.map((form) => ({ field, form })));
    expect(new Set(forms.map(({ form }) => form.name)).size).to.equal(forms.length);
    for (const { field, form } of forms) {
      expect(fieldByOxm(form.oxmClass, form.experimenter, form.number)).to.equal(field);
      expect(findFieldByHeaderName(form.name)).to.equal(field);
      expect(form.source).to.match(/^(OpenFlow 1\.[2-5]|ovs-fields\(7\)|ONF extension)$/);
      expect(form.ovs !== undefined).to.equal(field.inOvs);
    }
  });

  it('finds a field by each of its names', () => {
    for (const field of FIELDS) {
      expect(findField(field.name)).to.equal(field);
      for (const name of field.ovsNames) expect(findOvsField(name)).to.equal(field);
      expect(field.maskBits).to.be.at.most(field.bytes * 8);
    }
    expect(findOvsField('nw_src')?.name).to.equal('ipv4_src');
    expect(findOvsField('in_port')?.name).to.equal('nxm_in_port');
    expect(findField('no_such_field')).to.equal(undefined);
  });

  it('knows the fields that Open vSwitch has not', () => {
    const others = FIELDS.filter((field) => !field.inOvs).map((field) => field.name);
    expect(others).to.have.members(['in_phy_port', 'pbb_isid', 'pbb_uca', 'ipv6_exthdr']);
  });

  it('has the header, the width and the name of every field as Open vSwitch has them', () => {
    // A move of the whole field names it by header and width; ofp-print gives the name back, "[]" when the width is right.
    const known = FIELDS.filter((field) => field.inOvs && !field.variable);
    const encoded = known.map((field) => {
      const from = { field: field.name, offset: 0, bits: field.bits };
      const to = { field: 'xxreg0' as const, offset: 0, bits: field.bits };
      const actions = [{ type: 'move' as const, from, to }];
      return Buffer.from(
        encodeFlowMod(
          4,
          'add',
          {
            ...{ table: 0, priority: 1, match: [], cookie: 0n },
            instructions: [{ type: 'apply_actions', actions }],
          },
          1,
        ).subarray(64),
      ).toString('hex');
    });
    const text = execFileSync('ovs-ofctl', ['parse-actions', 'OpenFlow13'], {
      input: encoded.join('\n'),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const movable = new Set(text.split('\n').filter((line) => line.startsWith('actions=')));
    const missing = known
      .filter(
        ({ headerName, bits }) => !movable.has(`actions=move:${headerName}[]->${range(bits)}`),
      )
      .map((field) => field.name);
    expect(missing).to.deep.equal([]);
  });

  it('lets actions write what Open vSwitch lets them write', () => {
    // A pop says whether a field can be written, whatever it needs in the match.
    const known = FIELDS.filter((field) => field.inOvs && field.prerequisite === 'none');
    const writable = known.filter(({ headerName }) => isPoppable(headerName));
    expect(writable).to.deep.equal(known.filter((field) => field.writable));
    expect(fieldByName('ip_proto').writable).to.equal(false);
  }).timeout(10_000);
});

function isPoppable(headerName: string): boolean {
  try {
    const flow = `actions=pop:${headerName}[0]`;
    execFileSync('ovs-ofctl', ['parse-flow', flow], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
