/**
 * `nva serve` as a bench runs it: on loopback, with its own store, and the few questions that a bench asks its API.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { ended, startDetached } from '../../scripts/lab/command.ts';
import { nvaProgram } from '../../scripts/lab/controller.ts';
import { until } from '../../scripts/lab/waiting.ts';
import { freePort } from './contestant.ts';

export interface Status {
  readonly ready: boolean;
  readonly counts: {
    readonly ports: number;
    readonly portsActive: number;
    readonly nvesConnected: number;
    readonly nvesConfirmed: number;
  };
  readonly process: {
    readonly residentBytes: number;
    /** Since it was last asked; absent: it was not in the last 30 s. */
    readonly longestTurnMs?: number;
  };
}

export interface Event {
  readonly time: string;
  readonly code: string;
  readonly object: string;
}

export interface DaemonOptions {
  /** Default `bench`. */
  readonly instance?: string;
  /** In the spelling of `--store`; default an embedded one of its own. */
  readonly store?: string;
  /** More words for `nva serve`. */
  readonly args?: readonly string[];
}

export class NvaDaemon {
  readonly folder: string;
  readonly instance: string;
  readonly #store: string;
  readonly #args: readonly string[];
  readonly ovsdbPort: number;
  readonly #openflowPort: number;
  #child: ChildProcess | undefined;

  /** `parent` is the folder of the edges, so that the sweep of the edges ends this, too. */
  static async prepare(parent: string, options: DaemonOptions = {}): Promise<NvaDaemon> {
    const ovsdbPort = await freePort();
    let openflowPort = ovsdbPort;
    while (openflowPort === ovsdbPort) openflowPort = await freePort();
    return new NvaDaemon(parent, ovsdbPort, openflowPort, options);
  }

  private constructor(
    parent: string,
    ovsdbPort: number,
    openflowPort: number,
    { instance = 'bench', store, args = [] }: DaemonOptions,
  ) {
    this.instance = instance;
    this.folder = join(parent, `nva-${instance}`);
    this.#args = args;
    this.#store = store ?? `lmdb:${this.storeDirectory}`;
    this.ovsdbPort = ovsdbPort;
    this.#openflowPort = openflowPort;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  get manager(): string {
    return `tcp:127.0.0.1:${this.ovsdbPort}`;
  }

  /** What NVA_API takes. */
  get api(): string {
    return `unix:${this.#socket}`;
  }

  /** What its switches are told to connect to. */
  get openflowTarget(): string {
    return `tcp:127.0.0.1:${this.#openflowPort}`;
  }

  get logFile(): string {
    return join(this.folder, 'serve.log');
  }

  get storeDirectory(): string {
    return join(this.folder, 'store');
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when its API answers that it is ready; performance.now() and Date.now() of the start are kept. */
  async start(deadlineMs = 30_000): Promise<{ startedAtMs: number; clockMs: number }> {
    const started = { startedAtMs: performance.now(), clockMs: Date.now() };
    const profile = process.env.NVA_PROFILE;
    const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const argv = [
      ...[process.execPath, ...flags, nvaProgram(), 'serve', '--instance', this.instance],
      ...['--ovsdb', `ptcp:${this.ovsdbPort}:127.0.0.1`],
      ...['--openflow', `ptcp:${this.#openflowPort}:127.0.0.1`],
      ...['--store', this.#store, '--api', this.api, ...this.#args],
    ];
    const child = startDetached(argv, this.logFile);
    this.#child = child;
    child.unref();
    // Under the name by which the edges' sweep finds a daemon.
    writeFileSync(join(this.folder, 'vs.pid'), String(child.pid));
    const ready = () => {
      if (child.exitCode !== null) throw new Error(`nva serve ended at once:\n${this.log()}`);
      return this.get<Status>('/v1/status').then(
        (status) => status.ready,
        () => false,
      );
    };
    await until('nva serve', ready, { deadlineMs, everyMs: 10 });
    return started;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.ref(); // or this process could end here, with nothing else to wait for
    child.kill(signal);
    await ended(child);
    this.#child = undefined;
  }

  status(): Promise<Status> {
    return this.get('/v1/status');
  }

  /** Until all these NVEs have confirmed everything. */
  async untilConfirmed(nves: number, deadlineMs: number): Promise<void> {
    const confirmed = async () => (await this.status()).counts.nvesConfirmed === nves;
    await until(`${nves} confirmed NVEs`, confirmed, { deadlineMs, everyMs: 10 });
  }

  async apply(manifests: readonly object[]): Promise<void> {
    const documents = manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n');
    await this.#ask('POST', '/v1/apply', documents);
  }

  async delete(kind: string, name: string): Promise<void> {
    await this.#ask('DELETE', `/v1/${kind}/${name}`);
  }

  async get<T>(path: string): Promise<T> {
    return JSON.parse(await this.#ask('GET', path)) as T;
  }

  log(): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
  }

  get #socket(): string {
    return join(this.folder, 'api.sock');
  }

  #ask(method: string, path: string, body?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/yaml' };
      const asked = request({ socketPath: this.#socket, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        });
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
}
