import { expect } from 'chai';
import { planRestoreWait, type RestoreWaitView } from '../../../lib/reconcile/restore-wait.ts';

const plan = (view: Partial<RestoreWaitView>) =>
  planRestoreWait({
    ...{ isAsked: true, isSet: true, isOurs: true },
    ...{ hasSession: true, isProbed: false, isRunning: true },
    ...view,
  });

describe('flow-restore-wait', () => {
  it('is set where it is asked for and the switch does not wait', () => {
    expect(plan({ isSet: false, isOurs: false })).to.equal('set');
    expect(plan({})).to.equal(undefined);
  });

  it('is not set where nobody asks, nor while the switch is away', () => {
    expect(plan({ isAsked: false, isSet: false, isOurs: false })).to.equal(undefined);
    expect(plan({ isSet: false, hasSession: false })).to.equal(undefined);
  });

  it('is cleared only when the switch has gone and runs again', () => {
    expect(plan({ hasSession: false })).to.equal('probe');
    expect(plan({ hasSession: false, isProbed: true, isRunning: false })).to.equal(undefined);
    expect(plan({ hasSession: false, isProbed: true })).to.equal('clear');
  });

  it('is taken back when it is not asked for any more, and only if it is ours', () => {
    expect(plan({ isAsked: false })).to.equal('take-back');
    expect(plan({ isAsked: false, isSet: false })).to.equal('take-back');
    expect(plan({ isAsked: false, isOurs: false })).to.equal(undefined);
  });
});
