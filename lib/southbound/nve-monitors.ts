/**
 * The monitored tunnels of one NVE's connection: what the core wants, and what the switch says of those that are there.
 */
import type { Replica, RowChanged } from '../../protocols/ovsdb/replica.ts';
import type { MonitorChange, TunnelChange } from '../control/inputs.ts';
import type { NveName } from '../model/records.ts';
import type { MonitoredTunnel, MonitorSettings } from '../reconcile/monitor-plan.ts';
import { now } from '../runtime/clock.ts';
import { TunnelSessions } from './tunnel-sessions.ts';

export class NveMonitors {
  readonly #intervalMs: number;
  readonly #sessions: TunnelSessions;
  /** By remote NVE; undefined: the core has not said yet. */
  #wanted: Map<NveName, readonly MonitoredTunnel[]> | undefined;

  constructor(
    domain: string,
    intervalMs: number,
    tell: (changes: readonly TunnelChange[], complete: boolean) => void,
  ) {
    this.#intervalMs = intervalMs;
    this.#sessions = new TunnelSessions(domain, intervalMs, {
      nowMs: now,
      time: () => new Date().toISOString(),
      tell,
    });
  }

  get isOn(): boolean {
    return this.#intervalMs > 0;
  }

  /** For the plan of the bridge. */
  get settings(): MonitorSettings {
    const intervalMs = this.#intervalMs;
    const wanted = this.#wanted;
    const tunnels = wanted === undefined ? undefined : [...wanted.values()].flat();
    return { intervalMs, tunnels };
  }

  take(changes: readonly MonitorChange[], complete: boolean): void {
    if (complete || this.#wanted === undefined) this.#wanted = new Map();
    for (const { remote, tunnels } of changes) {
      if (tunnels.length === 0) this.#wanted.delete(remote);
      else this.#wanted.set(remote, tunnels);
    }
  }

  reset(replica: Replica): void {
    this.#sessions.reset(replica);
  }

  update(changes: readonly RowChanged[]): void {
    this.#sessions.update(changes);
  }

  close(): void {
    this.#sessions.close();
  }
}
