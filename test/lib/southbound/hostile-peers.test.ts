import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import type { DomainRecord } from '../../../lib/model/records.ts';
import { macFromNumber } from '../../../protocols/base/addresses.ts';
import { DummyEdges } from '../../../scripts/lab/dummy-edges.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { type AttackKind, attack } from './hostile-peer.ts';
import { SouthboundInstance } from './instance.ts';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MIB = 1 << 20;

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

let ports = 0;
/** So many new ports on an NVE far away: so many new flows on each other member of the network. */
function newPorts(count: number): DomainRecord[] {
  return Array.from({ length: count }, () => {
    const name = `far${++ports}`;
    const mac = macFromNumber(0x020000000000 + ports);
    return [
      { kind: 'port', name, network: 'blue', mac, ips: [] } as const,
      { kind: 'attachment', port: name, nve: 'far', sequence: 0 } as const,
    ];
  }).flat();
}

const DOMAIN: DomainRecord[] = [
  { kind: 'network', name: 'blue', vni: 5, vniAllocated: false },
  { kind: 'port', name: 'vm1', network: 'blue', mac: '02:01:00:00:00:01' as never, ips: [] },
  { kind: 'port', name: 'vm2', network: 'blue', mac: '02:01:00:00:00:02' as never, ips: [] },
  {
    kind: 'nve',
    name: 'far',
    index: 900,
    endpoints: [{ type: 'geneve', ip: '10.99.0.1' as never }],
  },
  { kind: 'index', index: 900, nve: 'far' },
];

describe('the southbound, with two real switches', function () {
  this.timeout(60_000);
  let edges: DummyEdges;
  let instance: SouthboundInstance;

  before(async () => {
    instance = await SouthboundInstance.start();
    await instance.put([...DOMAIN, ...newPorts(1)]);
    edges = await DummyEdges.open({ prefix: 'nvasb', edges: 2 });
    await edges.each(async (edge) => {
      await edge.joinManager(`tcp:127.0.0.1:${instance.ovsdbPort}`);
      await edge.waitForBridge('br-int');
      await edge.addInterfaces([{ name: 'v0', ifaceId: `vm${edge.index}` }]);
      await instance.inStep(edge.name);
    });
    await until('both ports are numbered', () => numbered('e1') && numbered('e2'), {
      deadlineMs: 5000,
    });
    process.env.TAKEN_DATAPATH = instance.engine.core.nve('e1')?.facts?.datapathId ?? '';
  });

  after(async () => {
    await edges?.close();
    await instance?.close();
  });

  const numbered = (nve: string): boolean => {
    const [served] = instance.engine.core.compiler.served(nve);
    return served === 'blue' && instance.engine.core.nve(nve)?.linker.waiting().length === 0;
  };

  async function expectConverged(nve: string): Promise<void> {
    const report = await instance.flows(nve);
    expect(report?.missing, `${nve} lacks`).to.deep.equal([]);
    expect(report?.surplus, `${nve} has too much`).to.deep.equal([]);
    expect(report?.groups).to.deep.equal([]);
  }

  describe('under attack', () => {
    const ON_OPENFLOW: AttackKind[] = [
      ...(['garbage', 'half-openflow', 'large-openflow', 'silence', 'resets'] as const),
      ...(['echo-flood', 'echo-unread', 'error-flood'] as const),
      ...(['unknown-datapath', 'taken-datapath', 'auxiliary'] as const),
    ];
    const ON_OVSDB: AttackKind[] = [
      ...(['garbage', 'half-json', 'large-json', 'silence', 'resets', 'json-echo-flood'] as const),
      ...(['bad-schema', 'bad-monitor', 'nameless', 'namesake', 'update-flood'] as const),
      'refuse-changes',
    ];
    const all = [
      ...ON_OPENFLOW.map((kind) => ({ kind, where: 'OpenFlow' as const })),
      ...ON_OVSDB.map((kind) => ({ kind, where: 'OVSDB' as const })),
    ];
    const WORDS: Partial<Record<AttackKind, RegExp>> = {
      'taken-datapath': /has the datapath id .* of the switch at 127\.0\.0\.1:\d+, which keeps it/,
      namesake: /its system-id e1 is that of the NVE at 127\.0\.0\.1:\d+, which keeps it/,
      nameless: /has no external_ids:system-id/,
      auxiliary: /auxiliary connections are not used/,
      'echo-unread': /connected again|does not read/,
      'bad-schema': /is gone/,
      'bad-monitor': /is gone/,
      'refuse-changes': /a change of its database was refused/,
    };
    for (const { kind, where } of all) {
      it(`goes on serving within half a second, in bounded memory and with few words: ${kind} on the ${where} port`, async () => {
        const port = where === 'OpenFlow' ? instance.openFlowPort : instance.ovsdbPort;
        collectGarbage();
        const before = memory();
        let most = 0;
        let worst = 0;
        let isOver = false;
        instance.lines.length = 0;
        const over = attack(kind, port, 500).finally(() => {
          isOver = true;
        });
        while (!isOver) {
          worst = Math.max(worst, await instance.confirms('e1', newPorts(1)));
          most = Math.max(most, memory() - before);
          await sleep(50);
        }
        await over;
        const { core } = instance.engine;
        expect(worst, 'worst confirmation, ms').to.be.lessThan(500);
        expect(most, 'growth while under attack').to.be.lessThan(200 * MIB);
        expect(instance.lines.length, 'lines').to.be.lessThan(25);
        const words = WORDS[kind];
        if (words !== undefined) expect(instance.lines.join('\n')).to.match(words);
        expect(core.nve('e1')?.connected).to.equal(true);
        expect(core.nve('e1')?.version).to.not.equal(undefined);
      });
    }

    it('has kept nothing of all that', async () => {
      await sleep(1000);
      collectGarbage();
      const after = memory();
      await attack('silence', instance.openFlowPort, 300);
      await attack('resets', instance.ovsdbPort, 500);
      await sleep(1000);
      collectGarbage();
      expect(memory() - after).to.be.lessThan(10 * MIB);
      await expectConverged('e1');
      await expectConverged('e2');
    });
  });

  describe('when a peer goes quiet or away', () => {
    it('lets a switch that has stopped reading cost bounded memory and nobody’s time, and mends it afterwards', async () => {
      collectGarbage();
      const before = memory();
      edges.edge(2).pause('vs');
      let worst = 0;
      let most = 0;
      const started = performance.now();
      for (let batch = 0; batch < 40; batch++) {
        await instance.put(newPorts(500));
        worst = Math.max(worst, await instance.confirms('e1', newPorts(1)));
        most = Math.max(most, memory() - before);
      }
      expect(worst, 'worst confirmation of the other switch, ms').to.be.lessThan(1000);
      expect(most, 'growth').to.be.lessThan(200 * MIB);
      // Two probe intervals and the last words: then it is given up, unread bytes or not.
      const isAway = () => instance.engine.core.nve('e2')?.version === undefined;
      await until('e2 is given up', isAway, {
        deadlineMs: 4000 + started - performance.now() + 20_000,
      });
      edges.edge(2).resume('vs');
      await until('e2 is back', () => !isAway(), { deadlineMs: 10_000 });
      await instance.inStep('e2', 20_000);
      await expectConverged('e2');
      await expectConverged('e1');
    });

    it('sends a switch what changed while the database of its NVE was away', async () => {
      await edges.edge(1).vsctl('--no-wait', 'del-manager');
      const isAway = () => instance.engine.core.nve('e1')?.connected === false;
      await until('the database of e1 is away', isAway, { deadlineMs: 5000 });
      expect(await instance.confirmsBySwitch('e1', newPorts(1))).to.be.lessThan(500);
      await edges.edge(1).joinManager(`tcp:127.0.0.1:${instance.ovsdbPort}`);
      await instance.inStep('e1', 15_000);
      await expectConverged('e1');
    });

    it('reads a switch again whose ovsdb-server was away, during which it answers nobody', async () => {
      await edges.edge(1).stop('ovsdb');
      const isGivenUp = () => instance.engine.core.nve('e1')?.version === undefined;
      await until('e1 is given up', isGivenUp, { deadlineMs: 8000 });
      await instance.put(newPorts(10));
      await edges.edge(1).startOvsdb();
      await instance.inStep('e1', 20_000);
      await expectConverged('e1');
    });

    it('makes a bridge that was deleted by hand again, with its tunnels and flows', async () => {
      // The row tells, not the datapath id: a switch that sees both changes at once takes the new bridge for the old one.
      const row = () => edges.edge(2).vsctl('--if-exists', 'get', 'Bridge', 'br-int', '_uuid');
      const before = await row();
      await edges.edge(2).vsctl('--no-wait', 'del-br', 'br-int');
      await until(
        'another bridge is there',
        async () => {
          const now = await row();
          return now.trim() !== '' && now !== before;
        },
        { deadlineMs: 10_000 },
      );
      await edges.edge(2).addInterfaces([{ name: 'v0', ifaceId: 'vm2' }]);
      await until('its port is numbered', () => numbered('e2'), { deadlineMs: 10_000 });
      await instance.inStep('e2');
      const tunnels = await edges.edge(2).vsctl('list-ports', 'br-int');
      expect(tunnels.trim().split('\n')).to.have.members([
        'nva-geneve',
        'nva-gre',
        'nva-vxlan',
        'v0',
      ]);
      await expectConverged('e2');
    });

    it('follows an NVE to another bridge, with its tunnels, and says no refusal', async () => {
      const edge = edges.edge(2);
      const bridge = ['other_config:datapath-id=00000000000000ee', 'datapath_type=dummy'];
      await edge.vsctl('add-br', 'br-two', '--', 'set', 'bridge', 'br-two', ...bridge);
      instance.lines.length = 0;
      await edge.vsctl('set', 'Open_vSwitch', '.', 'external_ids:nva-bridge=br-two');
      const tunnels = async () => (await edge.vsctl('list-ports', 'br-two')).trim().split('\n');
      await until('the tunnels went along', async () => (await tunnels()).length === 3, {
        deadlineMs: 8000,
      });
      await until('all work', () => instance.engine.core.domain.nve('e2')?.endpoints.length === 3, {
        deadlineMs: 5000,
      });
      await instance.inStep('e2');
      await expectConverged('e2');
      expect(instance.lines.join('\n')).to.not.match(/refused/);
    });
  });
});
