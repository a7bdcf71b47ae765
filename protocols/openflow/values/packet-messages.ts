/**
 * Packets between switch and controller: packet-in in its three formats, packet-out, and the resume of a packet that waits.
 *
 * A `controller(pause)` action stops a packet in the middle of the pipeline. Its packet-in then carries a continuation, which is
 * nobody's but the switch's: it goes back in a resume, byte for byte.
 *
 * Sources: OpenFlow 1.3.5 §7.3.7, §7.4.1; OpenFlow 1.5.1 §7.3.6, §7.4.1; nicira-ext.h of Open vSwitch 3.1 (NXT_PACKET_IN,
 * NXT_PACKET_IN2, NXT_RESUME).
 */
import type { Action } from './actions.ts';
import type { Match } from './match.ts';

/** OFPR_*, in ovs-actions(7)'s words, by number. Before OpenFlow 1.4 only the first three. */
export const PACKET_IN_REASONS = [
  ...['no_match', 'action', 'invalid_ttl', 'action_set', 'group', 'packet_out'],
] as const;

interface PacketInBody {
  /** OFP_NO_BUFFER: the switch keeps none. */
  readonly bufferId: number;
  /** Of the packet; `data` may be only its beginning. */
  readonly totalLength: number;
  /** OFPR_*. */
  readonly reason: number;
  readonly table: number;
  /** All ones: there is none. */
  readonly cookie: bigint;
  /** The pipeline's fields: in_port, metadata, registers, tunnel. */
  readonly match: Match;
  readonly data: Uint8Array;
}

export interface PacketIn extends PacketInBody {
  readonly type: 'packet_in';
}

/** Its match has NXM headers: nxm_in_port, not in_port. */
export interface NxPacketIn extends PacketInBody {
  readonly type: 'nx_packet_in';
}

/** What a packet-in2 and a resume have in common. */
interface PacketIn2Body {
  /** The packet or its beginning; never empty. */
  readonly data: Uint8Array;
  /** Of the packet; absent: `data` is all of it. */
  readonly fullLength?: number;
  /** Absent: the switch keeps none. */
  readonly bufferId?: number;
  /** Absent: 0. */
  readonly table?: number;
  /** Absent: there is none. */
  readonly cookie?: bigint;
  /** OFPR_*; absent: 0, no_match. */
  readonly reason?: number;
  /** The pipeline's fields; absent: none. */
  readonly metadata?: Match;
  readonly continuation?: Continuation;
  /** Properties that we do not know, header and padding with them. */
  readonly unknown?: Uint8Array;
}

export interface NxPacketIn2 extends PacketIn2Body {
  readonly type: 'nx_packet_in2';
  /** As the `controller` action of the flow has it. */
  readonly userdata?: Uint8Array;
}

/** Open vSwitch takes it from whom it sent the packet-in2 with this continuation. */
export interface Resume extends PacketIn2Body {
  readonly type: 'resume';
  readonly userdata?: Uint8Array;
}

export interface Continuation {
  /** What a resume takes back. */
  readonly bytes: Uint8Array;
  /** What Open vSwitch 3.1 means by it; absent unless the message was judged strictly: it is no controller's business. */
  readonly parts?: ContinuationParts;
}

export interface ContinuationParts {
  /** 32 hexadecimal digits with hyphens; absent: zeros. */
  readonly bridge?: string;
  /** The top first. */
  readonly stack: readonly bigint[];
  readonly mirrors: number;
  readonly conntracked: boolean;
  /** What is still to be done, and by which flow's order. */
  readonly actions: readonly ContinuationActions[];
  readonly actionSet: readonly Action[];
  /** Of the datapath; 0: none. */
  readonly datapathPort: number;
}

export interface ContinuationActions {
  readonly table: number;
  readonly cookie: bigint;
  readonly actions: readonly Action[];
}

export interface PacketOut {
  readonly type: 'packet_out';
  /** Absent: OFP_NO_BUFFER. */
  readonly bufferId?: number;
  readonly inPort: number;
  /** OpenFlow 1.5: the other fields of the pipeline, without in_port. */
  readonly match?: Match;
  readonly actions: readonly Action[];
  readonly data: Uint8Array;
}

export type PacketMessage = PacketIn | NxPacketIn | NxPacketIn2 | Resume | PacketOut;

/** What a controller may have done to a packet that waits. */
export interface ResumeChanges {
  readonly data?: Uint8Array;
  readonly metadata?: Match;
}

/**
 * The resume of a packet that waits: the packet goes on where it stopped, as `changes` say. Only a packet-in2 with a
 * continuation can be resumed, and only whole: a packet that the switch cut off would go on cut off.
 */
export function resumeOf(packetIn: NxPacketIn2, changes: ResumeChanges = {}): Resume {
  const { data, fullLength = data.length, continuation } = packetIn;
  if (continuation === undefined) {
    throw new TypeError('a packet-in2 without a continuation cannot be resumed; ask for pause');
  }
  if (changes.data === undefined && fullLength !== data.length) {
    throw new RangeError(
      `${data.length} of ${fullLength} bytes came: leave max_len out to resume a packet`,
    );
  }
  const { table, cookie, reason, metadata } = { ...packetIn, ...changes };
  return {
    type: 'resume',
    data: changes.data ?? data,
    ...(table === undefined ? {} : { table }),
    ...(cookie === undefined ? {} : { cookie }),
    ...(reason === undefined ? {} : { reason }),
    ...(metadata === undefined ? {} : { metadata }),
    continuation: { bytes: continuation.bytes },
  };
}
