/**
 * Durations as ofp-print has them: whole seconds, milliseconds with three decimals, else as many as are needed.
 *
 *     12s   12.005s   0.000000001s
 */
const NANOSECONDS_PER_MILLISECOND = 1_000_000;

export function formatDuration(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return `${seconds}s`;
  const milliseconds = nanoseconds / NANOSECONDS_PER_MILLISECOND;
  const fraction = Number.isInteger(milliseconds)
    ? String(milliseconds).padStart(3, '0')
    : String(nanoseconds).padStart(9, '0').replace(/0+$/, '');
  return `${seconds}.${fraction}s`;
}
