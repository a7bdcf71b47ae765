/**
 * Actions that send the packet away: output, group, controller, output_reg, output_trunc; and queues and meters.
 *
 * Traps: ports have 32 bits in the standard's action and 16 in extensions. OFPAT_OUTPUT writes max_len for every port, and it means
 * something for the controller alone. NXAST_CONTROLLER2 has properties, each padded to eight bytes, with a length that leaves the
 * padding out; a property of one byte may be longer than that.
 *
 * Sources: OpenFlow 1.3.5 §7.2.5; ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action, ActionOf } from '../../values/actions.ts';
import type { OpenFlowErrorName } from '../../values/error-codes.ts';
import { OFPCML_NO_BUFFER, OFPP_CONTROLLER } from '../../values/ports.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { portFrom16, portTo16 } from '../port-number.ts';
import {
  putNxmField,
  putNxmFieldAt,
  readNxmField,
  readOxmField,
  registered,
  spanBits,
  spanOf,
  spanOffset,
  subfieldOf,
} from './action-fields.ts';
import {
  type ActionForm,
  type ActionWriters,
  badArgument,
  endAction,
  mustBeZero,
  nicira,
  passZeros,
  putNicira,
  putStandard,
  refuse,
  standard,
} from './action-form.ts';
import { isOutputPort } from './output-ports.ts';
import { reasonFromNumber, reasonNumber } from './reasons.ts';

const OUTPUT = 0;
const SET_QUEUE = 21;
const GROUP = 22;
const METER = 29;
const NX_POP_QUEUE = 5;
const NX_OUTPUT_REG = 15;
const NX_CONTROLLER = 20;
const NX_OUTPUT_REG2 = 32;
const NX_CONTROLLER2 = 37;
const NX_OUTPUT_TRUNC = 39;

/** No meter. */
const NX_CTLR_NO_METER = 0;

const MAX_LEN = 0;
const CONTROLLER_ID = 1;
const REASON = 2;
const USERDATA = 3;
const PAUSE = 4;
const METER_ID = 5;
const EXPERIMENTER_PROPERTY = 0xffff;

/** An Ethernet header: less of a packet cannot be sent. */
const TRUNCATED_MIN_BYTES = 14;

const CONTROLLER = layout({ maxLen: 'u16', controllerId: 'u16', reason: 'u8' });
const OUTPUT_REG = layout({ span: 'u16' });
const OUTPUT_REG2 = layout({ span: 'u16', maxLen: 'u16' });
const OUTPUT_TRUNC = layout({ port: 'u16', maxLen: 'u32' });

export const OUTPUT_FORMS: readonly ActionForm[] = [
  standard(OUTPUT, 16, readOutput),
  standard(SET_QUEUE, 8, (cursor) => ({ type: 'set_queue', queueId: cursor.u32('set_queue') })),
  standard(GROUP, 8, (cursor) => ({ type: 'group', groupId: cursor.u32('group') })),
  standard(METER, 8, (cursor) => ({ type: 'meter', meterId: cursor.u32('meter') }), { since: 6 }),
  nicira(NX_POP_QUEUE, 16, () => ({ type: 'pop_queue' })),
  nicira(NX_OUTPUT_REG, 24, readOutputReg),
  nicira(NX_OUTPUT_REG2, 24, readOutputReg2),
  nicira(NX_CONTROLLER, 16, readController),
  nicira(NX_CONTROLLER2, 16, readController2, { longer: true }),
  nicira(NX_OUTPUT_TRUNC, 16, readOutputTrunc),
];

function readOutput(cursor: Cursor): Action | undefined {
  const port = cursor.u32('an output action');
  const maxLen = cursor.u16('an output action');
  if (!isOutputPort(port)) return refuse(cursor, 'OFPBAC_BAD_OUT_PORT', `output to port ${port}`);
  return maxLen === usualMaxLen(port) ? { type: 'output', port } : { type: 'output', port, maxLen };
}

function usualMaxLen(port: number): number {
  return port === OFPP_CONTROLLER ? OFPCML_NO_BUFFER : 0;
}

function readOutputReg(cursor: Cursor): Action | undefined {
  const { span } = cursor.struct(OUTPUT_REG, 'output_reg');
  const at = cursor.position;
  cursor.position = at + 6;
  if (!passZeros(cursor, 6)) {
    return badArgument(cursor, 'the reserved bytes of output_reg are not zero');
  }
  cursor.position = at;
  const field = readNxmField(cursor);
  if (field === undefined) return undefined;
  const maxLen = cursor.u16('output_reg');
  const from = subfieldOf(cursor, field, spanOffset(span), spanBits(span), 'read');
  return from === undefined ? undefined : { type: 'output_reg', from, maxLen };
}

function readOutputReg2(cursor: Cursor): Action | undefined {
  const { span, maxLen } = cursor.struct(OUTPUT_REG2, 'output_reg2');
  const field = readOxmField(cursor);
  if (field === undefined) return undefined;
  if (!passZeros(cursor, cursor.left)) return mustBeZero(cursor, 'output_reg2');
  const from = subfieldOf(cursor, field, spanOffset(span), spanBits(span), 'read');
  if (from === undefined) return undefined;
  return field.legacy.experimenter === 0
    ? { type: 'output_reg', from, maxLen, form: 2 }
    : { type: 'output_reg', from, maxLen };
}

function readController(cursor: Cursor): Action {
  return controllerOf(cursor.struct(CONTROLLER, 'controller'));
}

/** Written down only where it differs from what the action does without it. */
function controllerOf(parts: {
  readonly maxLen: number;
  readonly controllerId: number;
  readonly reason: number;
}): ActionOf<'controller'> {
  const { maxLen, controllerId } = parts;
  const reason = reasonFromNumber(parts.reason);
  return {
    type: 'controller',
    ...(maxLen === OFPCML_NO_BUFFER ? {} : { maxLen }),
    ...(controllerId === 0 ? {} : { controllerId }),
    ...(reason === 'action' ? {} : { reason }),
  };
}

interface Properties {
  maxLen: number;
  controllerId: number;
  reason: number;
  userdata: Uint8Array | undefined;
  pause: boolean;
  meterId: number;
}

function readController2(cursor: Cursor): Action | undefined {
  if (!passZeros(cursor, 6)) return mustBeZero(cursor, 'controller');
  const found: Properties = {
    ...{ maxLen: OFPCML_NO_BUFFER, controllerId: 0, reason: reasonNumber('action') },
    ...{ userdata: undefined, pause: false, meterId: NX_CTLR_NO_METER },
  };
  while (cursor.left > 0) if (!readProperty(cursor, found)) return undefined;
  const { userdata, pause, meterId } = found;
  const needed = userdata !== undefined || pause || meterId !== NX_CTLR_NO_METER;
  return {
    ...controllerOf(found),
    ...(userdata === undefined ? {} : { userdata }),
    ...(pause ? { pause } : {}),
    ...(meterId === NX_CTLR_NO_METER ? {} : { meterId }),
    ...(needed ? {} : { form: 2 as const }),
  };
}

/** false: a property that is not known. */
function readProperty(cursor: Cursor, found: Properties): boolean {
  const type = cursor.peekU16(0, 'a property of controller');
  const size = cursor.peekU16(2, 'a property of controller');
  const padded = (size + 7) & ~7;
  if (size < 4 || padded > cursor.left) {
    cursor.fail('OFPBPC_BAD_LEN', `a property of ${size} bytes, ${cursor.left} are left`);
    return false;
  }
  const property = cursor.cut(padded, 'a property', 'OFPBPC_BAD_LEN').cut(size, 'a property');
  property.skip(4, 'a property');
  switch (type) {
    case MAX_LEN:
      found.maxLen = property.u16('max_len');
      return true;
    case CONTROLLER_ID:
      found.controllerId = property.u16('the controller id');
      return true;
    case REASON:
      found.reason = property.u8('the reason');
      return true;
    case USERDATA:
      found.userdata = property.left === 0 ? undefined : property.rest();
      return true;
    case PAUSE:
      found.pause = true;
      return true;
    case METER_ID:
      if (property.left !== 4) cursor.fail('OFPBPC_BAD_LEN', 'a meter id is four bytes long');
      found.meterId = property.u32('the meter id');
      return true;
    default:
      cursor.unknown(unknownPropertyError(property, type), `controller has no property ${type}`);
      return false;
  }
}

function unknownPropertyError(property: Cursor, type: number): OpenFlowErrorName {
  if (type !== EXPERIMENTER_PROPERTY) return 'OFPBPC_BAD_TYPE';
  if (property.left < 8) return 'OFPBPC_BAD_LEN';
  return property.u32('an experimenter') === 0 ? 'OFPBPC_BAD_EXPERIMENTER' : 'OFPBPC_BAD_EXP_TYPE';
}

function readOutputTrunc(cursor: Cursor): Action | undefined {
  const { port, maxLen } = cursor.struct(OUTPUT_TRUNC, 'output_trunc');
  if (maxLen < TRUNCATED_MIN_BYTES) {
    return badArgument(cursor, `output of the first ${maxLen} bytes`);
  }
  return { type: 'output_trunc', port: portFrom16(port), maxLen };
}

export const OUTPUT_WRITERS: ActionWriters<
  | ('output' | 'group' | 'set_queue' | 'pop_queue' | 'meter')
  | ('controller' | 'output_reg' | 'output_trunc')
> = {
  output: putOutput,
  group: putGroup,
  set_queue: (writer, { queueId }) =>
    writer.view.setUint32(putStandard(writer, SET_QUEUE, 8) + 4, queueId),
  pop_queue: (writer) => void putNicira(writer, NX_POP_QUEUE, 16),
  meter: (writer, { meterId }, { version }) => {
    if (version < 6) throw new TypeError('a meter is an instruction before OpenFlow 1.5');
    writer.view.setUint32(putStandard(writer, METER, 8) + 4, meterId);
  },
  controller: putController,
  output_reg: putOutputReg,
  output_trunc: (writer, { port, maxLen }) => {
    const at = putNicira(writer, NX_OUTPUT_TRUNC, 16);
    writer.view.setUint16(at + 10, portTo16(port));
    writer.view.setUint32(at + 12, maxLen);
  },
};

export function putOutput(writer: ByteWriter, { port, maxLen }: ActionOf<'output'>): void {
  const at = putStandard(writer, OUTPUT, 16);
  writer.view.setUint32(at + 4, port);
  writer.view.setUint16(at + 8, maxLen ?? usualMaxLen(port));
}

export function putGroup(writer: ByteWriter, { groupId }: ActionOf<'group'>): void {
  writer.view.setUint32(putStandard(writer, GROUP, 8) + 4, groupId);
}

function putController(writer: ByteWriter, action: ActionOf<'controller'>): void {
  const { userdata, pause, meterId, form } = action;
  const extended =
    form === 2 || pause === true || (userdata?.length ?? 0) > 0 || (meterId ?? 0) !== 0;
  if (extended) {
    putController2(writer, action);
    return;
  }
  const at = putNicira(writer, NX_CONTROLLER, 16);
  writer.view.setUint16(at + 10, action.maxLen ?? OFPCML_NO_BUFFER);
  writer.view.setUint16(at + 12, action.controllerId ?? 0);
  writer.view.setUint8(at + 14, reasonNumber(action.reason ?? 'action'));
}

function putController2(writer: ByteWriter, action: ActionOf<'controller'>): void {
  const { maxLen = OFPCML_NO_BUFFER, controllerId = 0, reason = 'action', meterId = 0 } = action;
  const { userdata = new Uint8Array(0), pause = false } = action;
  const mark = writer.mark();
  putNicira(writer, NX_CONTROLLER2, 16);
  if (maxLen !== OFPCML_NO_BUFFER) putU16Property(writer, MAX_LEN, maxLen);
  if (controllerId !== 0) putU16Property(writer, CONTROLLER_ID, controllerId);
  if (reasonNumber(reason) !== reasonNumber('action')) {
    writer.view.setUint8(putProperty(writer, REASON, 5, 8), reasonNumber(reason));
  }
  if (userdata.length > 0) {
    const start = writer.mark();
    putProperty(writer, USERDATA, 4 + userdata.length, 4);
    writer.put(userdata);
    writer.padTo8(start);
  }
  if (pause) putProperty(writer, PAUSE, 4, 8);
  if (meterId !== 0) writer.view.setUint32(putProperty(writer, METER_ID, 8, 8), meterId);
  endAction(writer, mark);
}

function putU16Property(writer: ByteWriter, type: number, value: number): void {
  writer.view.setUint16(putProperty(writer, type, 8, 8), value);
}

/** Answers where its value begins. */
function putProperty(writer: ByteWriter, type: number, size: number, reserved: number): number {
  const at = writer.reserve(reserved);
  writer.view.setUint16(at, type);
  writer.view.setUint16(at + 2, size);
  return at + 4;
}

function putOutputReg(writer: ByteWriter, action: ActionOf<'output_reg'>): void {
  const field = registered(action.from.field);
  if (action.form !== 2 && field.legacy.experimenter === 0) {
    const at = putNicira(writer, NX_OUTPUT_REG, 24);
    writer.view.setUint16(at + 10, spanOf(action.from));
    putNxmFieldAt(writer, at + 12, action.from);
    writer.view.setUint16(at + 16, action.maxLen);
    return;
  }
  const mark = writer.mark();
  const at = putNicira(writer, NX_OUTPUT_REG2, 14);
  writer.view.setUint16(at + 10, spanOf(action.from));
  writer.view.setUint16(at + 12, action.maxLen);
  putNxmField(writer, action.from);
  writer.reserve(24 - (writer.mark() - mark));
  writer.patchSize(mark, 2);
}
