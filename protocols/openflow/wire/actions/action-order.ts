/**
 * Which actions may stand where, as Open vSwitch judges it: the order of instructions (an extension's write_metadata is one, too),
 * what ct may hold, what stands alone, what an action set may hold.
 *
 * Only who judges strictly asks: a session takes what a switch has.
 * Source: OpenFlow 1.3.5 §5.9, §5.10; ovs-actions(7) of Open vSwitch 3.1 (ct, nat, conjunction).
 */
import type { Action, Instruction } from '../../values/actions.ts';
import type { OpenFlowErrorName } from '../../values/error-codes.ts';
import type { FieldName } from '../../values/fields.ts';
import type { Cursor } from '../cursor.ts';

/** Instructions in the order of their execution; an action is the instruction apply_actions. */
const ORDER = [
  'meter',
  'apply_actions',
  'clear_actions',
  'write_actions',
  'write_metadata',
  'goto_table',
] as const satisfies readonly Instruction['type'][];

const METER = ORDER.indexOf('meter');
const APPLY = ORDER.indexOf('apply_actions');
const METADATA = ORDER.indexOf('write_metadata');

type Place = 'flow' | 'actions' | 'clone' | 'ct';

interface Item {
  readonly rank: number;
  readonly action?: Action;
}

/** Actions that are not a flow's: a packet-out's, a bucket's, or those in another action. */
export function verifyActions(
  cursor: Cursor,
  actions: readonly Action[],
  place: { readonly version: number; readonly within?: 'clone' | 'ct' },
): void {
  verify(cursor, actions.map(itemOf), place.within ?? 'actions');
}

export function verifyInstructions(cursor: Cursor, instructions: readonly Instruction[]): void {
  for (const instruction of instructions) {
    if (instruction.type === 'write_actions') verifyActionSet(cursor, instruction.actions);
  }
  const items = [...instructions]
    .sort((left, right) => rankOf(left) - rankOf(right))
    .flatMap(itemsOf);
  verify(cursor, items, 'flow');
}

function rankOf({ type }: Instruction): number {
  return type === 'unknown' ? ORDER.length : ORDER.indexOf(type);
}

function itemsOf(instruction: Instruction): Item[] {
  if (instruction.type === 'apply_actions') return instruction.actions.map(itemOf);
  return [{ rank: rankOf(instruction) }];
}

function itemOf(action: Action): Item {
  return { rank: action.type === 'write_metadata' ? METADATA : APPLY, action };
}

function verify(cursor: Cursor, items: readonly Item[], place: Place): void {
  let before: number | undefined;
  for (const { rank, action } of items) {
    if (action?.type === 'conjunction') {
      verifyConjunction(cursor, items);
      return;
    }
    const misplaced = action === undefined ? undefined : errorOfPlace(action, place);
    if (misplaced !== undefined) cursor.unknown(misplaced, `${action?.type} in ${place}`);
    if (before !== undefined && (before === APPLY ? rank < before : rank <= before)) {
      cursor.unknown('OFPBAC_UNSUPPORTED_ORDER', `${ORDER[rank]} behind ${ORDER[before]}`);
    }
    if (!isAllowed(rank, place)) {
      cursor.unknown('OFPBIC_UNSUP_INST', `the instruction ${ORDER[rank]} in ${place}`);
    }
    before = rank;
  }
}

function isAllowed(rank: number, place: Place): boolean {
  return place === 'flow' || rank === APPLY || (place === 'actions' && rank === METER);
}

/** A flow of a conjunction does nothing else. */
function verifyConjunction(cursor: Cursor, items: readonly Item[]): void {
  const alone = items.every(
    ({ action }) => action?.type === 'conjunction' || action?.type === 'note',
  );
  if (!alone) cursor.unknown('NXBAC_BAD_CONJUNCTION', 'conjunction beside another action');
}

/** ct may hold nat, and what writes to the connection; nothing else may hold these. */
function errorOfPlace(action: Action, place: Place): OpenFlowErrorName | undefined {
  const field = writtenField(action);
  const toConnection = field === 'ct_mark' || field === 'ct_label';
  if (place === 'ct')
    return toConnection || action.type === 'nat' ? undefined : 'OFPBAC_BAD_ARGUMENT';
  return toConnection || action.type === 'nat' ? 'OFPBAC_BAD_SET_ARGUMENT' : undefined;
}

function writtenField(action: Action): FieldName | undefined {
  if (action.type === 'set_field') return action.field;
  return action.type === 'load' || action.type === 'move' ? action.to.field : undefined;
}

/** What a set, whose order is not that of writing, cannot hold. */
const NOT_IN_SETS: ReadonlySet<Action['type']> = new Set<Action['type']>([
  ...(['bundle', 'clone', 'nat', 'controller', 'exit', 'fin_timeout', 'learn'] as const),
  ...(['conjunction', 'meter', 'multipath', 'note', 'output_reg', 'output_trunc'] as const),
  ...(['pop_queue', 'sample', 'pop', 'push', 'write_metadata', 'debug_recirc'] as const),
  ...(['debug_slow', 'check_pkt_larger', 'delete_field'] as const),
]);

function verifyActionSet(cursor: Cursor, actions: readonly Action[]): void {
  const odd = actions.find(({ type }) => NOT_IN_SETS.has(type));
  if (odd !== undefined) cursor.unknown('OFPBAC_BAD_TYPE', `${odd.type} in write_actions`);
}
