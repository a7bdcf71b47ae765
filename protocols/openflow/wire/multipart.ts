/**
 * OFPT_MULTIPART_REQUEST and OFPT_MULTIPART_REPLY: type:16 | flags:16 | pad 4 | body.
 *
 * Traps: before 1.5 a port or group description cannot name one port or group: the body is empty. A reply's parts
 * each hold whole records, so each part decodes by itself.
 * Source: OpenFlow 1.3.5 §7.3.5, OpenFlow 1.5.1 §7.3.5.
 */
import type { Message } from '../values/messages.ts';
import type {
  MultipartReply,
  MultipartRequest,
  SwitchDescription,
  TableStats,
} from '../values/multipart.ts';
import { OFPG_ALL, OFPP_ANY } from '../values/ports.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import {
  putFlowFilter,
  putFlowRecord,
  putFlowTotals,
  readFlowFilter,
  readFlowRecords,
  readFlowTotals,
} from './flow-stats.ts';
import { putGroupDesc, putGroupStats, readGroupDescs, readGroupStats } from './group-stats.ts';
import { layout } from './layout.ts';
import { putPort, readPort } from './port.ts';
import { putText, textOf } from './text-field.ts';

type RequestMessage = Extract<Message, { type: 'multipart_request' }>;
type ReplyMessage = Extract<Message, { type: 'multipart_reply' }>;

export const MULTIPART_MORE = 1;

const MULTIPART_TYPES = {
  desc: 0,
  flow: 1,
  aggregate: 2,
  table_stats: 3,
  group_stats: 6,
  group_desc: 7,
  port_desc: 13,
} as const;

/** type:16 | flags:16 | pad 4. */
export const MULTIPART_HEADER = layout({ type: 'u16', flags: 'u16', pad: 'pad4' });

const DESCRIPTION = layout({
  manufacturer: 'b256',
  hardware: 'b256',
  software: 'b256',
  serial: 'b32',
  datapath: 'b256',
});

const TABLE = layout({ table: 'u8', pad: 'pad3', active: 'u32', lookups: 'u64', matched: 'u64' });

function putMultipartHeader(
  writer: ByteWriter,
  kind: keyof typeof MULTIPART_TYPES | number,
  more: boolean,
): void {
  const at = writer.reserve(MULTIPART_HEADER.size);
  writer.view.setUint16(at, typeof kind === 'number' ? kind : MULTIPART_TYPES[kind]);
  writer.view.setUint16(at + 2, more ? MULTIPART_MORE : 0);
}

export function putMultipartRequest(
  writer: ByteWriter,
  version: OpenFlowVersion,
  { request, more }: RequestMessage,
): void {
  const kind = request.kind === 'unknown' ? request.multipartType : request.kind;
  putMultipartHeader(writer, kind, more === true);
  switch (request.kind) {
    case 'flow':
    case 'aggregate':
      putFlowFilter(writer, request);
      return;
    case 'group_stats':
      putNumber(writer, request.groupId ?? OFPG_ALL);
      return;
    case 'group_desc':
      if (version >= 6) putNumber(writer, request.groupId ?? OFPG_ALL);
      return;
    case 'port_desc':
      if (version >= 6) putNumber(writer, request.port ?? OFPP_ANY);
      return;
    case 'unknown':
      writer.put(request.body);
      return;
    default:
      return;
  }
}

/** number:32 | pad 4. */
function putNumber(writer: ByteWriter, number: number): void {
  writer.view.setUint32(writer.reserve(8), number);
}

export function readMultipartRequest(cursor: Cursor, version: OpenFlowVersion): RequestMessage {
  const { type, flags } = cursor.struct(MULTIPART_HEADER, 'a multipart request');
  const request = readRequest(cursor, version, type);
  return flags & MULTIPART_MORE
    ? { type: 'multipart_request', more: true, request }
    : { type: 'multipart_request', request };
}

function readRequest(cursor: Cursor, version: OpenFlowVersion, type: number): MultipartRequest {
  switch (type) {
    case MULTIPART_TYPES.desc:
      return { kind: 'desc' };
    case MULTIPART_TYPES.table_stats:
      return { kind: 'table_stats' };
    case MULTIPART_TYPES.flow:
      return { kind: 'flow', ...readFlowFilter(cursor) };
    case MULTIPART_TYPES.aggregate:
      return { kind: 'aggregate', ...readFlowFilter(cursor) };
    case MULTIPART_TYPES.group_stats:
      return { kind: 'group_stats', ...readGroupId(cursor) };
    case MULTIPART_TYPES.group_desc:
      return { kind: 'group_desc', ...(version < 6 ? {} : readGroupId(cursor)) };
    case MULTIPART_TYPES.port_desc:
      return { kind: 'port_desc', ...(version < 6 ? {} : readPortNumber(cursor)) };
    default:
      return { kind: 'unknown', multipartType: type, body: cursor.rest() };
  }
}

function readGroupId(cursor: Cursor): { groupId?: number } {
  const groupId = cursor.u32('a group number');
  cursor.skip(4, 'a group request');
  return groupId === OFPG_ALL ? {} : { groupId };
}

function readPortNumber(cursor: Cursor): { port?: number } {
  const port = cursor.u32('a port number');
  cursor.skip(4, 'a port request');
  return port === OFPP_ANY ? {} : { port };
}

export function putMultipartReply(
  writer: ByteWriter,
  version: OpenFlowVersion,
  { reply, more }: ReplyMessage,
): void {
  putMultipartHeader(writer, reply.kind === 'unknown' ? reply.multipartType : reply.kind, more);
  switch (reply.kind) {
    case 'desc':
      putDescription(writer, reply);
      return;
    case 'flow':
      for (const flow of reply.flows) putFlowRecord(writer, version, flow);
      return;
    case 'aggregate':
      putFlowTotals(writer, version, reply);
      return;
    case 'table_stats':
      for (const table of reply.tables) putTable(writer, table);
      return;
    case 'group_stats':
      for (const group of reply.groups) putGroupStats(writer, group);
      return;
    case 'group_desc':
      for (const group of reply.groups) putGroupDesc(writer, version, group);
      return;
    case 'port_desc':
      for (const port of reply.ports) putPort(writer, version, port);
      return;
    case 'unknown':
      writer.put(reply.body);
      return;
  }
}

export function readMultipartReply(cursor: Cursor, version: OpenFlowVersion): ReplyMessage {
  const { type, flags } = cursor.struct(MULTIPART_HEADER, 'a multipart reply');
  const reply = readReply(cursor, version, type);
  return { type: 'multipart_reply', more: (flags & MULTIPART_MORE) !== 0, reply };
}

function readReply(cursor: Cursor, version: OpenFlowVersion, type: number): MultipartReply {
  switch (type) {
    case MULTIPART_TYPES.desc:
      return { kind: 'desc', ...readDescription(cursor) };
    case MULTIPART_TYPES.flow:
      return { kind: 'flow', flows: readFlowRecords(cursor, version) };
    case MULTIPART_TYPES.aggregate:
      return { kind: 'aggregate', ...readFlowTotals(cursor, version) };
    case MULTIPART_TYPES.table_stats:
      return { kind: 'table_stats', tables: readAll(cursor, readTable) };
    case MULTIPART_TYPES.group_stats:
      return { kind: 'group_stats', groups: readGroupStats(cursor) };
    case MULTIPART_TYPES.group_desc:
      return { kind: 'group_desc', groups: readGroupDescs(cursor, version) };
    case MULTIPART_TYPES.port_desc:
      return { kind: 'port_desc', ports: readAll(cursor, (one) => readPort(one, version)) };
    default:
      return { kind: 'unknown', multipartType: type, body: cursor.rest() };
  }
}

function readAll<Value>(cursor: Cursor, read: (cursor: Cursor) => Value): Value[] {
  const values: Value[] = [];
  while (cursor.left > 0) values.push(read(cursor));
  return values;
}

function putDescription(writer: ByteWriter, description: SwitchDescription): void {
  const at = writer.reserve(DESCRIPTION.size);
  putText(writer, at, 256, description.manufacturer);
  putText(writer, at + 256, 256, description.hardware);
  putText(writer, at + 512, 256, description.software);
  putText(writer, at + 768, 32, description.serial);
  putText(writer, at + 800, 256, description.datapath);
}

function readDescription(cursor: Cursor): SwitchDescription {
  const raw = cursor.struct(DESCRIPTION, 'a switch description');
  return {
    manufacturer: textOf(raw.manufacturer),
    hardware: textOf(raw.hardware),
    software: textOf(raw.software),
    serial: textOf(raw.serial),
    datapath: textOf(raw.datapath),
  };
}

function putTable(writer: ByteWriter, table: TableStats): void {
  const at = writer.reserve(TABLE.size);
  writer.view.setUint8(at, table.table);
  writer.view.setUint32(at + 4, table.active);
  writer.view.setBigUint64(at + 8, table.lookups);
  writer.view.setBigUint64(at + 16, table.matched);
}

function readTable(cursor: Cursor): TableStats {
  return cursor.struct(TABLE, 'table statistics');
}
