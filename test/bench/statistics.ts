/**
 * The few statistics that a bench prints: medians, because one slow run says something about the machine only.
 */

export interface Sample {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly values: readonly number[];
}

/** @throws Error when there are no values: then nothing was measured. */
export function sampleOf(values: readonly number[]): Sample {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const below = sorted[Math.floor(middle)];
  const above = sorted[Math.ceil(middle)];
  if (below === undefined || above === undefined) throw new Error('a bench measured nothing');
  return {
    median: (below + above) / 2,
    least: sorted[0] ?? below,
    most: sorted.at(-1) ?? above,
    values: values.map((value) => Math.round(value * 100) / 100),
  };
}

/** Three significant digits. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

export function spread({ least, most, values }: Sample): string {
  return `${figure(least)}..${figure(most)} (${values.length})`;
}
