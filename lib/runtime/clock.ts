/**
 * The clock of this process: milliseconds that never run backwards, whatever happens to the time of day.
 */
import type { InstantMs } from '../../protocols/base/units.ts';

export function now(): InstantMs {
  return performance.now();
}
