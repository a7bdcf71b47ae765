/**
 * One fault after the other on one site, under pings at 100 Hz: each ends when desired equals installed on every NVE,
 * within its bound; the time is measured from the end of the fault's cause.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type MeshResult, PING_INTERVAL_MS, PingMesh } from '../../../scripts/lab/ping-mesh.ts';
import { apiOf, differencesOf } from './fault-equality.ts';
import { FaultTable } from './fault-table.ts';
import { figure } from './figures.ts';
import type { Site } from './site.ts';

export interface FaultOptions {
  /** Generous for a machine with other work to do. */
  readonly boundMs: number;
  /**
   * Whose pings may be lost: the hypervisors that the fault is at, or where a port comes or goes (the userspace datapath
   * loses a packet of its own then, now and then); absent: none at all.
   */
  readonly at?: readonly number[];
  /**
   * For how long any pair may be silent: where every ovs-vswitchd gets its whole database anew, and configures itself by
   * it, some flows of the userspace datapath wait for that. Absent: no ping may be lost.
   */
  readonly silentMs?: number;
  /** What else must be so, when desired equals installed. */
  readonly afterwards?: () => Promise<void>;
}

const EVERY_MS = 25;

export class Faults {
  readonly table = new FaultTable();
  readonly #siteOf: () => Site;

  constructor(siteOf: () => Site) {
    this.#siteOf = siteOf;
  }

  /** Like mocha's `it`; `work` ends when the cause of the fault is over. */
  fault(title: string, options: FaultOptions, work: () => Promise<void>): void {
    it(title, async () => {
      const site = this.#siteOf();
      try {
        const { equalMs, pings } = await this.#measure(options.boundMs, work);
        const lost = `${pings.lost} of ${pings.sent}`;
        figure(`${Math.round(equalMs)} ms until equal, ${lost} pings lost`);
        this.table.add({ fault: title, equalMs, boundMs: options.boundMs, lost });
        expect(lossesElsewhere(pings, options)).to.deep.equal([]);
        await options.afterwards?.();
      } catch (error) {
        process.stderr.write(`--- the log of ${site.controller.name}\n`);
        process.stderr.write(`${site.controller.logTail(15)}\n---\n`);
        throw error;
      }
    });
  }

  async #measure(
    boundMs: number,
    work: () => Promise<void>,
  ): Promise<{ equalMs: number; pings: MeshResult }> {
    const site = this.#siteOf();
    const mesh = await PingMesh.start(site.lab.tenants.filter(({ network }) => network === 'blue'));
    await work();
    const start = performance.now();
    await this.equal(boundMs);
    const equalMs = performance.now() - start;
    await mesh.answered(10);
    return { equalMs, pings: await mesh.stop() };
  }

  /** Everything is as it should be, on every NVE. */
  async equal(boundMs: number): Promise<void> {
    const end = performance.now() + boundMs;
    for (;;) {
      const faults = await this.#differences();
      if (faults.length === 0) return;
      if (performance.now() > end) {
        throw new Error(`after ${boundMs} ms: ${faults.slice(0, 5).join('; ')}`);
      }
      await sleep(EVERY_MS);
    }
  }

  async #differences(): Promise<readonly string[]> {
    const { lab, controller } = this.#siteOf();
    const api = apiOf(controller);
    const target = `tcp:${controller.ip}:6653`;
    const found = await Promise.all([
      ...lab.hypervisors.map((hypervisor) => differencesOf(hypervisor, api, target)),
      api.list('ports').then(
        (ports) =>
          lab.tenants
            .filter(({ attached }) => attached)
            .filter(({ ifaceId, hypervisor }) => {
              const status = ports.find(({ name }) => name === ifaceId)?.status;
              return status?.phase !== 'active' || status.nve !== hypervisor.name;
            })
            .map(({ name }) => `${name} is attached and not active`),
        (error: unknown) => [String(error)],
      ),
    ]);
    return found.flat();
  }
}

/** Pairs that lost something and have nothing to do with the hypervisor that the fault was at. */
function lossesElsewhere(
  { losses, pairs }: MeshResult,
  { at = [], silentMs = 0 }: Pick<FaultOptions, 'at' | 'silentMs'>,
): readonly string[] {
  return losses
    .filter((line) => !at.some((index) => line.includes(`blue-${index}`)))
    .filter((line) => {
      const gap = pairs[line.split(':')[0] ?? '']?.longestGap ?? Number.POSITIVE_INFINITY;
      return gap * PING_INTERVAL_MS > silentMs;
    });
}
