/**
 * Table statistics: table_id | pad 3 | active:32 | lookups:64 | matched:64.
 *
 * Source: OpenFlow 1.3.5 §7.3.5.4.
 */
import { layout } from '../layout.ts';
import { type MultipartCodec, readAll } from './codec.ts';

const TABLE = layout({ table: 'u8', pad: 'pad3', active: 'u32', lookups: 'u64', matched: 'u64' });

export const TABLE_STATS: MultipartCodec<'table_stats'> = {
  putRequest: () => undefined,
  readRequest: () => ({ kind: 'table_stats' }),
  putReply: (writer, _version, { tables }) => {
    for (const table of tables) {
      const at = writer.reserve(TABLE.size);
      writer.view.setUint8(at, table.table);
      writer.view.setUint32(at + 4, table.active);
      writer.view.setBigUint64(at + 8, table.lookups);
      writer.view.setBigUint64(at + 16, table.matched);
    }
  },
  readReply: (cursor) => ({
    kind: 'table_stats',
    tables: readAll(cursor, (one) => ({ ...one.struct(TABLE, 'table statistics') })),
  }),
};
