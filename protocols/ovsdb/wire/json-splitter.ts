/**
 * Splitting: turns the byte stream of one database connection into whole JSON objects.
 *
 * Messages follow each other with nothing or white space between them, so the end of one is where its
 * first bracket closes. Small messages are parsed in one go when they are whole; a large one is parsed
 * while it arrives (piecewise-json), so that no call costs more than the bytes it brought. Nothing that
 * the peer sends makes this hold more than one message of `messageSizeMaxBytes` and the chunk at hand.
 *
 * Source: RFC 7047 §4 (JSON-RPC over a stream), RFC 8259.
 */
import { failed, ok, type Result } from '../../base/protocol-error.ts';
import { isJsonObject, type Json, type JsonObject } from '../values/json.ts';
import { type OvsdbError, type OvsdbErrorCode, ovsdbError } from '../values/protocol-errors.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { JsonScanner, OPEN_BRACE } from './json-scanner.ts';
import { PiecewiseParser } from './piecewise-json.ts';

export interface SplitterLimits {
  readonly messageSizeMaxBytes: number;
  readonly nestingMax: number;
}

export const SPLITTER_LIMITS: SplitterLimits = {
  /** A database of 10,000 interfaces is about 8 MB; 64 MiB leaves room and bounds one peer's cost. */
  messageSizeMaxBytes: 64 * 1024 * 1024,
  /** The deepest message of RFC 7047, a select's condition on a map, nests 9 deep. */
  nestingMax: 64,
};

/** A message that is larger and not whole yet is parsed piece by piece. */
const WHOLE_PARSE_MAX_BYTES = 32 * 1024;

export interface NextMessage {
  readonly message: Result<JsonObject, OvsdbError>;
  readonly sizeBytes: number;
}

type Ready =
  | { readonly bytes: Uint8Array; readonly sizeBytes: number }
  | { readonly value: Json; readonly sizeBytes: number };

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export class JsonSplitter {
  readonly #limits: SplitterLimits;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #buffer = new GrowingBuffer();
  #scanner = new JsonScanner();
  /** Of the message at hand, when it is large. */
  #pieces: PiecewiseParser | undefined;
  /** Bytes of the message at hand so far. */
  #size = 0;
  /** Complete, not yet taken. */
  #ready: Ready[] = [];
  #readyAt = 0;
  #completed = 0;
  #error: OvsdbError | undefined;

  constructor(limits: SplitterLimits = SPLITTER_LIMITS) {
    this.#limits = limits;
  }

  /** True while a message has begun and not ended. */
  get isInsideMessage(): boolean {
    return this.#size > 0;
  }

  /** Whole messages so far. */
  get completedCount(): number {
    return this.#completed;
  }

  /** True when `next` has something to say. */
  get hasNext(): boolean {
    return this.#readyAt < this.#ready.length || this.#error !== undefined;
  }

  /** Raw bytes that are held for a message not yet complete. */
  get bufferedBytes(): number {
    return this.#buffer.length + (this.#pieces?.bufferedBytes ?? 0);
  }

  /** The chunk is the caller's again afterwards. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#error === undefined) {
      if (this.#size === 0) {
        at = this.#skipSpace(chunk, at);
        if (at === chunk.length || this.#error !== undefined) return;
      }
      at = this.#pieces === undefined ? this.#scan(chunk, at) : this.#pushPieces(chunk, at);
    }
  }

  /** The next whole message; a fault comes after all whole messages before it. Undefined: need more bytes. */
  next(): NextMessage | undefined {
    const ready = this.#ready[this.#readyAt];
    if (ready === undefined) {
      return this.#error && { message: failed(this.#error), sizeBytes: 0 };
    }
    this.#readyAt++;
    if (this.#readyAt === this.#ready.length) this.#forgetTaken();
    const value = 'bytes' in ready ? this.#parse(ready.bytes) : ready.value;
    if (isJsonObject(value)) return { message: ok(value), sizeBytes: ready.sizeBytes };
    this.#forgetTaken();
    // This message came before whatever else was found wrong.
    this.#error = undefined;
    this.#fail('malformed-json', 'bytes that are not a JSON object in UTF-8');
    return this.next();
  }

  /** All that was ready; a session at rest keeps no bytes of what it was told. */
  #forgetTaken(): void {
    this.#ready = [];
    this.#readyAt = 0;
  }

  #skipSpace(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && isSpace(chunk[at])) at++;
    const byte = chunk[at];
    if (byte !== undefined && byte !== OPEN_BRACE) {
      this.#fail('not-an-object', `a message begins with "{", not with byte ${byte}`);
    }
    return at;
  }

  /** Looks for the message's end; returns how far it came. */
  #scan(chunk: Uint8Array, from: number): number {
    const { nestingMax } = this.#limits;
    let at = from;
    while (at < chunk.length) {
      at = this.#scanner.find(chunk, at, -1) + 1;
      const { depth } = this.#scanner;
      if (depth === 0 && at <= chunk.length) return this.#complete(chunk, from, at);
      if (depth > nestingMax) {
        this.#fail('nesting-too-deep', `more than ${nestingMax} open brackets`);
        return at;
      }
    }
    const part = chunk.subarray(from);
    if (!this.#grow(part.length)) return chunk.length;
    this.#buffer.append(part);
    if (this.#buffer.length > WHOLE_PARSE_MAX_BYTES) this.#switchToPieces();
    return chunk.length;
  }

  #complete(chunk: Uint8Array, from: number, end: number): number {
    const part = chunk.subarray(from, end);
    if (!this.#grow(part.length)) return end;
    if (this.#buffer.length === 0) {
      this.#messageReady({ bytes: part.slice(), sizeBytes: this.#size });
    } else {
      this.#buffer.append(part);
      this.#messageReady({ bytes: this.#buffer.view().slice(), sizeBytes: this.#size });
    }
    return end;
  }

  #switchToPieces(): void {
    this.#pieces = new PiecewiseParser(this.#limits.nestingMax);
    // These bytes are counted already.
    this.#size = 0;
    this.#pushPieces(this.#buffer.view(), 0);
    this.#buffer.clear();
  }

  /** Feeds the piecewise parser; returns how far it came. */
  #pushPieces(chunk: Uint8Array, from: number): number {
    const outcome = this.#pieces?.push(chunk, from);
    switch (outcome?.state) {
      case 'whole':
        if (this.#grow(outcome.end - from)) {
          this.#messageReady({ value: outcome.value, sizeBytes: this.#size });
        }
        return outcome.end;
      case 'malformed':
        this.#fail('malformed-json', 'a large message that is not JSON in UTF-8');
        break;
      case 'nested-too-deep':
        this.#fail('nesting-too-deep', `more than ${this.#limits.nestingMax} open brackets`);
        break;
      case 'too-large':
        this.#fail('message-too-large', outcome.detail);
        break;
      default:
        this.#grow(chunk.length - from);
    }
    return chunk.length;
  }

  #messageReady(ready: Ready): void {
    this.#ready.push(ready);
    this.#completed++;
    this.#reset();
  }

  #reset(): void {
    this.#size = 0;
    this.#buffer.clear();
    this.#pieces = undefined;
    this.#scanner = new JsonScanner();
  }

  /** Counts bytes of the message at hand; false: they are too many. */
  #grow(bytes: number): boolean {
    this.#size += bytes;
    const limit = this.#limits.messageSizeMaxBytes;
    if (this.#size > limit) this.#fail('message-too-large', `more than ${limit} bytes`);
    return this.#error === undefined;
  }

  #parse(bytes: Uint8Array): Json | undefined {
    try {
      return JSON.parse(this.#decoder.decode(bytes)) as Json;
    } catch {
      return undefined;
    }
  }

  #fail(code: OvsdbErrorCode, detail: string): void {
    this.#error ??= ovsdbError(code, detail, this.#size);
    this.#reset();
  }
}
