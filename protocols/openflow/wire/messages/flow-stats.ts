/**
 * Flow and aggregate statistics (multipart/flow.ts): requests, replies, and the records of a flow dump in their three layouts.
 *
 *     1.3:  length:16 | table | pad | sec:32 | nsec:32 | priority:16 | idle:16 | hard:16 | flags:16 | pad 4 | cookie:64
 *           | packets:64 | bytes:64 | match | instructions
 *     1.4:  the same with importance:16 in the first half of the padding
 *     1.5:  length:16 | pad 2 | table | pad | priority:16 | idle:16 | hard:16 | flags:16 | importance:16 | cookie:64 | match
 *           | OXS | instructions
 *
 * Trap: a record is not cut out by its length: the match may say that it goes on behind it, and is the one at fault then.
 * Sources: OpenFlow 1.3.5 §7.3.5.2, §7.3.5.3; OpenFlow 1.4.1 §7.3.5.2; OpenFlow 1.5.1 §7.3.5.2, §7.3.5.4.
 */
import type { Flow } from '../../values/flow.ts';
import type { FlowFilter, FlowStats, FlowTotals } from '../../values/multipart.ts';
import { OFPG_ANY, OFPP_ANY, OFPTT_ALL } from '../../values/ports.ts';
import { OPENFLOW_14, OPENFLOW_15, type OpenFlowVersion } from '../../values/version.ts';
import { readInstructionList } from '../action-list.ts';
import { putInstructions } from '../actions/instruction-encode.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { readMatch } from '../match/oxm-decode.ts';
import { putMatch } from '../match/oxm-encode.ts';
import { putOxs, readOxs } from '../oxs.ts';
import { checkPort } from '../port-number.ts';
import { requireVersion } from '../require-version.ts';

const REQUEST = layout({
  table: 'u8',
  pad: 'pad3',
  outPort: 'u32',
  outGroup: 'u32',
  pad2: 'pad4',
  cookie: 'u64',
  cookieMask: 'u64',
});

const RECORD_13 = layout({
  length: 'u16',
  table: 'u8',
  pad: 'pad1',
  durationSeconds: 'u32',
  durationNanoseconds: 'u32',
  priority: 'u16',
  idleTimeout: 'u16',
  hardTimeout: 'u16',
  flags: 'u16',
  importance: 'u16',
  pad2: 'pad2',
  cookie: 'u64',
  packets: 'u64',
  bytes: 'u64',
});

const RECORD_15 = layout({
  length: 'u16',
  pad: 'pad2',
  table: 'u8',
  pad2: 'pad1',
  priority: 'u16',
  idleTimeout: 'u16',
  hardTimeout: 'u16',
  flags: 'u16',
  importance: 'u16',
  cookie: 'u64',
});

const AGGREGATE_13 = layout({ packets: 'u64', bytes: 'u64', flows: 'u32', pad: 'pad4' });

export function putFlowFilter(
  writer: ByteWriter,
  version: OpenFlowVersion,
  filter: FlowFilter,
): void {
  const at = writer.reserve(REQUEST.size);
  writer.view.setUint8(at, filter.table ?? OFPTT_ALL);
  writer.view.setUint32(at + 4, filter.outPort ?? OFPP_ANY);
  writer.view.setUint32(at + 8, filter.outGroup ?? OFPG_ANY);
  writer.view.setBigUint64(at + 16, filter.cookie ?? 0n);
  writer.view.setBigUint64(at + 24, filter.cookieMask ?? 0n);
  putMatch(writer, filter.match ?? [], version);
}

export function readFlowFilter(cursor: Cursor): FlowFilter {
  const { table, outPort, outGroup, cookie, cookieMask } = cursor.struct(REQUEST, 'a flow request');
  checkPort(cursor, outPort);
  const match = readMatch(cursor);
  return {
    ...(table === OFPTT_ALL ? {} : { table }),
    ...(outPort === OFPP_ANY ? {} : { outPort }),
    ...(outGroup === OFPG_ANY ? {} : { outGroup }),
    ...(cookie === 0n ? {} : { cookie }),
    ...(cookieMask === 0n ? {} : { cookieMask }),
    ...(match.length === 0 ? {} : { match }),
  };
}

/** Flow records up to the cursor's end; of a faulty one on, none. */
export function readFlowRecords(cursor: Cursor, version: OpenFlowVersion): FlowStats[] {
  const flows: FlowStats[] = [];
  while (cursor.left > 0) {
    const flow = version < 6 ? readRecord13(cursor, version) : readRecord15(cursor, version);
    if (cursor.error === undefined) flows.push(flow);
  }
  return flows;
}

interface Options {
  readonly idleTimeout: number;
  readonly hardTimeout: number;
  readonly flags: number;
}

export type Writable<Value> = { -readonly [Name in keyof Value]: Value[Name] };

/** The flow with what it says only when it is not 0. */
export function withOptions<Value extends Flow>(flow: Value, options: Options): Value {
  const complete: Writable<Value> = flow;
  if (options.idleTimeout !== 0) complete.idleTimeout = options.idleTimeout;
  if (options.hardTimeout !== 0) complete.hardTimeout = options.hardTimeout;
  if (options.flags !== 0) complete.flags = options.flags;
  return complete;
}

/** OFPFF_* bits: 1.3 and later have five. */
const FLOW_FLAGS = 0x1f;

function checkFlags(cursor: Cursor, flags: number): void {
  if ((flags & ~FLOW_FLAGS) !== 0) {
    cursor.unknown('OFPFMFC_BAD_FLAGS', `flow flags 0x${flags.toString(16)}`);
  }
}

function readRecord13(cursor: Cursor, version: OpenFlowVersion): FlowStats {
  const from = cursor.position;
  const fixed = cursor.struct(RECORD_13, 'a flow record');
  const { length, table, priority, cookie, durationSeconds, durationNanoseconds } = fixed;
  if (length < RECORD_13.size) cursor.fail('OFPBRC_BAD_LEN', `a flow record of ${length} bytes`);
  const { packets, bytes } = fixed;
  const importance = version < 5 ? 0 : fixed.importance;
  const match = readMatch(cursor);
  checkFlags(cursor, fixed.flags);
  const instructions = readInstructionList(cursor, from + length - cursor.position, version);
  const times = { importance, durationSeconds, durationNanoseconds };
  const flow = { table, priority, match, instructions, cookie, packets, bytes, ...times };
  return withOptions(flow, fixed);
}

function readRecord15(cursor: Cursor, version: OpenFlowVersion): FlowStats {
  const from = cursor.position;
  const fixed = cursor.struct(RECORD_15, 'a flow record');
  const { length, table, priority, cookie, importance } = fixed;
  if (length < RECORD_15.size) cursor.fail('OFPBRC_BAD_LEN', `a flow record of ${length} bytes`);
  const match = readMatch(cursor);
  checkFlags(cursor, fixed.flags);
  const { durationSeconds, durationNanoseconds, packets, bytes, idleTime } = readOxs(cursor);
  const instructions = readInstructionList(cursor, from + length - cursor.position, version);
  const times = { importance, durationSeconds, durationNanoseconds };
  const flow: Writable<FlowStats> = {
    ...{ table, priority, match, instructions, cookie, packets, bytes },
    ...times,
  };
  if (idleTime !== IDLE_UNKNOWN) flow.idleTime = idleTime;
  return withOptions(flow, fixed);
}

const IDLE_UNKNOWN = 0xffffffff;

export function putFlowRecord(writer: ByteWriter, version: OpenFlowVersion, flow: FlowStats): void {
  requireVersion(version, OPENFLOW_14, flow.importance || undefined, 'the importance of a flow');
  requireVersion(version, OPENFLOW_15, flow.idleTime, 'the idle time of a flow');
  const mark = writer.mark();
  if (version < 6) {
    const at = writer.reserve(RECORD_13.size);
    writer.view.setUint8(at + 2, flow.table);
    writer.view.setUint32(at + 4, flow.durationSeconds);
    writer.view.setUint32(at + 8, flow.durationNanoseconds);
    putOptions(writer, at + 12, flow);
    if (version === 5) writer.view.setUint16(at + 20, flow.importance);
    writer.view.setBigUint64(at + 24, flow.cookie);
    writer.view.setBigUint64(at + 32, flow.packets);
    writer.view.setBigUint64(at + 40, flow.bytes);
    putMatch(writer, flow.match, version);
  } else {
    const at = writer.reserve(RECORD_15.size);
    writer.view.setUint8(at + 4, flow.table);
    putOptions(writer, at + 6, flow);
    writer.view.setUint16(at + 14, flow.importance);
    writer.view.setBigUint64(at + 16, flow.cookie);
    putMatch(writer, flow.match, version);
    putOxs(writer, flow);
  }
  putInstructions(writer, version, flow.instructions);
  writer.patchSize(mark, 0);
}

function putOptions(writer: ByteWriter, at: number, flow: FlowStats): void {
  writer.view.setUint16(at, flow.priority);
  writer.view.setUint16(at + 2, flow.idleTimeout ?? 0);
  writer.view.setUint16(at + 4, flow.hardTimeout ?? 0);
  writer.view.setUint16(at + 6, flow.flags ?? 0);
}

export function putFlowTotals(
  writer: ByteWriter,
  version: OpenFlowVersion,
  { packets, bytes, flows }: FlowTotals,
): void {
  if (version === 6) {
    putOxs(writer, { packets, bytes, flows });
    return;
  }
  const at = writer.reserve(AGGREGATE_13.size);
  writer.view.setBigUint64(at, packets);
  writer.view.setBigUint64(at + 8, bytes);
  writer.view.setUint32(at + 16, flows);
}

export function readFlowTotals(cursor: Cursor, version: OpenFlowVersion): FlowTotals {
  if (version < 6) return { ...cursor.struct(AGGREGATE_13, 'aggregate statistics') };
  const { packets, bytes, flows } = readOxs(cursor);
  return { packets, bytes, flows };
}
