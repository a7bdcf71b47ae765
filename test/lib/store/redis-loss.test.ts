/**
 * What becomes of the readers and writers of a Redis that goes away, comes back, and has lost something.
 */
import { expect } from 'chai';
import { type Store, StoreError } from '../../../lib/store/contract.ts';
import { pause, put, refusal, Watched } from '../../contracts/store-probe.ts';
import { RedisFleet, waitFor } from '../../support/redis-server.ts';
import { freshDomain, Stores } from './redis-lab.ts';

const AOF = ['--appendonly', 'yes', '--appendfsync', 'always'];

describe('the Redis store and loss', () => {
  const stores = new Stores();
  const fleet = new RedisFleet();
  afterEach(async () => {
    await stores.close();
    await fleet.stop();
  });

  async function followed(store: Store): Promise<Watched> {
    const watched = new Watched();
    const { revision } = await store.snapshot();
    store.watch(revision, watched.listener, watched.ended);
    return watched;
  }

  /** Applies as soon as the store is there again. */
  async function applyAgain(store: Store, key: string): Promise<number> {
    let revision = 0;
    await waitFor(async () => {
      try {
        revision = await store.apply({ writes: [put(key, 1)] });
        return true;
      } catch {
        return false;
      }
    }, 'the store');
    return revision;
  }

  it('goes on after a restart with its data, without a word to its readers', async () => {
    const server = await fleet.start({ args: AOF });
    const store = await stores.open(server.location, freshDomain());
    const watched = await followed(store);
    await store.apply({ writes: [put('port/a', 1)] });
    await server.kill();
    // Until the end of the connection has come, what is sent has an open fate.
    await waitFor(async () => {
      const error = await store.apply({ writes: [] }).catch((fault: unknown) => fault);
      return error instanceof StoreError && error.code === 'store-unavailable' && error.retryable;
    }, 'the end of the connection');
    await refusal(store.snapshot(), 'store-unavailable');
    await server.start();
    expect(await applyAgain(store, 'port/b')).to.equal(2);
    await waitFor(() => watched.sets.length === 2, 'the feed');
    expect(watched.revisions).to.deep.equal([1, 2]);
    expect(watched.errors).to.deep.equal([]);
  });

  it('finds itself in the history that another has restored, whose newest it may not have read', async () => {
    const server = await fleet.start();
    const domain = freshDomain();
    const ahead = await stores.open(server.location, domain);
    const behind = await stores.open(server.location, domain);
    await ahead.apply({ writes: [put('port/a', 1)] });
    const [told, lags] = [await followed(ahead), await followed(behind)];
    await ahead.apply({ writes: [put('port/b', 1)] });
    await waitFor(() => told.sets.length === 1 && lags.sets.length === 1, 'the feed');
    const copy = await ahead.snapshot();
    await server.cli('FLUSHALL');
    await waitFor(() => told.errors.length > 0 && lags.errors.length > 0, 'the end');
    await ahead.restore?.(copy);
    await refusal(behind.restore?.(copy) ?? pause(0), 'precondition-failed');
    expect(await behind.apply({ writes: [] })).to.equal(2);
  });

  it('is forked with ancestor 0 after a restart without data', async () => {
    const server = await fleet.start();
    const store = await stores.open(server.location, freshDomain());
    const watched = await followed(store);
    await store.apply({ writes: [put('port/a', 1)] });
    await server.kill();
    await server.start();
    await waitFor(() => watched.errors.length > 0, 'the end');
    expect(watched.errors.map(({ code, ancestor }) => [code, ancestor])).to.deep.equal([
      ['store-forked', 0],
    ]);
    await refusal(store.apply({ writes: [put('port/b', 1)] }), 'store-forked');
    expect((await store.snapshot()).revision).to.equal(0);
  });

  it('notices FLUSHALL under a live feed without anybody writing or announcing', async () => {
    const server = await fleet.start();
    const store = await stores.open(server.location, freshDomain());
    const watched = await followed(store);
    await store.apply({ writes: [put('port/a', 1)] });
    await waitFor(() => watched.sets.length === 1, 'the batch');
    await server.cli('FLUSHALL');
    await waitFor(() => watched.errors.length > 0, 'the end', 3000);
    expect(watched.errors[0]?.code).to.equal('store-forked');
  });

  it('takes nothing from a domain that was written anew after it was emptied', async () => {
    const server = await fleet.start();
    const domain = freshDomain();
    const [left, right] = [
      await stores.open(server.location, domain),
      await stores.open(server.location, domain),
    ];
    for (let n = 0; n < 3; n++) await left.apply({ writes: [put('port/a', n)] });
    const watched = await followed(left);
    await pause(100); // until it blocks on the feed
    await server.cli('FLUSHALL');
    for (let n = 0; n < 5; n++) await right.apply({ writes: [put('port/z', n)] });
    await waitFor(() => watched.errors.length > 0, 'the end');
    expect(watched.sets).to.deep.equal([]);
    expect(watched.errors[0]?.ancestor).to.equal(0);
    const error = await refusal(
      left.restore?.({ revision: 3, records: [] }) ?? pause(0),
      'precondition-failed',
    );
    expect(error.message).to.contain('not empty');
  });

  for (const [length, batches] of [
    ['shorter than', 1],
    ['as long as', 3],
    ['longer than', 8],
  ] as const) {
    it(`names the last common revision when the history goes on ${length} the tail that was lost`, async () => {
      const server = await fleet.start();
      const domain = freshDomain();
      const reader = await stores.open(server.location, domain);
      const writer = await stores.open(server.location, domain);
      const watched = await followed(reader);
      for (let n = 1; n <= 4; n++) await writer.apply({ writes: [put('port/a', n)] });
      await server.cli('SAVE');
      for (let n = 5; n <= 7; n++) await writer.apply({ writes: [put('port/a', n)] });
      await waitFor(() => watched.sets.length === 7, 'the feed');
      await server.kill();
      await server.start();
      const third = await stores.open(server.location, domain);
      for (let n = 0; n < batches; n++) await third.apply({ writes: [put('port/b', n)] });
      await waitFor(() => watched.errors.length > 0, 'the end');
      expect(watched.errors.map(({ code, ancestor }) => [code, ancestor])).to.deep.equal([
        ['store-forked', 4],
      ]);
      expect(watched.revisions).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
      await waitFor(async () => {
        const error = await writer.apply({ writes: [] }).catch((fault: unknown) => fault);
        return error instanceof StoreError && error.ancestor === 4;
      }, 'the writer to be told');
      expect((await reader.snapshot()).revision).to.equal(4 + batches);
      expect(await reader.apply({ writes: [put('port/c', 1)] })).to.equal(5 + batches);
    });
  }

  it('gives errors and no hang while Redis is stopped, and goes on afterwards', async () => {
    const server = await fleet.start();
    const options = { deadlineMs: 300 };
    const store = await stores.open(server.location, freshDomain(), options);
    const watched = await followed(store);
    await store.apply({ writes: [put('port/a', 1)] });
    server.pause();
    const before = performance.now();
    await refusal(store.apply({ writes: [put('port/b', 1)] }), 'store-unconfirmed');
    expect(performance.now() - before).to.be.below(600);
    const error = await refusal(store.apply({ writes: [put('port/c', 1)] }), 'store-unavailable');
    expect(error.retryable).to.equal(true);
    server.resume();
    await applyAgain(store, 'port/d');
    const { records, revision } = await store.snapshot();
    await waitFor(() => watched.revisions.at(-1) === revision, 'the feed');
    expect(records.map(({ key }) => key)).to.include.members(['port/a', 'port/d']);
    expect(watched.errors).to.deep.equal([]);
    // A batch whose fate was open was applied once at most.
    expect(new Set(watched.revisions).size).to.equal(watched.revisions.length);
  });

  it('opens in vain while nobody listens, and says that it may be tried again', async () => {
    const server = await fleet.start();
    await server.stop();
    const error = await refusal(stores.open(server.location, 'x'), 'store-unavailable');
    expect(error.retryable).to.equal(true);
    expect(error.message).to.contain(server.location).and.contain('ECONNREFUSED');
  });

  it('loads its scripts again when the server has forgotten them', async () => {
    const server = await fleet.start();
    const store = await stores.open(server.location, freshDomain());
    await store.apply({ writes: [put('port/a', 1)] });
    await server.cli('SCRIPT', 'FLUSH');
    expect(await store.apply({ writes: [put('port/a', 2)] })).to.equal(2);
  });

  it('treats evicted records as an emptied store, and lets itself be restored', async () => {
    const server = await fleet.start();
    const domain = freshDomain();
    const store = await stores.open(server.location, domain);
    await store.apply({ writes: [put('port/a', 1)] });
    const copy = await store.snapshot();
    await server.cli('DEL', `nva:{${domain}}:records`);
    const error = await refusal(store.apply({ writes: [put('port/b', 1)] }), 'store-forked');
    expect(error.ancestor).to.equal(0);
    await store.restore?.(copy);
    expect(await store.snapshot()).to.deep.equal(copy);
    expect(await store.apply({ writes: [put('port/b', 1)] })).to.equal(2);
  });
});

describe('the Redis store and what it lets go', () => {
  const stores = new Stores();
  const fleet = new RedisFleet();
  after(async () => {
    await stores.close();
    await fleet.stop();
  });

  it('keeps the feed below its size, and the newest batch always', async () => {
    const server = await fleet.start();
    const domain = freshDomain();
    const store = await stores.open(server.location, domain, { feedSizeMaxChars: 1000 });
    const text = 'x'.repeat(200);
    for (let n = 0; n < 12; n++) await store.apply({ writes: [put(`port/${n}`, text)] });
    const feed = `nva:{${domain}}:feed`;
    expect(await server.cli('XLEN', feed)).to.equal('4');
    const bytes = Number(await server.cli('HGET', `nva:{${domain}}:meta`, 'feed-bytes'));
    expect(bytes).to.be.within(800, 1000);
    await store.apply({ writes: [put('port/large', 'x'.repeat(5000))] });
    expect(await server.cli('XLEN', feed)).to.equal('1');
    const watched = new Watched();
    store.watch(12, watched.listener, watched.ended);
    await waitFor(() => watched.sets.length === 1, 'the newest batch');
  });

  it('forgets a member after a day of silence by the clock of the server', async () => {
    const server = await fleet.start();
    const domain = freshDomain();
    const store = await stores.open(server.location, domain);
    const word = { run: 'r', head: 1, body: 1 };
    await store.membership?.announce({ name: 'old', ...word });
    await store.membership?.announce({ name: 'older', ...word });
    const now = Math.floor(Date.now());
    const members = `nva:{${domain}}:members`;
    await server.cli('HSET', members, 'old', `${now - 86_300_000}\n7\ns\n"r"\n1`);
    await server.cli('HSET', members, 'older', `${now - 86_500_000}\n7\ns\n"r"\n1`);
    await store.membership?.announce({ name: 'new', ...word });
    expect((await server.cli('HKEYS', members)).split('\n').sort()).to.deep.equal(['new', 'old']);
  });

  it('counts the revisions on when its feed was deleted, and sends readers to a snapshot', async () => {
    const server = await fleet.start();
    const domain = freshDomain();
    const store = await stores.open(server.location, domain);
    await store.apply({ writes: [put('port/a', 1)] });
    await store.apply({ writes: [put('port/a', 2)] });
    await server.cli('DEL', `nva:{${domain}}:feed`);
    const watched = new Watched();
    store.watch(1, watched.listener, watched.ended);
    await waitFor(() => watched.errors.length > 0, 'the end');
    expect(watched.errors[0]?.code).to.equal('feed-trimmed');
    expect((await store.snapshot()).revision).to.equal(2);
    expect(await store.apply({ writes: [put('port/a', 3)] })).to.equal(3);
  });

  it('begins a snapshot anew when the feed no longer tells what has changed meanwhile', async () => {
    const server = await fleet.start();
    const domain = freshDomain();
    const options = { feedRevisionsMax: 1 };
    const store = await stores.open(server.location, domain, options);
    const writer = await stores.open(server.location, domain, options);
    const names = Array.from({ length: 20_000 }, (_, n) => `port/${n}`);
    await writer.apply({ writes: names.map((name) => put(name, 0)) });
    const reading = store.snapshot();
    for (let n = 1; n <= 200; n++) {
      await writer.apply({ writes: [put(names[n * 97] ?? '', n), put(`new/${n}`, n)] });
    }
    const [early, late] = [await reading, await writer.snapshot()];
    expect(early.revision).to.equal(201);
    expect(early.records).to.have.length(20_200);
    expect(new Map(early.records.map((one) => [one.key, one.revision]))).to.deep.equal(
      new Map(late.records.map((one) => [one.key, one.revision])),
    );
  });

  it('says so when the records change faster than the feed keeps track of', async () => {
    const server = await fleet.start();
    const domain = freshDomain();
    const options = { feedRevisionsMax: 1 };
    const store = await stores.open(server.location, domain, options);
    const writer = await stores.open(server.location, domain, options);
    const names = Array.from({ length: 10_000 }, (_, n) => `port/${n}`);
    await writer.apply({ writes: names.map((name) => put(name, 0)) });
    let done = false;
    const reading = refusal(store.snapshot(), 'store-unavailable').finally(() => {
      done = true;
    });
    for (let n = 0; !done; n++) await writer.apply({ writes: [put('port/a', n)] });
    const error = await reading;
    expect(error.message).to.contain('faster than its feed');
    expect(error.retryable).to.equal(true);
  });
});
