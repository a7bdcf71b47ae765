import { createServer } from 'node:net';
import { expect } from 'chai';
import { parseEndpoint } from '../../../lib/runtime/endpoint.ts';
import { type DummyEdge, DummyEdges } from '../../../scripts/lab/dummy-edges.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { SouthboundInstance } from './instance.ts';

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
    edges = await DummyEdges.open({ prefix: 'nvaco', edges: 2 });
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
