import { expect } from 'chai';
import type { DomainRecord } from '../../../lib/model/records.ts';
import type { PeerTargets } from '../../../lib/reconcile/bridge-plan.ts';
import { openMemoryStore } from '../../../lib/store/memory-store.ts';
import { run } from '../../../scripts/lab/command.ts';
import { type DummyEdge, DummyEdges } from '../../../scripts/lab/dummy-edges.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { SouthboundInstance } from './instance.ts';
import { Relay } from './relay.ts';

const DOMAIN: DomainRecord[] = [
  { kind: 'network', name: 'blue', vni: 5, vniAllocated: false },
  ...[1, 2, 3, 4, 5].map(
    (number): DomainRecord => ({
      ...{ kind: 'port', name: `vm${number}`, network: 'blue', ips: [] },
      mac: `02:01:00:00:00:0${number}` as never,
    }),
  ),
];

/** A port on an NVE far away: flows on each other member of its network. */
const FAR: DomainRecord[] = [
  {
    kind: 'nve',
    name: 'far',
    index: 900,
    endpoints: [{ type: 'geneve', ip: '10.99.0.1' as never }],
  },
  { kind: 'index', index: 900, nve: 'far' },
  { kind: 'attachment', port: 'vm5', nve: 'far', sequence: 0 },
];

interface Member {
  readonly instance: SouthboundInstance;
  readonly database: Relay;
  readonly openflow: Relay;
}

describe('several instances and one real switch', function () {
  this.timeout(60_000);
  const store = openMemoryStore();
  const members = new Map<string, Member>();
  let edges: DummyEdges;
  let edge: DummyEdge;

  async function join(name: string): Promise<void> {
    const instance = await SouthboundInstance.start({ name, store, probeIntervalMs: 5000 });
    const database = await Relay.to(instance.ovsdbPort, 'ovsdb');
    const openflow = await Relay.to(instance.openFlowPort, 'openflow');
    instance.target = `tcp:127.0.0.1:${openflow.port}`;
    members.set(name, { instance, database, openflow });
  }

  function member(name: string): Member {
    const found = members.get(name);
    if (found === undefined) throw new Error(`no instance ${name}`);
    return found;
  }

  /** As the engine would do from the instances' announcements. */
  function tellPeers(changed: Partial<PeerTargets> = {}): void {
    const all = [...members.values()].map(({ instance }) => ({
      ...{ instance: instance.name, target: instance.target ?? '' },
    }));
    for (const { instance } of members.values()) {
      const targets = all.filter((target) => target.instance !== instance.name);
      const peers = { targets, members: new Set(members.keys()), settled: true, ...changed };
      instance.southbound.takePeers(() => peers);
    }
  }

  const becomes = (what: string, isSo: () => boolean | Promise<boolean>): Promise<unknown> =>
    until(what, isSo, { deadlineMs: 10_000, everyMs: 5 });
  const serves = (name: string) =>
    becomes(`${name} serves it`, () => member(name).instance.serves('e1'));
  const lock = (name: string, action: 'release' | 'steal') =>
    member(name).instance.southbound.carryOut({ type: 'lock', nve: 'e1', action });
  const slaveIsReady = (name: string) =>
    becomes(`${name} is connected`, async () => {
      const { southbound } = member(name).instance;
      return (await southbound.dump('e1')) !== undefined;
    });
  const mods = () => [...members.values()].map(({ openflow }) => openflow.mods);

  /** It has the port's flows, as this instance has planned them. */
  async function has(name: string, port: string): Promise<void> {
    const { instance } = member(name);
    await becomes(`${port} is attached`, () => {
      const { core } = instance.engine;
      return (
        core.domain.attachment(port) !== undefined && core.nve('e1')?.linker.waiting().length === 0
      );
    });
    await instance.inStep('e1');
  }

  async function controllers(): Promise<{ instance: string; target: string; role: string }[]> {
    const columns = ['--format=json', '--columns=external_ids,target,role'];
    const table = JSON.parse(await edge.vsctl('--no-wait', ...columns, 'list', 'Controller')) as {
      data: [[string, [string, string][]], string, string][];
    };
    return table.data
      .map(([[, ids], target, role]) => ({
        ...{ instance: new Map(ids).get('nva-instance') ?? '', target, role },
      }))
      .sort((left, right) => left.instance.localeCompare(right.instance));
  }

  before(async () => {
    for (const name of ['a', 'b', 'c']) await join(name);
    await member('a').instance.put(DOMAIN);
    edges = await DummyEdges.open({ prefix: 'nvasi', edges: 1 });
    edge = edges.edge(1);
    const targets = [...members.values()].map(({ database }) => `tcp:127.0.0.1:${database.port}`);
    for (let count = 1; count <= 3; count++) {
      await edge.joinManager(...targets.slice(0, count));
      await becomes('its database is known', () => {
        const instance = [...members.values()][count - 1]?.instance;
        return instance?.last('e1', 'owner', 'no-owner') !== undefined;
      });
    }
    await serves('a');
  });

  after(async () => {
    for (const { instance, database, openflow } of members.values()) {
      database.cut();
      openflow.cut();
      await instance.close();
    }
    await edges?.close();
    await store.close();
  });

  it('has everybody’s target on the bridge, one master and slaves, whom only the master’s role lets write', async () => {
    expect(member('b').instance.southbound.controllersOf('e1')).to.deep.equal([
      member('b').instance.target,
    ]);
    tellPeers();
    for (const name of ['b', 'c']) await slaveIsReady(name);
    await edge.addInterfaces([{ name: 'v1', ifaceId: 'vm1' }]);
    await has('a', 'vm1');
    const installed = await member('a').instance.flows('e1');
    expect(installed?.missing).to.deep.equal([]);
    expect(installed?.installed.length).to.be.greaterThan(5);
    // Through the slave's own session.
    const seen = await member('c').instance.flows('e1');
    expect(seen?.installed.length).to.equal(installed?.installed.length);
    expect(mods().slice(1)).to.deep.equal([0, 0]);
    // Open vSwitch writes the roles into its database every 5 s.
    await becomes('the roles are shown', async () =>
      (await controllers()).every(({ role }) => role === 'master' || role === 'slave'),
    );
    expect((await controllers()).map(({ instance, role }) => [instance, role])).to.deep.equal([
      ['a', 'master'],
      ['b', 'slave'],
      ['c', 'slave'],
    ]);
  });

  it('goes from one to the next when it is given away: no flow is touched, and the old one writes nothing more', async () => {
    const before = mods();
    lock('a', 'release');
    const { instance } = member('a');
    const roleAndLock = [
      instance.last('e1', 'flows-ready', 'flows-lost')?.what,
      instance.last('e1', 'owner', 'no-owner')?.what,
    ];
    expect(roleAndLock, 'at once').to.deep.equal(['flows-lost', 'no-owner']);
    await serves('b');
    await member('b').instance.inStep('e1');
    expect(mods()).to.deep.equal(before);
    await edge.addInterfaces([{ name: 'v2', ifaceId: 'vm2' }]);
    await has('b', 'vm2');
    expect(member('b').openflow.mods).to.be.greaterThan(0);
    expect((await member('b').instance.flows('e1'))?.missing).to.deep.equal([]);
    expect(mods()[0]).to.equal(before[0]);
    expect(member('b').openflow.slaveErrors).to.equal(0);
  });

  it('is taken by force, and its former owner waits behind the others', async () => {
    lock('c', 'steal');
    await serves('c');
    await becomes('b has stopped', () => !member('b').instance.serves('e1'));
    await member('c').instance.inStep('e1');
    lock('c', 'release');
    await serves('a');
    expect(member('b').instance.serves('e1')).to.equal(false);
  });

  it('takes nothing from an owner that was frozen and woke up: neither flows nor changes of its database', async () => {
    const { instance, database, openflow } = member('a');
    database.freeze();
    openflow.freeze();
    lock('b', 'steal');
    await serves('b');
    await member('b').instance.inStep('e1');
    const before = { mods: openflow.mods, errors: openflow.slaveErrors };
    database.heard = '';
    const stray = { instance: 'z', target: 'tcp:127.0.0.1:9' };
    instance.southbound.takePeers(() => ({
      ...{ targets: [stray], members: new Set<string>(), settled: true },
    }));
    await member('b').instance.put(FAR);
    await becomes('it writes all the same', () => openflow.mods > before.mods);
    await member('b').instance.inStep('e1');
    await becomes(
      'each is refused',
      () => openflow.slaveErrors - before.errors === openflow.mods - before.mods,
    );
    await becomes('its transaction, too', () => database.heard.includes('not owner'));
    tellPeers();
    database.thaw();
    openflow.thaw();
    await becomes('it knows', () => instance.last('e1', 'owner', 'no-owner')?.what === 'no-owner');
    const after = openflow.mods;
    await edge.addInterfaces([{ name: 'v3', ifaceId: 'vm3' }]);
    await has('b', 'vm3');
    expect(openflow.mods).to.equal(after);
    expect((await controllers()).map((row) => row.instance)).to.deep.equal(['a', 'b', 'c']);
    expect((await member('b').instance.flows('e1'))?.missing).to.deep.equal([]);
  });

  it('makes no master of one that lost the lock before it heard that its generation was written', async () => {
    const { instance, database } = member('a');
    // Behind b waits c, and then a.
    lock('b', 'release');
    await serves('c');
    database.heard = '';
    database.freezeAfter('"locked"');
    lock('c', 'release');
    await becomes(
      'it has the lock',
      () => instance.last('e1', 'owner', 'no-owner')?.what === 'owner',
    );
    await becomes('its generation is written', () => database.heard.includes('[{},{},'));
    lock('b', 'steal');
    await serves('b');
    await member('b').instance.inStep('e1');
    const heardBefore = instance.heard.length;
    const heardByOwner = member('b').instance.heard.length;
    database.thaw();
    await becomes('it knows', () => instance.last('e1', 'owner', 'no-owner')?.what === 'no-owner');
    await slaveIsReady('a');
    expect(instance.heard.slice(heardBefore).map(({ what }) => what)).to.deep.equal(['no-owner']);
    expect(member('b').instance.heard.slice(heardByOwner)).to.deep.equal([]);
  });

  it('is slave or master again, as the lock says, after its OpenFlow session was lost', async () => {
    const before = mods();
    await edge.vsctl('--no-wait', 'set', 'Bridge', 'br-int', 'protocols=OpenFlow13');
    await becomes('b has lost it', () => !member('b').instance.serves('e1'));
    await serves('b');
    for (const name of ['a', 'c']) await slaveIsReady(name);
    expect(mods()).to.deep.equal(before);
    lock('b', 'release');
    await serves('c');
    lock('c', 'release');
    await serves('a');
    expect([...members.values()].map(({ instance }) => instance.serves('e1'))).to.deep.equal([
      ...[true, false, false],
    ]);
  });

  it('is served by the next one within 200 ms of an owner’s death, and keeps the dead one’s target', async () => {
    const { database, openflow, instance } = member('a');
    await instance.inStep('e1');
    const killed = performance.now();
    database.cut();
    openflow.cut();
    await serves('b');
    const ready = member('b').instance.last('e1', 'flows-ready')?.atMs ?? Number.NaN;
    const elapsed = ready - killed;
    process.stdout.write(`      death of the owner to flows-ready: ${elapsed.toFixed(1)} ms\n`);
    expect(elapsed).to.be.lessThan(200);
    await member('b').instance.inStep('e1');
    const names = new Set(members.keys());
    tellPeers({ targets: [], members: names });
    await member('b').instance.inStep('e1');
    expect((await controllers()).map((row) => row.instance)).to.deep.equal(['a', 'b', 'c']);
  });

  it('loses the targets of an instance that is no member any more, and no other', async () => {
    const rest = new Set(['b', 'c']);
    tellPeers({ targets: [], members: rest, settled: false });
    tellPeers({ targets: [], members: new Set(['a', 'b', 'c']) });
    expect((await controllers()).map((row) => row.instance)).to.deep.equal(['a', 'b', 'c']);
    tellPeers({ targets: [], members: rest });
    await becomes('it is gone', async () => (await controllers()).length === 2);
    expect((await controllers()).map((row) => row.instance)).to.deep.equal(['b', 'c']);
  });

  it('says in the log of its database who wrote what, with which generation', async () => {
    const log = await run(['ovsdb-tool', '-mm', 'show-log', `${edge.folder}/conf.db`]);
    expect(log).to.match(/"nva: a: integration bridge"/);
    for (const name of ['a', 'b', 'c']) {
      expect(log).to.match(new RegExp(`"nva: ${name}: master role, generation \\d{13}"`));
    }
    expect(log).to.match(/"nva: b: integration bridge, generation \d{13}"/);
    const generations = [...log.matchAll(/master role, generation (\d+)/g)].map(([, text]) =>
      Number(text),
    );
    expect(generations).to.deep.equal([...generations].sort((left, right) => left - right));
  });
});
