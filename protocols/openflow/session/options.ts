/**
 * What an OpenFlow session may be told, and its bounds; each says who pays when it is reached.
 */
import type { DurationMs } from '../../base/units.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import type { BatchBounds } from './batches.ts';
import type { PacketInBounds } from './packet-ins.ts';

export interface OpenFlowSessionOptions extends BatchBounds, PacketInBounds {
  /** Ascending. */
  readonly versions: readonly OpenFlowVersion[];
  /** Silence after which an echo request goes out; after as much again the session ends. Infinity: never. */
  readonly probeIntervalMs: DurationMs;
  /** From the beginning to `ready`. */
  readonly handshakeTimeoutMs: DurationMs;
  /** Of all parts of one reply, as they come; decoded records take up to some twenty times as much. Above it that request fails. */
  readonly multipartMaxBytes: number;
  /** That wait for the owner; above it what came unasked is dropped and counted. */
  readonly eventsMax: number;
  /** That wait for the driver; above it the session ends. */
  readonly outputMaxBytes: number;
  /** Errors of ours for what the peer got wrong; more of them in a second are only counted. */
  readonly errorAnswersPerSecond: number;
}

export const OPENFLOW_SESSION_DEFAULTS: OpenFlowSessionOptions = {
  versions: [4, 5, 6],
  // Open vSwitch's own default inactivity_probe (ovs-vswitchd.conf.db(5)).
  probeIntervalMs: 5_000,
  handshakeTimeoutMs: 10_000,
  // About 400,000 flows of a dump.
  multipartMaxBytes: 64 * 1024 * 1024,
  eventsMax: 10_000,
  // As much as the driver lets wait in a socket (lib/runtime/connection.ts).
  outputMaxBytes: 16 * 1024 * 1024,
  // As Open vSwitch limits what it logs and sends about one peer: a burst is enough to see what is wrong.
  errorAnswersPerSecond: 10,
  packetInsMax: 256,
  packetInBytesMax: 1024 * 1024,
  batchesUnderWayMax: 4,
  batchesWaitingMax: 64,
};
