/**
 * The flows and buckets of each kind of record: the only place that writes flows.
 *
 * Each function is the whole compile of one record for one audience. docs/pipeline.md shows them installed.
 */
import {
  ipFamily,
  ipv4ToNumber,
  ipv6ToBigInt,
  macToNumber,
} from '../../protocols/base/addresses.ts';
import type { Action, Instruction } from '../../protocols/openflow/values/actions.ts';
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import type { Match } from '../../protocols/openflow/values/match.ts';
import type { Endpoint } from '../model/encapsulation.ts';
import {
  type NetworkRecord,
  type NveRecord,
  type PortRecord,
  recordKey,
} from '../model/records.ts';
import { encapsulationsOf } from './agreement.ts';
import { cookieOf, type Feature } from './cookie.ts';
import { type Fragment, type GroupBucket, LOCAL_PORT } from './fragment.ts';
import {
  breachOfPlan,
  FROM_TUNNEL,
  NETWORK_MASK,
  PRIORITIES,
  REGISTERS,
  TABLES,
  type TableName,
  TUNNEL_PORTS,
} from './pipeline.ts';
import { LOCAL_COPY_BYTES, remoteCopyBytes } from './replication.ts';

/** Bits 25–31 of the id of a group of ours; groups have no cookie, so the id is the mark. */
const GROUP_MARK = 0x27;

/** Local members and remote NVEs. */
export function floodGroupId(vni: number): number {
  return GROUP_MARK * 0x2000000 + 0x1000000 + vni;
}

/** Local members only: for what came from a tunnel. */
export function localGroupId(vni: number): number {
  return GROUP_MARK * 0x2000000 + vni;
}

export function isOurGroup(groupId: number): boolean {
  return groupId >>> 25 === GROUP_MARK;
}

/** Remote buckets have ids above every port number, local ones their port's number. */
const REMOTE_BUCKET_BASE = 0x10000;

/** IEEE 802.1Q §8.6.3: frames to these addresses are for the link and never cross a bridge. */
const RESERVED_MAC = { value: 0x0180c2000000, mask: 0xfffffffffff0 } as const;

/** What every NVE holds, whatever it serves: the way through the tables, and a counted drop at the end of each. */
export const PIPELINE_FRAGMENT: Fragment = {
  cause: 'pipeline/static',
  groups: [],
  buckets: [],
  flows: [
    flow('pipeline', 'classify', PRIORITIES.miss, [], []),
    flow('pipeline', 'guard', PRIORITIES.miss, [], [goto('resolve')]),
    flow('pipeline', 'resolve', PRIORITIES.miss, [], [goto('route')]),
    flow('pipeline', 'route', PRIORITIES.miss, [], [goto('forward')]),
    flow('pipeline', 'forward', PRIORITIES.miss, [], [goto('flood')]),
    flow('pipeline', 'forward', PRIORITIES.reserved, [{ field: 'eth_dst', ...RESERVED_MAC }], []),
    flow('pipeline', 'flood', PRIORITIES.miss, [], []),
    flow('pipeline', 'deliver', PRIORITIES.miss, [], []),
  ],
};

/** The network itself, on every NVE that serves it: tunnel keys in, two replication groups. */
export function networkFragment(network: NetworkRecord): Fragment {
  const { vni } = network;
  const flows = encapsulationsOf(network).map((type) =>
    flow(
      'network',
      'classify',
      PRIORITIES.normal,
      [
        { field: 'in_port', value: TUNNEL_PORTS[type] },
        { field: 'tun_id', value: BigInt(vni) },
      ],
      [apply(set('network', FROM_TUNNEL + vni)), goto('forward')],
    ),
  );
  flows.push(
    flow('network', 'flood', PRIORITIES.normal, inNetwork(vni), [
      apply(
        { type: 'set_field', field: 'tun_id', value: BigInt(vni) },
        { type: 'group', groupId: floodGroupId(vni) },
      ),
    ]),
    flow('network', 'flood', PRIORITIES.normal, inNetwork(FROM_TUNNEL + vni), [
      apply({ type: 'group', groupId: localGroupId(vni) }),
    ]),
  );
  return {
    cause: recordKey('network', network.name),
    flows,
    groups: [floodGroupId(vni), localGroupId(vni)],
    buckets: [],
  };
}

/** An attached port on its own NVE. Speaks of LOCAL_PORT. */
export function localFragment(network: NetworkRecord, port: PortRecord): Fragment {
  const { vni } = network;
  const copy = {
    bucketId: LOCAL_PORT,
    actions: [set('egress', LOCAL_PORT), { type: 'resubmit', table: TABLES.deliver } as const],
  };
  return {
    cause: recordKey('port', port.name),
    port: port.name,
    groups: [],
    flows: [
      flow(
        'local',
        'classify',
        PRIORITIES.normal,
        [{ field: 'in_port', value: LOCAL_PORT }],
        [apply(set('network', vni), set('ingress', LOCAL_PORT)), goto('guard')],
      ),
      flow(
        'local',
        'forward',
        PRIORITIES.normal,
        [
          { field: REGISTERS.network, value: vni, mask: NETWORK_MASK },
          { field: 'eth_dst', value: macToNumber(port.mac) },
        ],
        [apply(set('egress', LOCAL_PORT)), goto('deliver')],
      ),
      flow(
        'local',
        'deliver',
        PRIORITIES.normal,
        [{ field: REGISTERS.egress, value: LOCAL_PORT }],
        [apply({ type: 'output', port: LOCAL_PORT })],
      ),
    ],
    buckets: [
      { groupId: floodGroupId(vni), bucket: copy, cost: LOCAL_COPY_BYTES },
      { groupId: localGroupId(vni), bucket: copy, cost: LOCAL_COPY_BYTES },
    ],
  };
}

/** An attached port on the other NVEs of its network: never for what came from a tunnel, hence the exact match. */
export function remoteFragment(
  network: NetworkRecord,
  port: PortRecord,
  endpoint: Endpoint,
): Fragment {
  return {
    cause: recordKey('port', port.name),
    groups: NONE,
    buckets: NONE,
    flows: [
      flow(
        'remote',
        'forward',
        PRIORITIES.normal,
        [
          { field: REGISTERS.network, value: network.vni },
          { field: 'eth_dst', value: macToNumber(port.mac) },
        ],
        toTunnel(network.vni, endpoint),
      ),
    ],
  };
}

const NONE: readonly never[] = [];

const tunnelInstructions = new WeakMap<Endpoint, Map<number, readonly Instruction[]>>();

/** One object for all ports of a network on one NVE: a hundred thousand copies would cost more than all the rest. */
function toTunnel(vni: number, endpoint: Endpoint): readonly Instruction[] {
  let byVni = tunnelInstructions.get(endpoint);
  if (byVni === undefined) {
    byVni = new Map();
    tunnelInstructions.set(endpoint, byVni);
  }
  let instructions = byVni.get(vni);
  if (instructions === undefined) {
    instructions = [
      apply(
        { type: 'set_field', field: 'tun_id', value: BigInt(vni) },
        setTunnelDestination(endpoint),
        { type: 'output', port: TUNNEL_PORTS[endpoint.type] },
      ),
    ];
    byVni.set(vni, instructions);
  }
  return instructions;
}

/** An NVE that serves the network, as one copy in the flood group of the others. */
export function memberFragment(
  network: NetworkRecord,
  nve: NveRecord,
  endpoint: Endpoint,
): Fragment {
  const bucket: GroupBucket = {
    groupId: floodGroupId(network.vni),
    cost: remoteCopyBytes(endpoint),
    remote: nve.name,
    bucket: {
      bucketId: REMOTE_BUCKET_BASE + nve.index,
      actions: [
        setTunnelDestination(endpoint),
        { type: 'output', port: TUNNEL_PORTS[endpoint.type] },
      ],
    },
  };
  return { cause: recordKey('nve', nve.name), flows: [], groups: [], buckets: [bucket] };
}

function flow(
  feature: Feature,
  table: TableName,
  priority: number,
  match: Match,
  instructions: readonly Instruction[],
): Flow {
  const content = { table: TABLES[table], priority, match, instructions };
  const cookie = cookieOf(feature, content);
  const made: Flow = { table: content.table, priority, match, instructions, cookie };
  const breach = breachOfPlan(made);
  if (breach !== undefined) throw new Error(`a flow breaks the table plan: ${breach}`);
  return made;
}

function inNetwork(value: number): Match {
  return [{ field: REGISTERS.network, value }];
}

function goto(table: TableName): Instruction {
  return { type: 'goto_table', table: TABLES[table] };
}

function apply(...actions: Action[]): Instruction {
  return { type: 'apply_actions', actions };
}

function set(register: keyof typeof REGISTERS, value: number): Action {
  return { type: 'set_field', field: REGISTERS[register], value };
}

function setTunnelDestination(endpoint: Endpoint): Action {
  if (ipFamily(endpoint.ip) === 4) {
    return { type: 'set_field', field: 'tun_dst', value: ipv4ToNumber(endpoint.ip) };
  }
  return { type: 'set_field', field: 'tun_ipv6_dst', value: ipv6ToBigInt(endpoint.ip) };
}
