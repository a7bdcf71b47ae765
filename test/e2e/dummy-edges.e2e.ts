import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { DummyEdges } from '../../scripts/lab/dummy-edges.ts';
import { markOf } from '../../scripts/lab/state-file.ts';

describe('edges with the dummy datapath', () => {
  let edges: DummyEdges;

  before(async () => {
    edges = await DummyEdges.open({ prefix: 'nvltest', edges: 4 });
    await edges.each(async (edge) => {
      await edge.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=dummy');
    });
  });

  after(() => edges?.close());

  it('take a hundred interfaces in one transaction, and give them up', async () => {
    const edge = edges.edge(2);
    const interfaces = Array.from({ length: 100 }, (_, index) => ({
      name: `v${index}`,
      ifaceId: `port-${index}`,
    }));
    await edge.addInterfaces(interfaces);
    const wait = ['wait-until', 'interface', 'v99', 'ofport>0'];
    await edge.vsctl(...wait);
    expect((await edge.vsctl('list-ports', 'br-int')).trim().split('\n')).to.have.length(100);
    expect(await edge.vsctl('get', 'interface', 'v7', 'external_ids:iface-id')).to.equal(
      'port-7\n',
    );
    await edge.removeInterfaces(interfaces.slice(1).map(({ name }) => name));
    expect(await edge.vsctl('list-ports', 'br-int')).to.equal('v0\n');
  });

  it('say when a flow was added, and how many', async () => {
    const edge = edges.edge(1);
    const watch = await edge.watchFlows();
    const seen = watch.sees('02:00:00:00:00:2a', 3000);
    for (let index = 40; index < 45; index += 1) {
      const mac = `02:00:00:00:00:${index.toString(16)}`;
      await edge.ofctl('add-flow', `dl_dst=${mac},actions=drop`);
    }
    expect(await seen).to.be.a('number');
    expect(await watch.reaches(5, 3000)).to.equal(true);
    expect(await watch.reaches(6, 100)).to.equal(false);
    expect(await watch.sees('02:00:00:00:00:99', 100)).to.equal(undefined);
    expect(await edge.flowCount()).to.equal(6);
    await watch.close();
  });

  it('refuse a transaction that ovsdb-server refuses, in its words', async () => {
    const twice = [
      { name: 'same', ifaceId: 'a' },
      { name: 'same', ifaceId: 'b' },
    ];
    const error = await edges
      .edge(3)
      .addInterfaces(twice)
      .catch((fault) => fault);
    expect(String(error)).to.include('constraint violation');
  });

  it('leave no process and no folder when they are closed', async () => {
    const marks = edges.edges.flatMap((edge) => [edge.processOf('ovsdb'), edge.processOf('vs')]);
    expect(marks.filter((mark) => mark !== undefined)).to.have.length(8);
    await edges.close();
    expect(marks.filter((mark) => markOf(mark?.pid ?? 0) !== undefined)).to.deep.equal([]);
    expect(existsSync(edges.folder)).to.equal(false);
  });
});
