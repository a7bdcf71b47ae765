/**
 * Virtual networks by hand, for the tests of the lab itself: the fewest flows that carry a network's frames.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Encapsulation } from '../../scripts/lab/checks.ts';
import type { Hypervisor } from '../../scripts/lab/hypervisor.ts';
import type { Lab } from '../../scripts/lab/lab.ts';
import type { Tenant } from '../../scripts/lab/tenant.ts';

const TUNNEL_PORT = 1000;
export interface HandOptions {
  /** Default 4. */
  readonly underlay?: 4 | 6;
  /** The network that a tenant is really put into. Default: its own. */
  readonly networkOf?: (tenant: Tenant) => string;
}

const GROUP_MAC = '01:00:00:00:00:00/01:00:00:00:00:00';

/** A tunnel port of this encapsulation instead of the last one, and the flows for all tenants where they are now. */
export async function connectByHand(
  lab: Lab,
  encapsulation: Encapsulation,
  options: HandOptions = {},
): Promise<void> {
  await Promise.all(
    lab.hypervisors.map(async (hypervisor) => {
      await hypervisor.vsctl(
        ...['--if-exists', 'del-port', 'tunnel', '--', 'add-port', 'br-int', 'tunnel', '--'],
        ...['set', 'interface', 'tunnel', `type=${encapsulation}`, 'options:key=flow'],
        ...['options:remote_ip=flow', `ofport_request=${TUNNEL_PORT}`],
      );
    }),
  );
  await flowsByHand(lab, options);
}

export async function flowsByHand(lab: Lab, options: HandOptions = {}): Promise<void> {
  const numbers = new Map<Tenant, number>();
  for (const tenant of lab.tenants) {
    const port = await tenant.ofport();
    if (port !== undefined) numbers.set(tenant, port);
  }
  await Promise.all(
    lab.hypervisors.map(async (hypervisor) => {
      const file = join(hypervisor.folder, 'flows-by-hand.txt');
      writeFileSync(file, flowsOf(hypervisor, numbers, options).join('\n'));
      await hypervisor.ofctl('replace-flows', file);
    }),
  );
}

function flowsOf(
  hypervisor: Hypervisor,
  numbers: ReadonlyMap<Tenant, number>,
  { underlay = 4, networkOf = ownNetwork }: HandOptions,
): string[] {
  const all = [...numbers.keys()];
  const flows: string[] = [];
  for (const [tenant, port] of numbers) {
    if (tenant.hypervisor !== hypervisor) continue;
    const vni = vniOf(networkOf(tenant));
    const others = all.filter(
      (other) => other !== tenant && networkOf(other) === networkOf(tenant),
    );
    const here = others.filter((other) => other.hypervisor === hypervisor);
    const away = new Set(others.map((other) => other.hypervisor));
    away.delete(hypervisor);
    const local = here.map((other) => `output:${numbers.get(other)}`);
    const remote = [...away].map((target) => intoTunnel(vni, target, underlay));
    const everywhere = [...local, ...remote].join() || 'drop';
    flows.push(`in_port=${port},dl_dst=${GROUP_MAC},actions=${everywhere}`);
    for (const other of others) {
      const output = here.includes(other)
        ? `output:${numbers.get(other)}`
        : intoTunnel(vni, other.hypervisor, underlay);
      flows.push(`in_port=${port},dl_dst=${other.mac},actions=${output}`);
    }
    const fromTunnel = `in_port=${TUNNEL_PORT},tun_id=${vni}`;
    flows.push(`${fromTunnel},dl_dst=${tenant.mac},actions=output:${port}`);
  }
  return [...flows, ...floodsFromTunnel(hypervisor, numbers, networkOf)];
}

function floodsFromTunnel(
  hypervisor: Hypervisor,
  numbers: ReadonlyMap<Tenant, number>,
  networkOf: (tenant: Tenant) => string,
): string[] {
  const locals = new Map<number, string[]>();
  for (const [tenant, port] of numbers) {
    if (tenant.hypervisor !== hypervisor) continue;
    const vni = vniOf(networkOf(tenant));
    locals.set(vni, [...(locals.get(vni) ?? []), `output:${port}`]);
  }
  return [...locals].map(
    ([vni, outputs]) =>
      `in_port=${TUNNEL_PORT},tun_id=${vni},dl_dst=${GROUP_MAC},actions=${outputs.join()}`,
  );
}

function intoTunnel(vni: number, target: Hypervisor, underlay: 4 | 6): string {
  const destination =
    underlay === 4 ? `set_field:${target.ipv4}->tun_dst` : `set_field:${target.ipv6}->tun_ipv6_dst`;
  return `set_field:${vni}->tun_id,${destination},output:${TUNNEL_PORT}`;
}

function ownNetwork(tenant: Tenant): string {
  return tenant.network;
}

/** Any number that differs between the names a test uses. */
function vniOf(network: string): number {
  return [...network].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) & 0xffffff;
}
