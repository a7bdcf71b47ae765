/**
 * What a virtual network promises, tried by its tenants: everybody reaches everybody, a broadcast reaches each
 * member once, and nothing reaches another network. Used by the demo and by the end-to-end tests.
 */
import type { Capture } from './capture.ts';
import type { Lab } from './lab.ts';
import type { Tenant } from './tenant.ts';

export interface Verdict {
  readonly passed: boolean;
  /** What was seen, short: `24 of 24 pings`. */
  readonly summary: string;
  /** One sentence per fault. */
  readonly faults: readonly string[];
}

export interface PingCheck extends Verdict {
  readonly pairs: number;
}

/** Pings at once; more would queue for the two cores of a small machine and lose by time, not by fault. */
const PINGS_AT_ONCE = 8;
const PINGS_PER_PAIR = 3;
const BROADCASTS = 5;

export function members(lab: Lab, network: string): Tenant[] {
  return lab.tenants.filter((tenant) => tenant.network === network);
}

export function networks(lab: Lab): string[] {
  return [...new Set(lab.tenants.map((tenant) => tenant.network))];
}

/** The upper byte of the ICMP identifier of a network's pings: its MACs and addresses may be another's too. */
function markOf(lab: Lab, network: string): number {
  return 0x40 + networks(lab).indexOf(network);
}

function identifiersOf(lab: Lab, network: string): () => number {
  let next = 0;
  return () => (markOf(lab, network) << 8) | (next++ & 0xff);
}

interface Pair {
  readonly from: Tenant;
  readonly to: Tenant;
  readonly ip: string;
}

function pairsOf(tenants: readonly Tenant[]): Pair[] {
  return tenants.flatMap((from) =>
    tenants.filter((to) => to !== from).flatMap((to) => to.ips.map((ip) => ({ from, to, ip }))),
  );
}

/**
 * Every ordered pair of a network, by every address, twice. First each pair may take until `deadlineMs` for its first
 * answer: the switches learn the underlay's addresses from the first frames, and settle after a change of their tunnel
 * ports. Once all have answered, nothing may be lost or doubled.
 */
export async function everyPairPings(
  lab: Lab,
  network: string,
  deadlineMs = 5000,
): Promise<PingCheck> {
  const pairs = pairsOf(members(lab, network));
  const identifier = identifiersOf(lab, network);
  const faults: string[] = [];
  await inParallel(pairs, PINGS_AT_ONCE, async (pair) => {
    if (await pair.from.reaches(pair.ip, deadlineMs, identifier)) return;
    faults.push(`${pathOf(pair)}: no answer within ${deadlineMs} ms`);
  });
  const answered = faults.length === 0 ? pairs : [];
  await inParallel(answered, PINGS_AT_ONCE, async (pair) => {
    const result = await pair.from.ping(pair.ip, {
      ...{ count: PINGS_PER_PAIR, intervalMs: 20 },
      identifier: identifier(),
    });
    if (result.lost > 0) faults.push(`${pathOf(pair)}: ${result.lost} of ${result.sent} lost`);
    if (result.duplicates > 0) {
      faults.push(`${pathOf(pair)}: ${result.duplicates} answers too many`);
    }
  });
  const passed = faults.length === 0;
  const failed = new Set(faults.map((fault) => fault.split(': ', 1)[0])).size;
  const summary = `${pairs.length - failed} of ${pairs.length} pairs`;
  return { passed, pairs: pairs.length, summary, faults };
}

function pathOf({ from, to, ip }: Pair): string {
  return `${from.name} to ${to.name} (${ip})`;
}

/** IPv4's broadcast address of the tenant's /24. */
function broadcastAddress(tenant: Tenant): string {
  const ip = tenant.ips.find((address) => address.includes('.'));
  if (ip === undefined) throw new Error(`${tenant.name} has no IPv4 address to broadcast from`);
  return ip.replace(/\d+$/, '255');
}

/**
 * Some broadcasts from each member in turn: each other member of its network must get each of them once, its sender
 * and every tenant of another network none.
 */
export async function broadcastReachesEachMemberOnce(lab: Lab, network: string): Promise<Verdict> {
  const faults: string[] = [];
  const senders = members(lab, network);
  let copies = 0;
  for (const sender of senders) {
    const counts = await countBroadcast(lab, sender, BROADCASTS);
    for (const [receiver, count] of counts) {
      const expected = receiver.network === network && receiver !== sender ? BROADCASTS : 0;
      copies += count;
      if (count !== expected) {
        const what = `${BROADCASTS} broadcasts of ${sender.name}`;
        faults.push(
          `${what}: ${receiver.name} (${receiver.network}) got ${count}, not ${expected}`,
        );
      }
    }
  }
  const wanted = senders.length * (senders.length - 1) * BROADCASTS;
  return { passed: faults.length === 0, summary: `${copies} of ${wanted} copies`, faults };
}

/**
 * How many copies each tenant of the lab gets of `count` broadcasts by `sender`; the sender itself: how many come
 * back to it. (pcap's `inbound` is not used: on a veth it overlooks the first frame.)
 */
export async function countBroadcast(
  lab: Lab,
  sender: Tenant,
  count: number,
): Promise<Map<Tenant, number>> {
  // MACs are the same in several networks: the ICMP identifier tells our frames from all others.
  const identifier = 1 + Math.floor(Math.random() * 0xfffe);
  const filter = `ether broadcast and icmp[0] == 8 and icmp[4:2] == ${identifier}`;
  const captures = await Promise.all(
    lab.tenants.map(async (tenant) => [tenant, await tenant.capture(filter)] as const),
  );
  try {
    await sender.exec([
      ...['ping', '-n', '-b', '-e', String(identifier), '-c', String(count), '-i', '0.01'],
      ...['-W', '0.01', broadcastAddress(sender)],
    ]);
    return await settledCounts(captures, sender, count);
  } finally {
    await Promise.all(captures.map(([, capture]) => capture.stop()));
  }
}

async function settledCounts(
  captures: readonly (readonly [Tenant, Capture])[],
  sender: Tenant,
  count: number,
): Promise<Map<Tenant, number>> {
  const counted = await Promise.all(
    captures.map(async ([tenant, capture]) => {
      const seen = await capture.atLeast(tenant.network === sender.network ? count : 0, 2000);
      // The sender's capture shows what it sent, too.
      return [tenant, tenant === sender ? seen - count : seen] as const;
    }),
  );
  return new Map(counted);
}

/** Tenants of every other network listen while those of `network` ping in `work`: they must hear nothing of it. */
export async function othersHearNothing(
  lab: Lab,
  network: string,
  work: () => Promise<void>,
): Promise<Verdict> {
  const strangers = lab.tenants.filter((tenant) => tenant.network !== network);
  const mark = markOf(lab, network);
  const filter = `(icmp and icmp[4] == ${mark}) or (icmp6 and ip6[40] & 0xfe == 128 and ip6[44] == ${mark})`;
  const captures = await Promise.all(
    strangers.map(async (tenant) => [tenant, await tenant.capture(filter)] as const),
  );
  const faults: string[] = [];
  try {
    await work();
    await Promise.all(captures.map(([, capture]) => capture.quiet()));
    for (const [tenant, capture] of captures) {
      const [first] = capture.lines;
      if (first === undefined) continue;
      const count = capture.lines.length;
      faults.push(`${tenant.name} (${tenant.network}) heard ${count} frames, first ${first}`);
    }
  } finally {
    await Promise.all(captures.map(([, capture]) => capture.stop()));
  }
  return {
    passed: faults.length === 0,
    summary: `${captures.length} tenants of other networks heard ${faults.length === 0 ? 'nothing' : 'something'}`,
    faults,
  };
}

export type Encapsulation = 'vxlan' | 'geneve' | 'gre';

/** What an encapsulation looks like on the underlay, in pcap's language; IPv4 and IPv6. RFC 7348, 8926, 2784. */
export const ON_THE_WIRE: Readonly<Record<Encapsulation, string>> = {
  vxlan: 'udp dst port 4789',
  geneve: 'udp dst port 6081',
  gre: '(ip proto 47 or ip6 proto 47)',
};

/** Only `encapsulation` may be on the underlay while `work` goes on, and some of it must be. */
export async function onlyEncapsulation(
  lab: Lab,
  encapsulation: Encapsulation,
  work: () => Promise<void>,
): Promise<Verdict> {
  const names = Object.keys(ON_THE_WIRE) as Encapsulation[];
  const captures = await Promise.all(
    names.map(async (name) => [name, await lab.captureUnderlay(ON_THE_WIRE[name])] as const),
  );
  const faults: string[] = [];
  let frames = 0;
  try {
    await work();
    for (const [name, capture] of captures) {
      const count = capture.lines.length;
      if (name === encapsulation) frames = count;
      if (name === encapsulation && count === 0) faults.push(`no ${name} frame on the underlay`);
      if (name !== encapsulation && count > 0)
        faults.push(`${count} ${name} frames on the underlay`);
    }
  } finally {
    await Promise.all(captures.map(([, capture]) => capture.stop()));
  }
  return { passed: faults.length === 0, summary: `${frames} ${encapsulation} frames`, faults };
}

async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
