import { connect } from 'node:net';
import { expect } from 'chai';
import { parseEndpoint } from '../../../lib/runtime/endpoint.ts';
import { databaseRefusal, switchRefusal } from '../../../lib/southbound/certificate-rule.ts';
import { KnownSwitches } from '../../../lib/southbound/known-switches.ts';
import { type DummyEdge, DummyEdges } from '../../../scripts/lab/dummy-edges.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { KeyMaterial } from '../runtime/key-material.ts';
import { attack } from './hostile-peer.ts';
import { SouthboundInstance } from './instance.ts';

describe('NVEs with TLS', function () {
  this.timeout(60_000);
  let keys: KeyMaterial;
  let edges: DummyEdges;
  let instance: SouthboundInstance;

  before(async () => {
    keys = await KeyMaterial.create();
    const files = keys.place('ours', await keys.pki.sign('nva', 'controller'));
    edges = await DummyEdges.open({ prefix: 'nvatls', edges: 4 });
    instance = await SouthboundInstance.start({ tls: files });
  });

  after(async () => {
    await instance?.close();
    await edges?.close();
    keys?.close();
  });

  const certify = async (edge: DummyEdge, name = edge.name): Promise<void> => {
    await edge.setSsl(await keys.pki.sign(name, 'switch'), keys.pki.authority('controller'));
  };
  const said = (what: RegExp, from = 0): Promise<unknown> =>
    until(String(what), async () => instance.lines.slice(from).some((line) => what.test(line)), {
      ...{ deadlineMs: 15_000, everyMs: 10 },
    }).catch((error: unknown) => {
      throw new Error(`${error}: ${instance.lines.slice(from).join('; ')}`);
    });
  const targets = async (edge: DummyEdge): Promise<string> =>
    (await edge.vsctl('get-controller', 'br-int')).trim();
  const conditions = (nve: string): readonly string[] =>
    instance.engine.core.nve(nve)?.facts?.conditions.map(({ code }) => code) ?? [];

  it('are served on both channels, and told of ssl: alone', async () => {
    const edge = edges.edge(1);
    await certify(edge);
    await edge.joinManager(`ssl:127.0.0.1:${instance.ovsdbTlsPort}`);
    await instance.inStep('e1');
    expect((await instance.flows('e1'))?.missing).to.deep.equal([]);
    expect(await targets(edge)).to.equal(`ssl:127.0.0.1:${instance.openFlowTlsPort}`);
  });

  it('are refused under the name of another, who is not disturbed', async () => {
    const edge = edges.edge(2);
    const from = instance.lines.length;
    await certify(edge);
    await edge.vsctl('--no-wait', 'set', 'Open_vSwitch', '.', 'external_ids:system-id=e1');
    await edge.joinManager(`ssl:127.0.0.1:${instance.ovsdbTlsPort}`);
    await said(
      /its system-id is e1 and its certificate names "e2": sign one for it with "ovs-pki -u req\+sign e1 switch", or start with --certificate-names any/,
      from,
    );
    expect(instance.engine.core.nve('e1')?.connected).to.equal(true);
    expect(instance.serves('e1')).to.equal(true);
    await edge.vsctl('--no-wait', 'set', 'Open_vSwitch', '.', 'external_ids:system-id=e2');
    await instance.inStep('e2');
  });

  it('keep their switch from one that shows the certificate of another', async () => {
    const [one, three] = [edges.edge(1), edges.edge(3)];
    const before = instance.heard.length;
    const from = instance.lines.length;
    const { datapathId } = instance.engine.core.nve('e1')?.facts ?? {};
    await certify(three);
    const bridge = ['add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=dummy'];
    await three.vsctl(...bridge, `other-config:datapath-id=${datapathId}`);
    await three.vsctl('set-controller', 'br-int', `ssl:127.0.0.1:${instance.openFlowTlsPort}`);
    await said(/its datapath is that of e1 and its certificate names "e3"/, from);
    // Nor without a certificate.
    await three.vsctl('set-controller', 'br-int', `tcp:127.0.0.1:${instance.openFlowPort}`);
    await said(/its datapath is that of e1, whose database came by TLS, and it came without/, from);
    expect(instance.heard.slice(before).filter(({ nve }) => nve === 'e1')).to.deep.equal([]);
    // And it is found again when it comes after the other.
    const again = instance.heard.length;
    await one.vsctl('set', 'bridge', 'br-int', 'other-config:hwaddr=02:00:00:00:00:77');
    await one.kill('vs');
    await one.startVswitchd();
    await until(
      'e1 is served again',
      async () => instance.heard.slice(again).some(({ what }) => what === 'flows-ready'),
      { deadlineMs: 15_000 },
    );
    await three.vsctl('del-br', 'br-int');
  });

  it('are joined by ssl:IP:PORT when the instance connects', async () => {
    const edge = edges.edge(3);
    const opened = await edge.ovsdbAppctl('ovsdb-server/add-remote', 'pssl:0:127.0.0.1');
    expect(opened).to.match(/^\s*$/);
    const port = await listeningPort(edge);
    const endpoint = parseEndpoint(`ssl:127.0.0.1:${port}`, 0);
    if (!endpoint.ok) throw new Error(endpoint.error);
    await instance.southbound.openDatabases(endpoint.value);
    await instance.inStep('e3');
    expect(await targets(edge)).to.equal(`ssl:127.0.0.1:${instance.openFlowTlsPort}`);
  });

  it('are not displaced by a connection without TLS, of which nobody is the worse', async () => {
    const edge = edges.edge(1);
    const before = instance.heard.length;
    const from = instance.lines.length;
    const secure = `ssl:127.0.0.1:${instance.ovsdbTlsPort}`;
    await edge.joinManager(secure, `tcp:127.0.0.1:${instance.ovsdbPort}`);
    await said(
      /e1 is connected by TLS already: leave tcp: out of its "ovs-vsctl set-manager"/,
      from,
    );
    await edge.joinManager(secure);
    expect(instance.engine.core.nve('e1')?.connected).to.equal(true);
    expect(instance.heard.slice(before).filter(({ nve }) => nve === 'e1')).to.deep.equal([]);
  });

  it('take their name back from one that came without TLS while they were away', async () => {
    const edge = edges.edge(1);
    const isConnected = () => instance.engine.core.nve('e1')?.connected === true;
    await edge.kill('vs');
    await edge.vsctl('--no-wait', 'del-manager');
    await until('e1 is gone', async () => !isConnected(), { deadlineMs: 6000 });
    const over = attack('namesake', instance.ovsdbPort, 6000);
    await until('another e1', async () => isConnected(), { deadlineMs: 6000 });
    const from = instance.lines.length;
    await edge.startVswitchd();
    await edge.joinManager(`ssl:127.0.0.1:${instance.ovsdbTlsPort}`);
    await until('e1 has its switch', async () => instance.serves('e1'), { deadlineMs: 4000 });
    await said(/another hypervisor, at 127\.0\.66\.\d+, says that it is e1: it is refused/, from);
    await over;
    expect(instance.serves('e1')).to.equal(true);
  });

  it('are heard of although another peer fails again and again', async () => {
    const from = instance.lines.length;
    const fail = (localAddress: string): Promise<unknown> =>
      new Promise((resolve) => {
        const options = { port: instance.ovsdbTlsPort, host: '127.0.0.1', localAddress };
        connect(options)
          .on('error', () => undefined)
          .on('close', resolve)
          .end('{"method":"echo"}');
      });
    for (let round = 0; round < 40; round++)
      await Promise.all(Array.from({ length: 10 }, () => fail('127.0.66.200')));
    await fail('127.0.66.201');
    await said(/127\.0\.66\.201:\d+ is refused: it speaks no TLS/, from);
    expect(instance.lines.length - from).to.be.below(50);
  });

  it('that fall silent are given up by the probe, and served again when they speak', async () => {
    const edge = edges.edge(2);
    const isConnected = () => instance.engine.core.nve('e2')?.connected === true;
    edge.pause('ovsdb');
    try {
      await until('e2 is given up', async () => !isConnected(), { deadlineMs: 6000 });
    } finally {
      edge.resume('ovsdb');
    }
    await instance.inStep('e2');
  });

  it('come by IPv6, with and without TLS', async () => {
    const edge = edges.edge(2);
    for (const [listen, connect] of [
      ['ptcp', 'tcp'],
      ['pssl', 'ssl'],
    ] as const) {
      const from = instance.heard.length;
      const endpoint = parseEndpoint(`${listen}:0:[::1]`, 0);
      if (!endpoint.ok) throw new Error(endpoint.error);
      const address = await instance.southbound.openDatabases(endpoint.value);
      await edge.joinManager(`${connect}:[::1]:${/:(\d+):/.exec(address)?.[1]}`);
      await until(
        `e2 by ${address}`,
        async () => instance.heard.slice(from).some(({ what }) => what === 'owner'),
        { deadlineMs: 10_000 },
      );
      await instance.inStep('e2');
    }
  });

  it('without keys are told so when there is nothing but ssl: for them', async () => {
    const edge = edges.edge(4);
    instance.target = `ssl:127.0.0.1:${instance.openFlowTlsPort}`;
    await edge.joinManager(`tcp:127.0.0.1:${instance.ovsdbPort}`);
    await until('the condition', async () => conditions('e4').includes('ssl-missing'), {
      deadlineMs: 10_000,
    });
    await certify(edge);
    await instance.inStep('e4');
    expect(conditions('e4')).not.to.include('ssl-missing');
    expect(await edge.vsctl('get-ssl')).to.match(/e4-privkey\.pem/);
  });
});

/** Of the newest listening socket that ovsdb-server's log names. */
async function listeningPort(edge: DummyEdge): Promise<number> {
  const { readFileSync } = await import('node:fs');
  const { join } = await import('node:path');
  const find = async () => {
    const log = readFileSync(join(edge.folder, 'ovsdb.log'), 'utf8');
    return Number([...log.matchAll(/listening on port (\d+)/g)].at(-1)?.[1] ?? 0) || undefined;
  };
  return until('the port', find, { deadlineMs: 5000 });
}

describe('the rule of certificates', () => {
  it('wants one name on both channels of an NVE', () => {
    expect(switchRefusal(['h1'], 'h1', ['h1'], 'system-id')).to.equal(undefined);
    expect(switchRefusal(['h1', 'h2'], 'h2', undefined, 'system-id')).to.equal(undefined);
    expect(switchRefusal(undefined, 'h1', undefined, 'system-id')).to.equal(undefined);
    expect(switchRefusal(['h2'], 'h1', ['h1'], 'system-id')).to.match(/names "h2"/);
    expect(switchRefusal([], 'h1', undefined, 'system-id')).to.match(/names nobody/);
    expect(switchRefusal(['x'], 'h1', ['x'], 'any')).to.equal(undefined);
    expect(switchRefusal(['x'], 'h1', ['y'], 'any')).to.match(/give both daemons one certificate/);
    expect(switchRefusal(undefined, 'h1', ['x'], 'any')).to.match(/came without/);
    const many = Array.from({ length: 5000 }, (_, index) => `x${index}`);
    expect(databaseRefusal(many, 'h1', 'system-id')).to.match(
      /names "x0" and "x1" and "x2" and 4997 more: sign/,
    );
  });

  it('lets nobody take the place of a switch that shows another certificate', () => {
    const known = new KnownSwitches();
    const plain = { datapathId: '1', certificateNames: undefined };
    const one = { datapathId: '1', certificateNames: ['h1'] };
    const again = { datapathId: '1', certificateNames: ['h1'] };
    for (const device of [plain, one]) known.add(device);
    expect(known.rivalOf(again)).to.equal(one);
    expect(known.rivalOf({ datapathId: '1', certificateNames: ['h2'] })).to.equal(undefined);
    expect(known.rivalOf({ ...plain })).to.equal(plain);
    known.add(again);
    known.remove(one);
    expect(known.of('1')).to.deep.equal([again, plain]);
    known.remove(again);
    known.remove(plain);
    expect(known.of('1')).to.deep.equal([]);
  });
});
