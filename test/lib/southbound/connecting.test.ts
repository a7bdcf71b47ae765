import { createServer } from 'node:net';
import { expect } from 'chai';
import { parseEndpoint } from '../../../lib/runtime/endpoint.ts';
import { type DummyEdge, DummyEdges } from '../../../scripts/lab/dummy-edges.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { SouthboundInstance } from './instance.ts';
import { Relay } from './relay.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

describe('databases that the instance connects to', function () {
  this.timeout(60_000);
  let edges: DummyEdges;
  let instance: SouthboundInstance;

  before(async () => {
    edges = await DummyEdges.open({ prefix: 'nvaco', edges: 3 });
    instance = await SouthboundInstance.start();
  });

  after(async () => {
    await instance?.close();
    await edges?.close();
  });

  const open = async (text: string): Promise<void> => {
    const endpoint = parseEndpoint(text, 0);
    if (!endpoint.ok) throw new Error(endpoint.error);
    await instance.southbound.openDatabases(endpoint.value);
  };
  const restartsOvsdb = async (edge: DummyEdge, name: string): Promise<void> => {
    const { core } = instance.engine;
    await edge.kill('ovsdb');
    await until('it is gone', () => core.nve(name)?.connected === false, { deadlineMs: 10_000 });
    await edge.startOvsdb();
  };

  it('are joined by unix:PATH, and again when their server comes back', async () => {
    const edge = edges.edge(1);
    await open(`unix:${edge.databaseSocket}`);
    await instance.inStep('e1');
    await restartsOvsdb(edge, 'e1');
    await instance.inStep('e1');
    expect((await instance.flows('e1'))?.missing).to.deep.equal([]);
  });

  it('that come twice are served by the first connection while it answers, and by the second then', async () => {
    const edge = edges.edge(3);
    const other = await SouthboundInstance.start({ probeIntervalMs: 60_000 });
    const relay = await Relay.to(other.ovsdbPort, 'ovsdb');
    try {
      const first = `tcp:127.0.0.1:${relay.port}`;
      await edge.joinManager(first);
      await until('e3 is served', () => other.serves('e3'), { deadlineMs: 10_000 });
      const before = other.heard.length;
      await edge.joinManager(first, `tcp:127.0.0.1:${other.ovsdbPort}`);
      const refused = () => other.lines.filter((line) => line.includes('leave one of the targets'));
      await until('two refusals', () => refused().length > 1, { deadlineMs: 10_000 });
      expect(other.heard.slice(before)).to.deep.equal([]);
      relay.freeze();
      await until('the second', () => other.heard.length > before, { deadlineMs: 10_000 });
      await until('e3 is served again', () => other.serves('e3'), { deadlineMs: 5_000 });
    } finally {
      relay.cut();
      await other.close();
    }
  });

  it('are joined by tcp:IP:PORT, also when their server starts later', async () => {
    const port = await freePort();
    const edge = edges.edge(2);
    await open(`tcp:127.0.0.1:${port}`);
    await until(
      'it was tried',
      () => instance.lines.some((line) => line.includes('trying again')),
      {
        deadlineMs: 10_000,
      },
    );
    expect(instance.engine.core.nve('e2')).to.equal(undefined);
    await edge.ovsdbAppctl('ovsdb-server/add-remote', `ptcp:${port}:127.0.0.1`);
    await instance.inStep('e2');
  });
});
