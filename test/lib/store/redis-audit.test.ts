/**
 * The comparison of what Redis has with what its feed told.
 */
import { expect } from 'chai';
import { put, remove, Watched } from '../../contracts/store-probe.ts';
import { RedisFleet, type RedisServer, waitFor } from '../../support/redis-server.ts';
import { freshDomain, Stores } from './redis-lab.ts';

describe('the audit of the Redis store', () => {
  const stores = new Stores();
  const fleet = new RedisFleet();
  let server: RedisServer;
  before(async () => {
    server = await fleet.start();
  });
  afterEach(() => stores.close());
  after(() => fleet.stop());

  it('finds what was changed, removed and added behind the feed, and tells the readers', async () => {
    const domain = freshDomain();
    const found: string[] = [];
    const options = { auditStepMs: 20, onDivergence: (key: string) => found.push(key) };
    const store = await stores.open(server.location, domain, options);
    const names = Array.from({ length: 2000 }, (_, n) => `port/${n}`);
    await store.apply({ writes: names.map((name) => put(name, 1)) });
    const { revision } = await store.snapshot();
    const watched = new Watched();
    store.watch(revision, watched.listener, watched.ended);
    await store.apply({ writes: [put('port/0', 2)] });
    const records = `nva:{${domain}}:records`;
    await server.cli('HSET', records, 'port/7', '1 "tampered"', 'port/new', '1 "added"');
    await server.cli('HDEL', records, 'port/8');
    await waitFor(() => found.length >= 3, 'the audit');
    expect(found.sort()).to.deep.equal(['port/7', 'port/8', 'port/new']);
    await waitFor(() => watched.sets.length >= 3, 'the corrections');
    const corrections = watched.sets.slice(1);
    expect(new Set(corrections.map((set) => set.revision))).to.deep.equal(new Set([2]));
    expect(corrections.flatMap(({ changes }) => changes)).to.have.deep.members([
      { op: 'put', record: { key: 'port/7', revision: 1, value: 'tampered' } },
      { op: 'put', record: { key: 'port/new', revision: 1, value: 'added' } },
      { op: 'delete', key: 'port/8', revision: 2 },
    ]);
    await store.apply({ writes: [put('port/a', 3)] });
    await waitFor(() => watched.revisions.at(-1) === 3, 'the feed to go on');
    expect(found).to.have.length(3);
    expect(watched.errors).to.deep.equal([]);
  });

  it('raises no false alarm while others write', async () => {
    const domain = freshDomain();
    const found: string[] = [];
    const options = {
      auditStepMs: 1,
      onDivergence: (key: string, detail: string) => found.push(`${key}: ${detail}`),
    };
    const store = await stores.open(server.location, domain, options);
    const writer = await stores.open(server.location, domain);
    await writer.apply({ writes: [put('port/0', 0)] });
    const { revision } = await store.snapshot();
    const watched = new Watched();
    store.watch(revision, watched.listener, watched.ended);
    const until = performance.now() + 1500;
    for (let n = 0; performance.now() < until; n++) {
      await Promise.all(
        [n % 11, 11 + (n % 13), 30].map((index) => {
          const key = `port/${index}`;
          return writer.apply({ writes: [n % 3 === 0 ? remove(key) : put(key, n)] });
        }),
      );
    }
    expect(watched.sets.length).to.be.greaterThan(500);
    expect(found).to.deep.equal([]);
    expect(watched.errors).to.deep.equal([]);
  });
});
