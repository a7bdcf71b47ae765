/**
 * Table descriptions in ofp-print's words.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { TABLE_EVICTION, TABLE_VACANCY_EVENTS, type TableDesc } from '../values/table.ts';
import { formatBits } from './bit-names.ts';

/** OFPTMPEF_*. */
const EVICTION_FLAGS: ReadonlyMap<number, string> = new Map([
  [1, 'OTHER'],
  [2, 'IMPORTANCE'],
  [4, 'LIFETIME'],
]);

const NOT_SAID = 0xffffffff;

/** Three lines, with a newline before and behind them. */
export function formatTableDesc(desc: TableDesc): string {
  const { table, config, evictionFlags = NOT_SAID } = desc;
  const eviction = (config & TABLE_EVICTION) === 0 ? 'off' : 'on';
  const flags = formatEvictionFlags(evictionFlags);
  return (
    `\n  table ${table}:\n   eviction=${eviction} eviction_flags=${flags}\n` +
    `   vacancy=${formatVacancy(desc)}\n`
  );
}

export function formatEvictionFlags(flags: number): string {
  return flags === NOT_SAID ? '(default)' : formatBits(flags, EVICTION_FLAGS, '|');
}

function formatVacancy({ config, vacancy }: TableDesc): string {
  if ((config & TABLE_VACANCY_EVENTS) === 0) return 'off';
  const { down, up, current } = vacancy ?? { down: 0, up: 0, current: 0 };
  return `on vacancy_down=${down}% vacancy_up=${up}% vacancy=${current}%`;
}
