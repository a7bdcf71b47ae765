import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { InstanceView, NetworkView } from '../../../lib/model/views.ts';
import type { StatusReport } from '../../../lib/northbound/authority.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { RedisServer } from '../../support/redis-server.ts';
import { freshDomain } from '../store/redis-lab.ts';
import { Daemon } from './daemon-process.ts';

const BLUE = 'kind: Network\nname: blue\n';

describe('nva serve with Redis', function () {
  this.timeout(60_000);
  let folder: string;
  let domain: string;
  let redis: RedisServer;
  const daemons: Daemon[] = [];

  before(async () => {
    redis = await RedisServer.start({
      ...{ args: ['--requirepass', 's3cret'], cliArgs: ['-a', 's3cret', '--no-auth-warning'] },
    });
  });
  after(() => redis.stop());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nva-serve-'));
    domain = freshDomain();
  });

  afterEach(async () => {
    for (const daemon of daemons.splice(0)) {
      daemon.child.kill('SIGKILL');
      await daemon.ended();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  function serve(instance: string, store: string, ...words: string[]): Daemon {
    const names = ['--instance', instance, '--domain', domain];
    const daemon = new Daemon(folder, store, 'pipe', ...names, ...words);
    daemons.push(daemon);
    return daemon;
  }

  const withPassword = () => `redis://:s3cret@127.0.0.1:${redis.port}`;
  const get = async <Value>(daemon: Daemon, path: string): Promise<Value> =>
    JSON.parse((await daemon.ask('GET', path)).text) as Value;

  it('shares a domain: what one takes the other has, who lives is shown, and the dead are forgotten', async () => {
    const first = serve('a', withPassword());
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 's3cret\n');
    const second = serve('b', redis.location, '--store-password-file', passwordFile);
    await Promise.all([first.ready(), second.ready()]);
    expect((await first.ask('POST', '/v1/apply', BLUE)).status).to.equal(200);
    expect((await second.ask('GET', '/v1/wait?timeout=5')).status).to.equal(200);
    const [blue] = await get<NetworkView[]>(second, '/v1/networks');
    expect(blue).to.have.property('name', 'blue');
    const alive = async (): Promise<string[]> =>
      (await get<InstanceView[]>(first, '/v1/instances'))
        .filter(({ status }) => status.alive)
        .map(({ name }) => name);
    await until('both live', async () => (await alive()).length === 2, { deadlineMs: 5000 });
    expect((await first.ask('DELETE', '/v1/instances/b')).text).to.match(/it is alive: stop it/);
    second.child.kill('SIGKILL');
    await until('one is dead', async () => (await alive()).length === 1, { deadlineMs: 8000 });
    const status = await get<StatusReport>(first, '/v1/status');
    expect(status.counts).to.include({ instances: 2, instancesAlive: 1 });
    expect(JSON.stringify(status)).to.not.contain('s3cret');
    expect((await first.ask('DELETE', '/v1/instances/b')).status).to.equal(200);
    const shown = async () => (await get<InstanceView[]>(first, '/v1/instances')).length;
    await until('it is forgotten', async () => (await shown()) === 1, { deadlineMs: 5000 });
    expect((await first.ask('GET', '/v1/backup')).text).to.match(/"key":"network\/blue"/);
    expect(first.err + second.err).to.not.contain('s3cret');
  });

  it('ends with 4 and one sentence when the password is wrong', async () => {
    const daemon = serve('a', `redis://:wrong@127.0.0.1:${redis.port}`);
    expect(await daemon.ended()).to.equal(4);
    expect(daemon.err).to.match(
      /^nva: The Redis [^\n]* refuses the user name or the password[^\n]*\n$/,
    );
  });

  it('waits for a Redis that is not there yet, and says so once', async () => {
    await redis.kill();
    const daemon = serve('a', withPassword());
    await until('it says so', () => daemon.err.includes('waiting for the store'), {
      deadlineMs: 15_000,
    });
    await redis.start();
    await daemon.ready();
    expect(daemon.err.match(/waiting for the store/g)).to.have.lengthOf(1);
    expect(daemon.err).to.contain('the store answers').and.not.contain('s3cret');
  });
});
