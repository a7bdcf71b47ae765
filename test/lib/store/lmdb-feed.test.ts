import { expect } from 'chai';
import { openLmdbStore } from '../../../lib/store/lmdb-store.ts';
import { eventually, put, remove, Watched } from '../../contracts/store-probe.ts';
import { LmdbLab } from './lmdb-lab.ts';

describe('embedded store: what lasts', () => {
  const lab = LmdbLab.forEachTest();

  it('keeps records, revision and feed over close and open', async () => {
    const first = await openLmdbStore({ directory: lab.directory });
    await first.apply({ writes: [put('port/a', 1), put('port/b', 1)] });
    await first.apply({ writes: [remove('port/a')] });
    const before = await first.snapshot();
    await first.close();
    const second = await lab.open();
    expect(await second.snapshot()).to.deep.equal(before);
    const watched = new Watched();
    second.watch(0, watched.listener, watched.ended);
    expect(await second.apply({ writes: [put('port/c', 1)] })).to.equal(3);
    await eventually(() => watched.sets.length === 3, 'old and new batches');
    expect(watched.revisions).to.deep.equal([1, 2, 3]);
  });

  it('keeps the newest batches of the feed only, also when opened with a smaller limit', async () => {
    await lab.fill();
    const wide = await openLmdbStore({ directory: lab.directory });
    for (let n = 0; n < 20; n++) await wide.apply({ writes: [put('port/a', n)] });
    await wide.close();
    const narrow = await lab.open({ feedRevisionsMax: 3 });
    await narrow.apply({ writes: [put('port/a', 'last')] });
    const watched = new Watched();
    const late = new Watched();
    narrow.watch(19, watched.listener, watched.ended);
    narrow.watch(18, late.listener, late.ended);
    await eventually(() => watched.sets.length === 3 && late.errors.length === 1, 'the feeds');
    expect(late.errors[0]?.code).to.equal('feed-trimmed');
  });

  it('bounds the size of the feed, and keeps the newest batch however large', async () => {
    const store = await lab.open({ feedSizeMaxChars: 1000 });
    for (let n = 0; n < 10; n++) await store.apply({ writes: [put('port/a', `${n}`.repeat(300))] });
    const kept = new Watched();
    store.watch(7, kept.listener, kept.ended);
    await eventually(() => kept.sets.length === 3, 'three batches of 300 characters');
    await store.apply({ writes: [put('port/a', 'x'.repeat(5000))] });
    await eventually(() => kept.sets.length === 4, 'the large batch');
    const late = new Watched();
    store.watch(9, late.listener, late.ended);
    await eventually(() => late.errors.length === 1, 'the end');
  });

  it('commits many small batches together', async () => {
    const store = await lab.open();
    await store.apply({ writes: [put('port/a', 0)] });
    const one = performance.now();
    for (let n = 0; n < 100; n++) await store.apply({ writes: [put(`port/${n}`, n)] });
    const two = performance.now();
    const all = Array.from({ length: 100 }, (_, n) =>
      store.apply({ writes: [put(`port/${n}`, -n)] }),
    );
    await Promise.all(all);
    expect(performance.now() - two).to.be.lessThan((two - one) / 2);
  });

  it('grows beyond the memory map that it was opened with', async () => {
    const store = await lab.open({ mapSizeBytes: 1 << 16 });
    for (let round = 0; round < 10; round++) {
      const writes = Array.from({ length: 1000 }, (_, n) =>
        put(`port/${round}-${n}`, 'x'.repeat(200)),
      );
      await store.apply({ writes });
    }
    expect((await store.snapshot()).records).to.have.length(10_000);
  });
});
