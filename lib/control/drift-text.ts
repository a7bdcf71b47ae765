/**
 * What an audit found and has put right, in one sentence: how many flows and groups, some of them by name.
 */
import { formatFlow } from '../../protocols/openflow/text/flow-text.ts';
import type { NveName } from '../model/records.ts';
import type { DiffPlan } from '../reconcile/diff.ts';
import type { Operation } from '../reconcile/operations.ts';

const NAMED_MAX = 3;

export function driftText(nve: NveName, { operations, occupied }: DiffPlan): string {
  const flows = operations.filter(({ type }) => type.includes('flow')).length + occupied.length;
  const groups = operations.filter(({ type }) => type.startsWith('group')).length;
  const counts = [count(flows, 'flow'), count(groups, 'group')].filter((text) => text !== '');
  const taken = occupied.map(
    (flow) => `one that is not ours is in the place of ${formatFlow(flow)}, and stays`,
  );
  const names = [...operations.map(nameOf), ...taken];
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  return `somebody has changed ${counts.join(' and ')} of ${nve}; put right: ${names.slice(0, NAMED_MAX).join('; ')}${more}`;
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`;
}

function nameOf(operation: Operation): string {
  switch (operation.type) {
    case 'flow-add':
    case 'flow-remove':
      return `missing or changed ${formatFlow(operation.flow)}`;
    case 'installed-flow-remove':
      return `surplus flow in table ${operation.flow.table} with priority ${operation.flow.priority}`;
    case 'group-add':
      return `missing group ${operation.group.groupId}`;
    case 'group-modify':
      return `changed group ${operation.group.groupId}`;
    default:
      return `surplus group ${operation.groupId}`;
  }
}
