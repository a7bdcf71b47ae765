/**
 * The Redis store behind Sentinels, in a Cluster, over TLS, as a user with few rights, and with replicas that confirm.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Store } from '../../../lib/store/contract.ts';
import { put, refusal, Watched } from '../../contracts/store-probe.ts';
import { freePort, RedisFleet, type RedisServer, waitFor } from '../../support/redis-server.ts';
import { freshDomain, Stores } from './redis-lab.ts';

describe('the Redis store behind Sentinels', function () {
  this.timeout(40_000);
  const stores = new Stores();
  const fleet = new RedisFleet();
  afterEach(async () => {
    await stores.close();
    await fleet.stop();
  });

  async function follow(store: Store): Promise<Watched> {
    const watched = new Watched();
    const { revision } = await store.snapshot();
    store.watch(revision, watched.listener, watched.ended);
    return watched;
  }

  async function untilApplied(store: Store, key: string): Promise<number> {
    let revision = 0;
    await waitFor(async () => {
      revision = await store.apply({ writes: [put(key, 1)] }).catch(() => 0);
      return revision > 0;
    }, 'the store behind the new master');
    return revision;
  }

  it('follows a failover off a demoted master that still answers, and off a stopped one with lost writes', async () => {
    const lab = await fleet.sentinelLab(1);
    const [replica] = lab.replicas;
    if (replica === undefined) throw new Error('no replica');
    const domain = freshDomain();
    const store = await stores.open(lab.location, domain, { deadlineMs: 500 });
    expect(store.description).to.equal(lab.location);
    const watched = await follow(store);
    await store.apply({ writes: [put('port/a', 1)] });

    await lab.sentinels[0]?.cli('SENTINEL', 'FAILOVER', lab.masterName);
    await waitFor(async () => (await lab.masterPort()) === replica.port, 'the failover');
    await waitFor(
      async () => (await lab.master.cli('INFO', 'replication')).includes('role:slave'),
      'the old master to be demoted',
    );
    await lab.master.untilReplicating();
    const before = performance.now();
    await untilApplied(store, 'port/b');
    expect(performance.now() - before).to.be.below(3000);
    await waitFor(() => watched.sets.length === 2, 'the feed');
    expect(watched.errors).to.deep.equal([]);

    const head = ['HGET', `nva:{${domain}}:meta`, 'revision'];
    await waitFor(async () => (await lab.master.cli(...head)) === '2', 'the copy');
    // The replica is cut off, and the master stops without closing a connection.
    lab.master.pause();
    await replica.cli('CLIENT', 'KILL', 'TYPE', 'replica');
    const lost = await store.apply({ writes: [put('port/lost', 1)] });
    await waitFor(() => watched.sets.length === 3, 'the feed');
    replica.pause();
    lab.master.resume();
    await waitFor(async () => (await lab.masterPort()) === lab.master.port, 'the second failover');
    await waitFor(() => watched.errors.length > 0, 'the end');
    expect(watched.errors.map(({ code, ancestor }) => [code, ancestor])).to.deep.equal([
      ['store-forked', lost - 1],
    ]);
    expect((await store.snapshot()).records.map(({ key }) => key)).not.to.include('port/lost');
    expect(await untilApplied(store, 'port/c')).to.equal(lost);
    replica.resume();
  });

  it('leaves a master that still takes writes when the Sentinels name another', async () => {
    const lab = await fleet.sentinelLab(0);
    const other = await fleet.start();
    const store = await stores.open(lab.location, freshDomain());
    const watched = await follow(store);
    await store.apply({ writes: [put('port/a', 1)] });
    for (const sentinel of lab.sentinels) {
      await sentinel.cli('SENTINEL', 'REMOVE', lab.masterName);
      const words = [lab.masterName, '127.0.0.1', String(other.port), '2'];
      await sentinel.cli('SENTINEL', 'MONITOR', ...words);
    }
    await waitFor(() => watched.errors.length > 0, 'the other master to be found');
    expect(watched.errors.map(({ code }) => code)).to.deep.equal(['store-forked']);
    expect((await store.snapshot()).records).to.deep.equal([]);
  });

  it('leaves a master that was demoted by hand when it answers READONLY', async () => {
    const master = await fleet.start();
    const other = await fleet.start({ replicaOf: master });
    const store = await stores.open(master.location, freshDomain());
    await store.apply({ writes: [put('port/a', 1)] });
    await waitFor(async () => (await other.cli('DBSIZE')) !== '0', 'the copy');
    await other.cli('REPLICAOF', 'NO', 'ONE');
    await master.cli('REPLICAOF', '127.0.0.1', String(other.port));
    const error = await refusal(store.apply({ writes: [put('port/b', 1)] }), 'store-unavailable');
    expect(error.retryable).to.equal(true);
    await waitFor(async () => {
      const next = await refusal(store.apply({ writes: [put('port/b', 1)] }), 'store-unavailable');
      return next.message.includes('replica');
    }, 'the replica to be named');
  });
});

describe('the Redis store in a Cluster', function () {
  this.timeout(30_000);
  const stores = new Stores();
  const fleet = new RedisFleet();
  after(async () => {
    await stores.close();
    await fleet.stop();
  });

  it('finds the node of its slot, follows the slot to another one, and keeps its feed', async () => {
    const nodes = await fleet.cluster(3);
    const location = `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
    for (const domain of ['a', 'b', 'c', 'd']) {
      const store = await stores.open(location, domain);
      await store.apply({ writes: [put('port/a', domain)] });
      await store.membership?.announce({ name: 'i', run: 'r', head: 1, body: 1 });
      expect((await store.snapshot()).revision).to.equal(1);
    }
    const sizes = await Promise.all(nodes.map((node) => node.cli('DBSIZE')));
    expect(sizes.filter((size) => size !== '0').length).to.be.greaterThan(1);

    const store = await stores.open(location, 'a');
    const watched = new Watched();
    store.watch(1, watched.listener, watched.ended);
    await moveSlot(nodes, 'nva:{a}:meta');
    await waitFor(async () => {
      return (await store.apply({ writes: [put('port/b', 1)] }).catch(() => 0)) === 2;
    }, 'the store to follow its slot');
    await waitFor(() => watched.sets.length === 1, 'the feed');
    expect(watched.errors).to.deep.equal([]);
  });

  async function moveSlot(nodes: readonly RedisServer[], key: string): Promise<void> {
    const slot = await (nodes[0]?.cli('CLUSTER', 'KEYSLOT', key) ?? '');
    const ids = await Promise.all(nodes.map((node) => node.cli('CLUSTER', 'MYID')));
    const counts = await Promise.all(
      nodes.map((node) => node.cli('CLUSTER', 'COUNTKEYSINSLOT', slot)),
    );
    const from = counts.findIndex((count) => count !== '0');
    const to = (from + 1) % nodes.length;
    const [source, target] = [nodes[from], nodes[to]];
    if (source === undefined || target === undefined) throw new Error('no node has the slot');
    await target.cli('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[from] ?? '');
    await source.cli('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to] ?? '');
    const keys = (await source.cli('CLUSTER', 'GETKEYSINSLOT', slot, '10')).split('\n');
    await source.cli('MIGRATE', '127.0.0.1', String(target.port), '', '0', '5000', 'KEYS', ...keys);
    for (const node of [target, source, ...nodes]) {
      await node.cli('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to] ?? '');
    }
  }
});

/** The rule that lib/store/redis-faults.ts tells people. */
const ACL_RULE = [
  ...['resetchannels', '~nva:{blue}:*', '+@read', '+@write', '+@connection'],
  ...['+eval', '+evalsha', '+info', '+time', '+wait'],
];

describe('the Redis store over TLS and as a user with few rights', () => {
  const stores = new Stores();
  const fleet = new RedisFleet();
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'nva-redis-tls-'));
  });
  afterEach(async () => {
    await stores.close();
    await fleet.stop();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function certificates(): { ca: string; cert: string; key: string } {
    const file = (name: string): string => join(folder, name);
    const openssl = (...words: string[]): void => {
      execFileSync('openssl', words, { stdio: 'ignore', cwd: folder });
    };
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-subj',
      '/CN=ca',
      '-days',
      '2',
    );
    openssl(
      ...['req', '-x509', '-CA', 'ca.pem', '-CAkey', 'ca.key', ...key, '-keyout', 'key.pem'],
      ...['-out', 'cert.pem', '-subj', '/CN=redis', '-days', '2'],
      ...[
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-addext',
        'basicConstraints=critical,CA:FALSE',
      ],
    );
    return { ca: file('ca.pem'), cert: file('cert.pem'), key: file('key.pem') };
  }

  it('shows its certificate, checks the server’s, and needs no more than the documented rule', async () => {
    const { ca, cert, key } = certificates();
    const files = ['--tls', '--cacert', ca, '--cert', cert, '--key', key];
    const port = await freePort();
    const server = await fleet.start({
      port,
      args: [
        ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'yes'],
        ...['--tls-ca-cert-file', ca, '--tls-cert-file', cert, '--tls-key-file', key],
      ],
      cliArgs: files,
    });
    await server.cli('ACL', 'SETUSER', 'nva', 'on', '>p@ss word', ...ACL_RULE);
    const at = `127.0.0.1:${port}`;
    const user = 'nva:p%40ss%20word@';
    const location = `rediss://${user}${at}?ca=${ca}&cert=${cert}&key=${key}`;
    const store = await stores.open(location, 'blue');
    expect(store.description).to.equal(`rediss://${at}`);
    const watched = new Watched();
    store.watch(0, watched.listener, watched.ended);
    await store.apply({ writes: [put('port/a', 1)] });
    await waitFor(() => watched.sets.length === 1, 'the feed');
    await store.membership?.announce({ name: 'i', run: 'r', head: 1, body: 1 });
    expect(await store.membership?.forget('i')).to.equal(true);
    const copy = await store.snapshot();
    await server.cli('FLUSHALL');
    await store.restore?.(copy);
    expect(await store.snapshot()).to.deep.equal(copy);

    const wrongKeys = await refusal(stores.open(location, 'red'), 'store-unavailable');
    expect(wrongKeys.message).to.contain('ACL SETUSER').and.not.contain('p@ss');
    expect(wrongKeys.retryable).to.equal(false);
    await server.cli('ACL', 'SETUSER', 'nva', '-evalsha');
    const wrongCommand = await refusal(stores.open(location, 'blue'), 'store-unavailable');
    expect(wrongCommand.message).to.contain('evalsha');
    await refusal(stores.open(`rediss://${user}${at}`, 'blue'), 'store-unavailable');
    await refusal(stores.open(`rediss://${user}${at}?ca=${ca}`, 'blue'), 'store-unavailable');
    const noFile = await refusal(
      stores.open(`rediss://${at}?ca=/nowhere.pem`, 'x'),
      'store-unavailable',
    );
    expect(noFile.message).to.contain('/nowhere.pem');
  });
});

describe('the Redis store with replicas that confirm', () => {
  const stores = new Stores();
  const fleet = new RedisFleet();
  after(async () => {
    await stores.close();
    await fleet.stop();
  });

  it('confirms what its replica has, and says of the rest that it may be lost', async () => {
    const master = await fleet.start();
    const replica = await fleet.start({ replicaOf: master });
    const options = { waitReplicas: 1, confirmTimeoutMs: 2000 };
    const domain = freshDomain();
    const store = await stores.open(master.location, domain, options);
    expect(await store.apply({ writes: [put('port/a', 1)] })).to.equal(1);
    replica.pause();
    const outcomes = await Promise.all(
      ['b', 'c'].map((name) =>
        refusal(store.apply({ writes: [put(`port/${name}`, 1)] }), 'store-unconfirmed'),
      ),
    );
    expect(outcomes[0]?.message).to.contain('0 of 1 replicas').and.contain('revision 2');
    expect((await store.snapshot()).revision).to.equal(3);
    replica.resume();
    // The same batches again write nothing, and are confirmed now.
    expect(await store.apply({ writes: [put('port/b', 1), put('port/c', 1)] })).to.equal(3);
    expect(await replica.cli('HLEN', `nva:{${domain}}:records`)).to.equal('3');
  });

  it('does not hold up what need not be confirmed, neither by its own confirmation nor by that of others', async () => {
    const master = await fleet.start();
    const replica = await fleet.start({ replicaOf: master });
    const options = { waitReplicas: 1, confirmTimeoutMs: 1500 };
    const store = await stores.open(master.location, freshDomain(), options);
    await store.apply({ writes: [put('port/a', 1)] });
    replica.pause();
    const slow = refusal(store.apply({ writes: [put('port/b', 1)] }), 'store-unconfirmed');
    await waitFor(async () => (await store.snapshot()).revision === 2, 'the batch to be applied');
    const started = performance.now();
    expect(await store.apply({ writes: [put('attachment/a', 1)], confirm: false })).to.equal(3);
    expect(performance.now() - started).to.be.lessThan(500);
    await slow;
    replica.resume();
  });
});
