/**
 * Which tracked connections are to be forgotten (NXT_CT_FLUSH).
 *
 * Source: nicira-ext.h of Open vSwitch 3.1.
 */

/** One direction of a connection. Absent members leave open. */
export interface CtTuple {
  /** 128 bits; IPv4 as ::ffff:a.b.c.d. */
  readonly source?: bigint;
  readonly destination?: bigint;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmpId?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** Properties that we do not know, one behind the other, byte for byte. */
  readonly unknownProperties?: Uint8Array;
}

export interface CtFlush {
  /** 0: any. */
  readonly ipProtocol: number;
  readonly original?: CtTuple;
  readonly reply?: CtTuple;
  /** Absent: every zone. */
  readonly zone?: number;
  readonly unknownProperties?: Uint8Array;
}
