/**
 * What an OpenFlow session tells its owner.
 */
import type { OpenFlowError } from '../values/errors.ts';
import type { ErrorMessage, Features, Message } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';

/** Why a request has no reply. */
export type RequestFailure =
  /** The switch refused it: errorType and code say why (values/error-names.ts). */
  | ErrorMessage
  /** The reply could not be understood, or was larger than the bound. */
  | { readonly type: 'bad-reply'; readonly error: OpenFlowError }
  | 'timeout';

/** The switch refused one message of a batch. */
export interface BatchError {
  /** Which, counted from 0. */
  readonly index: number;
  /** The first about it, with 64 bytes of data at most. */
  readonly message: ErrorMessage;
}

export type OpenFlowEvent =
  | { readonly type: 'ready'; readonly version: OpenFlowVersion; readonly features: Features }
  /** A multipart reply comes once, with all its parts in one message. */
  | {
      readonly type: 'reply';
      readonly xid: number;
      readonly message: Message;
      readonly parts?: undefined;
    }
  /** The reply to a flow dump: the bodies, undecoded, for scanFlowStats and decodeFlowStats. */
  | {
      readonly type: 'reply';
      readonly xid: number;
      readonly parts: readonly Uint8Array[];
      readonly message?: undefined;
    }
  | { readonly type: 'request-failed'; readonly xid: number; readonly error: RequestFailure }
  /** The switch has carried out a batch, but for these. */
  | { readonly type: 'batch'; readonly batch: number; readonly errors: readonly BatchError[] }
  /** Its barrier has no answer. */
  | {
      readonly type: 'batch-failed';
      readonly batch: number;
      readonly errors: readonly BatchError[];
      readonly error: RequestFailure;
    }
  /** What the switch says unasked (directions.ts), updates of a flow monitor, and messages that nobody here knows. */
  | { readonly type: 'async'; readonly message: Message }
  /** Packet-ins wait: takePacketIns. Comes once until they are taken. */
  | { readonly type: 'packet-ins' }
  /** An error that belongs to no request and no batch: it answers what `send` took. */
  | {
      readonly type: 'error';
      readonly xid: number;
      readonly message: ErrorMessage;
      /** Up to 64 bytes of the message that caused it. */
      readonly offending: Uint8Array;
    }
  /** A message that was dropped because it could not be understood, or is not the switch's to send. */
  | {
      readonly type: 'malformed';
      readonly error: OpenFlowError;
      /** Up to 64 bytes of it. */
      readonly offending: Uint8Array;
    }
  /** So many `async`, `error` and `malformed` events were dropped, because too many waited to be taken. */
  | { readonly type: 'lost'; readonly events: number }
  /** The last event, also for whatever is under way: close the connection once the output is sent. */
  | { readonly type: 'ended'; readonly error: OpenFlowError };
