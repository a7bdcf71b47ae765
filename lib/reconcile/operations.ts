/**
 * What is to be done to one switch, as values in the order in which it must happen.
 *
 * The order is the one place that keeps live state without a gap: groups before the flows that use them, flows
 * added before flows removed, copies and groups removed last.
 */
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import type { Bucket, Group } from '../../protocols/openflow/values/group.ts';

/** A flow as the switch reported it: enough to remove exactly it. */
export interface InstalledFlow {
  readonly table: number;
  readonly priority: number;
  /** ofp_match's fields, as on the wire. */
  readonly matchBytes: Uint8Array;
}

export type Operation =
  | { readonly type: 'group-add'; readonly group: Group }
  | { readonly type: 'group-modify'; readonly group: Group }
  | {
      readonly type: 'buckets-insert';
      readonly groupId: number;
      readonly buckets: readonly Bucket[];
    }
  | { readonly type: 'flow-add'; readonly flow: Flow }
  | { readonly type: 'flow-remove'; readonly flow: Flow }
  | { readonly type: 'installed-flow-remove'; readonly flow: InstalledFlow }
  | { readonly type: 'bucket-remove'; readonly groupId: number; readonly bucketId: number }
  | { readonly type: 'group-delete'; readonly groupId: number };

const RANK: Readonly<Record<Operation['type'], number>> = {
  'group-add': 0,
  'group-modify': 0,
  'buckets-insert': 0,
  'flow-add': 1,
  'flow-remove': 2,
  'installed-flow-remove': 2,
  'bucket-remove': 3,
  'group-delete': 4,
};

/** Stable: operations of one rank keep their order. */
export function order(operations: readonly Operation[]): Operation[] {
  const ranks: Operation[][] = [[], [], [], [], []];
  for (const operation of operations) ranks[RANK[operation.type]]?.push(operation);
  return ranks.flat();
}
