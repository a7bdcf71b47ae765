/**
 * The fields of `nva describe`, for each kind.
 */
import type { ViewKind, ViewsByKind } from '../model/views.ts';
import {
  connectedCell,
  endpointsCell,
  flowsCell,
  many,
  nveConnectedCell,
  phaseCell,
  say,
  silence,
  sinceCell,
  tunnelStateCell,
  yesNo,
} from './list-columns.ts';
import { type Cell, clean } from './text-table.ts';
import { localTime } from './words.ts';

type Fields = readonly (readonly [label: string, value: Cell])[];

export function descriptionFields(view: ViewsByKind[ViewKind]): Fields {
  switch (view.kind) {
    case 'Network':
      return networkFields(view);
    case 'Port':
      return portFields(view);
    case 'Nve':
      return nveFields(view);
    case 'Mapping':
      return [
        ['Name', say(view.name)],
        ['Network', say(view.network)],
        ['MAC', say(view.mac)],
        ['IPs', many(view.ips)],
        ['NVE', say(view.nve)],
        ['Endpoints', endpointsCell(view.endpoints)],
        ['Sequence', say(view.sequence)],
        ['Source', say(view.source)],
      ];
    case 'Tunnel':
      return [
        ['Name', say(view.name)],
        ['NVE', say(view.nve)],
        ['Remote', say(`${view.remote} at ${view.remoteIp}`)],
        ['Type', say(view.type)],
        ...(view.port === undefined ? [] : [['UDP port', say(view.port)] as const]),
        ['State', tunnelStateCell(view.status.state)],
        ['Since', sinceCell(view.status.since)],
        ['Diagnostic', say(view.status.diagnostic)],
        ['Networks', many(view.networks)],
      ];
    case 'Instance':
      return instanceFields(view);
  }
}

function networkFields(view: ViewsByKind['networks']): Fields {
  const { status } = view;
  const vni = status.vniAllocated ? `${view.vni} (allocated)` : view.vni;
  return [
    ['Name', say(view.name)],
    ['VNI', say(vni)],
    ['Encapsulation', many(view.encapsulation ?? ['any'])],
    ['Ports', say(`${status.ports} (${status.active} active)`)],
    ['NVEs', many(status.nves)],
  ];
}

function portFields(view: ViewsByKind['ports']): Fields {
  const { status } = view;
  const reason: Fields = status.reason === undefined ? [] : [['Reason', say(status.reason)]];
  return [
    ['Name', say(view.name)],
    ['Network', say(view.network)],
    ['MAC', say(view.mac)],
    ['IPs', many(view.ips)],
    ['Phase', phaseCell(status.phase)],
    ...reason,
    ['NVE', say(status.nve)],
    ['Interface', say(status.interface)],
    ['OpenFlow port', say(status.ofport)],
  ];
}

function instanceFields({ name, status }: ViewsByKind['instances']): Fields {
  const silent = silence(status.silentMs);
  const reasons = status.nves.map((nve) => {
    const why = status.why[nve];
    return clean(why === undefined ? nve : `${nve}: ${why}`);
  });
  return [
    ['Name', say(name)],
    ['Alive', yesNo(status.alive)],
    ...(silent === undefined ? [] : [['Silent for', say(silent)] as const]),
    ['Writes to', say(reasons.join('\n'))],
    ['Share', say(`${status.share}% of the NVEs that anybody writes to`)],
    ['Connected', connectedCell(status)],
    ['Missing', many(status.missing)],
    ['Confirmed', say(`revision ${status.confirmed}`)],
    ['Version', say(status.version)],
    ['Started', say(localTime(status.startedAt))],
  ];
}

function ownerText({ owner, ownerWhy }: ViewsByKind['nves']['status']): string | undefined {
  return owner === undefined || ownerWhy === undefined ? owner : `${owner} (${ownerWhy})`;
}

function nveFields(view: ViewsByKind['nves']): Fields {
  const { status } = view;
  return [
    ['Name', say(view.name)],
    ['Connected', nveConnectedCell(status)],
    ['Owner', say(ownerText(status))],
    ['Endpoints', endpointsCell(status.endpoints)],
    ['Bridge', say(status.bridge)],
    ['Datapath ID', say(status.datapathId)],
    ['Open vSwitch', say(status.ovsVersion)],
    ['OpenFlow', say(status.openflow)],
    ['Flows', { ...flowsCell(status.flows), text: `${flowsCell(status.flows).text} installed` }],
    ['Ports', say(status.ports)],
  ];
}
