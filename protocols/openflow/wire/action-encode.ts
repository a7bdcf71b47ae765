/**
 * Actions, our values to bytes.
 *
 *     type:16 | length:16 | … (a multiple of eight)      Open vSwitch's own: 0xffff | length | 0x00002320 | subtype:16 | …
 *
 * Trap: a set-field with a mask exists from OpenFlow 1.5 on; before, Open vSwitch takes NXAST_REG_LOAD2 for it. A move is
 * NXAST_REG_MOVE before 1.5 and OFPAT_COPY_FIELD from there on.
 * Sources: OpenFlow 1.3.5 §7.2.5, OpenFlow 1.5.1 §7.2.6; ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action } from '../values/actions.ts';
import { type Field, findField } from '../values/fields.ts';
import { OFPCML_NO_BUFFER, OFPP_CONTROLLER, OFPP_IN_PORT, OFPP_MAX } from '../values/ports.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { ACTION, NICIRA, NX_ACTION } from './action-numbers.ts';
import type { ByteWriter } from './byte-writer.ts';
import { putOxm, putOxmHeader } from './oxm-encode.ts';

export function putActions(
  writer: ByteWriter,
  version: OpenFlowVersion,
  actions: readonly Action[],
): void {
  for (let index = 0; index < actions.length; index++) {
    putAction(writer, version, actions[index] as Action);
  }
}

function putAction(writer: ByteWriter, version: OpenFlowVersion, action: Action): void {
  switch (action.type) {
    case 'output':
      putOutput(writer, action.port, action.maxLen);
      return;
    case 'set_field':
      putSetField(writer, version, action);
      return;
    case 'resubmit':
      putResubmit(writer, action.port, action.table);
      return;
    case 'move':
      putMove(writer, version, action);
      return;
    case 'load':
      putLoad(writer, action);
      return;
    case 'unknown':
      writer.put(action.bytes);
      return;
    default:
      putPlain(writer, action as Plain);
      return;
  }
}

type Plain = Extract<Action, { type: Exclude<keyof typeof ACTION, 'experimenter'> }>;

/** Actions of eight bytes: type, length, and at most one number. */
function putPlain(writer: ByteWriter, action: Plain): void {
  const at = putHeader(writer, ACTION[action.type], 8) + 4;
  const view = writer.view;
  switch (action.type) {
    case 'group':
      view.setUint32(at, action.groupId);
      return;
    case 'set_queue':
      view.setUint32(at, action.queueId);
      return;
    case 'meter':
      view.setUint32(at, action.meterId);
      return;
    case 'push_vlan':
    case 'push_mpls':
    case 'pop_mpls':
      view.setUint16(at, action.ethertype);
      return;
    case 'set_ttl':
    case 'set_mpls_ttl':
      view.setUint8(at, action.ttl);
      return;
    default:
      return;
  }
}

function putHeader(writer: ByteWriter, type: number, size: number): number {
  const at = writer.reserve(size);
  writer.view.setUint16(at, type);
  writer.view.setUint16(at + 2, size);
  return at;
}

function putNiciraHeader(writer: ByteWriter, subtype: number, size: number): number {
  const at = putHeader(writer, ACTION.experimenter, size);
  writer.view.setUint32(at + 4, NICIRA);
  writer.view.setUint16(at + 8, subtype);
  return at;
}

function putOutput(writer: ByteWriter, port: number, maxLen: number | undefined): void {
  const at = putHeader(writer, ACTION.output, 16);
  writer.view.setUint32(at + 4, port);
  writer.view.setUint16(at + 8, maxLen ?? (port === OFPP_CONTROLLER ? OFPCML_NO_BUFFER : 0));
}

function putSetField(
  writer: ByteWriter,
  version: OpenFlowVersion,
  action: Extract<Action, { type: 'set_field' }>,
): void {
  const field = registered(action.field);
  const mark = writer.mark();
  if (action.mask !== undefined && version < 6) {
    putNiciraHeader(writer, NX_ACTION.reg_load2, 10);
  } else {
    putHeader(writer, ACTION.set_field, 4);
  }
  putOxm(writer, field, action.value, action.mask);
  writer.padTo8(mark);
  writer.patchSize(mark, 2);
}

/** A port of 16 bits, as Open vSwitch's own actions have it: reserved ones keep their low half. */
export function toPort16(port: number): number {
  return port >= OFPP_MAX ? port & 0xffff : port;
}

function putResubmit(
  writer: ByteWriter,
  port: number | undefined,
  table: number | undefined,
): void {
  const subtype = table === undefined ? NX_ACTION.resubmit : NX_ACTION.resubmit_table;
  const at = putNiciraHeader(writer, subtype, 16);
  writer.view.setUint16(at + 10, toPort16(port ?? OFPP_IN_PORT));
  if (table !== undefined) writer.view.setUint8(at + 12, table);
}

function putMove(
  writer: ByteWriter,
  version: OpenFlowVersion,
  { from, to }: Extract<Action, { type: 'move' }>,
): void {
  const mark = writer.mark();
  const at =
    version < 6
      ? putNiciraHeader(writer, NX_ACTION.reg_move, 16) + 10
      : putHeader(writer, ACTION.copy_field, 12) + 4;
  writer.view.setUint16(at, from.bits);
  writer.view.setUint16(at + 2, from.offset);
  writer.view.setUint16(at + 4, to.offset);
  putOxmHeader(writer, registered(from.field), false);
  putOxmHeader(writer, registered(to.field), false);
  writer.padTo8(mark);
  writer.patchSize(mark, 2);
}

/**
 * NXAST_REG_LOAD: the offset and the width less one share 16 bits, the field's header takes 32, so an
 * experimenter's field cannot be loaded.
 */
function putLoad(writer: ByteWriter, { value, to }: Extract<Action, { type: 'load' }>): void {
  const field = registered(to.field);
  if (field.experimenter !== 0) throw new TypeError(`load cannot name ${field.name}`);
  const at = putNiciraHeader(writer, NX_ACTION.reg_load, 24);
  writer.view.setUint16(at + 10, to.offset * 64 + to.bits - 1);
  writer.view.setUint32(at + 12, field.header);
  writer.view.setBigUint64(at + 16, value);
}

function registered(name: string): Field {
  const field = findField(name);
  if (field === undefined) throw new TypeError(`an action on the unregistered field ${name}`);
  return field;
}
