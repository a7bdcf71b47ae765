/**
 * Table statistics and table features in ofp-print's words. What a table has in common with the one before it is said once:
 * "(same instructions)", "ditto", "tables 2...253: ditto".
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { FIELDS_IN_ORDER } from '../values/field-order.ts';
import {
  TABLE_EVICTION,
  TABLE_VACANCY_EVENTS,
  type TableFeatures,
  type TableStats,
} from '../values/table.ts';
import {
  type ActionAbilities,
  type EntryAbilities,
  type Numbers,
  sameActions,
  sameNumbers,
  type TableAbilities,
  tableAbilities,
} from '../values/table-abilities.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { actionNames } from './action-names.ts';
import { formatNames } from './name-list.ts';

/** A table with what is said of it: statistics, or features. */
interface Row {
  readonly table: number;
  readonly name: string;
  readonly stats?: TableStats;
  readonly features?: TableFeatures;
  /** undefined: not said before OpenFlow 1.4. */
  readonly eviction?: boolean;
  readonly vacancyEvents?: boolean;
  readonly abilities: TableAbilities;
}

const NO_ABILITIES = tableAbilities({ properties: [] });

export function formatTableStats(tables: readonly TableStats[]): string {
  return formatRows(
    tables.map((stats) => ({ table: stats.table, name: '', stats, abilities: NO_ABILITIES })),
  );
}

export function formatTableFeatures(
  tables: readonly TableFeatures[],
  version: OpenFlowVersion,
): string {
  const command = tables[0]?.command;
  const head = command === undefined || command === 'replace' ? '' : `\n  command: ${command}`;
  return `${head}${formatRows(tables.map((features) => rowOf(features, version)))}`;
}

function rowOf(features: TableFeatures, version: OpenFlowVersion): Row {
  const { table, name, capabilities } = features;
  const row = { table, name, features, abilities: tableAbilities(features) };
  if (version < 5) return row;
  return {
    ...row,
    eviction: (capabilities & TABLE_EVICTION) !== 0,
    vacancyEvents: (capabilities & TABLE_VACANCY_EVENTS) !== 0,
  };
}

function formatRows(rows: readonly Row[]): string {
  let text = '';
  let ditto: { first: number; last: number } | undefined;
  let previous: Row | undefined;
  for (const row of rows) {
    const before = previous;
    previous = row;
    const sameStats = hasSameStats(row, before);
    const sameFeatures = before !== undefined && hasSameFeatures(row, before);
    if (sameStats && sameFeatures && row.name === '') {
      ditto = { first: ditto?.first ?? row.table, last: row.table };
      continue;
    }
    text += formatDitto(ditto);
    ditto = undefined;
    const name = row.name === '' ? '' : ` ("${row.name}")`;
    text += `\n  table ${row.table}${name}:`;
    text += sameStats && sameFeatures ? ' ditto' : formatRow(row, before, sameFeatures);
  }
  return text + formatDitto(ditto);
}

function formatDitto(ditto: { first: number; last: number } | undefined): string {
  if (ditto === undefined) return '';
  return ditto.first === ditto.last
    ? `\n  table ${ditto.first}: ditto\n`
    : `\n  tables ${ditto.first}...${ditto.last}: ditto\n`;
}

function hasSameStats({ stats }: Row, before: Row | undefined): boolean {
  if (stats === undefined) return true;
  const other = before?.stats;
  return (
    stats.active === other?.active &&
    stats.lookups === other.lookups &&
    stats.matched === other.matched
  );
}

function hasSameFeatures(row: Row, before: Row): boolean {
  return (
    row.features?.metadataMatch === before.features?.metadataMatch &&
    row.features?.metadataWrite === before.features?.metadataWrite &&
    row.features?.maxEntries === before.features?.maxEntries &&
    row.eviction === before.eviction &&
    row.vacancyEvents === before.vacancyEvents &&
    hasSameEntries(row, before) &&
    sameNumbers(row.abilities.match, before.abilities.match)
  );
}

function hasSameEntries(row: Row, before: Row): boolean {
  const [left, right] = [row.abilities, before.abilities];
  return (
    sameEntries(left.entries, row.table, right.entries, before.table) &&
    sameEntries(left.miss, row.table, right.miss, before.table)
  );
}

function sameEntries(
  left: EntryAbilities,
  leftTable: number,
  right: EntryAbilities,
  rightTable: number,
): boolean {
  return (
    sameNextTables(left.nextTables, leftTable, right.nextTables, rightTable) &&
    sameNumbers(left.instructions, right.instructions) &&
    sameActions(left.write, right.write) &&
    sameActions(left.apply, right.apply)
  );
}

/** Of two tables in a row, that the first one can go to the second counts as nothing: no table can go to itself. */
function sameNextTables(
  left: Numbers,
  leftTable: number,
  right: Numbers,
  rightTable: number,
): boolean {
  if (leftTable === rightTable + 1) return sameNextTables(right, rightTable, left, leftTable);
  if (rightTable !== leftTable + 1 || !left.has(rightTable) || right.has(rightTable)) {
    return sameNumbers(left, right);
  }
  return sameNumbers(new Set([...left].filter((table) => table !== rightTable)), right);
}

function isEmpty(entries: EntryAbilities): boolean {
  const { nextTables, instructions, write, apply } = entries;
  return [nextTables, instructions, write.actions, write.setFields, apply.actions, apply.setFields]
    .map(({ size }) => size)
    .every((size) => size === 0);
}

/** Behind the colon. */
function formatRow(row: Row, before: Row | undefined, sameFeatures: boolean): string {
  const stats =
    row.stats === undefined
      ? ''
      : `    active=${row.stats.active}, lookup=${row.stats.lookups}, matched=${row.stats.matched}\n`;
  if (sameFeatures) {
    return `\n${stats}${row.features === undefined ? '' : '    (same features)\n'}`;
  }
  const { features } = row;
  const most = features === undefined || features.maxEntries === 0;
  return [
    `\n${stats}`,
    features === undefined ? '' : formatMetadata(features),
    formatSupport('eviction', row.eviction),
    formatSupport('vacancy events', row.vacancyEvents),
    most ? '' : `    max_entries=${features.maxEntries}\n`,
    formatEntries(row, before),
    formatMatching(row.abilities, before?.abilities),
  ].join('');
}

function formatMetadata({ metadataMatch, metadataWrite }: TableFeatures): string {
  if (metadataMatch === 0n && metadataWrite === 0n) return '';
  return `    metadata: match=${hex(metadataMatch)} write=${hex(metadataWrite)}\n`;
}

function hex(value: bigint): string {
  return value === 0n ? '0' : `0x${value.toString(16)}`;
}

function formatSupport(what: string, supported: boolean | undefined): string {
  return supported === undefined ? '' : `    ${what}: ${supported ? '' : 'not '}supported\n`;
}

function formatEntries(row: Row, before: Row | undefined): string {
  const { entries, miss } = row.abilities;
  if (before !== undefined && hasSameEntries(row, before)) {
    return isEmpty(entries) ? '' : '    (same instructions)\n';
  }
  const previous = before?.abilities;
  if (!sameEntries(entries, row.table, miss, row.table)) {
    return (
      `    instructions (other than table miss):\n${formatEntry(entries, previous?.entries)}` +
      `    instructions (table miss):\n${formatEntry(miss, previous?.miss)}`
    );
  }
  if (isEmpty(entries)) return '';
  return `    instructions (table miss and others):\n${formatEntry(entries, previous?.entries)}`;
}

function formatEntry(entry: EntryAbilities, before: EntryAbilities | undefined): string {
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

function formatMatching(abilities: TableAbilities, before: TableAbilities | undefined): string {
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
