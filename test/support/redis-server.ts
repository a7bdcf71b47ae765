/**
 * Real Redis servers, Sentinels and Clusters for tests: on free loopback ports, each in a temporary folder of its own.
 *
 * A RedisFleet ends what it has started by `stop`, which belongs into an `after` hook; at the latest this process does.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface RedisServerOptions {
  /** Words for redis-server, such as `--requirepass x`. */
  readonly args?: readonly string[];
  /** Takes part in replication from the beginning. */
  readonly replicaOf?: RedisServer;
  /** A port to come back to. */
  readonly port?: number;
  /** Serves TLS only: redis-cli then needs these. */
  readonly cliArgs?: readonly string[];
  readonly sentinelConfig?: string;
}

const started = new Set<RedisServer>();
process.on('exit', () => {
  for (const server of started) server.destroy();
});

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export class RedisServer {
  readonly port: number;
  readonly folder: string;
  readonly socket: string;
  readonly #options: RedisServerOptions;
  #child: ChildProcess | undefined;

  /** A replica is complete when this resolves. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options, options.port ?? (await freePort()));
    await server.start();
    if (options.replicaOf !== undefined) await server.untilReplicating();
    return server;
  }

  private constructor(options: RedisServerOptions, port: number) {
    this.#options = options;
    this.port = port;
    this.folder = mkdtempSync(join(tmpdir(), 'nva-redis-'));
    this.socket = join(this.folder, 'redis.sock');
    started.add(this);
  }

  /** For `parseRedisLocation`. */
  get location(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Again, with what is left in its folder. */
  async start(): Promise<void> {
    const { args = [], replicaOf, sentinelConfig } = this.#options;
    const child = spawn('redis-server', this.#words(args, replicaOf, sentinelConfig), {
      stdio: 'ignore',
    });
    this.#child = child;
    child.on('error', () => {});
    const until = performance.now() + 5000;
    while (performance.now() < until) {
      if ((await this.cli('PING').catch(() => '')) !== '') return;
      if (child.exitCode !== null) break;
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
    throw new Error(`redis-server does not answer on port ${this.port}`);
  }

  #words(
    args: readonly string[],
    replicaOf: RedisServer | undefined,
    sentinelConfig: string | undefined,
  ): string[] {
    const common = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    if (sentinelConfig !== undefined) {
      const file = join(this.folder, 'sentinel.conf');
      if (!existsSync(file)) writeFileSync(file, sentinelConfig);
      return [file, '--sentinel', ...common];
    }
    const replication =
      replicaOf === undefined ? [] : ['--replicaof', `127.0.0.1 ${replicaOf.port}`];
    const persistence = ['--save', '', '--unixsocket', this.socket];
    return [...common, ...persistence, '--repl-diskless-sync-delay', '0', ...replication, ...args];
  }

  /** redis-cli, its output without the last line end. Rejects when it says error. */
  async cli(...words: string[]): Promise<string> {
    const { cliArgs = [] } = this.#options;
    const { stdout } = await run(
      'redis-cli',
      ['-e', '-h', '127.0.0.1', '-p', String(this.port), ...cliArgs, ...words],
      { timeout: 5000 },
    );
    return stdout.trimEnd();
  }

  /** It has a copy of its master and acknowledges what comes. */
  async untilReplicating(): Promise<void> {
    await waitFor(
      async () => (await this.cli('INFO', 'replication')).includes('master_link_status:up'),
      'a replica that follows its master',
    );
    const info = await this.cli('INFO', 'replication');
    const port = /master_port:(\d+)/.exec(info)?.[1] ?? '';
    await waitFor(async () => {
      const master = ['-h', '127.0.0.1', '-p', port, 'INFO', 'replication'];
      const { stdout } = await run('redis-cli', master, { timeout: 5000 });
      return stdout.includes(`port=${this.port},state=online`);
    }, 'a master that counts on its replica');
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** kill -9; waits for its end. Its folder stays. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    this.destroy();
  }

  destroy(): void {
    started.delete(this);
    this.#child?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface SentinelLab {
  readonly master: RedisServer;
  readonly replicas: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];
  readonly masterName: string;
  readonly location: string;
  /** The port of the master of the Sentinels' mind. */
  masterPort(): Promise<number>;
}

export async function waitFor(
  condition: () => Promise<boolean> | boolean,
  what: string,
  deadlineMs = 15_000,
): Promise<void> {
  const until = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > until) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

/** Servers that belong together, as those of one test file. */
export class RedisFleet {
  readonly #servers: RedisServer[] = [];

  async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = await RedisServer.start(options);
    this.#servers.push(server);
    return server;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => server.stop()));
  }

  /** One master, replicas, three Sentinels that agree. */
  async sentinelLab(replicaCount = 1): Promise<SentinelLab> {
    const masterName = 'mymaster';
    const master = await this.start();
    const replicas = await Promise.all(
      Array.from({ length: replicaCount }, () => this.start({ replicaOf: master })),
    );
    await waitFor(
      async () =>
        /connected_slaves:(\d+)/.exec(await master.cli('INFO', 'replication'))?.[1] ===
        String(replicaCount),
      'replicas',
    );
    const sentinelConfig = [
      `sentinel monitor ${masterName} 127.0.0.1 ${master.port} 2`,
      `sentinel down-after-milliseconds ${masterName} 500`,
      `sentinel failover-timeout ${masterName} 1000`,
      '',
    ].join('\n');
    const sentinels = await Promise.all([0, 1, 2].map(() => this.start({ sentinelConfig })));
    await waitFor(async () => {
      const infos = await Promise.all(sentinels.map((one) => one.cli('INFO', 'sentinel')));
      return infos.every((info) => info.includes(`slaves=${replicaCount},sentinels=3`));
    }, 'Sentinels that know of each other');
    return {
      master,
      replicas,
      sentinels,
      masterName,
      location: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${masterName}`,
      masterPort: async () => {
        const [first] = sentinels;
        const text = (await first?.cli('SENTINEL', 'get-master-addr-by-name', masterName)) ?? '';
        return Number(text.split('\n')[1]);
      },
    };
  }

  /** Masters that share the slots evenly. */
  async cluster(count = 3): Promise<readonly RedisServer[]> {
    const nodes = await Promise.all(
      Array.from({ length: count }, () =>
        this.start({
          args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'],
        }),
      ),
    );
    const step = Math.ceil(16_384 / count);
    for (const [index, node] of nodes.entries()) {
      const last = Math.min(16_384, step * (index + 1)) - 1;
      await node.cli('CLUSTER', 'ADDSLOTSRANGE', String(step * index), String(last));
      await node.cli('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
      if (index > 0) await node.cli('CLUSTER', 'MEET', '127.0.0.1', String(nodes[0]?.port));
    }
    await waitFor(async () => {
      const infos = await Promise.all(nodes.map((node) => node.cli('CLUSTER', 'INFO')));
      return infos.every(
        (info) =>
          info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`),
      );
    }, 'the Cluster');
    return nodes;
  }
}
