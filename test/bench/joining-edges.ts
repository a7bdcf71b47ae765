/**
 * Edges that are about to join: each has its integration bridge with one tenant port, and has never heard of anybody.
 *
 * All join at once: each database is told its manager in one transaction, by clients that were connected before.
 */
import { join } from 'node:path';
import type { DummyEdges } from '../../scripts/lab/dummy-edges.ts';
import { OvsdbClient } from '../../scripts/lab/ovsdb-client.ts';
import { openEdges } from './contestant.ts';
import { FlowObserver } from './flow-observer.ts';
import { type TenantPort, tenantPort } from './tenant-port.ts';

/** lib/desired/pipeline.ts: forward. */
const FORWARD_TABLE = 40;

export class JoiningEdges {
  readonly edges: DummyEdges;
  /** By place: edge 1 has the first. */
  readonly ports: readonly TenantPort[];
  readonly observer: FlowObserver;
  readonly #clients: readonly OvsdbClient[];

  static async open(prefix: string, count: number): Promise<JoiningEdges> {
    const edges = await openEdges(prefix, count);
    try {
      const ports = edges.edges.map(({ index }) => tenantPort(index));
      await edges.each(async (edge) => {
        const { name } = tenantPort(edge.index);
        await edge.vsctl(
          ...['add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=dummy'],
          ...['fail_mode=secure', 'protocols=OpenFlow13,OpenFlow14,OpenFlow15', '--'],
          ...['add-port', 'br-int', name, '--', 'set', 'Interface', name, 'type=dummy'],
          `external_ids:iface-id=${name}`,
        );
      });
      const sockets = edges.edges.map((edge) => join(edge.folder, 'br-int.mgmt'));
      const observer = await FlowObserver.open(sockets, ({ table, ethDst }) =>
        table === FORWARD_TABLE ? ethDst : undefined,
      );
      const clients: OvsdbClient[] = [];
      for (const edge of edges.edges) clients.push(await OvsdbClient.open(edge.databaseSocket));
      return new JoiningEdges(edges, ports, observer, clients);
    } catch (error) {
      await edges.close();
      throw error;
    }
  }

  private constructor(
    edges: DummyEdges,
    ports: readonly TenantPort[],
    observer: FlowObserver,
    clients: readonly OvsdbClient[],
  ) {
    this.edges = edges;
    this.ports = ports;
    this.observer = observer;
    this.#clients = clients;
  }

  get count(): number {
    return this.ports.length;
  }

  /**
   * Milliseconds from the first transaction that names the manager until each edge has the flow of each port on the
   * others; undefined: not within the deadline.
   */
  async join(manager: string, deadlineMs: number): Promise<number | undefined> {
    const startedAt = performance.now();
    const sent = this.#clients.map((client) => client.transact(joinOperations(manager)));
    const arrived = await this.observer.until(this.#wanted(), deadlineMs);
    await Promise.all(sent);
    return arrived === undefined ? undefined : arrived - startedAt;
  }

  get missing(): number {
    return this.observer.missing;
  }

  async close(): Promise<void> {
    this.observer.close();
    for (const client of this.#clients) client.close();
    await this.edges.close();
  }

  #wanted(): ReadonlySet<string>[] {
    const keys = this.ports.map(({ macDigits }) => macDigits);
    return keys.map((own) => new Set(keys.filter((key) => key !== own)));
  }
}

function joinOperations(target: string): Readonly<Record<string, unknown>>[] {
  const mutations = [['manager_options', 'insert', ['named-uuid', 'manager']]];
  return [
    {
      ...{ op: 'insert', table: 'Manager', 'uuid-name': 'manager' },
      row: { target, max_backoff: 1_000 },
    },
    { op: 'mutate', table: 'Open_vSwitch', where: [], mutations },
  ];
}
