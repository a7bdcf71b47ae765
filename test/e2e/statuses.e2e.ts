/**
 * What the command line shows of real hypervisors: the members that scripts read, and the words that people do.
 */
import { expect } from 'chai';
import type { InstanceView, MappingView } from '../../lib/model/views.ts';
import { portManifest, portPlan } from './support/manifests.ts';
import { scenariosOn } from './support/scenario.ts';
import { Site } from './support/site.ts';

let site: Site;
const scenario = scenariosOn(() => site);

describe('the command line', () => {
  before(async () => {
    site = await Site.open({ prefix: 'nvep', hypervisors: 3 });
    await site.declare({ name: 'blue', vni: 5001, encapsulation: ['vxlan', 'gre'] }, [1, 2, 0]);
  });

  after(() => site?.close());

  scenario('shows where a port is, and why it is nowhere', async () => {
    const { device } = site.tenant('blue-1');
    expect(await site.port('blue-1')).to.deep.equal({
      ...{ kind: 'Port', ...portPlan('blue', 1) },
      status: {
        ...{ phase: 'active', nve: 'h1', interface: device },
        ofport: await site.tenant('blue-1').ofport(),
      },
    });
    expect((await site.port('blue-3')).status).to.deep.equal({
      phase: 'waiting',
      reason: 'no interface of a connected NVE has external_ids:iface-id=blue-3',
    });
  });

  scenario('shows the NVEs with owner, endpoints and counted flows', async () => {
    const { kind, name, status } = await site.nve('h2');
    expect({ kind, name }).to.deep.equal({ kind: 'Nve', name: 'h2' });
    expect(status).to.deep.include({ connected: true, owner: 'c1', ports: 1, bridge: 'br-int' });
    expect(status.endpoints).to.deep.equal(
      ['geneve', 'vxlan', 'gre'].map((type) => ({ type, ip: '10.9.0.2' })),
    );
    const aggregate = await site.hv(2).ofctl('dump-aggregate');
    const installed = Number(/flow_count=(\d+)/.exec(aggregate)?.[1]);
    expect(status.flows).to.deep.equal({ desired: installed, installed });
  });

  scenario('shows mappings with the endpoints that their network allows', async () => {
    const mappings = await site.controller.get<readonly MappingView[]>('mappings', '-n', 'blue');
    const { mac, ips } = portPlan('blue', 2);
    expect(mappings.map(({ name }) => name).sort()).to.deep.equal(['blue-1', 'blue-2']);
    expect(mappings.find(({ name }) => name === 'blue-2')).to.deep.equal({
      ...{ kind: 'Mapping', name: 'blue-2', network: 'blue', mac, ips, nve: 'h2' },
      endpoints: [
        { type: 'vxlan', ip: '10.9.0.2' },
        { type: 'gre', ip: '10.9.0.2' },
      ],
      ...{ sequence: 0, source: 'ovsdb' },
    });
  });

  scenario('shows the instance with its NVEs, and the network with its members', async () => {
    const [instance] = await site.controller.get<readonly InstanceView[]>('instances');
    expect(instance?.name).to.equal('c1');
    expect(instance?.status).to.deep.include({ alive: true, nves: ['h1', 'h2', 'h3'] });
    expect((await site.network('blue')).status).to.deep.equal({
      ...{ vniAllocated: false, ports: 3, active: 2, nves: ['h1', 'h2'], conditions: [] },
    });
  });

  scenario('describes an object with what belongs to it and what happened to it', async () => {
    const port = await site.controller.must('describe', 'port', 'blue-1');
    expect(port).to.include('active').and.to.include('h1').and.to.include('is attached to h1');
    const nve = await site.controller.must('describe', 'nve', 'h2');
    expect(nve).to.include('blue-2').and.to.include('h2 is connected');
    const status = await site.controller.must('status');
    expect(status).to.include('c1').and.to.match(/3/);
    const absent = await site.controller.nva('describe', 'port', 'blue-33');
    expect(absent.code).to.equal(1);
  });

  scenario('waits until the switches have it, and says how long that took', async () => {
    await site.controller.apply(portManifest({ ...portPlan('blue', 3), ips: ['192.168.7.33'] }));
    expect(await site.controller.must('wait')).to.match(
      /^all 3 NVEs confirmed revision \d+ after [\d.]+ m?s/,
    );
    const events = await site.events();
    expect(events.map(({ code }) => code)).to.include.members([
      ...['nve-connected', 'nve-in-step', 'port-attached'],
    ]);
    const ids = events.map(({ id }) => id);
    expect(ids).to.deep.equal([...ids].sort((a, b) => a - b));
  });

  scenario('shows each flow with the object that caused it, and counts what passed', async () => {
    const target = site.tenant('blue-2');
    await site.tenant('blue-1').ping(target.ips[0] ?? '', { count: 3 });
    const text = await site.controller.must('flows', 'h1');
    const line = text.split('\n').find((flow) => flow.includes(`dl_dst=${target.mac}`));
    expect(line).to.include('port/blue-2');
    await site.until('the packets counted', async () => {
      const report = JSON.parse(await site.controller.must('flows', 'h1', '-o', 'json'));
      const flows = report.installed as readonly { text: string; packets: number }[];
      return (flows.find((flow) => flow.text.includes(target.mac))?.packets ?? 0) >= 3;
    });
  });
});
