import { expect } from 'chai';
import { allConfirmed, connectedNves, pendingReasons } from '../../../lib/control/confirmation.ts';
import { Core } from '../../../lib/control/core.ts';
import type { Input } from '../../../lib/control/inputs.ts';
import { instanceViews } from '../../../lib/control/instance-views.ts';
import { nveView, portView } from '../../../lib/control/views.ts';
import type { AnnouncedNve, Member } from '../../../lib/model/announcement.ts';
import type { DomainRecord } from '../../../lib/model/records.ts';
import { keyOf as recordKeyOf } from '../../../lib/model/records.ts';
import { FakeSwitch, keyOf } from '../../fakes/fake-switch.ts';

const SELF = { name: 'a', version: '1', startedAt: '2026-01-02T03:04:05.000Z' };

/** One core among the instances a (itself), b and c. */
class Scene {
  readonly core = new Core({ keyOf, instance: 'a' });
  #beat = 0;
  #now = 0;
  #revision = 0;

  take(...inputs: Input[]): void {
    this.core.step(inputs);
  }

  records(...records: DomainRecord[]): void {
    const changes = records.map((record) => ({ key: recordKeyOf(record), record }));
    this.take({ type: 'records', revision: ++this.#revision, changes });
  }

  connect(nve: string): void {
    const facts = { bridge: 'br-int', endpoints: [], conditions: [] };
    this.take(
      { type: 'nve-connected', nve, facts },
      { type: 'interfaces', nve, complete: true, changes: [] },
    );
  }

  /** We hold its lock, and its switch is in step. */
  serve(nve: string): void {
    this.take({ type: 'nve-owner', nve, owner: true }, { type: 'flows-ready', nve, version: 6 });
    const read = this.core.nve(nve)?.read ?? 0;
    this.take({ type: 'installed', nve, read, installed: new FakeSwitch().installed() });
    const batch = this.core.nve(nve)?.underWay.at(-1)?.batch;
    if (batch !== undefined) this.take({ type: 'confirmed', nve, batch });
  }

  /** Everybody speaks; who is left out is silent. */
  hear(words: Readonly<Record<string, readonly AnnouncedNve[]>>, confirmed = 0): void {
    this.#now += 500;
    this.#beat++;
    const members = Object.entries(words).map(
      ([name, nves]): Member => ({
        ...{ name, run: 'r1', beat: this.#beat },
        announcement: { version: '1', startedAt: SELF.startedAt, confirmed, nves },
      }),
    );
    this.take({ type: 'members', now: this.#now, members: [...this.#silent(words), ...members] });
  }

  readonly #last = new Map<string, Member>();

  #silent(words: object): Member[] {
    return [...this.#last.values()].filter(({ name }) => !(name in words));
  }

  /** As a store that keeps the last word of the dead. */
  keep(name: string, nves: readonly AnnouncedNve[]): void {
    this.#last.set(name, {
      ...{ name, run: 'r1', beat: 1 },
      announcement: { version: '1', startedAt: SELF.startedAt, confirmed: 0, nves },
    });
  }

  status(name: string) {
    const view = instanceViews(this.core, SELF).find((one) => one.name === name);
    if (view === undefined) throw new Error(`${name} is not shown`);
    return view.status;
  }

  nve(name: string) {
    return nveView(this.core, { kind: 'nve', name, index: 1, endpoints: [] }, 'a').status;
  }

  pending(nve: string, revision = this.core.revision): string | undefined {
    return pendingReasons(this.core, { moment: this.core.moment, revision })(nve);
  }
}

const owned = (name: string, more: Partial<AnnouncedNve> = {}): AnnouncedNve => ({
  ...{ name, owner: true, controllers: ['tcp:192.0.2.2:6653'] },
  ...more,
});
const seen = (name: string): AnnouncedNve => ({
  ...{ name, owner: false, controllers: ['tcp:192.0.2.2:6653'] },
});

describe('what is shown of several instances', () => {
  it('says who serves whom and why, and how the load is spread', () => {
    const scene = new Scene();
    for (const nve of ['hv1', 'hv2', 'hv3']) scene.connect(nve);
    scene.serve('hv1');
    const flows = { desired: 9, installed: 7 };
    const words = [owned('hv2', { why: 'c was gone', flows }), owned('hv3'), seen('hv1')];
    scene.hear({ a: [], b: words }, 4);
    expect(scene.status('a')).to.deep.include({ nves: ['hv1'], connected: 3, share: 33 });
    expect(scene.status('b')).to.deep.include({
      ...{ alive: true, nves: ['hv2', 'hv3'], connected: 3, share: 67, confirmed: 4 },
      why: { hv2: 'c was gone' },
    });
    expect(scene.nve('hv2')).to.deep.include({ owner: 'b', ownerWhy: 'c was gone', flows });
    expect(scene.nve('hv1')).to.deep.include({ owner: 'a', ownerWhy: 'nobody served it' });
  });

  it('names the NVEs that others see and one does not, with every address to be named there', () => {
    const scene = new Scene();
    scene.connect('hv1');
    scene.hear({ a: [], b: [seen('hv1'), owned('hv2')] });
    const { missing, conditions } = scene.status('a');
    expect(missing).to.deep.equal(['hv2']);
    expect(conditions[0]?.code).to.equal('nve-missing');
    expect(conditions[0]?.message).to.match(
      /^hv2 cannot be served by a, .*"ovs-vsctl set-manager tcp:ADDRESS-OF-a:6640 tcp:192\.0\.2\.2:6640"$/,
    );
    expect(scene.status('b').conditions).to.deep.equal([]);
  });

  it('names the NVEs whose switch does not reach one, and where to look', () => {
    const scene = new Scene();
    scene.connect('hv1');
    scene.hear({ a: [owned('hv1')], b: [{ ...seen('hv1'), noSwitch: true }] });
    const [condition] = scene.status('b').conditions;
    expect(condition?.code).to.equal('switch-missing');
    expect(condition?.message).to.match(
      /^hv1 cannot be served by b, .*\(--advertise, --openflow\)$/,
    );
    expect(scene.status('a').conditions).to.deep.equal([]);
  });

  it('says how long a dead one is silent, and that it serves nobody', () => {
    const scene = new Scene();
    scene.connect('hv1');
    scene.keep('b', [owned('hv1')]);
    for (let word = 0; word < 9; word++) scene.hear({ a: [] });
    const status = scene.status('b');
    expect(status).to.deep.include({ alive: false, nves: [], connected: 0, silentMs: 4000 });
    expect(status.conditions[0]?.message).to.equal(
      'b has said nothing for 4 s: start it again, or forget it with "nva delete instance b"',
    );
    expect(scene.nve('hv1')).to.not.have.property('owner');
  });

  it('shows an NVE that only others see as connected, and its ports as active', () => {
    const scene = new Scene();
    scene.records(
      { kind: 'nve', name: 'hv9', index: 1, endpoints: [] },
      { kind: 'network', name: 'blue', vni: 5, vniAllocated: false },
      { kind: 'port', name: 'vm1', network: 'blue', mac: '02:00:00:00:00:01' as never, ips: [] },
      { kind: 'attachment', port: 'vm1', nve: 'hv9', sequence: 0 },
    );
    scene.hear({ a: [], b: [owned('hv9')] });
    expect(scene.nve('hv9')).to.include({ connected: true, owner: 'b' });
    const port = scene.core.domain.port('vm1');
    expect(port && portView(scene.core, port).status).to.deep.equal({
      ...{ phase: 'active', nve: 'hv9' },
    });
  });

  it('is itself alone before anybody has spoken', () => {
    const scene = new Scene();
    expect(instanceViews(scene.core, SELF).map(({ name }) => name)).to.deep.equal(['a']);
  });
});

describe('what is confirmed over several instances', () => {
  it('is what the owner says, by the revision that was asked for', () => {
    const scene = new Scene();
    scene.connect('hv2');
    scene.hear({ a: [], b: [owned('hv2'), owned('hv3')] }, 4);
    expect(connectedNves(scene.core)).to.deep.equal(['hv2', 'hv3']);
    expect([scene.pending('hv2', 4), scene.pending('hv3', 4)]).to.deep.equal([
      undefined,
      undefined,
    ]);
    expect(scene.pending('hv3', 5)).to.equal('b serves it and has not confirmed revision 5 yet');
    const { core } = scene;
    expect(allConfirmed(core, { moment: core.moment, revision: 4 })).to.equal(true);
    expect(allConfirmed(core, { moment: core.moment, revision: 5 })).to.equal(false);
  });

  it('is what we know of an NVE that we serve, whatever has been said of it', () => {
    const scene = new Scene();
    scene.connect('hv1');
    scene.serve('hv1');
    scene.hear({ a: [], b: [owned('hv1')] }, 0);
    expect(scene.pending('hv1', 9)).to.equal(undefined);
  });

  it('is not said to others of a switch that we serve, and that is not there any more', () => {
    const scene = new Scene();
    scene.records({ kind: 'network', name: 'blue', vni: 5, vniAllocated: false });
    scene.connect('hv1');
    scene.serve('hv1');
    expect(scene.core.confirmed).to.equal(1);
    scene.take({ type: 'flows-lost', nve: 'hv1', reason: 'it was restarted' });
    expect(scene.core.confirmed).to.equal(0);
    scene.take({ type: 'nve-owner', nve: 'hv1', owner: false });
    scene.serve('hv1');
    expect(scene.core.confirmed).to.equal(1);
  });

  it('is nothing of an NVE that nobody serves', () => {
    const scene = new Scene();
    scene.connect('hv1');
    scene.hear({ a: [owned('hv1')], b: [seen('hv1')] }, 9);
    expect(scene.pending('hv1', 1)).to.equal('no instance serves it at the moment');
  });
});

describe('an NVE whose lock comes while its long list of interfaces is told', () => {
  it('has the ports of all parts at once', () => {
    const scene = new Scene();
    const ports = [1, 2].map((number): DomainRecord => {
      const mac = `02:00:00:00:00:0${number}` as never;
      return { kind: 'port', name: `vm${number}`, network: 'blue', mac, ips: [] };
    });
    scene.records({ kind: 'network', name: 'blue', vni: 5, vniAllocated: false }, ...ports);
    const part = (number: number, complete: boolean): Input => {
      const tenant = { ifaceId: `vm${number}`, ofport: number };
      const changes = [{ name: `tap${number}`, tenant }];
      return {
        ...{ type: 'interfaces', nve: 'hv1', complete, changes },
        named: new Set(['tap1', 'tap2']),
      };
    };
    const facts = { bridge: 'br-int', endpoints: [], conditions: [] };
    scene.hear({ a: [] });
    scene.take({ type: 'nve-connected', nve: 'hv1', facts }, part(1, false));
    expect(scene.core.domain.attachment('vm1')).to.equal(undefined);
    scene.take({ type: 'nve-owner', nve: 'hv1', owner: true });
    scene.take(part(2, true));
    expect(scene.core.domain.attachments().map(({ port }) => port)).to.have.members(['vm1', 'vm2']);
  });
});
