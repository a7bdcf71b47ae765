/**
 * Actions that choose by a hash of the packet: multipath, bundle, bundle_load.
 *
 * Sources: ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action, ActionOf, HashFields } from '../../values/actions.ts';
import { OFPP_CONTROLLER } from '../../values/ports.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { portFrom16, portTo16 } from '../port-number.ts';
import {
  putNxmFieldAt,
  readNxmField,
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
  nicira,
  passZeros,
  putNicira,
  refuse,
} from './action-form.ts';
import { isMemberPort } from './output-ports.ts';

const MULTIPATH = 10;
const BUNDLE = 12;
const BUNDLE_LOAD = 13;

/** NX_HASH_FIELDS_*, by number. */
const HASHES: readonly HashFields[] = [
  ...(['eth_src', 'symmetric_l4', 'symmetric_l3l4', 'symmetric_l3l4+udp'] as const),
  ...(['nw_src', 'nw_dst', 'symmetric_l3'] as const),
];
/** NX_MP_ALG_*. */
const PATH_ALGORITHMS = ['modulo_n', 'hash_threshold', 'hrw', 'iter_hash'] as const;
/** NX_BD_ALG_*. */
const BUNDLE_ALGORITHMS = ['active_backup', 'hrw'] as const;

/** NXM_OF_IN_PORT: a bundle's members are ports. */
const PORT_MEMBERS = 0x00000002;
const MEMBERS_MAX = 2048;
/** A port's number fits into 16 bits. */
const PORT_BITS = 16;

const PATH = layout({
  ...{ fields: 'u16', basis: 'u16', _0: 'pad2', algorithm: 'u16', maxLink: 'u16' },
  ...{ argument: 'u32', _1: 'pad2', span: 'u16' },
});
const CHOICE = layout({
  ...{ algorithm: 'u16', fields: 'u16', basis: 'u16', memberType: 'u32' },
  ...{ count: 'u16', span: 'u16' },
});

export const HASH_FORMS: readonly ActionForm[] = [
  nicira(MULTIPATH, 32, readMultipath),
  nicira(BUNDLE, 32, readBundle, { longer: true }),
  nicira(BUNDLE_LOAD, 32, readBundleLoad, { longer: true }),
];

function readMultipath(cursor: Cursor): Action | undefined {
  const parts = cursor.struct(PATH, 'multipath');
  const { basis, maxLink, argument, span } = parts;
  const field = readNxmField(cursor);
  if (field === undefined) return undefined;
  const fields = HASHES[parts.fields];
  const algorithm = PATH_ALGORITHMS[parts.algorithm];
  if (fields === undefined || algorithm === undefined) {
    return badArgument(cursor, `multipath by hash ${parts.fields}, way ${parts.algorithm}`);
  }
  if (2 ** spanBits(span) < maxLink + 1) {
    return badArgument(cursor, `${maxLink + 1} links in ${spanBits(span)} bits`);
  }
  const to = subfieldOf(cursor, field, spanOffset(span), spanBits(span), 'write');
  if (to === undefined) return undefined;
  return { type: 'multipath', fields, basis, algorithm, maxLink, argument, to };
}

function readBundle(cursor: Cursor): Action | undefined {
  const parts = cursor.struct(CHOICE, 'bundle');
  const targetFree = passZeros(cursor, 4) && parts.span === 0;
  const zeros = passZeros(cursor, 4);
  if (!hasMembers(cursor, parts.count)) return undefined;
  const way = wayOf(parts);
  const known = typeof way.fields === 'string' && typeof way.algorithm === 'string';
  const usual = zeros && parts.memberType === PORT_MEMBERS && parts.count <= MEMBERS_MAX;
  if (!targetFree || !known || !usual) {
    return badArgument(cursor, `bundle by hash ${way.fields}, way ${way.algorithm}`);
  }
  return readMembers(cursor, way, parts.count);
}

/** Here Open vSwitch forgets what it found wrong before it comes to the field. */
function readBundleLoad(cursor: Cursor): Action | undefined {
  const parts = cursor.struct(CHOICE, 'bundle_load');
  const { count, span } = parts;
  const field = readNxmField(cursor);
  if (field === undefined) return undefined;
  cursor.skip(4, 'bundle_load');
  if (!hasMembers(cursor, count)) return undefined;
  if (spanBits(span) < PORT_BITS) return badArgument(cursor, 'bundle_load needs 16 bits');
  const to = subfieldOf(cursor, field, spanOffset(span), spanBits(span), 'write');
  return to === undefined ? undefined : readMembers(cursor, { ...wayOf(parts), to }, count);
}

function wayOf(parts: { fields: number; algorithm: number; basis: number }): Way {
  return {
    type: 'bundle',
    fields: HASHES[parts.fields] ?? parts.fields,
    basis: parts.basis,
    algorithm: BUNDLE_ALGORITHMS[parts.algorithm] ?? parts.algorithm,
  };
}

type Way = Omit<ActionOf<'bundle'>, 'members'>;

function hasMembers(cursor: Cursor, count: number): boolean {
  if (count * 2 <= cursor.left) return true;
  cursor.fail('OFPBAC_BAD_LEN', `${count} members in ${cursor.left} bytes`);
  return false;
}

function readMembers(cursor: Cursor, way: Way, count: number): Action | undefined {
  const members = Array.from({ length: count }, () => portFrom16(cursor.u16('bundle')));
  const odd = members.find((port) => !isMemberPort(port) || port === OFPP_CONTROLLER);
  if (odd !== undefined) return refuse(cursor, 'OFPBAC_BAD_OUT_PORT', `a bundle of port ${odd}`);
  return { ...way, members };
}

export const HASH_WRITERS: ActionWriters<'multipath' | 'bundle'> = {
  multipath: (writer, action) => {
    const at = putNicira(writer, MULTIPATH, 32);
    const view = writer.view;
    view.setUint16(at + 10, HASHES.indexOf(action.fields));
    view.setUint16(at + 12, action.basis);
    view.setUint16(at + 16, PATH_ALGORITHMS.indexOf(action.algorithm));
    view.setUint16(at + 18, action.maxLink);
    view.setUint32(at + 20, action.argument);
    view.setUint16(at + 26, spanOf(action.to));
    putNxmFieldAt(writer, at + 28, action.to);
  },
  bundle: putBundle,
};

function putBundle(writer: ByteWriter, action: ActionOf<'bundle'>): void {
  const { to, members } = action;
  const mark = writer.mark();
  const at = putNicira(writer, to === undefined ? BUNDLE : BUNDLE_LOAD, 32);
  const view = writer.view;
  view.setUint16(at + 10, numberOf(BUNDLE_ALGORITHMS, action.algorithm));
  view.setUint16(at + 12, numberOf(HASHES, action.fields));
  view.setUint16(at + 14, action.basis);
  view.setUint32(at + 16, PORT_MEMBERS);
  view.setUint16(at + 20, members.length);
  if (to !== undefined) {
    view.setUint16(at + 22, spanOf(to));
    putNxmFieldAt(writer, at + 24, to);
  }
  for (const port of members) writer.view.setUint16(writer.reserve(2), portTo16(port));
  endAction(writer, mark);
}

function numberOf<Word extends string>(words: readonly Word[], word: Word | number): number {
  return typeof word === 'number' ? word : words.indexOf(word);
}
