/**
 * Splitting: turns the byte stream of one database connection into whole JSON objects.
 *
 * Messages follow each other with nothing or white space between them, so the end of one is where its
 * first bracket closes. Counts brackets outside of strings, byte by byte, each byte once; decodes text
 * once per message. Nothing that the peer sends makes it hold more than one message of
 * `messageSizeMaxBytes` and the chunk at hand.
 *
 * UTF-8 needs no care while scanning: no byte of a multi-byte character is below 0x80.
 *
 * Source: RFC 7047 §4 (JSON-RPC over a stream), RFC 8259 §2 and §7.
 */
import { failed, ok, type Result } from '../../base/protocol-error.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/json.ts';
import { type OvsdbError, ovsdbError } from '../values/protocol-errors.ts';

export interface SplitterLimits {
  readonly messageSizeMaxBytes: number;
  readonly nestingMax: number;
}

export const SPLITTER_LIMITS: SplitterLimits = {
  /** A database of 10,000 interfaces is about 10 MB; 64 MiB leaves room and bounds one peer's cost. */
  messageSizeMaxBytes: 64 * 1024 * 1024,
  /** The deepest message of RFC 7047, a select's condition on a map, nests 9 deep. */
  nestingMax: 64,
};

/** Larger buffers are given back after each message. */
const KEPT_BUFFER_MAX_BYTES = 64 * 1024;
const FIRST_BUFFER_BYTES = 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export class JsonSplitter {
  readonly #limits: SplitterLimits;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** The beginning of a message whose end has not come. */
  #buffer = new Uint8Array(0);
  #buffered = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Received, complete, not yet taken. */
  #ready: Uint8Array[] = [];
  #readyAt = 0;
  #completed = 0;
  #error: OvsdbError | undefined;

  constructor(limits: SplitterLimits = SPLITTER_LIMITS) {
    this.#limits = limits;
  }

  /** True while a message has begun and not ended. */
  get isInsideMessage(): boolean {
    return this.#depth > 0;
  }

  /** Whole messages so far. */
  get completedCount(): number {
    return this.#completed;
  }

  /** True when `next` has something to say. */
  get hasNext(): boolean {
    return this.#readyAt < this.#ready.length || this.#error !== undefined;
  }

  /** Bytes that are held for messages not yet complete. */
  get bufferedBytes(): number {
    return this.#buffered;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#error === undefined) {
      if (this.#depth === 0) {
        at = this.#skipSpace(chunk, at);
        if (at === chunk.length || this.#error !== undefined) return;
      }
      const end = this.#scan(chunk, at);
      if (this.#error !== undefined) return;
      if (this.#depth > 0) this.#keep(chunk.subarray(at, end));
      else this.#complete(chunk.subarray(at, end));
      at = end;
    }
  }

  /** The next whole message; its faults come after all whole messages before it. Undefined: need more bytes. */
  next():
    | { readonly message: Result<JsonObject, OvsdbError>; readonly sizeBytes: number }
    | undefined {
    const bytes = this.#ready[this.#readyAt];
    if (bytes === undefined) {
      this.#ready = [];
      this.#readyAt = 0;
      return this.#error && { message: failed(this.#error), sizeBytes: 0 };
    }
    this.#readyAt++;
    return { message: this.#parse(bytes), sizeBytes: bytes.length };
  }

  #skipSpace(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && isSpace(chunk[at] ?? 0)) at++;
    const byte = chunk[at];
    if (byte !== undefined && byte !== OPEN_BRACE) {
      this.#fail('not-an-object', `a message begins with "{", not with byte ${byte}`);
    }
    return at;
  }

  /** Returns where the message ends, or the end of the chunk. */
  #scan(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.#inString) {
        at = this.#scanString(chunk, at);
        continue;
      }
      const byte = chunk[at++];
      if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#depth--;
      else continue;
      if (this.#depth === 0) return at;
      if (this.#depth > this.#limits.nestingMax) {
        this.#fail('nesting-too-deep', `more than ${this.#limits.nestingMax} open brackets`);
        return at;
      }
    }
    return at;
  }

  #scanString(chunk: Uint8Array, from: number): number {
    let at = from;
    if (this.#escaped) {
      this.#escaped = false;
      at++;
    }
    while (at < chunk.length) {
      const byte = chunk[at++];
      if (byte === QUOTE) {
        this.#inString = false;
        return at;
      }
      if (byte === BACKSLASH) {
        if (at === chunk.length) this.#escaped = true;
        at++;
      }
    }
    return chunk.length;
  }

  /** Copies: the chunk is the driver's. Doubling keeps one byte at a time linear. */
  #keep(part: Uint8Array): void {
    const size = this.#buffered + part.length;
    if (size > this.#limits.messageSizeMaxBytes) {
      this.#failAsTooLarge();
      return;
    }
    if (size > this.#buffer.length) {
      const roomy = Math.max(FIRST_BUFFER_BYTES, size, this.#buffer.length * 2);
      const larger = new Uint8Array(Math.min(roomy, this.#limits.messageSizeMaxBytes));
      larger.set(this.#buffer.subarray(0, this.#buffered));
      this.#buffer = larger;
    }
    this.#buffer.set(part, this.#buffered);
    this.#buffered = size;
  }

  #failAsTooLarge(): void {
    this.#fail('message-too-large', `more than ${this.#limits.messageSizeMaxBytes} bytes`);
  }

  #complete(part: Uint8Array): void {
    this.#completed++;
    if (this.#buffered === 0) {
      if (part.length > this.#limits.messageSizeMaxBytes) this.#failAsTooLarge();
      else this.#ready.push(part.slice());
      return;
    }
    this.#keep(part);
    if (this.#error !== undefined) return;
    if (this.#buffer.length > KEPT_BUFFER_MAX_BYTES) {
      this.#ready.push(this.#buffer.subarray(0, this.#buffered));
      this.#buffer = new Uint8Array(0);
    } else {
      this.#ready.push(this.#buffer.slice(0, this.#buffered));
    }
    this.#buffered = 0;
  }

  #parse(bytes: Uint8Array): Result<JsonObject, OvsdbError> {
    try {
      const value = JSON.parse(this.#decoder.decode(bytes)) as Json;
      if (isJsonObject(value)) return ok(value);
    } catch {
      // Falls through: the words of the runtime's parser differ between versions.
    }
    const detail = `${bytes.length} bytes that are not a JSON object in UTF-8`;
    this.#fail('malformed-json', detail);
    return failed(ovsdbError('malformed-json', detail));
  }

  #fail(
    code: 'not-an-object' | 'nesting-too-deep' | 'message-too-large' | 'malformed-json',
    detail: string,
  ): void {
    this.#error ??= ovsdbError(code, detail, this.#buffered);
    this.#buffer = new Uint8Array(0);
    this.#buffered = 0;
  }
}
