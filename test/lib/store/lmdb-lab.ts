/** A directory for one test's store, and what the world may do to it; everything is undone after the test. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Store } from '../../../lib/store/contract.ts';
import { type LmdbStoreOptions, openLmdbStore } from '../../../lib/store/lmdb-store.ts';
import { eventually, put } from '../../contracts/store-probe.ts';

const CHILD = fileURLToPath(new URL('./lmdb-child.ts', import.meta.url));

export class LmdbLab {
  base = '';
  directory = '';
  readonly #undo: (() => unknown)[] = [];

  static forEachTest(): LmdbLab {
    const lab = new LmdbLab();
    beforeEach(() => {
      lab.base = mkdtempSync(join(tmpdir(), 'nva-store-'));
      lab.directory = join(lab.base, 'store');
    });
    afterEach(async () => {
      for (const step of lab.#undo.splice(0).reverse()) await step();
      rmSync(lab.base, { recursive: true, force: true });
    });
    return lab;
  }

  async open(options: Partial<LmdbStoreOptions> = {}): Promise<Store> {
    const store = await openLmdbStore({ directory: this.directory, ...options });
    this.#undo.push(() => store.close());
    return store;
  }

  /** Two thousand records at revision 1, closed again. */
  async fill(): Promise<void> {
    const store = await openLmdbStore({ directory: this.directory });
    const writes = Array.from({ length: 2000 }, (_, n) => put(`port/${n}`, 'x'.repeat(100)));
    await store.apply({ writes });
    await store.close();
  }

  async startChild(): Promise<{ kill: () => Promise<string>; pid: number }> {
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, this.directory], {
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
    this.#undo.push(kill);
    await eventually(() => output.split('\n').length > 20, 'the child to apply');
    return { kill, pid: child.pid ?? 0 };
  }

  /** Puts the directory on a file system of its own; needs root. Gives its mount point. */
  mountSmallDisk(sizeMiB: number): string {
    const disk = join(this.base, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', disk]);
    this.#undo.push(() => execFileSync('umount', ['-l', disk]));
    this.directory = join(disk, 'store');
    return disk;
  }
}
