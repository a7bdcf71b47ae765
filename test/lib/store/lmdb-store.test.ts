import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore } from '../../../lib/store/lmdb-store.ts';
import { storeContract } from '../../contracts/store-contract.ts';

const base = mkdtempSync(join(tmpdir(), 'nva-store-'));
let count = 0;
const directory = (): string => join(base, String(count++));

storeContract('lmdb', () => openLmdbStore({ directory: directory() }), {
  openTrimmed: (feedRevisionsMax) => openLmdbStore({ directory: directory(), feedRevisionsMax }),
});

after(() => {
  rmSync(base, { recursive: true, force: true });
});
