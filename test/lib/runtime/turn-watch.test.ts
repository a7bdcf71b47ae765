import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { TurnWatch } from '../../../lib/runtime/turn-watch.ts';

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('the watch over turns of the event loop', () => {
  const watch = new TurnWatch();
  after(() => watch.close());

  it('knows nothing before somebody asks, and then the longest turn since', async () => {
    expect(watch.longestTurnMs()).to.equal(undefined);
    await sleep(10);
    block(60);
    await sleep(10);
    expect(watch.longestTurnMs()).to.be.within(57, 1_000);
  });

  it('tells a turn once', async () => {
    watch.longestTurnMs();
    await sleep(5);
    block(200);
    await sleep(10);
    expect(watch.longestTurnMs()).to.be.within(197, 1_000);
    await sleep(20);
    expect(watch.longestTurnMs()).to.be.below(190);
  });

  it('tells the turn in which it is asked', async () => {
    watch.longestTurnMs();
    await sleep(5);
    block(60);
    expect(watch.longestTurnMs()).to.be.above(55);
  });
});
