/**
 * Table statistics and table features in ofp-print's words. What a table has in common with the one before it is said once:
 * "(same instructions)", "ditto", "tables 2...253: ditto".
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import {
  TABLE_EVICTION,
  TABLE_VACANCY_EVENTS,
  type TableFeatures,
  type TableStats,
} from '../values/table.ts';
import {
  type EntryAbilities,
  type Numbers,
  sameActions,
  sameNumbers,
  type TableAbilities,
  tableAbilities,
} from '../values/table-abilities.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { formatEntry, formatMatching } from './table-abilities-text.ts';

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
