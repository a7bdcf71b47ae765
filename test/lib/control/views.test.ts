import { expect } from 'chai';
import { Core } from '../../../lib/control/core.ts';
import type { Effect, Input, InterfaceChange } from '../../../lib/control/inputs.ts';
import { networkView, nveView, portView } from '../../../lib/control/views.ts';
import type { Endpoint } from '../../../lib/model/encapsulation.ts';
import type { DomainRecord } from '../../../lib/model/records.ts';
import { keyOf as recordKeyOf } from '../../../lib/model/records.ts';
import { ipv4FromNumber, macFromNumber } from '../../../protocols/base/addresses.ts';
import { FakeSwitch, keyOf } from '../../fakes/fake-switch.ts';

/** A core with network blue and ports vm1 to vm4, and what it said. */
class Scene {
  readonly core: Core;
  readonly effects: Effect[] = [];
  #revision = 0;

  constructor(translationBytesMax = 64_000) {
    this.core = new Core({ keyOf, translationBytesMax });
    const ports = [1, 2, 3, 4].map(
      (number): DomainRecord => ({
        ...{ kind: 'port', name: `vm${number}`, network: 'blue', ips: [] },
        mac: macFromNumber(0x020000000000 + number),
      }),
    );
    this.records({ kind: 'network', name: 'blue', vni: 5, vniAllocated: false }, ...ports);
  }

  take(...inputs: Input[]): void {
    const effects = this.core.step(inputs);
    this.effects.push(...effects);
    for (const effect of effects) {
      if (effect.type === 'publish') this.take({ type: 'published', revision: ++this.#revision });
    }
  }

  records(...records: DomainRecord[]): void {
    const changes = records.map((record) => ({ key: recordKeyOf(record), record }));
    this.take({ type: 'records', revision: ++this.#revision, changes });
  }

  remove(key: string): void {
    const changes = [{ key, record: undefined }];
    this.take({ type: 'records', revision: ++this.#revision, changes });
  }

  connect(nve: string, endpoints: readonly Endpoint[], ...changes: InterfaceChange[]): void {
    const facts = { bridge: 'br-int', endpoints, conditions: [] };
    this.take(
      { type: 'nve-connected', nve, facts },
      { type: 'interfaces', nve, complete: true, changes },
    );
  }

  /** Its OpenFlow session comes up, and the switch is empty. */
  bringUp(nve: string): void {
    this.take({ type: 'flows-ready', nve, version: 6 });
    const read = this.core.nve(nve)?.read ?? 0;
    this.take({ type: 'installed', nve, read, installed: new FakeSwitch().installed() });
  }

  /** Every switch has answered everything. */
  confirm(): void {
    const batch = this.core.moment;
    for (const { name } of this.core.nves()) this.take({ type: 'confirmed', nve: name, batch });
  }

  status(port: string) {
    const record = this.core.domain.port(port);
    if (record === undefined) throw new Error('not reached');
    return portView(this.core, record).status;
  }

  conditions(network = 'blue') {
    const record = this.core.domain.network(network);
    return record === undefined ? [] : networkView(this.core, record).status.conditions;
  }

  notices(code: string): string[] {
    return this.effects.flatMap((effect) =>
      effect.type === 'notice' && effect.code === code ? [effect.message] : [],
    );
  }
}

const geneve = (number: number): Endpoint[] => [
  { type: 'geneve', ip: ipv4FromNumber(0x0a000000 + number) },
];
const gre = (number: number): Endpoint[] => [
  { type: 'gre', ip: ipv4FromNumber(0x0a000000 + number) },
];
const vif = (name: string, ifaceId: string, ofport?: number): InterfaceChange => ({
  name,
  tenant: ofport === undefined ? { ifaceId } : { ifaceId, ofport },
});

describe('what is shown of a port', () => {
  it('says what it waits for, step by step, until it is active', () => {
    const scene = new Scene();
    expect(scene.status('vm1')).to.deep.equal({
      phase: 'waiting',
      reason: 'no interface of a connected NVE has external_ids:iface-id=vm1',
    });
    const broken = { name: 'v0', tenant: { ifaceId: 'vm1', error: 'no such device' } };
    scene.connect('hv1', geneve(1), broken);
    expect(scene.status('vm1').reason).to.equal(
      'interface v0 on hv1 does not work: no such device',
    );
    scene.connect('hv1', geneve(1), vif('v0', 'vm1'));
    expect(scene.status('vm1').reason).to.match(/hv1 has not numbered its interface yet/);
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7));
    expect(scene.status('vm1')).to.deep.equal({
      ...{ phase: 'active', nve: 'hv1', ofport: 7, interface: 'v0' },
    });
  });

  it('names both NVEs that claim it, keeps the first, and tells it once', () => {
    const scene = new Scene();
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7));
    scene.connect('hv2', geneve(2), vif('v0', 'vm1', 8));
    const { phase, reason, nve } = scene.status('vm1');
    expect([phase, nve]).to.deep.equal(['conflict', 'hv1']);
    expect(reason).to.match(/vm1 is attached to hv1, and hv2 names it too/);
    scene.connect('hv2', geneve(2), vif('v0', 'vm1', 8));
    expect(scene.notices('port-conflict')).to.have.length(1);
    scene.take({ type: 'interfaces', nve: 'hv1', complete: false, changes: [{ name: 'v0' }] });
    expect(scene.status('vm1')).to.include({ phase: 'active', nve: 'hv2', ofport: 8 });
    expect(scene.core.domain.attachment('vm1')?.sequence).to.equal(1);
  });

  it('names both interfaces of one NVE that claim it', () => {
    const scene = new Scene();
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7), vif('v1', 'vm1', 8));
    expect(scene.status('vm1').phase).to.equal('conflict');
    expect(scene.status('vm1').reason).to.equal('v0 and v1 on hv1 both name vm1: v0 is used');
  });
});

describe('what is shown of an NVE and of a network', () => {
  it('names an interface whose iface-id names no port, until it does', () => {
    const scene = new Scene();
    scene.connect('hv1', geneve(1), vif('v0', 'vm9', 7));
    const view = () => {
      const record = scene.core.domain.nve('hv1');
      return record === undefined ? undefined : nveView(scene.core, record, 'i1').status;
    };
    expect(
      view()
        ?.conditions.map(({ message }) => message)
        .join(),
    ).to.match(/interface v0 on hv1 names port vm9, which is not declared/);
    const mac = macFromNumber(0x020000000009);
    scene.records({ kind: 'port', name: 'vm9', network: 'blue', mac, ips: [] });
    expect(view()?.conditions).to.deep.equal([]);
    expect(scene.status('vm9').phase).to.equal('active');
  });

  it('names a pair that has no encapsulation in common, in both directions', () => {
    const scene = new Scene();
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7));
    scene.connect('hv2', gre(2), vif('v0', 'vm2', 7));
    expect(scene.conditions().map(({ code }) => code)).to.deep.equal([
      ...['no-common-encapsulation', 'no-common-encapsulation'],
    ]);
    expect(scene.conditions()[0]?.message).to.match(/^hv1 cannot send to hv2: they have none of/);
    scene.connect('hv2', [...gre(2), ...geneve(2)], vif('v0', 'vm2', 7));
    expect(scene.conditions()).to.deep.equal([]);
  });

  it('says so where two have an encapsulation in common and not its UDP port', () => {
    const scene = new Scene();
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7));
    const moved = geneve(2).map((endpoint) => ({ ...endpoint, port: 6082 }));
    scene.connect('hv2', moved, vif('v0', 'vm2', 7));
    expect(scene.conditions()[0]?.message).to.contain(
      '(geneve has UDP port 6081 on one and 6082 on the other: see external_ids:nva-encap-port)',
    );
  });

  it('names who a broadcast does not reach, by NVE, until that is over', () => {
    const scene = new Scene(100);
    for (const [index, nve] of ['hv1', 'hv2', 'hv3'].entries()) {
      scene.connect(nve, geneve(index + 1), vif('v0', `vm${index + 1}`, 7));
      scene.bringUp(nve);
      scene.confirm();
    }
    const [first] = scene.conditions();
    expect(first?.code).to.equal('replication-limit');
    expect(first?.message).to.match(/^broadcast from hv1 reaches 2 members and not hv3: /);
    const told = scene.notices('replication-limit').length;
    scene.take({ type: 'interfaces', nve: 'hv3', complete: true, changes: [] });
    scene.confirm();
    expect(scene.conditions()).to.deep.equal([]);
    scene.connect('hv3', geneve(3), vif('v0', 'vm3', 7));
    expect(scene.conditions()).to.have.length(3);
    expect(scene.notices('replication-limit')).to.have.length(told * 2);
  });
});

describe('an NVE that an operator deletes', () => {
  it('is taken up again in step, when only its database was away', () => {
    const scene = new Scene();
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7));
    scene.bringUp('hv1');
    scene.take({ type: 'nve-lost', nve: 'hv1', reason: 'test' });
    scene.remove('nve/hv1');
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7));
    expect(scene.core.nve('hv1')).to.include({ version: 6, inStep: true });
  });

  it('leaves nothing of its interfaces when it is away altogether', () => {
    const scene = new Scene();
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7));
    scene.take({ type: 'nve-lost', nve: 'hv1', reason: 'test' });
    scene.remove('nve/hv1');
    expect(scene.core.nve('hv1')).to.equal(undefined);
    expect(scene.core.interfaces.naming('vm1')).to.deep.equal([]);
  });
});

describe('a switch that refuses', () => {
  it('is told of ten times at most and read again once, however often it does', () => {
    const scene = new Scene();
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7));
    scene.bringUp('hv1');
    const refused = { type: 'refused', nve: 'hv1', message: 'no' } as const;
    scene.take(...Array.from({ length: 10_000 }, () => refused));
    expect(scene.notices('refused')).to.have.length(10);
    expect(scene.effects.filter(({ type }) => type === 'retry')).to.have.length(1);
    expect(scene.core.nve('hv1')?.pending(scene.core.moment)).to.equal('it refused: no');
  });

  it('has the record that caused the refused flow named', () => {
    const scene = new Scene();
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7));
    scene.bringUp('hv1');
    const fragment = [...scene.core.desired('hv1')].find(({ cause }) => cause === 'port/vm1');
    const cookie = fragment?.flows[0]?.cookie ?? 0n;
    scene.take({ type: 'refused', nve: 'hv1', message: 'OFPBAC_BAD_OUT_PORT', cookie });
    expect(scene.notices('refused')[0]).to.match(/OFPBAC_BAD_OUT_PORT \(because of port\/vm1\)/);
  });
});

describe('a switch that is not served any more', () => {
  it('is told of once, with the reason', () => {
    const scene = new Scene();
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7));
    scene.bringUp('hv1');
    const lost = { type: 'flows-lost', nve: 'hv1', reason: 'the peer closed' } as const;
    scene.take(lost, lost);
    expect(scene.notices('switch-lost')).to.have.length(1);
    expect(scene.notices('switch-lost')[0]).to.match(/^the switch of hv1 .*: the peer closed$/);
  });
});

describe('a switch whose list arrives in one turn with other news', () => {
  it('gets one batch for both, so that its barrier confirms both', () => {
    const scene = new Scene();
    scene.connect('hv1', geneve(1), vif('v0', 'vm1', 7));
    scene.take({ type: 'flows-ready', nve: 'hv1', version: 6 });
    const read = scene.core.nve('hv1')?.read ?? 0;
    const changes = [vif('v1', 'vm2', 8)];
    scene.effects.length = 0;
    scene.take(
      { type: 'installed', nve: 'hv1', read, installed: new FakeSwitch().installed() },
      { type: 'interfaces', nve: 'hv1', complete: false, changes },
    );
    expect(scene.effects.filter(({ type }) => type === 'send')).to.have.length(1);
    expect(scene.core.nve('hv1')?.underWay).to.have.length(1);
  });
});
