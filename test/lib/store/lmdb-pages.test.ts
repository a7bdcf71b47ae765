import { closeSync, copyFileSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Write } from '../../../lib/store/contract.ts';
import { findDamage } from '../../../lib/store/lmdb-pages.ts';
import { openLmdbStore } from '../../../lib/store/lmdb-store.ts';
import { put, remove } from '../../contracts/store-probe.ts';
import { LmdbLab } from './lmdb-lab.ts';

const PAGE_SIZE_BYTES = 4096;

function damageOf(path: string): string | undefined {
  const file = openSync(path, 'r');
  try {
    return findDamage(file, statSync(path).size);
  } finally {
    closeSync(file);
  }
}

function overwritePage(path: string, page: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, page * PAGE_SIZE_BYTES);
  closeSync(file);
}

describe('pages of the embedded store', () => {
  const lab = LmdbLab.forEachTest();

  const anyWrite: fc.Arbitrary<Write> = fc.oneof(
    fc
      .tuple(fc.nat(400), fc.nat(60))
      .map(([n, size]) => put(`port/${n}`, 'x'.repeat(size * size * 4))),
    fc.nat(400).map((n) => remove(`port/${n}`)),
  );
  const anyBatches = fc.array(
    fc.uniqueArray(anyWrite, { selector: ({ key }) => key, maxLength: 60, size: 'max' }),
    { maxLength: 12, size: 'max' },
  );

  it('are found sound after any batches, while open and when closed', async function () {
    this.timeout(30_000);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        anyBatches,
        fc.integer({ min: 1, max: 5 }),
        async (batches, feedRevisionsMax) => {
          const directory = join(lab.base, String(run++));
          const store = await openLmdbStore({ directory, feedRevisionsMax });
          for (const writes of batches) {
            await store.apply({ writes });
            expect(damageOf(join(directory, 'data.mdb'))).to.equal(undefined);
          }
          const before = await store.snapshot();
          await store.close();
          const again = await openLmdbStore({ directory });
          expect(await again.snapshot()).to.deep.equal(before);
          await again.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('are found sound in a store of a hundred thousand records', async function () {
    this.timeout(30_000);
    const store = await lab.open();
    const path = join(lab.directory, 'data.mdb');
    await store.apply({
      writes: Array.from({ length: 100_000 }, (_, n) => put(`port/${n}`, { name: `vm${n}`, n })),
    });
    expect(damageOf(path)).to.equal(undefined);
    await store.apply({
      writes: Array.from({ length: 50_000 }, (_, n) => remove(`port/${n * 2}`)),
    });
    const start = performance.now();
    expect(damageOf(path)).to.equal(undefined);
    expect(performance.now() - start).to.be.lessThan(2000);
  });

  it('are not called damaged while another process writes', async () => {
    const child = await lab.startChild();
    for (let round = 0; round < 200; round++) {
      expect(damageOf(join(lab.directory, 'data.mdb'))).to.equal(undefined);
    }
    await child.kill();
  });

  for (const [what, bytes] of [
    ['zeros', Buffer.alloc(PAGE_SIZE_BYTES)],
    ['ones', Buffer.alloc(PAGE_SIZE_BYTES, 0xff)],
  ] as const) {
    it(`are refused, or not needed, when any one of them is ${what}`, async function () {
      this.timeout(30_000);
      await lab.fill();
      const path = join(lab.directory, 'data.mdb');
      const copy = join(lab.base, 'copy');
      copyFileSync(path, copy);
      const pages = statSync(path).size / PAGE_SIZE_BYTES;
      let refused = 0;
      for (let page = 0; page < pages; page++) {
        copyFileSync(copy, path);
        overwritePage(path, page, bytes);
        if (damageOf(path) !== undefined) {
          refused++;
          continue;
        }
        const store = await openLmdbStore({ directory: lab.directory });
        expect((await store.snapshot()).records).to.have.length(2000);
        await store.apply({ writes: [put('port/new', 1)] });
        await store.close();
      }
      // Pages inside a long value (the feed's one batch) have no head of their own.
      expect(refused).to.be.at.least(pages / 3);
    });
  }
});
