/**
 * Big-endian numbers in a packet's bytes.
 *
 * Reads past the end give zeros: each decoder proves the length of its header first. A number that has no room is our own fault and
 * throws. Addresses are numbers as in a match: 48 and 32 bits as `number`, 128 as `bigint`.
 */
export function u8(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

export function u16(bytes: Uint8Array, at: number): number {
  return (u8(bytes, at) << 8) | u8(bytes, at + 1);
}

export function u24(bytes: Uint8Array, at: number): number {
  return (u8(bytes, at) << 16) | u16(bytes, at + 1);
}

export function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 0x10000 + u16(bytes, at + 2);
}

export function u48(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 0x100000000 + u32(bytes, at + 2);
}

export function u128(bytes: Uint8Array, at: number): bigint {
  let value = 0n;
  for (let word = 0; word < 16; word += 4) value = (value << 32n) | BigInt(u32(bytes, at + word));
  return value;
}

const NOTHING = new Uint8Array(0);

/** A copy that outlives the packet's buffer. Not by `slice`, which on Node's Buffer is a view. */
export function copyOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return to <= from ? NOTHING : new Uint8Array(bytes.subarray(from, to));
}

/** Writes `size` bytes, the most significant first. */
export function put(bytes: Uint8Array, at: number, size: number, value: number | bigint): void {
  if (typeof value === 'bigint') {
    if (BigInt.asUintN(size * 8, value) !== value) throw unfit('a number', value, size * 8);
    let rest = value;
    for (let index = at + size - 1; index >= at; index--) {
      bytes[index] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    return;
  }
  checkBits('a number', value, size * 8);
  let rest = value;
  for (let index = at + size - 1; index >= at; index--) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** One number of several: `{ pcp: [5, 3], dei: [0, 1], vid: [100, 12] }`, the most significant bits first. */
export function joinBits(
  parts: Readonly<Record<string, readonly [value: number, bits: number]>>,
): number {
  let joined = 0;
  for (const [name, [value, bits]] of Object.entries(parts)) {
    checkBits(name, value, bits);
    joined = joined * 2 ** bits + value;
  }
  return joined;
}

function checkBits(name: string, value: number, bits: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) throw unfit(name, value, bits);
}

function unfit(name: string, value: number | bigint, bits: number): RangeError {
  return new RangeError(`${name} is ${value}; ${bits} bits have no room for it`);
}

/** `size` zeros with `payload` behind them: what an encoder begins with. */
export function withRoomBefore(size: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(size + payload.length);
  bytes.set(payload, size);
  return bytes;
}
