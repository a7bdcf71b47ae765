/**
 * Flow monitors: requests, in ONF's extension of 1.3 and in OpenFlow 1.4; reports are in flow-update.ts.
 *
 *     1.3:  id:32 | flags:16 | match_len:16 | out_port:32 | table_id | zeros 3 | match
 *     1.4:  monitor_id:32 | out_port:32 | out_group:32 | flags:16 | table_id | command | match
 *
 * Trap: the extension has other flags (32 is OFPFMF_ONLY_OWN, 64 in 1.4).
 * Sources: ONF extension 187; OpenFlow 1.4.1 §7.3.5.17; nicira-ext.h of Open vSwitch 3.1.
 */
import { nameOf } from '../../values/commands.ts';
import { FLOW_MONITOR_FLAGS, type FlowMonitorRequest } from '../../values/flow-monitor.ts';
import { OFPG_ANY, OFPP_ANY, OFPTT_ALL } from '../../values/ports.ts';
import { OPENFLOW_14, type OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { readMatch } from '../match/oxm-decode.ts';
import { putMatch } from '../match/oxm-encode.ts';
import { checkPort } from '../port-number.ts';
import { requireVersion } from '../require-version.ts';
import { type MultipartCodec, readAll } from './codec.ts';
import { copyMatchSize, putMatch13, putUpdate, readUpdate } from './flow-update.ts';

const REQUEST_13 = layout({
  monitorId: 'u32',
  flags: 'u16',
  matchSize: 'u16',
  outPort: 'u32',
  table: 'u8',
  zero: 'u8',
  zeros: 'u16',
});

const REQUEST_14 = layout({
  monitorId: 'u32',
  outPort: 'u32',
  outGroup: 'u32',
  flags: 'u16',
  table: 'u8',
  command: 'u8',
});

/** OFPFMC_*. */
const COMMANDS = { add: 0, modify: 1, delete: 2 } as const;

const { initial, add, delete: removed, modify, actions, own } = FLOW_MONITOR_FLAGS;
const CHANGES = add | removed | modify;
const COMMON_FLAGS = initial | CHANGES | actions;
const ONF_OWN = 32;

export const FLOW_MONITOR: MultipartCodec<'flow_monitor'> = {
  putRequest: (writer, version, { monitors }) => {
    for (const monitor of monitors) {
      if (version < OPENFLOW_14) putRequest13(writer, version, monitor);
      else putRequest14(writer, version, monitor);
    }
  },
  readRequest: (cursor, version) => ({
    kind: 'flow_monitor',
    monitors: readAll(cursor, version < 5 ? readRequest13 : readRequest14),
  }),
  putReply: (writer, version, { updates }) => {
    for (const update of updates) putUpdate(writer, version, update);
  },
  readReply: (cursor, version) => ({
    kind: 'flow_monitor',
    updates: readAll(cursor, (one) => readUpdate(one, version)),
  }),
};

function putRequest13(
  writer: ByteWriter,
  version: OpenFlowVersion,
  monitor: FlowMonitorRequest,
): void {
  requireVersion(version, OPENFLOW_14, monitor.command, 'the command of a flow monitor');
  requireVersion(version, OPENFLOW_14, monitor.outGroup, 'the output group of a flow monitor');
  const unsaid = monitor.flags & ~(COMMON_FLAGS | own);
  if (unsaid !== 0) {
    throw new TypeError(`flow monitors of OpenFlow 1.3 have no flags 0x${unsaid.toString(16)}`);
  }
  const mark = writer.mark();
  const at = writer.reserve(REQUEST_13.size);
  const flags = monitor.flags & COMMON_FLAGS;
  writer.view.setUint32(at, monitor.monitorId);
  writer.view.setUint16(at + 4, (monitor.flags & own) === 0 ? flags : flags | ONF_OWN);
  writer.view.setUint32(at + 8, monitor.outPort ?? OFPP_ANY);
  writer.view.setUint8(at + 12, monitor.table ?? OFPTT_ALL);
  copyMatchSize(writer, mark + 6, putMatch13(writer, monitor.match));
}

function readRequest13(cursor: Cursor): FlowMonitorRequest {
  const raw = cursor.struct(REQUEST_13, 'a flow monitor request');
  checkFlags(cursor, raw.flags, COMMON_FLAGS | ONF_OWN);
  if (raw.zero !== 0 || raw.zeros !== 0) {
    cursor.fail('NXBRC_MUST_BE_ZERO', 'padding in a flow monitor request');
  }
  checkPort(cursor, raw.outPort);
  const common = raw.flags & COMMON_FLAGS;
  const flags = (raw.flags & ONF_OWN) === 0 ? common : common | own;
  const { monitorId, outPort, table } = raw;
  return { monitorId, flags, ...where(outPort, OFPG_ANY, table), match: readMatch(cursor) };
}

function checkFlags(cursor: Cursor, flags: number, known: number): void {
  if ((flags & CHANGES) === 0 || (flags & ~known) !== 0) {
    cursor.fail('OFPMOFC_BAD_FLAGS', `flow monitor flags 0x${flags.toString(16)}`);
  }
}

function where(
  outPort: number,
  outGroup: number,
  table: number,
): Pick<FlowMonitorRequest, 'outPort' | 'outGroup' | 'table'> {
  return {
    ...(outPort === OFPP_ANY ? {} : { outPort }),
    ...(outGroup === OFPG_ANY ? {} : { outGroup }),
    ...(table === OFPTT_ALL ? {} : { table }),
  };
}

function putRequest14(
  writer: ByteWriter,
  version: OpenFlowVersion,
  monitor: FlowMonitorRequest,
): void {
  const { command = 'add' } = monitor;
  const at = writer.reserve(REQUEST_14.size);
  writer.view.setUint32(at, monitor.monitorId);
  writer.view.setUint32(at + 4, monitor.outPort ?? OFPP_ANY);
  writer.view.setUint32(at + 8, monitor.outGroup ?? OFPG_ANY);
  writer.view.setUint16(at + 12, monitor.flags);
  writer.view.setUint8(at + 14, monitor.table ?? OFPTT_ALL);
  writer.view.setUint8(at + 15, typeof command === 'number' ? command : COMMANDS[command]);
  putMatch(writer, monitor.match, version);
}

function readRequest14(cursor: Cursor): FlowMonitorRequest {
  const raw = cursor.struct(REQUEST_14, 'a flow monitor request');
  const { monitorId, outPort, outGroup, flags, table } = raw;
  // Open vSwitch looks at nothing else in a delete.
  if (raw.command !== COMMANDS.delete) {
    checkFlags(cursor, flags, COMMON_FLAGS | own);
    checkPort(cursor, outPort);
  }
  return {
    ...{ monitorId, flags },
    ...commandOf(raw.command),
    ...where(outPort, outGroup, table),
    match: readMatch(cursor),
  };
}

function commandOf(number: number): Pick<FlowMonitorRequest, 'command'> {
  const command = nameOf(COMMANDS, number) ?? number;
  return command === 'add' ? {} : { command };
}
