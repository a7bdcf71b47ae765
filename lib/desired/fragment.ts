/**
 * A fragment: what one record asks of every NVE in its audience.
 *
 * Immutable, and the same object for every NVE that holds it, so that whoever encodes it does so once.
 */
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import type { Bucket } from '../../protocols/openflow/values/group.ts';
import type { RecordKey } from '../model/records.ts';

export interface GroupBucket {
  readonly groupId: number;
  readonly bucket: Bucket;
  /** Bytes that this bucket adds to the translation of one packet (lib/desired/replication.ts). */
  readonly cost: number;
  /** The NVE that a remote bucket serves. */
  readonly remote?: string;
}

export interface Fragment {
  /** The record that caused it. */
  readonly cause: RecordKey;
  readonly flows: readonly Flow[];
  /** Groups (of type all) that exist because of it. */
  readonly groups: readonly number[];
  readonly buckets: readonly GroupBucket[];
  /** Set when the fragment speaks of LOCAL_PORT: the port whose OpenFlow number must be put there. */
  readonly port?: string;
}

/**
 * Stands for "the OpenFlow number of this fragment's own port" until `link` knows it.
 * Above OFPP_MAX (0xffffff00) and none of the reserved ports, so it can never pass for a real number.
 */
export const LOCAL_PORT = 0xffffff42;
