/**
 * What the operating system and LMDB say, in the store's own words: a code, one sentence, a remedy.
 *
 * Sources: errno(3); lmdb.h, "Return Codes". LMDB reports a write that came back short, as on a full disk, as EIO.
 */
import { constants } from 'node:os';
import { StoreError } from './contract.ts';

const { ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EIO } = constants.errno;
const MDB_CORRUPTED = -30796;
const MDB_PAGE_NOTFOUND = -30797;
const MDB_PANIC = -30795;
const MDB_VERSION_MISMATCH = -30794;
const MDB_INVALID = -30793;
const MDB_MAP_FULL = -30792;
const MDB_BAD_TXN = -30782;

const FULL = new Set<number | string>([ENOSPC, EDQUOT, MDB_MAP_FULL, 'ENOSPC', 'EDQUOT']);
const READ_ONLY = new Set<number | string>([EROFS, EACCES, EPERM, 'EROFS', 'EACCES', 'EPERM']);
const FOREIGN = new Set<number | string>([
  MDB_CORRUPTED,
  MDB_PAGE_NOTFOUND,
  MDB_PANIC,
  MDB_VERSION_MISMATCH,
  MDB_INVALID,
  MDB_BAD_TXN,
]);
const NO_DIRECTORY = new Set<number | string>(['EEXIST', 'ENOTDIR']);

export function isShortWrite(error: unknown): boolean {
  const code = codeOf(error);
  return code === EIO || code === 'EIO';
}

export function storeFault(directory: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof SyntaxError) return storeDamaged(directory, error.message);
  const code = codeOf(error);
  if (code !== undefined && FULL.has(code)) return storeFull(directory);
  if (code !== undefined && READ_ONLY.has(code)) return storeReadOnly(directory);
  if (code !== undefined && FOREIGN.has(code)) return storeDamaged(directory, messageOf(error));
  if (code !== undefined && NO_DIRECTORY.has(code)) return notADirectory(directory);
  return new StoreError(
    'store-unavailable',
    `The store in ${directory} cannot be used (${messageOf(error)}); look at the disk, then try again.`,
    true,
  );
}

export function storeFull(directory: string): StoreError {
  return new StoreError(
    'store-full',
    `The disk of the store in ${directory} is full and nothing was written; free some space, then try again.`,
    true,
  );
}

export function storeReadOnly(directory: string): StoreError {
  return new StoreError(
    'store-read-only',
    `The store in ${directory} cannot be written to; mount it writable and give this user the right to write there.`,
    true,
  );
}

function notADirectory(directory: string): StoreError {
  return new StoreError(
    'store-foreign',
    `${directory} is a file or lies below one and was left as it is; name a directory for the store.`,
    false,
  );
}

export function storeDamaged(directory: string, detail: string): StoreError {
  return new StoreError(
    'store-foreign',
    `The store in ${directory} is damaged (${detail}) and was left as it is; restore it from a backup, or name an empty directory.`,
    false,
  );
}

function codeOf(error: unknown): number | string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'number' || typeof code === 'string' ? code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
