/**
 * What this process costs its machine, for `status`.
 */
import type { ProcessReport } from '../northbound/authority.ts';
import type { TurnWatch } from '../runtime/turn-watch.ts';

export function processReport(turns: TurnWatch): ProcessReport {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const longestTurnMs = turns.longestTurnMs();
  return {
    residentBytes: rss,
    heapUsedBytes: heapUsed,
    cpuSeconds: (user + system) / 1e6,
    ...(longestTurnMs === undefined ? {} : { longestTurnMs: Math.round(longestTurnMs * 10) / 10 }),
  };
}
