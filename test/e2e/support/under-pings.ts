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
): (title: string, body: () => Promise<void>) => void {
  return (title, body) => {
    it(title, async () => {
      const site = siteOf();
      await site.repaired();
      try {
        const mesh = await PingMesh.start(site.lab.tenants.filter(({ attached }) => attached));
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

/**
 * Attaches the spare tenant where it is, moves it to another hypervisor and back, and takes it away again while
 * something is wrong: each must take effect, as the witness sees it. Both hypervisors are nobody else's: the userspace
 * datapath may lose a packet of its own whenever a port comes or goes.
 */
export async function attachMoveDetach(
  witness: Tenant,
  spare: Tenant,
  other: Hypervisor,
  when: string,
): Promise<void> {
  const home = spare.hypervisor;
  const attachMs = await firstAnswer(witness, spare, () => spare.attach());
  const moveMs = await firstAnswer(witness, spare, () => spare.moveTo(other));
  await spare.detach();
  await spare.moveTo(home);
  figure(`${when}: attached after ${attachMs} ms, moved after ${moveMs} ms`);
}

/** Each knows the other's MAC already, so that the time until the first answer is the network's, not ARP's. */
export async function acquaint(one: Tenant, other: Tenant): Promise<void> {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    const words = [to.ips[0] ?? '', 'lladdr', to.mac, 'dev', 'eth0', 'nud', 'permanent'];
    await from.exec(['ip', 'neigh', 'replace', ...words]);
  }
}

/** ms from the beginning of `work` to the first answer after its end. */
async function firstAnswer(from: Tenant, to: Tenant, work: () => Promise<void>): Promise<number> {
  const ping = from.startPing(to.ips[0] ?? '');
  try {
    const start = performance.now();
    await work();
    const before = ping.answers;
    await until(`an answer of ${to.name} to ${from.name}`, () => ping.answers > before, {
      ...{ deadlineMs: 20_000, everyMs: 5 },
    });
    return Math.round(performance.now() - start);
  } finally {
    await ping.abandon();
  }
}
