/**
 * Tunnel options as fields: NXT_TLV_TABLE_MOD and NXT_TLV_TABLE_REPLY.
 *
 *     mod:      command:16 | pad 6 | mappings
 *     reply:    max_option_space:32 | max_fields:16 | pad 10 | mappings
 *     mapping:  class:16 | type:8 | length:8 | index:16 | pad 2
 *
 * Source: nicira-ext.h of Open vSwitch 3.1.
 */
import { nameOf } from '../../values/commands.ts';
import { TUN_METADATA_FIELDS } from '../../values/fields.ts';
import type { NiciraMessage, TlvMapping } from '../../values/nicira-messages.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';

type TlvTableMod = Extract<NiciraMessage, { type: 'tlv_table_mod' }>;
type TlvTableReply = Extract<NiciraMessage, { type: 'tlv_table_reply' }>;

const COMMANDS: Readonly<Record<TlvTableMod['command'], number>> = { add: 0, delete: 1, clear: 2 };
/** Bytes of the longest option. */
const OPTION_MAX_BYTES = 124;

const MOD = layout({ command: 'u16', pad: 'pad6' });
const REPLY = layout({ maxOptionSpace: 'u32', maxFields: 'u16', pad: 'pad5', pad2: 'pad5' });
const MAPPING = layout({
  optionClass: 'u16',
  optionType: 'u8',
  optionLength: 'u8',
  index: 'u16',
  pad: 'pad2',
});

export function putTlvTableMod(writer: ByteWriter, message: TlvTableMod): void {
  writer.view.setUint16(writer.reserve(MOD.size), COMMANDS[message.command]);
  putMappings(writer, message.mappings);
}

export function readTlvTableMod(cursor: Cursor): TlvTableMod {
  const number = cursor.struct(MOD, 'a TLV table change').command;
  const command = nameOf(COMMANDS, number);
  if (command === undefined) {
    cursor.fail('NXTTMFC_BAD_COMMAND', `no command ${number} for a TLV table`);
  }
  const mappings = readMappings(cursor, TUN_METADATA_FIELDS);
  return { type: 'tlv_table_mod', command: command ?? 'clear', mappings };
}

export function putTlvTableReply(writer: ByteWriter, message: TlvTableReply): void {
  const at = writer.reserve(REPLY.size);
  writer.view.setUint32(at, message.maxOptionSpace);
  writer.view.setUint16(at + 4, message.maxFields);
  putMappings(writer, message.mappings);
}

export function readTlvTableReply(cursor: Cursor): TlvTableReply {
  const { maxOptionSpace, maxFields } = cursor.struct(REPLY, 'a TLV table');
  const mappings = readMappings(cursor, maxFields);
  return { type: 'tlv_table_reply', maxOptionSpace, maxFields, mappings };
}

function putMappings(writer: ByteWriter, mappings: readonly TlvMapping[]): void {
  for (const { optionClass, optionType, optionLength, index } of mappings) {
    const at = writer.reserve(MAPPING.size);
    writer.view.setUint16(at, optionClass);
    writer.view.setUint8(at + 2, optionType);
    writer.view.setUint8(at + 3, optionLength);
    writer.view.setUint16(at + 4, index);
  }
}

function readMappings(cursor: Cursor, maxFields: number): TlvMapping[] {
  const mappings: TlvMapping[] = [];
  while (cursor.left > 0) {
    const mapping = cursor.struct(MAPPING, 'a TLV mapping');
    const { optionLength, index } = mapping;
    if (optionLength % 4 !== 0 || optionLength > OPTION_MAX_BYTES) {
      cursor.fail('NXTTMFC_BAD_OPT_LEN', `an option of ${optionLength} bytes`);
    } else if (index >= maxFields) {
      cursor.fail('NXTTMFC_BAD_FIELD_IDX', `no field tun_metadata${index}`);
    }
    mappings.push({ ...mapping });
  }
  return mappings;
}
