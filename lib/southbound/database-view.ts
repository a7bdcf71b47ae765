/**
 * Reads the view that planning needs (reconcile/bridge-plan) out of a replica of an NVE's database.
 */

import type { Replica, RowChanged } from '../../protocols/ovsdb/replica.ts';
import {
  BRIDGE,
  CONTROLLER,
  INTERFACE,
  OPEN_VSWITCH,
  PORT,
} from '../../protocols/ovsdb/schemas/open-vswitch.ts';
import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import type { WantedColumns } from '../../protocols/ovsdb/values/database-schema.ts';
import {
  type OvsdbRow,
  type RowOf,
  readColumn,
  readRow,
} from '../../protocols/ovsdb/values/tables.ts';
import { ENCAPSULATIONS } from '../model/encapsulation.ts';
import {
  type BridgeRow,
  type DatabaseView,
  GENERATION_KEY,
  INSTANCE_KEY,
  OWNER_KEY,
} from '../reconcile/bridge-plan.ts';
import { isMonitorName, type MonitorRow } from '../reconcile/monitor-plan.ts';
import { TUNNEL_KEYS, type TunnelTexts } from '../reconcile/tunnel-options.ts';
import { tunnelName } from '../reconcile/tunnel-plan.ts';
import { OthersOnBridge } from './property-view.ts';

/** The columns that we monitor, and no other: statistics alone would cost more than all of these. */
export const WANTED_COLUMNS: WantedColumns = {
  Open_vSwitch: [
    ...['bridges', 'external_ids', 'next_cfg', 'cur_cfg', 'ovs_version', 'iface_types'],
    'manager_options',
    'other_config',
  ],
  Bridge: [
    ...['name', 'datapath_id', 'fail_mode', 'protocols', 'controller', 'ports', 'external_ids'],
    // What others may have on a bridge of ours.
    ...['other_config', 'mirrors', 'netflow', 'sflow', 'ipfix'],
  ],
  Port: ['name', 'interfaces', 'external_ids', 'tag', 'trunks'],
  Interface: ['name', 'type', 'ofport', 'external_ids', 'error', 'options', 'bfd'],
  Controller: ['target', 'external_ids'],
  SSL: ['certificate'],
};

/** Beside them, where tunnels are monitored: Open vSwitch writes it at each change of a session's state. */
export const MONITORED_COLUMNS: WantedColumns = {
  ...WANTED_COLUMNS,
  Interface: [...(WANTED_COLUMNS.Interface ?? []), 'bfd_status'],
};

const DEFAULT_BRIDGE = 'br-int';

const TUNNEL_NAMES: ReadonlySet<string> = new Set(ENCAPSULATIONS.map(tunnelName));

type Root = RowOf<typeof OPEN_VSWITCH>;

export interface RootView {
  readonly rootUuid: Uuid;
  readonly view: DatabaseView;
  /** external_ids:nva-encap-ip, split. */
  readonly encapIps: readonly string[];
}

/** Undefined: the database has no Open_vSwitch row yet. */
export function viewDatabase(
  replica: Replica,
  others: OthersOnBridge = new OthersOnBridge(),
): RootView | undefined {
  const [entry] = replica.table('Open_vSwitch');
  if (entry === undefined) return undefined;
  const [rootUuid, row] = entry;
  const root = readRow(OPEN_VSWITCH, row);
  const external = (key: string): string | undefined => root.external_ids.get(key);
  const bridgeName = external('nva-bridge') ?? DEFAULT_BRIDGE;
  return {
    rootUuid,
    encapIps: words(external('nva-encap-ip')),
    view: {
      systemId: external('system-id'),
      ovsVersion: root.ovs_version,
      bridgeName,
      datapathType: external('nva-datapath-type'),
      wantedTypes: wantedTypes(external('nva-encap-type')),
      knownTypes: root.iface_types,
      nextCfg: root.next_cfg,
      curCfg: root.cur_cfg,
      bridge: findBridge(replica, root, bridgeName, others),
      mayTake: external('nva-take-bridge') === 'true',
      ...findTunnels(replica, bridgeName),
      tunnelTexts: tunnelTexts(external),
    },
  };
}

/** What the NVE is to us as long as its bridge is not ours. */
export function withoutBridge(root: RootView): RootView {
  return { ...root, view: { ...root.view, bridge: undefined, tunnels: [], monitors: [] } };
}

/**
 * Whether the view may differ after this change. The comings and goings of tenants (ports of the bridge, their
 * interfaces, the counters of configurations) do not touch it; looking at everything each time would cost O(ports).
 */
export function touchesView(change: RowChanged): boolean {
  const { table, old, new: row } = change;
  switch (table) {
    case 'Controller':
    case 'SSL':
      return true;
    case 'Open_vSwitch':
      return differs(old, row, [
        ...['bridges', 'external_ids', 'ovs_version', 'iface_types'],
        'manager_options',
      ]);
    case 'Bridge':
      return differs(old, row, [
        'name',
        'datapath_id',
        'fail_mode',
        'protocols',
        'controller',
        'external_ids',
      ]);
    case 'Interface': {
      const { name, type } = row ?? old ?? {};
      if (!isTunnelName(name) && !isTunnelType(type) && !isTunnelType(old?.type)) return false;
      return differs(old, row, ['ofport', 'error', 'options', 'bfd', 'type', 'external_ids']);
    }
    default:
      return false;
  }
}

function differs(
  old: OvsdbRow | undefined,
  row: OvsdbRow | undefined,
  columns: readonly string[],
): boolean {
  // The replica keeps the value of a column that an update does not name, so identity is enough.
  return columns.some((column) => old?.[column] !== row?.[column]);
}

/** The named bridge of the switch (rows that no switch refers to do not count). */
export function findBridgeUuid(replica: Replica, name: string): Uuid | undefined {
  for (const [uuid, row] of replica.table('Bridge')) {
    if (readRow(BRIDGE, row).name === name) return uuid;
  }
  return undefined;
}

function findBridge(
  replica: Replica,
  root: Root,
  name: string,
  others: OthersOnBridge,
): BridgeRow | undefined {
  const uuid = findBridgeUuid(replica, name);
  const row = uuid === undefined ? undefined : replica.row('Bridge', uuid);
  if (uuid === undefined || row === undefined || !root.bridges.includes(uuid)) return undefined;
  const bridge = readRow(BRIDGE, row);
  return {
    uuid,
    failMode: bridge.fail_mode,
    protocols: bridge.protocols,
    datapathId: bridge.datapath_id,
    owner: bridge.external_ids.get(OWNER_KEY),
    generation: generationOf(bridge.external_ids.get(GENERATION_KEY)),
    others: others.of(replica, uuid),
    controllers: bridge.controller.flatMap((controllerUuid) => {
      const found = replica.row('Controller', controllerUuid);
      if (found === undefined) return [];
      const controller = readRow(CONTROLLER, found);
      const owner = controller.external_ids.get(OWNER_KEY);
      const instance = controller.external_ids.get(INSTANCE_KEY);
      return [{ uuid: controllerUuid, target: controller.target, owner, instance }];
    }),
  };
}

function findTunnels(
  replica: Replica,
  bridgeName: string,
): Pick<DatabaseView, 'tunnels' | 'monitors' | 'others'> {
  // Interface names are unique in a database, so ours are looked for among interfaces.
  const found = new Map<Uuid, RowOf<typeof INTERFACE>>();
  const others: RowOf<typeof INTERFACE>[] = [];
  for (const [uuid, row] of replica.table('Interface')) {
    if (isTunnelName(row.name)) found.set(uuid, readRow(INTERFACE, row));
    else if (isTunnelType(row.type)) others.push(readRow(INTERFACE, row));
  }
  const rows = found.size === 0 ? [] : [...tunnelRows(replica, bridgeName, found)];
  return {
    tunnels: rows.filter(({ name }) => !isMonitorName(name)),
    monitors: rows.filter(({ name }) => isMonitorName(name)),
    others: others.flatMap(otherTunnel),
  };
}

/** One pass over the ports, however many tunnels there are. */
function* tunnelRows(
  replica: Replica,
  bridgeName: string,
  found: ReadonlyMap<Uuid, RowOf<typeof INTERFACE>>,
): Generator<MonitorRow> {
  const bridgeUuid = findBridgeUuid(replica, bridgeName);
  const bridge = bridgeUuid === undefined ? undefined : replica.row('Bridge', bridgeUuid);
  const ports = new Set(bridge === undefined ? [] : readRow(BRIDGE, bridge).ports);
  for (const [portUuid, port] of replica.table('Port')) {
    for (const uuid of readColumn(PORT, port, 'interfaces')) {
      const tunnel = found.get(uuid);
      if (tunnel === undefined) continue;
      const strayOn = ports.has(portUuid) ? undefined : bridgeOfPort(replica, portUuid);
      const { name, type, options, ofport, error, bfd } = tunnel;
      const owner = tunnel.external_ids.get(OWNER_KEY);
      const row = { name, type, uuid, portUuid, options, owner, ofport, error, bfd };
      yield strayOn === undefined ? row : { ...row, strayOn };
    }
  }
}

function otherTunnel({ name, type, options, ofport, error }: RowOf<typeof INTERFACE>) {
  const known = ENCAPSULATIONS.find((encapsulation) => encapsulation === type);
  const isWorking = error === undefined && ofport !== undefined && ofport > 0;
  return known !== undefined && isWorking ? [{ name, type: known, options }] : [];
}

function isTunnelType(type: unknown): boolean {
  return ENCAPSULATIONS.some((encapsulation) => encapsulation === type);
}

function isTunnelName(name: unknown): boolean {
  return typeof name === 'string' && (TUNNEL_NAMES.has(name) || isMonitorName(name));
}

function tunnelTexts(external: (key: string) => string | undefined): TunnelTexts {
  return Object.fromEntries(
    TUNNEL_KEYS.flatMap((key) => {
      const text = external(key);
      return text === undefined ? [] : [[key, text]];
    }),
  );
}

/** Every port that is in the database is a bridge's: rows without a reference do not stay. */
function bridgeOfPort(replica: Replica, port: Uuid): Uuid | undefined {
  for (const [uuid, row] of replica.table('Bridge')) {
    if (readRow(BRIDGE, row).ports.includes(port)) return uuid;
  }
  return undefined;
}

function wantedTypes(text: string | undefined): readonly string[] {
  return text === undefined ? ENCAPSULATIONS : words(text);
}

function words(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/**
 * Generations are compared in a circle of 64 bits (OpenFlow 1.3.5 §6.3.5): one that is half of it ahead is stale to the
 * switch, however often it is raised. No clock gives more than this, so no master of ours wrote it.
 */
const GENERATION_MAX = 2n ** 62n;

function generationOf(text: string | undefined): bigint {
  if (text === undefined || !/^[1-9][0-9]{0,18}$/.test(text)) return 0n;
  const generation = BigInt(text);
  return generation > GENERATION_MAX ? 0n : generation;
}
