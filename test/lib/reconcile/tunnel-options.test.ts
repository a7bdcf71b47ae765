import { expect } from 'chai';
import type { Condition } from '../../../lib/model/views.ts';
import {
  endpointsOf,
  NO_TUNNEL_SETTINGS,
  readTunnelTexts,
  settingsOptions,
  type TunnelTexts,
} from '../../../lib/reconcile/tunnel-options.ts';
import type { IpAddress } from '../../../protocols/base/addresses.ts';

const ALL = ['geneve', 'vxlan', 'gre'];
const [FIRST, SECOND, SIXTH] = ['10.9.0.1', '10.10.0.1', 'fd09::1'] as IpAddress[];

function read(texts: TunnelTexts, types: readonly string[] = ALL) {
  const conditions: Condition[] = [];
  const settings = readTunnelTexts(texts, types, conditions);
  const options = (type: 'vxlan' | 'geneve' | 'gre') =>
    Object.fromEntries(settingsOptions(settings, type));
  return { settings, options, codes: conditions.map(({ code }) => code), conditions };
}

describe('the options of tunnels that a hypervisor asks for', () => {
  it('are Open vSwitch’s own when nothing is asked for', () => {
    const { options, settings, codes } = read({});
    expect([options('vxlan'), options('geneve'), options('gre')]).to.deep.equal([{}, {}, {}]);
    expect([settings, codes]).to.deep.equal([NO_TUNNEL_SETTINGS, []]);
  });

  it('are those of every encapsulation, and each has its own UDP port', () => {
    const { options, codes } = read({
      ...{ 'nva-encap-port': ' vxlan:8472, geneve:6082', 'nva-encap-csum': 'true' },
      ...{ 'nva-encap-df': 'false', 'nva-encap-ttl': '33', 'nva-encap-tos': '0x48' },
    });
    const common = { csum: 'true', df_default: 'false', ttl: '33', tos: '72' };
    expect(options('gre')).to.deep.equal(common);
    expect(options('vxlan')).to.deep.equal({ ...common, dst_port: '8472' });
    expect(options('geneve')).to.deep.equal({ ...common, dst_port: '6082' });
    expect(codes).to.deep.equal([]);
  });

  it('have no UDP port where the one that is named is the encapsulation’s own', () => {
    expect(read({ 'nva-encap-port': 'vxlan:4789' }).settings.ports).to.deep.equal({});
  });

  it('let the inner packet’s TTL and TOS through', () => {
    const { options } = read({ 'nva-encap-ttl': 'inherit', 'nva-encap-tos': 'inherit' });
    expect(options('gre')).to.deep.equal({ ttl: 'inherit', tos: 'inherit' });
  });

  const wrong: readonly (readonly [TunnelTexts, string])[] = [
    [{ 'nva-encap-csum': 'yes' }, 'encap-csum-invalid'],
    [{ 'nva-encap-df': '1' }, 'encap-df-invalid'],
    [{ 'nva-encap-ttl': '0' }, 'encap-ttl-invalid'],
    [{ 'nva-encap-ttl': '256' }, 'encap-ttl-invalid'],
    [{ 'nva-encap-ttl': '' }, 'encap-ttl-invalid'],
    [{ 'nva-encap-tos': '73' }, 'encap-tos-invalid'],
    [{ 'nva-encap-tos': '256' }, 'encap-tos-invalid'],
    [{ 'nva-encap-local-ip': '10.9.0' }, 'encap-local-ip-invalid'],
    [{ 'nva-encap-local-ip': '224.0.0.1' }, 'encap-local-ip-invalid'],
    [{ 'nva-encap-port': 'vxlan' }, 'encap-port-invalid'],
    [{ 'nva-encap-port': '8472' }, 'encap-port-invalid'],
    [{ 'nva-encap-port': 'vxlan:0' }, 'encap-port-invalid'],
    [{ 'nva-encap-port': 'vxlan:65536' }, 'encap-port-invalid'],
    [{ 'nva-encap-port': 'stt:7471' }, 'encap-port-invalid'],
    [{ 'nva-encap-port': 'gre:47' }, 'encap-port-invalid'],
    [{ 'nva-encap-port': 'vxlan:6081' }, 'encap-port-invalid'],
  ];
  for (const [texts, code] of wrong) {
    it(`name what is wrong in ${JSON.stringify(texts)}, and use all else`, () => {
      const { options, codes, conditions } = read({ ...texts, 'nva-encap-ttl': '9', ...texts });
      expect(codes).to.deep.equal([code]);
      expect(conditions[0]?.message).to.match(/^external_ids:nva-encap-\S+ is "/);
      expect(options('vxlan')).to.deep.equal(code === 'encap-ttl-invalid' ? {} : { ttl: '9' });
    });
  }

  it('let VXLAN have Geneve’s port where Geneve is not wanted', () => {
    const { options, codes } = read({ 'nva-encap-port': 'vxlan:6081' }, ['vxlan']);
    expect([options('vxlan'), codes]).to.deep.equal([{ dst_port: '6081' }, []]);
  });
});

describe('the endpoints of an NVE', () => {
  const endpoints = (ips: readonly (IpAddress | undefined)[], texts: TunnelTexts) => {
    const conditions: Condition[] = [];
    const { settings } = read(texts);
    const known = ips.filter((ip) => ip !== undefined);
    const found = endpointsOf(['geneve', 'vxlan'], known, settings, conditions);
    return {
      found: found.map(({ type, ip, port }) => `${type} ${ip} ${port ?? ''}`.trim()),
      codes: conditions.map(({ code }) => code),
    };
  };

  it('are all addresses in their order by each encapsulation, with its UDP port', () => {
    const { found } = endpoints([SIXTH, FIRST], { 'nva-encap-port': 'vxlan:8472' });
    expect(found).to.deep.equal([
      ...['geneve fd09::1', 'geneve 10.9.0.1', 'vxlan fd09::1 8472', 'vxlan 10.9.0.1 8472'],
    ]);
  });

  it('are the local address alone where it is one of them, and the others are named', () => {
    const texts = { 'nva-encap-local-ip': SECOND ?? '' };
    const { found, codes } = endpoints([FIRST, SECOND, SIXTH], texts);
    expect(found).to.deep.equal(['geneve 10.10.0.1', 'vxlan 10.10.0.1']);
    expect(codes).to.deep.equal(['encap-ip-unused']);
  });

  it('are what is translated to the local address where that is none of them', () => {
    const { found, codes } = endpoints([FIRST], { 'nva-encap-local-ip': '192.168.0.9' });
    expect(found).to.deep.equal(['geneve 10.9.0.1', 'vxlan 10.9.0.1']);
    expect(codes).to.deep.equal([]);
  });
});
