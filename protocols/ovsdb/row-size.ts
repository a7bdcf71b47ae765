/**
 * How large a row is: about as many bytes as its server needs to tell it.
 *
 * Counted without writing it out, so that a replica can be kept below a limit row by row.
 */
import { type Atom, ZERO_UUID } from './values/atoms.ts';
import type { ColumnValue } from './values/column.ts';
import type { OvsdbRow } from './values/tables.ts';

/** Its UUID, and what is around it. */
const ROW_BYTES = ZERO_UUID.length + 16;

/** Of a number, or around an atom. */
const ATOM_BYTES = 8;

export function rowSizeBytes(row: OvsdbRow): number {
  let size = ROW_BYTES;
  for (const column of Object.keys(row)) size += columnSizeBytes(row[column]);
  return size;
}

function columnSizeBytes(value: ColumnValue): number {
  if (value === undefined) return 0;
  if (typeof value !== 'object') return atomSizeBytes(value);
  let size = 0;
  for (const element of value) {
    if (typeof element === 'object') size += atomSizeBytes(element[0]) + atomSizeBytes(element[1]);
    else size += atomSizeBytes(element);
  }
  return size;
}

function atomSizeBytes(atom: Atom): number {
  return typeof atom === 'string' ? ATOM_BYTES + atom.length : ATOM_BYTES;
}
