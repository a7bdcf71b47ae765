/**
 * A real ovsdb-server on a unix socket in a folder of its own, with Open vSwitch's schema.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';

/** The schema that the servers begin with; a fresh copy. */
export function installedSchema(): InstalledSchema {
  return JSON.parse(readFileSync(SCHEMA, 'utf8')) as InstalledSchema;
}

export interface InstalledSchema {
  version: string;
  cksum?: string;
  tables: Record<string, { columns: Record<string, { type: unknown }> }>;
}

/** Servers that must not outlive the tests. */
const RUNNING = new Set<ChildProcess>();
process.once('exit', () => {
  for (const server of RUNNING) server.kill('SIGKILL');
});

export class RealServer {
  readonly folder: string;
  readonly socket: string;
  /** Where the other members of a cluster find it. */
  readonly raft: string;
  readonly #database: string;
  #process: ChildProcess | undefined;

  /**
   * `clustered`: the only kind of database that remembers transaction ids. `schema`: the path of another one than
   * Open_vSwitch's. `member`: of the cluster that it joins as soon as it is started.
   */
  constructor(clustered = false, schema = SCHEMA, member?: RealServer) {
    this.folder = mkdtempSync(join(tmpdir(), 'nva-ovsdb-'));
    this.socket = join(this.folder, 'db.sock');
    this.#database = join(this.folder, 'conf.db');
    this.raft = `unix:${join(this.folder, 'raft.sock')}`;
    const args = clustered
      ? ['create-cluster', this.#database, schema, this.raft]
      : ['create', this.#database, schema];
    const { name } = JSON.parse(readFileSync(schema, 'utf8')) as { readonly name: string };
    const joining = ['join-cluster', this.#database, name, this.raft];
    const words = member === undefined ? args : [...joining, member.raft];
    execFileSync('ovsdb-tool', words, { stdio: 'pipe' });
  }

  async start(...remotes: string[]): Promise<void> {
    const args = [
      this.#database,
      `--remote=punix:${this.socket}`,
      ...remotes.map((remote) => `--remote=${remote}`),
      `--unixctl=${join(this.folder, 'ctl')}`,
      '--no-chdir',
      '-vconsole:off',
    ];
    const started = spawn('ovsdb-server', args, { stdio: 'ignore' });
    this.#process = started;
    RUNNING.add(started);
    started.once('exit', () => RUNNING.delete(started));
    for (let tries = 0; tries < 200 && !existsSync(this.socket); tries++) await sleep(10);
  }

  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGCONT');
    running.kill('SIGKILL');
    await gone;
    rmSync(this.socket, { force: true });
  }

  async destroy(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A command of ovsdb-server(1), such as `ovsdb-server/compact`. */
  command(...words: readonly string[]): string {
    const target = ['-t', join(this.folder, 'ctl')];
    return execFileSync('ovs-appctl', [...target, ...words], { encoding: 'utf8' });
  }

  /** Converts the database to this schema while it is served; it runs beside the test. */
  async convert(schema: object): Promise<void> {
    const path = join(this.folder, 'new.ovsschema');
    writeFileSync(path, JSON.stringify(schema));
    const client = spawn('ovsdb-client', ['convert', `unix:${this.socket}`, path]);
    const [code] = (await once(client, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`ovsdb-client convert ended with ${code}`);
  }

  /** Creates the one row of Open_vSwitch. */
  initialise(): void {
    this.transact([{ op: 'insert', table: 'Open_vSwitch', row: {} }]);
  }

  transact(operations: readonly object[]): string {
    const text = JSON.stringify(['Open_vSwitch', ...operations]);
    return execFileSync('ovsdb-client', ['transact', `unix:${this.socket}`, text], {
      encoding: 'utf8',
    });
  }
}
