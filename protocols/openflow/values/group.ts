/**
 * A group: one packet, several buckets.
 *
 * Sources: OpenFlow 1.3.5 §5.6, §7.3.4.2; OpenFlow 1.5.1 §7.3.4.3 (bucket identifiers, insert and remove).
 */
import type { Action } from './actions.ts';

export type GroupType = 'all' | 'select' | 'indirect' | 'ff';

export interface Bucket {
  /** Unique in its group, at most 0xffffff00. On the wire from OpenFlow 1.5 on. */
  readonly bucketId: number;
  readonly actions: readonly Action[];
  readonly weight?: number;
  readonly watchPort?: number;
  readonly watchGroup?: number;
}

export interface Group {
  readonly groupId: number;
  readonly type: GroupType;
  readonly buckets: readonly Bucket[];
}

/** Where new buckets go: at an end, or behind the bucket of that identifier. */
export type BucketPosition = 'first' | 'last' | number;

/** What a group-mod asks for. Single buckets are inserted and removed from OpenFlow 1.5 on. */
export type GroupMod =
  | { readonly command: 'add' | 'modify'; readonly group: Group }
  | { readonly command: 'delete'; readonly groupId: number }
  | {
      readonly command: 'insert_buckets';
      readonly groupId: number;
      readonly type: GroupType;
      readonly buckets: readonly Bucket[];
      /** Absent: last. */
      readonly position?: BucketPosition;
    }
  | {
      readonly command: 'remove_bucket';
      readonly groupId: number;
      readonly type: GroupType;
      readonly bucketId: 'first' | 'last' | 'all' | number;
    };
