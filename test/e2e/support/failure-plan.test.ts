import { expect } from 'chai';
import { planFailures } from './failure-plan.ts';

const shape = { instances: 3, nves: 3, steps: 200, pauseMaxMs: 1000 };

describe('a plan of failures', () => {
  it('is the same for the same seed, and another for another', () => {
    const plan = planFailures({ seed: 7, ...shape });
    expect(planFailures({ seed: 7, ...shape })).to.deep.equal(plan);
    expect(planFailures({ seed: 8, ...shape })).not.to.deep.equal(plan);
  });

  it('has every kind of failure, and always leaves one instance up', () => {
    const down = new Set<number>();
    const seen = new Set<string>();
    for (const step of planFailures({ seed: 1, ...shape })) {
      seen.add(step.action);
      if (step.action === 'kill' || step.action === 'pause') down.add(step.instance);
      if (step.action === 'start' || step.action === 'resume') down.delete(step.instance);
      expect(down.size).to.be.below(3);
    }
    expect([...seen].sort()).to.deep.equal([
      ...['attach', 'cut-nve', 'cut-store', 'detach', 'flush', 'heal-nve', 'heal-store'],
      ...['kill', 'move', 'pause', 'restart', 'resume', 'start'],
    ]);
  });
});
