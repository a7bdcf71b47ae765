/**
 * A hypervisor whose OpenFlow connection comes from another address than its database's: it has two networks.
 */
import { type DummyEdge, DummyEdges } from '../../../scripts/lab/dummy-edges.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { SouthboundInstance } from './instance.ts';
import { Relay } from './relay.ts';

describe('an NVE with two addresses', function () {
  this.timeout(60_000);
  let edges: DummyEdges;
  let edge: DummyEdge;
  let instance: SouthboundInstance;
  let relay: Relay;

  before(async () => {
    [edges, instance] = await Promise.all([
      DummyEdges.open({ prefix: 'nvatwo', edges: 1 }),
      SouthboundInstance.start(),
    ]);
    edge = edges.edge(1);
    relay = await Relay.to(instance.openFlowPort, 'openflow', '127.0.0.2');
    instance.target = `tcp:127.0.0.1:${relay.port}`;
    await edge.joinManager(`tcp:127.0.0.1:${instance.ovsdbPort}`);
    await edge.vsctl('set', 'Manager', '.', 'max_backoff=1000');
    await instance.inStep('e1');
  });

  after(async () => {
    relay?.cut();
    await instance?.close();
    await edges?.close();
  });

  it('is not taken for two when its database restarts', async () => {
    await edge.stop('ovsdb');
    const { core } = instance.engine;
    const soon = { deadlineMs: 10_000, everyMs: 10 };
    await until('it is away', () => core.nve('e1')?.connected === false, soon);
    await edge.startOvsdb();
    await until('it is back', () => core.nve('e1')?.connected === true, soon);
    await instance.inStep('e1');
  });
});
