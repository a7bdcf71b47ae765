/**
 * What ports and queues count, and how queues are configured. A counter of all ones is one that the switch does not keep.
 *
 * Sources: OpenFlow 1.3.5 §7.3.5.6, §7.3.5.8; OpenFlow 1.4.1 §7.3.5.6, §7.3.5.8, §7.3.5.10 (properties); Intel's port statistics
 * (RFC 2819 and named counters) as Open vSwitch 3.1 speaks them.
 */
export const COUNTER_UNKNOWN = 0xffffffffffffffffn;

/** Of a duration's seconds: how long is not known. */
export const DURATION_UNKNOWN = 0xffffffff;

/** OFPQ_ALL. */
export const ALL_QUEUES = 0xffffffff;

export interface EthernetCounters {
  readonly receiveFrameErrors: bigint;
  readonly receiveOverruns: bigint;
  readonly receiveCrcErrors: bigint;
  readonly collisions: bigint;
}

/** RFC 2819's counters of packets by size, and of what is wrong with them. */
export interface Rfc2819Counters {
  /** 1 to 64, 65 to 127, 128 to 255, 256 to 511, 512 to 1023, 1024 to 1522, 1523 and more bytes. */
  readonly receivedBySize: readonly bigint[];
  readonly sentBySize: readonly bigint[];
  readonly sentMulticast: bigint;
  readonly receivedBroadcast: bigint;
  readonly sentBroadcast: bigint;
  readonly receivedUndersized: bigint;
  readonly receivedOversize: bigint;
  readonly receivedFragments: bigint;
  readonly receivedJabber: bigint;
}

export interface CustomCounter {
  readonly name: string;
  readonly value: bigint;
}

export interface PortStats {
  readonly port: number;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly receivedPackets: bigint;
  readonly sentPackets: bigint;
  readonly receivedBytes: bigint;
  readonly sentBytes: bigint;
  readonly receiveDropped: bigint;
  readonly sendDropped: bigint;
  readonly receiveErrors: bigint;
  readonly sendErrors: bigint;
  /** Always there in OpenFlow 1.3, a property from 1.4 on. */
  readonly ethernet?: EthernetCounters;
  readonly rfc2819?: Rfc2819Counters;
  readonly custom?: readonly CustomCounter[];
  /** Properties that we do not know (optical ones), one behind the other, byte for byte. */
  readonly unknownProperties?: Uint8Array;
}

export interface QueueStats {
  readonly port: number;
  readonly queueId: number;
  readonly bytes: bigint;
  readonly packets: bigint;
  readonly errors: bigint;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  /** From 1.4 on; none is defined. */
  readonly unknownProperties?: Uint8Array;
}

/** Rates in 1/10 percent of the port's; above 1000: not in force; absent: not said. */
export interface QueueDesc {
  readonly port: number;
  readonly queueId: number;
  readonly minRate?: number;
  readonly maxRate?: number;
  readonly unknownProperties?: Uint8Array;
}
