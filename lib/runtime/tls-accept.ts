/**
 * Accepting with TLS, mutual always: takes raw sockets, gives those whose peer has shown a certificate of our authority.
 *
 * A handshake costs this process about a millisecond of arithmetic, so those of many peers that come at once are begun
 * a few per turn of the event loop, in the order in which they spoke: nobody who is here waits for two hundred who come.
 * A peer that does not speak, or does not go on, is cut after the time given.
 *
 * Sessions are not resumed: one that was agreed under certificates of yesterday would pass those of today by. Nor are
 * they agreed anew in the middle, with another certificate.
 */
import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { DurationMs } from '../../protocols/base/units.ts';
import type { Log } from './log.ts';
import type { TlsCredentials } from './tls-credentials.ts';
import { contextOptions, type TlsMaterial } from './tls-files.ts';
import { handshakeFailure, namesIn } from './tls-peer.ts';

/** Twice this in all: until the first bytes, and from then on. A busy hypervisor may take seconds. */
export const HANDSHAKE_MAX_MS = 10_000;

/** Each costs 1 to 3 ms for RSA 2048; a turn may cost the others 20 ms (test/lib/runtime). */
const BEGUN_PER_TURN = 2;

export class TlsAcceptor {
  readonly #server: Server;
  readonly #credentials: TlsCredentials;
  readonly #logOf: (address: string | undefined) => Log;
  readonly #describe: (socket: Socket) => string;
  readonly #handshakeMaxMs: DurationMs;
  /** Not let in yet, by where they come from. */
  readonly #outside = new Map<string, Socket>();
  readonly #spoken: Socket[] = [];
  readonly #forget: () => void;
  #isDue = false;

  constructor(
    credentials: TlsCredentials,
    logOf: (address: string | undefined) => Log,
    describe: (socket: Socket) => string,
    take: (socket: TLSSocket) => void,
    handshakeMaxMs: DurationMs = HANDSHAKE_MAX_MS,
  ) {
    this.#credentials = credentials;
    this.#logOf = logOf;
    this.#describe = describe;
    this.#handshakeMaxMs = handshakeMaxMs;
    this.#server = createServer({
      ...serverOptions(credentials.material),
      requestCert: true,
      // By ourselves, in `#shown`: Node would cut without a word, and who it was is lost then.
      rejectUnauthorized: false,
      handshakeTimeout: handshakeMaxMs,
    });
    this.#server.on('secureConnection', (socket) => {
      const refusal = this.#shown(socket);
      if (refusal !== undefined) this.#refuse(socket, refusal);
      else {
        this.#outside.delete(placeOf(socket));
        take(socket);
      }
    });
    this.#server.on('tlsClientError', ({ code = '', message }: NodeJS.ErrnoException, socket) => {
      this.#refuse(socket, this.#words(code, message));
    });
    this.#forget = credentials.onChange((material) => {
      this.#server.setSecureContext(serverOptions(material));
    });
  }

  accept(socket: Socket): void {
    const place = placeOf(socket);
    this.#outside.set(place, socket);
    // Node adds its own with the handshake.
    socket.on('error', () => undefined);
    const cut = setTimeout(() => {
      this.#warn(socket, ': it did not begin its handshake in time');
      socket.destroy();
    }, this.#handshakeMaxMs);
    socket.once('close', () => {
      clearTimeout(cut);
      if (this.#outside.get(place) === socket) this.#outside.delete(place);
    });
    socket.once('readable', () => {
      clearTimeout(cut);
      this.#spoken.push(socket);
      this.#begin();
    });
  }

  /** Those that were let in stay. */
  close(): void {
    this.#forget();
    for (const socket of this.#outside.values()) socket.destroy();
  }

  #begin(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      for (const socket of this.#spoken.splice(0, BEGUN_PER_TURN)) {
        if (!socket.destroyed) this.#server.emit('connection', socket);
      }
      if (this.#spoken.length > 0) this.#begin();
    });
  }

  /** What is wrong with the certificate that it has shown. */
  #shown(socket: TLSSocket): string | undefined {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return this.#words('ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE');
    if (socket.authorized) return undefined;
    // Node puts a code there; its type says Error.
    const reason = this.#words(String(socket.authorizationError));
    const names = namesIn(certificate.subject, certificate.subjectAltName).join(', ');
    return `${reason} (it names ${JSON.stringify(names.slice(0, 80))})`;
  }

  #refuse(socket: TLSSocket, reason: string): void {
    this.#warn(socket, ` is refused: ${reason}`);
    socket.destroy();
  }

  #warn(socket: Socket, what: string): void {
    this.#logOf(socket.remoteAddress).warn(`${this.#describe(socket)}${what}`);
  }

  #words(code: string, message = ''): string {
    return handshakeFailure(code, message, this.#credentials.files['ca-cert']);
  }
}

/** One place on each side: the same for a socket and for the one that TLS makes of it. */
function placeOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

function serverOptions(material: TlsMaterial) {
  const secureOptions = constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION;
  return { ...contextOptions(material), secureOptions };
}
