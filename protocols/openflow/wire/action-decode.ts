/**
 * Actions, bytes to our values. What we do not know, or know but find in a form that we do not speak, is kept byte for
 * byte. The layouts are drawn in action-encode.ts.
 *
 * Sources: OpenFlow 1.3.5 §7.2.5, OpenFlow 1.5.1 §7.2.6; ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action, Subfield } from '../values/actions.ts';
import { OFPCML_NO_BUFFER, OFPP_CONTROLLER, OFPP_IN_PORT } from '../values/ports.ts';
import { ACTION, NICIRA, NX_ACTION } from './action-numbers.ts';
import type { Cursor } from './cursor.ts';
import { readOxm, readOxmHeader } from './oxm-decode.ts';

/** Actions up to the cursor's end. */
export function readActions(cursor: Cursor): Action[] {
  const actions: Action[] = [];
  while (cursor.left > 0) actions.push(readAction(cursor));
  return actions;
}

function readAction(cursor: Cursor): Action {
  const from = cursor.position;
  const size = cursor.peekU16(2, 'an action');
  if (cursor.error === undefined && (size < 8 || size % 8 !== 0)) {
    cursor.fail('OFPBAC_BAD_LEN', `an action of ${size} bytes`);
  }
  const inner = cursor.cut(cursor.error === undefined ? size : 0, 'an action');
  return readKnown(inner, size) ?? { type: 'unknown', bytes: cursor.copyFrom(from, size) };
}

/** undefined: not an action that our values can say. */
function readKnown(inner: Cursor, size: number): Action | undefined {
  const type = inner.u16('an action');
  inner.skip(2, 'an action');
  switch (type) {
    case ACTION.output:
      return readOutput(inner);
    case ACTION.set_field:
      return readSetField(inner);
    case ACTION.copy_field:
      return readMove(inner, 2);
    case ACTION.experimenter:
      return readNicira(inner, size);
    default:
      return readPlain(type, inner);
  }
}

function readPlain(type: number, inner: Cursor): Action | undefined {
  switch (type) {
    case ACTION.group:
      return { type: 'group', groupId: inner.u32('a group action') };
    case ACTION.set_queue:
      return { type: 'set_queue', queueId: inner.u32('a queue action') };
    case ACTION.meter:
      return { type: 'meter', meterId: inner.u32('a meter action') };
    case ACTION.push_vlan:
      return { type: 'push_vlan', ethertype: inner.u16('push_vlan') };
    case ACTION.push_mpls:
      return { type: 'push_mpls', ethertype: inner.u16('push_mpls') };
    case ACTION.pop_mpls:
      return { type: 'pop_mpls', ethertype: inner.u16('pop_mpls') };
    case ACTION.set_ttl:
      return { type: 'set_ttl', ttl: inner.u8('set_ttl') };
    case ACTION.set_mpls_ttl:
      return { type: 'set_mpls_ttl', ttl: inner.u8('set_mpls_ttl') };
    case ACTION.pop_vlan:
      return { type: 'pop_vlan' };
    case ACTION.dec_ttl:
      return { type: 'dec_ttl' };
    case ACTION.dec_mpls_ttl:
      return { type: 'dec_mpls_ttl' };
    case ACTION.copy_ttl_in:
      return { type: 'copy_ttl_in' };
    case ACTION.copy_ttl_out:
      return { type: 'copy_ttl_out' };
    default:
      return undefined;
  }
}

function readOutput(inner: Cursor): Action {
  const port = inner.u32('an output action');
  const maxLen = inner.u16('an output action');
  const usual = port === OFPP_CONTROLLER ? OFPCML_NO_BUFFER : 0;
  return maxLen === usual ? { type: 'output', port } : { type: 'output', port, maxLen };
}

function readSetField(inner: Cursor): Action | undefined {
  const { field, value, mask } = readOxm(inner);
  if (field === 'unknown_oxm') return undefined;
  return mask === undefined
    ? { type: 'set_field', field, value }
    : { type: 'set_field', field, value, mask };
}

/** Three numbers, then two OXM headers. `gap` bytes lie between them. */
function readMove(inner: Cursor, gap: number): Action | undefined {
  const bits = inner.u16('a move');
  const fromOffset = inner.u16('a move');
  const toOffset = inner.u16('a move');
  inner.skip(gap, 'a move');
  const from = readSubfield(inner, fromOffset, bits);
  const to = readSubfield(inner, toOffset, bits);
  return from === undefined || to === undefined ? undefined : { type: 'move', from, to };
}

function readSubfield(inner: Cursor, offset: number, bits: number): Subfield | undefined {
  const { field } = readOxmHeader(inner);
  return field === undefined ? undefined : { field: field.name, offset, bits };
}

function readNicira(inner: Cursor, size: number): Action | undefined {
  if (inner.u32('an experimenter action') !== NICIRA || size < 16) return undefined;
  switch (inner.u16('an experimenter action')) {
    case NX_ACTION.resubmit:
      return readResubmit(inner, false);
    case NX_ACTION.resubmit_table:
      return readResubmit(inner, true);
    case NX_ACTION.reg_move:
      return readMove(inner, 0);
    case NX_ACTION.reg_load:
      return readLoad(inner);
    case NX_ACTION.reg_load2:
      return readSetField(inner);
    default:
      return undefined;
  }
}

/** A port of 16 bits to one of 32: the reserved ones move to the top. */
export function fromPort16(port: number): number {
  return port >= 0xff00 ? 0xffff0000 + port : port;
}

function readResubmit(inner: Cursor, withTable: boolean): Action {
  const port = fromPort16(inner.u16('resubmit'));
  const table = withTable ? inner.u8('resubmit') : undefined;
  return {
    type: 'resubmit',
    ...(port === OFPP_IN_PORT ? {} : { port }),
    ...(table === undefined ? {} : { table }),
  };
}

function readLoad(inner: Cursor): Action | undefined {
  const span = inner.u16('load');
  const { field } = readOxmHeader(inner);
  if (field === undefined || !inner.has(8, 'load')) return undefined;
  const value = inner.view.getBigUint64(inner.position);
  return {
    type: 'load',
    value,
    to: { field: field.name, offset: span >>> 6, bits: (span & 63) + 1 },
  };
}
