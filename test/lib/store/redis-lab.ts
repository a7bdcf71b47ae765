/**
 * What the tests of the Redis store share: a store by the text of its location, and domains that nobody else uses.
 */
import type { Store } from '../../../lib/store/contract.ts';
import { parseRedisLocation, type RedisLocation } from '../../../lib/store/redis-location.ts';
import { openRedisStore, type RedisStoreOptions } from '../../../lib/store/redis-store.ts';

let domains = 0;

export function freshDomain(): string {
  return `d${domains++}`;
}

export function locationOf(text: string): RedisLocation {
  const parsed = parseRedisLocation(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

/** Opens stores and closes them all. */
export class Stores {
  readonly #opened: Store[] = [];

  async open(
    text: string,
    domain: string,
    options: Partial<RedisStoreOptions> = {},
  ): Promise<Store> {
    const store = await openRedisStore({ location: locationOf(text), domain, ...options });
    this.#opened.push(store);
    return store;
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((store) => store.close()));
  }
}
