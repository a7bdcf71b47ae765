/**
 * A relay between Open vSwitch and one instance: freezes the instance as a stopped process would be frozen (what is sent
 * to it waits, what it sends goes on), cuts it off as `kill -9` would, and notes the OpenFlow messages that pass.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** OFPT_ERROR with OFPET_BAD_REQUEST, OFPBRC_IS_SLAVE: OpenFlow 1.3.5 §7.4.4. */
const IS_SLAVE = [1, 1, 10].join();
const ERROR = 1;
const FLOW_MOD = 14;
const GROUP_MOD = 15;

/** Counts of one direction of one connection. */
class Frames {
  #rest = Buffer.alloc(0);

  /** Each whole OpenFlow message. */
  *take(chunk: Buffer): Generator<Buffer> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 8) {
      const length = Math.max(8, this.#rest.readUInt16BE(2));
      if (this.#rest.length < length) return;
      yield this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
    }
  }
}

export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #held: (() => void)[] | undefined;
  #freezeAfter: string | undefined;
  /** Texts that passed to the instance, or wait for it: for OVSDB. */
  heard = '';
  /** Flow and group modifications that the instance has sent. */
  mods = 0;
  /** Refusals of them because it is a slave. */
  slaveErrors = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `localAddress`: from where the instance sees them come. */
  static async to(
    target: number,
    protocol: 'openflow' | 'ovsdb',
    localAddress = '127.0.0.1',
  ): Promise<Relay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const relay = new Relay(server);
    server.on('connection', (outer) => {
      const inner = connect({ port: target, host: '127.0.0.1', localAddress });
      relay.#join(outer, inner, protocol);
    });
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The instance hears nothing from now on. */
  freeze(): void {
    this.#held ??= [];
  }

  /** The same, once it has heard this. */
  freezeAfter(text: string): void {
    this.#freezeAfter = text;
  }

  /** It hears all that was sent meanwhile. */
  thaw(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const deliver of held) deliver();
  }

  /** Every connection ends; there are no new ones. */
  cut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #join(outer: Socket, inner: Socket, protocol: 'openflow' | 'ovsdb'): void {
    const toInstance = new Frames();
    const fromInstance = new Frames();
    const deliver = (work: () => void): void => {
      if (this.#held === undefined) work();
      else this.#held.push(work);
    };
    for (const socket of [outer, inner]) {
      this.#sockets.add(socket.setNoDelay(true));
      socket.on('error', () => undefined);
    }
    outer.on('data', (chunk: Buffer) => {
      if (protocol === 'ovsdb') this.heard += chunk.toString('latin1');
      else for (const message of toInstance.take(chunk)) this.#noteError(message);
      deliver(() => inner.write(chunk));
      if (this.#freezeAfter !== undefined && chunk.includes(this.#freezeAfter)) {
        this.#freezeAfter = undefined;
        this.freeze();
      }
    });
    inner.on('data', (chunk: Buffer) => {
      if (protocol === 'openflow') {
        for (const message of fromInstance.take(chunk)) {
          if (message[1] === FLOW_MOD || message[1] === GROUP_MOD) this.mods++;
        }
      }
      outer.write(chunk);
    });
    outer.on('close', () => deliver(() => inner.destroy()));
    inner.on('close', () => outer.destroy());
  }

  #noteError(message: Buffer): void {
    if (message[1] !== ERROR || message.length < 12) return;
    const words = [ERROR, message.readUInt16BE(8), message.readUInt16BE(10)].join();
    if (words === IS_SLAVE) this.slaveErrors++;
  }
}
