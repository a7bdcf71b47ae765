/**
 * A contestant of P2 to P4: K edges with the dummy datapath and something that controls them.
 *
 * What is equal for all is here: the edges' settings, attaching and detaching, what counts as arrived.
 */
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { DummyEdges } from '../../scripts/lab/dummy-edges.ts';
import { until } from '../../scripts/lab/waiting.ts';
import { FlowObserver, type KeyOf } from './flow-observer.ts';
import type { TenantPort } from './tenant-port.ts';

export interface Controller {
  readonly keyOf: KeyOf;
  /** Whether the port's own edge gets a flow with the key, too. */
  readonly servesOwnEdge: boolean;
  /** What `keyOf` gives for a flow about this port. */
  keyOfPort(port: TenantPort): string;
  /** Before any attaching; not timed. */
  declare(ports: readonly TenantPort[]): Promise<void>;
  /** Removes what detached ports leave behind, where the contestant itself does not. */
  forget?(): Promise<void>;
  close(): Promise<void>;
}

/** Interface statistics every ten minutes only: K databases that write them every 5 s would be the loudest thing here. */
const QUIET = 'other_config:stats-update-interval=600000';

export async function openEdges(prefix: string, edges: number): Promise<DummyEdges> {
  const opened = await DummyEdges.open({ prefix, edges });
  await opened.each(async (edge) => {
    await edge.vsctl('--no-wait', 'set', 'Open_vSwitch', '.', QUIET);
  });
  return opened;
}

/** Below the ports that the system gives to clients, so that a client cannot meet itself while nobody listens. */
const PORTS = { first: 21_000, count: 9_000 };

export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export async function untilListening(port: number): Promise<void> {
  const attempt = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  await until(`somebody who listens on port ${port}`, attempt, { deadlineMs: 10_000 });
}

/** Milliseconds since the transaction was sent. */
export interface Attached {
  /** performance.now() */
  readonly sentAtMs: number;
  /** Until the last other edge had the port's flow. */
  readonly othersMs: number;
  /** Until its own edge had it; NaN: the contestant does not serve it. */
  readonly ownMs: number;
}

export class Contestant {
  readonly name: string;
  readonly edges: DummyEdges;
  readonly observer: FlowObserver;
  readonly #controller: Controller;
  /** By edge, from 0. */
  readonly #attached: TenantPort[][];

  static async open(name: string, edges: DummyEdges, controller: Controller): Promise<Contestant> {
    const sockets = edges.edges.map((edge) => join(edge.folder, 'br-int.mgmt'));
    const observer = await FlowObserver.open(sockets, controller.keyOf);
    return new Contestant(name, edges, controller, observer);
  }

  private constructor(
    name: string,
    edges: DummyEdges,
    controller: Controller,
    observer: FlowObserver,
  ) {
    this.name = name;
    this.edges = edges;
    this.observer = observer;
    this.#controller = controller;
    this.#attached = edges.edges.map(() => []);
  }

  declare(ports: readonly TenantPort[]): Promise<void> {
    return this.#controller.declare(ports);
  }

  get attachedCount(): number {
    return this.#attached.reduce((sum, ports) => sum + ports.length, 0);
  }

  /**
   * The ports dealt out to the edges, one transaction an edge, all sent at once. Gives the milliseconds until each
   * edge has the flow of each port on the others; undefined: not within the deadline.
   */
  async attachAll(ports: readonly TenantPort[], deadlineMs: number): Promise<number | undefined> {
    const { edges } = this.edges;
    const dealt: TenantPort[][] = edges.map(() => []);
    ports.forEach((port, position) => {
      dealt[position % edges.length]?.push(port);
    });
    dealt.forEach((own, place) => {
      this.#attached[place]?.push(...own);
    });
    const startedAt = performance.now();
    const sent = edges.map((edge, place) =>
      edge.addInterfaces((dealt[place] ?? []).map(interfaceOf)),
    );
    const arrived = await this.observer.until(this.#wanted(), deadlineMs);
    await Promise.all(sent);
    return arrived === undefined ? undefined : arrived - startedAt;
  }

  /** One more port on the first edge; undefined: a flow is missing after the deadline. */
  async attachOne(port: TenantPort, deadlineMs: number): Promise<Attached | undefined> {
    this.#attached[0]?.push(port);
    const key: ReadonlySet<string> = new Set([this.#controller.keyOfPort(port)]);
    const own = this.#controller.servesOwnEdge ? key : new Set<string>();
    const sentAtMs = performance.now();
    const sent = this.edges.edge(1).addInterfaces([interfaceOf(port)]);
    const wanted = this.edges.edges.map((_, place) => (place === 0 ? own : key));
    const isThere = await this.observer.until(wanted, deadlineMs);
    await sent;
    if (isThere === undefined) return undefined;
    const times = this.edges.edges.map((_, place) => this.observer.completedAtMs(place) - sentAtMs);
    const [ownMs = Number.NaN, ...otherMs] = times;
    return { sentAtMs, ownMs, othersMs: Math.max(...otherMs) };
  }

  /** All but `keep` on each edge; returns when no flow about them is left. */
  async detach(keepPerEdge: number): Promise<boolean> {
    const gone: TenantPort[] = [];
    await Promise.all(
      this.edges.edges.map(async (edge, place) => {
        const leaving = this.#attached[place]?.splice(keepPerEdge) ?? [];
        gone.push(...leaving);
        if (leaving.length > 0) await edge.removeInterfaces(leaving.map(({ name }) => name));
      }),
    );
    const { forget } = this.#controller;
    if (forget !== undefined) {
      await forget.call(this.#controller);
      this.observer.forget();
      return true;
    }
    return this.observer.untilGone(
      gone.map((port) => this.#controller.keyOfPort(port)),
      60_000,
    );
  }

  /** The flows that each edge should have, and does not. */
  async missing(): Promise<number> {
    await this.observer.until(this.#wanted(), 0);
    return this.observer.missing;
  }

  async close(): Promise<void> {
    this.observer.close();
    await this.#controller.close();
    await this.edges.close();
  }

  #wanted(): ReadonlySet<string>[] {
    const keys = this.#attached.map((ports) =>
      ports.map((port) => this.#controller.keyOfPort(port)),
    );
    return keys.map((_, place) => new Set(keys.flatMap((own, at) => (at === place ? [] : own))));
  }
}

function interfaceOf({ name }: TenantPort): { name: string; ifaceId: string } {
  return { name, ifaceId: name };
}
