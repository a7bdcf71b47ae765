/**
 * What is taken back is what was meant: not what another hypervisor has, and not what was given back meanwhile. Real
 * ovsdb-servers and switches.
 */
import { expect } from 'chai';
import { recordToJson } from '../../../lib/model/record-parse.ts';
import { type DomainRecord, keyOf } from '../../../lib/model/records.ts';
import type { Write } from '../../../lib/store/contract.ts';
import { openMemoryStore } from '../../../lib/store/memory-store.ts';
import { type DummyEdge, DummyEdges } from '../../../scripts/lab/dummy-edges.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { SouthboundInstance } from './instance.ts';
import { Relay } from './relay.ts';

const NETWORK: DomainRecord[] = [
  { kind: 'network', name: 'blue', vni: 5, vniAllocated: false },
  {
    ...{ kind: 'port', name: 'vm1', network: 'blue', mac: '02:01:00:00:00:01' as never, ips: [] },
  },
];
const SOON = { deadlineMs: 15_000, everyMs: 10 };

describe('what is taken back', function () {
  this.timeout(60_000);
  let edges: DummyEdges;
  let instance: SouthboundInstance;
  const store = openMemoryStore();

  before(async () => {
    [edges, instance] = await Promise.all([
      DummyEdges.open({ prefix: 'nvatb', edges: 4 }),
      SouthboundInstance.start({ store }),
    ]);
    await instance.put(NETWORK);
    const first = edges.edge(1);
    await bridge(first, 'br-int', 'other_config:datapath-id=00000000000000aa');
    await join(first);
    await first.addInterfaces([{ name: 'vm1', ifaceId: 'vm1' }]);
    await instance.inStep('e1');
    await until('e1 has vm1', () => instance.engine.core.domain.attachment('vm1'), SOON);
    await instance.inStep('e1');
  });

  after(async () => {
    await instance?.close();
    await store.close();
    await edges?.close();
  });

  const bridge = (edge: DummyEdge, name: string, ...words: string[]): Promise<string> =>
    edge.vsctl(...['add-br', name, '--', 'set', 'bridge', name, 'datapath_type=dummy'], ...words);

  const join = (edge: DummyEdge): Promise<void> =>
    edge.joinManager(`tcp:127.0.0.1:${instance.ovsdbPort}`);

  async function letGo(nve: string): Promise<void> {
    const { domain } = instance.engine.core;
    const departure: DomainRecord = { kind: 'departure', nve };
    const record = domain.nve(nve);
    const writes: Write[] = [
      { op: 'put', key: keyOf(departure), value: recordToJson(departure) },
      ...(record === undefined
        ? []
        : ([`nve/${nve}`, `index/${record.index}`] as const).map(
            (key): Write => ({
              ...{ op: 'delete', key },
            }),
          )),
    ];
    await instance.engine.caughtUp(await store.apply({ writes }));
  }

  async function expectWhole(nve: string): Promise<void> {
    const report = await instance.flows(nve);
    expect(report?.missing).to.deep.equal([]);
    expect(report?.installed.length).to.be.greaterThan(5);
  }

  it('is not what the NVE has whose datapath id a refused copy names', async () => {
    const copy = edges.edge(2);
    const marks = ['external_ids:nva-domain=test', 'external_ids:nva-created=true'];
    await bridge(copy, 'br-int', 'other_config:datapath-id=00000000000000aa', ...marks);
    await join(copy);
    const { core } = instance.engine;
    await until('it is refused', () => core.nve('e2')?.refusal !== undefined, SOON);
    await letGo('e2');
    await until('it has left', () => core.domain.departure('e2')?.left === true, SOON);
    await expectWhole('e1');
    expect(await copy.vsctl('get', 'bridge', 'br-int', 'external_ids')).to.not.include('nva-');
  });

  it('leaves the switch of an NVE alone whose copy comes from another address', async () => {
    const copy = edges.edge(4);
    const { ovsdbPort, openFlowPort } = instance;
    const [database, openflow] = await Promise.all([
      Relay.to(ovsdbPort, 'ovsdb', '127.0.0.4'),
      Relay.to(openFlowPort, 'openflow', '127.0.0.4'),
    ]);
    try {
      await bridge(copy, 'br-int', 'other_config:datapath-id=00000000000000aa');
      await copy.vsctl('set-controller', 'br-int', `tcp:127.0.0.1:${openflow.port}`);
      const lost = (): number =>
        instance.heard.filter(({ nve, what }) => nve === 'e1' && what === 'flows-lost').length;
      const before = lost();
      await copy.joinManager(`tcp:127.0.0.1:${database.port}`);
      const { core } = instance.engine;
      await until('it is refused', () => core.nve('e4')?.refusal !== undefined, SOON);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect(lost()).to.equal(before);
      await expectWhole('e1');
    } finally {
      database.cut();
      openflow.cut();
    }
  });

  it('is not what was served again meanwhile', async () => {
    const { southbound } = instance;
    for (const stand of ['take-back', 'serve'] as const) {
      southbound.carryOut({ type: 'bridge', nve: 'e1', stand });
    }
    southbound.carryOut({ type: 'read-installed', nve: 'e1', read: 0 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await expectWhole('e1');
  });

  it('is everything each time that a bridge of others is given back', async () => {
    const edge = edges.edge(3);
    for (const name of ['br-a', 'br-b']) {
      await bridge(edge, name, '--', 'set-controller', name, 'tcp:127.0.0.1:9');
    }
    const use = async (name: string, other: string): Promise<void> => {
      await edge.vsctl('set', 'Open_vSwitch', '.', `external_ids:nva-bridge=${name}`);
      const isSo = async (): Promise<boolean> => {
        const keys = await edge.vsctl('get', 'bridge', other, 'external_ids');
        return !keys.includes('nva-') && (await ourFlows(edge, name)) > 0;
      };
      await until(`${name} is used and ${other} is not`, isSo, SOON);
    };
    await edge.vsctl('set', 'Open_vSwitch', '.', 'external_ids:nva-bridge=br-a');
    await join(edge);
    await use('br-a', 'br-b');
    for (const [name, other] of [
      ['br-b', 'br-a'],
      ['br-a', 'br-b'],
      ['br-b', 'br-a'],
    ] as const) {
      await use(name, other);
      expect(await ourFlows(edge, other), `flows left on ${other}`).to.equal(0);
    }
  });
});

async function ourFlows(edge: DummyEdge, bridge: string): Promise<number> {
  const text = await edge.ofctlOn(bridge, 'dump-flows');
  return text.split('\n').filter((line) => line.includes('cookie=0x4e5')).length;
}
