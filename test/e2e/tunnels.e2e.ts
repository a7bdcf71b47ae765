/**
 * Tunnels as a hypervisor asks for them, and monitored ones: what is on the wire, what is told, and what becomes of an
 * edge whose underlay fails. Everything with monitored tunnels beside the data.
 */
import { expect } from 'chai';
import type { NveView, TunnelView } from '../../lib/model/views.ts';
import type { Encapsulation } from '../../scripts/lab/checks.ts';
import type { Hypervisor } from '../../scripts/lab/hypervisor.ts';
import { PingMesh } from '../../scripts/lab/ping-mesh.ts';
import { copiesOfCast } from './support/copies.ts';
import { figure } from './support/figures.ts';
import { scenariosOn } from './support/scenario.ts';
import { Site } from './support/site.ts';

let site: Site;
const scenario = scenariosOn(() => site);

const INTERVAL_MS = 100;
const UDP = { vxlan: 8472, geneve: 6082 } as const;
const COUNT = 5;

/** The second underlay of a hypervisor: on the same cable, with addresses and a route of its own. */
const second = ({ index }: Hypervisor): string => `10.10.0.${index}`;

describe('tunnels with options, monitored', () => {
  before(async () => {
    const args = ['--bfd-interval-ms', String(INTERVAL_MS)];
    site = await Site.open({ prefix: 'nvtu', hypervisors: 3, underlay: 'both', args });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2, 3]);
    await site.declare({ name: 'red', vni: 5002 }, [1, 2, 3]);
  });

  after(() => site?.close());

  for (const encapsulation of ['vxlan', 'geneve', 'gre'] as const) {
    scenario(
      `over ${encapsulation}, data passes beside the monitored tunnels with the options that were asked for, over IPv4 and IPv6`,
      () => optionsOnTheWire(encapsulation),
    );
  }

  scenario('a network may have the key of the monitored tunnels, which give way', keyGivesWay);
  scenario('options change live, and the ports stay', liveChange);
  scenario('two NVEs with unequal UDP ports use another encapsulation', unequalPorts);
  scenario('what an NVE cannot have is named, and the rest works', faults);
  scenario('a local address is the only one that is used', localAddress);
  scenario('an edge that is cut off leaves two networks at once, and comes back', deadEdge);
  scenario('an edge with two addresses is reached at the second when the first is cut', failover);
  it('an NVE that is let go keeps no tunnel, nobody monitors it, and nobody is called dead', letGo);
});

async function everybody(ids: Readonly<Record<string, string>>): Promise<void> {
  await Promise.all(site.lab.hypervisors.map((hypervisor) => hypervisor.setExternalIds(ids)));
}

async function without(...keys: readonly string[]): Promise<void> {
  const words = keys.flatMap((key) => ['external_ids', key]);
  await Promise.all(
    site.lab.hypervisors.map((hypervisor) => {
      return hypervisor.vsctl('--no-wait', 'remove', 'Open_vSwitch', '.', ...words);
    }),
  );
}

async function useAddresses(addresses: (hypervisor: Hypervisor) => string): Promise<void> {
  await Promise.all(
    site.lab.hypervisors.map(async (hypervisor) => {
      const wanted = addresses(hypervisor);
      await hypervisor.setExternalIds({ 'nva-encap-ip': wanted });
      await site.nveBecomes(hypervisor.name, (nve) => ipsOf(nve) === wanted);
    }),
  );
}

function ipsOf({ status }: NveView): string {
  return [...new Set(status.endpoints.map(({ ip }) => ip))].join(',');
}

function tunnels(): Promise<readonly TunnelView[]> {
  return site.controller.get<readonly TunnelView[]>('tunnels');
}

async function tunnelsBecome(
  what: string,
  isSo: (tunnel: TunnelView) => boolean,
): Promise<readonly TunnelView[]> {
  let seen: readonly TunnelView[] = [];
  const text = (): string => `${what}: ${JSON.stringify(seen)}`;
  return site.until(text, async () => {
    seen = await tunnels();
    return seen.every(isSo) && seen;
  });
}

const isUp = ({ status }: TunnelView): boolean => status.state === 'up';

async function useEncapsulation(...encapsulation: readonly Encapsulation[]): Promise<void> {
  const chosen = encapsulation.length === 0 ? {} : { encapsulation };
  await site.change({ name: 'blue', vni: 5001, ...chosen }, { name: 'red', vni: 5002, ...chosen });
}

/** Frames of the underlay that the filter takes while blue-1 sends COUNT long pings to blue-2. */
async function framesOf(filter: string): Promise<number> {
  const capture = await site.lab.captureUnderlay(`greater 1000 and (${filter})`);
  try {
    const to = site.tenant('blue-2').ips[0] ?? '';
    const words = ['-s', '1000', '-c', String(COUNT), '-i', '0.02', '-W', '0.5'];
    await site.tenant('blue-1').exec(['ping', '-n', '-I', 'eth0', ...words, to]);
    return await capture.atLeast(COUNT, 500);
  } finally {
    await capture.stop();
  }
}

/** TOS 0x48, TTL 33, no "don't fragment", and a checksum. */
function wireFilter(encapsulation: Encapsulation, family: 4 | 6): string {
  const port = encapsulation === 'gre' ? 0 : UDP[encapsulation];
  if (family === 4) {
    const ip = `src host ${site.hv(1).ipv4} and ip[1] = 0x48 and ip[8] = 33 and ip[6] & 0x40 = 0`;
    if (encapsulation === 'gre') return `${ip} and ip proto 47 and ip[20] & 0x80 != 0`;
    return `${ip} and udp dst port ${port} and udp[6:2] != 0`;
  }
  const ip6 = `src host ${site.hv(1).ipv6} and ip6[0:2] & 0x0ff0 = 0x0480 and ip6[7] = 33`;
  if (encapsulation === 'gre') return `${ip6} and ip6[6] = 47 and ip6[40] & 0x80 != 0`;
  return `${ip6} and ip6[6] = 17 and ip6[42:2] = ${port} and ip6[46:2] != 0`;
}

async function optionsOnTheWire(encapsulation: Encapsulation): Promise<void> {
  await everybody({
    ...{ 'nva-encap-port': `vxlan:${UDP.vxlan},geneve:${UDP.geneve}`, 'nva-encap-csum': 'true' },
    ...{ 'nva-encap-df': 'false', 'nva-encap-ttl': '33', 'nva-encap-tos': '72' },
  });
  await useEncapsulation(encapsulation);
  for (const family of [4, 6] as const) {
    await useAddresses(({ ipv4, ipv6 }) => (family === 4 ? ipv4 : ipv6));
    const seen = await tunnelsBecome('tunnels', (one) => one.type === encapsulation && isUp(one));
    expect(seen).to.have.length(6);
    expect(seen[0]?.port).to.equal(encapsulation === 'gre' ? undefined : UDP[encapsulation]);
    const mesh = await PingMesh.start(site.lab.tenants);
    expect((await mesh.stop()).losses).to.deep.equal([]);
    expect(await framesOf(wireFilter(encapsulation, family))).to.equal(COUNT);
  }
}

async function keyGivesWay(): Promise<void> {
  await useAddresses(({ ipv4 }) => ipv4);
  await useEncapsulation('vxlan');
  await site.change({ name: 'blue', vni: 0, encapsulation: ['vxlan'] });
  await tunnelsBecome('all up', isUp);
  const mesh = await PingMesh.start(site.lab.tenants);
  expect((await mesh.stop()).losses).to.deep.equal([]);
  await useEncapsulation('vxlan');
}

async function liveChange(): Promise<void> {
  const numbers = (): Promise<string> => site.hv(1).ofctl('show');
  const port = /\d+\(nva-vxlan\): addr:\S+/;
  await tunnelsBecome('all up', isUp);
  const before = port.exec(await numbers())?.[0];
  const mesh = await PingMesh.start(site.lab.tenants);
  await everybody({ 'nva-encap-ttl': '44', 'nva-encap-tos': 'inherit', 'nva-encap-csum': 'false' });
  await mesh.answered(50);
  const soft = await mesh.stop();
  figure(`TTL, TOS and checksum changed: ${soft.lost} of ${soft.sent} pings lost`);
  expect(
    await framesOf(`src host ${site.hv(1).ipv4} and udp dst port 8472 and ip[8] = 44`),
  ).to.equal(COUNT);
  const again = await PingMesh.start(site.lab.tenants);
  await without('nva-encap-port', 'nva-encap-ttl', 'nva-encap-tos', 'nva-encap-csum');
  await again.answered(50);
  const hard = await again.stop();
  figure(
    `UDP port changed everywhere: ${hard.lost} of ${hard.sent} pings lost, longest gap ${hard.longestGapMs} ms`,
  );
  expect(
    await framesOf(`src host ${site.hv(1).ipv4} and udp dst port 4789 and ip[8] = 64`),
  ).to.equal(COUNT);
  expect(port.exec(await numbers())?.[0]).to.equal(before);
  expect(soft.losses).to.deep.equal([]);
}

async function unequalPorts(): Promise<void> {
  await site.hv(1).setExternalIds({ 'nva-encap-port': 'vxlan:8472' });
  await site.nveBecomes('h1', ({ status }) => status.endpoints.some(({ port }) => port === 8472));
  const { status } = await site.network('blue');
  const said = status.conditions.filter(({ code }) => code === 'no-common-encapsulation');
  expect(said[0]?.message).to.contain('vxlan has UDP port 8472 on one and 4789 on the other');
  await useEncapsulation('vxlan', 'geneve');
  const used = await tunnels();
  const typesWith = (nve: string): Set<string> =>
    new Set(used.filter((one) => one.nve === nve || one.remote === nve).map(({ type }) => type));
  expect([...typesWith('h1')]).to.deep.equal(['geneve']);
  expect(typesWith('h2')).to.include('vxlan');
  expect(await site.tenant('blue-1').reaches(site.tenant('blue-2').ips[0] ?? '')).to.equal(true);
  await without('nva-encap-port');
}

async function faults(): Promise<void> {
  const hypervisor = site.hv(1);
  const codes = ({ status }: NveView): string => status.conditions.map(({ code }) => code).join();
  await hypervisor.setExternalIds({
    ...{ 'nva-encap-port': 'vxlan:99999,gre:47', 'nva-encap-ttl': 'x' },
    'nva-encap-type': 'stt,vxlan,geneve',
  });
  const expected = ['encapsulation-stt', 'encap-ttl-invalid', 'encap-port-invalid'];
  await site.nveBecomes('h1', (nve) => expected.every((code) => codes(nve).includes(code)));
  await without('nva-encap-ttl', 'nva-encap-type');
  // Another tunnel of the operator's takes all that comes to a UDP port; Open vSwitch would say nothing.
  const theirs = ['type=vxlan', 'options:remote_ip=flow', 'options:key=flow'];
  const words = ['theirs', '--', 'set', 'interface', 'theirs', ...theirs, 'options:dst_port=8472'];
  await hypervisor.vsctl('add-port', 'br-phy', ...words);
  await hypervisor.setExternalIds({ 'nva-encap-port': 'vxlan:8472' });
  const { status } = await site.nveBecomes('h1', (nve) => codes(nve) === 'vxlan-lacking');
  expect(status.conditions[0]?.message).to.contain('port theirs takes all that comes by it');
  expect([...new Set(status.endpoints.map(({ type }) => type))]).to.not.include('vxlan');
  expect(await site.tenant('blue-1').reaches(site.tenant('blue-2').ips[0] ?? '')).to.equal(true);
  await hypervisor.vsctl('del-port', 'br-phy', 'theirs');
  await site.nveBecomes('h1', (nve) => nve.status.endpoints.some(({ port }) => port === 8472));
  await without('nva-encap-port');
  await site.nveBecomes('h1', (nve) => codes(nve) === '');
}

async function giveSecondAddresses(): Promise<void> {
  await Promise.all(
    site.lab.hypervisors.map((hypervisor) =>
      hypervisor.exec(['ip', 'addr', 'replace', `${second(hypervisor)}/24`, 'dev', 'br-phy']),
    ),
  );
}

async function localAddress(): Promise<void> {
  await giveSecondAddresses();
  await useAddresses((one) => `${one.ipv4},${second(one)}`);
  const [hypervisor, ip] = [site.hv(1), second(site.hv(1))];
  await hypervisor.setExternalIds({ 'nva-encap-local-ip': ip });
  const { status } = await site.nveBecomes('h1', (nve) => ipsOf(nve) === ip);
  expect(status.conditions.map(({ code }) => code)).to.deep.equal(['encap-ip-unused']);
  await useEncapsulation('vxlan');
  expect(await site.tenant('blue-2').reaches(site.tenant('blue-1').ips[0] ?? '')).to.equal(true);
  // To the other's first address, from the one that was asked for.
  expect(await framesOf(`src host ${ip} and dst host ${site.hv(2).ipv4}`)).to.equal(COUNT);
  await without('nva-encap-local-ip');
}

async function deadEdge(): Promise<void> {
  await useAddresses(({ ipv4 }) => ipv4);
  await tunnelsBecome('all up', isUp);
  const watch = async (): Promise<string[]> => {
    const flows = await site.hv(1).ofctl('dump-flows', 'table=40', '--no-stats');
    const lines = flows.split('\n').filter((line) => line.includes('tun_dst'));
    const sites = [5001, 5002].map((vni) => `reg0=0x${vni.toString(16)}`);
    return sites.map((vni) => String(lines.filter((line) => line.includes(`${vni},`)).length));
  };
  expect(await watch()).to.deep.equal(['2', '2']);
  const rest = site.lab.tenants.filter(({ hypervisor }) => hypervisor !== site.hv(3));
  const mesh = await PingMesh.start(rest);
  const start = performance.now();
  await site.hv(3).setUnderlay('down');
  const seen = new Set<string>();
  await site.until('h3 withdrawn', async () => {
    const counts = (await watch()).join();
    seen.add(counts);
    return counts === '1,1';
  });
  const withdrawn = Math.round(performance.now() - start);
  // Never out of one network and in the other still.
  expect([...seen].filter((counts) => counts !== '2,2' && counts !== '1,1')).to.deep.equal([]);
  const said = await site.events();
  const at = (code: string): number[] =>
    said
      .filter(
        (event) => event.code === code && (code !== 'tunnel-down' || event.object !== 'nve/h3'),
      )
      .map(({ time }) => Date.parse(time));
  const [lastDown = 0, dead = 0] = [at('tunnel-down').at(-1), at('nve-unreachable').at(-1)];
  figure(
    `cut off at 100 ms of BFD: withdrawn ${withdrawn} ms later, decided ${dead - lastDown} ms after the last word`,
  );
  const nve = await site.nve('h3');
  expect(nve.status.conditions.map(({ code }) => code)).to.deep.equal(['nve-unreachable']);
  const down = (await tunnels()).filter(({ status }) => status.state === 'down');
  expect(down.map(({ name }) => name.replace(/\/.*/, ''))).to.include.members(['h1->h3', 'h2->h3']);
  expect(down[0]?.status.diagnostic).to.equal('Control Detection Time Expired');
  expect(
    Object.keys((await copiesOfCast(site.lab, site.tenant('blue-1'), 'broadcast', COUNT)).underlay),
  ).to.deep.equal(['h1->h2']);
  await site.hv(3).setUnderlay('up');
  const back = performance.now();
  await site.until('h3 back', async () => (await watch()).join() === '2,2');
  figure(`plugged in again: back ${Math.round(performance.now() - back)} ms later`);
  await tunnelsBecome('all up', isUp);
  expect((await mesh.stop()).losses).to.deep.equal([]);
}

/** Drops all that comes to and from one address of a hypervisor, in its own underlay bridge. */
async function cut(hypervisor: Hypervisor, ip: string): Promise<void> {
  for (const field of ['nw_dst', 'nw_src']) {
    await hypervisor.ofctlOn('br-phy', 'add-flow', `priority=100,ip,${field}=${ip},actions=drop`);
  }
}

async function failover(): Promise<void> {
  await giveSecondAddresses();
  await useAddresses((one) => `${one.ipv4},${second(one)}`);
  await tunnelsBecome('all up', isUp);
  expect((await tunnels()).map(({ remoteIp }) => remoteIp.slice(0, 5))).to.not.include('10.10');
  expect(
    (await copiesOfCast(site.lab, site.tenant('blue-1'), 'broadcast', COUNT)).tenants,
  ).to.deep.equal({ 'blue-2': COUNT, 'blue-3': COUNT });
  const hypervisor = site.hv(2);
  const mesh = await PingMesh.start(site.lab.tenants);
  await cut(hypervisor, hypervisor.ipv4);
  await mesh.answered(100);
  const lost = await mesh.stop();
  const millis = lost.longestGapMs;
  figure(`first address cut: ${lost.lost} of ${lost.sent} pings lost, longest gap ${millis} ms`);
  expect(millis).to.be.within(INTERVAL_MS, 3_000);
  const used = new Map(
    (await tunnels()).map(({ nve, remote, remoteIp }) => [`${nve}->${remote}`, remoteIp]),
  );
  expect(used.get('h1->h2')).to.equal(second(hypervisor));
  expect(used.get('h2->h1')).to.equal(second(site.hv(1)));
  expect(used.get('h1->h3')).to.equal(site.hv(3).ipv4);
  const { status } = await site.nve('h2');
  expect(status.conditions.map(({ code }) => code)).to.deep.equal(['address-unreachable']);
  const again = await PingMesh.start(site.lab.tenants);
  await hypervisor.ofctlOn('br-phy', 'del-flows', 'ip');
  await tunnelsBecome('the first again', (one) => isUp(one) && one.remoteIp.startsWith('10.9.'));
  expect((await again.stop()).losses).to.deep.equal([]);
}

/** The last one: its bridge stays, since tenants are on it. */
async function letGo(): Promise<void> {
  const gone = site.hv(3);
  const failures = async (): Promise<number> =>
    (await site.events()).filter(({ code }) => /unreachable$/.test(code)).length;
  const interfaces = (hypervisor: Hypervisor): Promise<string> =>
    hypervisor.vsctl('--no-wait', '--columns=name,options', '--bare', 'list', 'Interface');
  const monitors = async (hypervisor: Hypervisor): Promise<boolean> =>
    (await interfaces(hypervisor)).includes(gone.ipv4);
  await site.until('h3 is monitored', () => monitors(site.hv(1)));
  const before = await failures();
  await site.controller.must('delete', 'nve', 'h3', '--wait=20');
  expect(await interfaces(gone))
    .to.contain('br-int')
    .and.not.match(/^nva-/m);
  for (const hypervisor of [site.hv(1), site.hv(2)]) {
    await site.until('no tunnel to h3', async () => !(await monitors(hypervisor)));
  }
  await site.controller.must('wait', '--timeout', '10');
  expect(await failures()).to.equal(before);
}
