/**
 * Small messages of Nicira's and ONF's: a number each.
 *
 *     NXT_FLOW_MOD_TABLE_ID:    enable:8 | pad 7            NXT_SET_PACKET_IN_FORMAT:  format:32
 *     NXT_SET_CONTROLLER_ID:    pad 6 | id:16               NXT_CT_FLUSH_ZONE:         pad 6 | zone:16
 *     ONFT_FLOW_MONITOR_CANCEL: id:32
 *
 * Source: nicira-ext.h of Open vSwitch 3.1; ONF extension 187.
 */
import { nameOf } from '../../values/commands.ts';
import type { PacketInFormat } from '../../values/nicira-messages.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';

const TABLE_ID = layout({ enable: 'u8', pad: 'pad7' });
const SHORT = layout({ pad: 'pad6', number: 'u16' });

const FORMATS: Readonly<Record<PacketInFormat, number>> = {
  standard: 0,
  nxt_packet_in: 1,
  nxt_packet_in2: 2,
};

export function putTableIdSwitch(writer: ByteWriter, enable: boolean): void {
  writer.view.setUint8(writer.reserve(TABLE_ID.size), enable ? 1 : 0);
}

export function readTableIdSwitch(cursor: Cursor): boolean {
  return cursor.struct(TABLE_ID, 'a table id switch').enable !== 0;
}

export function putPacketInFormat(writer: ByteWriter, format: PacketInFormat): void {
  writer.view.setUint32(writer.reserve(4), FORMATS[format]);
}

export function readPacketInFormat(cursor: Cursor): PacketInFormat {
  const number = cursor.u32('a packet-in format');
  const format = nameOf(FORMATS, number);
  if (format === undefined) cursor.fail('OFPBRC_EPERM', `no packet-in format ${number}`);
  return format ?? 'standard';
}

/** A number of 16 bits behind six bytes of padding. */
export function putShort(writer: ByteWriter, number: number): void {
  writer.view.setUint16(writer.reserve(SHORT.size) + 6, number);
}

export function readShort(cursor: Cursor, what: string): number {
  return cursor.struct(SHORT, what).number;
}

export function putMonitorId(writer: ByteWriter, monitorId: number): void {
  writer.view.setUint32(writer.reserve(4), monitorId);
}

export function readMonitorId(cursor: Cursor): number {
  return cursor.u32('a flow monitor');
}
