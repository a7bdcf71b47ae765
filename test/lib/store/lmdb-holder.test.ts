import { expect } from 'chai';
import { open } from 'lmdb';
import { openLmdbStore } from '../../../lib/store/lmdb-store.ts';
import { put, refusal } from '../../contracts/store-probe.ts';
import { LmdbLab } from './lmdb-lab.ts';

describe('embedded store: one process at a time', () => {
  const lab = LmdbLab.forEachTest();

  it('has every applied batch after kill -9, and can be opened again at once', async () => {
    const child = await lab.startChild();
    const printed = (await child.kill()).split('\n').slice(0, -1).map(Number);
    const store = await lab.open();
    const { revision } = await store.snapshot();
    expect(revision).to.be.at.least(printed.at(-1) ?? Number.NaN);
    expect(await store.apply({ writes: [put('port/after', 1)] })).to.equal(revision + 1);
  });

  it('refuses a second process while the first lives, and names it', async () => {
    const child = await lab.startChild();
    const error = await refusal(openLmdbStore({ directory: lab.directory }), 'store-unavailable');
    expect(error.message).to.contain(lab.directory).and.contain(`process ${child.pid}`);
    await child.kill();
    await lab.open();
  });

  it('refuses a second store on one directory within a process, until the first is closed', async () => {
    const first = await lab.open();
    await first.apply({ writes: [put('port/a', 1)] });
    await refusal(openLmdbStore({ directory: `${lab.directory}/../store` }), 'store-unavailable');
    expect((await first.snapshot()).revision).to.equal(1);
    await first.close();
    const second = await lab.open();
    expect((await second.snapshot()).revision).to.equal(1);
  });

  it('writes nothing more once another has taken over', async () => {
    const store = await lab.open();
    await store.apply({ writes: [put('port/a', 1)] });
    const intruder = open<string, string>({
      path: lab.directory,
      noSubdir: false,
      encoding: 'string',
      overlappingSync: false,
    });
    await intruder.openDB<string, string>('meta', { encoding: 'string' }).put('holder', '{}');
    const error = await refusal(store.apply({ writes: [put('port/a', 2)] }), 'store-unavailable');
    expect(error.message).to.contain('taken over').and.contain(lab.directory);
    expect((await store.snapshot()).revision).to.equal(1);
    await intruder.close();
  });
});
