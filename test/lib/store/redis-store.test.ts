import { openRedisStore } from '../../../lib/store/redis-store.ts';
import { membershipContract } from '../../contracts/membership-contract.ts';
import { storeContract } from '../../contracts/store-contract.ts';
import { RedisServer } from '../../support/redis-server.ts';
import { freshDomain, locationOf } from './redis-lab.ts';

let server: RedisServer;

before(async () => {
  server = await RedisServer.start();
});

after(() => server.stop());

storeContract(
  'redis',
  () => openRedisStore({ location: locationOf(server.location), domain: freshDomain() }),
  {
    openTrimmed: (feedRevisionsMax) =>
      openRedisStore({
        location: locationOf(`redis+unix:${server.socket}`),
        domain: freshDomain(),
        feedRevisionsMax,
      }),
  },
);

membershipContract('redis', async () => {
  const domain = freshDomain();
  return {
    open: () => openRedisStore({ location: locationOf(server.location), domain }),
    wipe: async () => {
      await server.cli('FLUSHALL');
    },
  };
});
