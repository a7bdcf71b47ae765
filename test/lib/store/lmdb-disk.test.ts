import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLmdbStore } from '../../../lib/store/lmdb-store.ts';
import { put, refusal } from '../../contracts/store-probe.ts';
import { LmdbLab } from './lmdb-lab.ts';

describe('embedded store: full and read-only disks', () => {
  const lab = LmdbLab.forEachTest();

  it('says that the disk is full, writes nothing, and goes on when there is room again', async () => {
    const disk = lab.mountSmallDisk(8);
    const store = await lab.open();
    await store.apply({ writes: [put('port/a', 'before')] });
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(6 << 20));
    const large = {
      writes: Array.from({ length: 100 }, (_, n) => put(`port/${n}`, 'x'.repeat(5000))),
    };
    const [error, small] = await Promise.all([
      refusal(store.apply(large), 'store-full'),
      store.apply({ writes: [put('port/small', 1)] }),
    ]);
    expect(error.message).to.contain(lab.directory);
    expect(error.retryable).to.equal(true);
    expect(small).to.equal(2);
    expect((await store.snapshot()).records.map(({ key }) => key)).to.have.members([
      'port/a',
      'port/small',
    ]);
    rmSync(filler);
    expect(await store.apply(large)).to.equal(3);
    expect((await store.snapshot()).records).to.have.length(102);
  });

  it('fails a commit that the disk cuts short as a whole, and goes on when there is room again', async () => {
    const disk = lab.mountSmallDisk(32);
    const store = await lab.open({ feedRevisionsMax: 2 });
    const writes = Array.from({ length: 50_000 }, (_, n) => put(`port/${n}`, n));
    await store.apply({ writes });
    // Little text, but each write copies a page of its own: more than the estimate and than the disk has.
    const scattered = {
      writes: Array.from({ length: 500 }, (_, n) => put(`port/${n * 100}`, 'new')),
    };
    const filler = join(disk, 'filler');
    const { bfree, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(bfree * bsize - 700_000));
    const error = await refusal(store.apply(scattered), 'store-full');
    expect(error.message).to.contain(lab.directory);
    const { records, revision } = await store.snapshot();
    expect(revision).to.equal(1);
    expect(records.every(({ value }) => typeof value === 'number')).to.equal(true);
    rmSync(filler);
    expect(await store.apply(scattered)).to.equal(2);
  });

  it('refuses to open on a full disk', async () => {
    lab.mountSmallDisk(1);
    const error = await refusal(openLmdbStore({ directory: lab.directory }), 'store-full');
    expect(error.message).to.contain(lab.directory);
  });

  it('refuses to open a store that it cannot write to', async () => {
    lab.mountSmallDisk(8);
    await lab.fill();
    execFileSync('mount', ['-o', 'remount,ro', join(lab.base, 'disk')]);
    const error = await refusal(openLmdbStore({ directory: lab.directory }), 'store-read-only');
    expect(error.message).to.contain(lab.directory);
    await refusal(openLmdbStore({ directory: `${lab.directory}2` }), 'store-read-only');
    execFileSync('mount', ['-o', 'remount,rw', join(lab.base, 'disk')]);
    await lab.open();
  });
});
