/** The embedded store and the world: crashes, other processes, foreign and damaged files, full and read-only disks. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Store } from '../../../lib/store/contract.ts';
import { openLmdbStore } from '../../../lib/store/lmdb-store.ts';
import { eventually, put, refusal, remove, Watched } from '../../contracts/store-contract.ts';

const CHILD = fileURLToPath(new URL('./lmdb-child.ts', import.meta.url));

describe('embedded store on disk', () => {
  let base: string;
  let directory: string;
  const undo: (() => unknown)[] = [];

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'nva-store-'));
    directory = join(base, 'store');
  });

  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
    rmSync(base, { recursive: true, force: true });
  });

  async function open(feedRevisionsMax = 100): Promise<Store> {
    const store = await openLmdbStore({ directory, feedRevisionsMax });
    undo.push(() => store.close());
    return store;
  }

  async function fill(): Promise<void> {
    const store = await openLmdbStore({ directory });
    const writes = Array.from({ length: 2000 }, (_, n) => put(`port/${n}`, 'x'.repeat(100)));
    await store.apply({ writes });
    await store.close();
  }

  async function startChild(): Promise<{ kill: () => Promise<string>; pid: number }> {
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
    });
    const kill = async (): Promise<string> => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'close');
      }
      return output;
    };
    undo.push(kill);
    await eventually(() => output.split('\n').length > 20, 'the child to apply');
    return { kill, pid: child.pid ?? 0 };
  }

  /** A file system of its own; needs root. */
  function mountSmallDisk(sizeMiB: number): void {
    const disk = join(base, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', disk]);
    undo.push(() => execFileSync('umount', ['-l', disk]));
    directory = join(disk, 'store');
  }

  it('keeps records, revision and feed over close and open', async () => {
    const first = await openLmdbStore({ directory });
    await first.apply({ writes: [put('port/a', 1), put('port/b', 1)] });
    await first.apply({ writes: [remove('port/a')] });
    const before = await first.snapshot();
    await first.close();
    const second = await open();
    expect(await second.snapshot()).to.deep.equal(before);
    const watched = new Watched();
    second.watch(0, watched.listener, watched.ended);
    expect(await second.apply({ writes: [put('port/c', 1)] })).to.equal(3);
    await eventually(() => watched.sets.length === 3, 'old and new batches');
    expect(watched.revisions).to.deep.equal([1, 2, 3]);
  });

  it('keeps the newest batches of the feed only, also when opened with a smaller limit', async () => {
    await fill();
    const wide = await openLmdbStore({ directory });
    for (let n = 0; n < 20; n++) await wide.apply({ writes: [put('port/a', n)] });
    await wide.close();
    const narrow = await open(3);
    await narrow.apply({ writes: [put('port/a', 'last')] });
    const watched = new Watched();
    const late = new Watched();
    narrow.watch(19, watched.listener, watched.ended);
    narrow.watch(18, late.listener, late.ended);
    await eventually(() => watched.sets.length === 3 && late.errors.length === 1, 'the feeds');
    expect(late.errors[0]?.code).to.equal('feed-trimmed');
  });

  it('bounds the size of the feed, and keeps the newest batch however large', async () => {
    const store = await openLmdbStore({ directory, feedSizeMaxChars: 1000 });
    undo.push(() => store.close());
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

  it('has every applied batch after kill -9, and can be opened again at once', async () => {
    const child = await startChild();
    const printed = (await child.kill()).split('\n').slice(0, -1).map(Number);
    const store = await open();
    const { revision } = await store.snapshot();
    expect(revision).to.be.at.least(printed.at(-1) ?? Number.NaN);
    expect(await store.apply({ writes: [put('port/after', 1)] })).to.equal(revision + 1);
  });

  it('refuses a second process while the first lives, and names it', async () => {
    const child = await startChild();
    const error = await refusal(openLmdbStore({ directory }), 'store-unavailable');
    expect(error.message).to.contain(directory).and.contain(`process ${child.pid}`);
    await child.kill();
    await open();
  });

  it('refuses a second store on one directory within a process, until the first is closed', async () => {
    const first = await open();
    await first.apply({ writes: [put('port/a', 1)] });
    await refusal(openLmdbStore({ directory: `${directory}/../store` }), 'store-unavailable');
    expect((await first.snapshot()).revision).to.equal(1);
    await first.close();
    const second = await open();
    expect((await second.snapshot()).revision).to.equal(1);
  });

  it('commits many small batches together', async () => {
    const store = await open();
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
    const store = await openLmdbStore({ directory, mapSizeBytes: 1 << 16 });
    undo.push(() => store.close());
    for (let round = 0; round < 10; round++) {
      const writes = Array.from({ length: 1000 }, (_, n) =>
        put(`port/${round}-${n}`, 'x'.repeat(200)),
      );
      await store.apply({ writes });
    }
    expect((await store.snapshot()).records).to.have.length(10_000);
  });

  it('refuses a directory that holds something else, and leaves it alone', async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'data.mdb'), 'a file of somebody else');
    const error = await refusal(openLmdbStore({ directory }), 'store-foreign');
    expect(error.message).to.contain(directory).and.contain('data.mdb');
    expect(readdirSync(directory)).to.deep.equal(['data.mdb']);
  });

  it('refuses a path that is a file, or below a file', async () => {
    writeFileSync(directory, 'x');
    const error = await refusal(openLmdbStore({ directory }), 'store-foreign');
    expect(error.message).to.contain(directory);
    await refusal(openLmdbStore({ directory: join(directory, 'below') }), 'store-foreign');
    expect(readFileSync(directory, 'utf8')).to.equal('x');
  });

  it('refuses a store of a newer format', async () => {
    await fill();
    writeFileSync(join(directory, 'nva-store.json'), '{"format":"nva-store","version":2}');
    const error = await refusal(openLmdbStore({ directory }), 'store-foreign');
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
      await fill();
      const path = join(directory, 'data.mdb');
      damage(path);
      copyFileSync(path, join(base, 'copy'));
      const error = await refusal(openLmdbStore({ directory }), 'store-foreign');
      expect(error.message).to.contain(directory);
      const copy = readFileSync(join(base, 'copy'));
      expect(readFileSync(path).subarray(0, copy.length).equals(copy)).to.equal(true);
    });
  }

  it('takes up a store whose creation was cut off', async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'nva-store.json.tmp'), '{"for');
    const first = await openLmdbStore({ directory });
    await first.close();
    rmSync(join(directory, 'lock.mdb'));
    writeFileSync(join(directory, 'data.mdb'), '');
    const store = await open();
    expect((await store.snapshot()).revision).to.equal(0);
  });

  it('says that the disk is full, writes nothing, and goes on when there is room again', async () => {
    mountSmallDisk(8);
    const store = await open();
    await store.apply({ writes: [put('port/a', 'before')] });
    const filler = join(base, 'disk', 'filler');
    writeFileSync(filler, Buffer.alloc(5 << 20));
    const large = {
      writes: Array.from({ length: 100 }, (_, n) => put(`port/${n}`, 'x'.repeat(5000))),
    };
    const [error, small] = await Promise.all([
      refusal(store.apply(large), 'store-full'),
      store.apply({ writes: [put('port/small', 1)] }),
    ]);
    expect(error.message).to.contain(directory);
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
    mountSmallDisk(8);
    const store = await open(2);
    const filler = join(base, 'disk', 'filler');
    // Incompressible estimate: ten thousand short records take far more room in pages than their text.
    const writes = Array.from({ length: 20_000 }, (_, n) => put(`port/${n}`, n));
    await store.apply({ writes: [put('port/a', 'before')] });
    const estimate = 20_000 * 14 * 4 + 512 * 1024 + 4096 * 4;
    const { free } = disk(join(base, 'disk'));
    writeFileSync(filler, Buffer.alloc(free - estimate));
    await store.apply({ writes }).catch(() => undefined);
    const { records, revision } = await store.snapshot();
    expect(records.length).to.equal(revision === 1 ? 1 : 20_001);
    rmSync(filler);
    expect(await store.apply({ writes: [put('port/a', 'after')] })).to.equal(revision + 1);
  });

  it('refuses to open on a full disk', async () => {
    mountSmallDisk(1);
    const error = await refusal(openLmdbStore({ directory }), 'store-full');
    expect(error.message).to.contain(directory);
  });

  it('refuses to open a store that it cannot write to', async () => {
    mountSmallDisk(8);
    await fill();
    execFileSync('mount', ['-o', 'remount,ro', join(base, 'disk')]);
    const error = await refusal(openLmdbStore({ directory }), 'store-read-only');
    expect(error.message).to.contain(directory);
    await refusal(openLmdbStore({ directory: `${directory}2` }), 'store-read-only');
    execFileSync('mount', ['-o', 'remount,rw', join(base, 'disk')]);
    await open();
  });
});

function overwrite(path: string, position: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
}

function disk(path: string): { free: number } {
  const output = execFileSync('stat', ['-f', '-c', '%f %S', path], { encoding: 'utf8' });
  const [blocks = 0, size = 0] = output.split(' ').map(Number);
  return { free: blocks * size };
}
