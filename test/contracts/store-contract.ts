/**
 * The contract of lib/store/contract.ts as tests: every store runs them.
 */
import { expect } from 'chai';
import {
  BATCH_WRITES_MAX,
  type Batch,
  type Json,
  type Revision,
  type Store,
  type Write,
} from '../../lib/store/contract.ts';

import { busyListenerTests, listenerTests } from './store-listeners.ts';
import { eventually, pause, put, refusal, remove, Watched } from './store-probe.ts';
import { replicaProperty } from './store-replica.ts';

export interface StoreContractOptions {
  /** Opens an empty store whose feed keeps `feedRevisionsMax` batches. */
  readonly openTrimmed?: (feedRevisionsMax: number) => Promise<Store>;
  readonly propertyRuns?: number;
}

async function valuesOf(store: Store): Promise<Record<string, Json>> {
  const { records } = await store.snapshot();
  return Object.fromEntries(records.map(({ key, value }) => [key, value]));
}

export function storeContract(
  name: string,
  open: () => Promise<Store>,
  options: StoreContractOptions = {},
): void {
  describe(`store contract: ${name}`, () => {
    const opened: Store[] = [];
    const fresh = async (): Promise<Store> => {
      const store = await open();
      opened.push(store);
      return store;
    };
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
    });
    recordTests(fresh);
    preconditionTests(fresh);
    refusalTests(fresh);
    orderTests(fresh);
    watchEdgeTests(fresh);
    listenerTests(fresh);
    busyListenerTests(fresh);
    closingTests(fresh);
    replicaProperty(fresh, options.propertyRuns ?? 15);
    const { openTrimmed } = options;
    if (openTrimmed !== undefined) {
      trimmingTests(async (feedRevisionsMax) => {
        const store = await openTrimmed(feedRevisionsMax);
        opened.push(store);
        return store;
      });
    }
  });
}

type Open = () => Promise<Store>;

function recordTests(open: Open): void {
  it('is empty at revision 0', async () => {
    const store = await open();
    expect(await store.snapshot()).to.deep.equal({ revision: 0, records: [] });
  });

  it('gives each batch a revision greater than all before it', async () => {
    const store = await open();
    const first = await store.apply({ writes: [put('port/a', 1)] });
    const second = await store.apply({ writes: [put('port/b', 1)] });
    expect(first).to.be.greaterThan(0);
    expect(second).to.be.greaterThan(first);
  });

  it('gives back every kind of JSON value as it was put', async () => {
    const store = await open();
    const value = {
      z: [1, -2.5, 1e300, null],
      a: { text: 'ü "\n\u0000😀', yes: true, none: {} },
      l: [],
    };
    await store.apply({ writes: [put('port/a', value), put('port/ü 😀', 'x')] });
    expect(await valuesOf(store)).to.deep.equal({ 'port/a': value, 'port/ü 😀': 'x' });
  });

  it('marks each record with the revision of the batch that wrote it', async () => {
    const store = await open();
    const first = await store.apply({ writes: [put('port/a', 1), put('port/b', 1)] });
    const second = await store.apply({ writes: [put('port/b', 2)] });
    const { revision, records } = await store.snapshot();
    expect(revision).to.equal(second);
    expect(records).to.have.deep.members([
      { key: 'port/a', revision: first, value: 1 },
      { key: 'port/b', revision: second, value: 2 },
    ]);
  });

  it('changes no revision by a batch that changes nothing', async () => {
    const store = await open();
    const watched = new Watched();
    const revision = await store.apply({ writes: [put('port/a', { x: 1, y: 2 })] });
    store.watch(revision, watched.listener, watched.ended);
    expect(await store.apply({ writes: [] })).to.equal(revision);
    expect(await store.apply({ writes: [remove('port/none')] })).to.equal(revision);
    expect(await store.apply({ writes: [put('port/a', { y: 2, x: 1 })] })).to.equal(revision);
    expect((await store.snapshot()).revision).to.equal(revision);
    const next = await store.apply({ writes: [put('port/a', 2)] });
    await eventually(() => watched.sets.length > 0, 'the change');
    expect(watched.revisions).to.deep.equal([next]);
  });

  it('does not alias the caller’s objects', async () => {
    const store = await open();
    const value = { n: 1 };
    const applied = store.apply({ writes: [put('port/a', value)] });
    value.n = 2;
    await applied;
    expect(await valuesOf(store)).to.deep.equal({ 'port/a': { n: 1 } });
  });

  it('shows a snapshot of one revision while writers go on', async () => {
    const store = await open();
    const keys = Array.from({ length: 5000 }, (_, index) => `port/${index}`);
    await store.apply({ writes: keys.map((key) => put(key, 0)) });
    const snapshot = store.snapshot();
    const second = store.apply({ writes: keys.map((key) => put(key, 1)) });
    const { records } = await snapshot;
    await second;
    expect(new Set(records.map(({ value }) => value)).size).to.equal(1);
    expect(records).to.have.length(5000);
  });
}

function preconditionTests(open: Open): void {
  it('applies a batch whose preconditions hold', async () => {
    const store = await open();
    const revision = await store.apply({
      writes: [put('vni/1', 'a')],
      preconditions: [{ key: 'vni/1', revision: 'absent' }],
    });
    await store.apply({
      writes: [remove('vni/1')],
      preconditions: [{ key: 'vni/1', revision }],
    });
    expect(await valuesOf(store)).to.deep.equal({});
  });

  const cases: readonly [string, Batch['preconditions']][] = [
    ['present where absence is required', [{ key: 'vni/1', revision: 'absent' }]],
    ['absent where a revision is required', [{ key: 'vni/2', revision: 1 }]],
    ['at another revision', [{ key: 'vni/1', revision: 77 }]],
    [
      'wrong in the second precondition only',
      [
        { key: 'vni/2', revision: 'absent' },
        { key: 'vni/1', revision: 'absent' },
      ],
    ],
  ];
  for (const [state, preconditions = []] of cases) {
    it(`writes nothing of a batch when a key is ${state}, and names the key`, async () => {
      const store = await open();
      const before = await store.apply({ writes: [put('vni/1', 'a')] });
      const batch = { writes: [put('vni/9', 'b'), put('vni/1', 'b')], preconditions };
      const error = await refusal(store.apply(batch), 'precondition-failed');
      expect(error.key).to.equal(preconditions.at(-1)?.key);
      expect((await store.snapshot()).revision).to.equal(before);
      expect(await valuesOf(store)).to.deep.equal({ 'vni/1': 'a' });
    });
  }

  it('gives a key that many writers want at once to exactly one of them', async () => {
    const store = await open();
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, writer) =>
        store.apply({
          writes: [put('vni/1', writer), put(`network/${writer}`, 1)],
          preconditions: [{ key: 'vni/1', revision: 'absent' }],
        }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect(Object.keys(await valuesOf(store))).to.have.length(2);
  });
}

function nested(levels: number): Json {
  let value: Json = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function refusalTests(open: Open): void {
  const bad: readonly [string, readonly Write[]][] = [
    ['a key twice', [put('port/a', 1), remove('port/a')]],
    ['a key without a kind', [put('a', 1)]],
    ['an empty name', [put('port/', 1)]],
    ['a control character in a key', [put('port/a\u0000', 1)]],
    ['half a surrogate pair in a key', [put('port/\ud800', 1)]],
    ['a key that is too long', [put(`port/${'ü'.repeat(700)}`, 1)]],
    ['a value that is nested too deeply', [put('port/a', nested(100))]],
    ['a number that JSON cannot hold', [put('port/a', { n: Number.NaN })]],
  ];
  for (const [what, writes] of bad) {
    it(`refuses ${what} and writes nothing`, async () => {
      const store = await open();
      await refusal(store.apply({ writes: [put('port/ok', 1), ...writes] }), 'batch-invalid');
      expect(await valuesOf(store)).to.deep.equal({});
    });
  }

  it('takes the largest batch and refuses one write more', async function () {
    this.timeout(30_000);
    const store = await open();
    const writes = Array.from({ length: BATCH_WRITES_MAX + 1 }, (_, n) => put(`port/${n}`, n));
    await refusal(store.apply({ writes }), 'batch-invalid');
    await store.apply({ writes: writes.slice(1) });
    expect((await store.snapshot()).records).to.have.length(BATCH_WRITES_MAX);
  });
}

function orderTests(open: Open): void {
  it('feeds every batch after a revision in order, whole and once, then new ones', async () => {
    const store = await open();
    const revisions: Revision[] = [];
    for (let n = 0; n < 20; n++) {
      revisions.push(await store.apply({ writes: [put('port/a', n), put(`port/${n}`, n)] }));
    }
    const watched = new Watched();
    store.watch(revisions[4] ?? 0, watched.listener, watched.ended);
    for (let n = 20; n < 30; n++) {
      revisions.push(await store.apply({ writes: [put('port/a', n), put(`port/${n}`, n)] }));
    }
    await eventually(() => watched.sets.length >= 25, 'the feed');
    await pause(20);
    expect(watched.revisions).to.deep.equal(revisions.slice(5));
    for (const [index, { revision, changes }] of watched.sets.entries()) {
      const n = index + 5;
      expect(changes).to.have.deep.members([
        { op: 'put', record: { key: 'port/a', revision, value: n } },
        { op: 'put', record: { key: `port/${n}`, revision, value: n } },
      ]);
    }
  });

  it('feeds concurrent batches to every watcher in the same order', async () => {
    const store = await open();
    const watchers = [new Watched(), new Watched()];
    for (const { listener, ended } of watchers) store.watch(0, listener, ended);
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => store.apply({ writes: [put(`port/${n % 7}`, n)] })),
    );
    const sorted = results.toSorted((left, right) => left - right);
    for (const watched of watchers) {
      await eventually(() => watched.sets.length === 200, 'both feeds');
      expect(watched.revisions).to.deep.equal(sorted);
    }
    expect(watchers[0]?.sets).to.deep.equal(watchers[1]?.sets);
  });

  it('feeds a deletion, and leaves out what did not exist', async () => {
    const store = await open();
    const watched = new Watched();
    const first = await store.apply({ writes: [put('port/a', 1)] });
    store.watch(first, watched.listener, watched.ended);
    const revision = await store.apply({ writes: [remove('port/a'), remove('port/none')] });
    await eventually(() => watched.sets.length > 0, 'the deletion');
    expect(watched.sets).to.deep.equal([
      { revision, changes: [{ op: 'delete', key: 'port/a', revision }] },
    ]);
  });
}

function watchEdgeTests(open: Open): void {
  it('never calls a listener from inside watch or apply', async () => {
    const store = await open();
    await store.apply({ writes: [put('port/a', 1)] });
    const watched = new Watched();
    store.watch(0, watched.listener, watched.ended);
    expect(watched.sets).to.deep.equal([]);
    await eventually(() => watched.sets.length === 1, 'the first batch');
    const applied = store.apply({ writes: [put('port/a', 2)] });
    expect(watched.sets).to.have.length(1);
    await applied;
    await eventually(() => watched.sets.length === 2, 'the second batch');
  });

  it('feeds nothing after the subscription is closed, also when closed from the listener', async () => {
    const store = await open();
    for (let n = 0; n < 5; n++) await store.apply({ writes: [put('port/a', n)] });
    const watched = new Watched();
    const subscription = store.watch(
      0,
      (set) => {
        watched.listener(set);
        if (watched.sets.length === 2) subscription.close();
      },
      watched.ended,
    );
    const unheard = new Watched();
    store.watch(0, unheard.listener, unheard.ended).close();
    await eventually(() => watched.sets.length === 2, 'two batches');
    await store.apply({ writes: [put('port/a', 9)] });
    await pause(20);
    subscription.close();
    expect(watched.sets).to.have.length(2);
    expect([...watched.errors, ...unheard.errors, ...unheard.sets]).to.deep.equal([]);
  });

  it('tells a reader from a later revision than the newest to take a snapshot', async () => {
    const store = await open();
    await store.apply({ writes: [put('port/a', 1)] });
    const watched = new Watched();
    store.watch(1000, watched.listener, watched.ended);
    expect(watched.errors).to.deep.equal([]);
    await eventually(() => watched.errors.length === 1, 'the end');
    expect(watched.errors[0]?.code).to.equal('feed-trimmed');
  });
}

function closingTests(open: Open): void {
  it('applies what was handed in before close, and closes twice without complaint', async () => {
    const store = await open();
    const watched = new Watched();
    store.watch(0, watched.listener, watched.ended);
    const applied = Promise.all(
      [1, 2, 3].map((n) => store.apply({ writes: [put(`port/${n}`, n)] })),
    );
    await Promise.all([store.close(), store.close()]);
    expect(await applied).to.have.length(3);
    await store.close();
    await pause(10);
    expect(watched.errors).to.deep.equal([]);
  });

  it('refuses everything after close', async () => {
    const store = await open();
    await store.close();
    const watched = new Watched();
    await refusal(store.snapshot(), 'store-unavailable');
    await refusal(store.apply({ writes: [] }), 'store-unavailable');
    store.watch(0, watched.listener, watched.ended);
    expect(watched.errors).to.deep.equal([]);
    await eventually(() => watched.errors.length > 0, 'the end');
    expect(watched.errors.map(({ code }) => code)).to.deep.equal(['store-unavailable']);
  });
}

function trimmingTests(openTrimmed: (feedRevisionsMax: number) => Promise<Store>): void {
  it('feeds from the oldest revision kept, and ends with feed-trimmed before that', async () => {
    const store = await openTrimmed(5);
    const revisions: Revision[] = [];
    for (let n = 0; n < 12; n++) revisions.push(await store.apply({ writes: [put('port/a', n)] }));
    const late = new Watched();
    const kept = new Watched();
    store.watch(revisions[5] ?? 0, late.listener, late.ended);
    store.watch(revisions[6] ?? 0, kept.listener, kept.ended);
    await eventually(() => late.errors.length > 0 && kept.sets.length === 5, 'both');
    expect(late.errors.map(({ code }) => code)).to.deep.equal(['feed-trimmed']);
    expect(late.sets).to.deep.equal([]);
    expect(kept.revisions).to.deep.equal(revisions.slice(7));
  });
}
