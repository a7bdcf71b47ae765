/**
 * What every route is given.
 */
import type { ApiLimits } from './api-limits.ts';
import type { Authority } from './authority.ts';
import type { LongRequests } from './long-requests.ts';

/** One line per change of state; the daemon's logger fits. */
export interface ApiLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface ApiContext {
  readonly authority: Authority;
  readonly limits: ApiLimits;
  readonly longRequests: LongRequests;
  readonly version: string;
  readonly log: ApiLog;
}
