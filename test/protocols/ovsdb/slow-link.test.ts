import { expect } from 'chai';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';
import { endedBy, initial, OPTIONS, ROW, SCHEMA, ScriptedPeer, TX } from './scripted-peer.ts';

const { requestTimeoutMs } = OPTIONS;

describe('a large database over a slow link', () => {
  const parts = (peer: ScriptedPeer, count: number) => {
    const { id } = peer.toMonitor();
    const text = JSON.stringify({ id, result: [false, TX, initial('x'.repeat(100))], error: null });
    const size = Math.ceil(text.length / count);
    return Array.from({ length: count }, (_, at) => text.slice(at * size, (at + 1) * size));
  };

  it('is waited for as long as more of it comes', () => {
    const peer = new ScriptedPeer();
    const events = parts(peer, 20).flatMap((part) => [
      ...peer.sayRaw(part),
      ...peer.pass(requestTimeoutMs / 4),
    ]);
    expect(events.map(({ type }) => type)).to.deep.equal(['synced']);
  });

  it('is given up when no more comes', () => {
    const peer = new ScriptedPeer({ probeIntervalMs: 0 });
    const [first = ''] = parts(peer, 2);
    peer.sayRaw(first);
    expect(peer.pass(requestTimeoutMs - 1)).to.deep.equal([]);
    expect(endedBy(peer.pass(1))).to.equal('setup-timeout');
  });

  it('does not put off what its user waits for', () => {
    const peer = new ScriptedPeer({ probeIntervalMs: 0 });
    peer.toSynced();
    const id = peer.session.listDatabases(peer.now);
    peer.sayRaw('{"method":"');
    const events = [...peer.pass(requestTimeoutMs - 1), ...peer.sayRaw('x'), ...peer.pass(1)];
    expect(events).to.have.lengthOf(1);
    expect(events[0]).to.deep.include({ type: 'request-failed', id });
  });
});

describe('a server whose answer we are slow to read', () => {
  it('is not taken for silent while what it sent is waiting', () => {
    const { probeIntervalMs } = OPTIONS;
    const peer = new ScriptedPeer();
    // The answer to set_db_change_aware, say, is still in the socket.
    peer.answer(peer.opening().schema, SCHEMA);
    const { id } = peer.request('monitor_cond_since');
    const row = (number: number) => ROW.slice(0, -4) + String(1000 + number);
    const rows = Array.from({ length: 5000 }, (_, at) => [row(at), { initial: { name: 'x' } }]);
    const result = [false, TX, { Bridge: Object.fromEntries(rows) as Json }];
    const events = peer.say({ id, result, error: null });
    let turns = 0;
    for (; events.length === 0; turns++) {
      // Others have their turns, and nothing is read from its socket meanwhile.
      peer.now += probeIntervalMs / 2;
      peer.session.tick(peer.now);
      events.push(...peer.session.takeEvents());
    }
    expect(events.map(({ type }) => type)).to.deep.equal(['synced']);
    expect(turns).to.be.above(5);
    expect(endedBy(peer.pass(2 * probeIntervalMs))).to.equal('peer-silent');
  });
});
