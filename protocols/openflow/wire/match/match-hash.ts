/**
 * One number for a match, whatever the order and form of its TLVs.
 *
 * Open vSwitch stores a match in its own form and writes it back in another than it was sent. These count as one:
 *   - any order of TLVs, and any of a field's headers (NXM, OXM, ONF's);
 *   - a mask of all the field's bits and no mask; a mask of none and no TLV; bits of the value outside its mask;
 *   - an option (tun_metadata) with any number of zeros before it;
 *   - a register and its half of an extended register (OpenFlow 1.5 gets reg0 back as a masked xreg0);
 *   - packet_type (0,0), which is Ethernet and is added to a match without any Ethernet field, and no packet_type.
 *
 * Each TLV hashes by itself to two 32-bit lanes, and the lanes are added, so the order does not count.
 *
 * Source: what Open vSwitch 3.1 sends for a flow dump (test/protocols/openflow/wire/flow-scan-bridge.test.ts); ovs-fields(7).
 */
import { FIELDS, type Field, fieldByOxm } from '../../values/fields.ts';

/** The sum over the TLVs so far. */
export interface MatchHash {
  low: number;
  high: number;
}

/** What the hash has to know of a field, in arrays by Field.index. */
const REGISTER_WORD = new Int8Array(FIELDS.map(registerWord));
const BITS = new Uint16Array(FIELDS.map((field) => field.maskBits));
const BYTES = new Uint8Array(FIELDS.map((field) => field.bytes));
/** The fields of variable length are the registry's last. */
const FIRST_OPTION = FIELDS.findIndex((field) => field.variable);
const PACKET_TYPE = FIELDS.findIndex((field) => field.name === 'packet_type');

/** Of 0x0000, 0x0001, 0x8000, 0x8001: header bits 9 to 15 to Field.index plus one. */
const BY_CLASS: ReadonlyMap<number, Uint8Array> = new Map(
  [0x0000, 0x0001, 0x8000, 0x8001].map((oxmClass) => [oxmClass, indexesOf(oxmClass)]),
);
const BASIC = indexesOf(0x8000);
const NXM_1 = indexesOf(0x0001);

const EXPERIMENTER_CLASS = 0xffff;

/** The word in which a register field begins, counted in 32-bit registers; -1: not a register. */
function registerWord(field: Field): number {
  const found = /^(x{0,2})reg([0-9]+)$/.exec(field.name);
  if (found === null) return -1;
  return Number(found[2]) * 2 ** (found[1]?.length ?? 0);
}

function indexesOf(oxmClass: number): Uint8Array {
  const indexes = new Uint8Array(128);
  for (let number = 0; number < 128; number++) {
    indexes[number] = (fieldByOxm(oxmClass, 0, number)?.index ?? -1) + 1;
  }
  return indexes;
}

/** Table and priority into the match's lanes: 53 bits, exact in a double. */
export function keyOf(hash: MatchHash, table: number, priority: number): number {
  const place = (table << 16) | priority;
  const low = finish(Math.imul(hash.low ^ place, 0x9e3779b1));
  const high = finish(Math.imul(hash.high ^ low ^ place, 0x85ebca77));
  return (high & 0x1fffff) * 0x100000000 + (low >>> 0);
}

function finish(lane: number): number {
  const first = Math.imul(lane ^ (lane >>> 16), 0x7feb352d);
  const second = Math.imul(first ^ (first >>> 15), 0x846ca68b);
  return second ^ (second >>> 16);
}

/** The lanes of the TLVs in `length` bytes at `offset`. Answers false when a TLV leaves them. */
export function hashMatchBytes(
  view: DataView,
  offset: number,
  length: number,
  hash: MatchHash,
): boolean {
  hash.low = 0;
  hash.high = 0;
  const end = offset + length;
  let at = offset;
  while (at < end) {
    if (end - at < 4) return false;
    const header = view.getUint32(at);
    const next = at + 4 + (header & 0xff);
    if (next > end) return false;
    addTlv(view, at, header, hash);
    at = next;
  }
  return true;
}

function addTlv(view: DataView, at: number, header: number, hash: MatchHash): void {
  const index = indexOf(view, at, header);
  const prefix = header >>> 16 === EXPERIMENTER_CLASS ? 4 : 0;
  const masked = (header & 0x100) !== 0;
  const size = (header & 0xff) - prefix;
  if (index >= FIRST_OPTION) {
    addOption(view, at + 4, index, size, masked, hash);
    return;
  }
  if (index < 0 || size !== (BYTES[index] ?? 0) * (masked ? 2 : 1)) {
    addRaw(view, at, 4 + (header & 0xff), hash);
    return;
  }
  const value = at + 4 + prefix;
  const register = REGISTER_WORD[index] ?? -1;
  if (register >= 0) addRegisters(view, value, size, masked, register, hash);
  else if (!(index === PACKET_TYPE && view.getUint32(value) === 0)) {
    addField(view, value, index, masked, hash);
  }
}

/** The zeros in front of an option are its length alone; a mask that stays is part of it. */
function addOption(
  view: DataView,
  from: number,
  index: number,
  size: number,
  masked: boolean,
  hash: MatchHash,
): void {
  const width = masked ? size >>> 1 : size;
  let zeros = 0;
  const lead = masked ? from + width : from;
  while (zeros < width && view.getUint8(lead + zeros) === 0) zeros++;
  seed(index);
  if (masked) mix(RAW_SEED);
  for (let at = zeros; at < width; at++) {
    const mask = masked ? view.getUint8(from + width + at) : 0xff;
    mix(view.getUint8(from + at) & mask);
    if (masked) mix(mask);
  }
  add(hash);
}

function indexOf(view: DataView, at: number, header: number): number {
  const oxmClass = header >>> 16;
  const number = (header >>> 9) & 0x7f;
  if (oxmClass === 0x8000) return (BASIC[number] ?? 0) - 1;
  if (oxmClass === 0x0001) return (NXM_1[number] ?? 0) - 1;
  if (oxmClass === EXPERIMENTER_CLASS) {
    if ((header & 0xff) < 4) return -1;
    return fieldByOxm(oxmClass, view.getUint32(at + 4), number)?.index ?? -1;
  }
  const indexes = BY_CLASS.get(oxmClass);
  if (indexes !== undefined) return (indexes[number] ?? 0) - 1;
  return fieldByOxm(oxmClass, 0, number)?.index ?? -1;
}

/** Seeds: any numbers that keep kinds of TLVs apart. */
const REGISTER_SEED = 0x100;
const RAW_SEED = 0x200;

/** The lanes of the TLV under way; one TLV is hashed at a time. */
let low = 0;
let high = 0;

function seed(kind: number): void {
  low = Math.imul(kind + 1, 0x9e3779b1);
  high = Math.imul(kind + 1, 0x85ebca77);
}

function mix(word: number): void {
  low = Math.imul(low ^ word, 0xcc9e2d51);
  low ^= low >>> 15;
  high = Math.imul(high + word, 0x1b873593);
  high = (high << 13) | (high >>> 19);
}

function add(hash: MatchHash): void {
  hash.low = (hash.low + finish(low)) | 0;
  hash.high = (hash.high + finish(high ^ low)) | 0;
}

function addRegisters(
  view: DataView,
  value: number,
  size: number,
  masked: boolean,
  register: number,
  hash: MatchHash,
): void {
  const bytes = masked ? size >>> 1 : size;
  for (let index = 0; index * 4 < bytes; index++) {
    const mask = masked ? view.getUint32(value + bytes + index * 4) : 0xffffffff;
    if (mask === 0) continue;
    seed(REGISTER_SEED + register + index);
    mix((view.getUint32(value + index * 4) & mask) | 0);
    if (mask !== 0xffffffff) mix(mask | 0);
    add(hash);
  }
}

function addField(
  view: DataView,
  value: number,
  index: number,
  masked: boolean,
  hash: MatchHash,
): void {
  const bytes = BYTES[index] ?? 0;
  seed(index);
  if (!masked) {
    for (let at = bytes; at > 0; at -= 4) mix(wordBefore(view, value, at));
    add(hash);
    return;
  }
  if (isMask(view, value + bytes, bytes, 0)) return;
  const exact = isMask(view, value + bytes, bytes, BITS[index] ?? 0);
  for (let at = bytes; at > 0; at -= 4) {
    const mask = exact ? -1 : wordBefore(view, value + bytes, at);
    mix(wordBefore(view, value, at) & mask);
    if (!exact) mix(mask);
  }
  add(hash);
}

/** The 32 bits that end `at` bytes into the value; less when the value begins within them. */
function wordBefore(view: DataView, value: number, at: number): number {
  switch (at) {
    case 1:
      return view.getUint8(value);
    case 2:
      return view.getUint16(value);
    case 3:
      return view.getUint16(value) * 256 + view.getUint8(value + 2);
    default:
      return view.getInt32(value + at - 4);
  }
}

/** Whether the low `bits` of the mask are ones and, for 0 bits, whether all of it is zero. */
function isMask(view: DataView, mask: number, bytes: number, bits: number): boolean {
  let rest = bits;
  for (let at = bytes; at > 0; at -= 4) {
    const word = wordBefore(view, mask, at);
    if (bits === 0) {
      if (word !== 0) return false;
      continue;
    }
    const ones = rest >= 32 ? -1 : rest <= 0 ? 0 : (1 << rest) - 1;
    if ((word & ones) !== ones) return false;
    rest -= 32;
  }
  return true;
}

function addRaw(view: DataView, at: number, size: number, hash: MatchHash): void {
  seed(RAW_SEED);
  for (let index = 0; index < size; index++) mix(view.getUint8(at + index));
  add(hash);
}
