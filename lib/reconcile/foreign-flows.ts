/**
 * Flows of others that come before ours: in the table where packets enter, with our priority or a higher one, they take
 * what they match before any network of ours sees it.
 */
import { isOurCookieHigh } from '../desired/cookie.ts';
import { PRIORITIES, TABLES } from '../desired/pipeline.ts';
import type { InstalledFlows } from './diff.ts';

/** One sentence; undefined: there are none. */
export function foreignFlowsText(flows: InstalledFlows): string | undefined {
  let count = 0;
  let first = '';
  for (let index = 0; index < flows.count; index++) {
    if (isOurCookieHigh(flows.cookieHigh(index))) continue;
    const { table, priority } = flows.flow(index);
    if (table !== TABLES.classify || priority < PRIORITIES.normal) continue;
    count++;
    const cookie = (BigInt(flows.cookieHigh(index)) << 32n) | BigInt(flows.cookieLow(index));
    first ||= `priority ${priority}, cookie 0x${cookie.toString(16)}`;
  }
  if (count === 0) return undefined;
  const [what, take] =
    count === 1
      ? ['1 flow of others comes', 'it takes']
      : [`${count} flows of others come`, 'they take'];
  return `${what} before ours in table ${TABLES.classify} (${first}): ${take} what matches before our networks do; see them with "ovs-ofctl dump-flows", and have their owner lower their priority below ${PRIORITIES.normal} if that is not meant`;
}
