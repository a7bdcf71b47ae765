/**
 * The LMDB environment of a store: its three databases, who holds it, and its rows as values.
 */
import { type Database, type GetOptions, open, type RootDatabase } from 'lmdb';
import { toStoredRecord } from './batch-effect.ts';
import { type ChangeSet, type Revision, type StoredRecord, StoreError } from './contract.ts';
import { livingHolder, thisHolder } from './lmdb-holder.ts';
import { decodeFeed, decodeRecord, decodeState, type StoreState } from './lmdb-rows.ts';

export const STATE_KEY = 'state';
export const HOLDER_KEY = 'holder';

export interface Rows {
  readonly root: RootDatabase<string, string>;
  readonly meta: Database<string, string>;
  readonly records: Database<string, string>;
  readonly feed: Database<string, number>;
}

export function openRows(directory: string, mapSizeBytes: number | undefined): Rows {
  const root = open<string, string>({
    path: directory,
    noSubdir: false,
    encoding: 'string',
    maxDbs: 3,
    // Off: a commit is on the disk when it is visible, and survives a power cut by LMDB's own order of writes.
    overlappingSync: false,
    // Off: this module groups for itself; on, a failed commit leaves rejections that nobody can catch.
    eventTurnBatching: false,
    ...(mapSizeBytes === undefined ? {} : { mapSize: mapSizeBytes }),
  });
  return {
    root,
    meta: root.openDB<string, string>('meta', { encoding: 'string' }),
    records: root.openDB<string, string>('records', { encoding: 'string' }),
    feed: root.openDB<string, number>('feed', { encoding: 'string' }),
  };
}

export function takeHold({ root, meta }: Rows, directory: string): string {
  const mine = thisHolder();
  root.transactionSync(() => {
    const holder = livingHolder(meta.get(HOLDER_KEY));
    if (holder !== undefined && holder !== process.pid) throw inUse(directory, holder);
    meta.putSync(HOLDER_KEY, mine);
  });
  return mine;
}

export function inUse(directory: string, pid: number): StoreError {
  return new StoreError(
    'store-unavailable',
    `The store in ${directory} is in use by process ${pid}; stop that process, or name another directory.`,
    true,
  );
}

export function readState({ meta }: Rows, options?: GetOptions): StoreState {
  const state = decodeState(meta.get(STATE_KEY, options));
  if (state === undefined) throw new SyntaxError('its revision cannot be read');
  return state;
}

export function readRecord(key: string, row: string): StoredRecord {
  const record = decodeRecord(row);
  if (record === undefined) throw new SyntaxError(`${key} cannot be read`);
  return toStoredRecord(key, record);
}

export function readChangeSet({ feed }: Rows, revision: Revision): ChangeSet {
  const row = feed.get(revision);
  const set = row === undefined ? undefined : decodeFeed(revision, row);
  if (set === undefined) throw new SyntaxError(`revision ${revision} of the feed cannot be read`);
  return set;
}
