import { expect } from 'chai';
import { planFailures, planTenants } from './failure-plan.ts';

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
      ...['cut-nve', 'cut-store', 'flush', 'heal-nve', 'heal-store'],
      ...['kill', 'pause', 'restart', 'resume', 'start'],
    ]);
  });

  it('has tenants that come, move and go, the same for the same seed', () => {
    const first = (seed: number) => {
      const steps = planTenants({ seed, tenants: 2, nves: 3, pauseMaxMs: 100 });
      return Array.from({ length: 50 }, () => steps.next().value);
    };
    expect(first(7)).to.deep.equal(first(7));
    expect(first(8)).not.to.deep.equal(first(7));
    const places = new Set(first(7).map((step) => `${step?.tenant} ${step?.nve}`));
    expect(places.size).to.equal(2 * 4);
  });
});
