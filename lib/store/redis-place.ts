/**
 * What an operator should know of the place where a domain is kept, said once when the store is opened.
 */
import type { Log } from '../runtime/log.ts';
import type { RedisSession } from './redis-session.ts';

export interface Place {
  readonly session: RedisSession;
  readonly domain: string;
  readonly description: string;
  /** The domain was never written there. */
  readonly fresh: boolean;
  readonly log: Log | undefined;
}

/** So many steps of a thousand keys are looked through for other domains: a hint must not cost much. */
const SCAN_STEPS_MAX = 100;

export async function checkPlace(place: Place): Promise<void> {
  const { session, description, log } = place;
  if (log === undefined) return;
  const { maxmemoryPolicy } = session.server;
  if (maxmemoryPolicy !== '' && maxmemoryPolicy !== 'noeviction') {
    log.warn(
      `The Redis ${description} may evict records when its memory is full (maxmemory-policy ${maxmemoryPolicy}); set maxmemory-policy noeviction there.`,
    );
  }
  if (!place.fresh) return;
  const others = await otherDomains(place);
  if (others.length === 0) return;
  log.warn(
    `The domain ${place.domain} is new in the Redis ${description}, which has the domains ${others.join(', ')}; check the name of the domain if it should be one of these.`,
  );
}

async function otherDomains({ session, domain }: Place): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  for (let step = 0; step < SCAN_STEPS_MAX; step++) {
    const answer = await session.reads.call('SCAN', [
      cursor,
      'MATCH',
      'nva:{*}:meta',
      'COUNT',
      1000,
    ]);
    const [next, keys] = Array.isArray(answer) ? answer : ['0', []];
    for (const key of Array.isArray(keys) ? keys : []) {
      const name = /^nva:\{(.+)\}:meta$/.exec(String(key))?.[1];
      if (name !== undefined && name !== domain) found.add(name);
    }
    cursor = String(next);
    if (cursor === '0') break;
  }
  return [...found].sort().slice(0, 10);
}
