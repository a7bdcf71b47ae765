import { expect } from 'chai';
import type { OvsdbEvent } from '../../../protocols/ovsdb/session-events.ts';
import { Transaction } from '../../../protocols/ovsdb/transaction.ts';
import { initial, ROW, ScriptedPeer, type Sent, TX, update3 } from './scripted-peer.ts';

const types = (events: readonly { type: string }[]) => events.map((event) => event.type);
const OPERATIONS = new Transaction().comment('test').operations;

describe('the OVSDB session on its way to a replica', () => {
  it('asks for the schema, then for all that it wants since nothing', () => {
    const peer = new ScriptedPeer();
    expect(peer.toMonitor().params).to.deep.equal([
      'Open_vSwitch',
      'nva',
      { Bridge: [{ columns: ['name'] }] },
      '00000000-0000-0000-0000-000000000000',
    ]);
  });

  it('sends only members that ovsdb-server accepts', () => {
    const request = new ScriptedPeer().toSchema();
    expect(Object.keys(request)).to.have.members(['method', 'params', 'id']);
  });

  it('tells the rows that it found, once', () => {
    const peer = new ScriptedPeer();
    const [synced, ...more] = peer.toSynced();
    expect(synced).to.deep.include({
      type: 'synced',
      lastTransactionId: TX,
      schemaVersion: '8.3.1',
    });
    expect(synced).to.have.deep.property('changes', [
      { table: 'Bridge', uuid: ROW, new: { name: 'br0' } },
    ]);
    expect(more).to.deep.equal([]);
  });
});

describe('the OVSDB session and the order of the wire', () => {
  it('handles a reply to monitor and the updates behind it in the order of the wire', () => {
    const peer = new ScriptedPeer();
    const monitor = peer.toMonitor();
    const events = peer.say(
      { id: monitor.id, result: [false, TX, initial('a')], error: null },
      update3({ modify: { name: 'b' } }),
      update3({ modify: { name: 'c' } }),
      update3({ delete: null }),
    );
    expect(types(events)).to.deep.equal(['synced', 'changed', 'changed', 'changed']);
    const names = events.flatMap((event) =>
      event.type === 'changed' ? event.changes.map((row) => [row.old?.name, row.new?.name]) : [],
    );
    expect(names).to.deep.equal([
      ['a', 'b'],
      ['b', 'c'],
      ['c', undefined],
    ]);
  });

  it('tells a transaction’s changes and its reply in the order of the wire', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    const id = peer.session.transact(OPERATIONS, peer.now);
    const reply = { id, result: [{}], error: null };
    const events = peer.say(update3({ modify: { name: 'b' } }), reply, update3({ delete: null }));
    expect(types(events)).to.deep.equal(['changed', 'reply', 'changed']);
  });
});

describe('the OVSDB session and an older server', () => {
  it('falls back to monitor_cond and then to monitor when the server knows no better', () => {
    const peer = new ScriptedPeer();
    peer.refuse(peer.toMonitor(), 'unknown method');
    const older = peer.request('monitor_cond');
    expect(older.params).to.deep.equal([
      'Open_vSwitch',
      'nva',
      { Bridge: [{ columns: ['name'] }] },
    ]);
    peer.refuse(older, { error: 'unknown method', details: '' });
    const oldest = peer.request('monitor');
    expect(oldest.params?.[2]).to.deep.equal({ Bridge: { columns: ['name'] } });
    const [synced] = peer.answer(oldest, { Bridge: { [ROW]: { new: { name: 'br0' } } } });
    expect(synced).to.include({ type: 'synced', method: 'monitor' });
    const change = { Bridge: { [ROW]: { old: { name: 'br0' }, new: { name: 'x' } } } };
    const [changed] = peer.say({ method: 'update', params: ['nva', change], id: null });
    expect(changed?.type).to.equal('changed');
    expect(peer.session.replica?.row('Bridge', ROW as never)).to.deep.equal({ name: 'x' });
  });

  it('names the tables and columns that the server lacks and goes on without', () => {
    const peer = new ScriptedPeer({ tables: { Bridge: ['name', 'colour'], Antennas: ['angle'] } });
    const monitor = peer.toMonitor();
    expect(monitor.params?.[2]).to.deep.equal({ Bridge: [{ columns: ['name'] }] });
    const [synced] = peer.answer(monitor, [false, TX, {}]);
    const gaps = synced?.type === 'synced' ? synced.gaps : [];
    expect(gaps.map((gap) => [gap.table, gap.column])).to.deep.equal([
      ['Bridge', 'colour'],
      ['Antennas', undefined],
    ]);
  });
});

describe('the OVSDB session that resumes', () => {
  function ended(): ScriptedPeer {
    const peer = new ScriptedPeer();
    peer.toSynced();
    peer.session.connectionLost('test');
    return peer;
  }

  it('asks since its last transaction and tells only what changed', () => {
    const { replica } = ended().session;
    const peer = new ScriptedPeer(replica && { resume: replica });
    const monitor = peer.toMonitor();
    expect(monitor.params?.[3]).to.equal(TX);
    const updates = { Bridge: { [ROW]: { modify: { name: 'new' } } } };
    const [synced] = peer.answer(monitor, [true, TX, updates]);
    expect(synced).to.deep.include({
      type: 'synced',
      resumed: true,
      changes: [{ table: 'Bridge', uuid: ROW, old: { name: 'br0' }, new: { name: 'new' } }],
    });
  });

  it('compares with what it had when the server does not know the transaction', () => {
    const { replica } = ended().session;
    const peer = new ScriptedPeer(replica && { resume: replica });
    const [synced] = peer.answer(peer.toMonitor(), [false, TX, {}]);
    expect(synced).to.deep.include({
      resumed: false,
      changes: [{ table: 'Bridge', uuid: ROW, old: { name: 'br0' } }],
    });
  });

  it('reads everything when other columns are wanted, and tells the difference', () => {
    const { replica } = ended().session;
    const peer = new ScriptedPeer({
      tables: { Bridge: ['name', 'ports'] },
      ...(replica && { resume: replica }),
    });
    const monitor = peer.toMonitor();
    expect(monitor.params?.[3]).to.equal('00000000-0000-0000-0000-000000000000');
    const [synced] = peer.answer(monitor, [false, TX, initial('br0')]);
    expect(synced).to.deep.include({
      changes: [
        { table: 'Bridge', uuid: ROW, old: { name: 'br0' }, new: { name: 'br0', ports: [] } },
      ],
    });
  });

  it('forgets the old transaction when the server has become one that tells none', () => {
    const { replica } = ended().session;
    const peer = new ScriptedPeer(replica && { resume: replica });
    peer.refuse(peer.toMonitor(), 'unknown method');
    const [synced] = peer.answer(peer.request('monitor_cond'), initial('br0'));
    expect(synced).to.deep.include({
      lastTransactionId: '00000000-0000-0000-0000-000000000000',
      changes: [],
    });
  });

  it('reads everything after an update that did not fit', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    peer.say(update3({ insert: { name: 'br0' } }));
    const { replica } = peer.session;
    const next = new ScriptedPeer(replica && { resume: replica });
    expect(next.toMonitor().params?.[3]).to.equal('00000000-0000-0000-0000-000000000000');
  });
});

describe('probes of the OVSDB session', () => {
  const echoes = (peer: ScriptedPeer) => peer.sent().filter(({ method }) => method === 'echo');

  it('are left to a server that probes, and come a little later when it does not any more', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    for (let round = 0; round < 3; round++) {
      peer.say({ method: 'echo', params: [], id: 'echo' });
      peer.pass(1_001);
      expect(echoes(peer)).to.deep.equal([]);
    }
    peer.pass(99);
    expect(echoes(peer)).to.have.length(1);
    peer.pass(999);
    expect(peer.session.isEnded).to.equal(false);
    peer.pass(1);
    expect(peer.session.isEnded).to.equal(true);
  });

  it('follow on anything else after the interval', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    peer.say({ method: 'echo', params: [], id: 'echo' });
    peer.say(update3({ modify: { name: 'br1' } }));
    peer.sent();
    peer.pass(1_000);
    expect(echoes(peer)).to.have.length(1);
  });
});

describe('the OVSDB session and its requests', () => {
  it('gives a transaction up at its deadline and forgets a reply that comes late', () => {
    const peer = new ScriptedPeer({ probeIntervalMs: 0 });
    peer.toSynced();
    const id = peer.session.transact(OPERATIONS, peer.now, { timeoutMs: 500 });
    expect(peer.pass(499)).to.deep.equal([]);
    const [failed] = peer.pass(1);
    expect(failed).to.deep.include({ type: 'request-failed', id });
    expect(failed).to.have.nested.property('error.code', 'request-timeout');
    const [dropped] = peer.say({ id, result: [{}], error: null });
    expect(dropped).to.have.nested.property('error.code', 'late-reply');
    expect(peer.session.isEnded).to.equal(false);
  });

  it('names the failed operation of a transaction', () => {
    const peer = new ScriptedPeer({ lock: 'nva' });
    peer.toSynced();
    peer.sent();
    const id = peer.session.transact(OPERATIONS, peer.now, { assertLock: true });
    expect(peer.request('transact').params?.[1]).to.deep.equal({ op: 'assert', lock: 'nva' });
    const result = [{ error: 'not owner', details: 'no' }, null];
    expect(peer.say({ id, result, error: null })).to.deep.equal([
      {
        type: 'reply',
        id,
        result: { ok: false, failure: { code: 'not owner', details: 'no', operation: 'lock' } },
      },
    ]);
  });

  it('tells when a transaction as a whole is refused or its reply makes no sense', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    const first = peer.session.transact(OPERATIONS, peer.now);
    const second = peer.session.transact(OPERATIONS, peer.now);
    const events = peer.say(
      { id: first, result: null, error: 'unknown database' },
      { id: second, result: [{}, {}], error: null },
    );
    expect(
      events.map((event) => event.type === 'request-failed' && event.error.code),
    ).to.deep.equal(['request-refused', 'request-refused']);
  });

  it('fails what still waits when it ends, then says that it has ended', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    peer.session.transact(OPERATIONS, peer.now);
    peer.session.connectionLost('closed');
    expect(types(peer.session.takeEvents())).to.deep.equal(['request-failed', 'ended']);
    peer.session.transact(OPERATIONS, peer.now);
    expect(types(peer.session.takeEvents())).to.deep.equal(['request-failed']);
    expect(peer.session.deadline()).to.equal(undefined);
  });

  it('refuses a transaction too many and keeps the others', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    const ids = Array.from({ length: 1025 }, () => peer.session.transact(OPERATIONS, peer.now));
    expect(new Set(ids).size).to.equal(1025);
    const events = peer.session.takeEvents();
    expect(events).to.have.length(1);
    expect(events[0]).to.have.nested.property('error.code', 'too-many-requests');
  });
});

describe('the OVSDB session and its lock', () => {
  it('asks once synchronised, waits, and tells each change of state once', () => {
    const peer = new ScriptedPeer({ lock: 'nva' });
    peer.toSynced();
    const lock = peer.request('lock');
    expect(lock.params).to.deep.equal(['nva']);
    const told = [
      ...peer.answer(lock, { locked: false }),
      ...peer.say({ method: 'stolen', params: ['other'], id: null }),
      ...peer.say({ method: 'locked', params: ['nva'], id: null }),
      ...peer.say({ method: 'locked', params: ['nva'], id: null }),
      ...peer.say({ method: 'stolen', params: ['nva'], id: null }),
    ];
    expect(told.map((event) => event.type === 'lock' && event.state)).to.deep.equal([
      'waiting',
      'locked',
      'stolen',
    ]);
    expect(peer.session.holdsLock).to.equal(false);
  });

  it('gives it back and asks again when told to', () => {
    const peer = new ScriptedPeer({ lock: 'nva' });
    peer.toSynced();
    peer.answer(peer.request('lock'), { locked: true });
    expect(peer.session.holdsLock).to.equal(true);
    peer.session.releaseLock(peer.now);
    expect(peer.session.holdsLock).to.equal(false);
    peer.answer(peer.request('unlock'), {});
    expect(peer.session.takeEvents()).to.deep.equal([]);
    peer.session.requestLock(peer.now);
    const events = peer.answer(peer.request('lock'), { locked: true });
    expect(events).to.deep.equal([{ type: 'lock', state: 'locked' }]);
  });

  it('waits behind the others after the lock was stolen: it must be given up before it is asked for anew', () => {
    const peer = holder();
    expect(states(peer.say({ method: 'stolen', params: ['nva'], id: null }))).to.deep.equal([
      'stolen',
    ]);
    peer.session.requestLock(peer.now);
    const [unlock, lock] = twoRequests(peer, 'unlock', 'lock');
    peer.answer(unlock, {});
    expect(states(peer.answer(lock, { locked: false }))).to.deep.equal(['waiting']);
    peer.session.requestLock(peer.now);
    expect(peer.sent()).to.deep.equal([]);
  });

  it('steals while it waits, by giving its place up first', () => {
    const peer = waiter();
    peer.session.stealLock(peer.now);
    const [unlock, steal] = twoRequests(peer, 'unlock', 'steal');
    expect(steal.params).to.deep.equal(['nva']);
    peer.answer(unlock, {});
    expect(states(peer.answer(steal, { locked: true }))).to.deep.equal(['locked']);
    peer.session.stealLock(peer.now);
    expect(peer.sent(), 'what it holds it does not steal').to.deep.equal([]);
  });

  it('does not take a notification for its new request that was sent before its unlock arrived', () => {
    const peer = waiter();
    peer.session.releaseLock(peer.now);
    peer.session.requestLock(peer.now);
    expect(states(peer.session.takeEvents())).to.deep.equal(['released']);
    const [unlock, lock] = twoRequests(peer, 'unlock', 'lock');
    expect(states(peer.say({ method: 'locked', params: ['nva'], id: null }))).to.deep.equal([]);
    expect(peer.session.holdsLock).to.equal(false);
    peer.answer(unlock, {});
    expect(states(peer.answer(lock, { locked: false }))).to.deep.equal(['waiting']);
    expect(states(peer.say({ method: 'locked', params: ['nva'], id: null }))).to.deep.equal([
      'locked',
    ]);
  });

  it('does not take a theft that crossed its release for one of what it asked for after it', () => {
    const peer = holder();
    peer.session.releaseLock(peer.now);
    peer.session.requestLock(peer.now);
    peer.session.takeEvents();
    const [unlock, lock] = twoRequests(peer, 'unlock', 'lock');
    const told = [
      ...peer.say({ method: 'stolen', params: ['nva'], id: null }),
      ...peer.refuse(unlock, 'not locked'),
      ...peer.answer(lock, { locked: true }),
    ];
    expect(states(told)).to.deep.equal(['locked']);
  });

  it('believes a notification more than an answer that comes after it', () => {
    const peer = new ScriptedPeer({ lock: 'nva' });
    peer.toSynced();
    const lock = peer.request('lock');
    const told = [
      ...peer.say({ method: 'locked', params: ['nva'], id: null }),
      ...peer.answer(lock, { locked: false }),
    ];
    expect(states(told)).to.deep.equal(['locked']);
    expect(peer.session.holdsLock).to.equal(true);
  });

  it('passes over the answer to a request that it has given up since', () => {
    const peer = new ScriptedPeer({ lock: 'nva' });
    peer.toSynced();
    const first = peer.request('lock');
    peer.session.stealLock(peer.now);
    const [unlock, steal] = twoRequests(peer, 'unlock', 'steal');
    expect(states(peer.answer(first, { locked: true }))).to.deep.equal([]);
    expect(peer.session.holdsLock).to.equal(false);
    peer.answer(unlock, {});
    expect(states(peer.answer(steal, { locked: true }))).to.deep.equal(['locked']);
  });
});

function states(events: readonly OvsdbEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'lock' ? [event.state] : []));
}

function withLock(locked: boolean): ScriptedPeer {
  const peer = new ScriptedPeer({ lock: 'nva' });
  peer.toSynced();
  peer.answer(peer.request('lock'), { locked });
  return peer;
}

const holder = () => withLock(true);
const waiter = () => withLock(false);

function twoRequests(peer: ScriptedPeer, first: string, second: string): [Sent, Sent] {
  const [one, two, ...more] = peer.sent();
  expect([one?.method, two?.method, more.length]).to.deep.equal([first, second, 0]);
  if (one === undefined || two === undefined) throw new Error('not reached');
  return [one, two];
}
