/**
 * The whole Layer 2 service over each OpenFlow version: 1.3 and 1.4 have no single buckets to insert, and other
 * messages. (1.5 is what all the other suites speak.)
 */
import { expect } from 'chai';
import { everyPairPings } from '../../scripts/lab/checks.ts';
import { copiesOfCast } from './support/copies.ts';
import { changesDuring } from './support/flow-events.ts';
import { scenariosOn } from './support/scenario.ts';
import { Site } from './support/site.ts';

let site: Site;
const scenario = scenariosOn(() => site);

describe('three hypervisors', () => {
  before(async () => {
    site = await Site.open({ prefix: 'nvev', hypervisors: 3 });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2, 3, 1]);
    await site.declare({ name: 'red', vni: 5002 }, [2, 1]);
  });

  after(() => site?.close());

  for (const version of ['1.4', '1.3', '1.5']) {
    describe(`over OpenFlow ${version}`, () => wholeService(version));
  }
});

async function expectService(): Promise<void> {
  for (const network of ['blue', 'red']) {
    expect((await everyPairPings(site.lab, network)).faults).to.deep.equal([]);
  }
  expect(await copiesOfCast(site.lab, site.tenant('blue-1'), 'broadcast', 4)).to.deep.equal({
    tenants: { 'blue-2': 4, 'blue-3': 4, 'blue-4': 4 },
    underlay: { 'h1->h2': 4, 'h1->h3': 4 },
  });
}

function wholeService(version: string): void {
  const options = ['--openflow-version-max', version];

  scenario(
    'a controller that speaks it takes over what another version left, touching no flow',
    async () => {
      await site.controller.stop();
      const changes = await changesDuring(site.lab.hypervisors, async () => {
        await site.controller.start(options);
        await site.settled();
      });
      const flows = changes.filter((line) => line.includes('event='));
      // Only 1.5 has ids for buckets: the groups that an older version wrote get theirs then.
      expect(version === '1.5' ? flows : changes).to.deep.equal([]);
      for (const { status } of await site.nves()) {
        expect(status.openflow).to.equal(`OpenFlow${version.replace('.', '')}`);
      }
      await expectService();
    },
  );

  // Everything else is what the other suites try.
  if (version === '1.5') return;

  scenario('ports come, go and move', async () => {
    const [goes, moves] = [site.tenant('blue-4'), site.tenant('blue-2')];
    await goes.detach();
    await site.portBecomes('blue-4', ({ phase }) => phase === 'waiting');
    await moves.moveTo(site.hv(3));
    await site.settled();
    expect(await copiesOfCast(site.lab, site.tenant('blue-1'), 'broadcast', 4)).to.deep.equal({
      tenants: { 'blue-2': 4, 'blue-3': 4 },
      underlay: { 'h1->h3': 4 },
    });
    await goes.attach();
    await moves.moveTo(site.hv(2));
    await site.settled();
    await expectService();
  });

  scenario('a restarted ovs-vswitchd gets its flows and groups back', async () => {
    await site.hv(1).restartVswitchd();
    await site.settled();
    await expectService();
  });

  scenario('a controller killed under traffic loses no ping and touches no flow', async () => {
    const ping = site.tenant('blue-1').startPing('192.168.7.2');
    const changes = await changesDuring(site.lab.hypervisors, async () => {
      await site.controller.kill();
      await site.controller.start(options);
      await site.settled();
    });
    expect((await ping.stop()).lost).to.equal(0);
    expect(changes).to.deep.equal([]);
  });
}
