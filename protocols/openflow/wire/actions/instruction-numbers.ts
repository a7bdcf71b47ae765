/**
 * Instruction type numbers; those of actions stand with their codecs in actions/.
 *
 * Source: OpenFlow 1.3.5 §7.2.4.
 */
export const INSTRUCTION = {
  goto_table: 1,
  write_metadata: 2,
  write_actions: 3,
  apply_actions: 4,
  clear_actions: 5,
  meter: 6,
} as const;
