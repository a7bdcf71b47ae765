/**
 * The one driver of sessions: joins a protocol's state machine to a socket and to the clock.
 *
 * Gives bytes and time to the session, its output to the socket, its events to `onEvent`, and arms one timer for its
 * next deadline. Knows no protocol. A socket that fails ends the session; a session that ends closes the socket.
 *
 * A peer that does not read what it is sent costs UNSENT_BYTES_MAX at most, and when its connection is closed it is not
 * waited for longer than CLOSE_GRACE_MS. One that sends faster than its session can take is read no further until the
 * session has caught up, and one that keeps us busy waits until the others had their turn.
 */
import type { Socket } from 'node:net';
import type { ByteSession } from '../../protocols/base/byte-session.ts';
import type { DurationMs } from '../../protocols/base/units.ts';
import { now } from './clock.ts';

export interface ConnectionHandlers<Event> {
  onEvent(event: Event): void;
  /** Once, when the socket is gone for whatever reason, in words. */
  onClosed(reason: string): void;
  /** The socket has taken all that was written: there is room for more. */
  onDrain?(): void;
}

/**
 * A peer that asks and does not read the answers pays with its connection. Above what any user of a connection lets
 * wait by itself (southbound/nve-switch: 1 MiB).
 */
const UNSENT_BYTES_MAX = 16 * 1024 * 1024;

/** For the last words to leave; a peer that has stopped reading would keep the socket for ever. */
const CLOSE_GRACE_MS = 500;

/** What one peer may take of one turn of the event loop before the others have theirs. */
const TURN_MS = 2;

export class Connection<Event> {
  readonly session: ByteSession<Event>;
  readonly #socket: Socket;
  readonly #handlers: ConnectionHandlers<Event>;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #isFlushing = false;
  #isClosing = false;
  #reason = 'the peer closed the connection';
  #isClosed = false;

  constructor(socket: Socket, session: ByteSession<Event>, handlers: ConnectionHandlers<Event>) {
    this.session = session;
    this.#socket = socket;
    this.#handlers = handlers;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Uint8Array) => this.#receive(chunk));
    socket.on('drain', () => handlers.onDrain?.());
    socket.on('error', (error) => {
      if (!this.#isClosing) this.#reason = error.message;
    });
    socket.on('close', () => this.#closed());
    this.flush();
  }

  /** Bytes that wait in this process for the peer to take them. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether anything comes from the peer in this time; to be asked after the session has asked it something. */
  hears(withinMs: DurationMs): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isHeard: boolean): void => {
        clearTimeout(timer);
        this.#socket.off('data', heard).off('close', gone);
        resolve(isHeard);
      };
      const heard = (): void => settle(true);
      const gone = (): void => settle(false);
      const timer = setTimeout(gone, withinMs);
      this.#socket.on('data', heard).on('close', gone);
      if (this.#isClosed || this.#isClosing) gone();
    });
  }

  /** Call after any call of the session from outside: carries its output and events on. */
  flush(): void {
    if (this.#isFlushing || this.#isClosing) return;
    this.#isFlushing = true;
    this.#socket.cork();
    for (let moved = true; moved; ) {
      moved = false;
      for (const bytes of this.session.takeOutput()) {
        moved = true;
        if (this.#socket.writable) this.#socket.write(bytes);
      }
      for (const event of this.session.takeEvents()) {
        moved = true;
        this.#handlers.onEvent(event);
      }
    }
    this.#socket.uncork();
    this.#isFlushing = false;
    if (this.#socket.writableLength > UNSENT_BYTES_MAX) {
      this.#reason = 'it does not read what it is sent';
      this.#socket.destroy();
    }
    this.#arm();
  }

  /** Closes after what was written; `reason` is for `onClosed`. */
  close(reason: string): void {
    if (this.#isClosed || this.#isClosing) return;
    this.#isClosing = true;
    this.#reason = reason;
    this.#disarm();
    this.#socket.destroySoon();
    this.#timer = setTimeout(() => this.#socket.destroy(), CLOSE_GRACE_MS);
  }

  #receive(chunk: Uint8Array): void {
    if (this.#isClosing) return;
    const started = now();
    this.session.receive(chunk, started);
    this.flush();
    if (!this.#isBehind() && now() - started < TURN_MS) return;
    this.#socket.pause();
    setImmediate(() => this.#readOn());
  }

  /** A session that is due at once has not worked off what it was given. */
  #isBehind(): boolean {
    return (this.session.deadline() ?? Number.POSITIVE_INFINITY) <= now();
  }

  #readOn(): void {
    if (this.#isClosed || !this.#socket.isPaused()) return;
    if (this.#isClosing || !this.#isBehind()) this.#socket.resume();
  }

  #arm(): void {
    if (this.#isClosed || this.#isClosing) return;
    const deadline = this.session.deadline() ?? Number.POSITIVE_INFINITY;
    // Every message puts the next probe off: a timer that is early looks again, which costs less than a new one each time.
    if (deadline >= this.#timerAt && this.#timerAt !== Number.POSITIVE_INFINITY) return;
    if (deadline === this.#timerAt) return;
    this.#disarm();
    this.#timerAt = deadline;
    if (deadline === Number.POSITIVE_INFINITY) return;
    const delay = deadline - now();
    // A session that works in slices is due at once: after the others had their turn, and not a timer's tick later.
    if (delay <= 0) this.#soon = setImmediate(() => this.#tick());
    else this.#timer = setTimeout(() => this.#tick(), delay);
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
  }

  #tick(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (this.#isBehind()) this.session.tick(now());
    this.flush();
    this.#readOn();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#disarm();
    this.#handlers.onClosed(this.#reason);
  }
}
