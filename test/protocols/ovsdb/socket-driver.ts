/**
 * Joins a session to a socket, as the runtime's driver does: receive or tick, then events and output,
 * then one timer. Measures the longest turn that the session took.
 */
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { OvsdbSession } from '../../../protocols/ovsdb/session.ts';
import type { OvsdbEvent, OvsdbSessionOptions } from '../../../protocols/ovsdb/session-events.ts';

const clock = () => performance.now();

export const OPTIONS: OvsdbSessionOptions = {
  database: 'Open_vSwitch',
  tables: { Open_vSwitch: ['external_ids', 'next_cfg'], Bridge: ['name', 'protocols'] },
  probeIntervalMs: 5000,
  requestTimeoutMs: 5000,
};

export class SocketDriver {
  readonly session: OvsdbSession;
  readonly socket: Socket;
  readonly events: OvsdbEvent[] = [];
  longestTurnMs = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting: (() => void)[] = [];

  constructor(socket: Socket, options: OvsdbSessionOptions = OPTIONS) {
    this.socket = socket;
    this.session = new OvsdbSession(options, clock());
    socket.on('data', (chunk) => this.#turn(() => this.session.receive(chunk, clock())));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#turn(() => this.session.connectionLost('closed')));
    this.#turn(() => undefined);
  }

  static connect(path: string, options: OvsdbSessionOptions = OPTIONS): SocketDriver {
    return new SocketDriver(connect(path), options);
  }

  /** The first event of this type, past or to come, that passes; it and all before it are consumed. */
  async event<Type extends OvsdbEvent['type']>(
    type: Type,
    passes: (event: Extract<OvsdbEvent, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<OvsdbEvent, { type: Type }>> {
    for (;;) {
      for (let event = this.events.shift(); event !== undefined; event = this.events.shift()) {
        if (event.type === type && passes(event as Extract<OvsdbEvent, { type: Type }>)) {
          return event as Extract<OvsdbEvent, { type: Type }>;
        }
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Until something happens, or so long. */
  async idle(ms: number): Promise<void> {
    if (this.events.length > 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }

  /** Calls the session and carries out what it wants. */
  act<Value>(call: (session: OvsdbSession, now: number) => Value): Value {
    let value: Value | undefined;
    this.#turn(() => {
      value = call(this.session, clock());
    });
    return value as Value;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.socket.closed) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.destroy();
    await closed;
    clearTimeout(this.#timer);
  }

  #turn(call: () => void): void {
    const began = clock();
    call();
    this.events.push(...this.session.takeEvents());
    for (const bytes of this.session.takeOutput()) this.socket.write(bytes);
    this.longestTurnMs = Math.max(this.longestTurnMs, clock() - began);
    clearTimeout(this.#timer);
    const deadline = this.session.deadline();
    if (deadline !== undefined) {
      this.#timer = setTimeout(
        () => this.#turn(() => this.session.tick(clock())),
        Math.max(0, deadline - clock()),
      );
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
