/**
 * Sockets for the test programs: connects to a server's remote in Open vSwitch's spelling, or waits for one to come.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { OVSDB_PORT, parseEndpoint } from '../../lib/runtime/endpoint.ts';

export interface TlsFiles {
  readonly privateKey: string;
  readonly certificate: string;
  readonly caCertificate: string;
}

/** Not connected yet; `onReady` when it is. */
export function openSocket(remote: string, tls: TlsFiles | undefined, onReady: () => void): Socket {
  const endpoint = parseEndpoint(remote, OVSDB_PORT);
  if (!endpoint.ok) throw new Error(endpoint.error);
  if ('path' in endpoint.value) return netConnect(endpoint.value.path).once('connect', onReady);
  const { method, ip, port } = endpoint.value;
  if (ip === undefined) throw new Error(`${remote} is nothing to connect to`);
  if (method !== 'ssl') return netConnect(port, ip).once('connect', onReady);
  if (tls === undefined) throw new Error(`${remote} needs a key and certificates`);
  const socket = tlsConnect({
    host: ip,
    port,
    key: readFileSync(tls.privateKey),
    cert: readFileSync(tls.certificate),
    ca: readFileSync(tls.caCertificate),
    // As Open vSwitch does: the authority counts, not the name.
    checkServerIdentity: () => undefined,
  });
  return socket.once('secureConnect', onReady);
}

/** The first that connects to ptcp:IP:PORT, as the cases write it. */
export async function acceptSocket(remote: string): Promise<Socket> {
  const [, ip, port] = /^ptcp:([0-9.]+):(\d+)$/.exec(remote) ?? [];
  if (ip === undefined) throw new Error(`${remote} is nothing to listen on`);
  const server = createServer({ noDelay: true }).listen(Number(port), ip);
  const [socket] = (await once(server, 'connection')) as [Socket];
  server.close();
  return socket;
}
