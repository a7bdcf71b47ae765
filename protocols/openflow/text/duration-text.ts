/**
 * How long something is there, in ofp-print's words: 5s, 5.125s, 5.000001s.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
const NANOSECONDS = 1_000_000;

/** Whole milliseconds in three digits, anything finer in as many as it takes. */
export function formatDuration(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return `${seconds}s`;
  const fraction =
    nanoseconds % NANOSECONDS === 0
      ? String(nanoseconds / NANOSECONDS).padStart(3, '0')
      : String(nanoseconds).padStart(9, '0').replace(/0+$/, '');
  return `${seconds}.${fraction}s`;
}
