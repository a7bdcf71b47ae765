/**
 * Flow tables in ofp-print's words: what is asked of them, and what they say of themselves.
 *
 * Trap: Open vSwitch takes the flags of an eviction property for whether there is eviction at all, and says so: 1 is "on", 2 "off".
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { TableMod, TableStatus } from '../values/messages.ts';
import { TABLE_EVICTION, TABLE_VACANCY_EVENTS } from '../values/table.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import type { MessageFormatters } from './formatter.ts';
import { formatTableDesc } from './table-desc-text.ts';

const EVICTIONS = ['', 'on', 'off'];

/** OFPTT_ALL. */
const ALL_TABLES = 0xff;

function onOff(isOn: boolean): string {
  return isOn ? 'on' : 'off';
}

function formatTableMod(message: TableMod, version: OpenFlowVersion): string {
  const { table, config, evictionFlags } = message;
  const name = table === ALL_TABLES ? ' table_id: ALL_TABLES' : ` table_id=${table}`;
  if (version < 5) return name;
  const isEvicting = (config & TABLE_EVICTION) !== 0;
  const eviction = evictionFlags ?? (isEvicting ? 1 : 2);
  const word = eviction === 0 ? '' : `, eviction=${EVICTIONS[eviction] ?? '***error***'}`;
  const hasEvents = (config & TABLE_VACANCY_EVENTS) !== 0;
  const { down = 0, up = 0 } = message.vacancy ?? {};
  const thresholds = hasEvents ? ` vacancy:${down},${up}` : '';
  return `${name}${word}, vacancy=${onOff(hasEvents)}${thresholds}`;
}

function formatTableStatus({ reason, table }: TableStatus): string {
  return ` reason=${reason.toUpperCase()}\ntable_desc:-${formatTableDesc(table)}`;
}

export const TABLE_TEXT: MessageFormatters = {
  table_mod: (message, { version }) => formatTableMod(message, version),
  table_status: formatTableStatus,
};
