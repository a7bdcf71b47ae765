/**
 * What a virtual network promises its tenants, over every encapsulation and both families of underlay.
 */
import { expect } from 'chai';
import {
  type Encapsulation,
  everyPairPings,
  onlyEncapsulation,
  othersHearNothing,
} from '../../scripts/lab/checks.ts';
import { type Cast, copiesOfCast, copiesOfPing } from './support/copies.ts';
import { scenariosOn } from './support/scenario.ts';
import { Site } from './support/site.ts';
import { exchangeTcp, exchangeUdp, unheard } from './support/transports.ts';

let site: Site;
const scenario = scenariosOn(() => site);

const COUNT = 5;

/** The underlay's family makes no difference to what is flooded, so one kind is enough on the second. */
const CASTS: Readonly<Record<4 | 6, readonly Cast[]>> = {
  4: ['broadcast', 'IPv4 multicast', 'IPv6 multicast', 'unknown unicast'],
  6: ['broadcast'],
};

/** h4 has joined and serves no network: no frame may ever go there. */
const PLACES = { blue: [1, 2, 3, 1], red: [2, 1, 3] } as const;

describe('two networks with the same addresses on three of four hypervisors', () => {
  before(async () => {
    site = await Site.open({ prefix: 'nvee', hypervisors: 4, underlay: 'both' });
    await site.declare({ name: 'blue', vni: 5001 }, PLACES.blue);
    await site.declare({ name: 'red', vni: 5002 }, PLACES.red);
  });

  after(() => site?.close());

  for (const encapsulation of ['vxlan', 'geneve', 'gre'] as const) {
    for (const family of [4, 6] as const) {
      describe(`over ${encapsulation} and IPv${family}`, () => promises(encapsulation, family));
    }
  }

  describe('with the VNIs at the ends of their range', vnis);
});

async function useUnderlay(encapsulation: Encapsulation, family: 4 | 6): Promise<void> {
  await Promise.all(
    site.lab.hypervisors.map(async (hypervisor) => {
      const ip = family === 4 ? hypervisor.ipv4 : hypervisor.ipv6;
      await hypervisor.setExternalIds({ 'nva-encap-ip': ip });
      await site.nveBecomes(hypervisor.name, ({ status }) =>
        status.endpoints.every((endpoint) => endpoint.ip === ip),
      );
    }),
  );
  await site.change(
    { name: 'blue', vni: 5001, encapsulation: [encapsulation] },
    { name: 'red', vni: 5002, encapsulation: [encapsulation] },
  );
}

function promises(encapsulation: Encapsulation, family: 4 | 6): void {
  scenario(
    'every member reaches every other by IPv4 and IPv6, and the other network hears nothing',
    async () => {
      await useUnderlay(encapsulation, family);
      const wire = await onlyEncapsulation(site.lab, encapsulation, async () => {
        for (const network of ['blue', 'red']) {
          const quiet = await othersHearNothing(site.lab, network, async () => {
            expect((await everyPairPings(site.lab, network)).faults).to.deep.equal([]);
          });
          expect(quiet.faults).to.deep.equal([]);
        }
      });
      expect(wire.faults).to.deep.equal([]);
    },
  );

  for (const cast of CASTS[family]) {
    scenario(`${cast} reaches each member once, and no hypervisor without members`, () =>
      eachMemberOnce(cast),
    );
  }

  scenario(
    'known unicast goes to one hypervisor, and to none when both are on the same',
    async () => {
      const sender = site.tenant('blue-1');
      for (const position of [0, 1]) {
        const near = site.tenant('blue-4').ips[position] ?? '';
        const far = site.tenant('blue-2').ips[position] ?? '';
        expect(await sender.reaches(near)).to.equal(true);
        expect(await copiesOfPing(site.lab, sender, near, COUNT)).to.deep.equal({
          tenants: { 'blue-4': COUNT },
          underlay: {},
        });
        expect(await sender.reaches(far)).to.equal(true);
        expect(await copiesOfPing(site.lab, sender, far, COUNT)).to.deep.equal({
          tenants: { 'blue-2': COUNT },
          underlay: { 'h1->h2': COUNT, 'h2->h1': COUNT },
        });
      }
    },
  );

  scenario('UDP and TCP pass, unheard by the other network', async () => {
    const [from, to] = [site.tenant('blue-1'), site.tenant('blue-3')];
    const strangers = site.lab.tenants.filter((tenant) => tenant.network === 'red');
    const heard = await unheard(strangers, 'udp port 4242 or tcp port 4243', async () => {
      for (const ip of to.ips) {
        expect(await exchangeUdp(from, to, ip, 4242)).to.equal(true);
        expect(await exchangeTcp(from, to, ip, 4243)).to.equal(true);
      }
    });
    expect(heard).to.deep.equal([]);
  });
}

/** From a sender with a neighbour on its own hypervisor, so that both kinds of delivery count. */
async function eachMemberOnce(cast: Cast): Promise<void> {
  expect(await copiesOfCast(site.lab, site.tenant('blue-1'), cast, COUNT)).to.deep.equal({
    tenants: { 'blue-2': COUNT, 'blue-3': COUNT, 'blue-4': COUNT },
    // Nothing from h2 to h3: what came by a tunnel enters none. Nothing to h4.
    underlay: { 'h1->h2': COUNT, 'h1->h3': COUNT },
  });
}

function vnis(): void {
  for (const [low, high] of [
    [1, 16777215],
    [0, 16777214],
  ] as const) {
    for (const encapsulation of ['vxlan', 'geneve', 'gre'] as const) {
      scenario(`${low} and ${high} carry their tenants apart over ${encapsulation}`, async () => {
        await useUnderlay(encapsulation, 4);
        await site.change(
          { name: 'blue', vni: low, encapsulation: [encapsulation] },
          { name: 'red', vni: high, encapsulation: [encapsulation] },
        );
        expect(await site.tenant('red-1').reaches('fd00:7::3')).to.equal(true);
        const known = await copiesOfPing(site.lab, site.tenant('red-1'), 'fd00:7::3', COUNT);
        expect(known.tenants).to.deep.equal({ 'red-3': COUNT });
        await eachMemberOnce('broadcast');
      });
    }
  }
}
