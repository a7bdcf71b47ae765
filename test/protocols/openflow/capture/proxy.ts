/**
 * A unix socket before a bridge's: notes every whole message that goes through it, in both directions.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Framer } from '../../../../protocols/openflow/wire/framer.ts';

export interface Captured {
  readonly from: 'controller' | 'switch';
  readonly bytes: Uint8Array;
}

export class CapturingProxy {
  readonly captured: Captured[] = [];
  /** Where `ovs-ofctl` finds it. */
  readonly socket: string;
  readonly #target: string;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(socket: string, target: string) {
    this.socket = socket;
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  static async start(socket: string, target: string): Promise<CapturingProxy> {
    const proxy = new CapturingProxy(socket, target);
    proxy.#server.listen(socket);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    const bridge = connect(this.#target);
    this.#pass(client, bridge, 'controller');
    this.#pass(bridge, client, 'switch');
  }

  #pass(source: Socket, sink: Socket, from: Captured['from']): void {
    const framer = new Framer();
    this.#open.add(source);
    source.on('data', (chunk: Buffer) => {
      framer.push(chunk, (message) => {
        this.captured.push({ from, bytes: new Uint8Array(message) });
        return true;
      });
      sink.write(chunk);
    });
    source.on('error', () => undefined);
    source.on('close', () => {
      this.#open.delete(source);
      sink.end();
    });
  }
}
