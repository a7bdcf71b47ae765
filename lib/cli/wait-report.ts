/**
 * What became of waiting for NVEs, in words.
 */
import type { WaitResult } from '../northbound/authority.ts';
import type { Paint } from './paint.ts';
import { clean } from './text-table.ts';
import { counted, span } from './words.ts';

export function waitLines(result: WaitResult, timeoutSeconds: number, paint: Paint): string[] {
  const { nves, revision, elapsedMs } = result;
  const behind = nves.filter((nve) => !nve.confirmed);
  if (result.confirmed) {
    if (nves.length === 0)
      return [`no NVE is connected: nothing to wait for (revision ${revision})`];
    const all = nves.length === 1 ? '1 NVE' : `all ${nves.length} NVEs`;
    return [paint('green', `${all} confirmed revision ${revision} after ${span(elapsedMs)}`)];
  }
  const confirmed = `${nves.length - behind.length} of ${counted(nves.length, 'NVE')}`;
  return [
    paint('red', `${confirmed} confirmed revision ${revision} within ${timeoutSeconds} s; behind:`),
    ...behind.map(({ nve, reason }) => clean(`  ${nve}: ${reason ?? 'has not confirmed yet'}`)),
  ];
}
