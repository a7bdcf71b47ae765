import { expect } from 'chai';
import type { Replica } from '../../../protocols/ovsdb/replica.ts';
import type { OvsdbSessionOptions } from '../../../protocols/ovsdb/session-events.ts';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';
import { endedBy, initial, SCHEMA, ScriptedPeer, serverRow, TX } from './scripted-peer.ts';

const WITH_PORTS = { Bridge: ['name', 'ports'] };

/** Goes as far as the monitor request, at a member of a cluster. */
function atCluster(options: Partial<OvsdbSessionOptions>, index: number) {
  const peer = new ScriptedPeer(options);
  const { server, schema } = peer.opening();
  const events = peer.answer(server, serverRow({ index }));
  if (endedBy(events) === undefined) peer.answer(schema, SCHEMA);
  return { peer, events };
}

function replicaOf(peer: ScriptedPeer): Replica {
  peer.session.connectionLost('test');
  const { replica } = peer.session;
  if (replica === undefined) throw new Error('no replica');
  return replica;
}

describe('what an OVSDB session leaves to the next one', () => {
  it('has the position of its cluster, also when it ended before it was in step', () => {
    const { peer: first } = atCluster({}, 9);
    first.answer(first.request('monitor_cond_since'), [false, TX, initial('br0')]);
    // Other columns are wanted, so it would have read everything anew.
    const { peer: second } = atCluster({ resume: replicaOf(first), tables: WITH_PORTS }, 9);
    const { events } = atCluster({ resume: replicaOf(second), tables: WITH_PORTS }, 8);
    expect(endedBy(events)).to.equal('stale-server');
  });

  it('does not name conditions that the server has not confirmed, whatever came between', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    const { session } = peer;
    const want = (name: string) => {
      session.changeConditions({ Bridge: [['name', '==', name]] }, peer.now);
      return peer.request('monitor_cond_change');
    };
    const before = want('a');
    session.stopMonitoring(peer.now);
    const stop = peer.request('monitor_cancel');
    session.startMonitoring(peer.now);
    const schema = peer.request('get_schema');
    const done: Json = {};
    peer.answer(before, done);
    peer.answer(stop, done);
    peer.answer(schema, SCHEMA);
    peer.answer(peer.request('monitor_cond_since'), [false, TX, {}]);
    expect(session.replica?.conditions).to.contain('"a"');

    const [first, second] = [want('b'), want('c')];
    peer.answer(first, done);
    expect(session.replica?.conditions).to.equal(undefined);
    peer.answer(second, done);
    expect(session.replica?.conditions).to.contain('"c"');
  });
});
