/**
 * A group: one packet, several buckets.
 *
 * Sources: OpenFlow 1.3.5 §5.6, §7.3.4.2; OpenFlow 1.5.1 §7.3.4.3 (bucket identifiers, insert and remove).
 */
import type { Action } from './actions.ts';
import type { MatchField } from './match.ts';

export type GroupType = 'all' | 'select' | 'indirect' | 'ff';

export interface Bucket {
  /** Unique in its group, at most 0xffffff00. On the wire from OpenFlow 1.5 on. */
  readonly bucketId: number;
  readonly actions: readonly Action[];
  /** Absent: 1 in a select group, 0 in any other. */
  readonly weight?: number;
  readonly watchPort?: number;
  readonly watchGroup?: number;
  /** OpenFlow 1.5: properties that we do not know, one behind the other, byte for byte. */
  readonly unknownProperties?: Uint8Array;
}

/** How a select group picks its bucket. OpenFlow 1.5 on; Netronome's property NTRT_SELECTION_METHOD. */
export interface GroupSelection {
  readonly method: 'hash' | 'dp_hash';
  /** 64 bits. */
  readonly param: bigint;
  /** What is hashed; the value is the mask. Empty: the method's own choice; dp_hash takes none. */
  readonly fields: readonly MatchField[];
}

/** OpenFlow 1.5 on. */
export interface GroupProperties {
  readonly selection?: GroupSelection;
  /** Properties that we do not know, one behind the other, byte for byte. */
  readonly unknownProperties?: Uint8Array;
}

export interface Group extends GroupProperties {
  readonly groupId: number;
  readonly type: GroupType;
  readonly buckets: readonly Bucket[];
}

/** Where new buckets go: at an end, or behind the bucket of that identifier. */
export type BucketPosition = 'first' | 'last' | number;

/** What a group-mod asks for. Single buckets are inserted and removed from OpenFlow 1.5 on. */
export type GroupMod =
  /** `add_or_modify`: Open vSwitch alone. */
  | { readonly command: 'add' | 'modify' | 'add_or_modify'; readonly group: Group }
  | {
      readonly command: 'delete';
      readonly groupId: number;
      /** Means nothing; absent: all. */
      readonly type?: GroupType;
      /** OpenFlow 1.5 lets them stand there, and they mean nothing. */
      readonly buckets?: readonly Bucket[];
    }
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

export interface BucketStats {
  /** All ones: the switch does not count. */
  readonly packets: bigint;
  readonly bytes: bigint;
}

export interface GroupStats {
  readonly groupId: number;
  readonly references: number;
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly buckets: readonly BucketStats[];
}

export interface GroupDesc extends Group {
  /** The number of a type that the specification does not have; `type` means nothing then. */
  readonly unknownType?: number;
}

/** What a switch can do with the groups of one type. */
export interface GroupTypeFeatures {
  readonly maxGroups: number;
  /** A bit for each OFPAT_*. */
  readonly actions: number;
}

export interface GroupFeatures {
  /** A bit for each OFPGT_*. */
  readonly types: number;
  /** OFPGFC_* bits. */
  readonly capabilities: number;
  readonly byType: Readonly<Record<GroupType, GroupTypeFeatures>>;
}
