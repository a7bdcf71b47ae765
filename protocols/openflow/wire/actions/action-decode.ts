/**
 * Actions, bytes to our values: a table of forms by number for each version; the readers are in actions/.
 *
 * What we do not know, or what Open vSwitch refuses, is kept byte for byte, unless we judge strictly. Which fault is told first is
 * Open vSwitch's order: the kind of the action before its length, its length before its content, the content of all before the
 * order of all (action-order.ts).
 *
 * Sources: OpenFlow 1.3.5 §7.2.5, OpenFlow 1.5.1 §7.2.6; ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action } from '../../values/actions.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { Cursor } from '../cursor.ts';
import {
  type ActionForm,
  NICIRA,
  OFPAT_EXPERIMENTER,
  ONF,
  type ReadContext,
} from './action-form.ts';
import { verifyActions } from './action-order.ts';
import { CONNTRACK_FORMS } from './conntrack.ts';
import { CONTROL_FORMS } from './control.ts';
import { HASH_FORMS } from './hash.ts';
import { HEADER_FORMS } from './headers.ts';
import { LEARN_FORMS } from './learn.ts';
import { LEGACY_SET_FORMS } from './legacy-set.ts';
import { OUTPUT_FORMS } from './output.ts';
import { SET_FIELD_FORMS } from './set-field.ts';
import { SUBFIELD_FORMS } from './subfields.ts';

const HEADER_BYTES = 8;
const EXTENSION_HEADER_BYTES = 16;

/**
 * A message has room for 4096 clones in each other, the stack has not. Open vSwitch's own parser of text stops at 100; who nests
 * deeper than this pays with the message.
 */
const NESTING_MAX = 500;

const FORMS: readonly ActionForm[] = [
  ...[OUTPUT_FORMS, SET_FIELD_FORMS, SUBFIELD_FORMS, LEGACY_SET_FORMS, HEADER_FORMS].flat(),
  ...[CONTROL_FORMS, HASH_FORMS, LEARN_FORMS, CONNTRACK_FORMS].flat(),
];

/** The forms of one version, by number. */
interface Forms {
  readonly context: ReadContext;
  readonly standard: ReadonlyMap<number, ActionForm>;
  readonly nicira: ReadonlyMap<number, ActionForm>;
  readonly onf: ReadonlyMap<number, ActionForm>;
}

const BY_VERSION: Readonly<Record<OpenFlowVersion, Forms>> = {
  4: formsOf(4),
  5: formsOf(5),
  6: formsOf(6),
};

function formsOf(version: OpenFlowVersion): Forms {
  const own = FORMS.filter(({ since, until }) => since <= version && version <= until);
  const of = (experimenter: number) =>
    new Map(
      own.filter((form) => form.experimenter === experimenter).map((form) => [form.number, form]),
    );
  return {
    context: contextOf(version, 0),
    ...{ standard: of(0), nicira: of(NICIRA), onf: of(ONF) },
  };
}

/** `depth`: in how many actions the ones that are read lie. */
function contextOf(version: OpenFlowVersion, depth: number): ReadContext {
  return {
    version,
    actions: (cursor, within) => readNested(cursor, contextOf(version, depth + 1), depth, within),
  };
}

/** Actions up to the cursor's end, as a packet-out or a bucket has them: judged as a whole. */
export function readActions(cursor: Cursor, version = versionOf(cursor)): Action[] {
  if (cursor.strict && cursor.left % 8 !== 0) {
    cursor.fail('OFPBRC_BAD_LEN', `${cursor.left} bytes of actions`);
  }
  const actions = decodeActions(cursor, version);
  if (cursor.strict) verifyActions(cursor, actions, { version });
  return actions;
}

function readNested(
  cursor: Cursor,
  context: ReadContext,
  depth: number,
  within: 'clone' | 'ct',
): Action[] {
  if (cursor.left % 8 !== 0) cursor.fail('OFPBRC_BAD_LEN', `${cursor.left} bytes of actions`);
  if (depth >= NESTING_MAX) cursor.fail('OFPBAC_TOO_MANY', `actions in more than ${depth} others`);
  const { version } = context;
  const actions = decodeActions(cursor, version, context);
  if (cursor.strict) verifyActions(cursor, actions, { version, within });
  return actions;
}

/** The version in the message's header: a cursor is over one whole message. */
export function versionOf(cursor: Cursor): OpenFlowVersion {
  const version = cursor.bytes[0];
  return version === 5 || version === 6 ? version : 4;
}

/** The same, each by itself: an instruction's, which is judged with the other instructions. */
export function decodeActions(
  cursor: Cursor,
  version: OpenFlowVersion,
  context = BY_VERSION[version].context,
): Action[] {
  const forms = BY_VERSION[version];
  const actions: Action[] = [];
  while (cursor.left > 0) {
    const action = readAction(cursor, forms, context);
    if (action !== undefined) actions.push(action);
  }
  return actions;
}

function readAction(cursor: Cursor, forms: Forms, context: ReadContext): Action | undefined {
  const left = cursor.left;
  if (left < HEADER_BYTES) return badLength(cursor, left);
  const from = cursor.position;
  const type = cursor.view.getUint16(from);
  const size = cursor.view.getUint16(from + 2);
  const standard = type !== OFPAT_EXPERIMENTER;
  const form = standard ? forms.standard.get(type) : extensionForm(cursor, forms);
  if (cursor.error !== undefined) return undefined;
  if (form === undefined || form.unsupported) noteUnknown(cursor, type);
  if (size < HEADER_BYTES || size > left || (size & 7) !== 0) return badLength(cursor, size);
  if (form === undefined) return keep(cursor, size);
  if (size < form.least || size > form.most) {
    cursor.unknown('OFPBAC_BAD_LEN', `action ${type} of ${size} bytes`);
    return keep(cursor, size);
  }
  const inner = cursor.cut(size, 'an action', 'OFPBAC_BAD_LEN');
  inner.position = from + (standard ? 4 : 10);
  const action = form.read(inner, context);
  return action ?? { type: 'unknown', bytes: cursor.copyFrom(from, size) };
}

function badLength(cursor: Cursor, size: number): undefined {
  cursor.fail('OFPBAC_BAD_LEN', `an action of ${size} bytes, ${cursor.left} are left`);
  return undefined;
}

/** undefined: nobody's that we know. */
function extensionForm(cursor: Cursor, forms: Forms): ActionForm | undefined {
  const from = cursor.position;
  const experimenter = cursor.view.getUint32(from + 4);
  if (experimenter !== NICIRA && experimenter !== ONF) return undefined;
  if (cursor.left < EXTENSION_HEADER_BYTES) {
    badLength(cursor, cursor.left);
    return undefined;
  }
  const subtype = cursor.view.getUint16(from + 8);
  return (experimenter === NICIRA ? forms.nicira : forms.onf).get(subtype);
}

function noteUnknown(cursor: Cursor, type: number): void {
  if (type !== OFPAT_EXPERIMENTER) {
    cursor.unknown('OFPBAC_BAD_TYPE', `action ${type}`);
    return;
  }
  const experimenter = cursor.view.getUint32(cursor.position + 4);
  const known = experimenter === NICIRA || experimenter === ONF;
  cursor.unknown(
    known ? 'OFPBAC_BAD_VENDOR_TYPE' : 'OFPBAC_BAD_VENDOR',
    `an action of experimenter 0x${experimenter.toString(16)}`,
  );
}

/** Byte for byte; in a copy, because an action outlives the message's buffer. */
function keep(cursor: Cursor, size: number): Action {
  return { type: 'unknown', bytes: cursor.copy(size, 'an action') };
}
