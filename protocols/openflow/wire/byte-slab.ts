/**
 * Copies of what packet-ins carry, many in one slab: one allocation for each packet would cost more than its decoding.
 *
 * A copy is a view with bytes of its own, so that writing into it harms nobody; but one that is kept keeps its slab. So the slab is
 * small, and what is large is copied alone. Up to 64 bytes V8 allocates on its heap, which is as cheap.
 */
const SLAB_BYTES = 8192;
const ALONE_BYTES_MIN = 2048;
const ON_HEAP_BYTES_MAX = 64;

let slab = new Uint8Array(SLAB_BYTES);
let end = 0;

/** A copy of `size` bytes of `source` from `from` on. */
export function copyIntoSlab(source: Uint8Array, from: number, size: number): Uint8Array {
  const part = source.subarray(from, from + size);
  if (size <= ON_HEAP_BYTES_MAX || size >= ALONE_BYTES_MIN) return new Uint8Array(part);
  if (SLAB_BYTES - end < size) {
    slab = new Uint8Array(SLAB_BYTES);
    end = 0;
  }
  const copy = slab.subarray(end, end + size);
  copy.set(part);
  end += size;
  return copy;
}
