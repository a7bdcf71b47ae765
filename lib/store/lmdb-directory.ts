/**
 * The directory of an embedded store: what may be in it before LMDB is allowed to touch it.
 *
 * A store announces itself by a small file that names its format and version; a directory that holds anything else
 * is refused. LMDB maps its file and trusts it, so the head of the data file is checked here first: a damaged one
 * must become an error, not a signal.
 *
 * Source of the layout: lmdb 3.5 (LMDB 1.0 data version 2), `MDB_page_header` and `MDB_meta`.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statfsSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from './contract.ts';
import { storeDamaged, storeFull } from './lmdb-faults.ts';

const FORMAT_FILE = 'nva-store.json';
const FORMAT = 'nva-store';
const FORMAT_VERSION = 1;
const DATA_FILE = 'data.mdb';

/** Opening maps a lock file and commits once; a mapped page that the disk cannot hold is a signal. */
const OPENING_SIZE_BYTES = 1 << 20;

/** A fresh file system has this one. */
const HARMLESS = new Set(['lost+found', `${FORMAT_FILE}.tmp`]);

export interface DirectoryState {
  /** The data file is shorter than its own head says: every record must be read once before it is trusted. */
  readonly suspicious: boolean;
}

/** Makes the directory a store, or checks that it is one. Throws what the operating system throws, or a StoreError. */
export function prepareDirectory(directory: string): DirectoryState {
  makeDirectory(directory);
  const names = readdirSync(directory);
  if (names.includes(FORMAT_FILE)) checkFormat(directory);
  else if (names.every((name) => HARMLESS.has(name))) claimDirectory(directory);
  else throw foreign(directory, names.find((name) => !HARMLESS.has(name)) ?? '');
  if (freeBytes(directory) < OPENING_SIZE_BYTES) throw storeFull(directory);
  return checkDataFile(directory);
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o750 });
  } catch (error) {
    // On a read-only file system Node says ENOENT of the new directory; its parent tells the truth.
    const parent = dirname(directory);
    if (parent !== directory && existsSync(parent)) accessSync(parent, constants.W_OK);
    throw error;
  }
}

/** What this process may still write on the disk of the directory. */
export function freeBytes(directory: string): number {
  const { bavail, bfree, bsize } = statfsSync(directory);
  return (process.geteuid?.() === 0 ? bfree : bavail) * bsize;
}

/** Device and inode: the same for every spelling of the path. */
export function identityOf(directory: string): string {
  const { dev, ino } = statSync(directory);
  return `${dev}:${ino}`;
}

function claimDirectory(directory: string): void {
  const path = join(directory, FORMAT_FILE);
  const file = openSync(`${path}.tmp`, 'w', 0o640);
  try {
    writeSync(file, `${JSON.stringify({ format: FORMAT, version: FORMAT_VERSION })}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.tmp`, path);
  const entry = openSync(directory, 'r');
  try {
    fsyncSync(entry);
  } finally {
    closeSync(entry);
  }
}

function checkFormat(directory: string): void {
  const found = readFormat(join(directory, FORMAT_FILE));
  if (found?.format !== FORMAT || typeof found.version !== 'number') {
    throw foreign(directory, FORMAT_FILE);
  }
  if (found.version === FORMAT_VERSION) return;
  throw new StoreError(
    'store-foreign',
    `The store in ${directory} has format version ${found.version} and this release reads version ${FORMAT_VERSION}; use the release that wrote it, or name an empty directory.`,
    false,
  );
}

function readFormat(path: string): { format?: unknown; version?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function foreign(directory: string, name: string): StoreError {
  return new StoreError(
    'store-foreign',
    `${directory} holds ${name}, which is no store of this program, and was left as it is; name an empty directory.`,
    false,
  );
}

const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
/** From the start of a meta page: MDB_page_header, then MDB_meta. */
const AT = {
  magic: 24,
  version: 28,
  pageSize: 48,
  lastPage: 144,
  transaction: 152,
  end: 160,
} as const;

interface Meta {
  readonly pageSize: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

function checkDataFile(directory: string): DirectoryState {
  const path = join(directory, DATA_FILE);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  // An empty file is what a crash leaves between creating and filling it.
  if (size === 0) return { suspicious: false };
  const first = readMeta(path, 0);
  if (first === undefined) throw storeDamaged(directory, `${DATA_FILE} is no data file of LMDB`);
  const second = readMeta(path, first.pageSize);
  if (second === undefined || second.pageSize !== first.pageSize) {
    throw storeDamaged(directory, `the second head of ${DATA_FILE} is gone`);
  }
  const newest = second.transaction > first.transaction ? second : first;
  const claimed = Number(newest.lastPage + 1n) * newest.pageSize;
  if (size >= claimed) return { suspicious: false };
  // Free pages at the end need not exist, so this alone is no damage. Reading a missing page would be a signal,
  // and reading a page of zeros is an error.
  truncateSync(path, claimed);
  return { suspicious: true };
}

function readMeta(path: string, offset: number): Meta | undefined {
  const bytes = Buffer.alloc(AT.end);
  const file = openSync(path, 'r+');
  try {
    if (readSync(file, bytes, 0, AT.end, offset) < AT.end) return undefined;
  } finally {
    closeSync(file);
  }
  const pageSize = bytes.readUInt32LE(AT.pageSize);
  const sound =
    bytes.readUInt32LE(AT.magic) === MAGIC &&
    bytes.readUInt32LE(AT.version) === DATA_VERSION &&
    pageSize >= 1 << 8 &&
    pageSize <= 1 << 16;
  if (!sound) return undefined;
  return {
    pageSize,
    lastPage: bytes.readBigUInt64LE(AT.lastPage),
    transaction: bytes.readBigUInt64LE(AT.transaction),
  };
}
