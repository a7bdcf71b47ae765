/**
 * Monitored tunnels: one port per way to a remote address, with BFD, beside the flow-based ports that carry the data.
 *
 * Open vSwitch gives a packet to the port whose key and remote address match it exactly before it thinks of one with
 * `flow` in both. So a monitored tunnel has a key of its own that no network has, and all data stays where it was; our
 * flows name no monitored port, neither to send nor to receive, and BFD is taken by Open vSwitch itself.
 *
 * Sources: ovs-vswitchd.conf.db(5), "Tunnel Options" and "Bidirectional Forwarding Detection"; RFC 5880.
 */
import type { IpAddress } from '../../protocols/base/addresses.ts';
import type { Encapsulation } from '../model/encapsulation.ts';
import type { Condition } from '../model/views.ts';
import type { TunnelSettings } from './tunnel-options.ts';
import type { TunnelRow, TunnelStep } from './tunnel-steps.ts';

export interface MonitoredTunnel {
  readonly type: Encapsulation;
  readonly ip: IpAddress;
  /** UDP, when it is not the encapsulation's own. */
  readonly port?: number;
  /** Where this NVE has several addresses of the family: the one at this end. */
  readonly local?: IpAddress;
  readonly key: number;
}

export interface MonitorRow extends TunnelRow {
  readonly bfd: ReadonlyMap<string, string>;
}

export interface MonitorSettings {
  /** Between two BFD messages; 0: nothing is monitored. */
  readonly intervalMs: number;
  /** Undefined: not known yet, and what is there stays. */
  readonly tunnels: Iterable<MonitoredTunnel> | undefined;
}

export const NO_MONITORS: MonitorSettings = { intervalMs: 0, tunnels: [] };

const NAME_BEGIN = 'nva-m';

export function isMonitorName(name: string): boolean {
  return name.startsWith(NAME_BEGIN);
}

/**
 * At most 15 characters, as Linux has it: a hash of all that makes it another session. So whatever changes at the other
 * end, a new session begins, of which nothing is known, and no old one fails; and two ports never ask for the same
 * packets, which Open vSwitch refuses ("File exists").
 */
export function monitorName(type: Encapsulation, options: ReadonlyMap<string, string>): string {
  const told = ['remote_ip', 'local_ip', 'dst_port', 'key'].map((name) => options.get(name) ?? '');
  const text = [type, ...told].join(' ');
  // FNV-1a in two lanes of 32 bits with different beginnings.
  let [low, high] = [0x811c9dc5, 0x1000193];
  for (let at = 0; at < text.length; at++) {
    low = Math.imul(low ^ text.charCodeAt(at), 0x01000193);
    high = Math.imul(high ^ text.charCodeAt(at), 0x85ebca6b) ^ (high >>> 13);
  }
  const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
  return `${NAME_BEGIN}${(hex(high) + hex(low)).slice(3, 13)}`;
}

/** The monitored tunnels that are missing, to be changed or too many. */
export function planMonitors(
  rows: readonly MonitorRow[],
  settings: TunnelSettings,
  { intervalMs, tunnels }: MonitorSettings,
  domain: string,
  conditions: Condition[],
): TunnelStep[] {
  if (tunnels === undefined) return [];
  const left = new Map(rows.map((row) => [row.name, row]));
  const bfd = bfdOptions(intervalMs);
  const faults: string[] = [];
  // Two remotes may have one address, until one of them is refused: their port is the same.
  const planned = new Set<string>();
  const steps = [...(intervalMs === 0 ? [] : tunnels)].flatMap((tunnel): TunnelStep[] => {
    const options = monitorOptions(tunnel, settings);
    const name = monitorName(tunnel.type, options);
    if (planned.has(name)) return [];
    planned.add(name);
    const row = left.get(name);
    if (row === undefined) {
      return [{ type: 'add-tunnel', encapsulation: tunnel.type, name, options, bfd }];
    }
    // On another bridge: it leaves that one first.
    if (row.owner !== domain || row.strayOn !== undefined) return [];
    left.delete(name);
    if (row.error !== undefined) faults.push(`${tunnel.ip} (${row.error})`);
    const isEqual = sameMap(row.options, options) && sameMap(row.bfd, bfd);
    return isEqual ? [] : [{ type: 'set-tunnel', name, uuid: row.uuid, options, bfd }];
  });
  for (const row of left.values()) if (row.owner === domain) steps.push(removal(row));
  if (faults.length > 0) conditions.push(unmonitored(faults));
  return steps;
}

function removal({ portUuid, name, strayOn }: MonitorRow): TunnelStep {
  const step = { type: 'remove-tunnel', portUuid, name } as const;
  return strayOn === undefined ? step : { ...step, strayOn };
}

function monitorOptions(
  { ip, port, local, key }: MonitoredTunnel,
  settings: TunnelSettings,
): ReadonlyMap<string, string> {
  return new Map([
    ...settings.common,
    ...(local === undefined ? [] : [['local_ip', local] as const]),
    ...(port === undefined ? [] : [['dst_port', String(port)] as const]),
    ['remote_ip', ip],
    ['key', String(key)],
  ]);
}

function bfdOptions(intervalMs: number): ReadonlyMap<string, string> {
  const interval = String(intervalMs);
  return new Map([
    ['enable', 'true'],
    ['min_tx', interval],
    ['min_rx', interval],
  ]);
}

export function sameMap(
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): boolean {
  return left.size === right.size && [...left].every(([key, value]) => right.get(key) === value);
}

function unmonitored(faults: readonly string[]): Condition {
  const named = faults.slice(0, 3).join(', ');
  const more = faults.length > 3 ? ` and ${faults.length - 3} more` : '';
  const message = `tunnels to these addresses are not monitored, because Open vSwitch cannot make their ports: ${named}${more}`;
  return { code: 'monitor-lacking', message };
}
