/**
 * One `nva serve` as a process of its own, with its API on a socket.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../../../scripts/lab/waiting.ts';

const MAIN = fileURLToPath(new URL('../../../lib/cli/main.ts', import.meta.url));

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export class Daemon {
  readonly socket: string;
  readonly child: ChildProcess;
  err = '';

  /** `store` as `--store` takes it. */
  constructor(folder: string, store: string, log: number | 'pipe', ...words: string[]) {
    this.socket = join(folder, `api-${Math.random().toString(36).slice(2)}.sock`);
    const ports = ['--ovsdb', 'ptcp:0:127.0.0.1', '--openflow', 'ptcp:0:127.0.0.1'];
    const argv = ['--import', 'tsx', MAIN, 'serve', '--store', store, '--api'];
    this.child = spawn(process.execPath, [...argv, `unix:${this.socket}`, ...ports, ...words], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', log],
    });
    this.child.stderr?.on('data', (chunk) => {
      this.err += String(chunk);
    });
  }

  async ready(): Promise<void> {
    const isReady = async () => {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.err}`);
      return (await this.ask('GET', '/readyz').catch(() => undefined))?.status === 200;
    };
    await until('the daemon is ready', isReady, { deadlineMs: 15_000 });
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      await once(this.child, 'close');
    }
    return this.child.exitCode;
  }

  ask(method: string, path: string, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/yaml' };
      const asked = request({ socketPath: this.socket, method, path, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += String(chunk);
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
}
