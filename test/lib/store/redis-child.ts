/**
 * A process that writes to a Redis store: LOCATION DOMAIN COUNT. Tells its parent when each batch began and how long
 * it took.
 */
import { openRedisStore } from '../../../lib/store/redis-store.ts';
import { locationOf } from './redis-lab.ts';

const [text = '', domain = '', count = '0'] = process.argv.slice(2);
const store = await openRedisStore({ location: locationOf(text), domain });
const sent: { at: number; tookMs: number }[] = [];
for (let n = 0; n < Number(count); n++) {
  const before = performance.now();
  await store.apply({ writes: [{ op: 'put', key: 'port/a', value: n }] });
  sent.push({
    at: performance.timeOrigin + before,
    tookMs: performance.now() - before,
  });
  await new Promise((resolve) => {
    setTimeout(resolve, 2);
  });
}
await store.close();
process.send?.(sent);
process.disconnect();
