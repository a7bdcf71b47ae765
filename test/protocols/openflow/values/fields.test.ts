import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { FIELDS, fieldByOxm, findField } from '../../../../protocols/openflow/values/fields.ts';
import { encodeFlowMod } from '../../../../protocols/openflow/wire/encode.ts';
import { printMessages } from '../dummy-bridge.ts';

/** Open vSwitch gives them 12 bits (without "present") and 32 (of which 8 mean something). */
const OTHER_WIDTH = ['vlan_vid', 'ct_state'];

/** The low bits of xxreg0 in ovs-ofctl's words. */
function range(bits: number): string {
  if (bits === 128) return 'NXM_NX_XXREG0[]';
  return bits === 1 ? 'NXM_NX_XXREG0[0]' : `NXM_NX_XXREG0[0..${bits - 1}]`;
}

/** Fields that OpenFlow has and Open vSwitch has not. */
const NOT_IN_OVS = ['in_phy_port', 'pbb_isid', 'pbb_uca', 'ipv6_exthdr'];

describe('the field registry', () => {
  it('has 118 rows, each with a name and a header of its own', () => {
    expect(FIELDS).to.have.length(118);
    expect(new Set(FIELDS.map((field) => field.name)).size).to.equal(118);
    for (const field of FIELDS) {
      expect(fieldByOxm(field.oxmClass, field.experimenter, field.number)).to.equal(field);
      expect(findField(field.name)).to.equal(field);
      expect(field.bits).to.be.at.most(field.bytes * 8);
    }
  });

  it('has the header, the width and the name of every field as Open vSwitch has them', () => {
    // A move of the whole field names it by header and width; ofp-print gives the name back, "[]" when the width is right.
    const known = FIELDS.filter((field) => !NOT_IN_OVS.includes(field.name));
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
    const lines = text.split('\n').filter((line) => line.startsWith('actions='));
    const movable = new Set(lines);
    const missing = known
      .filter(
        ({ headerName, bits }) => !movable.has(`actions=move:${headerName}[]->${range(bits)}`),
      )
      .map((field) => field.name);
    expect(missing).to.have.members(OTHER_WIDTH);
  });

  it('spells a field in a match as ovs-ofctl does', async () => {
    const names = ['tun_src', 'tun_gbp_id', 'metadata', 'in_port', 'pkt_mark', 'eth_src'] as const;
    for (const name of names) {
      const row = findField(name);
      const value = row?.wide ? 3n : 3;
      const flow = { table: 0, priority: 1, cookie: 0n, instructions: [] };
      const bytes = encodeFlowMod(4, 'add', { ...flow, match: [{ field: name, value }] }, 1);
      const [text] = await printMessages([bytes]);
      expect(text).to.include(`,${row?.matchName}=`);
    }
  });
});
