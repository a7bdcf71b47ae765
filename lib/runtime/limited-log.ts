/**
 * A log for what peers cause: says so many lines in a while and counts the rest, so that nobody outside of this process
 * decides how much it writes.
 */
import type { DurationMs, InstantMs } from '../../protocols/base/units.ts';
import { now } from './clock.ts';
import type { Log } from './log.ts';

export interface LogLimit {
  readonly linesMax: number;
  readonly perMs: DurationMs;
}

export function limitedLog(log: Log, { linesMax, perMs }: LogLimit, clock = now): Log {
  let since: InstantMs = Number.NEGATIVE_INFINITY;
  let said = 0;
  let leftOut = 0;
  const admit = (): boolean => {
    if (clock() - since >= perMs) {
      if (leftOut > 0) log.warn(`${leftOut} more lines about peers were left out`);
      since = clock();
      said = 0;
      leftOut = 0;
    }
    if (said < linesMax) {
      said++;
      return true;
    }
    leftOut++;
    return false;
  };
  return {
    debug: (message, details) => log.debug(message, details),
    info: (message, details) => admit() && log.info(message, details),
    warn: (message, details) => admit() && log.warn(message, details),
    error: (message, details) => admit() && log.error(message, details),
  };
}
