import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type HttpServer, startHttpServer } from '../../../lib/northbound/http-server.ts';
import { ListenError, listenFailure } from '../../../lib/northbound/unix-listener.ts';
import { FakeAuthority } from '../../fakes/fake-authority.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
const servers: HttpServer[] = [];

async function start(unix: string): Promise<HttpServer> {
  const authority = new FakeAuthority();
  const server = await startHttpServer({ authority, listen: { unix }, version: '0.1.0', log });
  servers.push(server);
  return server;
}

async function refused(unix: string): Promise<ListenError> {
  try {
    await start(unix);
  } catch (error) {
    if (error instanceof ListenError) return error;
    throw error;
  }
  throw new Error('it listens');
}

function withFolder(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nva-socket-'));
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
    await rm(folder, { recursive: true, force: true });
  });
}

describe('HTTP API: its Unix socket', () => {
  withFolder();

  it('creates the folder, and the socket for owner and group only', async () => {
    const path = join(folder, 'a/b/nva.sock');
    const server = await start(path);
    expect(server.address).to.equal(`unix:${path}`);
    expect((await stat(path)).mode & 0o777).to.equal(0o660);
  });

  it('removes the socket when it closes, and may be closed twice', async () => {
    const path = join(folder, 'nva.sock');
    const server = await start(path);
    await Promise.all([server.close(), server.close()]);
    expect(await stat(path).catch((error: NodeJS.ErrnoException) => error.code)).to.equal('ENOENT');
  });

  it('replaces the socket that a killed process left', async () => {
    const path = join(folder, 'nva.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await stat(path)).isSocket()).to.equal(true);
    await start(path);
  });

  it('refuses a socket that somebody answers on, and leaves it working', async () => {
    const path = join(folder, 'nva.sock');
    await start(path);
    const error = await refused(path);
    expect(error.code).to.equal('in-use');
    expect(error.message).to.equal(
      `Another daemon answers on ${path}; stop it, or choose another path with --api unix:PATH.`,
    );
    expect((await stat(path)).isSocket()).to.equal(true);
  });

  it('refuses to remove a file that is not a socket', async () => {
    const path = join(folder, 'nva.sock');
    await writeFile(path, 'precious');
    expect((await refused(path)).code).to.equal('not-a-socket');
    expect((await stat(path)).size).to.equal(8);
  });
});

describe('HTTP API: places that cannot be taken', () => {
  withFolder();

  it('refuses a path that is too long, or through a file, each in one sentence', async () => {
    const long = await refused(join(folder, 'x'.repeat(120)));
    expect(long.code).to.equal('path-too-long');
    await writeFile(join(folder, 'file'), '');
    const through = await refused(join(folder, 'file/nva.sock'));
    expect(through.code).to.equal('cannot-listen');
    expect(through.message).to.match(/^Cannot serve the API on .*not a directory; choose/);
  });

  it('says permission denied in one sentence', () => {
    const denied = Object.assign(new Error('EACCES: mkdir'), { code: 'EACCES' });
    expect(listenFailure('/run/nva/nva.sock', denied).message).to.equal(
      'Cannot serve the API on /run/nva/nva.sock: permission denied; choose another place with --api.',
    );
  });

  it('serves TCP only on the address given, and refuses one that is taken', async () => {
    const authority = new FakeAuthority();
    const options = { authority, version: '0.1.0', log };
    const server = await startHttpServer({ ...options, listen: { host: '127.0.0.1', port: 0 } });
    servers.push(server);
    expect(server.address).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    const port = Number(server.address.split(':').at(-1));
    const second = startHttpServer({ ...options, listen: { host: '127.0.0.1', port } });
    const error = await second.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ListenError);
    expect((error as ListenError).code).to.equal('in-use');
  });

  it('does not take a socket for its own that another daemon put there since', async () => {
    const path = join(folder, 'nva.sock');
    const server = await start(path);
    await rm(path);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(path, resolve));
    await server.close();
    expect((await stat(path)).isSocket()).to.equal(true);
    other.close();
  });
});
