/**
 * Actions that steer the pipeline or look on: resubmit, conjunction, fin_timeout, sample, note, exit, write_metadata, debug.
 *
 * Trap: NXAST_RESUBMIT has no table and ignores what stands there; NXAST_RESUBMIT_TABLE with table 255 means the same.
 * Sources: ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action, ActionOf } from '../../values/actions.ts';
import { OFPP_ANY, OFPP_IN_PORT } from '../../values/ports.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { portFrom16, portTo16 } from '../port-number.ts';
import {
  type ActionForm,
  type ActionWriters,
  badArgument,
  endAction,
  mustBeZero,
  nicira,
  passZeros,
  putNicira,
  refuse,
} from './action-form.ts';

const RESUBMIT = 1;
const NOTE = 8;
const RESUBMIT_TABLE = 14;
const EXIT = 17;
const FIN_TIMEOUT = 19;
const WRITE_METADATA = 22;
const SAMPLE = 29;
const CONJUNCTION = 34;
const SAMPLE2 = 38;
const SAMPLE3 = 41;
const RESUBMIT_TABLE_CT = 44;
const DEBUG_SLOW = 254;
const DEBUG_RECIRC = 255;

/** The current table. */
const SAME_TABLE = 255;
const CLAUSES_MAX = 64;
const DIRECTIONS = [undefined, 'ingress', 'egress'] as const;

const TIMEOUTS = layout({ idleTimeout: 'u16', hardTimeout: 'u16' });
const METADATA = layout({ metadata: 'u64', mask: 'u64' });
const CLAUSE = layout({ clause: 'u8', clauses: 'u8', id: 'u32' });
const SAMPLING = layout({
  probability: 'u16',
  collectorSetId: 'u32',
  domainId: 'u32',
  pointId: 'u32',
});

export const CONTROL_FORMS: readonly ActionForm[] = [
  nicira(RESUBMIT, 16, readResubmit),
  nicira(NOTE, 16, (cursor) => ({ type: 'note', data: cursor.rest() }), { longer: true }),
  nicira(RESUBMIT_TABLE, 16, readResubmitTable),
  nicira(EXIT, 16, () => ({ type: 'exit' })),
  nicira(FIN_TIMEOUT, 16, (cursor) => ({
    type: 'fin_timeout',
    ...cursor.struct(TIMEOUTS, 'fin_timeout'),
  })),
  nicira(WRITE_METADATA, 32, readWriteMetadata),
  nicira(SAMPLE, 24, (cursor) => readSample(cursor, 1)),
  nicira(CONJUNCTION, 16, readConjunction),
  nicira(SAMPLE2, 32, (cursor) => readSample(cursor, 2)),
  nicira(SAMPLE3, 32, (cursor) => readSample(cursor, 3)),
  nicira(RESUBMIT_TABLE_CT, 16, (cursor) => {
    const action = readResubmitTable(cursor);
    return action === undefined ? undefined : { ...action, ct: true };
  }),
  nicira(DEBUG_SLOW, 16, (cursor) => readDebug(cursor, 'debug_slow')),
  nicira(DEBUG_RECIRC, 16, (cursor) => readDebug(cursor, 'debug_recirc')),
];

function readResubmit(cursor: Cursor): Action {
  const port = portFrom16(cursor.u16('resubmit'));
  return port === OFPP_IN_PORT ? { type: 'resubmit' } : { type: 'resubmit', port };
}

function readResubmitTable(cursor: Cursor): ActionOf<'resubmit'> | undefined {
  const port = portFrom16(cursor.u16('resubmit'));
  const table = cursor.u8('resubmit');
  if (!passZeros(cursor, 3)) {
    return badArgument(cursor, 'the padding of resubmit is not zero');
  }
  return port === OFPP_IN_PORT ? { type: 'resubmit', table } : { type: 'resubmit', port, table };
}

function readWriteMetadata(cursor: Cursor): Action | undefined {
  if (!passZeros(cursor, 6)) {
    return mustBeZero(cursor, 'write_metadata');
  }
  return { type: 'write_metadata', ...cursor.struct(METADATA, 'write_metadata') };
}

function readConjunction(cursor: Cursor): Action | undefined {
  const { clause, clauses, id } = cursor.struct(CLAUSE, 'conjunction');
  if (clauses < 2 || clauses > CLAUSES_MAX || clause >= clauses) {
    return refuse(cursor, 'NXBAC_BAD_CONJUNCTION', `clause ${clause} of ${clauses}`);
  }
  return { type: 'conjunction', id, clause, clauses };
}

function readSample(cursor: Cursor, form: 1 | 2 | 3): Action | undefined {
  const common = cursor.struct(SAMPLING, 'sample');
  const samplingPort = form === 1 ? OFPP_ANY : portFrom16(cursor.u16('sample'));
  const number = form === 3 ? cursor.u8('sample') : 0;
  if (form === 3 && !passZeros(cursor, 5)) {
    return mustBeZero(cursor, 'sample');
  }
  if (number >= DIRECTIONS.length || common.probability === 0) {
    const detail = `sample with probability ${common.probability}, direction ${number}`;
    return badArgument(cursor, detail);
  }
  const direction = DIRECTIONS[number];
  const action: ActionOf<'sample'> = {
    type: 'sample',
    ...common,
    ...(samplingPort === OFPP_ANY ? {} : { samplingPort }),
    ...(direction === undefined ? {} : { direction }),
  };
  return form === 1 || form === sampleForm(action) ? action : { ...action, form };
}

/** The least form that says it. */
function sampleForm({ samplingPort, direction, form }: ActionOf<'sample'>): 1 | 2 | 3 {
  if (direction !== undefined || form === 3) return 3;
  return (samplingPort !== undefined && samplingPort !== OFPP_ANY) || form === 2 ? 2 : 1;
}

function readDebug(cursor: Cursor, type: 'debug_slow' | 'debug_recirc'): Action {
  cursor.unknown('OFPBAC_BAD_VENDOR_TYPE', `${type} is for tests of the switch itself`);
  return { type };
}

export const CONTROL_WRITERS: ActionWriters<
  | ('resubmit' | 'note' | 'exit' | 'fin_timeout' | 'write_metadata' | 'sample' | 'conjunction')
  | ('debug_slow' | 'debug_recirc')
> = {
  resubmit: putResubmit,
  note: (writer, { data }) => {
    const mark = writer.mark();
    putNicira(writer, NOTE, 10);
    writer.put(data);
    if (data.length < 6) writer.reserve(6 - data.length);
    endAction(writer, mark);
  },
  exit: (writer) => void putNicira(writer, EXIT, 16),
  fin_timeout: (writer, { idleTimeout, hardTimeout }) => {
    const at = putNicira(writer, FIN_TIMEOUT, 16);
    writer.view.setUint16(at + 10, idleTimeout);
    writer.view.setUint16(at + 12, hardTimeout);
  },
  write_metadata: (writer, { metadata, mask }) => {
    const at = putNicira(writer, WRITE_METADATA, 32);
    writer.view.setBigUint64(at + 16, metadata);
    writer.view.setBigUint64(at + 24, mask);
  },
  sample: putSample,
  conjunction: (writer, { id, clause, clauses }) => {
    const at = putNicira(writer, CONJUNCTION, 16);
    writer.view.setUint8(at + 10, clause);
    writer.view.setUint8(at + 11, clauses);
    writer.view.setUint32(at + 12, id);
  },
  debug_slow: (writer) => void putNicira(writer, DEBUG_SLOW, 16),
  debug_recirc: (writer) => void putNicira(writer, DEBUG_RECIRC, 16),
};

export function putResubmit(writer: ByteWriter, { port, table, ct }: ActionOf<'resubmit'>): void {
  const plain = table === undefined && ct !== true;
  const withTable = ct === true ? RESUBMIT_TABLE_CT : RESUBMIT_TABLE;
  const at = putNicira(writer, plain ? RESUBMIT : withTable, 16);
  writer.view.setUint16(at + 10, portTo16(port ?? OFPP_IN_PORT));
  if (!plain) writer.view.setUint8(at + 12, table ?? SAME_TABLE);
}

function putSample(writer: ByteWriter, action: ActionOf<'sample'>): void {
  const form = sampleForm(action);
  const at = putNicira(
    writer,
    [SAMPLE, SAMPLE2, SAMPLE3][form - 1] ?? SAMPLE,
    form === 1 ? 24 : 32,
  );
  const view = writer.view;
  view.setUint16(at + 10, action.probability);
  view.setUint32(at + 12, action.collectorSetId);
  view.setUint32(at + 16, action.domainId);
  view.setUint32(at + 20, action.pointId);
  if (form > 1) view.setUint16(at + 24, portTo16(action.samplingPort ?? OFPP_ANY));
  if (form > 2) view.setUint8(at + 26, DIRECTIONS.indexOf(action.direction));
}
