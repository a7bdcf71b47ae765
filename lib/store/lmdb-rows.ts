/**
 * The rows of the embedded store as text: `records` (key → revision, value), `feed` (revision → writes) and the one
 * row of state. A decoder returns undefined, or throws a SyntaxError, for what it did not write.
 */
import type { TextRecord, TextWrite } from './batch-effect.ts';
import type { Change, ChangeSet, Json, Revision } from './contract.ts';

export interface StoreState {
  readonly newest: Revision;
  /** The oldest revision in the feed; one above `newest` when the feed is empty. */
  readonly oldest: Revision;
  /** Of all rows of the feed, in UTF-16 units. */
  readonly feedChars: number;
}

/** Absent: a new store. */
export function decodeState(row: string | undefined): StoreState | undefined {
  if (row === undefined) return { newest: 0, oldest: 1, feedChars: 0 };
  const [newest, oldest, feedChars, ...rest] = row.split(' ').map(Number);
  if (newest === undefined || oldest === undefined || feedChars === undefined) return undefined;
  const sound = [newest, oldest, feedChars].every(Number.isSafeInteger) && rest.length === 0;
  return sound ? { newest, oldest, feedChars } : undefined;
}

export function encodeState({ newest, oldest, feedChars }: StoreState): string {
  return `${newest} ${oldest} ${feedChars}`;
}

/** The value's text stays as it is, so that an unchanged value is recognised by comparing texts. */
export function encodeRecord({ revision, text }: TextRecord): string {
  return `${revision} ${text}`;
}

export function decodeRecord(row: string): TextRecord | undefined {
  const space = row.indexOf(' ');
  const revision = Number(row.slice(0, space));
  if (space < 1 || !Number.isSafeInteger(revision) || revision < 1) return undefined;
  const text = row.slice(space + 1);
  return { revision, text };
}

export function encodeFeed(writes: readonly TextWrite[]): string {
  const items = writes.map(({ key, text }) =>
    text === undefined ? `[${JSON.stringify(key)}]` : `[${JSON.stringify(key)},${text}]`,
  );
  return `[${items.join(',')}]`;
}

export function decodeFeed(revision: Revision, row: string): ChangeSet | undefined {
  const items: unknown = JSON.parse(row);
  if (!Array.isArray(items)) return undefined;
  const changes: Change[] = [];
  for (const item of items as unknown[]) {
    if (!Array.isArray(item) || typeof item[0] !== 'string') return undefined;
    const [key, value] = item as [string, Json];
    changes.push(
      item.length === 1
        ? { op: 'delete', key, revision }
        : { op: 'put', record: { key, revision, value } },
    );
  }
  return { revision, changes };
}
