/**
 * The contract of stores that several instances share, as tests: membership, and what becomes of a lost store.
 */
import { expect } from 'chai';
import type { Membership, Snapshot, Store } from '../../lib/store/contract.ts';
import { eventually, pause, put, refusal, remove, Watched } from './store-probe.ts';

/** One place that is shared, empty at first. */
export interface SharedPlace {
  open(): Promise<Store>;
  /** Takes everything away behind the stores' back. */
  wipe(): Promise<void>;
}

type Place = () => Promise<{ open(): Promise<Store>; wipe(): Promise<void> }>;

export function membershipContract(name: string, newPlace: () => Promise<SharedPlace>): void {
  describe(`membership contract: ${name}`, () => {
    const opened: Store[] = [];
    const place: Place = async () => {
      const shared = await newPlace();
      return {
        open: async () => {
          const store = await shared.open();
          opened.push(store);
          return store;
        },
        wipe: () => shared.wipe(),
      };
    };
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
    });
    announcementTests(place);
    nameTests(place);
    restoreTests(place);
    lossTests(place);
  });
}

function membershipOf(store: Store): Membership {
  if (store.membership === undefined) throw new Error('this store has no membership');
  return store.membership;
}

async function restoreTo(store: Store, content: Snapshot): Promise<void> {
  if (store.restore === undefined) throw new Error('this store cannot be restored');
  await store.restore(content);
}

function word(name: string, run = 'r1', body: number = 1) {
  return { name, run, head: { confirmed: body }, body: { nves: [body] } };
}

function announcementTests(place: Place): void {
  it('gives each member everybody’s newest word, and counts announcements', async () => {
    const { open } = await place();
    const [left, right] = [membershipOf(await open()), membershipOf(await open())];
    expect(await left.members()).to.deep.equal([]);
    expect(await left.announce(word('a'))).to.deep.equal([{ ...word('a'), beat: 1 }]);
    expect(await right.announce(word('b'))).to.have.deep.members([
      { ...word('a'), beat: 1 },
      { ...word('b'), beat: 1 },
    ]);
    await left.announce(word('a'));
    expect(await right.members()).to.have.deep.members([
      { ...word('a'), beat: 2 },
      { ...word('b'), beat: 1 },
    ]);
  });

  it('shows a changed body to everybody, and an unchanged one too', async () => {
    const { open } = await place();
    const [left, right] = [membershipOf(await open()), membershipOf(await open())];
    await left.announce(word('a', 'r1', 1));
    await right.announce(word('b', 'r1', 1));
    await left.announce(word('a', 'r1', 2));
    const seen = await right.announce(word('b', 'r1', 1));
    expect(seen.find(({ name }) => name === 'a')?.body).to.deep.equal({ nves: [2] });
    await left.announce(word('a', 'r1', 1));
    const again = await right.announce(word('b', 'r1', 1));
    expect(again.find(({ name }) => name === 'a')?.body).to.deep.equal({ nves: [1] });
    expect(again.find(({ name }) => name === 'b')?.body).to.deep.equal({ nves: [1] });
  });

  it('writes no record and no revision', async () => {
    const { open } = await place();
    const store = await open();
    await membershipOf(store).announce(word('a'));
    expect(await store.snapshot()).to.deep.equal({ revision: 0, records: [] });
    expect(await store.apply({ writes: [put('port/a', 1)] })).to.equal(1);
  });

  it('takes any text as a name', async () => {
    const { open } = await place();
    const membership = membershipOf(await open());
    const said = { name: 'ü \n "x"', run: 'r\n1', head: 'h\n', body: null };
    await membership.announce(said);
    expect(await membership.announce(said)).to.deep.equal([{ ...said, beat: 2 }]);
  });
}

function nameTests(place: Place): void {
  it('lets the newest run have a name, and refuses the one before it', async () => {
    const { open } = await place();
    const [left, right] = [membershipOf(await open()), membershipOf(await open())];
    await left.announce(word('a', 'old'));
    await right.announce(word('a', 'new'));
    await refusal(left.announce(word('a', 'old')), 'name-taken');
    await refusal(left.announce(word('a', 'old')), 'name-taken');
    const [seen] = await right.announce(word('a', 'new'));
    expect(seen?.run).to.equal('new');
    expect(seen?.beat).to.equal(3);
  });

  it('forgets a member once', async () => {
    const { open } = await place();
    const membership = membershipOf(await open());
    await membership.announce(word('a'));
    await membership.announce(word('b'));
    expect(await membership.forget('a')).to.equal(true);
    expect(await membership.forget('a')).to.equal(false);
    expect((await membership.members()).map(({ name }) => name)).to.deep.equal(['b']);
    expect(await membership.announce(word('a'))).to.have.length(2);
  });
}

function restoreTests(place: Place): void {
  const content: Snapshot = {
    revision: 7,
    records: [
      { key: 'port/a', revision: 3, value: { x: [1] } },
      { key: 'port/b', revision: 7, value: null },
    ],
  };

  it('holds exactly what was restored, and counts on from its revision', async () => {
    const { open } = await place();
    const [left, right] = [await open(), await open()];
    await restoreTo(left, content);
    for (const store of [left, right]) {
      const snapshot = await store.snapshot();
      expect(snapshot.revision).to.equal(7);
      expect(snapshot.records).to.have.deep.members([...content.records]);
    }
    const watched = new Watched();
    right.watch(7, watched.listener, watched.ended);
    const revision = await left.apply({
      writes: [remove('port/a')],
      preconditions: [{ key: 'port/a', revision: 3 }],
    });
    expect(revision).to.equal(8);
    await eventually(() => watched.sets.length > 0, 'the change');
    expect(watched.sets).to.deep.equal([
      { revision: 8, changes: [{ op: 'delete', key: 'port/a', revision: 8 }] },
    ]);
  });

  it('restores an empty content', async () => {
    const { open } = await place();
    const store = await open();
    await restoreTo(store, { revision: 5, records: [] });
    expect(await store.snapshot()).to.deep.equal({ revision: 5, records: [] });
    expect(await store.apply({ writes: [put('port/a', 1)] })).to.equal(6);
  });

  it('restores nothing into a store that is not empty', async () => {
    const { open } = await place();
    const store = await open();
    await store.apply({ writes: [put('port/z', 1)] });
    await refusal(restoreTo(store, content), 'precondition-failed');
    expect((await store.snapshot()).records.map(({ key }) => key)).to.deep.equal(['port/z']);
  });

  it('sends a reader of the empty store to a snapshot when it is restored', async () => {
    const { open } = await place();
    const [left, right] = [await open(), await open()];
    const watched = new Watched();
    right.watch(0, watched.listener, watched.ended);
    await pause(20);
    await restoreTo(left, content);
    await eventually(() => watched.errors.length > 0, 'the end');
    expect(watched.errors[0]?.code).to.equal('feed-trimmed');
    expect((await right.snapshot()).revision).to.equal(7);
  });

  it('lets one of many restore', async () => {
    const { open } = await place();
    const stores = [await open(), await open(), await open()];
    const outcomes = await Promise.allSettled(stores.map((store) => restoreTo(store, content)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });
}

function lossTests(place: Place): void {
  it('tells readers of an emptied store, and takes no batch until a snapshot', async () => {
    const { open, wipe } = await place();
    const store = await open();
    const watched = new Watched();
    await store.apply({ writes: [put('port/a', 1)] });
    store.watch(0, watched.listener, watched.ended);
    await eventually(() => watched.sets.length > 0, 'the batch');
    await wipe();
    const refused = await refusal(store.apply({ writes: [put('port/b', 1)] }), 'store-forked');
    expect([refused.ancestor, refused.retryable]).to.deep.equal([0, true]);
    await eventually(() => watched.errors.length > 0, 'the end');
    expect(watched.errors.map(({ code, ancestor }) => [code, ancestor])).to.deep.equal([
      ['store-forked', 0],
    ]);
    await refusal(store.apply({ writes: [put('port/b', 1)] }), 'store-forked');
    expect(await store.snapshot()).to.deep.equal({ revision: 0, records: [] });
    expect(await store.apply({ writes: [put('port/b', 1)] })).to.equal(1);
  });

  it('notices an emptied store when it announces itself', async () => {
    const { open, wipe } = await place();
    const store = await open();
    const watched = new Watched();
    const revision = await store.apply({ writes: [put('port/a', 1)] });
    store.watch(revision, watched.listener, watched.ended);
    await membershipOf(store).announce(word('a'));
    await wipe();
    expect(await membershipOf(store).announce(word('a'))).to.deep.equal([
      { ...word('a'), beat: 1 },
    ]);
    await eventually(() => watched.errors.length > 0, 'the end');
    expect(watched.errors[0]?.code).to.equal('store-forked');
  });

  it('puts others who have read the lost store back into its history', async () => {
    const { open, wipe } = await place();
    const [left, right] = [await open(), await open()];
    await left.apply({ writes: [put('port/a', 1)] });
    await left.apply({ writes: [put('port/b', 1)] });
    const copy = await left.snapshot();
    await wipe();
    await restoreTo(left, copy);
    expect((await right.snapshot()).revision).to.equal(2);
    const watched = new Watched();
    right.watch(2, watched.listener, watched.ended);
    await left.apply({ writes: [put('port/c', 1)] });
    await eventually(() => watched.sets.length > 0 || watched.errors.length > 0, 'the batch');
    expect(watched.revisions).to.deep.equal([3]);
    expect(await right.apply({ writes: [put('port/d', 1)] })).to.equal(4);
  });

  it('tells one who has read more than was restored the last common revision', async () => {
    const { open, wipe } = await place();
    const [left, right] = [await open(), await open()];
    await left.apply({ writes: [put('port/a', 1)] });
    const copy = await left.snapshot();
    await left.apply({ writes: [put('port/b', 1)] });
    const watched = new Watched();
    right.watch(0, watched.listener, watched.ended);
    await eventually(() => watched.sets.length === 2, 'both batches');
    await wipe();
    await restoreTo(left, copy);
    await refusal(right.apply({ writes: [put('port/z', 1)] }), 'store-forked');
    await eventually(() => watched.errors.length > 0, 'the end');
    expect([0, 1]).to.include(watched.errors.at(-1)?.ancestor);
    expect((await right.snapshot()).revision).to.equal(1);
  });
}
