/**
 * Follows the monitored tunnels of one NVE: from the rows of its database to the state of each remote address.
 *
 * An address is up when any session with it is, since an NVE with several addresses has several ways to it; down when
 * none is and one was; else nothing is known of it. The cost of a change follows the change.
 */

import { type IpAddress, parseIp } from '../../protocols/base/addresses.ts';
import type { Replica, RowChanged } from '../../protocols/ovsdb/replica.ts';
import { INTERFACE } from '../../protocols/ovsdb/schemas/open-vswitch.ts';
import { type OvsdbRow, readRow } from '../../protocols/ovsdb/values/tables.ts';
import type { TunnelChange } from '../control/inputs.ts';
import { OWNER_KEY } from '../reconcile/bridge-plan.ts';
import { isMonitorName } from '../reconcile/monitor-plan.ts';
import { TunnelHealth, type Verdict } from './tunnel-health.ts';

interface Session {
  readonly ip: IpAddress;
  readonly health: TunnelHealth;
}

interface Told {
  readonly verdict: Verdict;
  readonly since: string;
}

export interface TunnelSessionsHost {
  nowMs(): number;
  /** RFC 3339, UTC. */
  time(): string;
  tell(changes: readonly TunnelChange[], complete: boolean): void;
}

export class TunnelSessions {
  readonly #domain: string;
  readonly #intervalMs: number;
  readonly #host: TunnelSessionsHost;
  readonly #sessions = new Map<string, Session>();
  readonly #told = new Map<IpAddress, Told>();
  #timer: NodeJS.Timeout | undefined;

  constructor(domain: string, intervalMs: number, host: TunnelSessionsHost) {
    this.#domain = domain;
    this.#intervalMs = intervalMs;
    this.#host = host;
  }

  /** Everything that the database has. */
  reset(replica: Replica): void {
    if (this.#intervalMs === 0) return;
    this.#sessions.clear();
    const before = new Map(this.#told);
    this.#told.clear();
    const ips = new Set<IpAddress>();
    for (const row of replica.table('Interface').values()) this.#take(row, undefined, ips);
    for (const ip of ips) {
      const verdict = this.#verdict(ip);
      const known = before.get(ip);
      const isSame = known !== undefined && known.verdict === verdict;
      if (verdict !== undefined) {
        this.#told.set(ip, { verdict, since: isSame ? known.since : this.#host.time() });
      }
    }
    this.#host.tell(
      [...this.#told.keys()].map((ip) => this.#change(ip)),
      true,
    );
    this.#schedule();
  }

  update(changes: readonly RowChanged[]): void {
    if (this.#intervalMs === 0) return;
    const ips = new Set<IpAddress>();
    for (const { table, old, new: row } of changes) {
      if (table === 'Interface') this.#take(row, old, ips);
    }
    if (ips.size > 0) this.#tell(ips);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #take(row: OvsdbRow | undefined, old: OvsdbRow | undefined, ips: Set<IpAddress>): void {
    const name = (row ?? old)?.name;
    if (typeof name !== 'string' || !isMonitorName(name)) return;
    const before = this.#sessions.get(name);
    const read = row === undefined ? undefined : readRow(INTERFACE, row);
    const ip = parseIp(read?.options.get('remote_ip') ?? '');
    if (before !== undefined) ips.add(before.ip);
    if (
      read === undefined ||
      ip === undefined ||
      read.external_ids.get(OWNER_KEY) !== this.#domain
    ) {
      this.#sessions.delete(name);
      return;
    }
    const health = before?.ip === ip ? before.health : new TunnelHealth(this.#intervalMs);
    health.take(read.bfd_status, this.#host.nowMs());
    this.#sessions.set(name, { ip, health });
    ips.add(ip);
  }

  #elapsed(): void {
    const now = this.#host.nowMs();
    const ips = new Set<IpAddress>();
    for (const { ip, health } of this.#sessions.values()) {
      if ((health.dueMs ?? now + 1) > now) continue;
      health.elapsed(now);
      ips.add(ip);
    }
    this.#tell(ips);
  }

  #tell(ips: ReadonlySet<IpAddress>): void {
    const changed: IpAddress[] = [];
    for (const ip of ips) {
      const verdict = this.#verdict(ip);
      if (verdict === this.#told.get(ip)?.verdict) continue;
      changed.push(ip);
      if (verdict === undefined) this.#told.delete(ip);
      else this.#told.set(ip, { verdict, since: this.#host.time() });
    }
    if (changed.length > 0) {
      this.#host.tell(
        changed.map((ip) => this.#change(ip)),
        false,
      );
    }
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    let due: number | undefined;
    for (const { health } of this.#sessions.values()) {
      if (health.dueMs !== undefined) due = Math.min(due ?? health.dueMs, health.dueMs);
    }
    if (due === undefined) return;
    const waitMs = Math.max(0, due - this.#host.nowMs());
    this.#timer = setTimeout(() => this.#elapsed(), waitMs);
  }

  #of(ip: IpAddress): TunnelHealth[] {
    return [...this.#sessions.values()].filter((one) => one.ip === ip).map(({ health }) => health);
  }

  /** Undefined: there is no session with it. */
  #verdict(ip: IpAddress): Verdict | undefined {
    const verdicts = new Set(this.#of(ip).map(({ verdict }) => verdict));
    return (['up', 'down', 'unheard'] as const).find((verdict) => verdicts.has(verdict));
  }

  #change(ip: IpAddress): TunnelChange {
    const told = this.#told.get(ip);
    if (told === undefined) return { ip };
    const healths = told.verdict === 'down' ? this.#of(ip) : [];
    const why = healths.find(({ diagnostic }) => diagnostic !== undefined)?.diagnostic;
    return { ip, ...told, ...(why === undefined ? {} : { diagnostic: why }) };
  }
}
