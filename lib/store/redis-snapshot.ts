/**
 * All records at one revision, without holding Redis or ourselves up: a scan in steps, then what the feed says has
 * changed meanwhile.
 *
 * HSCAN gives every record that was there from its beginning to its end, at any of its values since; whatever
 * changed during the scan is in the feed after the revision at which it began. If the feed no longer goes back so
 * far, or the store was exchanged meanwhile, it begins anew.
 */
import { type TextRecord, toStoredRecord } from './batch-effect.ts';
import { type Revision, type StoredRecord, StoreError } from './contract.ts';
import { type FeedPosition, NOWHERE } from './feed-history.ts';
import type { RedisConnection } from './redis-connection.ts';
import { type FeedEntry, type FeedPage, PageSize, readPage, Turn } from './redis-entries.ts';
import { unusable } from './redis-faults.ts';
import { type DomainKeys, LOOK_SCRIPT } from './redis-scripts.ts';

const SCAN_STEP_RECORDS = 500;
const ATTEMPTS_MAX = 10;

export interface FullRead {
  readonly incarnation: string;
  readonly position: FeedPosition;
  readonly records: readonly StoredRecord[];
}

export interface SnapshotSource {
  readonly connection: RedisConnection;
  readonly keys: DomainKeys;
  readonly domain: string;
  readonly description: string;
  /** Told of every record of the snapshot, as Redis keeps it. */
  readonly heard?: {
    clear(): void;
    put(key: string, raw: string): void;
    delete(key: string): void;
  };
}

export async function readEverything(source: SnapshotSource): Promise<FullRead> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const read = await tryRead(source);
    if (read !== undefined) return read;
  }
  throw new StoreError(
    'store-unavailable',
    `The records of the store ${source.description} change faster than its feed keeps track of; raise the number of batches that the feed keeps, or write less at once.`,
    true,
  );
}

/** Where the store is: its incarnation (empty: never written) and newest position. */
export async function readHead(
  source: Pick<SnapshotSource, 'connection' | 'keys' | 'domain' | 'description'>,
): Promise<Omit<FullRead, 'records'>> {
  const { connection, keys, domain, description } = source;
  const answer = await connection.run(
    LOOK_SCRIPT,
    [keys.meta, keys.records, keys.feed],
    [domain, ''],
  );
  const words = answer.map(String);
  const fault = unusable(description, words);
  if (fault !== undefined) throw fault;
  const [, incarnation = '', revision = '0', nonce = NOWHERE.nonce] = words;
  return { incarnation, position: { revision: Number(revision), nonce } };
}

async function tryRead(source: SnapshotSource): Promise<FullRead | undefined> {
  const { incarnation, position } = await readHead(source);
  source.heard?.clear();
  if (position.revision === 0) return { incarnation, position, records: [] };
  const records = await scan(source);
  return catchUp(source, records, incarnation, position);
}

async function scan({ connection, keys, heard }: SnapshotSource) {
  const records = new Map<string, StoredRecord>();
  const step = (cursor: string): Promise<unknown> =>
    connection.call('HSCAN', [keys.records, cursor, 'COUNT', SCAN_STEP_RECORDS]);
  const turn = new Turn();
  let next: Promise<unknown> | undefined = step('0');
  while (next !== undefined) {
    const answer: unknown = await next;
    await turn.next();
    const [cursor, found] = Array.isArray(answer) ? answer : ['0', []];
    next = cursor === '0' ? undefined : step(String(cursor));
    // Rejected while we are busy with what came before: it is awaited in the next round.
    next?.catch(() => {});
    const words: readonly unknown[] = Array.isArray(found) ? found : [];
    for (let index = 0; index < words.length; index += 2) {
      const [key, raw] = [String(words[index]), String(words[index + 1])];
      records.set(key, toStoredRecord(key, decodeRecord(key, raw)));
      heard?.put(key, raw);
      if (turn.isOver) await turn.next();
    }
  }
  return records;
}

async function catchUp(
  source: SnapshotSource,
  records: Map<string, StoredRecord>,
  incarnation: string,
  start: FeedPosition,
): Promise<FullRead | undefined> {
  const size = new PageSize();
  let position: FeedPosition | undefined = start;
  for (;;) {
    const page = await readPage(source.connection, source.keys, position.revision, size);
    const before: Revision = position.revision;
    position =
      page.incarnation === incarnation ? takePage(page, position, source, records) : undefined;
    if (position === undefined) return undefined;
    if (position.revision >= page.newest) {
      if (position.revision === page.newest && position.nonce !== page.nonce) return undefined;
      return { incarnation, position, records: [...records.values()] };
    }
    if (position.revision === before) return undefined;
  }
}

/** Where the page leads to; undefined: it does not go on from where we are. */
function takePage(
  page: FeedPage,
  from: FeedPosition,
  { heard }: SnapshotSource,
  records: Map<string, StoredRecord>,
): FeedPosition | undefined {
  let position = from;
  for (const entry of page.entries) {
    const { revision, nonce, previousNonce } = entry;
    if (revision !== position.revision + 1 || previousNonce !== position.nonce) return undefined;
    take(entry, records, heard);
    position = { revision, nonce };
  }
  return position;
}

function take(
  { revision, writes, set }: FeedEntry,
  records: Map<string, StoredRecord>,
  heard: SnapshotSource['heard'],
): void {
  for (const change of set.changes) {
    if (change.op === 'put') records.set(change.record.key, change.record);
    else records.delete(change.key);
  }
  for (const { key, text } of writes) {
    if (text === undefined) heard?.delete(key);
    else heard?.put(key, encodeRecord({ revision, text }));
  }
}

export function encodeRecord({ revision, text }: TextRecord): string {
  return `${revision} ${text}`;
}

export function decodeRecord(key: string, raw: string): TextRecord {
  const space = raw.indexOf(' ');
  const revision = Number(raw.slice(0, space));
  if (space < 1 || !Number.isSafeInteger(revision)) {
    throw new SyntaxError(`the record ${key} cannot be read`);
  }
  return { revision, text: raw.slice(space + 1) };
}
