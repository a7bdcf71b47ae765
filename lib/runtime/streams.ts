/**
 * Streams: opens and accepts the sockets that an endpoint names. Knows no protocol.
 *
 * Accepting is bounded: above the given number a newcomer is closed at once, and those that are here are not disturbed.
 */
import { chmodSync, rmSync, statSync } from 'node:fs';
import { createServer, connect as netConnect, type Server, type Socket } from 'node:net';
import { type IpAddress, parseIp } from '../../protocols/base/addresses.ts';
import { Reconnect } from '../../protocols/base/reconnect.ts';
import { now } from './clock.ts';
import { formatEndpoint, type StreamEndpoint } from './endpoint.ts';
import type { Log } from './log.ts';

/** So many waiting for accept; 200 switches that come back at once must not be refused. */
const BACKLOG = 1024;

export interface StreamSource {
  /** As it really is: port 0 replaced by what the system chose. */
  readonly address: string;
  close(): void;
}

/** Called with each socket; `peer` is for people. */
export type TakeSocket = (socket: Socket, peer: string) => void;

export async function openSource(
  endpoint: StreamEndpoint,
  connectionsMax: number,
  log: Log,
  take: TakeSocket,
): Promise<StreamSource> {
  switch (endpoint.method) {
    case 'ptcp':
    case 'punix':
      return listen(endpoint, connectionsMax, log, take);
    case 'tcp':
    case 'unix':
      return dial(endpoint, log, take);
    default:
      throw new Error(`${formatEndpoint(endpoint)}: TLS is not supported by this release`);
  }
}

async function listen(
  endpoint: StreamEndpoint,
  connectionsMax: number,
  log: Log,
  take: TakeSocket,
): Promise<StreamSource> {
  let count = 0;
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    if (count >= connectionsMax) {
      log.warn(
        `${formatEndpoint(endpoint)}: more than ${connectionsMax} connections; one was closed`,
      );
      socket.destroy();
      return;
    }
    count++;
    socket.once('close', () => count--);
    take(socket, peerOf(socket));
  });
  await listening(server, endpoint);
  const address = addressOf(server, endpoint);
  return { address, close: () => server.close() };
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
      removeStaleSocket(endpoint.path);
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
    return `${text} is taken by another program: stop it, or choose another port`;
  }
  if (error.code === 'EACCES') return `${text} needs more rights: choose a port above 1023`;
  if (error.code === 'EADDRNOTAVAIL') return `${text}: this machine does not have that address`;
  return `${text}: ${error.message}`;
}

function removeStaleSocket(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path);
}

function addressOf(server: Server, endpoint: StreamEndpoint): string {
  const address = server.address();
  if (address === null || typeof address === 'string' || 'path' in endpoint) {
    return formatEndpoint(endpoint);
  }
  return formatEndpoint({ ...endpoint, port: address.port });
}

/** Connects, and again whenever the connection is lost, backing off. */
function dial(endpoint: StreamEndpoint, log: Log, take: TakeSocket): StreamSource {
  const text = formatEndpoint(endpoint);
  const reconnect = new Reconnect(now());
  let timer: NodeJS.Timeout | undefined;
  let socket: Socket | undefined;
  let closed = false;
  let said = '';
  const again = (reason: string): void => {
    if (closed) return;
    if (reason !== said) log.warn(`${text}: ${reason}; trying again`);
    said = reason;
    reconnect.lost(now(), Math.random());
    timer = setTimeout(attempt, Math.max(0, (reconnect.deadline() ?? 0) - now()));
  };
  const attempt = (): void => {
    let reason = 'the connection was closed';
    reconnect.connecting();
    const own = 'path' in endpoint ? netConnect(endpoint.path) : netConnect(portAndHost(endpoint));
    socket = own;
    own.once('error', (error) => {
      reason = error.message;
    });
    own.once('close', () => again(reason));
    own.once('connect', () => {
      said = '';
      reconnect.connected(now());
      take(own, text);
    });
  };
  attempt();
  return {
    address: text,
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.destroy();
    },
  };
}

function portAndHost(endpoint: Exclude<StreamEndpoint, { path: string }>): {
  port: number;
  host?: string;
} {
  const { port, ip } = endpoint;
  return ip === undefined ? { port } : { port, host: ip };
}

/** Node writes an IPv4 peer of a dual-stack socket as ::ffff:1.2.3.4, and may add a zone. */
export function plainAddress(text: string | undefined): IpAddress | undefined {
  if (text === undefined) return undefined;
  return parseIp(text.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, ''));
}

function peerOf(socket: Socket): string {
  const { remoteAddress, remotePort } = socket;
  return remoteAddress === undefined ? 'a local socket' : `${remoteAddress}:${remotePort}`;
}
