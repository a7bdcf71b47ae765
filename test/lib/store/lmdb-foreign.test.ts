import {
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLmdbStore } from '../../../lib/store/lmdb-store.ts';
import { refusal } from '../../contracts/store-probe.ts';
import { LmdbLab } from './lmdb-lab.ts';

describe('embedded store: foreign and damaged files', () => {
  const lab = LmdbLab.forEachTest();

  it('refuses a directory that holds something else, and leaves it alone', async () => {
    mkdirSync(lab.directory);
    writeFileSync(join(lab.directory, 'data.mdb'), 'a file of somebody else');
    const error = await refusal(openLmdbStore({ directory: lab.directory }), 'store-foreign');
    expect(error.message).to.contain(lab.directory).and.contain('data.mdb');
    expect(readdirSync(lab.directory)).to.deep.equal(['data.mdb']);
  });

  it('refuses a path that is a file, or below a file', async () => {
    writeFileSync(lab.directory, 'x');
    const error = await refusal(openLmdbStore({ directory: lab.directory }), 'store-foreign');
    expect(error.message).to.contain(lab.directory);
    await refusal(openLmdbStore({ directory: join(lab.directory, 'below') }), 'store-foreign');
    expect(readFileSync(lab.directory, 'utf8')).to.equal('x');
  });

  it('refuses a store of a newer format', async () => {
    await lab.fill();
    writeFileSync(join(lab.directory, 'nva-store.json'), '{"format":"nva-store","version":2}');
    const error = await refusal(openLmdbStore({ directory: lab.directory }), 'store-foreign');
    expect(error.message).to.contain('version 2');
  });

  const damages: readonly [string, (path: string) => void][] = [
    ['a head of zeros', (path) => overwrite(path, 0, Buffer.alloc(4096))],
    ['a second head of zeros', (path) => overwrite(path, 4096, Buffer.alloc(4096))],
    ['text in place of the file', (path) => writeFileSync(path, 'hello'.repeat(10_000))],
    ['only its first bytes left', (path) => truncateSync(path, 100)],
    ['half of it cut away', (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ['all but the heads cut away', (path) => truncateSync(path, 8192)],
  ];
  for (const [what, damage] of damages) {
    it(`refuses a data file with ${what}`, async () => {
      await lab.fill();
      const path = join(lab.directory, 'data.mdb');
      damage(path);
      copyFileSync(path, join(lab.base, 'copy'));
      const error = await refusal(openLmdbStore({ directory: lab.directory }), 'store-foreign');
      expect(error.message).to.contain(lab.directory);
      const copy = readFileSync(join(lab.base, 'copy'));
      expect(readFileSync(path).subarray(0, copy.length).equals(copy)).to.equal(true);
    });
  }

  it('refuses a data file that lost its last pages, or gives back every record', async function () {
    this.timeout(30_000);
    await lab.fill();
    const path = join(lab.directory, 'data.mdb');
    copyFileSync(path, join(lab.base, 'copy'));
    const size = statSync(path).size;
    let refused = 0;
    for (let pages = 1; pages * 4096 < size - 8192; pages += 3) {
      copyFileSync(join(lab.base, 'copy'), path);
      truncateSync(path, size - pages * 4096);
      try {
        const store = await openLmdbStore({ directory: lab.directory });
        const { records } = await store.snapshot();
        await store.close();
        expect(records).to.have.length(2000);
      } catch (error) {
        expect(error).to.have.property('code', 'store-foreign');
        refused++;
      }
    }
    expect(refused).to.be.at.least(10);
  });

  it('takes up a store whose creation was cut off', async () => {
    mkdirSync(lab.directory);
    writeFileSync(join(lab.directory, 'nva-store.json.tmp'), '{"for');
    const first = await openLmdbStore({ directory: lab.directory });
    await first.close();
    rmSync(join(lab.directory, 'lock.mdb'));
    writeFileSync(join(lab.directory, 'data.mdb'), '');
    const store = await lab.open();
    expect((await store.snapshot()).revision).to.equal(0);
  });
});

function overwrite(path: string, position: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
}
