/**
 * Action and instruction type numbers.
 *
 * Sources: OpenFlow 1.3.5 §7.2.4, §7.2.5; OpenFlow 1.5.1 §7.2.6 (copy_field, meter); nicira-ext.h of Open vSwitch 3.1.
 */
export const ACTION = {
  output: 0,
  copy_ttl_out: 11,
  copy_ttl_in: 12,
  set_mpls_ttl: 15,
  dec_mpls_ttl: 16,
  push_vlan: 17,
  pop_vlan: 18,
  push_mpls: 19,
  pop_mpls: 20,
  set_queue: 21,
  group: 22,
  set_ttl: 23,
  dec_ttl: 24,
  set_field: 25,
  copy_field: 28,
  meter: 29,
  experimenter: 0xffff,
} as const;

/** Experimenter (vendor) number of Nicira, whose extensions Open vSwitch speaks. */
export const NICIRA = 0x00002320;

export const NX_ACTION = {
  resubmit: 1,
  reg_move: 6,
  reg_load: 7,
  resubmit_table: 14,
  reg_load2: 33,
} as const;

export const INSTRUCTION = {
  goto_table: 1,
  write_metadata: 2,
  write_actions: 3,
  apply_actions: 4,
  clear_actions: 5,
  meter: 6,
} as const;
