/**
 * What a batch means, the same for every store: its form is checked when it is handed in, its preconditions and its
 * effect when its turn has come.
 *
 * A put of the value that is already there is no change, and neither is the deletion of what does not exist: a batch
 * that changes nothing gets no revision and no place in the feed.
 */
import { canonicalJson } from './canonical-json.ts';
import {
  BATCH_WRITES_MAX,
  type Batch,
  type ChangeSet,
  type Json,
  type Precondition,
  type Revision,
  type StoredRecord,
  StoreError,
} from './contract.ts';

/** In UTF-8. LMDB takes 1978 bytes; half of it leaves room for the prefix that a shared server needs. */
export const KEY_SIZE_MAX_BYTES = 1000;

/** A write whose value is canonical JSON text; undefined: delete. */
export interface TextWrite {
  readonly key: string;
  readonly text: string | undefined;
}

export interface CheckedBatch {
  readonly writes: readonly TextWrite[];
  readonly preconditions: readonly Precondition[];
  readonly confirm: boolean;
  /** Of all texts and keys, in UTF-16 units: the least that the batch costs on disk. */
  readonly size: number;
}

/** A record as stores keep it. */
export interface TextRecord {
  readonly revision: Revision;
  readonly text: string;
}

/** `kind/name`: no control characters, nothing that UTF-8 cannot carry. */
const KEY = /^[a-z][a-z0-9-]*\/[^\p{Cc}\p{Cs}]+$/u;

/** Rejects with `batch-invalid`; reads the values now, so that the caller may change its objects afterwards. */
export function checkBatch(batch: Batch): CheckedBatch {
  if (batch.writes.length > BATCH_WRITES_MAX) {
    throw invalid(
      `A batch of ${batch.writes.length} writes is larger than the ${BATCH_WRITES_MAX} that the store takes at once; split it.`,
    );
  }
  const keys = new Set<string>();
  const writes: TextWrite[] = [];
  let size = 0;
  for (const write of batch.writes) {
    checkKey(write.key);
    if (keys.has(write.key)) {
      throw invalid(
        `The batch writes ${write.key} twice; a batch writes a key at most once.`,
        write.key,
      );
    }
    keys.add(write.key);
    const text = write.op === 'put' ? valueText(write.key, write.value) : undefined;
    writes.push({ key: write.key, text });
    size += write.key.length + (text?.length ?? 0);
  }
  const preconditions = [...(batch.preconditions ?? [])];
  for (const { key } of preconditions) checkKey(key);
  return { writes, preconditions, size, confirm: batch.confirm !== false };
}

function checkKey(key: string): void {
  if (KEY.test(key) && Buffer.byteLength(key) <= KEY_SIZE_MAX_BYTES) return;
  throw invalid(
    `${JSON.stringify(key.slice(0, 80))} is no record key; use kind/name without control characters, at most ${KEY_SIZE_MAX_BYTES} bytes.`,
    key,
  );
}

function valueText(key: string, value: Json): string {
  const text = canonicalJson(value);
  if (text !== undefined) return text;
  throw invalid(
    `The value of ${key} is not plain JSON; give finite numbers, text, lists and objects.`,
    key,
  );
}

function invalid(message: string, key?: string): StoreError {
  return new StoreError('batch-invalid', message, false, key);
}

/** The writes that change something; a StoreError when a precondition does not hold. */
export function effectOf(
  batch: CheckedBatch,
  lookup: (key: string) => TextRecord | undefined,
): readonly TextWrite[] | StoreError {
  for (const { key, revision } of batch.preconditions) {
    const present = lookup(key)?.revision ?? 'absent';
    if (present === revision) continue;
    return new StoreError(
      'precondition-failed',
      `${key} is ${words(present)}, not ${words(revision)} as the batch requires; read it again and decide anew.`,
      false,
      key,
    );
  }
  return batch.writes.filter(({ key, text }) => lookup(key)?.text !== text);
}

function words(revision: Revision | 'absent'): string {
  return revision === 'absent' ? 'absent' : `at revision ${revision}`;
}

export function toStoredRecord(key: string, record: TextRecord): StoredRecord {
  return { key, revision: record.revision, value: JSON.parse(record.text) as Json };
}

export function changeSetOf(revision: Revision, writes: readonly TextWrite[]): ChangeSet {
  return {
    revision,
    changes: writes.map(({ key, text }) =>
      text === undefined
        ? { op: 'delete', key, revision }
        : { op: 'put', record: toStoredRecord(key, { revision, text }) },
    ),
  };
}
