/**
 * Views: what the API shows, read from the core. Pure; computed when asked for.
 */

import { VERSION_NAMES } from '../../protocols/openflow/values/version.ts';
import {
  agreedEndpoint,
  type Capability,
  capabilityOf,
  encapsulationsOf,
} from '../desired/agreement.ts';
import { type Endpoint, UDP_PORTS } from '../model/encapsulation.ts';
import type { NetworkRecord, NveName, NveRecord, PortRecord } from '../model/records.ts';
import type {
  Condition,
  MappingView,
  NetworkView,
  NveView,
  PortPhase,
  PortView,
} from '../model/views.ts';
import type { Core } from './core.ts';
import type { NveOwner } from './members-view.ts';
import {
  conflictText,
  deadAddressText,
  shortageText,
  unknownPortText,
  unreachableText,
} from './notices.ts';
import type { NveState } from './nve-state.ts';

export function networkView(core: Core, network: NetworkRecord): NetworkView {
  const { name, vni, encapsulation, vniAllocated } = network;
  const ports = [...core.domain.portsOf(name)];
  const active = ports.filter((port) => phaseOf(core, port).phase === 'active').length;
  return {
    kind: 'Network',
    name,
    vni,
    ...(encapsulation === undefined ? {} : { encapsulation }),
    status: {
      vniAllocated,
      ports: ports.length,
      active,
      nves: core.compiler.members(name).sort(),
      conditions: [
        ...disagreements(core, network),
        ...unreachable(core, network),
        ...shortages(core, network),
      ],
    },
  };
}

export function portView(core: Core, port: PortRecord): PortView {
  const { name, network, mac, ips } = port;
  const { phase, reason } = phaseOf(core, name);
  const nve = core.domain.attachment(name)?.nve;
  const placed = nve === undefined ? undefined : core.interfaces.working(name, nve);
  return {
    kind: 'Port',
    name,
    network,
    mac,
    ips,
    status: {
      phase,
      ...(reason === undefined ? {} : { reason }),
      ...(nve === undefined ? {} : { nve }),
      ...(placed?.ofport === undefined ? {} : { ofport: placed.ofport }),
      ...(placed === undefined ? {} : { interface: placed.name }),
    },
  };
}

export function nveView(core: Core, nve: NveRecord, instance: string): NveView {
  const { name } = nve;
  const state = core.nve(name);
  const facts = state?.facts ?? state?.lastFacts;
  const owner = ownerOf(core, name, instance);
  const elsewhere = core.members?.connectedTo(name).some((other) => other !== instance) ?? false;
  const own = { desired: state?.flowsDesired ?? 0, installed: state?.flowsInstalled ?? 0 };
  return {
    kind: 'Nve',
    name,
    status: {
      connected: elsewhere || (state?.connected ?? false),
      ...(owner === undefined ? {} : { owner: owner.instance }),
      ...(owner?.why === undefined ? {} : { ownerWhy: owner.why }),
      endpoints: nve.endpoints,
      flows: owner?.flows ?? own,
      ports: core.domain.attachedTo(name).size,
      ...(facts === undefined ? {} : { bridge: facts.bridge }),
      ...(facts?.datapathId === undefined ? {} : { datapathId: facts.datapathId }),
      ...(state?.version === undefined ? {} : { openflow: VERSION_NAMES[state.version] }),
      ...(facts?.ovsVersion === undefined ? {} : { ovsVersion: facts.ovsVersion }),
      conditions: nveConditions(core, name, state),
    },
  };
}

/** We ourselves by what we know, others by what they say; our own word in the store may be older than what we know. */
function ownerOf(core: Core, nve: NveName, self: string): NveOwner | undefined {
  const state = core.nve(nve);
  if (state?.owner === true) {
    return { instance: self, ...(state.ownerWhy === undefined ? {} : { why: state.ownerWhy }) };
  }
  const owner = core.members?.ownerOf(nve);
  return owner?.instance === self ? undefined : owner;
}

export function mappingViews(core: Core): MappingView[] {
  return core.domain.attachments().flatMap(({ port }) => {
    const mapping = core.domain.mapping(port);
    if (mapping === undefined) return [];
    const { network, nve, attachment } = mapping;
    return [
      {
        kind: 'Mapping' as const,
        name: port,
        network: network.name,
        mac: mapping.port.mac,
        ips: mapping.port.ips,
        nve: nve.name,
        endpoints: nve.endpoints.filter((endpoint) =>
          encapsulationsOf(network).includes(endpoint.type),
        ),
        sequence: attachment.sequence,
        source: 'ovsdb',
      },
    ];
  });
}

interface Agreement {
  /** Members of equal capability, the receiver perhaps among them. */
  readonly senders: readonly NveRecord[];
  readonly to: NveRecord;
  readonly endpoint: Endpoint | undefined;
}

/** How members reach each other: asked once for all of equal capability, not for each pair. */
function* agreements(core: Core, network: NetworkRecord): Generator<Agreement> {
  const names = core.compiler.members(network.name).sort();
  const members = names.flatMap((name) => core.domain.nve(name) ?? []);
  for (const [capability, senders] of byCapability(members)) {
    for (const to of members) {
      yield { senders, to, endpoint: agreedEndpoint(network, to.endpoints, capability) };
    }
  }
}

function byCapability(members: readonly NveRecord[]): Map<Capability, NveRecord[]> {
  const senders = new Map<Capability, NveRecord[]>();
  for (const member of members) {
    const capability = capabilityOf(member.endpoints);
    const equals = senders.get(capability);
    if (equals === undefined) senders.set(capability, [member]);
    else equals.push(member);
  }
  return senders;
}

export function phaseOf(core: Core, port: string): { phase: PortPhase; reason?: string } {
  const attachment = core.domain.attachment(port);
  const claimants = core.claimants(port);
  if (attachment === undefined) return { phase: 'waiting', reason: whyUnattached(core, port) };
  const { nve } = attachment;
  if (claimants.length > 1) {
    return { phase: 'conflict', reason: conflictText(port, nve, claimants) };
  }
  const here = core.interfaces.any(port, nve).filter((placed) => placed.error === undefined);
  if (here.length > 1) {
    const names = here.map((placed) => placed.name).join(' and ');
    const used = core.interfaces.working(port, nve)?.name;
    return { phase: 'conflict', reason: `${names} on ${nve} both name ${port}: ${used} is used` };
  }
  const state = core.nve(nve);
  if (state === undefined || !state.connected) {
    if ((core.members?.connectedTo(nve).length ?? 0) === 0) {
      return { phase: 'active', reason: `${nve} is not connected now and goes on by what it has` };
    }
  } else if (state.linker.number(port) === undefined) {
    return {
      phase: 'waiting',
      reason: `Open vSwitch on ${nve} has not numbered its interface yet`,
    };
  }
  if (core.domain.mapping(port) === undefined) {
    return { phase: 'waiting', reason: 'its network is gone: apply it again' };
  }
  return { phase: 'active' };
}

function whyUnattached(core: Core, port: string): string {
  for (const nve of core.interfaces.naming(port)) {
    const broken = core.interfaces.any(port, nve).find((placed) => placed.error !== undefined);
    if (broken !== undefined) {
      return `interface ${broken.name} on ${nve} does not work: ${broken.error}`;
    }
  }
  return `no interface of a connected NVE has external_ids:iface-id=${port}`;
}

function nveConditions(core: Core, nve: NveName, state: NveState | undefined): Condition[] {
  const conditions = [...(state?.conditions() ?? []), ...deadConditions(core, nve)];
  for (const { ifaceId, name } of core.interfaces.of(nve)) {
    if (core.domain.port(ifaceId) !== undefined) continue;
    conditions.push({ code: 'port-unknown', message: unknownPortText(ifaceId, nve, name) });
  }
  return conditions;
}

function deadConditions({ compiler, domain }: Core, nve: NveName): Condition[] {
  const { dead } = compiler.reach.shape(nve);
  const record = domain.nve(nve);
  if (dead.size === 0 || record === undefined) return [];
  const isCutOff = compiler.reach.endpoints(record).length === 0;
  const [code, text] = isCutOff
    ? ['nve-unreachable', unreachableText]
    : ['address-unreachable', deadAddressText];
  return [{ code, message: text(nve, [...dead]) }];
}

/** Pairs of members that have no encapsulation of the network in common. */
function disagreements(core: Core, network: NetworkRecord): Condition[] {
  const allowed = encapsulationsOf(network).join(', ');
  const conditions: Condition[] = [];
  for (const { senders, to, endpoint } of agreements(core, network)) {
    if (endpoint !== undefined) continue;
    for (const from of senders) {
      if (from === to) continue;
      const message = `${from.name} cannot send to ${to.name}: they have none of ${allowed} in common over one IP family${unequalPorts(network, from, to)}`;
      conditions.push({ code: 'no-common-encapsulation', message });
      if (conditions.length === 10) return conditions;
    }
  }
  return conditions;
}

/** Which of the network's encapsulations both have, with different UDP ports. */
function unequalPorts(network: NetworkRecord, from: NveRecord, to: NveRecord): string {
  const unequal = encapsulationsOf(network).flatMap((type) => {
    if (type === 'gre') return [];
    const [here, there] = [from, to].map(({ endpoints }) =>
      endpoints.find((endpoint) => endpoint.type === type),
    );
    if (here === undefined || there === undefined || here.port === there.port) return [];
    const [left, right] = [here, there].map(({ port }) => port ?? UDP_PORTS[type]);
    return [`${type} has UDP port ${left} on one and ${right} on the other`];
  });
  return unequal.length === 0 ? '' : ` (${unequal.join(', ')}: see external_ids:nva-encap-port)`;
}

/** Members of which no address counts. */
function unreachable(core: Core, network: NetworkRecord): Condition[] {
  const { compiler, domain } = core;
  return compiler.members(network.name).flatMap((name) => {
    const { dead } = compiler.reach.shape(name);
    const nve = domain.nve(name);
    if (dead.size === 0 || nve === undefined || compiler.reach.endpoints(nve).length > 0) return [];
    return [{ code: 'nve-unreachable', message: unreachableText(name, [...dead]) }];
  });
}

function shortages(core: Core, network: NetworkRecord): Condition[] {
  const conditions: Condition[] = [];
  for (const state of core.nves()) {
    for (const shortage of state.shortages.values()) {
      if ((shortage.groupId & 0xffffff) !== network.vni) continue;
      conditions.push({ code: 'replication-limit', message: shortageText(state.name, shortage) });
    }
  }
  return conditions;
}
