/**
 * Streams: opens and accepts the sockets that an endpoint names. Knows no protocol.
 *
 * Accepting is bounded: above the given number a newcomer is closed at once, and those that are here are not disturbed.
 * With TLS it counts from its first packet, long before it has shown who it is.
 */
import { chmodSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type IpAddress, ipFamily, parseIp } from '../../protocols/base/addresses.ts';
import { dial } from './dial.ts';
import {
  formatEndpoint,
  type ListenTcp,
  type StreamEndpoint,
  type UnixSocket,
} from './endpoint.ts';
import type { Log } from './log.ts';
import type { StreamSource, TakeSocket } from './stream-source.ts';
import { HANDSHAKE_MAX_MS, TlsAcceptor } from './tls-accept.ts';
import type { TlsCredentials } from './tls-credentials.ts';

/** So many waiting for accept; 200 switches that come back at once must not be refused. */
const BACKLOG = 1024;

export interface SourceOptions {
  readonly connectionsMax: number;
  readonly log: Log;
  /** For what is said of one peer, by its address; absent: `log`. */
  readonly logOf?: (address: string | undefined) => Log;
  /** For pssl: and ssl:, which cannot be opened without. */
  readonly tls?: TlsCredentials | undefined;
  readonly handshakeMaxMs?: number;
}

/** @throws Error with one sentence when it cannot be listened there. */
export async function openSource(
  endpoint: StreamEndpoint,
  options: SourceOptions,
  take: TakeSocket,
): Promise<StreamSource> {
  const { log, tls } = options;
  switch (endpoint.method) {
    case 'ptcp':
    case 'punix':
      return listen(
        endpoint,
        options,
        (socket) => take(socket, peerOf(socket)),
        () => undefined,
      );
    case 'pssl':
      return listenTls(endpoint, options, take);
    default:
      return dial(endpoint, log, take, tls);
  }
}

async function listenTls(
  endpoint: ListenTcp,
  options: SourceOptions,
  take: TakeSocket,
): Promise<StreamSource> {
  const { tls, log, logOf = () => log, handshakeMaxMs = HANDSHAKE_MAX_MS } = options;
  if (tls === undefined) throw new Error(`${formatEndpoint(endpoint)} needs --ca-cert`);
  const describe = (socket: Socket): string =>
    `${formatEndpoint(endpoint)}: ${socket.remoteAddress === undefined ? 'a peer' : peerOf(socket)}`;
  const taken = (socket: Socket): void => take(socket, peerOf(socket));
  const acceptor = new TlsAcceptor(tls, logOf, describe, taken, handshakeMaxMs);
  const accept = (socket: Socket): void => acceptor.accept(socket);
  return listen(endpoint, options, accept, () => acceptor.close());
}

async function listen(
  endpoint: ListenTcp | UnixSocket,
  { connectionsMax, log, logOf = () => log }: SourceOptions,
  accept: (socket: Socket) => void,
  closed: () => void,
): Promise<StreamSource> {
  let count = 0;
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    if (count >= connectionsMax) {
      logOf(socket.remoteAddress).warn(
        `${formatEndpoint(endpoint)}: more than ${connectionsMax} connections; one was closed`,
      );
      socket.destroy();
      return;
    }
    count++;
    socket.once('close', () => count--);
    accept(socket);
  });
  if ('path' in endpoint) await removeStaleSocket(endpoint);
  await listening(server, endpoint);
  const address = addressOf(server, endpoint);
  const close = (): void => {
    server.close();
    closed();
  };
  return { address, close };
}

function listening(server: Server, endpoint: StreamEndpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(listenFailure(endpoint, error)));
    });
    const done = (): void => {
      server.removeAllListeners('error');
      server.on('error', () => undefined);
      resolve();
    };
    if ('path' in endpoint) {
      server.listen({ path: endpoint.path, backlog: BACKLOG }, () => {
        chmodSync(endpoint.path, 0o660);
        done();
      });
    } else {
      const { port, ip } = endpoint;
      server.listen({ port, backlog: BACKLOG, ...(ip === undefined ? {} : { host: ip }) }, done);
    }
  });
}

function listenFailure(endpoint: StreamEndpoint, error: NodeJS.ErrnoException): string {
  const text = formatEndpoint(endpoint);
  if (error.code === 'EADDRINUSE') {
    return `${text} is taken by another program: stop it, or choose another ${'path' in endpoint ? 'path' : 'port'}`;
  }
  if (error.code === 'EACCES') return `${text} needs more rights: choose a port above 1023`;
  if (error.code === 'EADDRNOTAVAIL') return `${text}: this machine does not have that address`;
  return `${text}: ${error.message}`;
}

/** Only a refused connection proves that nobody listens: whoever writes punix: for unix: takes no socket from others. */
async function removeStaleSocket({ path }: UnixSocket): Promise<void> {
  if (statSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  const isStale = await new Promise((resolve) => {
    const socket = connect(path);
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
  if (isStale) rmSync(path);
}

function addressOf(server: Server, endpoint: StreamEndpoint): string {
  const address = server.address();
  if (address === null || typeof address === 'string' || 'path' in endpoint) {
    return formatEndpoint(endpoint);
  }
  return formatEndpoint({ ...endpoint, port: address.port });
}

/** Node writes an IPv4 peer of a dual-stack socket as ::ffff:1.2.3.4, and may add a zone. */
export function plainAddress(text: string | undefined): IpAddress | undefined {
  if (text === undefined) return undefined;
  return parseIp(text.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, ''));
}

/** For people: `192.0.2.1:40000`, `[2001:db8::1]:40000`. */
function peerOf(socket: Socket): string {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined) return 'a local socket';
  const ip = plainAddress(remoteAddress);
  const shown = ip === undefined || ipFamily(ip) === 6 ? `[${ip ?? remoteAddress}]` : ip;
  return `${shown}:${remotePort}`;
}
