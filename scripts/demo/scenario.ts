/**
 * The main job, from nothing to tenants that ping, on a lab: the steps of `make demo`, in order.
 */
import {
  broadcastReachesEachMemberOnce,
  type Encapsulation,
  everyPairPings,
  networks,
  ON_THE_WIRE,
  onlyEncapsulation,
  othersHearNothing,
  type Verdict,
} from '../lab/checks.ts';
import type { Controller } from '../lab/controller.ts';
import type { Lab } from '../lab/lab.ts';
import { until } from '../lab/waiting.ts';
import type { ExampleManifest } from './manifest.ts';
import { say, show, title } from './report.ts';

interface NveInJson {
  readonly name: string;
  readonly status: { readonly connected: boolean };
}

interface PortInJson {
  readonly name: string;
  readonly status: { readonly phase: string; readonly reason?: string };
}

const WAIT_SECONDS = 30;
const WAIT_MS = WAIT_SECONDS * 1000;

/** The hypervisors' whole part: `ovs-vsctl set-manager`. */
export async function joinHypervisors(lab: Lab, controller: Controller): Promise<void> {
  for (const hypervisor of lab.hypervisors) {
    await hypervisor.joinManager(controller.manager);
    say(`${hypervisor.name}: ovs-vsctl set-manager ${controller.manager}`);
  }
  await until('every hypervisor as a connected NVE', () => allConnected(lab, controller), {
    deadlineMs: WAIT_MS,
    everyMs: 100,
  });
  await Promise.all(lab.hypervisors.map((hypervisor) => hypervisor.waitForBridge('br-int')));
  say(`${lab.hypervisors.length} NVEs are connected, each with the br-int that nva made`);
}

async function allConnected(lab: Lab, controller: Controller): Promise<boolean> {
  const nves = await controller.get<readonly NveInJson[]>('nves');
  const connected = new Set(nves.filter((nve) => nve.status.connected).map((nve) => nve.name));
  return lab.hypervisors.every((hypervisor) => connected.has(hypervisor.name));
}

/** Spread so that one MAC address is on different hypervisors in different networks. */
export async function attachTenants(lab: Lab, manifest: ExampleManifest): Promise<void> {
  const names = [...new Set(manifest.ports.map((port) => port.network))];
  const count = lab.hypervisors.length;
  await Promise.all(
    names.flatMap((network, shift) =>
      manifest.ports
        .filter((port) => port.network === network)
        .map(async (port, position) => {
          const hypervisor = lab.hv(1 + ((position + shift) % count));
          const tenant = await lab.addTenant({ ...port, hypervisor });
          await tenant.attach();
        }),
    ),
  );
  for (const hypervisor of lab.hypervisors) {
    const here = lab.tenants.filter((tenant) => tenant.hypervisor === hypervisor);
    say(`${hypervisor.name}: iface-id ${here.map((tenant) => tenant.ifaceId).join(', ')}`);
  }
}

export async function waitForPorts(controller: Controller, expected: number): Promise<void> {
  let waiting: readonly PortInJson[] = [];
  const allActive = async () => {
    const ports = await controller.get<readonly PortInJson[]>('ports');
    waiting = ports.filter((port) => port.status.phase !== 'active');
    return ports.length >= expected && waiting.length === 0;
  };
  try {
    await until('every port active', allActive, { deadlineMs: WAIT_MS, everyMs: 100 });
  } catch (error) {
    const reasons = waiting.map((port) => `${port.name} is ${port.status.phase}`);
    throw new Error(`${error instanceof Error ? error.message : error} (${reasons.join(', ')})`);
  }
  say(`${expected} ports are active`);
}

/** Both networks over one encapsulation; gives the faults. */
async function tryEncapsulation(
  lab: Lab,
  controller: Controller,
  manifest: ExampleManifest,
  encapsulation: Encapsulation,
): Promise<readonly string[]> {
  title(encapsulation.toUpperCase());
  await controller.apply(manifest.networksWith(encapsulation), WAIT_SECONDS);
  say(`nva apply: encapsulation [${encapsulation}], confirmed by every NVE`);
  const faults: string[] = [];
  const note = (what: string, verdict: Verdict) => {
    say(`${verdict.passed ? 'ok  ' : 'FAIL'} ${what}: ${verdict.summary}`);
    for (const fault of verdict.faults) show(`               ${fault}`);
    faults.push(...verdict.faults.map((fault) => `${encapsulation}: ${fault}`));
  };
  const wire = await onlyEncapsulation(lab, encapsulation, async () => {
    for (const network of networks(lab)) {
      const alone = await othersHearNothing(lab, network, async () => {
        note(`${network}: pings by IPv4 and IPv6`, await everyPairPings(lab, network));
      });
      note(`${network}: keeps to itself`, alone);
      note(`${network}: broadcasts`, await broadcastReachesEachMemberOnce(lab, network));
    }
  });
  note('on the underlay', wire);
  return faults;
}

export async function tryEveryEncapsulation(
  lab: Lab,
  controller: Controller,
  manifest: ExampleManifest,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const encapsulation of Object.keys(ON_THE_WIRE) as Encapsulation[]) {
    faults.push(...(await tryEncapsulation(lab, controller, manifest, encapsulation)));
  }
  return faults;
}

/** As the command line prints them. */
export async function showTables(controller: Controller): Promise<void> {
  for (const kind of ['nves', 'ports', 'mappings', 'tunnels']) {
    title(`$ nva get ${kind}`);
    show(await controller.must('get', kind));
  }
}

export function showHints(lab: Lab, controller: Controller, program: string): void {
  const [from, to] = lab.tenants;
  const hypervisor = from?.hypervisor;
  if (from === undefined || to === undefined || hypervisor === undefined) return;
  const target = lab.tenants.find((tenant) => tenant.network === from.network && tenant !== from);
  title('The lab stays up. As root, try:');
  show(
    [
      `export NVA_API=${controller.api}`,
      `node ${program} get ports`,
      `node ${program} flows ${hypervisor.name} --diff`,
      `${from.enterCommand} ping ${target?.ips[0] ?? to.ips[0]}`,
      `ovs-ofctl -O OpenFlow15 dump-flows ${hypervisor.managementSocket('br-int')}`,
      `ovs-appctl -t ${hypervisor.folder}/vs.ctl ofproto/trace br-int \\`,
      `  $(ovs-vsctl --db=unix:${hypervisor.databaseSocket} get interface ${from.device} ofport | sed s/^/in_port=/),dl_src=${from.mac},dl_dst=${target?.mac ?? to.mac}`,
      `tail -f ${controller.logFile}`,
      'make demo-down',
    ]
      .map((line) => `  ${line}`)
      .join('\n'),
  );
}
