import { expect } from 'chai';
import { deadAddresses, type Neighbourhood } from '../../../lib/desired/reach.ts';
import type { LivenessRecord, NetworkRecord, NveRecord } from '../../../lib/model/records.ts';
import { type IpAddress, ipv4FromNumber } from '../../../protocols/base/addresses.ts';

const ipOf = (nve: string): IpAddress => ipv4FromNumber(0x0a090000 + Number(nve.slice(2)));

describe('whether an address is dead', () => {
  it('is asked of each observer once, however many networks they share', () => {
    const names = ['hv1', 'hv2', 'hv3'];
    const networks = ['n1', 'n2', 'n3', 'n4', 'n5'];
    const asked: string[] = [];
    const around: Neighbourhood = {
      nve: (name): NveRecord => ({
        ...{ kind: 'nve', name, index: 1, endpoints: [{ type: 'geneve', ip: ipOf(name) }] },
      }),
      network: (name): NetworkRecord => ({
        ...{ kind: 'network', name, vni: networks.indexOf(name) + 1, vniAllocated: false },
      }),
      liveness: (nve): LivenessRecord => {
        asked.push(nve);
        return { kind: 'liveness', nve, down: [ipOf('hv3')], unheard: [] };
      },
      nvesAt: (ip) => names.filter((name) => ipOf(name) === ip),
      served: () => networks,
      members: () => names,
    };
    expect([...deadAddresses(around, 'hv3')]).to.deep.equal([ipOf('hv3')]);
    expect(asked).to.deep.equal(['hv1', 'hv2']);
  });
});
