/**
 * The pages of an LMDB data file, read without LMDB: is everything there that its newest head leads to?
 *
 * LMDB maps the file and trusts it: a page beyond the end is a signal, and a page that is not what its parent says is
 * an abort. Both would end the process, so the tree is walked here before LMDB sees the file. Reads only.
 *
 * Source of the layout: lmdb 3.5 (LMDB 1.0, data version 2): `MDB_page_header`, `MDB_meta`, `MDB_db`, `MDB_node`.
 *
 *   page: number 8 | transaction 8 | pad 2 | flags 2 | lower 2, upper 2 (overflow: pages 4) | pointers 2 each …
 *   node: lo 2 | hi 2 | flags 2 | key size 2 | key | data       (branch: child = lo, hi, flags; leaf: data size = lo, hi)
 */
import { readSync } from 'node:fs';

const PAGE_HEADER_SIZE_BYTES = 24;
const NODE_HEADER_SIZE_BYTES = 8;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
/** Of MDB_meta, from the start of its page. */
const META = {
  magic: 24,
  version: 28,
  pageSize: 48,
  freeRoot: 88,
  mainRoot: 136,
  transaction: 152,
  end: 160,
};
/** Of MDB_db. */
const DB_ROOT = 40;
const EMPTY_ROOT = 0xffff_ffff_ffff_ffffn;

const PAGE_BRANCH = 1;
const PAGE_LEAF = 2;
const PAGE_OVERFLOW = 4;
const NODE_OVERFLOW = 1;
const NODE_DATABASE = 2;

interface Head {
  readonly pageSize: number;
  readonly transaction: bigint;
  readonly roots: readonly bigint[];
}

/** What is wrong, in a few words; undefined: nothing. A file that is being written to is not judged. */
export function findDamage(file: number, sizeBytes: number): string | undefined {
  const head = newestHead(file);
  if (typeof head === 'string') return head;
  const walk = new PageWalk(file, sizeBytes, head.pageSize);
  const damage = walk.findDamage(head.roots);
  if (damage === undefined) return undefined;
  const later = newestHead(file);
  return typeof later !== 'string' && later.transaction !== head.transaction ? undefined : damage;
}

function newestHead(file: number): Head | string {
  const first = readHead(file, 0);
  if (first === undefined) return 'it is no data file of LMDB';
  const second = readHead(file, first.pageSize);
  if (second?.pageSize !== first.pageSize) return 'its second head is gone';
  return second.transaction > first.transaction ? second : first;
}

function readHead(file: number, offset: number): Head | undefined {
  const bytes = Buffer.alloc(META.end);
  if (readSync(file, bytes, 0, META.end, offset) < META.end) return undefined;
  const pageSize = bytes.readUInt32LE(META.pageSize);
  const sound =
    bytes.readUInt32LE(META.magic) === MAGIC &&
    bytes.readUInt32LE(META.version) === DATA_VERSION &&
    pageSize >= 1 << 8 &&
    pageSize <= 1 << 16;
  if (!sound) return undefined;
  return {
    pageSize,
    transaction: bytes.readBigUInt64LE(META.transaction),
    roots: [bytes.readBigUInt64LE(META.freeRoot), bytes.readBigUInt64LE(META.mainRoot)],
  };
}

class PageWalk {
  readonly #file: number;
  readonly #pageSize: number;
  readonly #pages: bigint;
  readonly #page: Buffer;
  readonly #open: bigint[] = [];
  readonly #overflows: bigint[] = [];

  constructor(file: number, sizeBytes: number, pageSize: number) {
    this.#file = file;
    this.#pageSize = pageSize;
    this.#pages = BigInt(Math.floor(sizeBytes / pageSize));
    this.#page = Buffer.alloc(pageSize);
  }

  findDamage(roots: readonly bigint[]): string | undefined {
    for (const root of roots) this.#follow(root);
    // A tree has no page twice: more steps than pages is a circle.
    for (let steps = 0n; steps <= this.#pages; steps++) {
      const number = this.#open.pop();
      if (number === undefined) return this.#overflowDamage();
      const damage = this.#visit(number);
      if (damage !== undefined) return damage;
    }
    return 'its pages go round in a circle';
  }

  #follow(root: bigint): void {
    if (root !== EMPTY_ROOT) this.#open.push(root);
  }

  #visit(number: bigint): string | undefined {
    const flags = this.#load(number);
    if (flags === undefined) return `page ${number} is gone`;
    if ((flags & (PAGE_BRANCH | PAGE_LEAF)) === 0) return `page ${number} is no page of a tree`;
    const keys = this.#page.readUInt16LE(20) >> 1;
    for (let index = 0; index < keys; index++) {
      const pointer = PAGE_HEADER_SIZE_BYTES + 2 * index;
      if (pointer + 2 > this.#pageSize) return `page ${number} is not sound`;
      const node = PAGE_HEADER_SIZE_BYTES + this.#page.readUInt16LE(pointer);
      if (!this.#visitNode(node, (flags & PAGE_BRANCH) !== 0)) return `page ${number} is not sound`;
    }
    return undefined;
  }

  /** False: it does not fit into its page. */
  #visitNode(node: number, branch: boolean): boolean {
    if (node + NODE_HEADER_SIZE_BYTES > this.#pageSize) return false;
    const low = this.#page.readUInt32LE(node);
    const flags = this.#page.readUInt16LE(node + 4);
    if (branch) {
      this.#open.push(BigInt(low) | (BigInt(flags) << 32n));
      return true;
    }
    const data = node + NODE_HEADER_SIZE_BYTES + this.#page.readUInt16LE(node + 6);
    const needed = (flags & NODE_OVERFLOW) !== 0 ? 8 : low;
    if (data + needed > this.#pageSize) return false;
    if ((flags & NODE_OVERFLOW) !== 0) this.#overflows.push(this.#page.readBigUInt64LE(data));
    else if ((flags & NODE_DATABASE) !== 0)
      this.#follow(this.#page.readBigUInt64LE(data + DB_ROOT));
    return true;
  }

  #overflowDamage(): string | undefined {
    for (const number of this.#overflows) {
      const flags = this.#load(number);
      if (flags === undefined || (flags & PAGE_OVERFLOW) === 0) return `page ${number} is gone`;
      const pages = BigInt(this.#page.readUInt32LE(20));
      if (number + pages > this.#pages) return `page ${number} is cut short`;
    }
    return undefined;
  }

  /** The flags of the page; undefined: it is not in the file, or another one is in its place. */
  #load(number: bigint): number | undefined {
    if (number >= this.#pages) return undefined;
    const read = readSync(
      this.#file,
      this.#page,
      0,
      this.#pageSize,
      Number(number) * this.#pageSize,
    );
    if (read < this.#pageSize || this.#page.readBigUInt64LE(0) !== number) return undefined;
    return this.#page.readUInt16LE(18);
  }
}
