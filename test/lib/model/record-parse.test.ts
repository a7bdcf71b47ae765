import { expect } from 'chai';
import { parseRecord, recordToJson } from '../../../lib/model/record-parse.ts';
import { type DomainRecord, keyOf } from '../../../lib/model/records.ts';
import { canonicalJson } from '../../../lib/store/canonical-json.ts';
import type { IpAddress, MacAddress } from '../../../protocols/base/addresses.ts';
import { parseIp, parseMac } from '../../../protocols/base/addresses.ts';

const ip = (text: string): IpAddress => parseIp(text) ?? expect.fail(text);
const mac = (text: string): MacAddress => parseMac(text) ?? expect.fail(text);

const RECORDS: readonly [string, DomainRecord][] = [
  ['network/blue', { kind: 'network', name: 'blue', vni: 5001, vniAllocated: true }],
  [
    'network/red',
    { kind: 'network', name: 'red', vni: 0, vniAllocated: false, encapsulation: ['gre', 'geneve'] },
  ],
  [
    'port/vm1',
    {
      kind: 'port',
      name: 'vm1',
      network: 'blue',
      mac: mac('02:00:00:00:00:01'),
      ips: [ip('10.0.0.1'), ip('fd00::1')],
    },
  ],
  [
    'nve/hv1',
    { kind: 'nve', name: 'hv1', index: 1, endpoints: [{ type: 'vxlan', ip: ip('fd00::9') }] },
  ],
  [
    'nve/hv2',
    {
      ...{ kind: 'nve', name: 'hv2', index: 2 },
      endpoints: [{ type: 'vxlan', ip: ip('fd00::9'), port: 8472 }],
    },
  ],
  [
    'liveness/hv1',
    { kind: 'liveness', nve: 'hv1', down: [ip('10.0.0.2')], unheard: [ip('fd00::2')] },
  ],
  ['attachment/vm1', { kind: 'attachment', port: 'vm1', nve: 'hv 1/ü', sequence: 0 }],
  ['vni/5001', { kind: 'vni', vni: 5001, network: 'blue' }],
  ['index/16777216', { kind: 'index', index: 2 ** 24, nve: 'hv1' }],
  ['roster/blue', { kind: 'roster', network: 'blue', count: 1 }],
];

const NETWORK = { v: 1, kind: 'network', name: 'blue', vni: 1, vniAllocated: true };
const PORT = {
  v: 1,
  kind: 'port',
  name: 'vm1',
  network: 'blue',
  mac: '02:00:00:00:00:01',
  ips: ['10.0.0.1'],
};
const NVE = {
  v: 1,
  kind: 'nve',
  name: 'hv1',
  index: 1,
  endpoints: [{ type: 'gre', ip: '10.0.0.1' }],
};

const FOREIGN: readonly [string, string, unknown][] = [
  ['null', 'network/blue', null],
  ['text', 'network/blue', 'x'],
  ['a list', 'network/blue', []],
  ['a record without a version', 'network/blue', { ...NETWORK, v: undefined }],
  ['a version that is text', 'network/blue', { ...NETWORK, v: '1' }],
];

const DAMAGED: readonly [string, string, unknown][] = [
  ['a record under another key', 'network/red', NETWORK],
  ['a record under the key of another kind', 'port/blue', NETWORK],
  ['a missing name', 'network/blue', { ...NETWORK, name: undefined }],
  ['a VNI of 25 bits', 'network/blue', { ...NETWORK, vni: 2 ** 24 }],
  ['a flag that is text', 'network/blue', { ...NETWORK, vniAllocated: 'true' }],
  ['an unknown encapsulation', 'network/blue', { ...NETWORK, encapsulation: ['stt'] }],
  ['an encapsulation that is null', 'network/blue', { ...NETWORK, encapsulation: null }],
  ['a MAC that is not canonical', 'port/vm1', { ...PORT, mac: '02-00-00-00-00-01' }],
  ['an IP that is not canonical', 'port/vm1', { ...PORT, ips: ['FD00::1'] }],
  ['ips that are text', 'port/vm1', { ...PORT, ips: '10.0.0.1' }],
  ['index 0', 'nve/hv1', { ...NVE, index: 0 }],
  ['an endpoint without an address', 'nve/hv1', { ...NVE, endpoints: [{ type: 'gre' }] }],
  [
    'an endpoint with a port that is none',
    'nve/hv1',
    { ...NVE, endpoints: [{ type: 'vxlan', ip: '10.0.0.1', port: 65536 }] },
  ],
  ['an endpoint that is null', 'nve/hv1', { ...NVE, endpoints: [null] }],
  [
    'a negative sequence',
    'attachment/vm1',
    { v: 1, kind: 'attachment', port: 'vm1', nve: 'hv1', sequence: -1 },
  ],
  ['a count of 0', 'roster/blue', { v: 1, kind: 'roster', network: 'blue', count: 0 }],
];

const NEWER: readonly [string, string, unknown][] = [
  ['a higher version', 'network/blue', { ...NETWORK, v: 2 }],
  ['an unknown kind', 'router/r1', { v: 1, kind: 'router', name: 'r1' }],
  ['the kind of an object’s prototype', 'toString/x', { v: 1, kind: 'toString', name: 'x' }],
  ['an unknown member', 'network/blue', { ...NETWORK, mtu: 1400 }],
];

describe('stored records', () => {
  for (const [key, record] of RECORDS) {
    it(`keep ${key} there and back through JSON text`, () => {
      const stored: unknown = JSON.parse(JSON.stringify(recordToJson(record)));
      expect(stored).to.deep.equal({ v: 1, ...record });
      expect(keyOf(record)).to.equal(key);
      expect(parseRecord(key, stored)).to.deep.equal({ ok: true, value: record });
    });
  }

  for (const [key, record] of RECORDS) {
    it(`give ${key} the same text whatever the order in which the store keeps its members`, () => {
      const result = parseRecord(key, JSON.parse(canonicalJson(recordToJson(record)) ?? ''));
      expect(JSON.stringify(result)).to.equal(JSON.stringify({ ok: true, value: record }));
    });
  }

  for (const [what, key, value] of DAMAGED) {
    it(`are damaged when they hold ${what}`, () => {
      const result = parseRecord(key, value);
      expect(result).to.have.property('ok', false);
      expect(result).to.have.nested.property('error.code', 'record-damaged');
      expect(result).to.have.nested.property('error.key', key);
      expect(result).to.have.nested.property('error.message').that.contains(key).and.match(/\.$/);
    });
  }

  for (const [what, key, value] of FOREIGN) {
    it(`are somebody else’s when they hold ${what}`, () => {
      const result = parseRecord(key, value);
      expect(result).to.have.nested.property('error.code', 'record-foreign');
      expect(result).to.have.nested.property('error.message').that.contains(key).and.match(/\.$/);
    });
  }

  for (const [what, key, value] of NEWER) {
    it(`come from a newer release when they have ${what}`, () => {
      const result = parseRecord(key, value);
      expect(result).to.have.nested.property('error.code', 'record-newer');
      expect(result).to.have.nested.property('error.message').that.contains(key).and.match(/\.$/);
    });
  }
});
