/**
 * The contract between a protocol's session (a state machine without sockets or clock) and the one
 * driver that owns the socket (lib/runtime/connection).
 *
 * The driver calls `receive` or `tick`, then drains `takeEvents` and `takeOutput`, then arms one
 * timer for `deadline`. A session that has ended says so with an event of its own and ignores
 * what comes after.
 */
import type { InstantMs } from './units.ts';

export interface ByteSession<Event> {
  /** Bytes from the peer. The chunk belongs to the driver again when the call returns. */
  receive(chunk: Uint8Array, now: InstantMs): void;
  /** Time has passed; called at or after `deadline()`. */
  tick(now: InstantMs): void;
  /** When `tick` wants to be called next; undefined: nothing is pending. */
  deadline(): InstantMs | undefined;
  /** What happened since the last call, in order. */
  takeEvents(): Event[];
  /** Bytes to send since the last call, in order. */
  takeOutput(): Uint8Array[];
}
