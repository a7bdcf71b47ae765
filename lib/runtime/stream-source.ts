/**
 * What an opened endpoint is to who opened it: sockets come from it until it is closed.
 */
import type { Socket } from 'node:net';

export interface StreamSource {
  /** As it really is: port 0 replaced by what the system chose. */
  readonly address: string;
  /** No more sockets; those that listening has given stay. */
  close(): void;
}

/** Called with each socket, which is open, and with TLS has shown its certificate; `peer` is for people. */
export type TakeSocket = (socket: Socket, peer: string) => void;
