/**
 * An NVE changes its underlay addresses and encapsulations while everybody pings: the others notice nothing, and where
 * old and new both work, neither does it.
 */
import { expect } from 'chai';
import { PingMesh } from '../../scripts/lab/ping-mesh.ts';
import { figure } from './support/figures.ts';
import { scenariosOn } from './support/scenario.ts';
import { Site } from './support/site.ts';

let site: Site;
const scenario = scenariosOn(() => site);

/** The one that changes. */
const CHANGED = 2;
const [OLD, NEW] = ['10.9.0.2', '10.9.0.102'];
/** Until the changed one's tenants are reached again, where it leaves what it had at once; on a machine with other work. */
const BACK_MAX_MS = 2_000;

describe('an NVE whose underlay changes under traffic', () => {
  before(async () => {
    const args = ['--probe-interval-ms', '1000'];
    site = await Site.open({ prefix: 'nvaul', hypervisors: 3, args });
    // Or the kernel would take the second address of a subnet away with the first.
    await site.hv(CHANGED).exec(['sysctl', '-qw', 'net.ipv4.conf.all.promote_secondaries=1']);
    await site.declare({ name: 'blue' }, [1, 2, 3]);
  });

  after(() => site?.close());

  scenario(
    'loses nothing when an address is added, preferred, and the old one removed',
    async () => {
      await loses('an address added, preferred, the old one removed', 0, async () => {
        await address('add', NEW);
        await use(OLD, NEW);
        await use(NEW, OLD);
        await use(NEW);
        await address('del', OLD);
      });
    },
  );

  scenario('is back soon when its address becomes another at once', async () => {
    await loses('renumbered at once', BACK_MAX_MS, async () => {
      const device = 'dev br-phy';
      const batch = `ip addr del ${NEW}/24 ${device} && ip addr add ${OLD}/24 ${device}`;
      await site.hv(CHANGED).exec(['sh', '-c', batch]);
      await Promise.all([use(OLD), acquaint(OLD)]);
    });
  });

  scenario('loses nothing when its encapsulations become others', async () => {
    for (const types of ['vxlan', 'gre,vxlan', 'geneve', 'geneve,vxlan,gre']) {
      await loses(`encapsulations ${types}`, 0, async () => {
        await site.hv(CHANGED).setExternalIds({ 'nva-encap-type': types });
        const names = types.split(',').sort().join();
        await site.nveBecomes('h2', ({ status }) => {
          return (
            status.endpoints
              .map(({ type }) => type)
              .sort()
              .join() === names
          );
        });
        await settled();
      });
    }
  });

  scenario(
    'has the address that its manager connection comes from where it names none, and the next one',
    followsItsManagerConnection,
  );
});

async function followsItsManagerConnection(): Promise<void> {
  const changed = site.hv(CHANGED);
  const tenants = site.lab.tenants.filter(({ hypervisor }) => hypervisor !== changed);
  const mesh = await PingMesh.start(tenants);
  await changed.vsctl('remove', 'Open_vSwitch', '.', 'external_ids', 'nva-encap-ip');
  await endpointIps(changed.managementIp);
  const moved = '10.8.0.72';
  const device = 'dev mgmt0';
  const batch = `ip addr add ${moved}/24 ${device} && ip addr del ${changed.managementIp}/24 ${device}`;
  const started = performance.now();
  await changed.exec(['sh', '-c', batch]);
  await endpointIps(moved);
  figure(`another default address known after ${Math.round(performance.now() - started)} ms`);
  await use(OLD);
  const { losses } = await mesh.stop();
  expect(losses).to.deep.equal([]);
  await loses('with the address given again', BACK_MAX_MS, async () => undefined);
}

/** Pings between all: the others may lose nothing, the changed one's for no longer than `gapMaxMs`. */
async function loses(title: string, gapMaxMs: number, work: () => Promise<void>): Promise<void> {
  const mesh = await PingMesh.start(site.lab.tenants);
  await work();
  await settled();
  await mesh.answered(20);
  const { pairs, sent, lost, longestGapMs } = await mesh.stop();
  figure(`${title}: ${lost} of ${sent} pings lost, longest gap ${longestGapMs} ms`);
  const others = Object.entries(pairs).filter(([name]) => !name.includes(`blue-${CHANGED}`));
  expect(others).to.have.lengthOf(2);
  for (const [name, result] of others) expect(result.lost, name).to.equal(0);
  expect(longestGapMs, title).to.be.at.most(gapMaxMs);
}

async function settled(): Promise<void> {
  await site.controller.must('wait', '--timeout', '40');
}

/** On the host; without a word to us. */
async function address(what: 'add' | 'del', ip: string): Promise<void> {
  await site.hv(CHANGED).exec(['ip', 'addr', what, `${ip}/24`, 'dev', 'br-phy']);
  if (what === 'add') await acquaint(ip);
}

/** The userspace datapath drops what it has no neighbour for yet; the kernel's keeps it until the answer comes. */
async function acquaint(ip: string): Promise<void> {
  const others = site.lab.hypervisors.filter(({ index }) => index !== CHANGED);
  await Promise.all(others.map((other) => other.exec(['ping', '-c1', '-W2', ip])));
}

async function use(...ips: readonly string[]): Promise<void> {
  await site.hv(CHANGED).setExternalIds({ 'nva-encap-ip': ips.join(',') });
  await endpointIps(...ips);
  await settled();
}

async function endpointIps(...ips: readonly string[]): Promise<void> {
  await site.nveBecomes('h2', ({ status }) => {
    return [...new Set(status.endpoints.map(({ ip }) => ip))].join() === ips.join();
  });
}
