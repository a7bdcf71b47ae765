/**
 * What an OpenFlow session answers when it is asked: packet-ins, and what it has counted.
 */
import type { Decoded } from '../wire/decode.ts';

export interface TakenPacketIns {
  readonly messages: readonly Decoded[];
  /** Still to be taken. */
  readonly waiting: number;
  /** Since the last call, because too many waited. */
  readonly dropped: number;
}

/** Since the session began. */
export interface SessionCounters {
  readonly malformed: number;
  readonly errorsAnswered: number;
  /** Errors that were due and not sent, because too many were. */
  readonly errorsUnanswered: number;
  readonly packetInsDropped: number;
  readonly eventsDropped: number;
}
