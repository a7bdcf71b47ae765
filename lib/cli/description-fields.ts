/**
 * The fields of `nva describe`, for each kind.
 */
import type { ViewKind, ViewsByKind } from '../model/views.ts';
import { endpointsCell, flowsCell, many, phaseCell, say, yesNo } from './list-columns.ts';
import type { Cell } from './text-table.ts';
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
        ['Networks', many(view.networks)],
      ];
    case 'Instance':
      return [
        ['Name', say(view.name)],
        ['Alive', yesNo(view.status.alive)],
        ['Writes to', many(view.status.nves)],
        ['Version', say(view.status.version)],
        ['Started', say(localTime(view.status.startedAt))],
      ];
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

function nveFields(view: ViewsByKind['nves']): Fields {
  const { status } = view;
  return [
    ['Name', say(view.name)],
    ['Connected', yesNo(status.connected)],
    ['Owner', say(status.owner)],
    ['Endpoints', endpointsCell(status.endpoints)],
    ['Bridge', say(status.bridge)],
    ['Datapath ID', say(status.datapathId)],
    ['Open vSwitch', say(status.ovsVersion)],
    ['OpenFlow', say(status.openflow)],
    ['Flows', { ...flowsCell(status.flows), text: `${flowsCell(status.flows).text} installed` }],
    ['Ports', say(status.ports)],
  ];
}
