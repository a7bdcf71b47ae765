/**
 * What became of rows between two prints, as the cases that track changes expect it.
 *
 * A row is listed when it was inserted, deleted or changed, and also when only the rows that it refers to came or went:
 * then without columns. Of an inserted row the columns count that are not at their defaults; without any such column
 * theirs does not list it, so it is not listed here.
 */
import type { RowChanged } from '../../protocols/ovsdb/replica.ts';
import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import { type ColumnValue, sameColumn } from '../../protocols/ovsdb/values/column.ts';
import { type FindRow, rowText } from './row-text.ts';

export interface TrackedRow {
  readonly table: string;
  readonly uuid: Uuid;
  inserted: boolean;
  deleted: boolean;
  readonly columns: Set<string>;
  text: string;
}

/** Whether a column of a table holds what an insert that leaves it out gives it. */
export type IsDefault = (table: string, column: string, value: ColumnValue) => boolean;

export class Tracking {
  readonly #find: FindRow;
  readonly #tracked = new Map<Uuid, TrackedRow>();
  /** As it was printed or could have been: by it one sees that a reference reads otherwise. */
  readonly #texts = new Map<Uuid, { readonly table: string; text: string }>();

  readonly #isDefault: IsDefault;

  constructor(find: FindRow, isDefault: IsDefault) {
    this.#find = find;
    this.#isDefault = isDefault;
  }

  get rows(): Iterable<TrackedRow> {
    return this.#tracked.values();
  }

  row(uuid: Uuid): TrackedRow | undefined {
    return this.#tracked.get(uuid);
  }

  clear(): void {
    this.#tracked.clear();
  }

  /** Nothing that was told before counts any more: everything is told anew. */
  forget(): void {
    this.#tracked.clear();
    this.#texts.clear();
  }

  take(changes: readonly RowChanged[]): void {
    for (const change of changes) this.#takeOne(change);
    for (const [uuid, known] of this.#texts) {
      const row = this.#find(known.table, uuid);
      const text = row === undefined ? known.text : rowText(known.table, row, this.#find);
      if (text === known.text) continue;
      known.text = text;
      this.#entry(known.table, uuid, text).text = text;
    }
  }

  #takeOne({ table, uuid, old, new: row }: RowChanged): void {
    const known = this.#texts.get(uuid)?.text ?? '';
    if (row === undefined) {
      this.#entry(table, uuid, known).deleted = true;
      this.#texts.delete(uuid);
      return;
    }
    const columns = Object.keys(row).filter((column) =>
      old === undefined
        ? !this.#isDefault(table, column, row[column])
        : !sameColumn(old[column], row[column]),
    );
    const text = rowText(table, row, this.#find);
    this.#texts.set(uuid, { table, text });
    if (columns.length === 0) return;
    const entry = this.#entry(table, uuid, text);
    entry.text = text;
    if (old === undefined) entry.inserted = true;
    for (const column of columns) entry.columns.add(column);
  }

  #entry(table: string, uuid: Uuid, text: string): TrackedRow {
    const known = this.#tracked.get(uuid);
    if (known !== undefined) return known;
    const columns = new Set<string>();
    const entry = { table, uuid, inserted: false, deleted: false, columns, text };
    this.#tracked.set(uuid, entry);
    return entry;
  }
}

/** What stands before a tracked row's text. */
export function trackedWords({ inserted, deleted }: TrackedRow): string {
  if (inserted && deleted) return 'inserted/deleted row: ';
  if (inserted) return 'inserted row: ';
  return deleted ? 'deleted row: ' : '';
}
