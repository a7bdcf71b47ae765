/**
 * Table descriptions; the layout is drawn in ../table-desc.ts.
 *
 * Source: OpenFlow 1.4.1 §7.3.5.18.
 */
import { putTableDesc, readTableDesc } from '../messages/table-desc.ts';
import { type MultipartCodec, readAll } from './codec.ts';

export const TABLE_DESC: MultipartCodec<'table_desc'> = {
  putRequest: () => undefined,
  readRequest: () => ({ kind: 'table_desc' }),
  putReply: (writer, _version, { tables }) => {
    for (const table of tables) putTableDesc(writer, table);
  },
  readReply: (cursor) => ({ kind: 'table_desc', tables: readAll(cursor, readTableDesc) }),
};
