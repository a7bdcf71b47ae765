import { expect } from 'chai';
import type { OvsdbSessionOptions } from '../../../protocols/ovsdb/session-events.ts';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';
import { OVSDB_ERRORS } from '../../../protocols/ovsdb/values/protocol-errors.ts';
import { endedBy, ROW, ScriptedPeer, serverRow, TX, update3 } from './scripted-peer.ts';

interface Fault {
  readonly name: string;
  readonly code: keyof typeof OVSDB_ERRORS;
  readonly options?: Partial<OvsdbSessionOptions>;
  readonly act: (peer: ScriptedPeer) => ReturnType<ScriptedPeer['say']>;
}

const refuseAll = (peer: ScriptedPeer) => {
  peer.refuse(peer.toMonitor(), 'unknown method');
  peer.refuse(peer.request('monitor_cond'), 'unknown method');
  return peer.refuse(peer.request('monitor'), 'unknown method');
};

const afterSync =
  (...messages: readonly Json[]) =>
  (peer: ScriptedPeer) => {
    peer.toSynced();
    return peer.say(...messages);
  };

const limits = { messageSizeMaxBytes: 1024 * 1024, nestingMax: 64 };

/** One byte of a message a second, for ever. */
const dribble = (peer: ScriptedPeer) => {
  peer.toSynced();
  const events = peer.sayRaw('{"method":"');
  for (let step = 0; step < 100 && events.length === 0; step++) {
    events.push(...peer.pass(500), ...peer.sayRaw('x'));
  }
  return events;
};

/** New rows, one after the other; at most so many that memory is not in danger. */
const grow = (peer: ScriptedPeer, insert: (row: string) => Json) => {
  for (let row = 0; row < 2000; row++) {
    const events = peer.say(insert(ROW.slice(0, -4) + String(1000 + row)));
    if (endedBy(events) !== undefined) return events;
  }
  return [];
};

const FAULTS: readonly Fault[] = [
  { name: 'speaks HTTP', code: 'not-an-object', act: (peer) => peer.sayRaw('HTTP/1.1 400') },
  {
    name: 'speaks OpenFlow',
    code: 'not-an-object',
    act: (peer) => peer.sayRaw('\u0004\u0000\u0000\u0008'),
  },
  {
    name: 'sends [[[[…',
    code: 'nesting-too-deep',
    act: (peer) => peer.sayRaw(`{"a":${'['.repeat(1e6)}`),
  },
  {
    name: 'sends a string without end',
    code: 'message-too-large',
    options: { limits },
    act: (peer) => peer.sayRaw(`{"a":"${'x'.repeat(2e6)}`),
  },
  {
    name: 'sends broken JSON',
    code: 'malformed-json',
    act: (peer) => peer.sayRaw('{"id":1,"result":}'),
  },
  {
    name: 'sends an object that is no message',
    code: 'malformed-message',
    act: (peer) => peer.say({}),
  },
  {
    name: 'sends a method that is a number',
    code: 'malformed-message',
    act: (peer) => peer.say({ method: 5, params: [], id: 1 }),
  },
  {
    name: 'sends params that are an object',
    code: 'malformed-message',
    act: (peer) => peer.say({ method: 'update3', params: {}, id: null }),
  },
  {
    name: 'sends a reply without a result',
    code: 'malformed-message',
    act: (peer) => peer.say({ id: 1 }),
  },
  {
    name: 'replies to what was not asked',
    code: 'unsolicited-reply',
    act: (peer) => peer.say({ id: 77, result: {}, error: null }),
  },
  {
    name: 'replies to an id that is an object',
    code: 'unsolicited-reply',
    act: (peer) => peer.say({ id: { a: 1 }, result: {}, error: null }),
  },
  {
    name: 'has no such database',
    code: 'setup-refused',
    act: (peer) => peer.refuse(peer.toSchema(), 'unknown database'),
  },
  {
    name: 'sends a schema that is none',
    code: 'bad-schema',
    act: (peer) => peer.answer(peer.toSchema(), [1]),
  },
  { name: 'knows no monitor', code: 'setup-refused', act: refuseAll },
  {
    name: 'answers a monitor by nonsense',
    code: 'bad-value',
    act: (peer) => peer.answer(peer.toMonitor(), [1, 2]),
  },
  {
    name: 'knows a transaction that it was not asked for',
    code: 'bad-value',
    act: (peer) => peer.answer(peer.toMonitor(), [true, TX, {}]),
  },
  {
    name: 'answers a monitor by a bad transaction id',
    code: 'bad-value',
    act: (peer) => peer.answer(peer.toMonitor(), [false, 'x', {}]),
  },
  {
    name: 'sends a value of the wrong type',
    code: 'bad-value',
    act: afterSync(update3({ modify: { name: 5 } })),
  },
  {
    name: 'sends a row named __proto__',
    code: 'bad-value',
    act: (peer) => {
      peer.toSynced();
      return peer.sayRaw(
        `{"method":"update3","params":["nva","${TX}",{"Bridge":{"__proto__":{"insert":{}}}}],"id":null}`,
      );
    },
  },
  {
    name: 'changes a row that is not there',
    code: 'inconsistent-update',
    act: afterSync(update3({ delete: null }), update3({ modify: { name: 'x' } })),
  },
  {
    name: 'inserts rows for ever',
    code: 'database-too-large',
    options: { limits },
    act: (peer) => {
      peer.toSynced();
      return grow(peer, (row) => ({
        method: 'update3',
        params: ['nva', TX, { Bridge: { [row]: { insert: { name: 'x'.repeat(10_000) } } } }],
        id: null,
      }));
    },
  },
  {
    name: 'lets _Server grow for ever',
    code: 'database-too-large',
    act: (peer) => {
      peer.answer(peer.opening().server, serverRow());
      return grow(peer, (row) => ({
        method: 'update2',
        params: ['nva-server', { Database: { [row]: { insert: { name: 'other' } } } }],
        id: null,
      }));
    },
  },
  {
    name: 'cancels the monitor because the database is gone',
    code: 'monitor-canceled',
    act: (peer) => {
      peer.toSynced();
      peer.say({ method: 'monitor_canceled', params: ['nva'], id: null });
      return peer.refuse(peer.request('get_schema'), { error: 'unknown database', details: '' });
    },
  },
  {
    name: 'follows another server, and the leader is wanted',
    code: 'not-leader',
    options: { leaderOnly: true },
    act: (peer) => peer.answer(peer.opening().server, serverRow({ leader: false })),
  },
  {
    name: 'has lost its cluster',
    code: 'not-connected',
    act: (peer) => peer.answer(peer.opening().server, serverRow({ connected: false })),
  },
  {
    name: 'has not joined its cluster yet',
    code: 'not-connected',
    act: (peer) => peer.refuse(peer.toSchema(), { error: 'database not available', details: '' }),
  },
  {
    name: 'is behind what it said before',
    code: 'stale-server',
    act: (peer) => {
      const { server } = peer.opening();
      peer.answer(server, serverRow({ index: 7 }));
      const change = { Database: { [ROW]: { modify: { index: 6 } } } };
      return peer.say({ method: 'update2', params: ['nva-server', change], id: null });
    },
  },
  {
    name: 'answers for _Server by nonsense',
    code: 'bad-value',
    act: (peer) => peer.answer(peer.opening().server, { Database: { [ROW]: 5 } }),
  },
  {
    name: 'answers a lock by nonsense',
    code: 'setup-refused',
    options: { lock: 'nva' },
    act: (peer) => {
      peer.toSynced();
      return peer.answer(peer.request('lock'), []);
    },
  },
  { name: 'says nothing at all', code: 'peer-silent', act: (peer) => peer.pass(10_000) },
  {
    name: 'falls silent in the middle of a message',
    code: 'peer-silent',
    act: (peer) => {
      peer.toSynced();
      peer.sayRaw('{"me');
      return peer.pass(10_000);
    },
  },
  {
    name: 'never ends a message',
    code: 'message-timeout',
    options: { messageTimeoutMs: 5000 },
    act: dribble,
  },
  {
    name: 'sends white space only',
    code: 'setup-timeout',
    act: (peer) => {
      for (let step = 0; step < 6; step++) {
        const events = peer.pass(500);
        if (events.length > 0) return events;
        peer.sayRaw('\n');
      }
      return peer.pass(1);
    },
  },
];

describe('the OVSDB session ends with a clear word when its peer', () => {
  for (const { name, code, options, act } of FAULTS) {
    it(`${name} (${code})`, () => {
      const peer = new ScriptedPeer(options);
      expect(endedBy(act(peer))).to.equal(code);
      expect(peer.session.isEnded).to.equal(true);
      expect(peer.session.deadline()).to.equal(undefined);
      expect(peer.say({})).to.deep.equal([]);
    });
  }
});

describe('the OVSDB session goes on when its peer', () => {
  it('asks for an echo', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    peer.say({ method: 'echo', params: ['a', { b: [1] }], id: 'echo' });
    expect(peer.sent()).to.deep.equal([{ id: 'echo', result: ['a', { b: [1] }], error: null }]);
  });

  it('calls a method that we do not have', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    const [dropped] = peer.say({ method: 'toString', params: [], id: [1] });
    expect(dropped).to.have.nested.property('error.code', 'unknown-method');
    expect(peer.sent()).to.deep.equal([{ id: [1], result: null, error: 'unknown method' }]);
  });

  it('notifies of something unknown, without an answer', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    peer.say({ method: 'weather', params: [], id: null });
    expect(peer.sent()).to.deep.equal([]);
  });

  it('probes a thousand times at once, which takes several turns', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    peer.say(...new Array<Json>(1000).fill({ method: 'echo', params: [], id: 'x' }));
    expect(peer.sent()).to.have.length.within(10, 100);
    peer.pass(0);
    expect(peer.sent()).to.have.length.within(900, 990);
  });

  it('sends what must be dropped for ever, of which only the first hundred are told', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    const stray: Json = { method: 'update3', params: ['other', TX, {}], id: null };
    const told = Array.from({ length: 5 }, () => peer.say(...new Array<Json>(40).fill(stray)));
    expect(told.map((events) => events.length)).to.deep.equal([40, 40, 20, 0, 0]);
    expect(peer.say(update3({ modify: { name: 'x' } }))).to.have.lengthOf(1);
  });

  it('updates a monitor that is not ours', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    const [dropped] = peer.say({ method: 'update3', params: ['other', TX, {}], id: null });
    expect(dropped).to.have.nested.property('error.code', 'unknown-monitor');
  });

  it('answers the probe', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    for (let round = 0; round < 5; round++) {
      expect(peer.pass(1000)).to.deep.equal([]);
      peer.answer(peer.request('echo'), []);
    }
    expect(peer.session.isEnded).to.equal(false);
  });

  it('was silent only because we ourselves were stopped', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    peer.pass(1000);
    const echo = peer.request('echo');
    peer.session.tick(60_000);
    expect(peer.session.isEnded).to.equal(false);
    peer.now = 60_000;
    peer.answer(echo, []);
    expect(peer.session.isEnded).to.equal(false);
  });

  it('sends more at once than one slice, in the same order', () => {
    const peer = new ScriptedPeer();
    peer.toSynced();
    const count = 60;
    const long = 'x'.repeat(20_000);
    const updates = Array.from({ length: count }, (_, step) =>
      update3({ modify: { name: `${step}${long}` } }),
    );
    const first = peer.say(...updates);
    expect(first.length).to.be.below(count);
    expect(peer.session.deadline()).to.equal(peer.now);
    const names = [...first, ...peer.pass(0)].map((event) =>
      event.type === 'changed' ? Number.parseInt(String(event.changes[0]?.new?.name), 10) : -1,
    );
    expect(names).to.deep.equal(Array.from({ length: count }, (_, step) => step));
  });
});

describe('the catalogue of OVSDB errors', () => {
  it('is closed: 29 codes', () => {
    expect(Object.keys(OVSDB_ERRORS)).to.have.length(29);
  });

  it('has a test for every code that ends a session', () => {
    const ending = Object.entries(OVSDB_ERRORS).filter(([, row]) => row.remedy === 'end-session');
    const tested = new Set<string>(FAULTS.map((fault) => fault.code));
    const untested = ending.map(([code]) => code).filter((code) => !tested.has(code));
    // The transport's own end has its test with the session's requests.
    expect(untested).to.deep.equal(['connection-lost']);
  });

  it('keeps no object that a peer could poison', () => {
    const peer = new ScriptedPeer();
    const { id } = peer.toMonitor();
    peer.sayRaw(
      `{"__proto__":{"x":1},"id":${id},"result":[false,"${TX}",{"Bridge":{"${ROW}":{"initial":{"name":"__proto__"}}}}],"error":null}`,
    );
    expect(({} as { x?: number }).x).to.equal(undefined);
    expect(peer.session.isSynced).to.equal(true);
  });
});
