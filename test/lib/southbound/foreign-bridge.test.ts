import { expect } from 'chai';
import type { DomainRecord } from '../../../lib/model/records.ts';
import { type DummyEdge, DummyEdges } from '../../../scripts/lab/dummy-edges.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { SouthboundInstance } from './instance.ts';

const DOMAIN: DomainRecord[] = [
  { kind: 'network', name: 'blue', vni: 5, vniAllocated: false },
  { kind: 'port', name: 'vm1', network: 'blue', mac: '02:01:00:00:00:01' as never, ips: [] },
];

describe('the southbound, with an NVE whose bridge, name or addresses are not for us', function () {
  this.timeout(60_000);
  let edges: DummyEdges;
  let edge: DummyEdge;
  let instance: SouthboundInstance;

  before(async () => {
    instance = await SouthboundInstance.start();
    await instance.put(DOMAIN);
    edges = await DummyEdges.open({ prefix: 'nvafb', edges: 1 });
    edge = edges.edge(1);
  });

  after(async () => {
    await edges?.close();
    await instance?.close();
  });

  const attachment = (): string | undefined => instance.engine.core.domain.attachment('vm1')?.nve;
  const becomes = (what: string, isSo: () => boolean): Promise<unknown> =>
    until(what, isSo, { deadlineMs: 15_000, everyMs: 20 });

  it('writes nothing to the bridge of another domain, and counts none of its ports and tunnels', async () => {
    await edge.vsctl(
      ...['add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=dummy'],
      ...['fail_mode=secure', 'external_ids:nva-domain=other'],
      ...['--', 'add-port', 'br-int', 'nva-geneve', '--', 'set', 'Interface', 'nva-geneve'],
      ...['type=geneve', 'ofport_request=65001', 'options:remote_ip=flow', 'options:key=flow'],
      ...['external_ids:nva-domain=other'],
      ...['--', 'add-port', 'br-int', 'v0', '--', 'set', 'Interface', 'v0', 'type=dummy'],
      ...['external_ids:iface-id=vm1'],
    );
    const before = await edge.vsctl('get', 'Bridge', 'br-int', 'external_ids', 'controller');
    await edge.joinManager(`tcp:127.0.0.1:${instance.ovsdbPort}`);
    const { core } = instance.engine;
    await becomes('it is known', () => core.nve('e1')?.owner === true);
    await instance.southbound.dump('e1');
    expect(await edge.vsctl('get', 'Bridge', 'br-int', 'external_ids', 'controller')).to.equal(
      before,
    );
    expect(core.domain.nve('e1')?.endpoints).to.deep.equal([]);
    expect(
      core
        .nve('e1')
        ?.conditions()
        .map(({ code }) => code),
    ).to.deep.equal(['foreign-domain']);
    expect(attachment()).to.equal(undefined);
  });

  it('serves the bridge when it is given to its domain, and leaves it when it is taken away', async () => {
    await edge.vsctl('set', 'Bridge', 'br-int', 'external_ids:nva-domain=test');
    await edge.vsctl('set', 'Interface', 'nva-geneve', 'external_ids:nva-domain=test');
    await instance.inStep('e1');
    expect(attachment()).to.equal('e1');
    await edge.vsctl('set', 'Bridge', 'br-int', 'external_ids:nva-domain=other');
    const { core } = instance.engine;
    await becomes('it is left', () => core.nve('e1')?.version === undefined);
    expect(attachment()).to.equal(undefined);
    await edge.vsctl('set', 'Bridge', 'br-int', 'external_ids:nva-domain=test');
    await instance.inStep('e1');
    expect((await instance.flows('e1'))?.missing).to.deep.equal([]);
  });

  it('uses no underlay address that is of no host, and says so', async () => {
    const words = '127.0.0.1,0.0.0.0,239.1.1.1,ff02::1,10.9.0.1';
    await edge.vsctl('set', 'Open_vSwitch', '.', `external_ids:nva-encap-ip="${words}"`);
    const { core } = instance.engine;
    const codes = (): string[] | undefined =>
      core
        .nve('e1')
        ?.conditions()
        .map(({ code }) => code);
    await becomes('it is told', () => codes()?.includes('encap-ip-invalid') === true);
    expect(codes()?.filter((code) => code === 'encap-ip-invalid')).to.have.length(4);
    const ips = core.domain.nve('e1')?.endpoints.map(({ ip }) => ip);
    expect([...new Set(ips)]).to.deep.equal(['10.9.0.1']);
  });

  it('takes no NVE whose system-id cannot be a name, and takes it when that is corrected', async () => {
    const { core } = instance.engine;
    await edge.vsctl('set', 'Open_vSwitch', '.', 'external_ids:system-id="a\\nb"');
    await becomes('it is refused', () =>
      instance.lines.some((line) => line.includes('its system-id "a\\nb" cannot name it')),
    );
    expect([...core.nves()].map(({ name }) => name)).to.deep.equal(['e1']);
    expect([...instance.engine.storeProblems]).to.deep.equal([]);
    await edge.vsctl('set', 'Open_vSwitch', '.', 'external_ids:system-id=e2');
    await instance.inStep('e2');
  });
});
