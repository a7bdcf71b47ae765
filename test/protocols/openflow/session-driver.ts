/**
 * The simplest driver of an OpenFlow session over a unix socket: what the runtime does, with promises for a test.
 */
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { Request } from '../../../protocols/openflow/session/directions.ts';
import type { OpenFlowEvent } from '../../../protocols/openflow/session/events.ts';
import type { OpenFlowSessionOptions } from '../../../protocols/openflow/session/options.ts';
import { OpenFlowSession } from '../../../protocols/openflow/session/session.ts';

export class SessionDriver {
  readonly session: OpenFlowSession;
  readonly events: OpenFlowEvent[] = [];
  readonly #socket: Socket;
  readonly #waiters: (() => void)[] = [];

  private constructor(socket: Socket, options: Partial<OpenFlowSessionOptions>) {
    this.#socket = socket;
    this.session = new OpenFlowSession(performance.now(), options);
    socket.on('data', (chunk: Buffer) => {
      this.session.receive(chunk, performance.now());
      this.flush();
    });
    this.flush();
  }

  static async connect(
    path: string,
    options: Partial<OpenFlowSessionOptions> = {},
  ): Promise<SessionDriver> {
    const socket = createConnection(path);
    await once(socket, 'connect');
    const driver = new SessionDriver(socket, options);
    await driver.next((event) => event.type === 'ready');
    return driver;
  }

  flush(): void {
    for (const bytes of this.session.takeOutput()) this.#socket.write(bytes);
    const events = this.session.takeEvents();
    this.events.push(...events);
    if (events.length > 0) for (const wake of this.#waiters.splice(0)) wake();
  }

  /** The first event of this kind, which is then taken out. */
  async next(wanted: (event: OpenFlowEvent) => boolean): Promise<OpenFlowEvent> {
    const until = performance.now() + 5000;
    for (;;) {
      const index = this.events.findIndex(wanted);
      if (index >= 0) return this.events.splice(index, 1)[0] as OpenFlowEvent;
      if (performance.now() > until)
        throw new Error(`not seen; ${JSON.stringify(this.events, plain)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Asks and waits for the answer, whichever it is. */
  async ask(
    message: Request,
  ): Promise<Extract<OpenFlowEvent, { type: 'reply' | 'request-failed' }>> {
    const xid = this.session.request(message, 5000, performance.now());
    this.flush();
    const event = await this.next(
      (one) => (one.type === 'reply' || one.type === 'request-failed') && one.xid === xid,
    );
    if (event.type !== 'reply' && event.type !== 'request-failed') throw new Error(event.type);
    return event;
  }

  /** Sends messages of our own encoding and waits until the switch has carried them out. */
  async send(...messages: Uint8Array[]): Promise<void> {
    for (const message of messages) this.session.send(message);
    await this.ask({ type: 'barrier_request' });
  }

  async dump(): Promise<readonly Uint8Array[]> {
    const event = await this.ask({ type: 'multipart_request', request: { kind: 'flow' } });
    if (event.type !== 'reply' || event.parts === undefined) throw new Error('no flow dump');
    return event.parts;
  }

  close(): void {
    this.#socket.destroy();
  }
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
