/**
 * Damage to an OpenFlow message, such that much of it still makes sense: what is cut out, doubled or put in takes the lengths of
 * the structures around it along, as far as they can be guessed.
 */
import type { Random } from './random.ts';

const HEADER_BYTES = 8;
/** ofp_header.length has 16 bits; longer ones would only be slower. */
const SIZE_MAX_BYTES = 4096;

const SHARP_BYTES = [0, 1, 3, 4, 5, 6, 7, 8, 15, 16, 0x7f, 0x80, 0xfe, 0xff];
const SHARP_WORDS = [
  ...[0, 1, 2, 4, 7, 8, 9, 12, 15, 16, 20, 24, 32, 40, 48, 56, 64, 0x7fff, 0x8000],
  ...[0xfff8, 0xfff9, 0xfffa, 0xfffb, 0xfffc, 0xfffd, 0xfffe, 0xffff],
];
/** OXM classes, vendors and class-like words that a random one would never be. */
const TELLING_WORDS = [
  ...[0x0000, 0x0001, 0x8000, 0x8001, 0x8002, 0xffff, 0x2320, 0x4f4e, 0x4600, 0x005a, 0xd6],
];

type Step = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

/** Weighed: the first ones are what finds most. */
const STEPS: readonly Step[] = [
  sharpenWord,
  sharpenWord,
  sharpenByte,
  randomByte,
  flipBit,
  cutOut,
  double,
  putIn,
  putIn,
  zeros,
  truncate,
  splice,
  nudgeLength,
  anotherVersion,
];

/** A new message; `seed` stays as it is. */
export function mutateMessage(
  seed: Uint8Array,
  random: Random,
  others: readonly Uint8Array[],
): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(seed.subarray(0, SIZE_MAX_BYTES));
  const steps = 1 + random.below(random.once(8) ? 12 : 4);
  for (let step = 0; step < steps; step++) bytes = random.pick(STEPS)(bytes, random, others);
  bytes = Uint8Array.from(bytes.subarray(0, SIZE_MAX_BYTES));
  if (bytes.length >= 4 && !random.once(12)) writeWord(bytes, 2, bytes.length);
  return bytes;
}

function place(bytes: Uint8Array, random: Random, align: number): number {
  // What stands in the header is damaged by steps of its own.
  const from = random.once(10) ? 0 : Math.min(HEADER_BYTES, bytes.length);
  const room = Math.max(1, bytes.length - from);
  return from + Math.floor(random.below(room) / align) * align;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function writeWord(bytes: Uint8Array, at: number, value: number): void {
  if (at + 1 >= bytes.length) return;
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
}

function sharpenByte(bytes: Uint8Array, random: Random): Uint8Array {
  bytes[place(bytes, random, 1)] = random.pick(SHARP_BYTES);
  return bytes;
}

function randomByte(bytes: Uint8Array, random: Random): Uint8Array {
  bytes[place(bytes, random, 1)] = random.below(256);
  return bytes;
}

function flipBit(bytes: Uint8Array, random: Random): Uint8Array {
  const at = place(bytes, random, 1);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return bytes;
}

function sharpenWord(bytes: Uint8Array, random: Random): Uint8Array {
  const at = place(bytes, random, 2);
  const left = bytes.length - at;
  const values = random.once(3)
    ? TELLING_WORDS
    : random.once(3)
      ? [left, left + 2, left - 1, left + 1, left + 8]
      : SHARP_WORDS;
  writeWord(bytes, at, random.pick(values) & 0xffff);
  return bytes;
}

/** A small step up or down: a type beside this one, a length a little too long. */
function nudgeLength(bytes: Uint8Array, random: Random): Uint8Array {
  const at = place(bytes, random, 2);
  const by = random.pick([-8, -4, -1, 1, 2, 4, 8, 16]);
  writeWord(bytes, at, (wordAt(bytes, at) + by) & 0xffff);
  return bytes;
}

function anotherVersion(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length > 0) bytes[0] = random.once(10) ? random.below(8) : 4 + random.below(3);
  return bytes;
}

/** Anywhere, behind whole words, or by a few bytes: those are read beyond the end first. */
function truncate(bytes: Uint8Array, random: Random): Uint8Array {
  if (random.once(2)) return bytes.slice(0, Math.max(0, bytes.length - 1 - random.below(8)));
  return bytes.slice(0, random.once(2) ? random.below(bytes.length + 1) : place(bytes, random, 8));
}

function zeros(bytes: Uint8Array, random: Random): Uint8Array {
  return replaced(
    bytes,
    place(bytes, random, 8),
    0,
    new Uint8Array(8 * (1 + random.below(4))),
    random,
  );
}

function cutOut(bytes: Uint8Array, random: Random): Uint8Array {
  const at = place(bytes, random, 4);
  const size = random.pick([1, 2, 4, 8, 8, 16, 24, 32]);
  return replaced(bytes, at, Math.min(size, bytes.length - at), new Uint8Array(0), random);
}

function double(bytes: Uint8Array, random: Random): Uint8Array {
  const at = place(bytes, random, 8);
  const piece = bytes.slice(at, at + 8 * (1 + random.below(8)));
  let many: Uint8Array = piece;
  for (let turn = random.once(6) ? 5 : 0; turn > 0; turn--) many = joined(many, many);
  return replaced(bytes, at, 0, many.subarray(0, SIZE_MAX_BYTES), random);
}

/** A structure of another message, whole when its length can be read where lengths stand. */
function putIn(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const other = random.pick(others);
  const from = random.once(6) ? 0 : place(other, random, 8);
  const said = wordAt(other, from + 2);
  const fits = said >= 4 && from + said <= other.length;
  const size = fits ? (said + 7) & ~7 : 8 * (1 + random.below(6));
  return replaced(bytes, place(bytes, random, 8), 0, other.slice(from, from + size), random);
}

/** This one's head, another's tail. */
function splice(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const at = place(bytes, random, 8);
  return joined(bytes.slice(0, at), random.pick(others).slice(at));
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

/** Mostly the lengths of what is around it are told; a structure that starts behind it moves whole. */
function replaced(
  bytes: Uint8Array,
  at: number,
  size: number,
  by: Uint8Array,
  random: Random,
): Uint8Array {
  const grown = joined(joined(bytes.slice(0, at), by), bytes.slice(at + size));
  if (random.once(4)) return grown;
  const delta = by.length - size;
  for (let word = HEADER_BYTES; word + 1 < at; word += 2) {
    const length = wordAt(bytes, word);
    // A length stands in the first or the second word of what it measures.
    const isAround = [word - 2, word].some(
      (start) => start >= HEADER_BYTES && start + length > at && start + length <= bytes.length,
    );
    if (isAround && length >= 4 && !random.once(8)) writeWord(grown, word, length + delta);
  }
  return grown;
}
