/**
 * Piecewise parsing: builds the value of a large message while its bytes arrive, so that its end costs
 * no more than any other part of it.
 *
 * Containers down to PIECE_DEPTH are built here; what is in them is parsed in runs of whole elements of
 * about PIECE_BYTES. In every kind of update a row lies at that depth or below (an update3 notification:
 * message, params, tables, rows).
 *
 * ```
 * {"id":1,"result":[true,"…",{"Port":{ "u1":{…},"u2":{…},  "u3":{…},"u4":{…} }}]}
 *  └── piece ─────┘ └─ piece ─┘└─ piece ┘└──── piece ────┘  └──── piece ────┘
 * ```
 *
 * Accepts exactly what JSON.parse accepts. Source: RFC 8259.
 */
import type { Json } from '../values/json.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  JsonScanner,
  OPEN_BRACE,
  OPEN_BRACKET,
} from './json-scanner.ts';

const PIECE_DEPTH = 4;

/** Well below a millisecond of parsing. */
const PIECE_BYTES = 16 * 1024;

export interface PieceLimits {
  /** Of one piece, which is parsed in one turn: a row. */
  readonly pieceSizeMaxBytes: number;
  /** Elements of one container: the rows of a table. */
  readonly elementsMax: number;
  /** Brackets in all: three bytes of "[]," cost forty of memory. */
  readonly bracketsMax: number;
}

export const PIECE_LIMITS: PieceLimits = {
  /** A bridge of 10,000 ports has half a megabyte; this one would have 90,000. Some 20 ms. */
  pieceSizeMaxBytes: 4 * 1024 * 1024,
  /** Fifty times the interfaces of the largest hypervisor that is planned for. */
  elementsMax: 500_000,
  /** Real rows have one in 15 bytes at most (the counters of an interface): 64 MiB of them. */
  bracketsMax: 4_500_000,
};

export type PiecewiseOutcome =
  /** More bytes are needed. */
  | { readonly state: 'open' }
  /** `end`: the offset behind the message's last byte. */
  | { readonly state: 'whole'; readonly value: Json; readonly end: number }
  | { readonly state: 'malformed' | 'nested-too-deep' }
  /** The end of a sentence. */
  | { readonly state: 'too-large'; readonly detail: string };

interface Container {
  readonly isArray: boolean;
  readonly elements: Json[];
  readonly members: Record<string, Json>;
  /** Elements so far. */
  count: number;
  /** Whether anything is in it yet: then the next piece begins with a comma. */
  isEmpty: boolean;
  /** A piece ended with a comma: another element must follow. */
  owesElement: boolean;
  /** The key of the member that is being built. */
  openKey: string;
}

type JsonContainer = Json[] | Record<string, Json>;

const MALFORMED = { state: 'malformed' } as const;

export class PiecewiseParser {
  readonly #nestingMax: number;
  readonly #pieceBytes: number;
  readonly #limits: PieceLimits;
  readonly #scanner = new JsonScanner();
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #piece = new GrowingBuffer();
  readonly #open: Container[] = [];

  constructor(nestingMax: number, pieceBytes = PIECE_BYTES, limits = PIECE_LIMITS) {
    this.#nestingMax = nestingMax;
    this.#pieceBytes = pieceBytes;
    this.#limits = limits;
  }

  get bufferedBytes(): number {
    return this.#piece.length;
  }

  /** Begins at the message's first bracket; the chunk is the caller's again afterwards. */
  push(chunk: Uint8Array, from: number): PiecewiseOutcome {
    const outcome = this.#push(chunk, from);
    const excess = outcome.state === 'open' ? this.#excess() : undefined;
    return excess === undefined ? outcome : { state: 'too-large', detail: excess };
  }

  #excess(): string | undefined {
    const { pieceSizeMaxBytes, elementsMax, bracketsMax } = this.#limits;
    if (this.#piece.length > pieceSizeMaxBytes)
      return `a row of more than ${pieceSizeMaxBytes} bytes`;
    if (this.#scanner.openedCount > bracketsMax) return `more than ${bracketsMax} brackets`;
    const isWide = this.#open.some(({ count }) => count > elementsMax);
    return isWide ? `more than ${elementsMax} rows in a table` : undefined;
  }

  #push(chunk: Uint8Array, from: number): PiecewiseOutcome {
    let start = from;
    let at = from;
    while (at < chunk.length) {
      const commaDepth = this.#piece.length + at - start < this.#pieceBytes ? -1 : PIECE_DEPTH;
      const found = this.#scanner.find(chunk, at, commaDepth);
      at = found + 1;
      if (found === chunk.length) break;
      if (this.#scanner.depth > this.#nestingMax) return { state: 'nested-too-deep' };
      const byte = chunk[found] ?? 0;
      if (!this.#isPieceEnd(byte)) continue;
      const value = this.#pieceEnded(this.#takeText(chunk.subarray(start, found)), byte);
      if (value === MALFORMED) return MALFORMED;
      if (value !== undefined) return { state: 'whole', value, end: at };
      start = at;
    }
    this.#piece.append(chunk.subarray(start));
    return { state: 'open' };
  }

  #isPieceEnd(byte: number): boolean {
    const { depth } = this.#scanner;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) return depth <= PIECE_DEPTH;
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) return depth < PIECE_DEPTH;
    return true;
  }

  #takeText(rest: Uint8Array): string | undefined {
    let bytes = rest;
    if (this.#piece.length > 0) {
      this.#piece.append(rest);
      bytes = this.#piece.view();
    }
    try {
      return this.#decoder.decode(bytes);
    } catch {
      return undefined;
    } finally {
      this.#piece.clear();
    }
  }

  /** The whole value when this was its end. */
  #pieceEnded(
    text: string | undefined,
    byte: number,
  ): JsonContainer | typeof MALFORMED | undefined {
    if (text === undefined) return MALFORMED;
    const container = this.#open.at(-1);
    const opens = byte === OPEN_BRACE || byte === OPEN_BRACKET;
    if (container === undefined) {
      this.#open.push(emptyContainer(byte === OPEN_BRACKET));
      return undefined;
    }
    if (opens) {
      if (!addBeforeChild(container, text)) return MALFORMED;
      this.#open.push(emptyContainer(byte === OPEN_BRACKET));
      return undefined;
    }
    const closes = byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
    if (!addElements(container, text, !closes)) return MALFORMED;
    if (!closes) return undefined;
    if (container.isArray !== (byte === CLOSE_BRACKET)) return MALFORMED;
    return this.#closeContainer(container);
  }

  #closeContainer(container: Container): JsonContainer | undefined {
    this.#open.pop();
    const value = container.isArray ? container.elements : container.members;
    const parent = this.#open.at(-1);
    if (parent === undefined) return value;
    parent.count++;
    if (parent.isArray) parent.elements.push(value);
    else setMember(parent.members, parent.openKey, value);
    return undefined;
  }
}

function emptyContainer(isArray: boolean): Container {
  return {
    isArray,
    elements: [],
    members: {},
    count: 0,
    isEmpty: true,
    owesElement: false,
    openKey: '',
  };
}

/** A run of whole elements, up to the container's end or (`owes`) to a comma. */
function addElements(container: Container, text: string, owes: boolean): boolean {
  if (isBlank(text)) {
    // Nothing but the space before a closing bracket, or between an element and a comma.
    const isFine = owes ? !container.isEmpty && !container.owesElement : !container.owesElement;
    container.owesElement = owes;
    return isFine;
  }
  const parsed = parseRun(container, text, '');
  if (parsed === undefined) return false;
  container.isEmpty = false;
  container.owesElement = owes;
  addAll(container, parsed);
  return true;
}

/** A run of elements that ends where a child container begins. */
function addBeforeChild(container: Container, text: string): boolean {
  const parsed = parseRun(container, text, 'null');
  if (parsed === undefined) return false;
  container.isEmpty = false;
  container.owesElement = false;
  if (Array.isArray(parsed)) {
    parsed.pop();
  } else {
    // The stand-in is the last member, unless its key came before: then its place is taken over.
    const key = lastKey(text);
    if (key === undefined) return false;
    container.openKey = key;
    delete (parsed as Record<string, Json>)[key];
  }
  addAll(container, parsed);
  return true;
}

function parseRun(container: Container, text: string, standIn: string): JsonContainer | undefined {
  let run = text;
  if (!container.isEmpty && !container.owesElement) {
    run = text.replace(/^[ \t\n\r]+/, '');
    if (!run.startsWith(',')) return undefined;
    run = run.slice(1);
    if (standIn === '' && isBlank(run)) return undefined;
  }
  const [open, close] = container.isArray ? ['[', ']'] : ['{', '}'];
  try {
    return JSON.parse(`${open}${run}${standIn}${close}`) as JsonContainer;
  } catch {
    return undefined;
  }
}

/** The last string of `…"key" :`, which JSON.parse has found well-formed. */
function lastKey(text: string): string | undefined {
  const end = text.lastIndexOf('"');
  let start = end - 1;
  while (start >= 0 && !(text[start] === '"' && isUnescaped(text, start))) start--;
  if (start < 0) return undefined;
  return JSON.parse(text.slice(start, end + 1)) as string;
}

function isUnescaped(text: string, quote: number): boolean {
  let at = quote;
  while (at > 0 && text[at - 1] === '\\') at--;
  return (quote - at) % 2 === 0;
}

function addAll(container: Container, parsed: JsonContainer): void {
  if (Array.isArray(parsed)) {
    for (const element of parsed) container.elements.push(element);
    container.count += parsed.length;
    return;
  }
  const keys = Object.keys(parsed);
  for (const key of keys) setMember(container.members, key, parsed[key] ?? null);
  container.count += keys.length;
}

/** As JSON.parse does: "__proto__" becomes a member like any other. */
function setMember(members: Record<string, Json>, key: string, value: Json): void {
  if (key !== '__proto__') {
    members[key] = value;
    return;
  }
  Object.defineProperty(members, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** Space of RFC 8259 §2 only; String.trim knows more kinds. */
function isBlank(text: string): boolean {
  return /^[ \t\n\r]*$/.test(text);
}
