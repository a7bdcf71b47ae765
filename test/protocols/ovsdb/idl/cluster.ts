/**
 * Three real ovsdb-servers that form a cluster, and the ways in which its leader can go.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { RealServer } from '../real-server.ts';

const execute = promisify(execFile);

/** A new leader is elected after one to two of these; the default of 1 s would make tests long. */
const ELECTION_TIMER_MS = 300;

/** Handed over, killed, or stopped without a word (its connections stay open). */
export type Departure = 'transfer' | 'kill' | 'freeze';

export class Cluster {
  readonly servers: readonly RealServer[];
  readonly #database: string;

  private constructor(servers: readonly RealServer[], database: string) {
    this.servers = servers;
    this.#database = database;
  }

  static async start(database: string, schema: string): Promise<Cluster> {
    const first = new RealServer(true, schema);
    const servers = [
      first,
      new RealServer(true, schema, first),
      new RealServer(true, schema, first),
    ];
    const cluster = new Cluster(servers, database);
    for (const server of servers) {
      await server.start();
      await cluster.#until(server, /Status: cluster member/);
    }
    const timer = String(ELECTION_TIMER_MS);
    await cluster.#appctl(first, 'cluster/change-election-timer', database, timer);
    return cluster;
  }

  get remotes(): string[] {
    return this.servers.map(({ socket }) => `unix:${socket}`);
  }

  /** The server that says so itself, at the newest term if two do. */
  async leader(except?: RealServer): Promise<RealServer> {
    for (let tries = 0; tries < 1200; tries++) {
      const terms = await Promise.all(
        this.servers.map((server) => (server === except ? 0 : this.#leaderTerm(server))),
      );
      const newest = Math.max(...terms);
      const leader = this.servers[terms.indexOf(newest)];
      if (newest > 0 && leader !== undefined) return leader;
      await sleep(25);
    }
    throw new Error('no server of the cluster says that it leads');
  }

  /** Makes the leader go; `back` brings it back as a follower. */
  async depart(kind: Departure): Promise<{ from: RealServer; back: () => Promise<void> }> {
    const from = await this.leader();
    switch (kind) {
      case 'transfer':
        await this.#appctl(from, 'cluster/failure-test', 'transfer-leadership');
        return { from, back: () => Promise.resolve() };
      case 'kill':
        await from.stop();
        return { from, back: () => from.start() };
      case 'freeze':
        from.pause();
        return { from, back: () => Promise.resolve(from.resume()) };
    }
  }

  /** Kills the server behind a remote, and starts it again; back when it has found the others. */
  async restart(remote: string): Promise<void> {
    const server = this.servers.find(({ socket }) => remote === `unix:${socket}`);
    if (server === undefined) throw new Error(`${remote} is of no server of the cluster`);
    await server.stop();
    await server.start();
    await this.#until(server, /^Leader: (?!unknown)/m);
  }

  async destroy(): Promise<void> {
    for (const server of this.servers) await server.destroy();
  }

  /** 0: it does not lead, or does not answer. */
  async #leaderTerm(server: RealServer): Promise<number> {
    const status = await this.#status(server);
    return /Role: leader/.test(status) ? Number(/Term: (\d+)/.exec(status)?.[1]) : 0;
  }

  async #until(server: RealServer, pattern: RegExp): Promise<void> {
    for (let tries = 0; tries < 1200; tries++) {
      if (pattern.test(await this.#status(server))) return;
      await sleep(25);
    }
    throw new Error(`a server of the cluster did not come to ${pattern}`);
  }

  /** Empty: it does not answer. */
  #status(server: RealServer): Promise<string> {
    return this.#appctl(server, 'cluster/status', this.#database).catch(() => '');
  }

  async #appctl(server: RealServer, ...words: readonly string[]): Promise<string> {
    const target = ['-t', join(server.folder, 'ctl'), '-T', '5'];
    return (await execute('ovs-appctl', [...target, ...words])).stdout;
  }
}
