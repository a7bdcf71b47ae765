/**
 * Desired equals installed, asked of the parts themselves: the switch for its flows and groups, the NVE's own database
 * for our rows, and `nva` for what it believes. One sentence for each difference; none: everything is as it should be.
 */
import { ApiClient } from '../../../lib/cli/api-client.ts';
import type { NveView } from '../../../lib/model/views.ts';
import type { OpenVSwitch } from '../../../scripts/lab/open-vswitch.ts';
import { OvsdbClient } from '../../../scripts/lab/ovsdb-client.ts';
import { isUp } from './site.ts';

/** A hypervisor, or an edge with the dummy datapath. */
export type Nve = OpenVSwitch & { readonly name: string };

/** docs/pipeline.md: the OpenFlow numbers of the tunnel ports. */
const TUNNEL_TYPES = ['geneve', 'vxlan', 'gre'] as const;

type Row = Readonly<Record<string, unknown>>;

export function apiOf(controller: { readonly api: string }): ApiClient {
  const path = controller.api.slice('unix:'.length);
  return new ApiClient({ unix: path }, controller.api, new AbortController().signal);
}

/** Of one NVE; `target`: what its one controller is to be. */
export async function differencesOf(
  nve: Nve,
  api: ApiClient,
  target: string,
): Promise<readonly string[]> {
  const found = await Promise.all([
    databaseFaults(nve, target).catch(refusal),
    flowFaults(nve.name, api).catch(refusal),
    api.get('nves', nve.name).then(viewFaults, refusal),
  ]);
  return found.flat().map((fault) => `${nve.name}: ${fault}`);
}

function refusal(error: unknown): readonly string[] {
  return [error instanceof Error ? error.message : String(error)];
}

function viewFaults(view: NveView): readonly string[] {
  return isUp(view) ? [] : [`nva says ${JSON.stringify(view.status)}`];
}

async function flowFaults(name: string, api: ApiClient): Promise<readonly string[]> {
  const { missing, surplus, groups } = await api.flows(name);
  return [
    ...missing.map(({ text }) => `missing ${text}`),
    ...surplus.map(({ text }) => `surplus ${text}`),
    ...groups,
  ];
}

async function databaseFaults(nve: Nve, target: string): Promise<readonly string[]> {
  const rows = await rowsOf(nve);
  const faults: string[] = [];
  const want = (isSo: boolean, sentence: string) => {
    if (!isSo) faults.push(sentence);
  };
  const bridge = rows.Bridge.find(({ name }) => name === 'br-int');
  if (bridge === undefined) return [...faults, 'there is no br-int'];
  const marks = mapOf(bridge.external_ids);
  want(bridge.fail_mode === 'secure', `fail_mode is ${JSON.stringify(bridge.fail_mode)}`);
  // None stands for all.
  const protocols = setOf(bridge.protocols);
  const isSpoken = protocols.length === 0 || protocols.includes('OpenFlow15');
  want(isSpoken, 'OpenFlow15 is not among the protocols');
  want(marks.get('nva-domain') === 'default', 'the bridge has no mark of ours');
  want(/^[1-9]\d{12,18}$/.test(marks.get('nva-generation') ?? ''), 'no generation that is one');
  const controllers = setOf(bridge.controller).map((uuid) =>
    rows.Controller.find((row) => uuidOf(row._uuid) === uuidOf(uuid)),
  );
  const ours = controllers.filter((row) => row?.target === target);
  want(ours.length === 1, `${ours.length} controllers have our target`);
  want(
    ours.every((row) => mapOf(row?.external_ids).get('nva-domain') === 'default'),
    'the controller has no mark of ours',
  );
  const ports = setOf(bridge.ports).map(uuidOf);
  return [...faults, ...TUNNEL_TYPES.flatMap((type) => tunnelFaults(type, rows, ports))];
}

function tunnelFaults(
  type: (typeof TUNNEL_TYPES)[number],
  rows: Readonly<Record<'Port' | 'Interface', readonly Row[]>>,
  ports: readonly string[],
): readonly string[] {
  const name = `nva-${type}`;
  const port = rows.Port.find((row) => row.name === name);
  const iface = rows.Interface.find((row) => row.name === name);
  if (port === undefined || iface === undefined || !ports.includes(uuidOf(port._uuid))) {
    return [`the bridge has no port ${name}`];
  }
  const options = mapOf(iface.options);
  const isRight =
    iface.type === type &&
    iface.ofport === iface.ofport_request &&
    options.get('remote_ip') === 'flow' &&
    options.get('key') === 'flow' &&
    mapOf(iface.external_ids).get('nva-domain') === 'default' &&
    mapOf(port.external_ids).get('nva-domain') === 'default';
  return isRight ? [] : [`${name} is ${JSON.stringify({ ...iface, port: port.external_ids })}`];
}

const COLUMNS = {
  Bridge: ['name', 'fail_mode', 'protocols', 'external_ids', 'controller', 'ports'],
  Controller: ['_uuid', 'target', 'external_ids'],
  Port: ['_uuid', 'name', 'external_ids'],
  Interface: ['name', 'type', 'options', 'external_ids', 'ofport', 'ofport_request'],
} as const;

type Table = keyof typeof COLUMNS;

async function rowsOf(nve: Nve): Promise<Readonly<Record<Table, readonly Row[]>>> {
  const client = await OvsdbClient.open(nve.databaseSocket);
  try {
    const tables = Object.keys(COLUMNS) as Table[];
    const results = await client.transact(
      tables.map((table) => ({ op: 'select', table, where: [], columns: COLUMNS[table] })),
    );
    const rows = tables.map((table, at) => [table, results[at]?.rows ?? []] as const);
    return Object.fromEntries(rows) as Record<Table, readonly Row[]>;
  } finally {
    client.close();
  }
}

/** RFC 7047 §5.1: one element stands for itself. */
function setOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) && value[0] === 'set' ? (value[1] as unknown[]) : [value];
}

function mapOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(Array.isArray(value) ? (value[1] as [string, string][]) : []);
}

function uuidOf(value: unknown): string {
  return Array.isArray(value) ? String(value[1]) : String(value);
}
