import { expect } from 'chai';
import type { TableConditions } from '../../../protocols/ovsdb/conditions.ts';
import type { OvsdbEvent } from '../../../protocols/ovsdb/session-events.ts';
import { Transaction } from '../../../protocols/ovsdb/transaction.ts';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';
import {
  CLUSTER,
  endedBy,
  initial,
  ROW,
  SCHEMA,
  ScriptedPeer,
  serverRow,
  TX,
  update3,
} from './scripted-peer.ts';

const types = (events: readonly { type: string }[]) => events.map((event) => event.type);
const ZERO = '00000000-0000-0000-0000-000000000000';
const CANCELED: Json = { method: 'monitor_canceled', params: ['nva'], id: null };

function codeOf(event: OvsdbEvent | undefined): string | undefined {
  return event?.type === 'request-failed' ? event.error.code : undefined;
}

describe('the OVSDB session and _Server', () => {
  it('asks for all that it needs at once, so that a server without _Server costs no round trip', () => {
    const { aware, server, schema } = new ScriptedPeer().opening();
    expect(aware.params).to.deep.equal([true]);
    expect(schema.params).to.deep.equal(['Open_vSwitch']);
    expect(server.params?.slice(0, 2)).to.deep.equal(['_Server', 'nva-server']);
    expect(server.params?.[2]).to.deep.equal({
      Database: [
        {
          columns: ['name', 'model', 'connected', 'leader', 'cid', 'sid', 'index'],
          where: [['name', '==', 'Open_vSwitch']],
        },
      ],
    });
  });

  it('tells what it says of our database, and then only news', () => {
    const peer = new ScriptedPeer();
    const told = peer.answer(peer.opening().server, serverRow());
    expect(told).to.deep.equal([
      {
        type: 'server',
        status: {
          isServed: true,
          model: 'clustered',
          connected: true,
          leader: true,
          cid: CLUSTER,
          sid: ROW,
        },
      },
    ]);
    const modify = (columns: Json): Json => ({
      method: 'update2',
      params: ['nva-server', { Database: { [ROW]: { modify: columns } } }],
      id: null,
    });
    expect(peer.say(modify({ index: 2 }))).to.deep.equal([]);
    const [news] = peer.say(modify({ leader: false }));
    expect(news).to.have.nested.property('status.leader', false);
    expect(peer.session.isEnded).to.equal(false);
    expect(peer.session.serverStatus?.leader).to.equal(false);
  });

  it('keeps both monitors apart', () => {
    const peer = new ScriptedPeer();
    const { server, schema } = peer.opening();
    peer.answer(server, serverRow({ model: 'standalone', cid: ['set', []], index: ['set', []] }));
    peer.answer(schema, SCHEMA);
    peer.answer(peer.request('monitor_cond_since'), [false, TX, initial('br0')]);
    const events = peer.say(
      {
        method: 'update2',
        params: ['nva-server', { Database: { [ROW]: { delete: null } } }],
        id: null,
      },
      update3({ modify: { name: 'br1' } }),
    );
    expect(types(events)).to.deep.equal(['server', 'changed']);
    expect(events[0]).to.have.nested.property('status.isServed', false);
    expect(peer.session.replica?.table('Bridge').size).to.equal(1);
  });

  it('does not take a server for a leader that lost it in the middle of the session', () => {
    const peer = new ScriptedPeer({ leaderOnly: true });
    peer.answer(peer.opening().server, serverRow());
    const change = { Database: { [ROW]: { modify: { leader: false } } } };
    const events = peer.say({ method: 'update2', params: ['nva-server', change], id: null });
    expect(endedBy(events)).to.equal('not-leader');
  });

  it('has no leader where it relays, and needs none where it stands alone', () => {
    const relay = new ScriptedPeer({ leaderOnly: true });
    expect(endedBy(relay.answer(relay.opening().server, serverRow({ model: 'relay' })))).to.equal(
      'not-leader',
    );
    const alone = new ScriptedPeer({ leaderOnly: true });
    const standalone = serverRow({ model: 'standalone', leader: false });
    expect(endedBy(alone.answer(alone.opening().server, standalone))).to.equal(undefined);
  });

  it('does not go back in time at another member of the cluster, but does in another cluster', () => {
    const before = new ScriptedPeer();
    const { server, schema } = before.opening();
    before.answer(server, serverRow({ index: 9 }));
    before.answer(schema, SCHEMA);
    before.answer(before.request('monitor_cond_since'), [false, TX, initial('br0')]);
    before.session.connectionLost('test');
    const { replica } = before.session;
    const next = (columns: { readonly [column: string]: Json }) => {
      const peer = new ScriptedPeer(replica && { resume: replica });
      return endedBy(peer.answer(peer.opening().server, serverRow(columns)));
    };
    expect(next({ index: 8 })).to.equal('stale-server');
    expect(next({ index: 9 })).to.equal(undefined);
    expect(next({ index: 1, cid: ['uuid', TX] })).to.equal(undefined);
  });
});

describe('the OVSDB session whose database is converted', () => {
  it('reads the schema and the rows anew, and tells what is another than before', () => {
    const peer = new ScriptedPeer({ tables: { Bridge: ['name', 'colour'] } });
    peer.toSynced();
    expect(peer.say(CANCELED)).to.deep.equal([]);
    expect(peer.session.isSynced).to.equal(true);
    const [dropped] = peer.say(update3({ modify: { name: 'x' } }));
    expect(dropped).to.have.nested.property('error.code', 'unknown-monitor');
    expect(peer.session.replica?.table('Bridge').size).to.equal(1);

    const columns = { name: { type: 'string' }, colour: { type: 'string' } };
    const schema = { name: 'Open_vSwitch', version: '9.0.0', tables: { Bridge: { columns } } };
    peer.answer(peer.request('get_schema'), schema);
    const monitor = peer.request('monitor_cond_since');
    expect(monitor.params?.[3]).to.equal(ZERO);
    const [resynced, changed, ...more] = peer.answer(monitor, [false, TX, initial('br0')]);
    expect(resynced).to.deep.include({ type: 'resynced', schemaVersion: '9.0.0', gaps: [] });
    const row = { name: 'br0', colour: '' };
    expect(changed).to.deep.equal({
      type: 'changed',
      changes: [{ table: 'Bridge', uuid: ROW, old: { name: 'br0' }, new: row }],
    });
    expect(more).to.deep.equal([]);
    expect(types(peer.say(update3({ modify: { colour: 'red' } })))).to.deep.equal(['changed']);
  });

  it('goes on from its last transaction when the schema has stayed the same', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    peer.say(CANCELED);
    peer.answer(peer.request('get_schema'), SCHEMA);
    const monitor = peer.request('monitor_cond_since');
    expect(monitor.params?.[3]).to.equal(TX);
    expect(types(peer.answer(monitor, [true, TX, {}]))).to.deep.equal(['resynced']);
  });

  it('does not ask for its lock again', () => {
    const peer = new ScriptedPeer({ lock: 'nva' });
    peer.toSynced();
    peer.answer(peer.request('lock'), { locked: true });
    peer.say(CANCELED);
    peer.answer(peer.request('get_schema'), SCHEMA);
    peer.answer(peer.request('monitor_cond_since'), [true, TX, {}]);
    expect(peer.sent()).to.deep.equal([]);
    expect(peer.session.holdsLock).to.equal(true);
  });
});

describe('the OVSDB session and its conditions', () => {
  const only = (name: string): TableConditions => ({ Bridge: [['name', '==', name]] });
  const where = (name: string): Json => ({ columns: ['name'], where: [['name', '==', name]] });

  it('sends them with the monitor, and their change as a change', () => {
    const peer = new ScriptedPeer({ conditions: only('a') });
    const monitor = peer.toMonitor();
    expect(monitor.params?.[2]).to.deep.equal({ Bridge: [where('a')] });
    peer.answer(monitor, [false, TX, initial('a')]);
    const id = peer.session.changeConditions(only('b'), peer.now);
    const change = peer.request('monitor_cond_change');
    expect(change.params).to.deep.equal([
      'nva',
      'nva',
      { Bridge: [{ where: [['name', '==', 'b']] }] },
    ]);
    expect(peer.answer(change, {})).to.deep.equal([{ type: 'answer', id, result: {} }]);
    expect(peer.session.changeConditions(only('b'), peer.now)).to.equal(undefined);
    expect(peer.sent()).to.deep.equal([]);
  });

  it('sends a change that was made while the monitor was on its way', () => {
    const peer = new ScriptedPeer();
    const monitor = peer.toMonitor();
    expect(peer.session.changeConditions(only('b'), peer.now)).to.equal(undefined);
    peer.answer(monitor, [false, TX, initial('a')]);
    expect(peer.request('monitor_cond_change').params?.[2]).to.deep.equal({
      Bridge: [{ where: [['name', '==', 'b']] }],
    });
  });

  it('sends [false] for no row and [true] for all', () => {
    const peer = new ScriptedPeer({ conditions: { Bridge: [] } });
    const monitor = peer.toMonitor();
    expect(monitor.params?.[2]).to.deep.equal({ Bridge: [{ columns: ['name'], where: [false] }] });
    peer.answer(monitor, [false, TX, {}]);
    peer.session.changeConditions({ Bridge: [true, ['name', '==', 'a']] }, peer.now);
    expect(peer.request('monitor_cond_change').params?.[2]).to.deep.equal({
      Bridge: [{ where: [true] }],
    });
  });

  it('refuses one on a table that is not monitored', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    peer.session.changeConditions({ Port: [['name', '==', 'a']] }, peer.now);
    const [failed] = peer.session.takeEvents();
    expect(codeOf(failed)).to.equal('invalid-request');
    expect(peer.sent()).to.deep.equal([]);
  });

  /** The transaction from which the next session, with these conditions, goes on. */
  function nextAsksSince(peer: ScriptedPeer, conditions: TableConditions): Json | undefined {
    peer.session.connectionLost('test');
    const { replica } = peer.session;
    const next = new ScriptedPeer({ conditions, ...(replica && { resume: replica }) });
    return next.toMonitor().params?.[3];
  }

  it('goes on from the last transaction only with the same ones', () => {
    const synced = () => {
      const peer = new ScriptedPeer({ conditions: only('a') });
      peer.toSynced();
      return peer;
    };
    expect(nextAsksSince(synced(), only('a'))).to.equal(TX);
    expect(nextAsksSince(synced(), only('b'))).to.equal(ZERO);
    expect(nextAsksSince(synced(), {})).to.equal(ZERO);
  });

  it('reads everything anew when the connection is lost before a change is confirmed', () => {
    const changing = () => {
      const peer = new ScriptedPeer({ conditions: only('a') });
      peer.toSynced();
      peer.session.changeConditions(only('b'), peer.now);
      peer.session.changeConditions(only('c'), peer.now);
      return peer;
    };
    const none = changing();
    expect(nextAsksSince(none, only('c'))).to.equal(ZERO);
    const half = changing();
    const [first] = half.sent();
    if (first !== undefined) half.answer(first, {});
    expect(nextAsksSince(half, only('c'))).to.equal(ZERO);
    const whole = changing();
    for (const request of whole.sent()) whole.answer(request, {});
    expect(nextAsksSince(whole, only('c'))).to.equal(TX);
    const refused = changing();
    for (const request of refused.sent())
      expect(refused.refuse(request, 'syntax error').map(codeOf)).to.deep.equal([
        'request-refused',
      ]);
    expect(nextAsksSince(refused, only('c'))).to.equal(ZERO);
  });
});

describe('the OVSDB session and requests that are taken back', () => {
  const { operations } = new Transaction().comment('test');

  it('sends a cancel that has no reply, and an echo behind it', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    const id = peer.session.transact(operations, peer.now);
    peer.sent();
    peer.session.cancel(id, peer.now);
    const [cancel, echo] = peer.sent();
    expect(cancel).to.deep.equal({ method: 'cancel', params: [id], id: null });
    expect(echo?.method).to.equal('echo');
    const events = peer.say(
      { id, result: null, error: 'canceled' },
      { id: echo?.id ?? null, result: [], error: null },
    );
    expect(events.map(codeOf)).to.deep.equal(['canceled']);
  });

  it('takes a reply that was under way for what it is', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    const id = peer.session.transact(operations, peer.now);
    peer.sent();
    peer.session.cancel(id, peer.now);
    const [, echo] = peer.sent();
    const events = peer.say(
      { id, result: [{}], error: null },
      { id: echo?.id ?? null, result: [], error: null },
    );
    expect(types(events)).to.deep.equal(['reply']);
  });

  it('cancels what its deadline has passed, once', () => {
    const peer = new ScriptedPeer({ probeIntervalMs: 0 });
    peer.toSynced();
    peer.sent();
    const id = peer.session.transact(operations, peer.now, { timeoutMs: 500 });
    peer.sent();
    expect(peer.pass(500).map(codeOf)).to.deep.equal(['request-timeout']);
    expect(peer.sent()).to.deep.equal([{ method: 'cancel', params: [id], id: null }]);
    peer.session.cancel(id, peer.now);
    expect(peer.sent()).to.deep.equal([]);
  });

  it('does not send what it cannot check yet', () => {
    const peer = new ScriptedPeer();
    peer.toSchema();
    peer.session.transact(operations, peer.now);
    expect(peer.session.takeEvents().map(codeOf)).to.deep.equal(['not-ready']);
    expect(peer.sent()).to.deep.equal([]);
  });

  it('fails each plain question once when the session ends, and each one after that', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    peer.session.listDatabases(peer.now);
    peer.session.changeConditions({ Bridge: [] }, peer.now);
    peer.session.connectionLost('closed');
    peer.session.getSchema('x', peer.now);
    expect(types(peer.session.takeEvents())).to.deep.equal([
      'request-failed',
      'request-failed',
      'ended',
      'request-failed',
    ]);
  });
});

describe('the OVSDB session and integers above 2^53', () => {
  const LARGE = '9007199254740993';

  /** A bridge with one counter, as text: JSON.stringify could not say it. */
  function synced(counter: string): ScriptedPeer {
    const peer = new ScriptedPeer({ tables: { Bridge: ['counters'] } });
    const counters = { type: { key: 'string', value: 'integer', min: 0, max: 'unlimited' } };
    const schema = { name: 'X', version: '1.0.0', tables: { Bridge: { columns: { counters } } } };
    peer.answer(peer.toSchema(), schema);
    const { id } = peer.request('monitor_cond_since');
    const row = `{"initial":{"counters":["map",[["rx",${counter}]]]}}`;
    peer.sayRaw(`{"id":${id},"result":[false,"${TX}",{"Bridge":{"${ROW}":${row}}}],"error":null}`);
    return peer;
  }

  const changeTo = (counter: string) =>
    `{"method":"update3","params":["nva","${TX}",{"Bridge":{"${ROW}":{"modify":{"counters":["map",[["rx",${counter}]]]}}}}],"id":null}`;

  it('reads them as their nearest double, and does not write them back', () => {
    const peer = synced(LARGE);
    const [row] = peer.session.replica?.table('Bridge').values() ?? [];
    const counters = row?.counters as ReadonlyMap<string, number>;
    expect(counters.get('rx')).to.equal(2 ** 53);
    expect(() => new Transaction().update('Bridge', [], { counters })).to.throw(
      RangeError,
      'Bridge.counters',
    );
    const wire = {
      op: 'update',
      table: 'Bridge',
      where: [],
      row: { counters: ['map', [...counters]] },
    };
    peer.session.transact([wire], peer.now);
    expect(peer.session.takeEvents().map(codeOf)).to.deep.equal(['invalid-request']);
  });

  it('follows them as long as they can be told apart, and reads all anew when not', () => {
    const peer = synced(LARGE);
    expect(types(peer.sayRaw(changeTo('9007199254750000')))).to.deep.equal(['changed']);
    // One less: the same double. Gone, or another one?
    expect(endedBy(peer.sayRaw(changeTo('9007199254749999')))).to.equal('inconsistent-update');
    expect(peer.session.replica?.lastTransactionId).to.equal(ZERO);
  });

  it('still takes a small one that is named again for gone', () => {
    const peer = synced('5');
    peer.sayRaw(changeTo('5'));
    const [row] = peer.session.replica?.table('Bridge').values() ?? [];
    expect(row?.counters).to.deep.equal(new Map());
  });
});
