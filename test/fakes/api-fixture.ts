/**
 * A real HTTP server over a Unix socket in a folder of its own, with a fake authority behind it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiLog } from '../../lib/northbound/api-context.ts';
import type { ApiLimits } from '../../lib/northbound/api-limits.ts';
import { type HttpServer, startHttpServer } from '../../lib/northbound/http-server.ts';
import { FakeAuthority } from './fake-authority.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly json: unknown;
}

export interface AskOptions {
  readonly method?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const SOCKET_NAME = 'nva.sock';

export function logInto(lines: string[]): ApiLog {
  const note = (message: string) => void lines.push(message);
  return { info: note, warn: note, error: note };
}

export class ApiFixture {
  readonly authority: FakeAuthority;
  readonly logged: string[];
  readonly folder: string;
  readonly #server: HttpServer;

  private constructor(
    folder: string,
    authority: FakeAuthority,
    logged: string[],
    server: HttpServer,
  ) {
    this.folder = folder;
    this.authority = authority;
    this.logged = logged;
    this.#server = server;
  }

  static async start(limits: Partial<ApiLimits> = {}): Promise<ApiFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'nva-api-'));
    const authority = new FakeAuthority();
    const logged: string[] = [];
    const server = await startHttpServer({
      authority,
      listen: { unix: join(folder, SOCKET_NAME) },
      version: '0.1.0',
      log: logInto(logged),
      limits,
    });
    return new ApiFixture(folder, authority, logged, server);
  }

  get socketPath(): string {
    return join(this.folder, SOCKET_NAME);
  }

  get address(): string {
    return `unix:${this.socketPath}`;
  }

  closeServer(): Promise<void> {
    return this.#server.close();
  }

  async stop(): Promise<void> {
    await this.closeServer();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Sends `body` as YAML unless a header says otherwise. */
  ask(path: string, options: AskOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = this.open(path, options);
      sent.on('error', reject);
      sent.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const status = response.statusCode ?? 0;
          resolve({ status, headers: response.headers, text, json: parsed(text) });
        });
      });
      sent.end(options.body);
    });
  }

  open(path: string, { method = 'GET', body, headers = {} }: AskOptions = {}): ClientRequest {
    const type = body === undefined ? {} : { 'content-type': 'application/yaml' };
    return request({
      socketPath: this.socketPath,
      path,
      method,
      headers: { ...type, ...headers },
      agent: false,
    });
  }

  /** The lines of a stream, as they come. */
  async *lines(path: string): AsyncGenerator<unknown> {
    const sent = this.open(path);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.on('response', resolve);
      sent.on('error', reject);
      sent.end();
    });
    let rest = '';
    try {
      for await (const chunk of response) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield JSON.parse(line);
      }
    } finally {
      sent.destroy();
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const BLUE = `kind: Network
name: blue
vni: 5001
---
kind: Port
name: vm1
network: blue
mac: 02:00:00:00:00:01
ips: [192.168.7.1, "fd00:7::1"]
---
kind: Port
name: vm2
network: blue
mac: 02:00:00:00:00:02
ips: [192.168.7.2]
`;

/** Resolves when `holds` does; rejects after two seconds with `what`. */
export async function eventually(what: string, holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 2_000;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
