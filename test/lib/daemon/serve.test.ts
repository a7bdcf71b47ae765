import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openLmdbStore } from '../../../lib/store/lmdb-store.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { KeyMaterial } from '../runtime/key-material.ts';
import { Daemon } from './daemon-process.ts';

const MAIN = fileURLToPath(new URL('../../../lib/cli/main.ts', import.meta.url));
const BLUE = 'kind: Network\nname: blue\n';

describe('nva serve as a process', function () {
  this.timeout(40_000);
  let folder = '';
  let store = '';
  const daemons: Daemon[] = [];
  const undo: (() => void)[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nva-serve-'));
    store = join(folder, 'store');
  });

  afterEach(async () => {
    for (const daemon of daemons.splice(0)) {
      daemon.child.kill('SIGKILL');
      await daemon.ended();
    }
    for (const step of undo.splice(0).reverse()) step();
    rmSync(folder, { recursive: true, force: true });
  });

  function serve(...words: string[]): Daemon {
    return serveWithLog('pipe', ...words);
  }

  function serveWithLog(log: number | 'pipe', ...words: string[]): Daemon {
    const daemon = new Daemon(folder, `lmdb:${store}`, log, ...words);
    daemons.push(daemon);
    return daemon;
  }

  /** It ends by itself, with 4 and one sentence. */
  async function refusal(daemon: Daemon): Promise<string> {
    expect(await daemon.ended()).to.equal(4);
    expect(daemon.err).to.match(/^nva: [^\n]+\n$/);
    return daemon.err;
  }

  function mountDisk(kibibytes: number): string {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', disk]);
    undo.push(() => execFileSync('umount', [disk]));
    store = join(disk, 'store');
    return disk;
  }

  it('says in one sentence that its port is taken, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    undo.push(() => other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const text = await refusal(serve('--openflow', `ptcp:${port}:127.0.0.1`));
    expect(text).to.match(/ptcp:\d+:127\.0\.0\.1 is taken by another program/);
  });

  it('goes on when nothing can be written to its log', async () => {
    const full = openSync('/dev/full', 'w');
    undo.push(() => closeSync(full));
    const daemon = serveWithLog(full);
    await daemon.ready();
    expect((await daemon.ask('POST', '/v1/apply', BLUE)).status).to.equal(200);
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended()).to.equal(0);
  });

  it('refuses the store of another living daemon, which goes on', async () => {
    const first = serve();
    await first.ready();
    const text = await refusal(serve());
    expect(text).to.contain(store);
    expect((await first.ask('GET', '/readyz')).status).to.equal(200);
  });

  it('refuses a store that is damaged, and leaves it as it is', async () => {
    mkdirSync(store);
    writeFileSync(join(store, 'data.mdb'), Buffer.alloc(65_536, 7));
    expect(await refusal(serve())).to.contain(store);
  });

  it('refuses a directory that it cannot write to', async () => {
    const disk = mountDisk(8192);
    mkdirSync(store);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(await refusal(serve())).to.contain(store);
  });

  it('ends with 0 within two seconds of SIGTERM, with waits, watches and strangers connected', async () => {
    const daemon = serve();
    await daemon.ready();
    const status = JSON.parse((await daemon.ask('GET', '/v1/status')).text) as {
      listeners: string[];
    };
    const sockets = status.listeners.map((listener) =>
      connect(Number(listener.split(':')[1]), '127.0.0.1').on('error', () => undefined),
    );
    undo.push(() => {
      for (const socket of sockets) socket.destroy();
    });
    const watch = daemon.ask('GET', '/v1/ports?watch=true').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const started = performance.now();
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended()).to.equal(0);
    expect(performance.now() - started).to.be.lessThan(2000);
    await watch;
  });

  it('goes on at SIGHUP when it is no process at a terminal', async () => {
    const daemon = serve();
    await daemon.ready();
    daemon.child.kill('SIGHUP');
    await until('it says so', async () => daemon.err.includes('no files to read again'), {
      deadlineMs: 5000,
    });
    await daemon.ready();
  });

  it('ends in order when its terminal is closed', async () => {
    const socket = join(folder, 'api.sock');
    const line = `echo pid $$; exec ${process.execPath} --import tsx ${MAIN} serve --store lmdb:${store} --api unix:${socket} --ovsdb ptcp:0:127.0.0.1 --openflow pssl:0:127.0.0.1`;
    const keys = await KeyMaterial.create();
    undo.push(() => keys.close());
    const files = keys.place('ours', await keys.pki.sign('nva', 'controller'));
    const words = Object.entries(files).map(([name, path]) => `--${name} ${path}`);
    const terminal = spawn('script', ['-qefc', `${line} ${words.join(' ')}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let said = '';
    terminal.stdout.on('data', (chunk) => {
      said += String(chunk);
    });
    undo.push(() => {
      const pid = Number(/pid (\d+)/.exec(said)?.[1]);
      terminal.kill('SIGKILL');
      if (existsSync(socket)) process.kill(pid, 'SIGKILL');
    });
    await until('it serves', async () => said.includes('serves domain'), { deadlineMs: 15_000 });
    terminal.kill('SIGKILL');
    // Withdrawn by who ends in order only.
    await until('its socket is gone', async () => !existsSync(socket), { deadlineMs: 5000 });
    await openLmdbStore({ directory: store }).then((opened) => opened.close());
  });

  it('keeps what was applied across kill -9', async () => {
    const first = serve();
    await first.ready();
    expect((await first.ask('POST', '/v1/apply', BLUE)).status).to.equal(200);
    first.child.kill('SIGKILL');
    await first.ended();
    const second = serve();
    await second.ready();
    expect((await second.ask('GET', '/v1/networks/blue')).status).to.equal(200);
  });

  it('names a damaged record and serves the rest', async () => {
    const damaged = await openLmdbStore({ directory: store });
    const value = { v: 1, kind: 'network', name: 'red', vni: 'many', vniAllocated: false };
    await damaged.apply({ writes: [{ op: 'put', key: 'network/red', value }] });
    await damaged.close();
    const daemon = serve();
    await daemon.ready();
    const { text } = await daemon.ask('GET', '/v1/status');
    expect((JSON.parse(text) as { problems: string[] }).problems.join()).to.match(
      /network\/red is damaged/,
    );
    expect((await daemon.ask('POST', '/v1/apply', BLUE)).status).to.equal(200);
    const mended = await daemon.ask('POST', '/v1/apply', 'kind: Network\nname: red\n');
    expect(mended.status, mended.text).to.equal(200);
    const after = JSON.parse((await daemon.ask('GET', '/v1/status')).text) as {
      problems: string[];
    };
    expect(after.problems).to.deep.equal([]);
  });

  it('refuses changes while the disk is full, and takes them when there is room again', async () => {
    const disk = mountDisk(8192);
    const daemon = serve();
    await daemon.ready();
    const filler = join(disk, 'filler');
    const { bfree, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(bfree * bsize - 8192));
    const refused = await daemon.ask('POST', '/v1/apply', BLUE);
    expect(refused.status).to.equal(503);
    expect(refused.text).to.match(/nothing was changed: .*store/);
    expect((await daemon.ask('GET', '/v1/networks')).text).to.not.contain('blue');
    rmSync(filler);
    expect((await daemon.ask('POST', '/v1/apply', BLUE)).status).to.equal(200);
  });
});
