/**
 * Units that travel through signatures. The clock is always an argument (`now`), never read here.
 */

/** Milliseconds on a clock that never runs backwards within one process. */
export type InstantMs = number;

/** A span of milliseconds. */
export type DurationMs = number;
