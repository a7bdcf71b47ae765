/**
 * Opens the store that the configuration names: the only place that knows both kinds.
 */
import type { Log } from '../runtime/log.ts';
import type { Store } from '../store/contract.ts';
import { openLmdbStore } from '../store/lmdb-store.ts';
import type { Configuration } from './configuration-options.ts';
import { waitForStore } from './store-wait.ts';

export type StoreConfiguration = Pick<Configuration, 'domain' | 'store'> &
  Partial<Pick<Configuration, 'store-wait-replicas' | 'store-wait-aof' | 'feed-revisions-max'>>;

/**
 * Waits for a Redis that does not answer.
 *
 * @throws StoreError with one sentence when the store refuses, or `stop` is aborted.
 */
export function openStore(
  configuration: StoreConfiguration,
  log: Log,
  stop?: AbortSignal,
): Promise<Store> {
  const open = () => openStoreNow(configuration, log);
  // A directory that another process holds is a mistake; a server that is away comes back.
  return configuration.store.type === 'redis' ? waitForStore(open, log, stop) : open();
}

/** @throws StoreError with one sentence, also when it does not answer. */
export async function openStoreNow(configuration: StoreConfiguration, log: Log): Promise<Store> {
  const { store, domain, 'feed-revisions-max': feedRevisionsMax } = configuration;
  const feed = feedRevisionsMax === undefined ? {} : { feedRevisionsMax };
  if (store.type === 'lmdb') return openLmdbStore({ directory: store.directory, ...feed });
  // Loaded when it is wanted, so that a start without Redis does not pay for its client.
  const { openRedisStore } = await import('../store/redis-store.ts');
  return openRedisStore({
    ...{ location: store.location, domain, log, ...feed },
    waitReplicas: configuration['store-wait-replicas'] ?? 0,
    waitAof: configuration['store-wait-aof'] ?? false,
    onDivergence: (key, detail) =>
      log.error(
        `the store has told us something else of ${key} than it holds (${detail}); it was read anew`,
      ),
  });
}
