/**
 * Reads out of a replica what on an NVE's bridges is ours and what is others' (reconcile/take-back, bridge-plan).
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
import {
  type OvsdbRow,
  type RowOf,
  readColumn,
  readRow,
} from '../../protocols/ovsdb/values/tables.ts';
import { CREATED_KEY, OWNER_KEY } from '../reconcile/bridge-plan.ts';
import type { BridgeOthers } from '../reconcile/joining.ts';
import {
  BEFORE_KEY,
  type MarkedBridge,
  OUR_KEYS,
  parseJoinedFrom,
} from '../reconcile/take-back.ts';

type Bridge = RowOf<typeof BRIDGE>;

/** What a bridge of ours has from its making. */
const OWN_OTHER_CONFIG = new Set(['disable-in-band']);

/** Bridges with our domain's mark, but for the one named. */
export function markedBridges(
  replica: Replica,
  domain: string,
  except?: Uuid | undefined,
): MarkedBridge[] {
  const marked: MarkedBridge[] = [];
  for (const [uuid, row] of replica.table('Bridge')) {
    const bridge = readRow(BRIDGE, row);
    if (uuid === except || bridge.external_ids.get(OWNER_KEY) !== domain) continue;
    marked.push(markedBridge(replica, uuid, bridge, domain));
  }
  return marked;
}

function markedBridge(replica: Replica, uuid: Uuid, bridge: Bridge, domain: string): MarkedBridge {
  const ownPorts: Uuid[] = [];
  const othersPorts: string[] = [];
  for (const [port, { name, external_ids }] of portsOf(replica, bridge)) {
    if (external_ids.get(OWNER_KEY) === domain) ownPorts.push(port);
    else if (name !== bridge.name) othersPorts.push(name);
  }
  const ownControllers = bridge.controller.filter((controller) => {
    const row = replica.row('Controller', controller);
    return row !== undefined && readRow(CONTROLLER, row).external_ids.get(OWNER_KEY) === domain;
  });
  return {
    ...{ uuid, name: bridge.name, datapathId: bridge.datapath_id, failMode: bridge.fail_mode },
    protocols: bridge.protocols,
    created: bridge.external_ids.get(CREATED_KEY) === 'true',
    before: parseJoinedFrom(bridge.external_ids.get(BEFORE_KEY)),
    ports: bridge.ports,
    controllers: bridge.controller,
    ...{ ownPorts, ownControllers, othersPorts },
    ownKeys: [...bridge.external_ids.keys()].filter((key) => key.startsWith(OUR_KEYS)),
    othersThings: thingsOf(replica, bridge, domain),
  };
}

/** What is not ours on the bridge besides ports, in words. */
function thingsOf(replica: Replica, bridge: Bridge, domain: string): string[] {
  const keys = [
    ...[...bridge.external_ids.keys()].filter((key) => !key.startsWith(OUR_KEYS)),
    ...[...bridge.other_config.keys()].filter((key) => !OWN_OTHER_CONFIG.has(key)),
  ];
  const controllers = bridge.controller.flatMap((uuid) => {
    const row = replica.row('Controller', uuid);
    const controller = row === undefined ? undefined : readRow(CONTROLLER, row);
    const isOurs = controller?.external_ids.get(OWNER_KEY) === domain;
    return controller === undefined || isOurs ? [] : [controller.target];
  });
  const { mirrors, netflow, sflow, ipfix } = bridge;
  const probes = mirrors.length + [netflow, sflow, ipfix].filter((one) => one !== undefined).length;
  return [
    ...(controllers.length === 0 ? [] : [`the controllers ${controllers.join(', ')}`]),
    ...(keys.length === 0 ? [] : [`the settings ${keys.join(', ')}`]),
    ...(probes === 0 ? [] : [`${probes} mirrors or probes`]),
  ];
}

/**
 * What others have on a bridge that we did not make, kept until a row that says so changes: there may be ten thousand
 * ports, and the database is looked at several times in a turn.
 */
export class OthersOnBridge {
  #ports: readonly Uuid[] | undefined;
  #known: OthersPorts = { plain: [], tagged: [], bonds: [] };

  /** Undefined: we made the bridge. */
  of(replica: Replica, uuid: Uuid): BridgeOthers | undefined {
    const row = replica.row('Bridge', uuid);
    if (row === undefined) return undefined;
    const bridge = readRow(BRIDGE, row);
    if (bridge.external_ids.get(CREATED_KEY) === 'true') return undefined;
    // The replica keeps the value of a column that an update does not name.
    if (this.#ports !== bridge.ports) this.#known = portsOfOthers(replica, bridge);
    this.#ports = bridge.ports;
    return { ...this.#known, before: parseJoinedFrom(bridge.external_ids.get(BEFORE_KEY)) };
  }

  update(changes: readonly RowChanged[]): void {
    const isTouched = ({ table, old, new: row }: RowChanged): boolean =>
      COUNTING[table]?.some((column) => old?.[column] !== row?.[column]) === true;
    if (changes.some(isTouched)) this.forget();
  }

  /** All rows may be others now. */
  forget(): void {
    this.#ports = undefined;
  }
}

type OthersPorts = Pick<BridgeOthers, 'plain' | 'tagged' | 'bonds'>;

const COUNTING: Readonly<Record<string, readonly string[]>> = {
  Port: ['name', 'interfaces', 'external_ids', 'tag', 'trunks'],
  Interface: ['external_ids'],
};

function portsOfOthers(replica: Replica, bridge: Bridge): OthersPorts {
  const plain: string[] = [];
  const tagged: string[] = [];
  const bonds: string[] = [];
  for (const port of othersPorts(replica, bridge)) {
    const name = readColumn(PORT, port, 'name');
    const interfaces = readColumn(PORT, port, 'interfaces');
    if (!interfaces.some((iface) => isTenant(replica, iface))) plain.push(name);
    else if (hasTags(port)) tagged.push(name);
    if (interfaces.length > 1) bonds.push(name);
  }
  return { plain: plain.sort(), tagged: tagged.sort(), bonds: bonds.sort() };
}

/** A bridge may have very many: no typed row for each. */
function* othersPorts(replica: Replica, bridge: Bridge): Generator<OvsdbRow> {
  for (const uuid of bridge.ports) {
    const port = replica.row('Port', uuid);
    if (port === undefined || readColumn(PORT, port, 'name') === bridge.name) continue;
    if (!readColumn(PORT, port, 'external_ids').has(OWNER_KEY)) yield port;
  }
}

function isTenant(replica: Replica, iface: Uuid): boolean {
  const row = replica.row('Interface', iface);
  return row !== undefined && readColumn(INTERFACE, row, 'external_ids').has('iface-id');
}

function hasTags(port: OvsdbRow): boolean {
  const tag = readColumn(PORT, port, 'tag');
  return tag !== undefined || readColumn(PORT, port, 'trunks').length > 0;
}

function* portsOf(
  replica: Replica,
  bridge: Bridge,
): Generator<readonly [Uuid, RowOf<typeof PORT>]> {
  for (const uuid of bridge.ports) {
    const row = replica.row('Port', uuid);
    if (row !== undefined) yield [uuid, readRow(PORT, row)];
  }
}

export function managersOf(replica: Replica, root: Uuid): readonly string[] {
  const row = replica.row('Open_vSwitch', root);
  return row === undefined ? [] : [...readRow(OPEN_VSWITCH, row).manager_options].sort();
}
