import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Transaction } from '../../../protocols/ovsdb/transaction.ts';
import { addBridge, bridgeNames, lab, TABLES, transact } from './real-lab.ts';
import { installedSchema, RealServer } from './real-server.ts';
import type { SocketDriver } from './socket-driver.ts';

/** Holds the server for ten seconds, unless a bridge of this name comes. */
const waitFor = (name: string) =>
  new Transaction().wait('Bridge', [['name', '==', name]], [{ name }], { timeoutMs: 10_000 });

const send = (driver: SocketDriver, { operations }: Transaction, timeoutMs?: number) =>
  driver.act((session, now) =>
    session.transact(operations, now, timeoutMs === undefined ? {} : { timeoutMs }),
  );

describe('a real ovsdb-server that has work for later', () => {
  const here = lab();

  it('forgets a transaction that is cancelled, and carries out the next one', async () => {
    const driver = here.connect();
    await driver.event('synced');
    const id = send(driver, waitFor('late').mutate('Open_vSwitch', [], [['next_cfg', '+=', 7]]));
    driver.act((session, now) => session.cancel(id, now));
    const failed = await driver.event('request-failed', (event) => event.id === id);
    expect(failed.error.code).to.equal('canceled');
    expect(failed.server?.code).to.equal('canceled');
    await transact(driver, addBridge('late'));
    const [row] = driver.session.replica?.table('Open_vSwitch').values() ?? [];
    expect(row?.next_cfg).to.equal(0);
  });

  it('forgets a transaction whose deadline has passed', async () => {
    const driver = here.connect();
    await driver.event('synced');
    const id = send(
      driver,
      waitFor('late').mutate('Open_vSwitch', [], [['next_cfg', '+=', 7]]),
      50,
    );
    const { error } = await driver.event('request-failed', (event) => event.id === id);
    expect(error.code).to.equal('request-timeout');
    await transact(driver, addBridge('late'));
    const [row] = driver.session.replica?.table('Open_vSwitch').values() ?? [];
    expect(row?.next_cfg).to.equal(0);
  });

  it('answers what was asked while a transaction waits, and lets it go on', async () => {
    const driver = here.connect();
    await driver.event('synced');
    const waiting = send(driver, waitFor('late'));
    const list = driver.act((session, now) => session.listDatabases(now));
    const names = await driver.event('answer', (event) => event.id === list);
    expect(names.result).to.deep.equal(['Open_vSwitch', '_Server']);
    const asked = driver.act((session, now) => session.getSchema('_Server', now));
    const { result } = await driver.event('answer', (event) => event.id === asked);
    expect(result).to.include({ name: '_Server' });
    send(driver, addBridge('late'));
    expect((await driver.event('reply', (event) => event.id === waiting)).result.ok).to.equal(true);
  });

  it('says that it has no database of a name', async () => {
    const driver = here.connect();
    await driver.event('synced');
    const id = driver.act((session, now) => session.getSchema('Nonsense', now));
    const { server } = await driver.event('request-failed', (event) => event.id === id);
    expect(server?.code).to.equal('unknown database');
  });
});

describe('a real ovsdb-server that drops a cancelled transaction without a word', () => {
  const here = lab();

  it('is known to have done so by the echo that comes back first', async () => {
    const path = await here.without('set_db_change_aware');
    const driver = here.connect({}, path);
    await driver.event('synced');
    const id = send(driver, waitFor('never'));
    driver.act((session, now) => session.cancel(id, now));
    const failed = await driver.event('request-failed', (event) => event.id === id);
    expect(failed.error.code).to.equal('canceled');
    expect(failed.server).to.equal(undefined);
  });
});

describe('a real ovsdb-server that filters rows', () => {
  const here = lab();
  const only = (...names: readonly string[]) => ({
    Bridge: names.map((name) => ['name', '==', name] as const),
  });

  it('tells the rows that the conditions find, and what comes and goes when they change', async () => {
    const writer = here.connect();
    await writer.event('synced');
    for (const name of ['a', 'b', 'c']) await transact(writer, addBridge(name));
    const driver = here.connect({ conditions: only('a', 'b') });
    expect(await driver.event('synced')).to.include({ filters: true });
    expect(bridgeNames(driver)).to.deep.equal(['a', 'b']);

    const id = driver.act((session, now) => session.changeConditions(only('b', 'c'), now));
    const { changes } = await driver.event('changed');
    const told = changes.map((row) => [row.old?.name, row.new?.name]);
    expect(told).to.have.deep.members([
      ['a', undefined],
      [undefined, 'c'],
    ]);
    await driver.event('answer', (event) => event.id === id);
    await transact(writer, addBridge('d'));
    await transact(
      writer,
      new Transaction().mutate('Bridge', [], [['external_ids', 'delete', ['owner']]]),
    );
    const touched = await driver.event('changed', (event) => event.changes[0]?.table === 'Bridge');
    expect(touched.changes.map((row) => row.new?.name).sort()).to.deep.equal(['b', 'c']);
    driver.act((session, now) => session.changeConditions({ Bridge: [true] }, now));
    await driver.event('answer');
    expect(bridgeNames(driver)).to.deep.equal(['a', 'b', 'c', 'd']);
    driver.act((session, now) => session.changeConditions({ Bridge: [] }, now));
    await driver.event('answer');
    expect(bridgeNames(driver)).to.deep.equal([]);
  });

  it('is not asked for a condition that its schema does not have', async () => {
    const driver = here.connect({ conditions: { Bridge: [['colour', '==', 'red']] } });
    const { gaps } = await driver.event('synced');
    expect(gaps.map((gap) => gap.reason).join()).to.contain('Bridge is monitored whole');
    const id = driver.act((session, now) =>
      session.changeConditions({ Bridge: [['fail_mode', '==', 'open']] }, now),
    );
    const { error } = await driver.event('request-failed', (event) => event.id === id);
    expect(error.code).to.equal('invalid-request');
    expect(error.detail).to.contain('Bridge.fail_mode takes one of');
  });

  it('that is too old to filter tells all rows, and we say so', async () => {
    const path = await here.without('monitor_cond_since', 'monitor_cond');
    const driver = here.connect({ conditions: only('a') }, path);
    expect(await driver.event('synced')).to.include({ filters: false, method: 'monitor' });
    await transact(driver, addBridge('b'));
    expect(bridgeNames(driver)).to.deep.equal(['b']);
    const id = driver.act((session, now) => session.changeConditions(only('c'), now));
    const { error } = await driver.event('request-failed', (event) => event.id === id);
    expect(error.code).to.equal('conditions-unsupported');
  });

  it('stops telling, and tells what was missed when it is asked again', async () => {
    const writer = here.connect();
    await writer.event('synced');
    const driver = here.connect();
    await driver.event('synced');
    const id = driver.act((session, now) => session.stopMonitoring(now));
    await driver.event('answer', (event) => event.id === id);
    await transact(writer, addBridge('missed'));
    expect(bridgeNames(driver)).to.deep.equal([]);
    driver.act((session, now) => session.startMonitoring(now));
    await driver.event('resynced');
    await driver.event('changed');
    expect(bridgeNames(driver)).to.deep.equal(['missed']);
  });
});

describe('a real ovsdb-server whose database is changed as a whole', () => {
  const here = lab();

  it('says what it is', async () => {
    const driver = here.connect();
    const { status } = await driver.event('server');
    expect(status).to.deep.include({ isServed: true, model: 'standalone', connected: true });
    expect(driver.session.serverStatus).to.deep.equal(status);
  });

  it('keeps the session over a conversion: columns come and go, the lock stays ours', async () => {
    const driver = here.connect({
      lock: 'nva',
      tables: { ...TABLES, Bridge: [...TABLES.Bridge, 'colour'] },
    });
    const { gaps } = await driver.event('synced');
    expect(gaps.map((gap) => gap.column)).to.deep.equal(['colour']);
    await driver.event('lock', (event) => event.state === 'locked');
    await transact(driver, addBridge('br0'), true);

    const schema = installedSchema();
    schema.version = '8.4.0';
    delete schema.cksum;
    const columns = schema.tables.Bridge?.columns ?? {};
    columns.colour = { type: { key: 'string', min: 0, max: 1 } };
    delete columns.rstp_status;
    delete columns.datapath_version;
    await here.running().convert(schema);
    const resynced = await driver.event('resynced');
    expect(resynced.schemaVersion).to.equal('8.4.0');
    expect(resynced.gaps.map((gap) => gap.column)).to.deep.equal([
      'datapath_version',
      'rstp_status',
    ]);
    const { changes } = await driver.event('changed');
    expect(changes.map((change) => change.table)).to.deep.equal(['Bridge']);
    expect(changes[0]?.old).to.include({ name: 'br0', datapath_version: '' });
    expect(changes[0]?.new).to.include({ name: 'br0', colour: undefined });
    expect(changes[0]?.new).to.not.have.property('datapath_version');

    const painted = new Transaction().update('Bridge', [], { colour: 'red' });
    expect((await transact(driver, painted, true)).ok).to.equal(true);
    expect([...(driver.session.replica?.table('Bridge').values() ?? [])][0]?.colour).to.equal(
      'red',
    );
    await here.running().convert(installedSchema());
    await driver.event('resynced', (event) => event.schemaVersion !== '8.4.0');
    const gone = new Transaction().update('Bridge', [], { colour: 'blue' });
    const id = send(driver, gone);
    const { error } = await driver.event('request-failed', (event) => event.id === id);
    expect(error.code).to.equal('invalid-request');
    expect(driver.session.holdsLock).to.equal(true);
  });

  it('ends the session when it takes the database away', async () => {
    const driver = here.connect();
    await driver.event('synced');
    here.running().command('ovsdb-server/remove-db', 'Open_vSwitch');
    expect((await driver.event('ended')).error.code).to.equal('monitor-canceled');
    expect(driver.session.serverStatus?.isServed).to.equal(false);
  });

  it('is followed on while it compacts its file', async () => {
    const driver = here.connect();
    await driver.event('synced');
    for (let round = 0; round < 5; round++) {
      await transact(driver, addBridge(`br${round}`));
      here.running().command('ovsdb-server/compact');
    }
    await transact(driver, new Transaction().delete('Open_vSwitch', [['next_cfg', '==', 99]]));
    expect(bridgeNames(driver)).to.deep.equal(['br0', 'br1', 'br2', 'br3', 'br4']);
    expect(driver.session.isEnded).to.equal(false);
  });
});

describe('two real ovsdb-servers in one cluster', () => {
  const here = lab(true);
  let second: RealServer;

  beforeEach(async () => {
    second = new RealServer(true, undefined, here.running());
    await second.start();
    for (let tries = 0; tries < 100 && !isMember(second); tries++) await sleep(50);
  });
  afterEach(() => second.destroy());

  const isMember = (server: RealServer) =>
    /Status: cluster member/.test(server.command('cluster/status', 'Open_vSwitch'));

  it('serve a session that asks for the leader at the leader only', async () => {
    const turnedAway = here.connect({ leaderOnly: true }, second.socket);
    expect((await turnedAway.event('ended')).error.code).to.equal('not-leader');
    const fine = here.connect({}, second.socket);
    const { status } = await fine.event('server');
    expect(status).to.include({ model: 'clustered', connected: true, leader: false });
    await fine.event('synced');
    const leader = here.connect({ leaderOnly: true });
    await leader.event('synced');
    expect(leader.session.serverStatus?.cid).to.equal(status.cid);
    here.running().command('cluster/failure-test', 'transfer-leadership');
    expect((await leader.event('ended')).error.code).to.equal('not-leader');
  });

  it('let a session go on at the other one from its last transaction', async () => {
    const padding = Object.fromEntries(Array.from({ length: 500 }, (_, key) => [`key${key}`, 'x']));
    const first = here.connect();
    await first.event('synced');
    await transact(first, addBridge('padding', padding));
    await transact(first, addBridge('a'));
    const other = here.connect({}, second.socket);
    await other.event('synced');
    await transact(other, addBridge('b'));
    await first.event('changed', () => bridgeNames(first).includes('b'));
    await first.close();
    await transact(other, addBridge('c'));
    const { replica } = first.session;
    const again = here.connect(replica && { resume: replica }, second.socket);
    const synced = await again.event('synced');
    expect(synced.resumed).to.equal(true);
    expect(synced.changes.map((row) => row.table).sort()).to.deep.equal(['Bridge', 'Open_vSwitch']);
    expect(bridgeNames(again)).to.deep.equal(['a', 'b', 'c', 'padding']);
  });
});
