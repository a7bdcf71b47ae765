import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSource } from '../../../lib/runtime/streams.ts';

describe('a stream that listens at a path', () => {
  let folder = '';
  let path = '';
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nva-streams-'));
    path = join(folder, 'db.sock');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = () => openSource({ method: 'punix', path }, { connectionsMax: 9, log }, silent);

  it('takes no socket from a program that listens there', async () => {
    const other = createServer().listen(path);
    await once(other, 'listening');
    try {
      const refusal = await open().then(
        (source) => source.close(),
        (error: Error) => error.message,
      );
      expect(refusal).to.equal(
        `punix:${path} is taken by another program: stop it, or choose another path`,
      );
      const client = connect(path);
      await once(client, 'connect');
      client.destroy();
    } finally {
      other.close();
    }
  });

  it('takes the place of one that was killed', async () => {
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    try {
      execFileSync(process.execPath, ['-e', script]);
    } catch {
      // It was killed.
    }
    expect(existsSync(path)).to.equal(true);
    const source = await open();
    const client = connect(path);
    await once(client, 'connect');
    client.destroy();
    source.close();
  });
});
