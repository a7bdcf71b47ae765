/**
 * What a table is able to do, in ofp-print's words; what it has in common with the table before it is said once.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { FIELDS_IN_ORDER } from '../values/field-order.ts';
import {
  type ActionAbilities,
  type EntryAbilities,
  type Numbers,
  sameActions,
  sameNumbers,
  type TableAbilities,
} from '../values/table-abilities.ts';
import { actionNames } from './action-names.ts';
import { formatNames } from './name-list.ts';

/** Several lines, each with its newline. */
export function formatEntry(entry: EntryAbilities, before: EntryAbilities | undefined): string {
  const next =
    entry.nextTables.size === 0 ? '' : `      next tables: ${formatRanges(entry.nextTables)}\n`;
  return `${next}${formatInstructionNames(entry, before)}${formatActions(entry, before)}`;
}

function formatRanges(numbers: Numbers): string {
  const sorted = [...numbers].sort((left, right) => left - right);
  const ranges: [number, number][] = [];
  for (const number of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1 === number) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/** OFPIT_* and name, in ofp-print's order. */
const INSTRUCTIONS: readonly (readonly [number, string])[] = [
  [6, 'meter'],
  [4, 'apply_actions'],
  [5, 'clear_actions'],
  [3, 'write_actions'],
  [2, 'write_metadata'],
  [1, 'goto_table'],
];

function formatInstructionNames(
  { instructions }: EntryAbilities,
  before: EntryAbilities | undefined,
): string {
  const names = instructionNames(instructions);
  if (names.length === 0) return '';
  if (before !== undefined && names.join() === instructionNames(before.instructions).join()) {
    return '      (same instructions)\n';
  }
  return `      instructions: ${names.join(' ')}\n`;
}

function instructionNames(instructions: Numbers): string[] {
  return INSTRUCTIONS.filter(([number]) => instructions.has(number)).map(([, name]) => name);
}

function formatActions(
  { write, apply }: EntryAbilities,
  before: EntryAbilities | undefined,
): string {
  if (
    before !== undefined &&
    sameActions(write, before.write) &&
    sameActions(apply, before.apply) &&
    write.setFields.size > 0
  ) {
    return '      (same actions)\n';
  }
  if (!sameActions(write, apply)) {
    return (
      `      Write-Actions features:\n${formatActionAbilities(write)}` +
      `      Apply-Actions features:\n${formatActionAbilities(apply)}`
    );
  }
  if (write.actions.size === 0 && write.setFields.size === 0) return '';
  return `      Write-Actions and Apply-Actions features:\n${formatActionAbilities(write)}`;
}

function formatActionAbilities({ actions, setFields }: ActionAbilities): string {
  const names = actionNames([...actions]);
  const words = names.length === 0 ? '' : `        actions: ${names.join(' ')}\n`;
  const fields =
    setFields.size === 0 ? '' : `        supported on Set-Field: ${formatFields(setFields)}\n`;
  return `${words}${fields}`;
}

function formatFields(fields: Numbers): string {
  const rows = FIELDS_IN_ORDER.filter(({ index }) => fields.has(index));
  return formatNames(rows.map(({ ovsName }) => ovsName));
}

/** Several lines, each with its newline. */
export function formatMatching(
  abilities: TableAbilities,
  before: TableAbilities | undefined,
): string {
  const { match, mask, wildcards } = abilities;
  if (match.size === 0) return '';
  if (before !== undefined && sameNumbers(match, before.match)) return '    (same matching)\n';
  const which = (masked: boolean, omitted: boolean) =>
    new Set([...match].filter((one) => mask.has(one) === masked && wildcards.has(one) === omitted));
  return (
    `    matching:\n${formatMatches('arbitrary mask', which(true, true))}` +
    formatMatches('exact match or wildcard', which(false, true)) +
    formatMatches('must exact match', which(false, false))
  );
}

function formatMatches(title: string, fields: Numbers): string {
  return fields.size === 0 ? '' : `      ${title}: ${formatFields(fields)}\n`;
}
