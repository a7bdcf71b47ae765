import { expect } from 'chai';
import { inTurns } from '../../../lib/southbound/in-turns.ts';

function* busy(steps: number, stepMs: number): Generator<undefined, string> {
  for (let step = 0; step < steps; step++) {
    const end = performance.now() + stepMs;
    while (performance.now() < end);
    yield;
  }
  return 'done';
}

describe('work in turns', () => {
  it('gives what the work returns', async () => {
    expect(await inTurns(busy(0, 0))).to.equal('done');
    expect(await inTurns(busy(5, 0))).to.equal('done');
  });

  it('lets others have their turn between the steps', async () => {
    let turns = 0;
    let isDone = false;
    const other = (): void => {
      turns++;
      if (!isDone) setImmediate(other);
    };
    setImmediate(other);
    await inTurns(busy(30, 2));
    isDone = true;
    expect(turns).to.be.within(5, 31);
  });
});
