/**
 * One redis-server, or one Sentinel, in a namespace of its own on the management network.
 *
 * It listens on that network alone, without a password unless its arguments say so; its files are in the lab's folder.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, type Outcome } from './command.ts';
import { DaemonProcess } from './daemon-process.ts';
import type { Station } from './management.ts';
import { until } from './waiting.ts';

/** `aof`: what was written survives its end; `none`: nothing does. */
export type RedisPersistence = 'aof' | 'none';

export interface RedisOptions {
  readonly name: string;
  readonly namespace: string;
  readonly ip: string;
  readonly folder: string;
  readonly persistence: RedisPersistence;
  /** More words for redis-server. */
  readonly args: readonly string[];
  readonly signal: AbortSignal;
}

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;
const START_MS = 10_000;
/** How redis-cli shows an error where nobody watches: `READONLY You can’t …`. Its option -e came with Redis 7. */
const REFUSED = /^[A-Z]{3,} /;

export class RedisServer implements Station {
  readonly name: string;
  readonly namespace: string;
  readonly managementIp: string;
  readonly managementDevice = 'eth0';
  readonly port = REDIS_PORT;
  readonly #options: RedisOptions;
  readonly #folder: string;
  readonly #process: DaemonProcess;

  constructor(options: RedisOptions) {
    this.name = options.name;
    this.namespace = options.namespace;
    this.managementIp = options.ip;
    this.#options = options;
    this.#folder = join(options.folder, options.name);
    this.#process = new DaemonProcess(options.namespace, join(this.#folder, 'redis.log'));
  }

  /** What `--store` takes. */
  get url(): string {
    return `redis://${this.managementIp}:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves when it answers: its data is loaded. */
  async start(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const { ip, args, persistence } = this.#options;
    this.#process.start([
      ...['redis-server', '--bind', ip, '127.0.0.1', '--port', String(this.port)],
      ...['--protected-mode', 'no', '--dir', this.#folder, '--save', ''],
      ...['--appendonly', persistence === 'aof' ? 'yes' : 'no', ...args],
    ]);
    await until(`Redis ${this.name}`, () => this.#answers(), {
      ...{ deadlineMs: START_MS, signal: this.#options.signal },
    });
  }

  /** SIGTERM, and waits for its end. */
  stop(): Promise<void> {
    return this.#process.end('SIGTERM');
  }

  /** kill -9 */
  kill(): Promise<void> {
    return this.#process.end('SIGKILL');
  }

  /** SIGSTOP */
  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  /** As if its disk were new. It does not run. */
  dropData(): void {
    for (const name of ['appendonlydir', 'dump.rdb']) {
      rmSync(join(this.#folder, name), { recursive: true, force: true });
    }
  }

  async flushAll(): Promise<void> {
    await this.cli('FLUSHALL');
  }

  /** redis-cli; rejects when Redis answers with an error. */
  async cli(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#cli(args);
    if (code === 0 && !REFUSED.test(stdout)) return stdout.trimEnd();
    throw new Error(`redis-cli ${args.join(' ')}: ${stdout}${stderr}`);
  }

  logTail(lines?: number): string {
    return this.#process.logTail(lines);
  }

  async #answers(): Promise<boolean> {
    this.#process.assertAlive(`redis-server ${this.name}`);
    const { stdout } = await this.#cli(['PING']);
    return /^PONG|^NOAUTH/.test(stdout);
  }

  #cli(args: readonly string[]): Promise<Outcome> {
    return redisCli(this, this.port, args, this.#options.signal);
  }
}

export interface SentinelOptions {
  readonly name: string;
  readonly namespace: string;
  readonly ip: string;
  readonly folder: string;
  /** What the Sentinels call the master. */
  readonly masterName: string;
  readonly master: RedisServer;
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly signal: AbortSignal;
}

export class Sentinel implements Station {
  readonly name: string;
  readonly namespace: string;
  readonly managementIp: string;
  readonly managementDevice = 'eth0';
  readonly port = SENTINEL_PORT;
  readonly #options: SentinelOptions;
  readonly #folder: string;
  readonly #process: DaemonProcess;

  constructor(options: SentinelOptions) {
    this.name = options.name;
    this.namespace = options.namespace;
    this.managementIp = options.ip;
    this.#options = options;
    this.#folder = join(options.folder, options.name);
    this.#process = new DaemonProcess(options.namespace, join(this.#folder, 'sentinel.log'));
  }

  async start(): Promise<void> {
    const { masterName, master, quorum, downAfterMs, signal } = this.#options;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = join(this.#folder, 'sentinel.conf');
    const lines = [
      ...[`port ${this.port}`, `dir ${this.#folder}`, 'protected-mode no'],
      `sentinel monitor ${masterName} ${master.managementIp} ${master.port} ${quorum}`,
      `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
      // The pause after a failover that came to nothing is twice this.
      `sentinel failover-timeout ${masterName} 3000`,
    ];
    writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
    this.#process.start(['redis-server', file, '--sentinel']);
    await until(`Sentinel ${this.name}`, () => this.#knowsMaster(), {
      ...{ deadlineMs: START_MS, signal },
    });
  }

  /** The address that it gives to clients. */
  async masterIp(): Promise<string> {
    const { masterName } = this.#options;
    const answer = await this.cli('SENTINEL', 'get-master-addr-by-name', masterName);
    return answer.split('\n')[0] ?? '';
  }

  /** How many replicas and how many other Sentinels it knows of: only then can it fail over. */
  async knows(): Promise<{ readonly replicas: number; readonly sentinels: number }> {
    const words = (await this.cli('SENTINEL', 'master', this.#options.masterName)).split('\n');
    const number = (name: string) => Number(words[words.indexOf(name) + 1]);
    return { replicas: number('num-slaves'), sentinels: number('num-other-sentinels') };
  }

  async cli(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await redisCli(this, this.port, args, this.#options.signal);
    if (code === 0) return stdout.trimEnd();
    throw new Error(`redis-cli ${args.join(' ')} at ${this.name}: ${stdout}${stderr}`);
  }

  async #knowsMaster(): Promise<boolean> {
    this.#process.assertAlive(`Sentinel ${this.name}`);
    const { managementIp } = this.#options.master;
    const { stdout } = await redisCli(
      this,
      this.port,
      ['SENTINEL', 'get-master-addr-by-name', this.#options.masterName],
      this.#options.signal,
    );
    return stdout.startsWith(managementIp);
  }
}

function redisCli(
  station: Station,
  port: number,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Outcome> {
  const enter = ['nsenter', `--net=/run/netns/${station.namespace}`];
  const argv = ['redis-cli', '-h', station.managementIp, '-p', String(port), ...args];
  return execute([...enter, ...argv], { signal });
}
