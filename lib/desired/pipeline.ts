/**
 * The table plan of the integration bridge, as data. Every flow is checked against it.
 *
 * A table says what it may match, what it may do and where it may send a packet on; a flow that the plan does not
 * allow is our own fault and stops the process before it reaches a switch. docs/pipeline.md draws this.
 */
import type { Action, Instruction } from '../../protocols/openflow/values/actions.ts';
import type { FieldName } from '../../protocols/openflow/values/fields.ts';
import type { Flow } from '../../protocols/openflow/values/flow.ts';

export const TABLES = {
  /** Port or tunnel key → network, ingress port, came-from-tunnel. */
  classify: 0,
  /** Source MAC and IP belong to this port. */
  guard: 10,
  /** ARP and ND answered here. */
  resolve: 20,
  /** L3 and combined service. */
  route: 30,
  /** (network, destination MAC) → local port, or tunnel destination and port. */
  forward: 40,
  /** Network → replication group. */
  flood: 50,
  /** Egress port → output. */
  deliver: 60,
} as const;

export type TableName = keyof typeof TABLES;

/** What each register carries between tables. */
export const REGISTERS = {
  /** Bits 0–23: the network's VNI. Bit 31: the packet came from a tunnel and must not enter one again. */
  network: 'reg0',
  /** OpenFlow number of the port that the tenant's packet came in on. */
  ingress: 'reg1',
  /** OpenFlow number of the port that `deliver` sends the packet to. */
  egress: 'reg2',
} as const;

/** In REGISTERS.network: one exact match tells a tenant's packet from the same network's tunnelled one. */
export const FROM_TUNNEL = 0x80000000;
/** All of REGISTERS.network but FROM_TUNNEL. */
export const NETWORK_MASK = 0x7fffffff;

/** One flow-based port per encapsulation, the same number on every NVE, so that a remote mapping is the same flow everywhere. */
export const TUNNEL_PORTS = { geneve: 65001, vxlan: 65002, gre: 65003 } as const;

export const PRIORITIES = { miss: 0, normal: 100, reserved: 200 } as const;

interface TablePlan {
  readonly matches: readonly FieldName[];
  readonly sets: readonly FieldName[];
  readonly actions: readonly Action['type'][];
  readonly next: readonly TableName[];
}

export const PLAN: Readonly<Record<TableName, TablePlan>> = {
  classify: {
    matches: ['in_port', 'tun_id'],
    sets: ['reg0', 'reg1'],
    actions: ['set_field'],
    next: ['guard', 'forward'],
  },
  guard: { matches: [], sets: [], actions: [], next: ['resolve'] },
  resolve: { matches: [], sets: [], actions: [], next: ['route'] },
  route: { matches: [], sets: [], actions: [], next: ['forward'] },
  forward: {
    matches: ['reg0', 'eth_dst'],
    sets: ['reg2', 'tun_id', 'tun_dst', 'tun_ipv6_dst'],
    actions: ['set_field', 'output'],
    next: ['flood', 'deliver'],
  },
  flood: { matches: ['reg0'], sets: ['tun_id'], actions: ['set_field', 'group'], next: [] },
  deliver: { matches: ['reg2'], sets: [], actions: ['output'], next: [] },
};

const NAME_OF_TABLE: ReadonlyMap<number, TableName> = new Map(
  Object.entries(TABLES).map(([name, id]) => [id, name as TableName]),
);

export function tableName(id: number): TableName | undefined {
  return NAME_OF_TABLE.get(id);
}

/** The first thing in the flow that the plan does not allow; undefined: the flow fits. */
export function breachOfPlan(flow: Flow): string | undefined {
  const name = NAME_OF_TABLE.get(flow.table);
  if (name === undefined) return `table ${flow.table} is not in the plan`;
  const plan = PLAN[name];
  for (const { field } of flow.match) {
    if (!plan.matches.includes(field)) return `table ${name} may not match ${field}`;
  }
  if (fitting.get(flow.instructions) === name) return undefined;
  for (const instruction of flow.instructions) {
    const breach = breachOfInstruction(name, plan, instruction);
    if (breach !== undefined) return `table ${name} ${breach}`;
  }
  fitting.set(flow.instructions, name);
  return undefined;
}

/** Lists of instructions are shared by many flows, and immutable: each is looked at once. */
const fitting = new WeakMap<readonly Instruction[], TableName>();

function breachOfInstruction(
  name: TableName,
  plan: TablePlan,
  instruction: Instruction,
): string | undefined {
  if (instruction.type === 'goto_table') {
    const next = NAME_OF_TABLE.get(instruction.table);
    if (next !== undefined && plan.next.includes(next)) return undefined;
    return `may not go to table ${next ?? instruction.table}`;
  }
  if (instruction.type !== 'apply_actions') return `may not use ${instruction.type}`;
  for (const action of instruction.actions) {
    if (!plan.actions.includes(action.type)) return `may not ${action.type} (${name})`;
    if (action.type === 'set_field' && !plan.sets.includes(action.field)) {
      return `may not set ${action.field}`;
    }
  }
  return undefined;
}
