/**
 * The cookie of a flow is its content.
 *
 * ```
 *  63        52 51      44 43                                          0
 * +------------+----------+---------------------------------------------+
 * | mark 0x4e5 | feature  | hash of table, priority, match, instructions |
 * +------------+----------+---------------------------------------------+
 * ```
 * A flow whose mark is not ours is not ours. Equal cookies at equal keys mean equal flows: 44 bits make a
 * chance meeting of two contents at one key negligible, since only the same key is ever compared.
 */
import type { Action, Instruction } from '../../protocols/openflow/values/actions.ts';
import type { Flow } from '../../protocols/openflow/values/flow.ts';

const MARK = 0x4e5n;
const MARK_SHIFT = 52n;

/** As a mask and value for whoever filters on the wire. */
export const COOKIE_MARK = { value: MARK << MARK_SHIFT, mask: 0xfffn << MARK_SHIFT } as const;

/** What a flow is for; its number is on the switches, so it is never reused. */
export const FEATURES = { pipeline: 1, network: 2, local: 3, remote: 4 } as const;

export type Feature = keyof typeof FEATURES;

export function cookieFeature(cookie: bigint): Feature {
  const number = Number((cookie >> 44n) & 0xffn);
  const feature = (Object.keys(FEATURES) as Feature[]).find((name) => FEATURES[name] === number);
  if (feature === undefined) throw new Error(`cookie 0x${cookie.toString(16)} has no feature`);
  return feature;
}

export function isOurCookie(cookie: bigint): boolean {
  return cookie >> MARK_SHIFT === MARK;
}

/** The same test on the upper 32 bits alone, for the hot path of a flow dump. */
export function isOurCookieHigh(cookieHigh: number): boolean {
  return cookieHigh >>> 20 === 0x4e5;
}

export function cookieOf(feature: Feature, flow: Omit<Flow, 'cookie'>): bigint {
  const hash = new ContentHash();
  hash.number(flow.table);
  hash.number(flow.priority);
  for (const field of flow.match) {
    hash.word(field.field);
    hash.value(field.value);
    if (field.mask !== undefined) hash.value(field.mask);
  }
  const lanes = hashOfInstructions(flow.instructions);
  hash.number(lanes.high);
  hash.number(lanes.low);
  const high = 0x4e500000 | (FEATURES[feature] << 12) | (hash.high() & 0xfff);
  return (BigInt(high >>> 0) << 32n) | BigInt(hash.low());
}

interface Lanes {
  readonly high: number;
  readonly low: number;
}

/** Lists of instructions are shared by many flows (templates.ts), and immutable. */
const instructionHashes = new WeakMap<readonly Instruction[], Lanes>();

function hashOfInstructions(instructions: readonly Instruction[]): Lanes {
  let lanes = instructionHashes.get(instructions);
  if (lanes === undefined) {
    const hash = new ContentHash();
    for (const instruction of instructions) hashInstruction(hash, instruction);
    lanes = { high: hash.high(), low: hash.low() };
    instructionHashes.set(instructions, lanes);
  }
  return lanes;
}

function hashInstruction(hash: ContentHash, instruction: Instruction): void {
  hash.word(instruction.type);
  switch (instruction.type) {
    case 'goto_table':
      hash.number(instruction.table);
      return;
    case 'apply_actions':
    case 'write_actions':
      for (const action of instruction.actions) hashAction(hash, action);
      return;
    case 'write_metadata':
      hash.value(instruction.metadata);
      hash.value(instruction.mask);
      return;
    case 'meter':
      hash.number(instruction.meterId);
      return;
    default:
      return;
  }
}

function hashAction(hash: ContentHash, action: Action): void {
  hash.word(action.type);
  switch (action.type) {
    case 'output':
      hash.number(action.port);
      return;
    case 'group':
      hash.number(action.groupId);
      return;
    case 'set_field':
      hash.word(action.field);
      hash.value(action.value);
      if (action.mask !== undefined) hash.value(action.mask);
      return;
    case 'resubmit':
      hash.number(action.port ?? -1);
      hash.number(action.table ?? -1);
      return;
    default:
      hash.text(JSON.stringify(action));
  }
}

const words = new Map<string, number>();

/** Two lanes of a multiply-and-rotate hash with a final avalanche (the constants are MurmurHash3's). */
class ContentHash {
  #a = 0x9747b28c;
  #b = 0x2f0b4ed1;

  number(value: number): void {
    this.#word(value >>> 0);
    this.#word(Math.floor(value / 0x100000000) >>> 0);
  }

  value(value: number | bigint): void {
    if (typeof value === 'number') {
      this.number(value);
      return;
    }
    for (let rest = value; ; rest >>= 32n) {
      this.#word(Number(rest & 0xffffffffn));
      if (rest <= 0xffffffffn) return;
    }
  }

  /** One of the few words that make up flows: its letters are hashed once. */
  word(word: string): void {
    let known = words.get(word);
    if (known === undefined) {
      const hash = new ContentHash();
      hash.text(word);
      known = hash.low();
      words.set(word, known);
    }
    this.#word(known);
  }

  text(text: string): void {
    for (let index = 0; index < text.length; index++) this.#word(text.charCodeAt(index));
  }

  high(): number {
    return avalanche(this.#a ^ Math.imul(this.#b, 0x85ebca6b));
  }

  low(): number {
    return avalanche(this.#b ^ Math.imul(this.#a, 0xc2b2ae35));
  }

  #word(word: number): void {
    const mixed = Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    this.#a = (Math.imul(rotate(this.#a ^ mixed, 13), 5) + 0xe6546b64) | 0;
    this.#b = (Math.imul(rotate(this.#b + mixed, 17), 9) + 0x38b34ae5) | 0;
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function avalanche(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
