/**
 * Connecting to an endpoint, and again whenever the connection is lost: backing off with jitter, up to a bound.
 *
 * With TLS the peer is known by its authority, not by its address: certificates of ovs-pki name the hypervisor, and who
 * it is to us says its database (southbound).
 */
import { connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { Reconnect } from '../../protocols/base/reconnect.ts';
import { now } from './clock.ts';
import { type ConnectTcp, formatEndpoint, type UnixSocket } from './endpoint.ts';
import type { Log } from './log.ts';
import type { StreamSource, TakeSocket } from './stream-source.ts';
import type { TlsCredentials } from './tls-credentials.ts';
import { TLS_VERSIONS } from './tls-files.ts';
import { handshakeFailure } from './tls-peer.ts';

export function dial(
  endpoint: ConnectTcp | UnixSocket,
  log: Log,
  take: TakeSocket,
  tls: TlsCredentials | undefined,
): StreamSource {
  const text = formatEndpoint(endpoint);
  const reconnect = new Reconnect(now());
  let timer: NodeJS.Timeout | undefined;
  let socket: Socket | undefined;
  let closed = false;
  let said = '';
  const again = (reason: string, isHeard: boolean): void => {
    if (closed) return;
    if (reason !== said) log.warn(`${text}: ${reason}; trying again`);
    said = reason;
    // A peer that never said a word has proved nothing, however long it held the connection.
    reconnect.lost(now(), Math.random(), isHeard ? now() : Number.NEGATIVE_INFINITY);
    timer = setTimeout(attempt, Math.max(0, (reconnect.deadline() ?? 0) - now()));
  };
  const attempt = (): void => {
    let reason = 'the connection was closed';
    const began = now();
    reconnect.connecting(began);
    const attemptMs = (reconnect.giveUpAt() ?? began) - began;
    const { socket: own, readyEvent } = open(endpoint, tls);
    socket = own;
    timer = setTimeout(() => {
      reason = `it did not answer within ${attemptMs / 1000} s`;
      own.destroy();
    }, attemptMs);
    own.on('error', (error: NodeJS.ErrnoException) => {
      reason = failureOf(error, tls);
    });
    own.once('close', () => {
      clearTimeout(timer);
      again(reason, own.bytesRead > 0);
    });
    own.once(readyEvent, () => {
      clearTimeout(timer);
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

function open(
  endpoint: ConnectTcp | UnixSocket,
  tls: TlsCredentials | undefined,
): { socket: Socket; readyEvent: 'connect' | 'secureConnect' } {
  if ('path' in endpoint) return { socket: netConnect(endpoint.path), readyEvent: 'connect' };
  const { ip: host, port } = endpoint;
  if (endpoint.method === 'tcp') {
    return { socket: netConnect({ host, port }), readyEvent: 'connect' };
  }
  if (tls === undefined) throw new Error(`${formatEndpoint(endpoint)} needs --ca-cert`);
  const secureContext = tls.context;
  const checkServerIdentity = () => undefined;
  const options = { host, port, secureContext, checkServerIdentity, ...TLS_VERSIONS };
  return { socket: tlsConnect(options), readyEvent: 'secureConnect' };
}

function failureOf(error: NodeJS.ErrnoException, tls: TlsCredentials | undefined): string {
  const { code = '', message } = error;
  // Those of the connection itself speak for themselves.
  const isOfTls = tls !== undefined && !('syscall' in error);
  return isOfTls ? handshakeFailure(code, message, tls.files['ca-cert']) : message;
}
