/**
 * Actions, our values to bytes: a table of writers by type; the writers are in actions/, where the layouts are drawn.
 *
 * What a flow of ours has most is written without the table.
 * Sources: OpenFlow 1.3.5 §7.2.5, OpenFlow 1.5.1 §7.2.6; ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action } from '../../values/actions.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import { type ActionWriters, type PutContext, putKept } from './action-form.ts';
import { CONNTRACK_WRITERS } from './conntrack.ts';
import { CONTROL_WRITERS, putResubmit } from './control.ts';
import { HASH_WRITERS } from './hash.ts';
import { HEADER_WRITERS } from './headers.ts';
import { LEARN_WRITERS } from './learn.ts';
import { LEGACY_SET_WRITERS } from './legacy-set.ts';
import { OUTPUT_WRITERS, putGroup, putOutput } from './output.ts';
import { putLoad, putSetField, SET_FIELD_WRITERS } from './set-field.ts';
import { putMove, SUBFIELD_WRITERS } from './subfields.ts';

const WRITERS: ActionWriters<Action['type']> = {
  ...OUTPUT_WRITERS,
  ...SET_FIELD_WRITERS,
  ...SUBFIELD_WRITERS,
  ...LEGACY_SET_WRITERS,
  ...HEADER_WRITERS,
  ...CONTROL_WRITERS,
  ...HASH_WRITERS,
  ...LEARN_WRITERS,
  ...CONNTRACK_WRITERS,
  unknown: putKept,
};

const CONTEXTS: Readonly<Record<OpenFlowVersion, PutContext>> = {
  4: contextOf(4),
  5: contextOf(5),
  6: contextOf(6),
};

function contextOf(version: OpenFlowVersion): PutContext {
  return { version, actions: (writer, actions) => putActions(writer, version, actions) };
}

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
      putOutput(writer, action);
      return;
    case 'set_field':
      putSetField(writer, version, action);
      return;
    case 'resubmit':
      putResubmit(writer, action);
      return;
    case 'group':
      putGroup(writer, action);
      return;
    case 'move':
      putMove(writer, version, action);
      return;
    case 'load':
      putLoad(writer, version, action);
      return;
    default:
      putRare(writer, version, action);
  }
}

function putRare(writer: ByteWriter, version: OpenFlowVersion, action: Action): void {
  // Each writer takes the action of its own type: the record's type says so, TypeScript cannot follow it here.
  const put = WRITERS[action.type] as
    | ((writer: ByteWriter, action: Action, context: PutContext) => void)
    | undefined;
  if (put === undefined) throw new TypeError(`there is no action ${action.type}`);
  put(writer, action, CONTEXTS[version]);
}
