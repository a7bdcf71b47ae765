/**
 * Reading behind proven lengths: a cursor over one message that never leaves its bounds.
 *
 * The first fault sticks: it is noted once, the cursor (and every cursor cut from it) jumps to its end, and reads give
 * zeros from then on. So decoders are straight lines, loops end, and whoever decodes asks for the fault at the end.
 */
import { type OpenFlowError, type OpenFlowErrorCode, openFlowError } from '../values/errors.ts';
import type { Layout } from './layout.ts';

/** What a layout reads after a fault; as long as the longest layout. */
const ZEROS = new Uint8Array(2048);
const NOTHING = new Uint8Array(0);

export interface Judgement {
  /**
   * Judge as Open vSwitch does: a field, an action or an instruction that nobody here knows is a fault. Absent: it is kept
   * byte for byte, because a newer switch may well use it.
   */
  readonly strict?: boolean;
}

/** Shared by all cursors over one message. */
interface Verdict {
  error: OpenFlowError | undefined;
  readonly strict: boolean;
}

export class Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  position: number;
  readonly #end: number;
  readonly #verdict: Verdict;
  readonly source: string;
  /** What it is called when something ends too early here: OFPBRC_BAD_LEN, in actions OFPBAC_BAD_LEN, and so on. */
  readonly #tooShort: OpenFlowErrorCode;

  constructor(
    bytes: Uint8Array,
    source: string,
    position = 0,
    end = bytes.length,
    verdict: Verdict = { error: undefined, strict: false },
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    tooShort: OpenFlowErrorCode = 'OFPBRC_BAD_LEN',
  ) {
    this.bytes = bytes;
    this.view = view;
    this.source = source;
    this.position = position;
    this.#end = end;
    this.#verdict = verdict;
    this.#tooShort = tooShort;
  }

  static over(bytes: Uint8Array, source: string, position: number, judgement: Judgement): Cursor {
    const verdict = { error: undefined, strict: judgement.strict === true };
    return new Cursor(bytes, source, position, bytes.length, verdict);
  }

  /** The first fault in this message, wherever it was noticed. */
  get error(): OpenFlowError | undefined {
    return this.#verdict.error;
  }

  /** Whether what nobody here knows is a fault: see Judgement. */
  get strict(): boolean {
    return this.#verdict.strict;
  }

  /** Bytes that are left; none after a fault. */
  get left(): number {
    return this.#verdict.error === undefined ? this.#end - this.position : 0;
  }

  fail(code: OpenFlowErrorCode, detail: string, offset = this.position): void {
    this.#verdict.error ??= openFlowError(code, detail, this.source, offset);
  }

  /** Something that we do not know: a fault for who judges strictly, else to be kept. */
  unknown(code: OpenFlowErrorCode, detail: string, offset = this.position): void {
    if (this.#verdict.strict) this.fail(code, detail, offset);
  }

  /** True when `size` bytes are there; otherwise notes the fault. */
  has(size: number, what: string): boolean {
    if (size <= this.left) return true;
    this.fail(this.#tooShort, `${what} needs ${size} bytes, ${this.left} are left`);
    return false;
  }

  u8(what: string): number {
    if (!this.has(1, what)) return 0;
    this.position += 1;
    return this.view.getUint8(this.position - 1);
  }

  u16(what: string): number {
    if (!this.has(2, what)) return 0;
    this.position += 2;
    return this.view.getUint16(this.position - 2);
  }

  u32(what: string): number {
    if (!this.has(4, what)) return 0;
    this.position += 4;
    return this.view.getUint32(this.position - 4);
  }

  u64(what: string): bigint {
    if (!this.has(8, what)) return 0n;
    this.position += 8;
    return this.view.getBigUint64(this.position - 8);
  }

  /** The 16 bits that lie `offset` bytes ahead, without moving. */
  peekU16(offset: number, what: string): number {
    return this.has(offset + 2, what) ? this.view.getUint16(this.position + offset) : 0;
  }

  skip(size: number, what: string): void {
    if (this.has(size, what)) this.position += size;
  }

  /** Its members are to be taken or spread: the object itself is the parser's (layout.ts), and no plain one. */
  struct<Values>(layout: Layout<Values>, what: string): Values {
    if (!this.has(layout.size, what)) return layout.parse(ZEROS.subarray(0, layout.size));
    const from = this.position;
    this.position = from + layout.size;
    return layout.parse(this.bytes.subarray(from, this.position));
  }

  /** A copy of the next `size` bytes: it outlives the message's buffer. */
  copy(size: number, what: string): Uint8Array {
    if (!this.has(size, what)) return NOTHING;
    this.position += size;
    return this.copyFrom(this.position - size, size);
  }

  /** A copy of bytes that were passed already. Not by `slice`, which on Node's Buffer is a view. */
  copyFrom(from: number, size: number): Uint8Array {
    return new Uint8Array(this.bytes.subarray(from, from + size));
  }

  rest(): Uint8Array {
    return this.copy(this.left, 'the rest');
  }

  /** A cursor of its own over the next `size` bytes; this one goes on behind them. */
  cut(size: number, what: string, tooShort: OpenFlowErrorCode = this.#tooShort): Cursor {
    const proven = this.has(size, what) ? size : 0;
    const from = this.position;
    this.position = from + proven;
    return new Cursor(
      this.bytes,
      this.source,
      from,
      from + proven,
      this.#verdict,
      this.view,
      tooShort,
    );
  }

  /**
   * A cursor over a structure that says its own size in the 16 bits at `offset`, its header included. The size must
   * be at least `least`. `tooShort` names a wrong size, and whatever ends too early inside.
   */
  cutSized(
    offset: number,
    least: number,
    what: string,
    tooShort: OpenFlowErrorCode = this.#tooShort,
  ): Cursor {
    const { left } = this;
    if (left < offset + 2) this.fail(tooShort, `${what} needs ${least} bytes, ${left} are left`);
    const size = this.peekU16(offset, what);
    if (size < least) this.fail(tooShort, `${what} says ${size} bytes and needs ${least}`);
    if (size > left) this.fail(tooShort, `${what} says ${size} bytes, ${left} are left`);
    return this.cut(this.error === undefined ? size : 0, what, tooShort);
  }

  /** Skips what fills a structure of `size` bytes up to a multiple of eight. */
  skipPadding(size: number, what: string): void {
    this.skip((8 - (size & 7)) & 7, what);
  }
}
