/**
 * The contract's part on listeners: what one of them does harms nobody else.
 */
import { expect } from 'chai';
import type { Revision, Store } from '../../lib/store/contract.ts';
import { eventually, put, Watched } from './store-probe.ts';

type Open = () => Promise<Store>;

export function listenerTests(open: Open): void {
  it('ends the feed of a listener that throws, once, and harms nobody else', async () => {
    const store = await open();
    const bad = new Watched();
    const good = new Watched();
    store.watch(
      0,
      (set) => {
        bad.listener(set);
        throw new Error('a fault of the listener');
      },
      bad.ended,
    );
    store.watch(0, good.listener, good.ended);
    for (let n = 0; n < 3; n++) await store.apply({ writes: [put('port/a', n)] });
    await eventually(() => good.sets.length === 3, 'the good feed');
    expect(good.errors).to.deep.equal([]);
    expect(bad.sets).to.have.length(1);
    expect(bad.errors.map(({ code }) => code)).to.deep.equal(['store-unavailable']);
    expect(bad.errors[0]?.message).to.contain('a fault of the listener');
  });

  it('keeps the feed of others in order while one listener is slow', async () => {
    const store = await open();
    const slow = new Watched();
    const quick = new Watched();
    store.watch(
      0,
      (set) => {
        slow.listener(set);
        const until = performance.now() + 15;
        while (performance.now() < until);
      },
      slow.ended,
    );
    store.watch(0, quick.listener, quick.ended);
    const revisions: Revision[] = [];
    for (let n = 0; n < 10; n++) revisions.push(await store.apply({ writes: [put('port/a', n)] }));
    await eventually(() => quick.sets.length === 10 && slow.sets.length === 10, 'both feeds');
    expect(quick.revisions).to.deep.equal(revisions);
    expect(slow.revisions).to.deep.equal(revisions);
  });
}

export function busyListenerTests(open: Open): void {
  it('lets the event loop turn while it feeds a slow listener', async () => {
    const store = await open();
    for (let n = 0; n < 10; n++) await store.apply({ writes: [put('port/a', n)] });
    const slow = new Watched();
    let turns = 0;
    const count = (): void => {
      turns++;
      if (slow.sets.length < 10) setImmediate(count);
    };
    setImmediate(count);
    store.watch(
      0,
      (set) => {
        slow.listener(set);
        const until = performance.now() + 10;
        while (performance.now() < until);
      },
      slow.ended,
    );
    await eventually(() => slow.sets.length === 10, 'the feed');
    expect(turns).to.be.at.least(5);
  });

  it('lets a listener apply and watch', async () => {
    const store = await open();
    const inner = new Watched();
    let once = true;
    const applied: Promise<Revision>[] = [];
    store.watch(
      0,
      () => {
        if (!once) return;
        once = false;
        applied.push(store.apply({ writes: [put('port/b', 1)] }));
        store.watch(0, inner.listener, inner.ended);
      },
      inner.ended,
    );
    await store.apply({ writes: [put('port/a', 1)] });
    await eventually(() => inner.sets.length === 2, 'the inner feed');
    expect(await Promise.all(applied)).to.deep.equal([inner.revisions[1]]);
  });
}
