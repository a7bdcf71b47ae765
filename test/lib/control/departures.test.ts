import { expect } from 'chai';
import { allConfirmed, pendingReasons } from '../../../lib/control/confirmation.ts';
import { WITHDRAWAL_MAX_MS } from '../../../lib/control/departures.ts';
import { nveNames, nveViewOf } from '../../../lib/control/nve-views.ts';
import { BLUE, NveScene } from './nve-scene.ts';

/** Two NVEs in step, with a port of one network each. */
function twoNves(): NveScene {
  const scene = new NveScene();
  scene.records(...BLUE);
  scene.connect('hv1', 1, {}, ['vm1']);
  scene.connect('hv2', 2, {}, ['vm2']);
  scene.inStep('hv1');
  scene.inStep('hv2');
  scene.confirm('hv1');
  scene.effects.length = 0;
  return scene;
}

const phase = (scene: NveScene, nve = 'hv1') => nveViewOf(scene.core, nve, 'a').status.phase;

describe('an NVE that is let go', () => {
  it('is taken back when the others have confirmed that they do not send to it any more', () => {
    const scene = twoNves();
    scene.letGo('hv1');
    expect(scene.effects.filter(({ type }) => type === 'send')).to.have.length(1);
    expect(scene.stands('hv1')).to.deep.equal(['hold']);
    expect(phase(scene)).to.equal('withdrawing');
    scene.confirm('hv2');
    expect(scene.stands('hv1')).to.deep.equal(['take-back']);
    expect(phase(scene)).to.equal('leaving');
  });

  it('is not made anew by a timer that ends when it is gone', () => {
    const scene = new NveScene();
    scene.take({ type: 'reread', nve: 'hv9' }, { type: 'audit', nve: 'hv9' });
    expect(scene.core.nve('hv9')).to.equal(undefined);
  });

  it('waits for them no longer than it must', () => {
    const scene = twoNves();
    scene.letGo('hv1');
    const retry = scene.effects.find(({ type }) => type === 'retry');
    expect(retry).to.deep.equal({ type: 'retry', nve: 'hv1', delayMs: WITHDRAWAL_MAX_MS });
    scene.take({ type: 'reread', nve: 'hv1' });
    expect(scene.stands('hv1')).to.deep.equal(['hold', 'take-back']);
  });

  it('is taken back at once where there are no others', () => {
    const scene = new NveScene();
    scene.connect('hv1', 1);
    scene.letGo('hv1');
    expect(scene.stands('hv1')).to.deep.equal(['serve', 'hold', 'take-back']);
  });

  it('has left when nothing of ours is on it, is told of once, and is waited for by nobody', () => {
    const scene = twoNves();
    scene.letGo('hv1');
    scene.confirm('hv2');
    scene.facts('hv1', { takenBack: 'flows' });
    expect(phase(scene)).to.equal('flows-taken');
    scene.facts('hv1', { takenBack: 'all' });
    scene.facts('hv1', { takenBack: 'all', ovsVersion: '4' });
    expect(phase(scene)).to.equal('left');
    expect(scene.notices().filter((code) => code === 'nve-left')).to.have.length(1);
    const { core } = scene;
    expect(allConfirmed(core, { moment: core.moment, revision: core.revision })).to.equal(true);
    expect(nveNames(core)).to.have.members(['hv1', 'hv2']);
    scene.lose('hv1');
    expect(nveNames(core)).to.deep.equal(['hv2']);
  });

  it('has no ports any more, and another may show them', () => {
    const scene = twoNves();
    scene.letGo('hv1');
    const { domain } = scene.core;
    expect(domain.attachment('vm1')).to.equal(undefined);
    scene.take({
      ...{ type: 'interfaces', nve: 'hv1', complete: false },
      changes: [{ name: 'v-vm1', tenant: { ifaceId: 'vm1', ofport: 9 } }],
    });
    expect(domain.attachment('vm1')).to.equal(undefined);
    scene.take({
      ...{ type: 'interfaces', nve: 'hv2', complete: false },
      changes: [{ name: 'v-vm1', tenant: { ifaceId: 'vm1', ofport: 9 } }],
    });
    expect(domain.attachment('vm1')?.nve).to.equal('hv2');
  });

  it('is waited for by nobody, also when another instance serves it', () => {
    const scene = new NveScene('a');
    const nves = [{ name: 'hv1', owner: true, controllers: [] }];
    const announcement = { version: '1', startedAt: '2026-01-01T00:00:00Z', confirmed: 0, nves };
    const member = { name: 'b', run: 'r', beat: 1, announcement };
    scene.take({ type: 'members', now: 500, members: [member] });
    scene.records({ kind: 'departure', nve: 'hv1' });
    const { core } = scene;
    const target = { moment: core.moment, revision: core.revision };
    expect(pendingReasons(core, target)('hv1')).to.equal(undefined);
    expect(allConfirmed(core, target)).to.equal(true);
  });

  it('is not served when it comes back with the managers that it had', () => {
    const scene = twoNves();
    scene.lose('hv1');
    scene.letGo('hv1');
    scene.effects.length = 0;
    scene.connect('hv1', 1, { takenBack: 'nothing' }, ['vm1']);
    scene.confirm('hv2');
    expect(scene.stands('hv1')).to.deep.equal(['hold', 'take-back']);
    expect(scene.core.domain.nve('hv1')).to.equal(undefined);
    expect(scene.core.domain.attachment('vm1')).to.equal(undefined);
  });

  it('is served again, with its ports, when it gets a manager that it did not have', () => {
    const scene = twoNves();
    scene.letGo('hv1');
    scene.confirm('hv2');
    scene.facts('hv1', { takenBack: 'all' });
    scene.effects.length = 0;
    scene.facts('hv1', { managers: ['m0', 'm1'] });
    expect(scene.notices()).to.include('nve-rejoined');
    expect(scene.stands('hv1')).to.deep.equal(['serve']);
    expect(scene.core.domain.departure('hv1')).to.equal(undefined);
    expect(scene.core.domain.attachment('vm1')?.nve).to.equal('hv1');
  });

  it('is served again, with its ports, when a manifest names it', () => {
    const scene = twoNves();
    scene.letGo('hv1');
    scene.confirm('hv2');
    scene.effects.length = 0;
    scene.name('hv1');
    expect(scene.stands('hv1')).to.deep.equal(['serve']);
    expect(scene.core.domain.attachment('vm1')?.nve).to.equal('hv1');
    expect(scene.core.nve('hv1')?.read, 'its switch is read anew').to.not.equal(undefined);
  });

  it('keeps by which managers it was there when nobody knew when it was let go', () => {
    const scene = new NveScene();
    scene.records({ kind: 'departure', nve: 'hv1' });
    scene.connect('hv1', 1, { takenBack: 'all' });
    expect(scene.core.domain.departure('hv1')?.managers).to.deep.equal(['m0']);
    scene.facts('hv1', { managers: ['m9'] });
    expect(scene.core.domain.nve('hv1')?.managers).to.deep.equal(['m9']);
  });
});
