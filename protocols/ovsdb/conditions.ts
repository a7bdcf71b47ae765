/**
 * Conditions of a monitor: which rows of each table a server tells.
 *
 * A row is told when any of its table's clauses finds it (a transaction's conditions must all hold: not so here). No
 * clause at all finds no row; a table without conditions is told whole.
 *
 * Source: ovsdb-server(7) §4.1.12 (monitor_cond), §4.1.13 (monitor_cond_change).
 */
import { type Condition, encodeCondition } from './transaction.ts';
import type { Json, JsonObject } from './values/json.ts';

/** `true` finds every row, `false` none. */
export type Clause = Condition | boolean;

/** By table; what a table does not say stays as it is (at first: all rows). */
export type TableConditions = Readonly<Record<string, readonly Clause[]>>;

/** The `where` of each table, in wire form. */
export type EncodedConditions = ReadonlyMap<string, readonly Json[]>;

const NO_ROWS: readonly Json[] = [false];

export const ALL_ROWS: EncodedConditions = new Map();

/** The old ones with the new ones laid over. */
export function changedConditions(
  old: EncodedConditions,
  conditions: TableConditions,
): EncodedConditions {
  const changed = new Map(old);
  for (const [table, clauses] of Object.entries(conditions)) {
    if (clauses.includes(true)) changed.delete(table);
    else changed.set(table, encodeClauses(table, clauses));
  }
  return changed;
}

function encodeClauses(table: string, clauses: readonly Clause[]): readonly Json[] {
  const wire = clauses
    .filter((clause) => clause !== false)
    .map((clause) => (clause === true ? true : encodeCondition(table, clause)));
  return wire.length === 0 ? NO_ROWS : wire;
}

/** Equal text: equal rows. */
export function conditionsText(conditions: EncodedConditions): string {
  return JSON.stringify([...conditions].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What monitor_cond_change is given to lead from one to the other; undefined: they are equal. */
export function conditionChange(
  from: EncodedConditions,
  to: EncodedConditions,
): JsonObject | undefined {
  const requests: Record<string, Json> = {};
  for (const table of new Set([...from.keys(), ...to.keys()])) {
    const where = to.get(table) ?? [true];
    const isSame = JSON.stringify(from.get(table) ?? [true]) === JSON.stringify(where);
    if (!isSame) requests[table] = [{ where }];
  }
  return Object.keys(requests).length === 0 ? undefined : requests;
}
