/**
 * Scenarios under traffic: everybody pings everybody at 100 Hz while something fails, and a spare tenant is attached,
 * moved and taken away in the middle of it.
 */
import { expect } from 'chai';
import type { Hypervisor } from '../../../scripts/lab/hypervisor.ts';
import { PingMesh } from '../../../scripts/lab/ping-mesh.ts';
import type { Tenant } from '../../../scripts/lab/tenant.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { figure } from './figures.ts';
import { type InstancesSite, logTails } from './instances-site.ts';

/** Like mocha's `it`: pings all the while, none of which may be lost, and everything in order at the end. */
export function scenariosUnderPings(
  siteOf: () => InstancesSite,
  newcomerOf: () => Newcomer,
): (title: string, body: () => Promise<void>) => void {
  return (title, body) => {
    it(title, async () => {
      const site = siteOf();
      await site.repaired();
      try {
        const newcomer = newcomerOf();
        const pinged = site.lab.tenants.filter((tenant) => isPinged(tenant, newcomer));
        const mesh = await PingMesh.start(pinged);
        await body();
        await site.healthy();
        await mesh.answered(10);
        const { sent, lost, longestGapMs, losses } = await mesh.stop();
        figure(`${title}: ${lost} of ${sent} pings lost, longest gap ${longestGapMs} ms`);
        expect(losses).to.deep.equal([]);
      } catch (error) {
        process.stderr.write(logTails(site.instances));
        throw error;
      }
    });
  };
}

/** Who comes and goes while something is wrong, and who sees it. */
export interface Newcomer {
  /** Declared, and attached nowhere yet. */
  readonly spare: Tenant;
  /** On the spare one's own hypervisor. */
  readonly neighbour: Tenant;
  /** On another hypervisor. */
  readonly witness: Tenant;
  /** Where it moves to: nobody's who is pinged, like its own; see `isPinged`. */
  readonly other: Hypervisor;
}

/**
 * Whether the tenant takes part in the pings between all: the userspace datapath loses a packet of its own now and then
 * when a port comes or goes, so nobody does whose hypervisor gets one.
 */
function isPinged(tenant: Tenant, { neighbour, other }: Newcomer): boolean {
  const { attached, hypervisor } = tenant;
  return attached && hypervisor !== neighbour.hypervisor && hypervisor !== other;
}

/** On its own NVE a port works at once, whatever is wrong elsewhere: before the loss of a store is even noticed. */
const AT_ONCE_MS = 1_500;

/** Attaches the spare tenant, moves it and takes it away again: each must take effect. */
export async function attachMoveDetach(newcomer: Newcomer, when: string): Promise<void> {
  const { spare, neighbour, witness, other } = newcomer;
  const [ownMs = 0, attachMs] = await firstAnswers([neighbour, witness], spare, () => {
    return spare.attach();
  });
  const [moveMs] = await firstAnswers([witness], spare, () => spare.moveTo(other));
  await spare.detach();
  await spare.moveTo(neighbour.hypervisor);
  figure(
    `${when}: attached after ${ownMs} ms on its own NVE, ${attachMs} ms on another; moved after ${moveMs} ms`,
  );
  expect(ownMs, 'ms until a new port works on its own NVE').to.be.below(AT_ONCE_MS);
}

/** All know the MACs of each other already, so that the time until an answer is the network's, not ARP's. */
export async function acquaint({ spare, neighbour, witness }: Newcomer): Promise<void> {
  for (const other of [neighbour, witness]) {
    for (const [from, to] of [
      [other, spare],
      [spare, other],
    ] as const) {
      const words = [to.ips[0] ?? '', 'lladdr', to.mac, 'dev', 'eth0', 'nud', 'permanent'];
      await from.exec(['ip', 'neigh', 'replace', ...words]);
    }
  }
}

/** ms from the beginning of `work` to the first answer after its end, for each of those who ping. */
async function firstAnswers(
  from: readonly Tenant[],
  to: Tenant,
  work: () => Promise<void>,
): Promise<readonly number[]> {
  const pings = from.map((one) => one.startPing(to.ips[0] ?? ''));
  try {
    const start = performance.now();
    await work();
    return await Promise.all(
      pings.map(async (ping, position) => {
        const before = ping.answers;
        const what = `an answer of ${to.name} to ${from[position]?.name}`;
        await until(what, () => ping.answers > before, { deadlineMs: 20_000, everyMs: 5 });
        return Math.round(performance.now() - start);
      }),
    );
  } finally {
    await Promise.all(pings.map((ping) => ping.abandon()));
  }
}
