import { expect } from 'chai';
import { IDLE_NVES_MAX } from '../../../lib/control/nve-records.ts';
import { nveNames, nveViewOf } from '../../../lib/control/nve-views.ts';
import type { Member } from '../../../lib/model/announcement.ts';
import { BLUE, NveScene } from './nve-scene.ts';

/** hv1 with vm1, and time enough for all to come back. */
function oneNve(): NveScene {
  const scene = new NveScene();
  scene.records(...BLUE);
  scene.take({ type: 'arrivals-over' });
  scene.connect('hv1', 1, {}, ['vm1']);
  return scene;
}

describe('an NVE with another name', () => {
  it('is known by its database and its address: its number and its ports stay', () => {
    const scene = oneNve();
    const { domain } = scene.core;
    const index = domain.nve('hv1')?.index;
    scene.lose('hv1');
    scene.connect('one', 1, {}, ['vm1']);
    expect(domain.nve('hv1')).to.equal(undefined);
    expect(domain.nve('one')?.index).to.equal(index);
    expect(domain.record(`index/${index}`)).to.include({ nve: 'one' });
    expect(domain.attachment('vm1')).to.include({ nve: 'one', sequence: 0 });
    expect(scene.notices()).to.include('nve-renamed');
    expect(scene.stands('one')).to.deep.equal(['serve']);
  });

  it('is known by its datapath id and a port of its own, when its address is another', () => {
    const scene = oneNve();
    scene.lose('hv1');
    scene.connect('one', 7, { datapathId: '000000000000001' }, ['vm1']);
    expect(scene.core.domain.attachment('vm1')?.nve).to.equal('one');
    expect(scene.core.domain.nve('hv1')).to.equal(undefined);
  });

  it('is refused when the one whose evidence it has is connected, and both say so', () => {
    const scene = oneNve();
    scene.connect('copy', 7, { datapathId: '000000000000001' }, ['vm1']);
    expect(scene.codes('copy')).to.deep.equal(['identity-taken']);
    expect(scene.stands('copy')).to.deep.equal(['hold']);
    expect(scene.core.domain.attachment('vm1')?.nve).to.equal('hv1');
    expect(scene.core.domain.nve('copy')).to.equal(undefined);
    expect(nveNames(scene.core)).to.include('copy');
    expect(nveViewOf(scene.core, 'copy', 'a').status.phase).to.equal('refused');
  });

  it('is refused with the remedy when only one thing speaks for it', () => {
    const scene = oneNve();
    scene.lose('hv1');
    scene.connect('other', 7, { datapathId: '000000000000001' }, ['vm2']);
    expect(scene.codes('other')).to.deep.equal(['identity-unclear']);
    expect(scene.core.nve('other')?.conditions()[0]?.message).to.include('nva delete nve hv1');
    expect(scene.core.domain.attachment('vm2')).to.equal(undefined);
    scene.letGo('hv1');
    expect(scene.codes('other')).to.deep.equal([]);
    expect(scene.core.domain.attachment('vm2')?.nve).to.equal('other');
    expect(scene.stands('other')).to.deep.equal(['hold', 'serve']);
  });

  it('is let in when the connection by the old name is given up, and the address is the same', () => {
    const scene = oneNve();
    scene.connect('one', 1, {}, ['vm1']);
    expect(scene.codes('one')).to.deep.equal(['identity-taken']);
    scene.lose('hv1');
    expect(scene.core.domain.attachment('vm1')?.nve).to.equal('one');
    expect(scene.stands('one')).to.deep.equal(['hold', 'serve']);
  });

  it('is not taken for one beside which it was connected, when that one is away for a while', () => {
    const scene = oneNve();
    const copied = { database: 'db-1', datapathId: '000000000000001' };
    scene.connect('copy', 7, copied);
    scene.lose('hv1');
    // What was on the host that is away is started again on the copy.
    scene.take({
      ...{ type: 'interfaces', nve: 'copy', complete: false },
      changes: [{ name: 'v', tenant: { ifaceId: 'vm1', ofport: 1 } }],
    });
    scene.facts('copy', { ovsVersion: '4' });
    expect(scene.codes('copy')).to.deep.equal(['identity-taken']);
    scene.connect('hv1', 1, {}, ['vm1']);
    expect(scene.codes('hv1')).to.deep.equal([]);
    expect(scene.core.domain.attachment('vm1')?.nve).to.equal('hv1');
    scene.lose('hv1');
    scene.letGo('hv1');
    expect(scene.codes('copy')).to.deep.equal([]);
  });

  it('is an NVE of its own when it has but the database in common: both are made from one image', () => {
    const scene = oneNve();
    scene.connect('hv7', 7, { database: 'db-1' }, ['vm2']);
    expect(scene.codes('hv7')).to.deep.equal([]);
    scene.connect('hv8', 8, { database: 'db-1', endpoints: [], isBare: true });
    const { datapathId: _, ...unknown } = scene.core.nve('hv8')?.facts ?? { datapathId: '' };
    scene.take({ type: 'nve-facts', nve: 'hv8', facts: { ...unknown, isBare: true } as never });
    expect(scene.stands('hv8')).to.deep.equal(['serve']);
    scene.lose('hv1');
    scene.connect('hv9', 9, { database: 'db-1' });
    expect(scene.core.domain.nves().map(({ name }) => name)).to.deep.equal([
      ...['hv1', 'hv7', 'hv8', 'hv9'],
    ]);
    scene.lose('hv7');
    scene.connect('seven', 7, { database: 'db-1' }, ['vm2']);
    expect(scene.core.domain.nve('hv7')).to.equal(undefined);
    expect(scene.core.domain.attachment('vm2')).to.include({ nve: 'seven', sequence: 0 });
  });

  it('waits after a start until it is known that the other is gone, unless it must be the same', () => {
    const scene = oneNve();
    const restarted = new NveScene();
    const all = [...scene.core.domain.keys()].flatMap((key) => scene.core.domain.record(key) ?? []);
    restarted.records(...all);
    restarted.connect('one', 7, { datapathId: '000000000000001' }, ['vm1']);
    expect(restarted.codes('one')).to.deep.equal(['identity-open']);
    restarted.take({ type: 'arrivals-over' });
    expect(restarted.core.domain.attachment('vm1')?.nve).to.equal('one');
    const again = new NveScene();
    again.records(...all);
    again.connect('one', 1, {}, ['vm1']);
    expect(again.core.domain.attachment('vm1')?.nve).to.equal('one');
  });
});

describe('an underlay address', () => {
  const ips = (scene: NveScene, nve: string) =>
    scene.core.domain.nve(nve)?.endpoints.map(({ ip }) => ip);
  const shown = (scene: NveScene, nve: string) =>
    nveViewOf(scene.core, nve, 'a').status.conditions.map(({ code }) => code);

  it('is that of the first who has it, also when the second connects again', () => {
    const scene = oneNve();
    const endpoints = ['10.0.0.1', '10.0.0.9'].map((ip) => ({ type: 'geneve', ip }) as never);
    scene.connect('hv2', 2, { endpoints });
    expect(ips(scene, 'hv2')).to.deep.equal(['10.0.0.9']);
    expect(shown(scene, 'hv2')).to.deep.equal(['endpoint-taken']);
    expect(nveViewOf(scene.core, 'hv2', 'a').status.conditions[0]?.message).to.include(
      '10.0.0.1 is that of hv1',
    );
    scene.facts('hv1', { ovsVersion: '4' });
    expect(ips(scene, 'hv1')).to.deep.equal(['10.0.0.1']);
    expect(shown(scene, 'hv1')).to.deep.equal([]);
  });

  it('stays with one whose switch is there while its database is away', () => {
    const scene = oneNve();
    scene.inStep('hv1');
    const endpoints = [{ type: 'geneve', ip: '10.0.0.1' } as never];
    scene.connect('hv2', 2, { endpoints });
    scene.lose('hv1');
    expect(ips(scene, 'hv2')).to.deep.equal([]);
    scene.take({ type: 'flows-lost', nve: 'hv1', reason: 'test' });
    expect(ips(scene, 'hv2')).to.deep.equal(['10.0.0.1']);
  });

  it('goes to a host that was installed anew, and its former holder gets nothing while that is there', () => {
    const scene = oneNve();
    scene.lose('hv1');
    scene.connect('new', 1, { database: 'db-9', datapathId: '0000000000000009' });
    expect(ips(scene, 'new')).to.deep.equal(['10.0.0.1']);
    expect(ips(scene, 'hv1')).to.deep.equal([]);
    expect(scene.notices()).to.include('endpoint-taken-over');
    scene.connect('hv1', 1, {}, ['vm1']);
    expect(ips(scene, 'hv1')).to.deep.equal([]);
    expect(shown(scene, 'hv1')).to.deep.equal(['endpoint-taken']);
    scene.lose('new');
    expect(ips(scene, 'hv1')).to.deep.equal(['10.0.0.1']);
  });
});

describe('a name that two hypervisors have', () => {
  const announced = (nve: string, database: string): Member => ({
    ...{ name: 'b', run: 'r', beat: 1 },
    announcement: {
      ...{ version: '1', startedAt: '2026-01-01T00:00:00Z', confirmed: 0 },
      nves: [{ name: nve, owner: true, controllers: [], database }],
    },
  });

  it('is that of the one whom another instance serves, whose record has other evidence', () => {
    const scene = new NveScene('a');
    scene.records(...BLUE);
    const endpoints = [{ type: 'geneve', ip: '10.0.0.5' } as never];
    scene.records(
      { kind: 'nve', name: 'hv1', index: 1, endpoints, database: 'db-5' },
      { kind: 'index', index: 1, nve: 'hv1' },
      { kind: 'attachment', port: 'vm1', nve: 'hv1', sequence: 3 },
    );
    scene.take({ type: 'arrivals-over' });
    scene.take({ type: 'members', now: 500, members: [announced('hv1', 'db-5')] });
    scene.connect('hv1', 7, {}, []);
    expect(scene.codes('hv1')).to.deep.equal(['system-id-taken']);
    expect(scene.stands('hv1')).to.deep.equal(['hold']);
    expect(scene.core.domain.nve('hv1')?.database).to.equal('db-5');
    expect(scene.core.domain.attachment('vm1')).to.include({ nve: 'hv1', sequence: 3 });
  });

  it('is told of the one who keeps it, as long as somebody else says it', () => {
    const scene = oneNve();
    scene.take({ type: 'nve-rivals', nve: 'hv1', rivals: ['another, at 10.0.0.7'] });
    expect(scene.codes('hv1')).to.deep.equal(['system-id-taken']);
    expect(scene.notices()).to.include('system-id-taken');
    scene.take({ type: 'nve-rivals', nve: 'hv1', rivals: [] });
    expect(scene.codes('hv1')).to.deep.equal([]);
  });
});

describe('a copy that another instance refuses', () => {
  it('gets no port of the one that it is a copy of, which we serve', () => {
    const scene = new NveScene('a');
    const hear = (now: number): void => {
      const nves = [{ name: 'copy', owner: true, controllers: [], database: 'db-1' }];
      const announcement = { version: '1', startedAt: '2026-01-01T00:00:00Z', confirmed: 0, nves };
      scene.take({
        type: 'members',
        now,
        members: [{ name: 'b', run: 'r', beat: now, announcement }],
      });
    };
    hear(500);
    scene.records(...BLUE);
    scene.take({ type: 'arrivals-over' });
    scene.connect('hv1', 1, {}, ['vm1']);
    const { domain } = scene.core;
    expect(domain.attachment('vm1')?.nve).to.equal('hv1');
    const facts = { bridge: 'br-int', endpoints: [], conditions: [], database: 'db-1' };
    scene.take(
      { type: 'nve-connected', nve: 'copy', facts },
      { type: 'nve-owner', nve: 'copy', owner: false },
      {
        ...{ type: 'interfaces', nve: 'copy', complete: true },
        changes: [{ name: 'v-vm1', tenant: { ifaceId: 'vm1', ofport: 1 } }],
      },
    );
    hear(1000);
    expect(domain.nve('copy')).to.equal(undefined);
    scene.take({ type: 'interfaces', nve: 'hv1', complete: false, changes: [{ name: 'v-vm1' }] });
    expect(domain.attachment('vm1')?.nve).to.not.equal('copy');
    const tenant = { ifaceId: 'vm1', ofport: 1 };
    scene.take({
      ...{ type: 'interfaces', nve: 'hv1', complete: false },
      changes: [{ name: 'v-vm1', tenant }],
    });
    expect(domain.attachment('vm1')?.nve).to.equal('hv1');
  });
});

describe('records of NVEs that came and went', () => {
  it('are bounded, and those with ports stay', () => {
    const scene = oneNve();
    scene.lose('hv1');
    scene.connect('hv2', 9);
    for (let number = 0; number < IDLE_NVES_MAX + 5; number++) {
      scene.connect(`x${number}`, 2, { database: `x${number}`, datapathId: `${number}` });
      scene.lose(`x${number}`);
    }
    const { domain } = scene.core;
    expect(domain.nves()).to.have.length(IDLE_NVES_MAX + 2);
    expect(domain.nve('hv1')).to.not.equal(undefined);
    expect(domain.nve('x4')).to.equal(undefined);
    // It was there before all of them, and has gone last.
    scene.lose('hv2');
    expect(domain.nve('hv2')).to.not.equal(undefined);
    expect(domain.nve('x5')).to.equal(undefined);
    expect(domain.nve(`x${IDLE_NVES_MAX + 4}`)).to.not.equal(undefined);
  });
});
