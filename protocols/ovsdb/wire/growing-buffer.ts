/**
 * Bytes that wait for their end: appending is linear however small the parts are.
 */

const FIRST_SIZE_BYTES = 1024;

/** A larger buffer is given back when it is emptied: each session at rest has one. */
const KEPT_SIZE_MAX_BYTES = 4 * 1024;

const NOTHING = new Uint8Array(0);

export class GrowingBuffer {
  #bytes: Uint8Array = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copies the part. */
  append(part: Uint8Array): void {
    const size = this.#length + part.length;
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(FIRST_SIZE_BYTES, size, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.#length);
    this.#length = size;
  }

  /** What was appended; valid until the next append. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT_SIZE_MAX_BYTES) this.#bytes = NOTHING;
  }
}
