/**
 * Where encoders write: a slab that many messages share, one behind the other.
 *
 * A message is reserved piece by piece and taken whole; what is taken is a view of the slab, because one allocation for each message
 * would cost more than the encoding. A message above MESSAGE_SIZE_MAX_BYTES is our own fault and throws.
 */
import { NumberView } from './number-view.ts';

/** ofp_header.length has 16 bits (OpenFlow 1.3.5 §7.1). */
export const MESSAGE_SIZE_MAX_BYTES = 0xffff;

/**
 * A new slab is begun when less than a whole message is left, and never within a message: who writes may take `view` first and reserve
 * then.
 */
const ROOM_BYTES = MESSAGE_SIZE_MAX_BYTES + 1;

/** Holds about 480 overlay flow-mods besides the room; one kept message keeps its slab, so not larger. */
const SLAB_BYTES = ROOM_BYTES + 64 * 1024;

export class ByteWriter {
  bytes: Uint8Array = new Uint8Array(SLAB_BYTES);
  view: NumberView = new NumberView(this.bytes);
  /** Where the message under way begins. */
  start = 0;
  /** Where the next byte goes. */
  end = 0;

  /** Begins a message here. */
  begin(): void {
    if (this.bytes.length - this.end < ROOM_BYTES) this.#renew();
    this.start = this.end;
  }

  /** Makes room for `size` bytes (zeros) and returns the index of the first. */
  reserve(size: number): number {
    const at = this.end;
    if (this.bytes.length - at < size) throw tooLong(at - this.start + size);
    this.end = at + size;
    return at;
  }

  /** Where we are, counted from the message's first byte. */
  mark(): number {
    return this.end - this.start;
  }

  /** Fills with zeros up to a multiple of eight, counted from `mark`. */
  padTo8(mark: number): void {
    const rest = (this.end - this.start - mark) & 7;
    if (rest !== 0) this.reserve(8 - rest);
  }

  /** Writes the size of what began at `mark` into the 16 bits that lie `offset` bytes behind it. */
  patchSize(mark: number, offset: number): void {
    const size = this.end - this.start - mark;
    if (size > MESSAGE_SIZE_MAX_BYTES) throw tooLong(size);
    this.view.setUint16(this.start + mark + offset, size);
  }

  put(source: Uint8Array): void {
    const offset = this.end - this.start;
    if (offset + source.length > MESSAGE_SIZE_MAX_BYTES) throw tooLong(offset + source.length);
    const at = this.reserve(source.length);
    this.bytes.set(source, at);
  }

  /** The message since `begin`. */
  take(): Uint8Array {
    const size = this.end - this.start;
    if (size > MESSAGE_SIZE_MAX_BYTES) throw tooLong(size);
    const message = this.bytes.subarray(this.start, this.end);
    this.start = this.end;
    return message;
  }

  #renew(): void {
    this.bytes = new Uint8Array(SLAB_BYTES);
    this.view = new NumberView(this.bytes);
    this.end = 0;
  }
}

function tooLong(size: number): RangeError {
  return new RangeError(
    `a message of ${size} bytes; OpenFlow has no more than ${MESSAGE_SIZE_MAX_BYTES}`,
  );
}
