import { expect } from 'chai';
import { openMemoryServer } from '../../../lib/store/memory-server.ts';
import { membershipContract } from '../../contracts/membership-contract.ts';
import { storeContract } from '../../contracts/store-contract.ts';
import { eventually, pause, put, refusal, Watched } from '../../contracts/store-probe.ts';

storeContract('shared memory', async () => openMemoryServer().open(), {
  openTrimmed: async (feedRevisionsMax) => openMemoryServer({ feedRevisionsMax }).open(),
  propertyRuns: 50,
});

membershipContract('shared memory', async () => {
  const server = openMemoryServer();
  return { open: async () => server.open(), wipe: async () => server.wipe() };
});

describe('the shared store in memory', () => {
  it('tells readers of a lost tail the newest revision that is left', async () => {
    const server = openMemoryServer();
    const [left, right] = [server.open(), server.open()];
    const watched = new Watched();
    for (let n = 0; n < 5; n++) await left.apply({ writes: [put('port/a', n)] });
    right.watch(0, watched.listener, watched.ended);
    await eventually(() => watched.sets.length === 5, 'the feed');
    server.rewind(3);
    await eventually(() => watched.errors.length === 1, 'the end');
    expect(watched.errors[0]?.ancestor).to.equal(3);
    expect((await right.snapshot()).records).to.deep.equal([
      { key: 'port/a', revision: 3, value: 2 },
    ]);
    expect(await right.apply({ writes: [put('port/a', 9)] })).to.equal(4);
    expect((await refusal(left.apply({ writes: [] }), 'store-forked')).ancestor).to.equal(3);
  });

  it('keeps a handle that is cut off from everything, and tells it all when it is healed', async () => {
    const server = openMemoryServer();
    const [left, right] = [server.open(), server.open()];
    const watched = new Watched();
    right.watch(0, watched.listener, watched.ended);
    server.partition(right);
    await left.apply({ writes: [put('port/a', 1)] });
    await pause(5);
    expect(watched.sets).to.deep.equal([]);
    await refusal(right.apply({ writes: [] }), 'store-unavailable');
    await refusal(right.snapshot(), 'store-unavailable');
    await refusal(right.membership.members(), 'store-unavailable');
    server.heal(right);
    await eventually(() => watched.sets.length === 1, 'the batch');
    expect(watched.errors).to.deep.equal([]);
  });

  it('notices when it is healed that the server was emptied meanwhile', async () => {
    const server = openMemoryServer();
    const store = server.open();
    const watched = new Watched();
    await store.apply({ writes: [put('port/a', 1)] });
    store.watch(1, watched.listener, watched.ended);
    server.partition(store);
    server.wipe();
    await pause(5);
    expect(watched.errors).to.deep.equal([]);
    server.heal(store);
    await eventually(() => watched.errors.length === 1, 'the end');
    expect(watched.errors[0]?.code).to.equal('store-forked');
  });

  it('applies a batch whose answer is lost', async () => {
    const server = openMemoryServer();
    const store = server.open();
    server.loseNextAnswer(store);
    await refusal(store.apply({ writes: [put('port/a', 1)] }), 'store-unconfirmed');
    expect((await store.snapshot()).revision).to.equal(1);
  });

  it('forgets a member that was silent for a day', async () => {
    let now = 0;
    const server = openMemoryServer({ nowMs: () => now });
    const { membership } = server.open();
    await membership.announce({ name: 'a', run: 'r', head: 1, body: 1 });
    now = 86_400_001;
    await membership.announce({ name: 'b', run: 'r', head: 1, body: 1 });
    expect((await membership.members()).map(({ name }) => name)).to.deep.equal(['b']);
  });
});
