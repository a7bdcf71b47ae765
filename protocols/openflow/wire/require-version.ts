/**
 * What a version has no place for: left out in silence, the message would say less than its value, so it is told as the fault of our own
 * that it is.
 */
import { type OpenFlowVersion, VERSION_NAMES } from '../values/version.ts';

/** `what` needs the version `since`, when it is there at all. */
export function requireVersion(
  version: OpenFlowVersion,
  since: OpenFlowVersion,
  value: unknown,
  what: string,
): void {
  if (version < since && value !== undefined) {
    throw new TypeError(`${what} needs ${VERSION_NAMES[since]}`);
  }
}
