/**
 * Stands between an ovsdb-server and `nva`, and at the next transaction of ours has the server killed: before it gets
 * the transaction, or when it has answered and nobody has heard it yet. What came of it is not known to `nva` then.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';

export type KillWhen = 'before' | 'after';

export class FaultProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #armed: { readonly when: KillWhen; readonly kill: () => void } | undefined;
  #isAsked = false;

  /** Listens on loopback and leads to `port` there. */
  static async open(port: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(port);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor(port: number) {
    this.#server = createServer((database) => {
      const nva = connect(port, '127.0.0.1');
      this.#join(database, nva);
    });
  }

  /** For set-manager. */
  get target(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return `tcp:127.0.0.1:${address.port}`;
  }

  /** Resolves when `kill` was called. */
  atNextTransaction(when: KillWhen, kill: () => void): Promise<void> {
    this.#isAsked = false;
    return new Promise((resolve) => {
      const once = () => {
        this.#armed = undefined;
        kill();
        resolve();
      };
      this.#armed = { when, kill: once };
    });
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(database: Socket, nva: Socket): void {
    for (const [from, to] of [
      [database, nva],
      [nva, database],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('data', (bytes) => {
        if (!this.#isStopped(from === nva, bytes)) to.write(bytes);
      });
    }
  }

  /** True: these bytes do not arrive. */
  #isStopped(isOurs: boolean, bytes: Buffer): boolean {
    const armed = this.#armed;
    if (armed === undefined) return false;
    if (isOurs && bytes.includes('"transact"')) {
      this.#isAsked = true;
      if (armed.when === 'before') armed.kill();
      return armed.when === 'before';
    }
    if (isOurs || !this.#isAsked) return false;
    // Its answer, or the change that it tells of before: either way it has taken it.
    armed.kill();
    return true;
  }
}
