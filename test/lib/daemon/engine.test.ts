import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Engine } from '../../../lib/daemon/engine.ts';
import { EventLog } from '../../../lib/daemon/event-log.ts';
import type { Log } from '../../../lib/runtime/log.ts';
import type { Batch, ChangeSet, Store } from '../../../lib/store/contract.ts';
import { StoreError } from '../../../lib/store/contract.ts';
import { openMemoryStore } from '../../../lib/store/memory-store.ts';
import { until } from '../../../scripts/lab/waiting.ts';

/** A store whose feed and refusals are in the test's hands. */
class HandStore {
  readonly inner = openMemoryStore();
  deliver: (set: ChangeSet) => void = () => undefined;
  endFeed: (error: StoreError) => void = () => undefined;
  refusal: StoreError | undefined;
  applied: Batch[] = [];

  asStore(): Store {
    return {
      description: 'by hand',
      snapshot: () => this.inner.snapshot(),
      apply: (batch) => {
        this.applied.push(batch);
        return this.refusal === undefined ? this.inner.apply(batch) : Promise.reject(this.refusal);
      },
      watch: (_after, listener, ended) => {
        this.deliver = listener;
        this.endFeed = ended;
        return { close: () => undefined };
      },
      close: () => this.inner.close(),
    };
  }
}

const NETWORK = { v: 1, kind: 'network', name: 'blue', vni: 5, vniAllocated: false };
const set = (revision: number): ChangeSet => ({
  revision,
  changes: [{ op: 'put', record: { key: 'network/blue', revision, value: NETWORK } }],
});

const NO_SWITCHES = {
  carryOut: () => undefined,
  controllersOf: () => [],
  hasSwitch: () => true,
  takePeers: () => undefined,
};

describe('the engine', () => {
  let store: HandStore;
  let engine: Engine;
  let lines: string[];

  beforeEach(async () => {
    store = new HandStore();
    lines = [];
    const say = (message: string): void => {
      lines.push(message);
    };
    const log: Log = { debug: say, info: say, warn: say, error: say };
    engine = new Engine({
      ...{ store: store.asStore(), events: new EventLog(log), log },
      ...{ instance: 'a', version: '0', startedAt: new Date(0) },
      nameTaken: (message) => expect.fail(message),
    });
    await engine.start(NO_SWITCHES);
  });

  afterEach(() => engine.close());

  it('takes together what comes while it rests after a long step', async () => {
    let steps = 0;
    const stop = engine.onStep(() => {
      steps++;
      const end = performance.now() + (steps === 1 ? 100 : 0);
      while (performance.now() < end);
    });
    engine.take({ type: 'arrivals-over' });
    while (steps === 0) await nextTurn();
    for (let input = 0; input < 20; input++) {
      engine.take({ type: 'arrivals-over' });
      await nextTurn();
    }
    await sleep(300);
    stop();
    // Without a rest there would be one for each input.
    expect(steps).to.be.within(2, 8);
  });

  it('takes much that came at once in parts, and lets others have their turns in between', async () => {
    const { core } = engine;
    const step = core.step.bind(core);
    const parts: { changes: number; turn: number }[] = [];
    let turn = 0;
    core.step = (inputs) => {
      const changes = inputs.flatMap((input) => (input.type === 'interfaces' ? input.changes : []));
      parts.push({ changes: changes.length, turn });
      const end = performance.now() + 5;
      while (performance.now() < end);
      return step(inputs);
    };
    const changes = Array.from({ length: 40 }, (_, index) => ({ name: `vif${index}` }));
    for (let input = 0; input < 10; input++) {
      engine.take({ type: 'interfaces', nve: 'hv1', complete: false, changes });
    }
    while (parts.length < 10) {
      await nextTurn();
      turn++;
    }
    expect(parts.map((part) => part.changes)).to.deep.equal(Array(10).fill(40));
    const turns = new Set(parts.map((part) => part.turn));
    expect(turns.size, 'turns').to.be.within(5, 10);
  });

  it('gives no revision of a record before the core has the record, so that nobody overwrites what he has not seen', async () => {
    store.deliver(set(1));
    expect(engine.core.domain.network('blue')).to.equal(undefined);
    expect(engine.revisions.has('network/blue')).to.equal(false);
    await engine.caughtUp(1);
    expect(engine.core.domain.network('blue')?.vni).to.equal(5);
    expect(engine.revisions.get('network/blue')).to.equal(1);
  });

  it('keeps on using what it sees while the store is full, says so once, and stores it when there is room', async () => {
    store.refusal = new StoreError('store-full', 'the disk is full', true);
    const facts = { bridge: 'br-int', endpoints: [], conditions: [] };
    engine.take({ type: 'nve-connected', nve: 'hv1', facts });
    await until('it is refused', () => engine.storeProblems.has('publish'), { deadlineMs: 1000 });
    expect(engine.core.domain.nve('hv1')).to.include({ name: 'hv1' });
    await until('it tries again', () => store.applied.length > 1, { deadlineMs: 3000 });
    expect(lines.filter((line) => line.includes('the disk is full'))).to.have.length(1);
    store.refusal = undefined;
    await until('it is stored', () => !engine.storeProblems.has('publish'), { deadlineMs: 5000 });
    const { records } = await store.inner.snapshot();
    expect(records.map(({ key }) => key)).to.have.members(['nve/hv1', 'index/1']);
  });

  it('gives up a batch that no store would ever take, so that it does not hold up the next', async () => {
    store.refusal = new StoreError('batch-invalid', 'a key is too long', false);
    const facts = { bridge: 'br-int', endpoints: [], conditions: [] };
    engine.take({ type: 'nve-connected', nve: 'hv1', facts });
    const isSaid = () => lines.some((line) => line.includes('a key is too long'));
    await until('it is refused', isSaid, { deadlineMs: 1000 });
    store.refusal = undefined;
    engine.take({ type: 'nve-connected', nve: 'hv2', facts });
    await until('the next is stored', () => store.applied.length === 2, { deadlineMs: 1000 });
    const { records } = await store.inner.snapshot();
    expect(records.map(({ key }) => key)).to.have.members(['nve/hv2', 'index/2']);
  });

  it('takes everything anew when the feed was lost, and forgets what is not there any more', async () => {
    store.deliver(set(1));
    store.deliver({
      revision: 2,
      changes: [{ op: 'put', record: { key: 'port/bad', revision: 2, value: { v: 1 } } }],
    });
    await engine.caughtUp(2);
    expect([...engine.storeProblems.keys()]).to.deep.equal(['port/bad']);
    const value = { ...NETWORK, name: 'red', vni: 6 };
    await store.inner.apply({ writes: [{ op: 'put', key: 'network/red', value }] });
    store.endFeed(new StoreError('feed-trimmed', 'too old', true));
    expect(engine.storeProblems.has('feed')).to.equal(true);
    await until('it is resumed', () => !engine.storeProblems.has('feed'), { deadlineMs: 3000 });
    await until('red is there', () => engine.core.domain.network('red') !== undefined, {
      deadlineMs: 1000,
    });
    expect(engine.core.domain.network('blue')).to.equal(undefined);
    expect([...engine.core.revisions.keys()]).to.deep.equal(['network/red']);
    expect(engine.revisions.has('port/bad')).to.equal(false);
    expect([...engine.storeProblems]).to.deep.equal([]);
  });
});
