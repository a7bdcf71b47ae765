import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import type { DomainRecord } from '../../../lib/model/records.ts';
import { type DummyEdge, DummyEdges } from '../../../scripts/lab/dummy-edges.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { SouthboundInstance } from './instance.ts';

const DOMAIN: DomainRecord[] = [
  { kind: 'network', name: 'blue', vni: 5, vniAllocated: false },
  { kind: 'port', name: 'vm1', network: 'blue', mac: '02:01:00:00:00:01' as never, ips: [] },
  { kind: 'port', name: 'vm2', network: 'blue', mac: '02:01:00:00:00:02' as never, ips: [] },
];

/** Says hello in this version, and asks for the master role with a generation far ahead of the clock. */
function usurp(socket: Socket, version: number): void {
  const hello = Buffer.from([version, 0, 0, 8, 0, 0, 0, 1]);
  const role = Buffer.alloc(24);
  role.set([version, 24, 0, 24, 0, 0, 0, 2, 0, 0, 0, 2]);
  role.writeBigUInt64BE(BigInt(Date.now()) + 1_000_000_000n, 16);
  socket.on('error', () => undefined).on('data', () => undefined);
  socket.write(Buffer.concat([hello, role]));
}

describe('the master role of a switch, when another controller takes it', function () {
  this.timeout(60_000);
  let edges: DummyEdges;
  let edge: DummyEdge;
  let instance: SouthboundInstance;
  let usurper: Server;

  before(async () => {
    instance = await SouthboundInstance.start();
    await instance.put(DOMAIN);
    edges = await DummyEdges.open({ prefix: 'nvamr', edges: 1 });
    edge = edges.edge(1);
    await edge.joinManager(`tcp:127.0.0.1:${instance.ovsdbPort}`);
    await instance.inStep('e1');
  });

  after(async () => {
    usurper?.close();
    await edges?.close();
    await instance?.close();
  });

  for (const [name, version, port] of [
    ['OpenFlow 1.5, which tells of it', 6, 'vm1'],
    ['OpenFlow 1.3, which refuses what a slave sends', 4, 'vm2'],
  ] as const) {
    it(`is taken back with a higher generation in ${name}`, async () => {
      const { core } = instance.engine;
      await edge.vsctl('set', 'Bridge', 'br-int', `protocols=OpenFlow1${version - 1}`);
      await until('the version is agreed', () => core.nve('e1')?.version === version, {
        deadlineMs: 15_000,
      });
      await instance.inStep('e1');
      usurper = createServer().listen(0, '127.0.0.1');
      await once(usurper, 'listening');
      const address = usurper.address();
      const target = `tcp:127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
      const arrived = once(usurper, 'connection');
      await edge.vsctl(
        ...['--', '--id=@c', 'create', 'Controller', `target="${target}"`],
        ...['--', 'add', 'Bridge', 'br-int', 'controller', '@c'],
      );
      const [socket] = (await arrived) as [Socket];
      const answered = once(socket, 'data');
      usurp(socket, version);
      await answered;
      await edge.addInterfaces([{ name: `v-${port}`, ifaceId: port }]);
      await until(
        'it is noticed',
        () => instance.lines.some((line) => line.includes('the master role')),
        {
          deadlineMs: 10_000,
        },
      );
      await instance.inStep('e1');
      const report = await instance.flows('e1');
      expect(report?.installed.some(({ cause }) => cause === `port/${port}`)).to.equal(true);
      expect(report?.missing).to.deep.equal([]);
      instance.lines.length = 0;
      socket.destroy();
      usurper.close();
    });
  }
});
