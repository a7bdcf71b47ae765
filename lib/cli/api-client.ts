/**
 * The API as the command line calls it: requests over a Unix socket or TCP, and every failure as one sentence.
 *
 * One connection per request: a command asks once or twice, and nothing must keep the process alive after.
 */
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { EventView, ViewKind, ViewsByKind } from '../model/views.ts';
import type { ListenAddress } from '../northbound/api-address.ts';
import type { ApiErrorBody, ApiErrorCode } from '../northbound/api-error.ts';
import type { Applied, FlowReport, StatusReport, WaitResult } from '../northbound/authority.ts';
import { CliError, EXIT, type ExitCode } from './exit-codes.ts';

/** A daemon that is alive answers ordinary requests within this. */
const ANSWER_TIMEOUT_MS = 30_000;
/** An apply may wait for a disk. */
const CHANGE_TIMEOUT_MS = 120_000;
/** One line of a stream: a whole list of 100,000 ports fits. */
const LINE_MAX_BYTES = 256 * 1024 * 1024;

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly timeoutMs?: number;
}

export class ApiClient {
  readonly #address: ListenAddress;
  readonly #shown: string;
  readonly #stop: AbortSignal;

  /** `shown` is the address as the user knows it. */
  constructor(address: ListenAddress, shown: string, stop: AbortSignal) {
    this.#address = address;
    this.#shown = shown;
    this.#stop = stop;
  }

  apply(manifests: string): Promise<Applied> {
    return this.#change('/v1/apply', manifests);
  }

  deleteListed(manifests: string): Promise<Applied> {
    return this.#change('/v1/delete', manifests);
  }

  delete(kind: ViewKind, name: string): Promise<Applied> {
    return this.#json({ method: 'DELETE', path: objectPath(kind, name) });
  }

  list<Kind extends ViewKind>(kind: Kind, network?: string): Promise<ViewsByKind[Kind][]> {
    return this.#get(`/v1/${kind}${query({ network })}`);
  }

  tunnelsFrom(nve: string): Promise<ViewsByKind['tunnels'][]> {
    return this.#get(`/v1/tunnels${query({ nve })}`);
  }

  get<Kind extends ViewKind>(
    kind: Kind,
    name: string,
    network?: string,
  ): Promise<ViewsByKind[Kind]> {
    return this.#get(`${objectPath(kind, name)}${query({ network })}`);
  }

  status(): Promise<StatusReport> {
    return this.#get('/v1/status');
  }

  flows(nve: string): Promise<FlowReport> {
    return this.#get(`${objectPath('nves', nve)}/flows`);
  }

  events(): Promise<EventView[]> {
    return this.#get('/v1/events');
  }

  wait(timeoutSeconds: number, revision?: number): Promise<WaitResult> {
    const path = `/v1/wait${query({ timeout: timeoutSeconds, revision })}`;
    const timeoutMs = timeoutSeconds * 1000 + ANSWER_TIMEOUT_MS;
    return this.#json({ method: 'GET', path, timeoutMs });
  }

  /** Whole lists, one after each change. */
  watch<Kind extends ViewKind>(kind: Kind, network?: string): AsyncGenerator<ViewsByKind[Kind][]> {
    return this.#lines(`/v1/${kind}${query({ network, watch: true })}`);
  }

  /** The lines of the copy, unread: whoever takes them sees by the last one whether it is whole. */
  async *backup(): AsyncGenerator<string> {
    const call = { method: 'GET', path: '/v1/backup', timeoutMs: CHANGE_TIMEOUT_MS } as const;
    yield* this.#split(await this.#stream(call));
  }

  followEvents(): AsyncGenerator<EventView> {
    return this.#lines('/v1/events?follow=true');
  }

  #change(path: string, body: string): Promise<Applied> {
    return this.#json({ method: 'POST', path, body, timeoutMs: CHANGE_TIMEOUT_MS });
  }

  #get<Value>(path: string): Promise<Value> {
    return this.#json({ method: 'GET', path });
  }

  async #json<Value>(call: Call): Promise<Value> {
    const response = await this.#send(call);
    const text = await this.#readAll(response);
    return this.#judge<Value>(response.statusCode ?? 0, text);
  }

  async *#lines<Value>(path: string): AsyncGenerator<Value> {
    const response = await this.#stream({ method: 'GET', path, timeoutMs: 0 });
    for await (const line of this.#split(response)) yield this.#parse(line) as Value;
    throw new CliError(
      EXIT.noDaemon,
      `the daemon at ${this.#shown} ended the stream; see whether it still runs with: nva status`,
    );
  }

  async #stream(call: Call): Promise<IncomingMessage> {
    const response = await this.#send(call);
    if (response.statusCode !== 200) {
      this.#judge(response.statusCode ?? 0, await this.#readAll(response));
    }
    if (response.headers['content-type']?.startsWith('application/x-ndjson')) return response;
    response.destroy();
    throw this.#notOurApi();
  }

  async *#split(response: IncomingMessage): AsyncGenerator<string> {
    let rest = '';
    response.setEncoding('utf8');
    try {
      for await (const chunk of response as AsyncIterable<string>) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        if (rest.length > LINE_MAX_BYTES) throw this.#notOurApi();
        yield* lines.filter((line) => line !== '');
      }
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #send(call: Call): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const timeoutMs = call.timeoutMs ?? ANSWER_TIMEOUT_MS;
      const fail = (error: unknown) => reject(this.#failure(error));
      let sent: ClientRequest;
      try {
        sent = request({ ...target(this.#address), ...options(call), signal: this.#stop });
      } catch (error) {
        fail(error);
        return;
      }
      if (timeoutMs > 0) {
        sent.setTimeout(timeoutMs, () => sent.destroy(this.#silent(timeoutMs)));
      }
      sent.on('response', resolve);
      sent.on('error', fail);
      sent.end(call.body);
    });
  }

  async #readAll(response: IncomingMessage): Promise<string> {
    response.setEncoding('utf8');
    const parts: string[] = [];
    try {
      for await (const part of response as AsyncIterable<string>) parts.push(part);
    } catch (error) {
      throw this.#failure(error);
    }
    return parts.join('');
  }

  #judge<Value>(status: number, text: string): Value {
    const value = this.#parse(text);
    if (status === 200) return value as Value;
    if (!isErrorBody(value)) throw this.#notOurApi();
    const { code, message, problems = [] } = value.error;
    throw new CliError(
      exitCodeOf(code),
      sentence(message) + nextStep(code),
      problems.map(({ where, message: what }) => `${where}: ${what}`),
    );
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.#notOurApi();
    }
  }

  #notOurApi(): CliError {
    return new CliError(
      EXIT.noDaemon,
      `what answers at ${this.#shown} is not nva's API; check --api or NVA_API`,
    );
  }

  #silent(timeoutMs: number): CliError {
    return new CliError(
      EXIT.noDaemon,
      `the daemon at ${this.#shown} did not answer within ${timeoutMs / 1000} s; look at its log`,
    );
  }

  #failure(error: unknown): Error {
    if (error instanceof CliError) return error;
    if (this.#stop.aborted) return new CliError(EXIT.interrupted, 'interrupted');
    const code =
      error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
    if (code.startsWith('HPE_')) return this.#notOurApi();
    return new CliError(EXIT.noDaemon, connectionSentence(this.#shown, code));
  }
}

function target(address: ListenAddress): RequestOptions {
  return 'unix' in address ? { socketPath: address.unix } : address;
}

function options({ method, path, body }: Call): RequestOptions {
  const headers =
    body === undefined
      ? {}
      : { 'content-type': 'application/yaml', 'content-length': Buffer.byteLength(body) };
  return { method, path, headers: { ...headers, connection: 'close' }, agent: false };
}

const START_ONE = 'start one with "nva serve", or name another with --api or NVA_API';

const CONNECTION_SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: `there is no such socket; ${START_ONE}`,
  ECONNREFUSED: `nobody listens there; ${START_ONE}`,
  ENOTSOCK: 'that is not a socket; check --api or NVA_API',
  EACCES: "permission denied; run as root, or join the socket's group",
  EPERM: "permission denied; run as root, or join the socket's group",
  ECONNRESET: 'it closed the connection; look at its log',
  EPIPE: 'it closed the connection; look at its log',
  ENOTFOUND: 'there is no such host; check --api or NVA_API',
  EAI_AGAIN: 'the name could not be resolved; check --api or NVA_API',
  EHOSTUNREACH: 'no route to that host; check --api or NVA_API',
  ENETUNREACH: 'no route to that host; check --api or NVA_API',
  ETIMEDOUT: 'it does not answer; check --api or NVA_API',
};

function connectionSentence(shown: string, code: string): string {
  const reason = CONNECTION_SENTENCES[code] ?? `the connection failed (${code || 'unknown'})`;
  return `cannot reach a daemon at ${shown}: ${reason}`;
}

function exitCodeOf(code: ApiErrorCode): ExitCode {
  switch (code) {
    case 'not-found':
      return EXIT.notSo;
    case 'bad-request':
    case 'rejected':
    case 'too-large':
    case 'headers-too-large':
    case 'unsupported-media-type':
      return EXIT.usage;
    default:
      return EXIT.daemonFailed;
  }
}

function nextStep(code: ApiErrorCode): string {
  switch (code) {
    case 'not-found':
      return '; nva get KIND lists what there is';
    case 'conflict':
      return '; try again';
    default:
      return '';
  }
}

/** The API's sentences begin with a capital and end with a stop; ours follow `nva: `. */
function sentence(message: string): string {
  const stopped = message.replace(/\.$/, '');
  const word = stopped.split(' ', 1)[0] ?? '';
  return /^[A-Z][a-z]*$/.test(word) ? word.toLowerCase() + stopped.slice(word.length) : stopped;
}

function isErrorBody(value: unknown): value is ApiErrorBody {
  return (
    typeof value === 'object' &&
    value !== null &&
    'error' in value &&
    typeof value.error === 'object' &&
    value.error !== null &&
    'message' in value.error
  );
}

function objectPath(kind: ViewKind, name: string): string {
  return `/v1/${kind}/${encodeURIComponent(name)}`;
}

function query(members: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const pairs = Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
