/**
 * OFPT_TABLE_STATUS: a table passed one of its thresholds.
 *
 *     reason:8 | pad 7 | table description (table-desc.ts)
 *
 * Source: OpenFlow 1.4.1 §7.4.5.
 */
import { nameOf } from '../../values/commands.ts';
import type { TableStatus } from '../../values/messages.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { putTableDesc, readTableDesc } from './table-desc.ts';

const FIXED = layout({ reason: 'u8', pad: 'pad7' });

const REASONS: Readonly<Record<TableStatus['reason'], number>> = { vacancy_down: 3, vacancy_up: 4 };

export function putTableStatus(
  writer: ByteWriter,
  _version: OpenFlowVersion,
  message: TableStatus,
): void {
  writer.view.setUint8(writer.reserve(FIXED.size), REASONS[message.reason]);
  putTableDesc(writer, message.table);
}

export function readTableStatus(cursor: Cursor): TableStatus {
  const number = cursor.struct(FIXED, 'a table status').reason;
  const reason = nameOf(REASONS, number);
  if (reason === undefined) {
    cursor.fail('OFPBPC_BAD_VALUE', `no reason ${number} for a table status`);
  }
  return { type: 'table_status', reason: reason ?? 'vacancy_down', table: readTableDesc(cursor) };
}
