/**
 * The columns of `nva get`, for each kind.
 */

import type { Endpoint } from '../model/encapsulation.ts';
import type { Condition, PortPhase, TunnelState, ViewKind, ViewsByKind } from '../model/views.ts';
import type { Colour } from './paint.ts';
import type { Cell } from './text-table.ts';
import { localTime, uptime } from './words.ts';

interface Column<View> {
  readonly header: string;
  /** Only with `-o wide`. */
  readonly wide?: true;
  cell(view: View): Cell;
}

const PHASE_COLOURS: Readonly<Record<PortPhase, Colour>> = {
  active: 'green',
  waiting: 'yellow',
  conflict: 'red',
};

type Columns = { readonly [Kind in ViewKind]: readonly Column<ViewsByKind[Kind]>[] };

const COLUMNS: Columns = {
  networks: [
    { header: 'NAME', cell: (view) => say(view.name) },
    { header: 'VNI', cell: (view) => say(view.vni) },
    { header: 'ENCAPSULATION', cell: (view) => many(view.encapsulation ?? ['any']) },
    { header: 'PORTS', cell: (view) => say(view.status.ports) },
    { header: 'ACTIVE', cell: (view) => say(view.status.active) },
    { header: 'NVES', cell: (view) => say(view.status.nves.length) },
    { header: 'ON', wide: true, cell: (view) => many(view.status.nves) },
    { header: 'CONDITIONS', wide: true, cell: (view) => conditionCodes(view.status.conditions) },
  ],
  ports: [
    { header: 'NAME', cell: (view) => say(view.name) },
    { header: 'NETWORK', cell: (view) => say(view.network) },
    { header: 'PHASE', cell: (view) => phaseCell(view.status.phase) },
    { header: 'NVE', cell: (view) => say(view.status.nve) },
    { header: 'OFPORT', cell: (view) => say(view.status.ofport) },
    { header: 'MAC', cell: (view) => say(view.mac) },
    { header: 'IPS', cell: (view) => many(view.ips) },
    { header: 'INTERFACE', wide: true, cell: (view) => say(view.status.interface) },
    { header: 'REASON', wide: true, cell: (view) => say(view.status.reason) },
  ],
  nves: [
    { header: 'NAME', cell: (view) => say(view.name) },
    { header: 'CONNECTED', cell: (view) => nveConnectedCell(view.status) },
    { header: 'OWNER', cell: (view) => say(view.status.owner) },
    { header: 'ENDPOINTS', cell: (view) => endpointsCell(view.status.endpoints) },
    { header: 'PORTS', cell: (view) => say(view.status.ports) },
    { header: 'FLOWS', cell: (view) => flowsCell(view.status.flows) },
    { header: 'OWNER-WHY', wide: true, cell: (view) => say(view.status.ownerWhy) },
    { header: 'BRIDGE', wide: true, cell: (view) => say(view.status.bridge) },
    { header: 'DATAPATH-ID', wide: true, cell: (view) => say(view.status.datapathId) },
    { header: 'OPENFLOW', wide: true, cell: (view) => say(view.status.openflow) },
    { header: 'OVS', wide: true, cell: (view) => say(view.status.ovsVersion) },
    { header: 'CONDITIONS', wide: true, cell: (view) => conditionCodes(view.status.conditions) },
  ],
  mappings: [
    { header: 'NETWORK', cell: (view) => say(view.network) },
    { header: 'MAC', cell: (view) => say(view.mac) },
    { header: 'IPS', cell: (view) => many(view.ips) },
    { header: 'NVE', cell: (view) => say(view.nve) },
    { header: 'ENDPOINTS', cell: (view) => endpointsCell(view.endpoints) },
    { header: 'NAME', wide: true, cell: (view) => say(view.name) },
    { header: 'SEQUENCE', wide: true, cell: (view) => say(view.sequence) },
    { header: 'SOURCE', wide: true, cell: (view) => say(view.source) },
  ],
  tunnels: [
    { header: 'NVE', cell: (view) => say(view.nve) },
    { header: 'REMOTE', cell: (view) => say(view.remote) },
    { header: 'TYPE', cell: (view) => say(view.type) },
    { header: 'REMOTE-IP', cell: (view) => say(view.remoteIp) },
    { header: 'STATE', cell: (view) => tunnelStateCell(view.status.state) },
    { header: 'NETWORKS', cell: (view) => many(view.networks) },
    { header: 'SINCE', wide: true, cell: (view) => sinceCell(view.status.since) },
    { header: 'DIAGNOSTIC', wide: true, cell: (view) => say(view.status.diagnostic) },
    { header: 'UDP-PORT', wide: true, cell: (view) => say(view.port) },
    { header: 'NAME', wide: true, cell: (view) => say(view.name) },
  ],
  instances: [
    { header: 'NAME', cell: (view) => say(view.name) },
    { header: 'ALIVE', cell: (view) => yesNo(view.status.alive) },
    { header: 'NVES', cell: (view) => say(view.status.nves.length) },
    { header: 'SHARE', cell: (view) => say(`${view.status.share}%`) },
    { header: 'CONNECTED', cell: (view) => connectedCell(view.status) },
    { header: 'VERSION', cell: (view) => say(view.status.version) },
    { header: 'STARTED', cell: (view) => say(localTime(view.status.startedAt)) },
    { header: 'SILENT', wide: true, cell: (view) => say(silence(view.status.silentMs)) },
    { header: 'CONFIRMED', wide: true, cell: (view) => say(view.status.confirmed) },
    { header: 'WRITES-TO', wide: true, cell: (view) => many(view.status.nves) },
    { header: 'MISSING', wide: true, cell: (view) => many(view.status.missing) },
    { header: 'WHY', wide: true, cell: (view) => say(reasonsOf(view.status.why)) },
  ],
};

export function tableOf<Kind extends ViewKind>(
  kind: Kind,
  views: readonly ViewsByKind[Kind][],
  wide: boolean,
): { readonly headers: readonly string[]; readonly rows: readonly (readonly Cell[])[] } {
  const columns = COLUMNS[kind].filter((column) => wide || column.wide !== true);
  return {
    headers: columns.map((column) => column.header),
    rows: views.map((view) => columns.map((column) => column.cell(view))),
  };
}

/** What is not known is a dash: a script can count columns. */
export function say(value: string | number | undefined): Cell {
  return { text: value === undefined || value === '' ? '-' : String(value) };
}

export function many(values: readonly string[]): Cell {
  return say(values.join(','));
}

export function phaseCell(phase: PortPhase): Cell {
  return { text: phase, colour: PHASE_COLOURS[phase] };
}

export function yesNo(value: boolean): Cell {
  return value ? { text: 'yes', colour: 'green' } : { text: 'no', colour: 'red' };
}

const TUNNEL_COLOURS: Readonly<Partial<Record<TunnelState, Colour>>> = {
  up: 'green',
  waiting: 'yellow',
  down: 'red',
};

export function tunnelStateCell(state: TunnelState): Cell {
  const colour = TUNNEL_COLOURS[state];
  return { text: state, ...(colour === undefined ? {} : { colour }) };
}

export function sinceCell(since: string | undefined): Cell {
  return say(since === undefined ? undefined : localTime(since));
}

/** With the phase of one that is not served as others are: `yes,leaving`. */
export function nveConnectedCell({ connected, phase }: ViewsByKind['nves']['status']): Cell {
  const cell = yesNo(connected);
  return phase === undefined ? cell : { text: `${cell.text},${phase}`, colour: 'yellow' };
}

export function endpointsCell(endpoints: readonly Endpoint[]): Cell {
  return many(endpoints.map(endpointText));
}

function endpointText({ type, ip, port }: Endpoint): string {
  if (port === undefined) return `${type}:${ip}`;
  return `${type}:${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
}

/** installed/desired */
export function flowsCell(flows: { readonly desired: number; readonly installed: number }): Cell {
  const text = `${flows.installed}/${flows.desired}`;
  return flows.installed === flows.desired ? { text } : { text, colour: 'yellow' };
}

/** Yellow when others see NVEs that it does not. */
export function connectedCell(status: ViewsByKind['instances']['status']): Cell {
  const text = String(status.connected);
  return status.missing.length === 0 ? { text } : { text, colour: 'yellow' };
}

/** By what several NVEs have in common: `c was gone: hv2,hv3; nobody served it: hv1` */
function reasonsOf(why: Readonly<Record<string, string>>): string {
  const byReason = new Map<string, string[]>();
  for (const [nve, reason] of Object.entries(why)) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), nve]);
  }
  return [...byReason].map(([reason, nves]) => `${reason}: ${nves.join(',')}`).join('; ');
}

/** Undefined: it speaks. */
export function silence(silentMs: number | undefined): string | undefined {
  return silentMs === undefined ? undefined : uptime(Math.round(silentMs / 1000));
}

function conditionCodes(conditions: readonly Condition[]): Cell {
  const cell = many(conditions.map((condition) => condition.code));
  return conditions.length === 0 ? cell : { ...cell, colour: 'yellow' };
}
