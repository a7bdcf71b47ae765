/**
 * Every limit of the API, and who pays when it is hit.
 */
export interface ApiLimits {
  /** The sender of a larger body gets 413; what follows is dropped. */
  readonly bodyMaxBytes: number;
  /** The sender of more gets 431. */
  readonly headersMaxBytes: number;
  /** A client that has not sent its headers by then is disconnected. */
  readonly headersTimeoutMs: number;
  /** A client that has not sent its whole request by then is disconnected. */
  readonly requestTimeoutMs: number;
  /** A client that neither sends nor reads for so long is disconnected (streams have `stallMaxMs`). */
  readonly idleTimeoutMs: number;
  /** A connection more is closed at once. */
  readonly connectionsMax: number;
  /** Watches, followed events and waits; one more gets 503 `too-many-streams`. */
  readonly streamsMax: number;
  /** A watcher that has not taken what it was sent for so long is dropped. */
  readonly stallMaxMs: number;
  /** A watcher that has more than this unread when the next line comes is dropped. */
  readonly backlogMaxBytes: number;
  /** Lists are sent to a watcher no more often than this. */
  readonly watchIntervalMs: number;
  /** `close()` gives requests under way this long to finish. */
  readonly closeGraceMs: number;
}

export const API_LIMITS: ApiLimits = {
  bodyMaxBytes: 1024 * 1024,
  headersMaxBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  idleTimeoutMs: 60_000,
  connectionsMax: 512,
  streamsMax: 128,
  stallMaxMs: 15_000,
  backlogMaxBytes: 1024 * 1024,
  watchIntervalMs: 250,
  closeGraceMs: 1_000,
};

/** The longest `wait` that can be asked for. */
export const WAIT_MAX_SECONDS = 3600;
export const WAIT_DEFAULT_SECONDS = 30;
