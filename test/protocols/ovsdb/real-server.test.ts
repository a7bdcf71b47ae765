import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { BRIDGE } from '../../../protocols/ovsdb/schemas/open-vswitch.ts';
import { Transaction } from '../../../protocols/ovsdb/transaction.ts';
import { readRow } from '../../../protocols/ovsdb/values/tables.ts';
import { addBridge, bridgeNames, lab, TABLES, transact } from './real-lab.ts';
import { OPTIONS, SocketDriver } from './socket-driver.ts';

describe('a real ovsdb-server', () => {
  const here = lab();

  it('gives a replica that follows it, with typed rows', async () => {
    const driver = here.connect();
    const synced = await driver.event('synced');
    expect(synced.gaps).to.deep.equal([]);
    expect(synced.method).to.equal('monitor_cond_since');
    const result = await transact(driver, addBridge('br-int'));
    expect(result.ok && result.results[1]).to.deep.equal({ count: 1 });
    const [row] = driver.session.replica?.table('Bridge').values() ?? [];
    const bridge = readRow(BRIDGE, row ?? {});
    expect(bridge).to.include({ name: 'br-int', fail_mode: 'secure', datapath_id: undefined });
    expect([...bridge.protocols].sort()).to.deep.equal(['OpenFlow13', 'OpenFlow15']);
    expect(bridge.external_ids.get('owner')).to.equal('nva');
  });

  it('tells differences of sets and maps that the replica applies rightly', async () => {
    const driver = here.connect();
    await driver.event('synced');
    await transact(driver, addBridge('br-int'));
    const change = new Transaction()
      .mutate(
        'Bridge',
        [],
        [
          ['protocols', 'delete', ['OpenFlow13']],
          ['protocols', 'insert', ['OpenFlow14']],
          ['external_ids', 'insert', { more: 'x' }],
          ['external_ids', 'delete', ['owner']],
        ],
      )
      .update('Bridge', [], { fail_mode: undefined });
    await transact(driver, change);
    const [row] = driver.session.replica?.table('Bridge').values() ?? [];
    const bridge = readRow(BRIDGE, row ?? {});
    expect([...bridge.protocols].sort()).to.deep.equal(['OpenFlow14', 'OpenFlow15']);
    expect([...bridge.external_ids]).to.deep.equal([['more', 'x']]);
    expect(bridge.fail_mode).to.equal(undefined);
  });

  it('refuses a transaction whose wait-guard does not hold, and does none of it', async () => {
    const driver = here.connect();
    await driver.event('synced');
    const guarded = new Transaction().wait('Open_vSwitch', [], [{ next_cfg: 12345 }]);
    guarded.mutate('Open_vSwitch', [], [['next_cfg', '+=', 1]]);
    const result = await transact(driver, guarded);
    expect(result.ok ? result : result.failure).to.include({ code: 'timed out', operation: 0 });
    const [row] = driver.session.replica?.table('Open_vSwitch').values() ?? [];
    expect(row?.next_cfg).to.equal(0);
  });

  it('names a commit that fails, an operation that fails, and one that is not sent', async () => {
    const driver = here.connect();
    await driver.event('synced');
    await transact(driver, addBridge('br-int'));
    const twice = await transact(driver, addBridge('br-int'));
    expect(twice.ok ? twice : twice.failure).to.include({
      code: 'constraint violation',
      operation: 'commit',
    });
    const zero = new Transaction().comment('x').mutate('Open_vSwitch', [], [['next_cfg', '/=', 0]]);
    const refused = await transact(driver, zero);
    expect(refused.ok ? refused : refused.failure).to.include({
      code: 'domain error',
      operation: 1,
    });
    const { operations } = new Transaction().update('Bridge', [], { nonsense: 1 });
    const id = driver.act((session, now) => session.transact(operations, now));
    const { error } = await driver.event('request-failed', (event) => event.id === id);
    expect(error.code).to.equal('invalid-request');
  });
});

describe('a real ovsdb-server and the life of a connection', () => {
  const here = lab();

  it('closes the connection over some text, which we do not send', async () => {
    const driver = here.connect();
    await driver.event('synced');
    const poison = addBridge('a', { owner: 'n\u0000va' });
    const id = driver.act((session, now) => session.transact(poison.operations, now));
    const failed = await driver.event('request-failed', (event) => event.id === id);
    expect(failed.error.code).to.equal('invalid-request');
    expect((await transact(driver, addBridge('b'))).ok).to.equal(true);
  });

  it('answers our select, and our echo when it is asked for a sign of life', async () => {
    const driver = here.connect({ probeIntervalMs: 100 });
    await driver.event('synced');
    const result = await transact(
      driver,
      new Transaction().select('Open_vSwitch', [], ['next_cfg']),
    );
    expect(result.ok && result.results[0]?.rows).to.deep.equal([{ next_cfg: 0 }]);
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(driver.session.isEnded).to.equal(false);
  });

  it('is missed within two probe intervals when it is paused', async () => {
    const driver = here.connect({ probeIntervalMs: 300 });
    await driver.event('synced');
    here.running().pause();
    const paused = performance.now();
    const ended = await driver.event('ended');
    expect(ended.error.code).to.equal('peer-silent');
    expect(performance.now() - paused).to.be.within(250, 900);
  });

  it('says which database it does not have', async () => {
    const driver = here.connect({ database: 'Nonsense' });
    const { error } = await driver.event('ended');
    expect(error.code).to.equal('setup-refused');
    expect(error.detail).to.contain('unknown database');
  });
});

describe('an older ovsdb-server', () => {
  const here = lab();

  for (const [without, method] of [
    [['monitor_cond_since'], 'monitor_cond'],
    [['monitor_cond_since', 'monitor_cond'], 'monitor'],
  ] as const) {
    it(`is followed by ${method} when it knows no better`, async () => {
      const path = await here.without(...without);
      const driver = here.connect({}, path);
      expect(await driver.event('synced')).to.include({ method });
      await transact(driver, addBridge('a'));
      await transact(driver, addBridge('b'));
      await transact(
        driver,
        new Transaction().mutate(
          'Bridge',
          [['name', '==', 'a']],
          [['external_ids', 'delete', ['owner']]],
        ),
      );
      const rows = [...(driver.session.replica?.table('Bridge').values() ?? [])];
      const owners = rows.map((row) => [row.name, readRow(BRIDGE, row).external_ids.size]);
      expect(owners.sort()).to.deep.equal([
        ['a', 0],
        ['b', 1],
      ]);
    });
  }
});

describe('the lock of a real ovsdb-server', () => {
  const here = lab();

  it('goes to the second client when the first one goes', async () => {
    const first = here.connect({ lock: 'nva' });
    expect((await first.event('lock')).state).to.equal('locked');
    const second = here.connect({ lock: 'nva' });
    expect((await second.event('lock')).state).to.equal('waiting');
    const refused = await transact(second, addBridge('br-int'), true);
    expect(refused.ok ? refused : refused.failure).to.include({
      code: 'not owner',
      operation: 'lock',
    });
    await first.close();
    expect((await second.event('lock')).state).to.equal('locked');
    expect((await transact(second, addBridge('br-int'), true)).ok).to.equal(true);
  });

  it('is given back on request and can be had again', async () => {
    const first = here.connect({ lock: 'nva' });
    await first.event('lock');
    const second = here.connect({ lock: 'nva' });
    await second.event('lock');
    first.act((session, now) => session.releaseLock(now));
    expect((await second.event('lock')).state).to.equal('locked');
    first.act((session, now) => session.requestLock(now));
    await first.event('lock', (event) => event.state === 'waiting');
  });
});

describe('the lock of a real ovsdb-server, taken by force or given away', () => {
  const here = lab();
  const state = async (driver: SocketDriver) => (await driver.event('lock')).state;

  async function three(): Promise<[SocketDriver, SocketDriver, SocketDriver]> {
    const first = here.connect({ lock: 'nva' });
    expect(await state(first)).to.equal('locked');
    const second = here.connect({ lock: 'nva' });
    expect(await state(second)).to.equal('waiting');
    const third = here.connect({ lock: 'nva' });
    expect(await state(third)).to.equal('waiting');
    return [first, second, third];
  }

  it('is stolen by one that waits; the victim queues behind all others', async () => {
    const [first, second, third] = await three();
    third.act((session, now) => session.stealLock(now));
    expect(await state(third)).to.equal('locked');
    expect(await state(first)).to.equal('stolen');
    expect((await transact(first, addBridge('late'), true)).ok).to.equal(false);
    expect((await transact(third, addBridge('ours'), true)).ok).to.equal(true);
    first.act((session, now) => session.requestLock(now));
    expect(await state(first)).to.equal('waiting');
    await third.close();
    expect(await state(second)).to.equal('locked');
    expect(first.session.holdsLock).to.equal(false);
    await second.close();
    expect(await state(first)).to.equal('locked');
  });

  it('goes round when each gives it away and asks again in one breath, and comes back when nobody waits', async () => {
    const [first, second, third] = await three();
    const passOn = (driver: SocketDriver) =>
      driver.act((session, now) => {
        session.releaseLock(now);
        session.requestLock(now);
      });
    for (const [from, to] of [
      [first, second],
      [second, third],
      [third, first],
    ] as const) {
      passOn(from);
      expect(await state(from)).to.equal('released');
      expect(await state(from)).to.equal('waiting');
      expect(await state(to)).to.equal('locked');
    }
    await second.close();
    await third.close();
    passOn(first);
    expect(await state(first)).to.equal('released');
    expect(await state(first)).to.equal('locked');
  });
});

describe('a real clustered ovsdb-server', () => {
  const here = lab(true);

  it('resumes a client from its last transaction', async () => {
    // The server keeps no more history than it has content.
    const padding = Object.fromEntries(Array.from({ length: 500 }, (_, key) => [`key${key}`, 'x']));
    const first = here.connect();
    await first.event('synced');
    await transact(first, addBridge('padding', padding));
    await transact(first, addBridge('a'));
    await first.close();
    const other = here.connect();
    await other.event('synced');
    await transact(other, addBridge('b'));
    const { replica } = first.session;
    const again = here.connect(replica && { resume: replica });
    const synced = await again.event('synced');
    expect(synced.resumed).to.equal(true);
    expect(synced.changes.map((row) => row.table).sort()).to.deep.equal(['Bridge', 'Open_vSwitch']);
    expect(bridgeNames(again)).to.deep.equal(['a', 'b', 'padding']);
  });
});

describe('a real ovsdb-server that restarts', () => {
  const here = lab();

  it('ends the session; the next one tells what changed meanwhile', async () => {
    const first = here.connect();
    await first.event('synced');
    await transact(first, addBridge('a'));
    await here.running().stop();
    expect((await first.event('ended')).error.code).to.equal('connection-lost');
    await here.running().start();
    const other = here.connect();
    await other.event('synced');
    await transact(other, addBridge('b'));
    const { replica } = first.session;
    const again = here.connect(replica && { resume: replica });
    const synced = await again.event('synced');
    expect(synced.changes.map((row) => row.table).sort()).to.deep.equal(['Bridge', 'Open_vSwitch']);
    expect(bridgeNames(again)).to.deep.equal(['a', 'b']);
  });

  it('can open the connection itself, and gets an answer to its echo', async function () {
    this.timeout(15_000);
    // Over TCP, because ovsdb-server does not probe unix sockets; it does so after 5 s.
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    await here.running().stop();
    const accepted = once(listener, 'connection') as Promise<[Socket]>;
    await here.running().start(`tcp:127.0.0.1:${port}`);
    const [socket] = await accepted;
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString();
    });
    const driver = new SocketDriver(socket, { ...OPTIONS, tables: TABLES, probeIntervalMs: 0 });
    expect((await driver.event('synced')).changes).to.have.length(1);
    while (!heard.includes('"method":"echo"')) await once(socket, 'data');
    expect((await transact(driver, addBridge('after-echo'))).ok).to.equal(true);
    await driver.close();
    listener.close();
  });
});
