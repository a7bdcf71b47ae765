/**
 * Many edges cheaply: K Open vSwitches with the dummy datapath, in the root namespace, without privileges.
 *
 * For benches and tests of scale: real ovsdb-server and ovs-vswitchd, real OpenFlow tables, no packets to speak of.
 * The state folder, the guardian and the sweep are the lab's.
 */
import type { ChildProcess } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { ended, type Run, run, start } from './command.ts';
import { FlowWatch } from './flow-watch.ts';
import { startGuardian } from './guardian.ts';
import { makeEmptyDatabase, OpenVSwitch } from './open-vswitch.ts';
import { type Operation, OvsdbClient } from './ovsdb-client.ts';
import { claimFolder, isAlive, labFolder, newState, readState, writeState } from './state-file.ts';
import { sweep } from './sweep.ts';

export interface DummyEdgesOptions {
  /** One to eight lower-case letters or digits; names the state folder. */
  readonly prefix: string;
  readonly edges: number;
}

export interface DummyInterface {
  readonly name: string;
  readonly ifaceId: string;
}

/** Edges that start at once. */
const STARTS_AT_ONCE = 8;
const EDGES_MAX = 1000;

/** One edge; `e1` is its system-id. */
export class DummyEdge extends OpenVSwitch {
  readonly index: number;
  readonly name: string;
  readonly encapIp: string;
  readonly #abort: AbortSignal;
  #client: OvsdbClient | undefined;
  readonly #ports = new Map<string, unknown>();

  constructor(index: number, folder: string, command: Run, abort: AbortSignal) {
    const name = `e${index}`;
    const encapIp = `10.9.${index >> 8}.${index & 0xff}`;
    super({
      folder: join(folder, name),
      enter: [],
      vswitchdArgs: ['--enable-dummy', '--disable-system', '--disable-system-route'],
      emptyDatabase: join(folder, 'empty.db'),
      run: command,
      setup: [
        ...['set', 'Open_vSwitch', '.', `external_ids:system-id=${name}`],
        ...['external_ids:nva-datapath-type=dummy', `external_ids:nva-encap-ip=${encapIp}`],
        'other_config:n-revalidator-threads=1',
        'other_config:n-handler-threads=1',
      ],
    });
    this.index = index;
    this.name = name;
    this.encapIp = encapIp;
    this.#abort = abort;
  }

  async joinManager(...targets: readonly string[]): Promise<void> {
    await this.vsctl('--no-wait', 'set-manager', ...targets);
  }

  /** All in one transaction; resolves when ovsdb-server has committed it (not: when ovs-vswitchd has numbered them). */
  async addInterfaces(interfaces: readonly DummyInterface[], bridge = 'br-int'): Promise<void> {
    const rows = interfaces.flatMap(({ name, ifaceId }, position): Operation[] => [
      {
        ...{ op: 'insert', table: 'Interface', 'uuid-name': `i${position}` },
        row: { name, type: 'dummy', external_ids: ['map', [['iface-id', ifaceId]]] },
      },
      {
        ...{ op: 'insert', table: 'Port', 'uuid-name': `p${position}` },
        row: { name, interfaces: ['named-uuid', `i${position}`] },
      },
    ]);
    const ports = ['set', interfaces.map((_, position) => ['named-uuid', `p${position}`])];
    const results = await this.#transact([...rows, mutatePorts(bridge, 'insert', ports)]);
    interfaces.forEach(({ name }, position) => {
      this.#ports.set(name, results[2 * position + 1]?.uuid);
    });
  }

  /** Of those that `addInterfaces` made; all in one transaction. */
  async removeInterfaces(names: readonly string[], bridge = 'br-int'): Promise<void> {
    const uuids = names.map((name) => {
      const uuid = this.#ports.get(name);
      if (uuid === undefined) throw new Error(`${this.name} has no interface ${name} of ours.`);
      return uuid;
    });
    await this.#transact([mutatePorts(bridge, 'delete', ['set', uuids])]);
    for (const name of names) this.#ports.delete(name);
  }

  /** From now on. */
  watchFlows(bridge = 'br-int'): Promise<FlowWatch> {
    const words = ['monitor', this.managementSocket(bridge), 'watch:!initial'];
    const argv = ['ovs-ofctl', '-O', 'OpenFlow15', ...words];
    return FlowWatch.open(start(argv, { signal: this.#abort, env: this.environment }));
  }

  /** How many flows `ovs-ofctl dump-aggregate` counts. */
  async flowCount(bridge = 'br-int'): Promise<number> {
    const text = await this.ofctlOn(bridge, 'dump-aggregate');
    return Number(/flow_count=(\d+)/.exec(text)?.[1] ?? Number.NaN);
  }

  closeClient(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  /** With `next_cfg`, by which ovs-vswitchd takes it at once. */
  async #transact(operations: readonly Operation[]): Promise<readonly Operation[]> {
    this.#client ??= await OvsdbClient.open(this.databaseSocket);
    const mutations = [['next_cfg', '+=', 1]];
    const nextCfg = { op: 'mutate', table: 'Open_vSwitch', where: [], mutations };
    return this.#client.transact([...operations, nextCfg]);
  }
}

function mutatePorts(bridge: string, mutator: 'insert' | 'delete', ports: unknown): Operation {
  const where = [['name', '==', bridge]];
  return { op: 'mutate', table: 'Bridge', where, mutations: [['ports', mutator, ports]] };
}

export class DummyEdges {
  readonly folder: string;
  readonly edges: readonly DummyEdge[];
  readonly #prefix: string;
  readonly #abort = new AbortController();
  readonly #run: Run;
  #guardian: ChildProcess | undefined;

  static async open(options: DummyEdgesOptions): Promise<DummyEdges> {
    const { prefix, edges } = options;
    if (!/^[a-z][a-z0-9]{0,7}$/.test(prefix))
      throw new Error(`"${prefix}" is no prefix for edges.`);
    if (!Number.isInteger(edges) || edges < 1 || edges > EDGES_MAX) {
      throw new Error(`There are 1 to ${EDGES_MAX} edges, not ${edges}.`);
    }
    const folder = labFolder(`d-${prefix}`);
    const state = readState(folder);
    if (state !== undefined && isAlive(state.owner)) {
      throw new Error(`Edges "${prefix}" are already up, by process ${state.owner.pid}.`);
    }
    await sweep(folder);
    const opened = new DummyEdges(options, folder);
    try {
      await opened.#build();
    } catch (error) {
      await opened.close();
      throw error;
    }
    return opened;
  }

  private constructor({ prefix, edges }: DummyEdgesOptions, folder: string) {
    const { signal } = this.#abort;
    setMaxListeners(0, signal);
    this.#prefix = prefix;
    this.folder = folder;
    this.#run = (argv, options) => run(argv, { ...options, signal });
    this.edges = Array.from(
      { length: edges },
      (_, position) => new DummyEdge(position + 1, folder, this.#run, signal),
    );
  }

  /** From 1. */
  edge(index: number): DummyEdge {
    const found = this.edges[index - 1];
    if (found === undefined) throw new Error(`There is no edge ${index}.`);
    return found;
  }

  /** What `work` does to every edge, some at once. */
  async each(work: (edge: DummyEdge) => Promise<void>): Promise<void> {
    const queue = [...this.edges];
    const worker = async () => {
      for (let edge = queue.shift(); edge !== undefined; edge = queue.shift()) await work(edge);
    };
    await Promise.all(Array.from({ length: STARTS_AT_ONCE }, worker));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    for (const edge of this.edges) edge.closeClient();
    await sweep(this.folder);
    if (this.#guardian !== undefined) {
      this.#guardian.ref(); // or the process would end here, with nothing else to wait for
      this.#guardian.stdin?.destroy();
      await ended(this.#guardian);
    }
  }

  async #build(): Promise<void> {
    claimFolder(this.folder);
    writeState(this.folder, newState(this.#prefix));
    this.#guardian = startGuardian(this.folder);
    await makeEmptyDatabase(join(this.folder, 'empty.db'), this.#run);
    await this.each((edge) => edge.start());
  }
}
