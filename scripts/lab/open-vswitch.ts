/**
 * One Open vSwitch of our own: ovsdb-server and ovs-vswitchd with their own sockets, pidfiles and logs in one folder.
 *
 * Knows how to start, stop, kill and pause the two, and how to speak to them with their own tools. Where they run (a
 * network namespace, or here) is the caller's `enter`: words put before the daemons' command lines.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Run, run } from './command.ts';
import type { KeyPair } from './pki.ts';
import { isAlive, markOf, type ProcessMark } from './state-file.ts';
import { until } from './waiting.ts';

const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';

export type Daemon = 'ovsdb' | 'vs';

export interface OpenVSwitchOptions {
  readonly folder: string;
  readonly enter: readonly string[];
  readonly vswitchdArgs: readonly string[];
  /** An empty database to copy; made once per lab, because ovsdb-tool takes as long as the copy of a hundred. */
  readonly emptyDatabase: string;
  /** A transaction for ovs-vsctl that configures the database before ovs-vswitchd sees it. */
  readonly setup: readonly string[];
  readonly run?: Run;
}

export async function makeEmptyDatabase(file: string, command: Run = run): Promise<void> {
  if (!existsSync(file)) await command(['ovsdb-tool', 'create', file, SCHEMA]);
}

export class OpenVSwitch {
  readonly folder: string;
  readonly #options: OpenVSwitchOptions;
  readonly #run: Run;
  #exited: Partial<Record<Daemon, ProcessMark>> = {};

  constructor(options: OpenVSwitchOptions) {
    this.folder = options.folder;
    this.#options = options;
    const command = options.run ?? run;
    this.#run = (argv, runOptions) => command(argv, { ...runOptions, env: this.environment });
  }

  /** Without it Open vSwitch's tools look at, and write beside, the machine's own. */
  get environment(): Readonly<Record<string, string>> {
    return { OVS_RUNDIR: this.folder };
  }

  /** The database's unix socket. */
  get databaseSocket(): string {
    return join(this.folder, 'db.sock');
  }

  async start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    copyFileSync(this.#options.emptyDatabase, join(this.folder, 'conf.db'));
    await this.startOvsdb();
    await this.vsctl('--no-wait', 'init', '--', ...this.#options.setup);
    await this.startVswitchd();
  }

  async startOvsdb(): Promise<void> {
    const { folder } = this;
    await this.#daemon('ovsdb', [
      ...['ovsdb-server', join(folder, 'conf.db'), `--remote=punix:${this.databaseSocket}`],
      '--remote=db:Open_vSwitch,Open_vSwitch,manager_options',
      '--private-key=db:Open_vSwitch,SSL,private_key',
      '--certificate=db:Open_vSwitch,SSL,certificate',
      '--bootstrap-ca-cert=db:Open_vSwitch,SSL,ca_cert',
    ]);
  }

  async startVswitchd(): Promise<void> {
    await this.#daemon('vs', [
      'ovs-vswitchd',
      `unix:${this.databaseSocket}`,
      ...this.#options.vswitchdArgs,
    ]);
  }

  /** What both daemons show on ssl: and whom they believe there; again with new files at any time. */
  async setSsl({ privateKey, certificate }: KeyPair, authority: string): Promise<void> {
    await this.vsctl('--no-wait', 'set-ssl', privateKey, certificate, authority);
  }

  /** By the daemon's own `exit`: a clean end. */
  async stop(daemon: Daemon): Promise<void> {
    await this.#run(['ovs-appctl', '-t', this.#control(daemon), 'exit']);
    await this.#gone(daemon);
  }

  /** kill -9 */
  async kill(daemon: Daemon): Promise<void> {
    this.#signal(daemon, 'SIGKILL');
    await this.#gone(daemon);
  }

  /** SIGSTOP: the peer that is there and says nothing. */
  pause(daemon: Daemon): void {
    this.#signal(daemon, 'SIGSTOP');
  }

  resume(daemon: Daemon): void {
    this.#signal(daemon, 'SIGCONT');
  }

  /** Undefined: it does not run. */
  processOf(daemon: Daemon): ProcessMark | undefined {
    try {
      return markOf(Number(readFileSync(join(this.folder, `${daemon}.pid`), 'utf8')));
    } catch {
      return undefined;
    }
  }

  /** ovs-vsctl; waits (10 s at most) until ovs-vswitchd has it, unless --no-wait is among the words. */
  vsctl(...args: readonly string[]): Promise<string> {
    return this.#run(['ovs-vsctl', `--db=unix:${this.databaseSocket}`, '--timeout=10', ...args]);
  }

  /** `ofctl('dump-flows', …)`: the command first, the bridge is put behind it; OpenFlow 1.5. */
  ofctl(command: string, ...args: readonly string[]): Promise<string> {
    return this.ofctlOn('br-int', command, ...args);
  }

  ofctlOn(bridge: string, command: string, ...args: readonly string[]): Promise<string> {
    const argv = ['ovs-ofctl', '-O', 'OpenFlow15', command, this.managementSocket(bridge), ...args];
    return this.#run(argv);
  }

  /** Where ovs-ofctl reaches a bridge. */
  managementSocket(bridge: string): string {
    return `unix:${join(this.folder, `${bridge}.mgmt`)}`;
  }

  /** ovs-appctl to ovs-vswitchd, e.g. `appctl('ofproto/trace', 'br-int', 'in_port=1')`. */
  appctl(...args: readonly string[]): Promise<string> {
    return this.#run(['ovs-appctl', '-t', this.#control('vs'), ...args]);
  }

  /** ovs-appctl to ovsdb-server. */
  ovsdbAppctl(...args: readonly string[]): Promise<string> {
    return this.#run(['ovs-appctl', '-t', this.#control('ovsdb'), ...args]);
  }

  /** Waits until the bridge is in the database and ovs-vswitchd made it. */
  async waitForBridge(bridge: string, deadlineMs = 10_000): Promise<void> {
    const seconds = Math.max(1, Math.ceil(deadlineMs / 1000));
    const argv = ['ovs-vsctl', `--db=unix:${this.databaseSocket}`, `--timeout=${seconds}`];
    await this.#run([...argv, 'wait-until', 'interface', bridge, 'ofport!=[]'], {
      deadlineMs: deadlineMs + 2000,
    });
  }

  async #daemon(name: Daemon, argv: readonly string[]): Promise<void> {
    const { folder } = this;
    const common = [
      `--unixctl=${this.#control(name)}`,
      `--pidfile=${join(folder, `${name}.pid`)}`,
      `--log-file=${join(folder, `${name}.log`)}`,
      ...['--detach', '--no-chdir', '-vconsole:off'],
    ];
    await this.#run([...this.#options.enter, ...argv, ...common]);
  }

  #control(daemon: Daemon): string {
    return join(this.folder, `${daemon}.ctl`);
  }

  #signal(daemon: Daemon, signal: NodeJS.Signals): void {
    const mark = this.processOf(daemon);
    if (mark === undefined) throw new Error(`${daemon} does not run in ${this.folder}`);
    this.#exited[daemon] = mark;
    process.kill(mark.pid, signal);
  }

  async #gone(daemon: Daemon): Promise<void> {
    await until(`the end of ${daemon} in ${this.folder}`, () => this.#isGone(daemon), {
      deadlineMs: 5000,
      everyMs: 5,
    });
    this.#exited = {};
  }

  #isGone(daemon: Daemon): boolean {
    const mark = this.#exited[daemon] ?? this.processOf(daemon);
    return mark === undefined || !isAlive(mark);
  }
}
