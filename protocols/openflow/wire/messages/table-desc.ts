/**
 * ofp_table_desc of OpenFlow 1.4 on: in the multipart, and in a table status.
 *
 *     length:16 | table_id | pad | config:32 | properties
 *     eviction:  2 | 8 | flags:32        vacancy:  3 | 8 | down | up | current | pad
 *
 * Source: OpenFlow 1.4.1 §7.3.5.18.
 */
import type { TableDesc, TableVacancy } from '../../values/table.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { expectSize, type Property, putProperty, readProperties } from '../property.ts';

const DESC = layout({ length: 'u16', table: 'u8', pad: 'pad1', config: 'u32' });

/** ofp_table_mod_prop_type. */
const EVICTION = 2;
const VACANCY = 3;
const PROPERTY_BYTES = 8;

export function putTableDesc(writer: ByteWriter, desc: TableDesc): void {
  const mark = writer.mark();
  const at = writer.reserve(DESC.size);
  writer.view.setUint8(at + 2, desc.table);
  writer.view.setUint32(at + 4, desc.config);
  if (desc.evictionFlags !== undefined) {
    const value = putProperty(writer, EVICTION, PROPERTY_BYTES);
    writer.view.setUint32(value, desc.evictionFlags);
  }
  if (desc.vacancy !== undefined) {
    const { down, up, current } = desc.vacancy;
    const value = putProperty(writer, VACANCY, PROPERTY_BYTES);
    writer.view.setUint8(value, down);
    writer.view.setUint8(value + 1, up);
    writer.view.setUint8(value + 2, current);
  }
  if (desc.unknownProperties !== undefined) writer.put(desc.unknownProperties);
  writer.patchSize(mark, 0);
}

export function readTableDesc(cursor: Cursor): TableDesc {
  const inner = cursor.cutSized(0, DESC.size, 'a table description');
  const { table, config } = inner.struct(DESC, 'a table description');
  const properties = readProperties<Properties>(inner, (property) => readKnown(inner, property));
  return { table, config, ...properties };
}

type Properties = Pick<TableDesc, 'evictionFlags' | 'vacancy'>;

function readKnown(inner: Cursor, property: Property): Properties | undefined {
  switch (property.type) {
    case EVICTION:
      expectSize(inner, property, PROPERTY_BYTES, 'eviction flags');
      return { evictionFlags: property.body.u32('eviction flags') };
    case VACANCY:
      expectSize(inner, property, PROPERTY_BYTES, 'vacancy events');
      return { vacancy: readVacancy(property.body) };
    default:
      return undefined;
  }
}

function readVacancy(body: Cursor): TableVacancy {
  const down = body.u8('vacancy events');
  const up = body.u8('vacancy events');
  return { down, up, current: body.u8('vacancy events') };
}
