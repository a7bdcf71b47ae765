/**
 * One `nva serve` in a namespace of its own on the management network, and the command line that speaks to it.
 *
 * Its API is a unix socket in the lab's folder, so the command line works from outside of the namespace.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execute, type Outcome } from './command.ts';
import { DaemonProcess } from './daemon-process.ts';
import type { Station } from './management.ts';
import { until } from './waiting.ts';

export interface ControllerOptions {
  readonly name: string;
  readonly namespace: string;
  /** On the management network. */
  readonly ip: string;
  readonly folder: string;
  /** More words for `nva serve`. */
  readonly args?: readonly string[];
  /** Another store than the controller's own embedded one. */
  readonly store?: string;
  readonly signal: AbortSignal;
}

/** A file of the project, whether we run from dist/ or from the source. */
export function projectFile(path: string): string {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const parent = new URL('..', folder);
    if (parent.href === folder.href) throw new Error('package.json is in no folder above the lab');
    folder = parent;
  }
  return fileURLToPath(new URL(path, folder));
}

/** The build's, or the one that LAB_PROGRAM names (another release, to try one against the other). */
export function nvaProgram(): string {
  return process.env.LAB_PROGRAM ?? projectFile('dist/lib/cli/main.js');
}

export class Controller implements Station {
  readonly name: string;
  readonly ip: string;
  readonly namespace: string;
  readonly managementDevice = 'eth0';
  readonly logFile: string;
  /** What NVA_API takes. */
  readonly api: string;
  /** By how much its clock is wrong, from its next start on. */
  clockOffsetMs = 0;
  readonly #options: ControllerOptions;
  readonly #socket: string;
  readonly #folder: string;
  readonly #clockFile: string;
  readonly #process: DaemonProcess;

  constructor(options: ControllerOptions) {
    this.name = options.name;
    this.ip = options.ip;
    this.namespace = options.namespace;
    this.#options = options;
    this.#folder = join(options.folder, options.name);
    this.#socket = join(this.#folder, 'api.sock');
    this.api = `unix:${this.#socket}`;
    this.logFile = join(this.#folder, 'serve.log');
    this.#clockFile = join(this.#folder, 'clock-offset');
    this.#process = new DaemonProcess(options.namespace, this.logFile);
  }

  get managementIp(): string {
    return this.ip;
  }

  /** What a hypervisor gives to set-manager. */
  get manager(): string {
    return `tcp:${this.ip}:6640`;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** It was started, has not been ended, and is not stopped. */
  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  /** Starts it; resolves when its API answers. Repeat after `stop` or `kill`: the store stays. */
  async start(extraArgs: readonly string[] = []): Promise<void> {
    this.launch(extraArgs);
    await this.ready();
  }

  /** Starts it; it may have to wait for its store. */
  launch(extraArgs: readonly string[] = []): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const program = nvaProgram();
    if (!existsSync(program)) throw new Error(`${program} is not there: run 'make build'.`);
    const clock =
      this.clockOffsetMs === 0 ? [] : ['--import', projectFile('scripts/lab/shifted-clock.mjs')];
    const argv = [
      ...[process.execPath, ...clock, program, 'serve'],
      ...['--instance', this.name, '--ovsdb', 'ptcp:6640', '--openflow', 'ptcp:6653'],
      ...['--store', this.#options.store ?? `lmdb:${join(this.#folder, 'store')}`],
      ...['--api', this.api, ...(this.#options.args ?? []), ...extraArgs],
    ];
    rmSync(this.#clockFile, { force: true });
    const skewed = {
      LAB_CLOCK_OFFSET_MS: String(this.clockOffsetMs),
      LAB_CLOCK_FILE: this.#clockFile,
    };
    this.#process.start(argv, this.clockOffsetMs === 0 ? {} : skewed);
  }

  /** While it runs, and only if its clock was wrong at its start; takes effect within 0.1 s. */
  jumpClock(offsetMs: number): void {
    if (this.clockOffsetMs === 0) throw new Error(`${this.name} was started with the right clock`);
    writeFileSync(this.#clockFile, String(offsetMs));
  }

  /** Its API answers. */
  async ready(): Promise<void> {
    const { signal } = this.#options;
    await until(`the API of ${this.name}`, () => this.#answers(), {
      deadlineMs: 15_000,
      signal,
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

  /** SIGHUP: it reads the files of TLS again. */
  reload(): void {
    if (this.pid !== undefined) process.kill(this.pid, 'SIGHUP');
  }

  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  async restart(extraArgs: readonly string[] = []): Promise<void> {
    await this.stop();
    await this.start(extraArgs);
  }

  /** The command line: `nva('get', 'ports', '-o', 'json')`. */
  nva(...args: readonly string[]): Promise<Outcome> {
    return this.nvaWithInput('', ...args);
  }

  nvaWithInput(input: string, ...args: readonly string[]): Promise<Outcome> {
    return execute([process.execPath, nvaProgram(), ...args], {
      input,
      env: { NVA_API: this.api },
      deadlineMs: 90_000,
      signal: this.#options.signal,
    });
  }

  /** The command line's standard output; any exit code but 0 rejects with what it said. */
  async must(...args: readonly string[]): Promise<string> {
    const outcome = await this.nva(...args);
    if (outcome.code === 0) return outcome.stdout;
    throw new Error(`nva ${args.join(' ')} ended with ${outcome.code}: ${outcome.stderr.trim()}`);
  }

  /** `nva get KIND -o json`, parsed. */
  async get<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.must('get', ...args, '-o', 'json')) as T;
  }

  async apply(manifests: string, waitSeconds?: number): Promise<string> {
    const wait = waitSeconds === undefined ? [] : [`--wait=${waitSeconds}`];
    const outcome = await this.nvaWithInput(manifests, 'apply', '-f', '-', ...wait);
    if (outcome.code === 0) return outcome.stdout;
    const said = outcome.stderr.trim() || outcome.stdout.trim();
    throw new Error(`nva apply ended with ${outcome.code}: ${said}`);
  }

  /** Its last log lines, for a message to a person. */
  logTail(lines?: number): string {
    return this.#process.logTail(lines);
  }

  #answers(): Promise<boolean> {
    this.#process.assertAlive('nva serve');
    return new Promise((resolve) => {
      const socket = connect(this.#socket);
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
  }
}
