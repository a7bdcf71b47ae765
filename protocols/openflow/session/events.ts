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
  /** Port-status, packet-in, flow-removed, role-status, and experimenter messages that nobody asked for. */
  | { readonly type: 'async'; readonly message: Message }
  /** An error that belongs to no request: it answers what `send` took. */
  | {
      readonly type: 'error';
      readonly xid: number;
      readonly message: ErrorMessage;
      /** Up to 64 bytes of the message that caused it. */
      readonly offending: Uint8Array;
    }
  /** A message that was dropped because it could not be understood. */
  | {
      readonly type: 'malformed';
      readonly error: OpenFlowError;
      /** Up to 64 bytes of it. */
      readonly offending: Uint8Array;
    }
  /** The last event: close the connection once the output is sent. */
  | { readonly type: 'ended'; readonly error: OpenFlowError };
