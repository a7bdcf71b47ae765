/**
 * An Open vSwitch's database in words: all columns of all rows, without counters, states and UUIDs. Equal lists, equal
 * databases.
 */
import type { OpenVSwitch } from '../../scripts/lab/open-vswitch.ts';

const TABLES = [
  ...['Open_vSwitch', 'Bridge', 'Port', 'Interface', 'Controller', 'Manager', 'Mirror', 'NetFlow'],
  ...['sFlow', 'IPFIX', 'QoS', 'Queue', 'SSL', 'Flow_Table', 'AutoAttach'],
];

/** What Open vSwitch itself writes there as time goes on. */
const VOLATILE = new Set([
  ...['_uuid', 'statistics', 'cur_cfg', 'next_cfg', 'status', 'is_connected', 'role', 'ifindex'],
  ...['link_resets', 'link_state', 'admin_state', 'bond_active_slave', 'rstp_statistics'],
  ...['rstp_status', 'link_speed', 'duplex', 'lacp_current', 'mac_in_use', 'mtu'],
]);

type Cell = unknown;

export async function databaseDump(hypervisor: Pick<OpenVSwitch, 'vsctl'>): Promise<string[]> {
  const tables = await Promise.all(
    TABLES.map(async (table) => {
      const text = await hypervisor.vsctl('--no-wait', '--format=json', 'list', table);
      const { headings, data } = JSON.parse(text) as { headings: string[]; data: Cell[][] };
      return { table, headings, data };
    }),
  );
  // A row is known by its name, or its target.
  const names = new Map<string, string>();
  for (const { table, headings, data } of tables) {
    for (const row of data) {
      const cell = (name: string): Cell => row[headings.indexOf(name)];
      const [, uuid] = cell('_uuid') as [string, string];
      names.set(uuid, `${table}:${String(cell('name') ?? cell('target') ?? '')}`);
    }
  }
  const lines = tables.flatMap(({ table, headings, data }) =>
    data.map((row) => {
      const shown = headings.flatMap((name, at) =>
        VOLATILE.has(name) ? [] : [`${name}=${words(row[at], names)}`],
      );
      return `${table} ${shown.join(' ')}`;
    }),
  );
  return lines.sort();
}

function words(cell: Cell, names: ReadonlyMap<string, string>): string {
  if (!Array.isArray(cell)) return JSON.stringify(cell);
  const [kind, value] = cell as [string, Cell];
  if (kind === 'uuid') return names.get(String(value)) ?? 'unknown';
  if (kind === 'set' || kind === 'map') {
    const items = value as Cell[];
    const shown = items.map((item) =>
      kind === 'map'
        ? (item as Cell[]).map((one) => words(one, names)).join(':')
        : words(item, names),
    );
    return `[${shown.sort().join(' ')}]`;
  }
  return JSON.stringify(cell);
}
