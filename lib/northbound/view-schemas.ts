/**
 * What the API shows, as JSON Schema: the components of the OpenAPI description.
 */
import { ENCAPSULATIONS, type Endpoint } from '../model/encapsulation.ts';
import type { ObjectRef } from '../model/manifest.ts';
import { VNI_MAX } from '../model/records.ts';
import {
  type Condition,
  type EventView,
  type InstanceView,
  type MappingView,
  type NetworkView,
  type NveView,
  type PortView,
  TUNNEL_STATES,
  type TunnelView,
  type ViewKind,
} from '../model/views.ts';
import {
  boolean,
  count,
  listOf,
  named,
  object,
  oneOfWords,
  optional,
  type Schema,
  text,
} from './schema-shape.ts';

const encapsulation = oneOfWords(ENCAPSULATIONS);
const mac = text('lower case, colons: 02:00:00:00:00:01');
const ip = text('dotted quad, or IPv6 text as RFC 5952 writes it');
const vni: Schema = { type: 'integer', minimum: 0, maximum: VNI_MAX };

const NETWORK = object<NetworkView>({
  kind: oneOfWords(['Network']),
  name: text(),
  vni,
  encapsulation: optional(listOf(encapsulation, 'allowed, best first; absent: all')),
  status: object<NetworkView['status']>({
    vniAllocated: boolean,
    ports: count(),
    active: count('ports that are active'),
    nves: listOf(text(), 'NVEs with a port of this network'),
    conditions: listOf(named('Condition')),
  }),
});

const PORT = object<PortView>({
  kind: oneOfWords(['Port']),
  name: text('external_ids:iface-id of the interface'),
  network: text(),
  mac,
  ips: listOf(ip),
  status: object<PortView['status']>({
    phase: oneOfWords(['waiting', 'active', 'conflict']),
    reason: optional(text('why it is not active, in one sentence')),
    nve: optional(text()),
    ofport: optional({ type: 'integer' }),
    interface: optional(text()),
  }),
});

const NVE = object<NveView>({
  kind: oneOfWords(['Nve']),
  name: text('the system-id of its Open vSwitch'),
  status: object<NveView['status']>({
    connected: { ...boolean, description: 'to any living instance' },
    phase: optional(oneOfWords(['withdrawing', 'leaving', 'flows-taken', 'left', 'refused'])),
    owner: optional(text('the instance that writes to it')),
    ownerWhy: optional(text('why that one')),
    endpoints: listOf(named('Endpoint')),
    flows: object<NveView['status']['flows']>({ desired: count(), installed: count() }),
    ports: count('tenant ports attached here'),
    bridge: optional(text()),
    datapathId: optional(text()),
    openflow: optional(text('the OpenFlow version in use')),
    ovsVersion: optional(text()),
    conditions: listOf(named('Condition')),
  }),
});

const MAPPING = object<MappingView>({
  kind: oneOfWords(['Mapping']),
  name: text(),
  network: text(),
  mac,
  ips: listOf(ip),
  nve: text(),
  endpoints: listOf(named('Endpoint')),
  sequence: count('counts moves; the highest wins'),
  source: text('who said so'),
});

const TUNNEL = object<TunnelView>(
  {
    kind: oneOfWords(['Tunnel']),
    name: text('NVE->NVE/type'),
    nve: text(),
    remote: text(),
    type: encapsulation,
    remoteIp: ip,
    port: optional(count("UDP; absent: the encapsulation's own")),
    networks: listOf(text()),
    status: object<TunnelView['status']>({
      state: oneOfWords(TUNNEL_STATES),
      since: optional({ type: 'string', format: 'date-time' }),
      diagnostic: optional(text("why it went down, in the switch's words")),
    }),
  },
  'one direction of one pair of NVEs that share at least one network',
);

const INSTANCE = object<InstanceView>({
  kind: oneOfWords(['Instance']),
  name: text(),
  status: object<InstanceView['status']>({
    alive: boolean,
    nves: listOf(text(), 'those it writes to'),
    connected: count('NVEs that are connected to it'),
    share: count('of all NVEs that any instance writes to, in percent'),
    version: text(),
    startedAt: { type: 'string', format: 'date-time' },
    confirmed: count('the revision that all NVEs which it writes to have confirmed'),
    silentMs: optional(count('how long it has said nothing; only when it is believed dead')),
    why: {
      type: 'object',
      additionalProperties: text(),
      description: 'by NVE that it writes to: why it does',
    },
    missing: listOf(text(), 'NVEs that others see and it does not'),
    conditions: listOf(named('Condition')),
  }),
});

const CONDITION = object<Condition>({
  code: text('stable, for scripts'),
  message: text('one sentence with a remedy'),
});

const ENDPOINT = object<Endpoint>({
  type: encapsulation,
  ip,
  port: optional(count("UDP; absent: the encapsulation's own")),
});

const EVENT = object<EventView>({
  id: count('ascending within one run of an instance'),
  time: { type: 'string', format: 'date-time' },
  level: oneOfWords(['info', 'warning', 'error']),
  code: text('stable, for scripts'),
  object: text('kind/name of the object that it concerns'),
  message: text(),
});

const OBJECT_REF = object<ObjectRef>({
  kind: oneOfWords(['Network', 'Port', 'Nve', 'Instance']),
  name: text(),
});

export interface KindOfView {
  /** The schema's name. */
  readonly schema: string;
  readonly about: string;
  readonly deletable: boolean;
}

export const VIEW_KINDS: Readonly<Record<ViewKind, KindOfView>> = {
  networks: { schema: 'Network', about: 'virtual networks', deletable: true },
  ports: { schema: 'Port', about: 'tenant ports', deletable: true },
  nves: { schema: 'Nve', about: 'network virtualization edges (hypervisors)', deletable: true },
  mappings: {
    schema: 'Mapping',
    about: 'which NVE has which tenant address',
    deletable: false,
  },
  tunnels: { schema: 'Tunnel', about: 'tunnels between NVEs', deletable: false },
  instances: { schema: 'Instance', about: 'instances of this authority', deletable: true },
};

export const VIEW_SCHEMAS: Readonly<Record<string, Schema>> = {
  Network: NETWORK,
  Port: PORT,
  Nve: NVE,
  Mapping: MAPPING,
  Tunnel: TUNNEL,
  Instance: INSTANCE,
  Condition: CONDITION,
  Endpoint: ENDPOINT,
  Event: EVENT,
  ObjectRef: OBJECT_REF,
};
