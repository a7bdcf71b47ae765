/**
 * All that is fuzzed, with its share of the time.
 */
import { messageTarget } from './message-target.ts';
import { streamTarget } from './stream-target.ts';
import type { Target } from './target.ts';
import { textTarget } from './text-target.ts';

export interface TargetRow {
  readonly share: number;
  readonly make: (seeds: readonly Uint8Array[]) => Target;
}

export const TARGETS: readonly TargetRow[] = [
  { share: 4, make: (seeds) => messageTarget(seeds) },
  { share: 1, make: () => streamTarget() },
  { share: 1, make: () => textTarget() },
];
