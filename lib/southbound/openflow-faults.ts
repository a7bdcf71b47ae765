/**
 * What a switch's refusals say, and which flow they are about.
 */
import type { RequestFailure } from '../../protocols/openflow/session/events.ts';
import { errorName } from '../../protocols/openflow/values/error-names.ts';
import type { ErrorMessage } from '../../protocols/openflow/values/messages.ts';

/** OFPET_ROLE_REQUEST_FAILED, OFPRRFC_STALE: OpenFlow 1.3.5 §7.4.4. */
const ROLE_REQUEST_FAILED = 11;
const STALE = 0;
/** OFPET_BAD_REQUEST, OFPBRC_IS_SLAVE: OpenFlow 1.3.5 §7.4.4. */
const BAD_REQUEST = 1;
const IS_SLAVE = 10;
/** OFPT_FLOW_MOD; its cookie follows the header: OpenFlow 1.3.5 §7.3.4.1. */
const FLOW_MOD = 14;
const COOKIE_AT = 8;

export function describeError(error: ErrorMessage): string {
  return errorName(error);
}

export function isStaleGeneration(failure: RequestFailure): boolean {
  if (failure === 'timeout' || failure.type !== 'error') return false;
  return failure.errorType === ROLE_REQUEST_FAILED && failure.code === STALE;
}

/** The master role was taken from us: how OpenFlow 1.3 tells, which has no role-status. */
export function isSlaveError(error: ErrorMessage): boolean {
  return error.errorType === BAD_REQUEST && error.code === IS_SLAVE;
}

/** The cookie of the flow-mod that was refused; undefined: it was something else. */
export function cookieOfOffending(offending: Uint8Array): bigint | undefined {
  if (offending.length < COOKIE_AT + 8 || offending[1] !== FLOW_MOD) return undefined;
  const view = new DataView(offending.buffer, offending.byteOffset, offending.byteLength);
  return view.getBigUint64(COOKIE_AT);
}
