/**
 * OFPT_TABLE_MOD.
 *
 *     1.3:       table:8 | pad 3 | config:32
 *     1.4, 1.5:  table:8 | pad 3 | config:32 | properties
 *                property 2 (eviction): type:16 | 8:16 | flags:32
 *                property 3 (vacancy):  type:16 | 8:16 | down:8 | up:8 | vacancy:8 | pad
 *
 * Trap: how full the table is now (vacancy) is for the switch to say; who asks must leave it 0.
 * Sources: OpenFlow 1.3.5 §7.3.3; OpenFlow 1.4.1 §7.3.3.
 */
import type { TableMod } from '../../values/messages.ts';
import { OPENFLOW_14, type OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { expectSize, type Property, putProperty, readProperties } from '../property.ts';
import { requireVersion } from '../require-version.ts';

const FIXED = layout({ table: 'u8', pad: 'pad3', config: 'u32' });
const VACANCY = layout({ down: 'u8', up: 'u8', current: 'u8', pad: 'pad1' });
const EVICTION_PROPERTY = 2;
const VACANCY_PROPERTY = 3;
const PROPERTY_BYTES = 8;

export function putTableMod(writer: ByteWriter, version: OpenFlowVersion, message: TableMod): void {
  const { table, config, evictionFlags, vacancy, unknownProperties } = message;
  const at = writer.reserve(FIXED.size);
  writer.view.setUint8(at, table);
  writer.view.setUint32(at + 4, config);
  for (const name of ['evictionFlags', 'vacancy', 'unknownProperties'] as const) {
    requireVersion(version, OPENFLOW_14, message[name], `${name} of a table-mod`);
  }
  if (evictionFlags !== undefined) {
    writer.view.setUint32(putProperty(writer, EVICTION_PROPERTY, PROPERTY_BYTES), evictionFlags);
  }
  if (vacancy !== undefined) {
    const property = putProperty(writer, VACANCY_PROPERTY, PROPERTY_BYTES);
    writer.view.setUint8(property, vacancy.down);
    writer.view.setUint8(property + 1, vacancy.up);
  }
  if (unknownProperties !== undefined) writer.put(unknownProperties);
}

type Properties = Pick<TableMod, 'evictionFlags' | 'vacancy'>;

export function readTableMod(cursor: Cursor): TableMod {
  const { table, config } = cursor.struct(FIXED, 'a table-mod');
  const properties = readProperties<Properties>(cursor, (property) => readKnown(cursor, property));
  return { type: 'table_mod', table, config, ...properties };
}

function readKnown(cursor: Cursor, property: Property): Properties | undefined {
  switch (property.type) {
    case EVICTION_PROPERTY:
      expectSize(cursor, property, PROPERTY_BYTES, 'an eviction property');
      return { evictionFlags: property.body.u32('an eviction property') };
    case VACANCY_PROPERTY:
      expectSize(cursor, property, PROPERTY_BYTES, 'a vacancy property');
      return { vacancy: readVacancy(property.body) };
    default:
      cursor.unknown('OFPBRC_BAD_TYPE', `no property ${property.type} in a table-mod`);
      return undefined;
  }
}

function readVacancy(body: Cursor): { down: number; up: number } {
  const { down, up, current } = body.struct(VACANCY, 'a vacancy property');
  if (down > up || up > 100) {
    body.fail('OFPBPC_BAD_VALUE', `vacancy from ${down} to ${up} percent`);
  } else if (current !== 0) {
    body.fail('OFPBPC_BAD_VALUE', `a table-mod says a vacancy of ${current} percent`);
  }
  return { down, up };
}
