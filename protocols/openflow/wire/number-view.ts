/**
 * Numbers into bytes, and nothing else than what fits: a DataView would cut off in silence what its bits do not hold, and a table of
 * 260 would be table 4.
 *
 * The one home of that check, for all encoders. What does not fit is our own fault and throws; who encodes says where the number stands
 * (encode.ts).
 */

const TWO_32 = 0x100000000;

/** A number that its place on the wire has no room for. */
export class UnfitNumber extends RangeError {
  readonly value: unknown;

  constructor(value: unknown, bits: number) {
    super(
      value === undefined
        ? 'a member is missing, or says a word that there is not'
        : `${value} does not fit into ${bits} bits`,
    );
    this.name = 'RangeError';
    this.value = value;
  }
}

export class NumberView {
  /** What was written, to be read. */
  readonly data: DataView;

  constructor(bytes: Uint8Array) {
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  setUint8(at: number, value: number): void {
    if ((value & 0xff) !== value) throw new UnfitNumber(value, 8);
    this.data.setUint8(at, value);
  }

  setUint16(at: number, value: number): void {
    if ((value & 0xffff) !== value) throw new UnfitNumber(value, 16);
    this.data.setUint16(at, value);
  }

  setUint32(at: number, value: number): void {
    if (value >>> 0 !== value) throw new UnfitNumber(value, 32);
    this.data.setUint32(at, value);
  }

  /** A hardware address. */
  setUint48(at: number, value: number): void {
    const high = Math.floor(value / TWO_32);
    if ((high & 0xffff) !== high || !Number.isInteger(value)) throw new UnfitNumber(value, 48);
    this.data.setUint16(at, high);
    this.data.setUint32(at + 2, value);
  }

  setBigUint64(at: number, value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) throw new UnfitNumber(value, 64);
    this.data.setBigUint64(at, value);
  }

  /** Of any number of bytes. */
  setWide(at: number, size: number, value: number | bigint): void {
    if (typeof value === 'number' && !Number.isInteger(value))
      throw new UnfitNumber(value, size * 8);
    let rest = BigInt(value);
    for (let index = at + size - 1; index >= at; index--) {
      this.data.setUint8(index, Number(rest & 0xffn));
      rest >>= 8n;
    }
    if (rest !== 0n) throw new UnfitNumber(value, size * 8);
  }
}
