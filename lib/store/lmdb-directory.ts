/**
 * The directory of an embedded store: what may be in it before LMDB is allowed to touch it.
 *
 * A store announces itself by a small file that names its format and version; a directory that holds anything else
 * is refused, and so is one whose data file is damaged.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from './contract.ts';
import { storeDamaged, storeFull } from './lmdb-faults.ts';
import { findDamage } from './lmdb-pages.ts';

const FORMAT_FILE = 'nva-store.json';
const FORMAT = 'nva-store';
const FORMAT_VERSION = 1;
const DATA_FILE = 'data.mdb';

/** Opening maps a lock file and commits once; a mapped page that the disk cannot hold is a signal. */
const OPENING_SIZE_BYTES = 1 << 20;

/** A fresh file system has this one. */
const HARMLESS = new Set(['lost+found', `${FORMAT_FILE}.tmp`]);

/** Makes the directory a store, or checks that it is one. Throws what the operating system throws, or a StoreError. */
export function prepareDirectory(directory: string): void {
  makeDirectory(directory);
  const names = readdirSync(directory);
  if (names.includes(FORMAT_FILE)) checkFormat(directory);
  else if (names.every((name) => HARMLESS.has(name))) claimDirectory(directory);
  else throw foreign(directory, names.find((name) => !HARMLESS.has(name)) ?? '');
  if (freeBytes(directory) < OPENING_SIZE_BYTES) throw storeFull(directory);
  checkDataFile(directory);
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
  const { bavail, bfree, blocks, bsize } = statfsSync(directory);
  // Some network file systems do not tell.
  if (blocks === 0) return Number.POSITIVE_INFINITY;
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
}

/** New entries of a directory last only when the directory itself is on the disk. */
export function syncDirectory(directory: string): void {
  syncEntries(directory);
  try {
    syncEntries(dirname(directory));
  } catch {
    // A parent that this user may not read was not made by this user either.
  }
}

function syncEntries(directory: string): void {
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

function checkDataFile(directory: string): void {
  const path = join(directory, DATA_FILE);
  // An empty file is what a crash leaves between creating and filling it.
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  // Opened for writing, so that a read-only file is found here.
  const file = openSync(path, 'r+');
  try {
    const damage = findDamage(file, fstatSync(file).size);
    if (damage !== undefined) throw storeDamaged(directory, `${DATA_FILE}: ${damage}`);
  } finally {
    closeSync(file);
  }
}
