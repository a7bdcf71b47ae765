/**
 * What the Redis store refuses, each in one sentence with its remedy, and without overwriting anything.
 */
import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import type { Log } from '../../../lib/runtime/log.ts';
import { APPLY_SCRIPT } from '../../../lib/store/redis-scripts.ts';
import { pause, put, refusal, Watched } from '../../contracts/store-probe.ts';
import { RedisFleet, type RedisServer, waitFor } from '../../support/redis-server.ts';
import { freshDomain, Stores } from './redis-lab.ts';

describe('the Redis store refuses', () => {
  const stores = new Stores();
  const fleet = new RedisFleet();
  let server: RedisServer;
  const fakes: Server[] = [];

  before(async () => {
    server = await fleet.start();
  });
  afterEach(() => stores.close());
  after(async () => {
    for (const fake of fakes) fake.close();
    await fleet.stop();
  });

  type Answer = string | readonly (string | number)[];

  /** Answers by the text of a command; commands are small enough to come one by one. */
  async function fakeRedis(answer: (command: string) => Answer): Promise<string> {
    const encode = (value: string | number): string =>
      typeof value === 'number' ? `:${value}\r\n` : `$${Buffer.byteLength(value)}\r\n${value}\r\n`;
    const fake = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        const said = answer(data.toString());
        socket.write(
          typeof said === 'string'
            ? encode(said)
            : `*${said.length}\r\n${said.map(encode).join('')}`,
        );
      });
    });
    fakes.push(fake);
    await new Promise<void>((resolve) => {
      fake.listen(0, '127.0.0.1', resolve);
    });
    const address = fake.address();
    return `redis://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  function fakeWithInfo(...lines: readonly string[]): Promise<string> {
    return fakeRedis(() => ['role:master', ...lines].join('\r\n'));
  }

  it('a Redis that is too old', async () => {
    const location = await fakeWithInfo('redis_version:5.0.14');
    const error = await refusal(stores.open(location, 'x'), 'store-unavailable');
    expect(error.message).to.contain('5.0.14').and.contain('6.2');
    expect(error.retryable).to.equal(false);
  });

  it('confirmation by the append-only file where the server cannot give it', async () => {
    const error = await refusal(
      stores.open(server.location, freshDomain(), { waitAof: true }),
      'store-unavailable',
    );
    expect(error.message).to.match(/7\.2 or newer|appendonly/);
    expect(error.retryable).to.equal(false);
    const withoutFile = await fakeWithInfo('redis_version:7.2.4', 'aof_enabled:0');
    const other = await refusal(
      stores.open(withoutFile, 'x', { waitAof: true }),
      'store-unavailable',
    );
    expect(other.message).to.contain('appendonly yes');
  });

  it('to call a batch confirmed that is not on the disk of as many as were asked for', async () => {
    let copies = 1;
    const asked: string[] = [];
    const location = await fakeRedis((command) => {
      if (command.includes('INFO')) {
        return 'role:master\r\nredis_version:7.2.4\r\naof_enabled:1';
      }
      if (command.includes(APPLY_SCRIPT.sha)) return ['ok', 'i', '5', '9'];
      if (!command.includes('WAITAOF')) return ['ok', 'i', '0', '0'];
      asked.push(command.split(/\r\n\$?\d*\r?\n?/).join(' '));
      return [1, copies];
    });
    const options = { waitAof: true, waitReplicas: 2, confirmTimeoutMs: 70 };
    const store = await stores.open(location, 'x', options);
    const error = await refusal(store.apply({ writes: [put('port/a', 1)] }), 'store-unconfirmed');
    expect(error.message).to.contain('1 of 2 replicas').and.contain('revision 5');
    copies = 2;
    expect(await store.apply({ writes: [put('port/a', 1)] })).to.equal(5);
    expect(asked[0]).to.match(/WAITAOF\D+1\D+2\D+70/);
  });

  it('a domain that would spoil the hash tag of its keys', async () => {
    const error = await refusal(stores.open(server.location, 'a}b'), 'store-unavailable');
    expect(error.message).to.contain('without braces');
    expect(error.retryable).to.equal(false);
  });

  it('a replica', async () => {
    const replica = await fleet.start({ replicaOf: server });
    const error = await refusal(stores.open(replica.location, 'x'), 'store-unavailable');
    expect(error.message).to.contain('replica');
  });

  it('a wrong password, a missing one and one too many', async () => {
    const locked = await fleet.start({
      args: ['--requirepass', 'right'],
      cliArgs: ['--no-auth-warning', '-a', 'right'],
    });
    const at = `127.0.0.1:${locked.port}`;
    const wrong = await refusal(stores.open(`redis://:wrong@${at}`, 'x'), 'store-unavailable');
    const missing = await refusal(stores.open(`redis://${at}`, 'x'), 'store-unavailable');
    const many = await refusal(
      stores.open(`redis://:needless@127.0.0.1:${server.port}`, 'x'),
      'store-unavailable',
    );
    expect(wrong.message).to.contain('refuses the user name or the password');
    expect(missing.message).to.contain('asks for a password');
    expect(many.message).to.contain('has no password');
    for (const error of [wrong, missing, many]) {
      expect(error.retryable, error.message).to.equal(false);
      expect(error.message).not.to.match(/wrong@|needless/);
    }
    await stores.open(`redis://:right@${at}`, 'x');
  });

  for (const name of ['meta', 'records', 'feed']) {
    it(`a key of another program where ${name} belongs, and leaves it`, async () => {
      const domain = freshDomain();
      const key = `nva:{${domain}}:${name}`;
      await server.cli('SET', key, 'mine');
      const error = await refusal(stores.open(server.location, domain), 'store-foreign');
      expect(error.message).to.contain('another program');
      expect(await server.cli('GET', key)).to.equal('mine');
    });
  }

  it('a hash of another program, records without their meta, and a newer format', async () => {
    const [other, headless, newer] = [freshDomain(), freshDomain(), freshDomain()];
    await server.cli('HSET', `nva:{${other}}:meta`, 'x', '1');
    await server.cli('HSET', `nva:{${headless}}:records`, 'port/a', '1 1');
    await server.cli('HSET', `nva:{${newer}}:meta`, 'format', '2', 'domain', newer);
    expect(
      (await refusal(stores.open(server.location, other), 'store-foreign')).message,
    ).to.contain('another program');
    expect(
      (await refusal(stores.open(server.location, headless), 'store-foreign')).message,
    ).to.contain('without their meta');
    expect(
      (await refusal(stores.open(server.location, newer), 'store-foreign')).message,
    ).to.contain('newer release (format 2)');
  });

  it('to write when the memory is used up, and writes nothing', async () => {
    const small = await fleet.start();
    const store = await stores.open(small.location, 'x');
    await store.apply({ writes: [put('port/a', 1)] });
    await small.cli('CONFIG', 'SET', 'maxmemory', '1');
    const batch = { writes: [put('port/a', 2), put('port/b', 2)] };
    const error = await refusal(store.apply(batch), 'store-full');
    expect(error.retryable).to.equal(true);
    await small.cli('CONFIG', 'SET', 'maxmemory', '0');
    expect((await store.snapshot()).records).to.deep.equal([
      { key: 'port/a', revision: 1, value: 1 },
    ]);
    expect(await store.apply(batch)).to.equal(2);
  });

  it('to go on with a key that another program has put in our place later', async () => {
    const domain = freshDomain();
    const store = await stores.open(server.location, domain);
    const watched = new Watched();
    await store.apply({ writes: [put('port/a', 1)] });
    store.watch(1, watched.listener, watched.ended);
    await pause(50);
    await server.cli('SET', `nva:{${domain}}:meta`, 'mine');
    await refusal(store.apply({ writes: [put('port/b', 1)] }), 'store-foreign');
    await waitFor(() => watched.errors.length > 0, 'the end');
    expect(watched.errors[0]?.code).to.equal('store-foreign');
    expect(await server.cli('GET', `nva:{${domain}}:meta`)).to.equal('mine');
  });

  it('nothing, but warns, when the domain is new beside others and when records may be evicted', async () => {
    const warnings: string[] = [];
    const log: Log = { debug() {}, info() {}, warn: (line) => warnings.push(line), error() {} };
    const evicting = await fleet.start({
      args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'],
    });
    const first = await stores.open(evicting.location, 'blue', { log });
    await first.apply({ writes: [put('port/a', 1)] });
    expect(warnings.splice(0).join(' ')).to.contain('noeviction');
    await stores.open(evicting.location, 'bleu', { log });
    expect(warnings.join(' ')).to.contain('has the domains blue');
    warnings.length = 0;
    await stores.open(evicting.location, 'blue', { log });
    expect(warnings.join(' ')).not.to.contain('is new');
  });
});
