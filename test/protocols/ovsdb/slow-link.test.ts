import { expect } from 'chai';
import { endedBy, initial, OPTIONS, ScriptedPeer, TX } from './scripted-peer.ts';

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
