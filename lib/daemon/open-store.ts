/**
 * Opens the store that the configuration names: the only place that knows both kinds.
 */
import type { Log } from '../runtime/log.ts';
import type { Store } from '../store/contract.ts';
import { openLmdbStore } from '../store/lmdb-store.ts';
import type { Configuration } from './configuration-options.ts';
import { waitForStore } from './store-wait.ts';

export type StoreConfiguration = Pick<
  Configuration,
  'domain' | 'store' | 'store-wait-replicas' | 'store-wait-aof' | 'feed-revisions-max'
>;

/**
 * Waits for a Redis that does not answer.
 *
 * @throws StoreError with one sentence when the store refuses, or `stop` is aborted.
 */
export async function openStore(
  configuration: StoreConfiguration,
  log: Log,
  stop?: AbortSignal,
): Promise<Store> {
  const { store, domain } = configuration;
  const feedRevisionsMax = configuration['feed-revisions-max'];
  if (store.type === 'lmdb') return openLmdbStore({ directory: store.directory, feedRevisionsMax });
  const { location } = store;
  // Loaded when it is wanted: its client costs a start without it 50 ms.
  const { openRedisStore } = await import('../store/redis-store.ts');
  const open = () =>
    openRedisStore({
      ...{ location, domain, feedRevisionsMax, log },
      waitReplicas: configuration['store-wait-replicas'],
      waitAof: configuration['store-wait-aof'],
      onDivergence: (key, detail) =>
        log.error(
          `the store has told us something else of ${key} than it holds (${detail}); it was read anew`,
        ),
    });
  return waitForStore(open, log, stop);
}
