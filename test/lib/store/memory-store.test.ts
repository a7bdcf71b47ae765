import { openMemoryStore } from '../../../lib/store/memory-store.ts';
import { storeContract } from '../../contracts/store-contract.ts';

storeContract('memory', async () => openMemoryStore(), {
  openTrimmed: async (feedRevisionsMax) => openMemoryStore({ feedRevisionsMax }),
  propertyRuns: 100,
});
