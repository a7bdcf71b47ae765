/**
 * Hypervisors that misbehave, are renamed, rebooted or cut off: what it costs them, and that it costs nobody else.
 */
import { expect } from 'chai';
import { everyPairPings } from '../../scripts/lab/checks.ts';
import { figure } from './support/figures.ts';
import { portManifest } from './support/manifests.ts';
import { scenariosOn } from './support/scenario.ts';
import { Site } from './support/site.ts';

let site: Site;
const scenario = scenariosOn(() => site);

describe('one of three hypervisors', () => {
  before(async () => {
    const args = ['--probe-interval-ms', '1000'];
    site = await Site.open({ prefix: 'nveh', hypervisors: 3, args });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2, 3]);
    await expectPings();
  });

  after(() => site?.close());

  describe('that is away', away);
  describe('that is another than before', changed);
  describe('with hundreds of ports at once', crowded);
});

async function expectPings(): Promise<void> {
  expect((await everyPairPings(site.lab, 'blue')).faults).to.deep.equal([]);
}

function away(): void {
  scenario('because its management network is cut: found out by probes, no ping lost', async () => {
    const ping = site.tenant('blue-1').startPing('192.168.7.2');
    const start = performance.now();
    await site.hv(2).setManagement('down');
    await site.nveBecomes('h2', ({ status }) => !status.connected);
    figure(`half-open: found out after ${Math.round(performance.now() - start)} ms (probes: 1 s)`);
    await site.hv(2).setManagement('up');
    await site.settled();
    expect((await ping.stop()).lost).to.equal(0);
  });

  scenario(
    'because its ovs-vswitchd is stuck: named by nva wait, and holds nobody else up',
    async () => {
      site.hv(3).pause('vs');
      try {
        const wait = await site.controller
          .must('delete', 'port', 'blue-2')
          .then(() => site.controller.nva('wait', '--timeout', '1'));
        expect(wait.code).to.equal(1);
        expect(wait.stdout)
          .to.include('2 of 3 NVEs confirmed')
          .and.to.match(/h3: it \w+/);
        // The others have it already.
        expect(await site.hv(1).ofctl('dump-flows')).not.to.include(site.tenant('blue-2').mac);
      } finally {
        site.hv(3).resume('vs');
      }
      await site.controller.apply(portManifest(site.tenant('blue-2')), 20);
      await site.settled();
      await expectPings();
    },
  );

  scenario('because it is rebooted: it comes back with its tenants by itself', async () => {
    await site.hv(2).kill('vs');
    await site.hv(2).kill('ovsdb');
    await site.hv(2).startOvsdb();
    await site.hv(2).recoverVswitchd();
    await site.settled();
    await expectPings();
  });
}

function changed(): void {
  scenario(
    'in its integration bridge: it is served there, and on the first one again',
    async () => {
      const tenant = site.tenant('blue-3');
      for (const bridge of ['br-other', 'br-int']) {
        await site.hv(3).setExternalIds({ 'nva-bridge': bridge });
        await site.nveBecomes('h3', ({ status }) => status.bridge === bridge);
        await site.hv(3).waitForBridge(bridge);
        await tenant.detach();
        await tenant.attach(bridge);
        await site.settled();
        const ports = await site.hv(3).vsctl('list-ports', bridge);
        expect(ports).to.include('nva-geneve\nnva-gre\nnva-vxlan');
        await expectPings();
      }
    },
  );

  scenario(
    'in its name: its tenants are found under the new one, and the old one is gone',
    async () => {
      const ping = site.tenant('blue-1').startPing('192.168.7.2');
      for (const [before, after] of [
        ['h2', 'renamed'],
        ['renamed', 'h2'],
      ] as const) {
        await site.hv(2).setExternalIds({ 'system-id': after });
        await site.portBecomes('blue-2', ({ phase, nve }) => phase === 'active' && nve === after);
        const names = (await site.nves()).map(({ name }) => name);
        expect(names).to.include(after).and.not.include(before);
      }
      await site.settled();
      await expectPings();
      const { lost } = await ping.stop();
      figure(`renamed twice: ${lost} of the 100 Hz pings lost`);
      expect(lost).to.be.below(50);
    },
  );

  scenario("in its name to another's: refused, and the other one goes on", async () => {
    const ping = site.tenant('blue-1').startPing('192.168.7.2');
    await site.hv(3).setExternalIds({ 'system-id': 'h2' });
    await site.nveBecomes('h3', ({ status }) => !status.connected);
    await site.until('the refusal in the log', async () =>
      /its system-id h2 is that of the NVE at \S+, which keeps it/.test(site.controller.logTail()),
    );
    expect((await site.nve('h2')).status.endpoints[0]?.ip).to.equal('10.9.0.2');
    await site.hv(3).setExternalIds({ 'system-id': 'h3' });
    await site.settled();
    expect((await ping.stop()).lost).to.equal(0);
    await expectPings();
  });
}

function crowded(): void {
  const COUNT = 200;

  scenario(
    'while the controller is killed in the middle: every port is served afterwards',
    async () => {
      const hex = (number: number) => number.toString(16).padStart(2, '0');
      const ports = Array.from({ length: COUNT }, (_, index) => ({
        ...{ name: `many-${index}`, network: 'blue', mac: `02:01:00:00:00:${hex(index)}` },
        ips: [`10.1.0.${index}`],
      }));
      await site.controller.apply(ports.map(portManifest).join(''));
      const words = ports.flatMap(({ name }, index) => [
        ...['--', 'add-port', 'br-int', `many${index}`, '--', 'set', 'interface', `many${index}`],
        ...['type=internal', `external_ids:iface-id=${name}`],
      ]);
      await site.hv(1).vsctl('--no-wait', ...words.slice(1));
      await site.until('some of the flows', async () => {
        return /flow_count=(\d{2,})/.test(await site.hv(2).ofctl('dump-aggregate', 'table=40'));
      });
      await site.controller.kill();
      await site.controller.start();
      await site.until('every port active', async () => {
        const active = (await site.ports()).filter(({ status }) => status.phase === 'active');
        return active.length === COUNT + 3;
      });
      await site.settled();
      await expectPings();
    },
  );
}
