/**
 * Framing: turns the byte stream of one OpenFlow connection into whole messages.
 *
 * Holds bytes, knows nothing of their meaning beyond the header's length. Trusts no length: one below 8 ends the stream,
 * because the boundary is lost for good; one above FRAME_SIZE_MAX_BYTES cannot be written in 16 bits. Never holds more than one
 * partial message, and copies each byte of it once, however finely the stream is cut.
 *
 * Source: OpenFlow 1.3.5 §7.1.
 */
import { type OpenFlowError, openFlowError } from '../values/errors.ts';
import { HEADER_BYTES } from './message-types.ts';

export const FRAME_SIZE_MAX_BYTES = 0xffff;

export class Framer {
  /** The partial message; allocated when one is cut in two, for its whole size as soon as that is known. */
  #held: Uint8Array = new Uint8Array(0);
  #heldBytes = 0;
  #error: OpenFlowError | undefined;

  /** The fault that ended the stream; nothing is taken after it. */
  get error(): OpenFlowError | undefined {
    return this.#error;
  }

  /** Bytes of the partial message. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Takes the next bytes and gives each message that they complete to `visit`, which answers whether to go on.
   * A message is a view: of `chunk`, or of a buffer that is its own.
   */
  push(chunk: Uint8Array, visit: (message: Uint8Array) => boolean): void {
    let at = 0;
    let going = this.#error === undefined;
    if (going && this.#heldBytes > 0) {
      at = this.#fill(chunk);
      if (this.#error === undefined && this.#isWhole()) going = visit(this.#release());
    }
    while (going && this.#error === undefined && chunk.length - at >= HEADER_BYTES) {
      const size = this.#sizeAt(chunk, at);
      if (size === 0 || chunk.length - at < size) break;
      going = visit(chunk.subarray(at, at + size));
      at += size;
    }
    if (going && this.#error === undefined && at < chunk.length) this.#hold(chunk.subarray(at));
  }

  /** Adds to the partial message what it lacks; returns how many bytes that took. */
  #fill(chunk: Uint8Array): number {
    let taken = 0;
    if (this.#heldBytes < HEADER_BYTES) {
      taken = this.#take(chunk, 0, HEADER_BYTES);
      if (this.#heldBytes < HEADER_BYTES) return taken;
      const size = this.#sizeAt(this.#held, 0);
      if (size === 0) return taken;
      this.#grow(size);
    }
    return taken + this.#take(chunk, taken, this.#held.length);
  }

  /** Copies from `chunk` until the partial message has `wanted` bytes. */
  #take(chunk: Uint8Array, from: number, wanted: number): number {
    const size = Math.min(wanted - this.#heldBytes, chunk.length - from);
    this.#held.set(chunk.subarray(from, from + size), this.#heldBytes);
    this.#heldBytes += size;
    return size;
  }

  #hold(rest: Uint8Array): void {
    const known = rest.length >= HEADER_BYTES;
    this.#held = new Uint8Array(known ? this.#sizeAt(rest, 0) : HEADER_BYTES);
    this.#held.set(rest);
    this.#heldBytes = rest.length;
  }

  #grow(size: number): void {
    const whole = new Uint8Array(size);
    whole.set(this.#held.subarray(0, this.#heldBytes));
    this.#held = whole;
  }

  #isWhole(): boolean {
    if (this.#heldBytes < HEADER_BYTES) return false;
    return this.#heldBytes === this.#held.length && this.#heldBytes === this.#sizeAt(this.#held, 0);
  }

  #release(): Uint8Array {
    const message = this.#held;
    this.#held = new Uint8Array(0);
    this.#heldBytes = 0;
    return message;
  }

  /** The length in the header at `at`; 0, and the stream's end, when it is impossible. */
  #sizeAt(bytes: Uint8Array, at: number): number {
    const size = (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    if (size >= HEADER_BYTES) return size;
    this.#error = openFlowError(
      'bad-frame-length',
      `a message of ${size} bytes; the header alone has ${HEADER_BYTES}`,
      'OpenFlow 1.3.5 §7.1',
      2,
    );
    return 0;
  }
}
