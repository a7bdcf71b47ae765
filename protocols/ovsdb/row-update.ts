/**
 * Row updates: the three formats in which a server tells what became of one row.
 *
 * | format | a row that is new        | a changed row                     | a row that went |
 * |--------|--------------------------|-----------------------------------|-----------------|
 * | v1     | {new: all columns}       | {old: changed ones, new: all}     | {old: all}      |
 * | v2     | {initial} or {insert}    | {modify: differences}             | {delete: null}  |
 *
 * v1 is "update", v2 is "update2" and "update3". Trap: {initial} and {insert} leave out columns that
 * have their default value.
 *
 * Source: RFC 7047 §4.1.6; ovsdb-server(7) §4.1.14.
 */
import { failed, ok, type Result } from '../base/protocol-error.ts';
import {
  applyDifference,
  type ColumnType,
  type ColumnValue,
  decodeColumn,
  defaultColumn,
  isAmbiguous,
} from './values/column.ts';
import type { TableSchema } from './values/database-schema.ts';
import { excerpt, isJsonObject, type Json, type JsonObject, member } from './values/json.ts';
import type { OvsdbRow } from './values/tables.ts';

export type UpdateFormat = 'v1' | 'v2';

export type RowChange =
  | { readonly kind: 'insert'; readonly row: OvsdbRow }
  /** Undefined: which change it is cannot be told (column.ts, isAmbiguous). */
  | { readonly kind: 'modify'; readonly apply: (old: OvsdbRow) => OvsdbRow | undefined }
  | { readonly kind: 'delete' };

/** The error is the end of a sentence that begins with table and row. */
type Decoded<Value> = Result<Value, string>;

export function decodeRowChange(
  schema: TableSchema,
  wire: Json | undefined,
  format: UpdateFormat,
): Decoded<RowChange> {
  if (!isJsonObject(wire)) return failed(`a row update is an object, not ${excerpt(wire)}`);
  return format === 'v1' ? decodeV1(schema, wire) : decodeV2(schema, wire);
}

function decodeV1(schema: TableSchema, wire: JsonObject): Decoded<RowChange> {
  const fresh = member(wire, 'new');
  const hasOld = Object.hasOwn(wire, 'old');
  if (fresh === undefined) return hasOld ? ok({ kind: 'delete' }) : failed('neither old nor new');
  const row = decodeWholeRow(schema, fresh);
  if (!row.ok) return row;
  if (!hasOld) return ok({ kind: 'insert', row: row.value });
  return ok({ kind: 'modify', apply: () => row.value });
}

function decodeV2(schema: TableSchema, wire: JsonObject): Decoded<RowChange> {
  const inserted = member(wire, 'initial') ?? member(wire, 'insert');
  if (inserted !== undefined) {
    const row = decodeWholeRow(schema, inserted);
    return row.ok ? ok({ kind: 'insert', row: row.value }) : row;
  }
  const modified = member(wire, 'modify');
  if (modified !== undefined) return decodeModify(schema, modified);
  return Object.hasOwn(wire, 'delete')
    ? ok({ kind: 'delete' })
    : failed('none of initial, insert, modify, delete');
}

function decodeWholeRow(schema: TableSchema, wire: Json): Decoded<OvsdbRow> {
  if (!isJsonObject(wire)) return failed(`a row is an object, not ${excerpt(wire)}`);
  const row: Record<string, ColumnValue> = {};
  let known = 0;
  for (const [column, type] of schema) {
    const value = member(wire, column);
    if (value === undefined) {
      row[column] = defaultColumn(type);
      continue;
    }
    known++;
    const decoded = decodeColumn(type, value);
    if (!decoded.ok) return failed(badColumn(column, decoded.expected, value));
    row[column] = decoded.value;
  }
  const unknown = known < Object.keys(wire).length ? unknownColumn(schema, wire) : undefined;
  return unknown === undefined ? ok(row) : failed(unknown);
}

function decodeModify(schema: TableSchema, wire: Json): Decoded<RowChange> {
  if (!isJsonObject(wire)) return failed(`a row is an object, not ${excerpt(wire)}`);
  const unknown = unknownColumn(schema, wire);
  if (unknown !== undefined) return failed(unknown);
  const differences: [string, ColumnValue][] = [];
  for (const [column, type] of schema) {
    const value = member(wire, column);
    if (value === undefined) continue;
    const decoded = decodeColumn(differenceType(type), value);
    if (!decoded.ok) return failed(badColumn(column, decoded.expected, value));
    differences.push([column, decoded.value]);
  }
  return ok({ kind: 'modify', apply: (old) => modified(schema, old, differences) });
}

/** A difference of two full sets may have more elements than either. */
function differenceType(type: ColumnType): ColumnType {
  if (type.max <= 1 || type.max === Number.POSITIVE_INFINITY) return type;
  return { ...type, max: Number.POSITIVE_INFINITY };
}

function modified(
  schema: TableSchema,
  old: OvsdbRow,
  differences: readonly (readonly [string, ColumnValue])[],
): OvsdbRow | undefined {
  const row: Record<string, ColumnValue> = { ...old };
  for (const [column, difference] of differences) {
    const type = schema.get(column);
    if (type === undefined) continue;
    if (isAmbiguous(type, old[column], difference)) return undefined;
    row[column] = applyDifference(type, old[column], difference);
  }
  return row;
}

function unknownColumn(schema: TableSchema, wire: JsonObject): string | undefined {
  for (const column of Object.keys(wire)) {
    if (!schema.has(column)) return `column ${excerpt(column)} is not monitored`;
  }
  return undefined;
}

function badColumn(column: string, expected: string, value: Json): string {
  return `column ${column} holds ${expected}, got ${excerpt(value)}`;
}
