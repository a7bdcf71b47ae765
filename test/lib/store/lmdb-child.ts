/**
 * A process that holds a store, for tests that kill it: `lmdb-child.ts DIRECTORY` prints the revision of each batch as
 * soon as `apply` has resolved, until it is killed.
 */
import { writeSync } from 'node:fs';
import { openLmdbStore } from '../../../lib/store/lmdb-store.ts';

const store = await openLmdbStore({ directory: process.argv[2] ?? '' });
for (;;) {
  const batches = [1, 2, 3].map((n) =>
    store.apply({ writes: [{ op: 'put', key: `port/${n}`, value: Math.random() }] }),
  );
  for (const revision of await Promise.all(batches)) writeSync(1, `${revision}\n`);
}
