/**
 * Counting copies: what of some frames that a tenant sends arrives at each tenant, and what of them crosses the
 * underlay between which hypervisors.
 */
import type { Capture } from '../../../scripts/lab/capture.ts';
import type { Lab } from '../../../scripts/lab/lab.ts';
import type { Tenant } from '../../../scripts/lab/tenant.ts';

export type Cast = 'broadcast' | 'IPv4 multicast' | 'IPv6 multicast' | 'unknown unicast';

export interface Copies {
  /** By tenant's name; tenants that got none are left out. */
  readonly tenants: Readonly<Record<string, number>>;
  /** `h1->h2`: frames on the underlay. */
  readonly underlay: Readonly<Record<string, number>>;
}

/** So large that no other frame of the lab (ARP, ND, short pings) is counted, on the underlay least of all. */
const PAYLOAD_BYTES = 1000;
const UNKNOWN_IP = '192.168.7.250';
const UNKNOWN_MAC = '02:00:00:00:fa:fa';

const TARGETS: Readonly<Record<Cast, readonly string[]>> = {
  broadcast: ['-b', '192.168.7.255'],
  'IPv4 multicast': ['239.7.7.7'],
  'IPv6 multicast': ['-6', 'ff02::7777'],
  'unknown unicast': [UNKNOWN_IP],
};

/** `count` frames of the kind from `sender`. Its own capture does not count. */
export async function copiesOfCast(
  lab: Lab,
  sender: Tenant,
  cast: Cast,
  count: number,
): Promise<Copies> {
  if (cast === 'unknown unicast') {
    const neighbour = [UNKNOWN_IP, 'lladdr', UNKNOWN_MAC, 'dev', 'eth0', 'nud', 'permanent'];
    await sender.exec(['ip', 'neigh', 'replace', ...neighbour]);
  }
  return copiesOf(lab, sender, TARGETS[cast], count);
}

/** `count` pings from `sender` to another tenant's address, and the answers. */
export function copiesOfPing(
  lab: Lab,
  sender: Tenant,
  target: string,
  count: number,
): Promise<Copies> {
  return copiesOf(lab, sender, target.includes(':') ? ['-6', target] : [target], count);
}

async function copiesOf(
  lab: Lab,
  sender: Tenant,
  target: readonly string[],
  count: number,
): Promise<Copies> {
  const identifier = 1 + Math.floor(Math.random() * 0xfffe);
  const ours = `((icmp and icmp[4:2] == ${identifier}) or (icmp6 and ip6[44:2] == ${identifier}))`;
  const captures = await Promise.all([
    lab.captureUnderlay(`greater ${PAYLOAD_BYTES}`),
    ...lab.tenants.filter((tenant) => tenant !== sender).map((tenant) => tenant.capture(ours)),
  ]);
  try {
    await sender.exec([
      ...['ping', '-n', '-I', 'eth0', '-e', String(identifier), '-s', String(PAYLOAD_BYTES)],
      ...['-c', String(count), '-i', '0.01', '-W', '0.2', ...target],
    ]);
    await Promise.all(captures.map((capture) => capture.quiet()));
    return read(lab, sender, captures);
  } finally {
    await Promise.all(captures.map((capture) => capture.stop()));
  }
}

function read(lab: Lab, sender: Tenant, [wire, ...captures]: readonly Capture[]): Copies {
  const tenants: Record<string, number> = {};
  lab.tenants
    .filter((tenant) => tenant !== sender)
    .forEach((tenant, position) => {
      // Its own answer is no copy that it got; in another network nothing of this may be seen, whatever its MAC.
      const got = (captures[position]?.lines ?? []).filter(
        (line) => tenant.network !== sender.network || !line.includes(` ${tenant.mac} > `),
      );
      if (got.length > 0) tenants[tenant.name] = got.length;
    });
  const underlay: Record<string, number> = {};
  for (const line of wire?.lines ?? []) {
    const path = pathOf(lab, line);
    underlay[path] = (underlay[path] ?? 0) + 1;
  }
  return { tenants, underlay };
}

/** Of the outer header, which tcpdump prints first. */
function pathOf(lab: Lab, line: string): string {
  const [, from = '', to = ''] = /length \d+: (\S+) > (\S+):/.exec(line) ?? [];
  return `${hypervisorAt(lab, from)}->${hypervisorAt(lab, to)}`;
}

function hypervisorAt(lab: Lab, text: string): string {
  const found = lab.hypervisors.find(({ ipv4, ipv6 }) =>
    [ipv4, ipv6].some((ip) => text === ip || text.startsWith(`${ip}.`)),
  );
  return found?.name ?? text;
}
