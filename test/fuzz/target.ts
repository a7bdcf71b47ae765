/**
 * What is fuzzed, and what it must keep.
 */
import type { Random } from './random.ts';

export interface Outcome {
  /** One line; undefined: all was well. */
  readonly fault?: string | undefined;
  /** What kinds of things happened, in few words each: an input with a new one is worth more damage. */
  readonly features: readonly string[];
}

export interface Target {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  mutate(seed: Uint8Array, random: Random, corpus: readonly Uint8Array[]): Uint8Array;
  /** May throw: that is a fault, too. */
  run(input: Uint8Array): Outcome;
}
