import { expect } from 'chai';
import fc from 'fast-check';
import { formatFieldValue } from '../../../../protocols/openflow/text/field-text.ts';
import {
  parseFieldName,
  parseFieldValue,
  parseSubfield,
} from '../../../../protocols/openflow/text/parse/field-parse.ts';
import {
  FIELDS,
  fieldByName,
  findOvsField,
  type RegisteredFieldName,
} from '../../../../protocols/openflow/values/fields.ts';
import type { FieldValue } from '../../../../protocols/openflow/values/match.ts';

type Read = readonly [name: string, text: string, value: FieldValue, mask?: FieldValue];

const READ: readonly Read[] = [
  ['nw_src', '10.0.0.0/8', 0x0a000000, 0xff000000],
  ['nw_src', '10.0.0.1/255.0.255.0', 0x0a000001, 0xff00ff00],
  ['nw_src', '10.0.0.1/32', 0x0a000001],
  ['ipv6_src', 'fd00::/64', 0xfd00n << 112n, ((1n << 64n) - 1n) << 64n],
  ['eth_dst', '1:2:3:4:5:6', 0x010203040506],
  ['eth_dst', '01:00:00:00:00:00/01:00:00:00:00:00', 0x010000000000, 0x010000000000],
  ['reg0', '0x1/0xff', 1, 0xff],
  ['reg0', '017', 15],
  ['reg0', '*', 0, 0],
  ['metadata', '-1', 0xffffffffffffffffn],
  ['ct_label', '0x123456789abcdef0', 0x123456789abcdef0n],
  ['ct_state', '+trk-new', 0x20, 0x21],
  ['ct_state', 'trk|0x1', 0x21],
  ['tcp_flags', '0x2/0x12', 2, 0x12],
  ['tun_flags', 'oam', 1],
  ['ip_frag', 'not_later', 0, 2],
  ['packet_type', '(1,0x800)', 0x10800],
  ['in_port', 'LOCAL', 0xfffe],
  ['in_port_oxm', 'local', 0xfffffffe],
  ['in_port_oxm', '4294967040', 0xffffff00],
  ['vlan_vid', '0x1064/0x1fff', 0x1064, 0x1fff],
  ['tun_metadata3', '0x11/0xff', 0x11n, 0xffn],
];

const REFUSED: readonly (readonly [name: string, text: string, sentence: string])[] = [
  ['tcp_dst', '70000', 'tcp_dst=70000: tcp_dst takes a number of 0 to 65535'],
  ['tcp_dst', 'http', 'tcp_dst=http: tcp_dst takes a number of 0 to 65535'],
  ['reg0', '0x1/', 'reg0=0x1/: reg0 takes a number of 0 to 0xffffffff'],
  [
    'ct_label',
    '1x',
    'ct_label=1x: ct_label takes a number of up to 128 bits, from 65 on in hexadecimal',
  ],
  ['nw_src', '10.0.0.256', 'ip_src=10.0.0.256: ip_src takes an IPv4 address such as 10.0.0.0/8'],
  ['nw_src', '::1', 'ip_src=::1: ip_src takes an IPv4 address such as 10.0.0.0/8'],
  ['ipv6_src', '::/129', 'ipv6_src=::/129: ipv6_src takes an IPv6 address such as fd00::/64'],
  ['nw_proto', '6/1', 'nw_proto=6/1: nw_proto takes no mask; leave out what follows the slash'],
  ['ip_frag', 'x', 'ip_frag=x: ip_frag takes one of no, first, later, yes, not_later'],
  ['tcp_flags', '+sin', 'tcp_flags=+sin: sin is no flag of it; did you mean fin?'],
  ['tcp_flags', '+syn-syn', 'tcp_flags=+syn-syn: syn is there twice; give it once'],
  ['tun_flags', '+df', 'tun_flags=+df: df is no flag of it: they are oam'],
  ['packet_type', '(1)', 'packet_type=(1): packet_type takes (namespace,type), such as (1,0x800)'],
  [
    'in_port',
    '65536',
    'in_port=65536: 65536 is not a port: they are 0 to 65279 and the reserved ones',
  ],
];

describe('values of fields in the language of ovs-ofctl', () => {
  it('are read with their masks', () => {
    for (const [name, text, value, mask] of READ) {
      const field = findOvsField(name) ?? fieldByName(name as RegisteredFieldName);
      expect(parseFieldValue(field, text), `${name}=${text}`).to.deep.equal({
        ok: true,
        value,
        mask,
      });
    }
  });

  it('are refused with the word and what it takes', () => {
    for (const [name, text, error] of REFUSED) {
      const field = findOvsField(name) ?? fieldByName(name as RegisteredFieldName);
      expect(parseFieldValue(field, text)).to.deep.equal({ ok: false, error });
    }
  });

  it('come back from their words for every field', () => {
    // Flags and ports are numbers in a set_field too, but not all numbers have words.
    const numeric = FIELDS.filter(({ kind }) =>
      ['hex', 'decimal', 'mac', 'ipv4', 'ipv6'].includes(kind),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...numeric),
        fc.bigInt({ min: 1n, max: 1n << 992n }),
        (field, seed) => {
          const most = BigInt(field.allOnes);
          const value = seed % (most + 1n);
          const typed = field.wide ? value : Number(value);
          const text = formatFieldValue(field, typed);
          expect(parseFieldValue(field, text)).to.deep.equal({
            ok: true,
            value: typed,
            mask: undefined,
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('subfields in the language of ovs-ofctl', () => {
  it('are a field by any of its names, and some of its bits', () => {
    const whole = { field: 'reg0', offset: 0, bits: 32 };
    for (const text of ['NXM_NX_REG0[]', 'reg0[]', 'reg0', 'NXM_NX_REG0_W[]', 'reg0[0..31]']) {
      expect(parseSubfield(text)).to.deep.equal({ ok: true, value: whole });
    }
    expect(parseSubfield('NXM_OF_VLAN_TCI[12]')).to.deep.equal({
      ok: true,
      value: { field: 'vlan_tci', offset: 12, bits: 1 },
    });
    expect(parseSubfield('NXM_OF_IN_PORT[]')).to.deep.equal({
      ok: true,
      value: { field: 'nxm_in_port', offset: 0, bits: 16 },
    });
    expect(parseSubfield('OXM_OF_VLAN_VID[]')).to.deep.include({
      value: { field: 'vlan_vid', offset: 0, bits: 12 },
    });
  });

  it('are refused with the word and the remedy', () => {
    const refused = {
      'rge0[]': 'rge0[]: no field is called rge0; did you mean reg0?',
      'tcp_src[16]': 'tcp_src[16]: tcp_src has the bits 0 to 15',
      'reg0[5..3]': 'reg0[5..3]: bit 5 is above bit 3; write the lower one first',
      'reg0[': 'reg0[: write it as NAME[], NAME[bit] or NAME[first..last]',
      'reg0[a]': 'reg0[a]: write it as NAME[], NAME[bit] or NAME[first..last]',
    };
    for (const [text, error] of Object.entries(refused)) {
      expect(parseSubfield(text)).to.deep.equal({ ok: false, error });
    }
    expect(parseFieldName('nw_srk')).to.deep.equal({
      ok: false,
      error: 'no field is called nw_srk; did you mean nw_src?',
    });
  });
});
