/**
 * What the Redis store costs: commands per batch, and the time to load 100,000 records.
 *
 * Times are printed; only bounds far above them fail, because the machine is shared.
 */
import { fork } from 'node:child_process';
import { expect } from 'chai';
import { put, Watched } from '../../contracts/store-probe.ts';
import { RedisFleet, type RedisServer, waitFor } from '../../support/redis-server.ts';
import { freshDomain, Stores } from './redis-lab.ts';

/** Into the report of the tests, where a person reads it. */
function say(line: string): void {
  process.stdout.write(`      ${line}\n`);
}

describe('the cost of the Redis store', function () {
  this.timeout(30_000);
  const stores = new Stores();
  const fleet = new RedisFleet();
  let server: RedisServer;
  before(async () => {
    server = await fleet.start();
  });
  afterEach(() => stores.close());
  after(() => fleet.stop());

  /** Calls by clients; what scripts do inside counts as well, so scripts are counted by EVALSHA alone. */
  async function calls(): Promise<Map<string, number>> {
    const text = await server.cli('INFO', 'commandstats');
    const found = new Map<string, number>();
    for (const [, name = '', count] of text.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)) {
      found.set(name, Number(count));
    }
    return found;
  }

  it('sends one EVALSHA per batch and per announcement, and nothing else', async () => {
    const store = await stores.open(server.location, freshDomain());
    const word = { name: 'i', run: 'r', head: 1, body: { large: 'x'.repeat(10_000) } };
    await store.apply({ writes: [put('port/a', 0)] });
    await store.membership?.announce(word);
    await server.cli('CONFIG', 'RESETSTAT');
    for (let n = 1; n <= 20; n++)
      await store.apply({ writes: [put('port/a', n), put('port/b', n)] });
    expect((await calls()).get('evalsha')).to.equal(20);
    await server.cli('CONFIG', 'RESETSTAT');
    for (let n = 1; n <= 10; n++) await store.membership?.announce({ ...word, head: n });
    const seen = await calls();
    expect(seen.get('evalsha')).to.equal(10);
    for (const other of ['eval', 'xread', 'xadd', 'ping']) {
      expect(seen.has(other), other).to.equal(false);
    }
    const stats = await server.cli('INFO', 'stats');
    // Ten announcements would carry 100,000 bytes of body.
    for (const way of ['input', 'output']) {
      const bytes = new RegExp(`total_net_${way}_bytes:(\\d+)`).exec(stats)?.[1];
      expect(Number(bytes), way).to.be.below(20_000);
    }
  });

  it('loads 100,000 records in seconds, in short turns', async () => {
    const domain = freshDomain();
    const store = await stores.open(server.location, domain);
    const text = 'x'.repeat(150);
    for (let part = 0; part < 10; part++) {
      const writes = Array.from({ length: 10_000 }, (_, n) =>
        put(`mapping/${part}-${n}`, { mac: '02:00:00:00:00:01', note: text }),
      );
      await store.apply({ writes });
    }
    const reader = await stores.open(server.location, domain, { onDivergence: () => {} });
    let longest = 0;
    let last = performance.now();
    let running = true;
    const tick = (): void => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      if (running) setImmediate(tick);
    };
    tick();
    const before = performance.now();
    const { records } = await reader.snapshot();
    const tookMs = performance.now() - before;
    running = false;
    say(`100,000 records in ${Math.round(tookMs)} ms, the longest turn ${longest.toFixed(1)} ms`);
    expect(records).to.have.length(100_000);
    expect(tookMs).to.be.below(6000);
    expect(longest).to.be.below(250);
  });

  it('brings a batch from one process to another within milliseconds', async () => {
    const domain = freshDomain();
    const store = await stores.open(server.location, domain);
    const watched = new Watched();
    const arrived: number[] = [];
    store.watch(
      0,
      (set) => {
        arrived.push(performance.timeOrigin + performance.now());
        watched.listener(set);
      },
      watched.ended,
    );
    const child = fork(
      new URL('./redis-child.ts', import.meta.url),
      [server.location, domain, '300'],
      {
        execArgv: ['--import=tsx'],
      },
    );
    const sent = await new Promise<{ at: number; tookMs: number }[]>((resolve, reject) => {
      child.once('message', (message) => resolve(message as { at: number; tookMs: number }[]));
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)));
    });
    await waitFor(() => arrived.length >= sent.length, 'the feed');
    const feed = sent.map(({ at }, index) => (arrived[index] ?? 0) - at).sort((a, b) => a - b);
    const applied = sent.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
    const part = (list: readonly number[], share: number): string =>
      (list[Math.floor(list.length * share)] ?? 0).toFixed(2);
    say(
      `apply p50 ${part(applied, 0.5)} ms, p99 ${part(applied, 0.99)} ms; ` +
        `from the call in one process to the listener in another p50 ${part(feed, 0.5)} ms, p99 ${part(feed, 0.99)} ms`,
    );
    expect(feed.length).to.equal(300);
    expect(Number(part(feed, 0.5))).to.be.below(20);
  });
});
