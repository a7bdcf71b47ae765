/**
 * Which encapsulation and which outer address each pair of NVEs uses, and what follows a change of them at run time.
 */
import { expect } from 'chai';
import type { TunnelView } from '../../lib/model/views.ts';
import { copiesOfCast, copiesOfPing } from './support/copies.ts';
import { scenariosOn } from './support/scenario.ts';
import { Site } from './support/site.ts';

let site: Site;
const scenario = scenariosOn(() => site);

/** What each hypervisor can: h1 and h3 have nothing in common. */
const TYPES = { h1: 'vxlan', h2: 'geneve,vxlan', h3: 'gre,geneve' } as const;

async function tunnels(): Promise<readonly string[]> {
  const views = await site.controller.get<readonly TunnelView[]>('tunnels');
  return views.map((view) => `${view.name} ${view.remoteIp}`).sort();
}

async function conditions(): Promise<readonly string[]> {
  return (await site.network('green')).status.conditions.map(({ code, message }) => {
    return `${code}: ${message}`;
  });
}

async function becomesTunnels(...expected: readonly string[]): Promise<void> {
  let seen: readonly string[] = [];
  const same = async () => {
    seen = await tunnels();
    return JSON.stringify(seen) === JSON.stringify([...expected].sort());
  };
  await site.until(() => `tunnels ${expected.join(', ')}, not ${seen.join(', ')}`, same);
  await site.settled();
}

describe('NVEs with different encapsulations', () => {
  before(async () => {
    site = await Site.open({
      ...{ prefix: 'nvea', hypervisors: 3 },
      prepare: async (lab) => {
        for (const [position, types] of Object.values(TYPES).entries()) {
          await lab.hv(position + 1).setExternalIds({ 'nva-encap-type': types });
        }
      },
    });
    await site.declare({ name: 'green', vni: 6001 }, [1, 2, 3]);
  });

  after(() => site?.close());

  describe('as they joined', asTheyJoined);
  describe('that change', changes);
});

function asTheyJoined(): void {
  scenario('use in each pair the best that both have', async () => {
    await becomesTunnels(
      'h1->h2/vxlan 10.9.0.2',
      'h2->h1/vxlan 10.9.0.1',
      'h2->h3/geneve 10.9.0.3',
      'h3->h2/geneve 10.9.0.2',
    );
    const [one, two] = [site.tenant('green-1'), site.tenant('green-2')];
    expect(await one.reaches('192.168.7.2')).to.equal(true);
    expect(await two.reaches('fd00:7::3')).to.equal(true);
    expect(await copiesOfCast(site.lab, two, 'broadcast', 4)).to.deep.equal({
      tenants: { 'green-1': 4, 'green-3': 4 },
      underlay: { 'h2->h1': 4, 'h2->h3': 4 },
    });
  });

  scenario(
    'that have none in common are named by the network, and nobody relays for them',
    async () => {
      expect(await conditions()).to.deep.equal([
        'no-common-encapsulation: h1 cannot send to h3: they have none of geneve, vxlan, gre in common over one IP family',
        'no-common-encapsulation: h3 cannot send to h1: they have none of geneve, vxlan, gre in common over one IP family',
      ]);
      expect(await site.controller.must('describe', 'network', 'green')).to.include(
        'h1 cannot send to h3',
      );
      expect(await site.tenant('green-1').reaches('192.168.7.3', 500)).to.equal(false);
      expect(await copiesOfCast(site.lab, site.tenant('green-1'), 'broadcast', 4)).to.deep.equal({
        tenants: { 'green-2': 4 },
        underlay: { 'h1->h2': 4 },
      });
    },
  );

  scenario('name what this release does not support, and go on with the rest', async () => {
    await site.hv(1).setExternalIds({ 'nva-encap-type': 'vxlan,stt' });
    const { status } = await site.nveBecomes('h1', (nve) => nve.status.conditions.length > 0);
    expect(status.conditions.map(({ code }) => code)).to.deep.equal(['encapsulation-stt']);
    expect(await site.tenant('green-1').reaches('192.168.7.2')).to.equal(true);
    await site.hv(1).setExternalIds({ 'nva-encap-type': 'vxlan' });
    await site.nveBecomes('h1', (nve) => nve.status.conditions.length === 0);
  });
}

function changes(): void {
  scenario('and gain one in common reach each other at once', async () => {
    const calm = site.tenant('green-1').startPing('192.168.7.2');
    await site.hv(1).setExternalIds({ 'nva-encap-type': 'vxlan,gre' });
    await becomesTunnels(
      'h1->h2/vxlan 10.9.0.2',
      'h1->h3/gre 10.9.0.3',
      'h2->h1/vxlan 10.9.0.1',
      'h2->h3/geneve 10.9.0.3',
      'h3->h1/gre 10.9.0.1',
      'h3->h2/geneve 10.9.0.2',
    );
    expect(await conditions()).to.deep.equal([]);
    expect(await site.tenant('green-1').reaches('192.168.7.3')).to.equal(true);
    expect(await copiesOfCast(site.lab, site.tenant('green-1'), 'broadcast', 4)).to.deep.equal({
      tenants: { 'green-2': 4, 'green-3': 4 },
      underlay: { 'h1->h2': 4, 'h1->h3': 4 },
    });
    expect((await calm.stop()).lost, 'lost between a pair that did not change').to.equal(0);
  });

  scenario('and lose the only one in common say so again', async () => {
    await site.hv(1).setExternalIds({ 'nva-encap-type': 'vxlan' });
    await becomesTunnels(
      'h1->h2/vxlan 10.9.0.2',
      'h2->h1/vxlan 10.9.0.1',
      'h2->h3/geneve 10.9.0.3',
      'h3->h2/geneve 10.9.0.2',
    );
    expect(await conditions()).to.have.length(2);
    await site.until('the port that nobody sends to any more to be gone', async () => {
      return !(await site.hv(1).vsctl('list-ports', 'br-int')).includes('nva-gre');
    });
    expect(await site.tenant('green-1').reaches('192.168.7.3', 500)).to.equal(false);
  });

  scenario("follow the network's own order of encapsulations", async () => {
    await site.hv(1).setExternalIds({ 'nva-encap-type': 'geneve,vxlan,gre' });
    await site.hv(3).setExternalIds({ 'nva-encap-type': 'geneve,vxlan,gre' });
    for (const order of [
      ['gre', 'vxlan'],
      ['vxlan', 'geneve'],
    ]) {
      await site.change({ name: 'green', vni: 6001, encapsulation: order });
      // h2 has no gre.
      const first = order[0];
      await becomesTunnels(
        'h1->h2/vxlan 10.9.0.2',
        `h1->h3/${first} 10.9.0.3`,
        'h2->h1/vxlan 10.9.0.1',
        'h2->h3/vxlan 10.9.0.3',
        `h3->h1/${first} 10.9.0.1`,
        'h3->h2/vxlan 10.9.0.2',
      );
      expect(await site.tenant('green-1').reaches('192.168.7.3')).to.equal(true);
      expect(await site.tenant('green-2').reaches('192.168.7.3')).to.equal(true);
    }
  });

  scenario('and move to another address are sent to there', async () => {
    await site.hv(2).exec(['ip', 'addr', 'add', '10.9.0.102/24', 'dev', 'br-phy']);
    await site.hv(2).setExternalIds({ 'nva-encap-ip': '10.9.0.102' });
    await becomesTunnels(
      'h1->h2/vxlan 10.9.0.102',
      'h1->h3/vxlan 10.9.0.3',
      'h2->h1/vxlan 10.9.0.1',
      'h2->h3/vxlan 10.9.0.3',
      'h3->h1/vxlan 10.9.0.1',
      'h3->h2/vxlan 10.9.0.102',
    );
    const one = site.tenant('green-1');
    expect(await one.reaches('192.168.7.2')).to.equal(true);
    const { underlay } = await copiesOfPing(site.lab, one, '192.168.7.2', 4);
    expect(underlay).to.deep.equal({ 'h1->10.9.0.102.4789': 4, 'h2->h1': 4 });
  });

  scenario('and name no usable address say so, and are sent to again when they do', async () => {
    await site.hv(2).setExternalIds({ 'nva-encap-ip': 'nowhere' });
    const { status } = await site.nveBecomes('h2', (nve) => nve.status.endpoints.length === 0);
    expect(status.conditions.map(({ code }) => code)).to.include('encap-ip-invalid');
    await site.hv(2).setExternalIds({ 'nva-encap-ip': '10.9.0.2' });
    await site.nveBecomes('h2', (nve) => nve.status.conditions.length === 0);
    expect(await site.tenant('green-1').reaches('192.168.7.2')).to.equal(true);
  });
}
