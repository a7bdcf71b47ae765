import { expect } from 'chai';
import { type FollowerHost, StoreFollower } from '../../../lib/daemon/store-follower.ts';
import { parseRecord } from '../../../lib/model/record-parse.ts';
import { type Store, StoreError } from '../../../lib/store/contract.ts';
import { openMemoryStore } from '../../../lib/store/memory-store.ts';
import { until } from '../../../scripts/lab/waiting.ts';

const nothing = (): void => undefined;
const LOG = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const network = (name: string, vni: number) => ({
  ...{ v: 1, kind: 'network', name, vni, vniAllocated: false },
});

describe('whoever follows a store', () => {
  it('takes nothing from it that others wrote before a write of ours and that has not come yet, when the store has lost what came later', async () => {
    const inner = openMemoryStore();
    await inner.apply({ writes: [{ op: 'put', key: 'network/old', value: network('old', 1) }] });
    let endFeed: (error: StoreError) => void = nothing;
    const store: Store = {
      description: 'by hand',
      snapshot: () => inner.snapshot(),
      apply: (batch) => inner.apply(batch),
      // Nothing comes by it.
      watch: (_after, _listener, ended) => {
        endFeed = ended;
        return { close: nothing };
      },
      close: () => inner.close(),
    };
    let snapshots = 0;
    const value = network('old', 1);
    const record = parseRecord('network/old', value);
    const host: FollowerHost = {
      log: LOG,
      records: () => {
        snapshots++;
      },
      notice: nothing,
      revision: 1,
      revisions: new Map([['network/old', 1]]),
      record: (key) => (key === 'network/old' && record.ok ? record.value : undefined),
      pending: () => new Set(),
    };
    const follower = new StoreFollower(store, host);
    await follower.start();
    // Another's, and then our own: we know that the third is in the history, and nothing of the second.
    await inner.apply({ writes: [{ op: 'put', key: 'network/new', value: network('new', 2) }] });
    await inner.apply({ writes: [{ op: 'put', key: 'network/own', value: network('own', 3) }] });
    endFeed(new StoreError('store-forked', 'It has lost what came after 3.', true, undefined, 3));
    await until('it has come back', () => snapshots === 2, { deadlineMs: 2000 });
    const keys = (await inner.snapshot()).records.map(({ key }) => key);
    expect(keys).to.include.members(['network/old', 'network/new', 'network/own']);
    follower.close();
    await store.close();
  });
});
