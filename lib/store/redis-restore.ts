/**
 * Puts a whole content into an emptied Redis: staged under a key of its own, then put in its place in one step.
 */
import { randomBytes } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { type Snapshot, StoreError } from './contract.ts';
import type { FeedPosition } from './feed-history.ts';
import { Turn } from './redis-entries.ts';
import { unusable } from './redis-faults.ts';
import { RESTORE_SCRIPT } from './redis-scripts.ts';
import { encodeRecord, type SnapshotSource } from './redis-snapshot.ts';

const STEP_RECORDS = 500;
/** What an interrupted restore has staged goes away by itself. */
const STAGING_LIFE_S = 600;

export interface Lineage {
  readonly incarnation: string;
  readonly position: FeedPosition;
}

export async function restoreInto(
  { connection, keys, domain, description }: Omit<SnapshotSource, 'heard'>,
  { records }: Snapshot,
  { incarnation, position }: Lineage,
): Promise<void> {
  const staging = `${keys.staging}:${randomBytes(8).toString('hex')}`;
  const turn = new Turn();
  for (let from = 0; from < records.length; from += STEP_RECORDS) {
    const pairs: string[] = [];
    for (const { key, revision, value } of records.slice(from, from + STEP_RECORDS)) {
      pairs.push(key, encodeRecord({ revision, text: canonicalJson(value) ?? 'null' }));
    }
    await connection.call('HSET', [staging, ...pairs]);
    if (from === 0) await connection.call('EXPIRE', [staging, STAGING_LIFE_S]);
    if (turn.isOver) await turn.next();
  }
  const answer = await connection.run(
    RESTORE_SCRIPT,
    [keys.meta, keys.records, keys.feed, staging],
    [domain, incarnation, String(position.revision), position.nonce, String(records.length)],
  );
  const words = answer.map(String);
  if (words[0] === 'ok') return;
  await connection.call('DEL', [staging]);
  throw unusable(description, words) ?? refused(description, words[0] === 'full');
}

function refused(description: string, full: boolean): StoreError {
  if (full) {
    return new StoreError(
      'precondition-failed',
      `The store ${description} is not empty any more, so nothing was restored; take a snapshot and put what it lacks.`,
      false,
    );
  }
  return new StoreError(
    'store-unavailable',
    `What was to be restored into ${description} did not stay there until it was complete; restore it again.`,
    true,
  );
}
