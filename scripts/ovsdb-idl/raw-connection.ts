/**
 * A bare connection: requests and replies as they are on the wire, without a session's knowledge of what they mean.
 *
 * Beside the client that is tested, the cases use one to write and to print the server's own words.
 */
import type { Socket } from 'node:net';
import { Connection } from '../../lib/runtime/connection.ts';
import type { ByteSession } from '../../protocols/base/byte-session.ts';
import { type RpcArrival, RpcPeer } from '../../protocols/ovsdb/rpc-peer.ts';
import type { Json } from '../../protocols/ovsdb/values/json.ts';
import { JsonSplitter } from '../../protocols/ovsdb/wire/json-splitter.ts';

class RawSession implements ByteSession<RpcArrival> {
  readonly #peer = new RpcPeer();
  readonly #splitter = new JsonSplitter();
  readonly #events: RpcArrival[] = [];

  receive(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
    for (let next = this.#splitter.next(); next !== undefined; next = this.#splitter.next()) {
      const arrival = next.message.ok ? this.#peer.receive(next.message.value) : next.message;
      if (arrival.ok) this.#events.push(arrival.value);
    }
  }

  tick(): void {}

  deadline(): undefined {}

  takeEvents(): RpcArrival[] {
    return this.#events.splice(0);
  }

  takeOutput(): Uint8Array[] {
    return this.#peer.takeOutput();
  }

  request(method: string, params: readonly Json[]): number {
    return this.#peer.request(method, params, Number.POSITIVE_INFINITY);
  }
}

export interface RawReply {
  readonly error: Json;
  readonly result: Json;
}

export class RawConnection {
  readonly #session = new RawSession();
  readonly #connection: Connection<RpcArrival>;
  readonly #waiting = new Map<number, (reply: RawReply) => void>();

  constructor(socket: Socket) {
    this.#connection = new Connection(socket, this.#session, {
      onEvent: (arrival) => this.#arrived(arrival),
      onClosed: () => undefined,
    });
  }

  call(method: string, params: readonly Json[]): Promise<RawReply> {
    const id = this.#session.request(method, params);
    const reply = new Promise<RawReply>((resolve) => this.#waiting.set(id, resolve));
    this.#connection.flush();
    return reply;
  }

  close(): void {
    this.#connection.close('done');
  }

  #arrived(arrival: RpcArrival): void {
    if (arrival.kind !== 'result' && arrival.kind !== 'error') return;
    const isResult = arrival.kind === 'result';
    this.#waiting.get(arrival.id)?.({
      error: isResult ? null : arrival.error,
      result: isResult ? arrival.result : null,
    });
    this.#waiting.delete(arrival.id);
  }
}
