/**
 * Table features: what a table is able to do, or is to be able to do. Requests and replies have the same body.
 *
 *     length:16 | table_id | command (1.5, else 0) | pad 4 | name 32 | metadata_match:64 | metadata_write:64 | capabilities:32
 *     | max_entries:32 | properties
 *
 * Properties are type:16 | length:16 | ids, without padding inside: instructions and actions type:16 | length:16 | data; tables one
 * byte; fields an OXM header, with the length that it would have with a value.
 * Traps: before 1.5 all properties without `_miss` must be there, in 1.5 all or none; none may come twice. What nobody knows in them is
 * passed over.
 * Sources: OpenFlow 1.3.5 §7.3.5.5, OpenFlow 1.5.1 §7.3.5.18.
 */
import { nameOf } from '../../values/commands.ts';
import { OFPTT_ALL } from '../../values/ports.ts';
import {
  type FeatureId,
  TABLE_FEATURES_COMMANDS,
  type TableFeatureProperty,
  type TableFeatures,
} from '../../values/table.ts';
import { OPENFLOW_15, type OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import {
  beginProperty,
  endProperty,
  keptProperty,
  type Property,
  readProperty,
} from '../property.ts';
import { requireVersion } from '../require-version.ts';
import { putText, textOf } from '../text-field.ts';
import { type MultipartCodec, readAll } from './codec.ts';
import { putFieldIds, readFieldIds } from './field-ids.ts';

const FEATURES = layout({
  length: 'u16',
  table: 'u8',
  command: 'u8',
  pad: 'pad4',
  name: 'b32',
  metadataMatch: 'u64',
  metadataWrite: 'u64',
  capabilities: 'u32',
  maxEntries: 'u32',
});

const NAME_BYTES = 32;

/** ofp_table_feature_prop_type. */
const PROPERTY: Readonly<Record<Exclude<TableFeatureProperty['type'], 'unknown'>, number>> = {
  instructions: 0,
  instructions_miss: 1,
  next_tables: 2,
  next_tables_miss: 3,
  write_actions: 4,
  write_actions_miss: 5,
  apply_actions: 6,
  apply_actions_miss: 7,
  match: 8,
  wildcards: 10,
  write_setfield: 12,
  write_setfield_miss: 13,
  apply_setfield: 14,
  apply_setfield_miss: 15,
};

const REQUIRED: readonly number[] = [0, 2, 4, 6, 8, 10, 12, 14];
const STANDARD_TYPES = 32;

export const TABLE_FEATURES: MultipartCodec<'table_features'> = {
  putRequest: (writer, version, { tables }) => putTables(writer, version, tables ?? []),
  readRequest: (cursor, version) => {
    const tables = readTables(cursor, version);
    return tables.length === 0 ? { kind: 'table_features' } : { kind: 'table_features', tables };
  },
  putReply: (writer, version, { tables }) => putTables(writer, version, tables),
  readReply: (cursor, version) => ({
    kind: 'table_features',
    tables: readTables(cursor, version),
  }),
};

function putTables(
  writer: ByteWriter,
  version: OpenFlowVersion,
  tables: readonly TableFeatures[],
): void {
  for (const table of tables) putFeatures(writer, version, table);
}

function putFeatures(writer: ByteWriter, version: OpenFlowVersion, table: TableFeatures): void {
  const { command = 'replace' } = table;
  const special = command === 'replace' ? undefined : command;
  requireVersion(version, OPENFLOW_15, special, `the command ${command} of table features`);
  const mark = writer.mark();
  const at = writer.reserve(FEATURES.size);
  writer.view.setUint8(at + 2, table.table);
  writer.view.setUint8(at + 3, TABLE_FEATURES_COMMANDS[command]);
  putText(writer, at + 8, NAME_BYTES, table.name);
  writer.view.setBigUint64(at + 40, table.metadataMatch);
  writer.view.setBigUint64(at + 48, table.metadataWrite);
  writer.view.setUint32(at + 56, table.capabilities);
  writer.view.setUint32(at + 60, table.maxEntries);
  for (const property of table.properties) putFeatureProperty(writer, version, property);
  writer.patchSize(mark, 0);
}

function putFeatureProperty(
  writer: ByteWriter,
  version: OpenFlowVersion,
  property: TableFeatureProperty,
): void {
  if (property.type === 'unknown') {
    writer.put(property.bytes);
    return;
  }
  const mark = beginProperty(writer, PROPERTY[property.type]);
  if ('tables' in property) putNextTables(writer, property.tables);
  else if ('fields' in property) putFieldIds(writer, version, property.fields);
  else putIds(writer, 'actions' in property ? property.actions : property.instructions);
  endProperty(writer, mark);
}

function putNextTables(writer: ByteWriter, tables: readonly number[]): void {
  for (const table of tables) writer.view.setUint8(writer.reserve(1), table);
}

function putIds(writer: ByteWriter, ids: readonly FeatureId[]): void {
  for (const { number, data } of ids) {
    const at = writer.reserve(4);
    writer.view.setUint16(at, number);
    writer.view.setUint16(at + 2, 4 + (data?.length ?? 0));
    if (data !== undefined) writer.put(data);
  }
}

function readTables(cursor: Cursor, version: OpenFlowVersion): TableFeatures[] {
  return readAll(cursor, (one) => readFeatures(one, version));
}

function readFeatures(cursor: Cursor, version: OpenFlowVersion): TableFeatures {
  const inner = cursor.cutSized(0, FEATURES.size, 'table features', 'OFPBPC_BAD_LEN');
  const raw = inner.struct(FEATURES, 'table features');
  if (raw.length % 8 !== 0) inner.fail('OFPBPC_BAD_LEN', `table features of ${raw.length} bytes`);
  const command = version < 6 ? 'replace' : nameOf(TABLE_FEATURES_COMMANDS, raw.command);
  if (command === undefined) {
    inner.fail('OFPTFFC_BAD_COMMAND', `no command ${raw.command} of table features`);
  }
  if (raw.table === OFPTT_ALL) inner.fail('OFPTFFC_BAD_TABLE', 'table features of all tables');
  const { table, metadataMatch, metadataWrite, capabilities, maxEntries } = raw;
  return {
    table,
    ...(command === undefined || command === 'replace' ? {} : { command }),
    name: textOf(raw.name.subarray(0, NAME_BYTES - 1)),
    ...{ metadataMatch, metadataWrite, capabilities, maxEntries },
    properties: readProperties(inner, version),
  };
}

function readProperties(inner: Cursor, version: OpenFlowVersion): TableFeatureProperty[] {
  const properties: TableFeatureProperty[] = [];
  const seen = new Set<number>();
  while (inner.left > 0) {
    const property = readProperty(inner);
    if (property.type < STANDARD_TYPES && seen.has(property.type)) {
      inner.fail('OFPTFFC_BAD_FEATURES', `the property ${property.type} of a table twice`);
    }
    seen.add(property.type);
    properties.push(readFeatureProperty(inner, version, property));
  }
  const missing = REQUIRED.filter((type) => !seen.has(type));
  if (missing.length > 0 && (version < 6 || properties.length > 0)) {
    inner.fail('OFPTFFC_BAD_FEATURES', `table features without the properties ${missing}`);
  }
  return properties;
}

function readFeatureProperty(
  inner: Cursor,
  version: OpenFlowVersion,
  property: Property,
): TableFeatureProperty {
  const type = nameOf(PROPERTY, property.type);
  const { body } = property;
  switch (type) {
    case undefined:
      return { type: 'unknown', bytes: keptProperty(inner, property) };
    case 'instructions':
    case 'instructions_miss':
      return { type, instructions: readIds(body) };
    case 'next_tables':
    case 'next_tables_miss':
      return { type, tables: readNextTables(body) };
    case 'write_actions':
    case 'write_actions_miss':
    case 'apply_actions':
    case 'apply_actions_miss':
      return { type, actions: readIds(body) };
    default:
      return { type, fields: readFieldIds(body, version, type === 'match') };
  }
}

function readIds(body: Cursor): FeatureId[] {
  const ids: FeatureId[] = [];
  while (body.left > 0) {
    const inner = body.cutSized(2, 4, 'an action or instruction');
    const number = inner.u16('an action or instruction');
    inner.skip(2, 'an action or instruction');
    const data = inner.rest();
    ids.push(data.length === 0 ? { number } : { number, data });
  }
  return ids;
}

function readNextTables(body: Cursor): number[] {
  const tables = [...body.rest()];
  if (tables.includes(OFPTT_ALL)) body.fail('OFPBPC_BAD_VALUE', 'all tables as next tables');
  return tables;
}
