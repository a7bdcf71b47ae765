/**
 * Fixed layouts: a run of big-endian fields, described once, decoded by binary-parser.
 *
 * The one home of binary-parser. A layout knows its size, so that a cursor can prove the length before the parser
 * runs: the parser itself answers a short input with short buffers or an exception.
 */
import { Parser } from 'binary-parser';

/** Sizes in bytes; `b…` are raw bytes (a copy is for the taker to make), `pad…` are skipped. */
const SIZES = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  b6: 6,
  b16: 16,
  b32: 32,
  b256: 256,
  pad1: 1,
  pad2: 2,
  pad3: 3,
  pad4: 4,
  pad5: 5,
  pad6: 6,
  pad7: 7,
} as const;

type Kind = keyof typeof SIZES;

interface Kinds {
  u8: number;
  u16: number;
  u32: number;
  u64: bigint;
  b6: Uint8Array;
  b16: Uint8Array;
  b32: Uint8Array;
  b256: Uint8Array;
}

type ValuesOf<Shape extends Readonly<Record<string, Kind>>> = {
  readonly [Name in keyof Shape as Shape[Name] extends keyof Kinds
    ? Name
    : never]: Shape[Name] extends keyof Kinds ? Kinds[Shape[Name]] : never;
};

export interface Layout<Values> {
  readonly size: number;
  /** From the beginning of `bytes`, which must have `size` bytes or more: see Cursor.struct. */
  parse(bytes: Uint8Array): Values;
}

/**
 * What the parser fills. It lends every result a `$parent` and a `$root` and deletes them in the end, and V8 keeps an object slow from
 * which something was deleted. Here both are nobody's own: the setters take them, and there is nothing to delete.
 */
class Filled {
  set $parent(_parent: unknown) {}
  set $root(_root: unknown) {}
}

/** The members' order is the order on the wire. */
export function layout<const Shape extends Readonly<Record<string, Kind>>>(
  shape: Shape,
): Layout<ValuesOf<Shape>> {
  const parser = new Parser().endianness('big').create(Filled);
  let size = 0;
  for (const [name, kind] of Object.entries(shape)) {
    addField(parser, name, kind);
    size += SIZES[kind];
  }
  return {
    size,
    parse(bytes: Uint8Array): ValuesOf<Shape> {
      const values: unknown = parser.parse(bytes);
      return values as ValuesOf<Shape>;
    },
  };
}

function addField(parser: Parser, name: string, kind: Kind): void {
  switch (kind) {
    case 'u8':
      parser.uint8(name);
      return;
    case 'u16':
      parser.uint16(name);
      return;
    case 'u32':
      parser.uint32(name);
      return;
    case 'u64':
      parser.uint64(name);
      return;
    case 'b6':
    case 'b16':
    case 'b32':
    case 'b256':
      parser.buffer(name, { length: SIZES[kind] });
      return;
    default:
      parser.seek(SIZES[kind]);
  }
}
