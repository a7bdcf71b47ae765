/**
 * Commands and types that messages carry, by name and wire number.
 *
 * Sources: OpenFlow 1.3.5 §7.3.4.1 (OFPFC_*), §7.3.4.2 (OFPGC_*, OFPGT_*); OpenFlow 1.5.1 §7.3.4.3 (OFPGC_INSERT_BUCKET,
 * OFPG_BUCKET_*); Open vSwitch 3.1 (add_or_modify).
 */
import type { GroupType } from './group.ts';

export type FlowCommand = 'add' | 'modify' | 'modify_strict' | 'delete' | 'delete_strict';

export const FLOW_COMMANDS: Readonly<Record<FlowCommand, number>> = {
  add: 0,
  modify: 1,
  modify_strict: 2,
  delete: 3,
  delete_strict: 4,
};

export const GROUP_TYPES: Readonly<Record<GroupType, number>> = {
  all: 0,
  select: 1,
  indirect: 2,
  ff: 3,
};

export const GROUP_COMMANDS = {
  add: 0,
  modify: 1,
  delete: 2,
  insert_buckets: 3,
  remove_bucket: 5,
  add_or_modify: 0x8000,
} as const;

/** The greatest identifier that a bucket may have. */
export const BUCKET_ID_MAX = 0xffffff00;
export const BUCKET_FIRST = 0xfffffffd;
export const BUCKET_LAST = 0xfffffffe;
export const BUCKET_ALL = 0xffffffff;

/** The key to a number in one of the tables here; undefined: no such number. */
export function nameOf<Name extends string>(
  table: Readonly<Record<Name, number>>,
  number: number,
): Name | undefined {
  for (const name in table) if (table[name] === number) return name;
  return undefined;
}
