/**
 * Messages with a fault: cut short (the header says so), or with some bits or bytes changed behind the header. The same ones each time.
 */

/** A linear congruential generator: numbers below what is asked. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
}

const HEADER_BYTES = 8;
/** A multipart's kind stays readable. */
const LEAST_BYTES = 16;

export function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  if (bytes.length > LEAST_BYTES && random(3) === 0) {
    const size = LEAST_BYTES + random(bytes.length - LEAST_BYTES);
    return cutTo(bytes, random(2) === 0 ? size : size - (size % 8));
  }
  const changed = new Uint8Array(bytes);
  for (let count = 1 + random(2); count > 0; count--) {
    const at = HEADER_BYTES + random(bytes.length - HEADER_BYTES);
    changed[at] = random(2) === 0 ? random(256) : (changed[at] ?? 0) ^ (1 << random(8));
  }
  return changed;
}

function cutTo(bytes: Uint8Array, size: number): Uint8Array {
  const cut = new Uint8Array(bytes.subarray(0, size));
  new DataView(cut.buffer).setUint16(2, size);
  return cut;
}
