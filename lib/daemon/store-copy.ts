/**
 * Copies a whole store into an empty one: from the embedded store to Redis and back, into a file and out of it. The
 * records are taken as they are, also those that this release cannot read.
 *
 * The target has all of it or nothing: Redis and a file take it in one step; LMDB takes it in one batch, and what is
 * too large for that is made beside it and then put in its place. A target that holds anything is refused.
 */
import { createReadStream, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';
import { parseRecord } from '../model/record-parse.ts';
import type { Backup } from '../northbound/authority.ts';
import { BackupReader, backupPieces } from '../northbound/backup-format.ts';
import type { Log } from '../runtime/log.ts';
import { checkBatch } from '../store/batch-effect.ts';
import {
  BATCH_WRITES_MAX,
  type Json,
  type Store,
  StoreError,
  type Write,
} from '../store/contract.ts';
import { openLmdbStore } from '../store/lmdb-store.ts';
import { describeRedisLocation } from '../store/redis-location.ts';
import { withPasswordOf } from './configuration-load.ts';
import { parseStore, type StoreLocation } from './configuration-options.ts';
import { openStoreNow } from './open-store.ts';

export interface CopyRequest {
  /** `lmdb:DIR`, a Redis location, `file:PATH`, or `-` for stdin and stdout. */
  readonly from: string;
  readonly to: string;
  /** In Redis, and in a file that is written; absent: that of the file that is read, or `default`. */
  readonly domain?: string;
  /** Holds the password of the Redis. */
  readonly passwordFile?: string;
  /** For people who watch; called with a few words at a time. */
  readonly progress: (text: string) => void;
  readonly log: Log;
}

export interface Copied {
  /** One line. */
  readonly summary: string;
  /** A sentence for each record that was copied and that this release cannot read. */
  readonly warnings: readonly string[];
}

export interface CopyFault {
  /** The request itself is wrong. */
  readonly usage: boolean;
  /** One sentence. */
  readonly message: string;
}

type Place =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'stream' }
  | { readonly type: 'store'; readonly store: StoreLocation };

export async function copyStore(request: CopyRequest): Promise<Result<Copied, CopyFault>> {
  const from = placeOf(request.from, request.passwordFile);
  // What was typed may hold a password: it is not repeated.
  if (!from.ok) return failed({ usage: true, message: `the place to copy from: ${from.error}` });
  const to = placeOf(request.to, request.passwordFile);
  if (!to.ok) return failed({ usage: true, message: `the place to copy to: ${to.error}` });
  try {
    request.progress('reading');
    const backup = await readPlace(from.value, request);
    request.progress(`writing ${backup.records.length} records`);
    const written = request.domain === undefined ? backup : { ...backup, domain: request.domain };
    await writePlace(to.value, written, request);
    const { domain, revision, records } = written;
    const places = `from ${nameOf(from.value)} to ${nameOf(to.value)}`;
    const summary = `copied ${countsByKind(records)} ${places} (domain ${domain}, revision ${revision})`;
    return ok({ summary, warnings: unreadableIn(written) });
  } catch (error) {
    if (error instanceof StoreError || error instanceof CopyError) {
      return failed({ usage: false, message: error.message });
    }
    if (error instanceof Error && 'code' in error && 'path' in error) {
      const message = `${String(error.path)} cannot be used (${String(error.code)}); check the path and who may use it`;
      return failed({ usage: false, message });
    }
    throw error;
  }
}

/** What stands in the way of a copy; one sentence. */
class CopyError extends Error {}

function placeOf(text: string, passwordFile: string | undefined): Result<Place, string> {
  if (text === '-' || text === 'file:-') return ok({ type: 'stream' });
  if (text.startsWith('file:') && text.length > 'file:'.length) {
    return ok({ type: 'file', path: resolve(text.slice('file:'.length)) });
  }
  const store = parseStore(text);
  if (!store.ok) return failed(store.error.replace('write lmdb:', 'write file:PATH, -, lmdb:'));
  const complete = passwordFile === undefined ? store : withPasswordOf(passwordFile, store.value);
  if (!complete.ok) return failed(`${passwordFile} ${complete.error}`);
  return ok({ type: 'store', store: complete.value });
}

function nameOf(place: Place): string {
  switch (place.type) {
    case 'file':
      return `file:${place.path}`;
    case 'stream':
      return '-';
    case 'store':
      return place.store.type === 'lmdb'
        ? `lmdb:${place.store.directory}`
        : describeRedisLocation(place.store.location);
  }
}

async function readPlace(place: Place, request: CopyRequest): Promise<Backup> {
  if (place.type === 'file') return readBackup(createReadStream(place.path), `file:${place.path}`);
  if (place.type === 'stream') return readBackup(process.stdin, 'stdin');
  const { store: location } = place;
  if (location.type === 'lmdb' && isBare(location.directory)) {
    throw new CopyError(`there is no store in ${location.directory}; check the path`);
  }
  const domain = request.domain ?? 'default';
  return withStore(location, domain, request.log, async (store) => {
    const { revision, records } = await store.snapshot();
    return { domain, revision, records };
  });
}

/** Opening would make a store there. */
function isBare(directory: string): boolean {
  return !existsSync(directory) || readdirSync(directory).length === 0;
}

async function readBackup(stream: NodeJS.ReadableStream, name: string): Promise<Backup> {
  const reader = new BackupReader();
  stream.setEncoding('utf8');
  for await (const piece of stream) if (!reader.push(String(piece))) break;
  const backup = reader.finish();
  if (backup.ok) return backup.value;
  throw new CopyError(`nothing was copied from ${name}: ${backup.error}`);
}

async function writePlace(place: Place, backup: Backup, request: CopyRequest): Promise<void> {
  if (place.type === 'stream') return writeStream(backup);
  if (place.type === 'file') return writeFile(place.path, backup);
  await withStore(place.store, backup.domain, request.log, async (store) => {
    await refuseFull(store, backup.domain);
    if (backup.records.length === 0) return;
    if (store.restore !== undefined) {
      const records = backup.records.map((record) => ({ ...record, value: record.value as Json }));
      for (let from = 0; from < records.length; from += BATCH_WRITES_MAX) {
        checkBatch({ writes: putsOf(records.slice(from, from + BATCH_WRITES_MAX)) });
      }
      await store.restore({ revision: backup.revision, records });
    } else if (backup.records.length <= BATCH_WRITES_MAX) await put(store, backup);
  });
  if (place.store.type === 'lmdb' && backup.records.length > BATCH_WRITES_MAX) {
    await replaceLmdb(place.store.directory, backup, request);
  }
}

async function withStore<Value>(
  location: StoreLocation,
  domain: string,
  log: Log,
  work: (store: Store) => Promise<Value>,
): Promise<Value> {
  const store = await openStoreNow({ store: location, domain }, log);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function refuseFull(store: Store, domain: string): Promise<void> {
  const { records } = await store.snapshot();
  if (records.length === 0) return;
  const what =
    store.membership === undefined ? 'another directory' : 'another domain, or another Redis';
  throw new CopyError(
    `nothing was copied: ${store.description} holds ${countsByKind(records)}${store.membership === undefined ? '' : ` for the domain ${domain}`} already; name ${what}`,
  );
}

/** Kinds may be those of a newer release, so they are left as they are: `network 2, port 1`. */
function countsByKind(records: readonly { readonly key: string }[]): string {
  const counts = new Map<string, number>();
  for (const { key } of records) {
    const kind = key.slice(0, key.indexOf('/'));
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const list = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return list.length === 0 ? 'nothing' : list.map(([kind, count]) => `${kind} ${count}`).join(', ');
}

/** Copied as they are, and worth a word. */
function unreadableIn(backup: Backup): string[] {
  return backup.records.flatMap(({ key, value }) => {
    const record = parseRecord(key, value);
    return record.ok ? [] : [record.error.message];
  });
}

async function put(store: Store, { records }: Pick<Backup, 'records'>): Promise<void> {
  await store.apply({ writes: putsOf(records) });
}

function putsOf(records: Backup['records']): Write[] {
  return records.map(({ key, value }) => ({ op: 'put', key, value: value as Json }));
}

const DATA_FILE = 'data.mdb';

async function replaceLmdb(directory: string, backup: Backup, request: CopyRequest): Promise<void> {
  const beside = `${directory}.partial`;
  if (existsSync(beside)) {
    throw new CopyError(`nothing was copied: ${beside} is in the way; remove it first`);
  }
  try {
    const store = await openLmdbStore({ directory: beside });
    try {
      for (let from = 0; from < backup.records.length; from += BATCH_WRITES_MAX) {
        await put(store, { records: backup.records.slice(from, from + BATCH_WRITES_MAX) });
        request.progress(
          `${Math.min(from + BATCH_WRITES_MAX, backup.records.length)} of ${backup.records.length} records written`,
        );
      }
    } finally {
      await store.close();
    }
    renameSync(join(beside, DATA_FILE), join(directory, DATA_FILE));
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

async function writeFile(path: string, backup: Backup): Promise<void> {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw new CopyError(`nothing was copied: ${path} is there already; name another file`);
  }
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, 'w', 0o640);
    try {
      for (const piece of backupPieces(backup)) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

async function writeStream(backup: Backup): Promise<void> {
  for (const piece of backupPieces(backup)) {
    await new Promise<void>((done, refuse) => {
      process.stdout.write(piece, (error) => (error ? refuse(error) : done()));
    });
  }
}
