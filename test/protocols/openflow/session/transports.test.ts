import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { now } from '../../../../lib/runtime/clock.ts';
import { Connection } from '../../../../lib/runtime/connection.ts';
import { parseEndpoint } from '../../../../lib/runtime/endpoint.ts';
import type { StreamSource } from '../../../../lib/runtime/stream-source.ts';
import { openSource } from '../../../../lib/runtime/streams.ts';
import { TlsCredentials } from '../../../../lib/runtime/tls-credentials.ts';
import type { OpenFlowEvent } from '../../../../protocols/openflow/session/events.ts';
import { OpenFlowSession } from '../../../../protocols/openflow/session/session.ts';
import type { FlowMod, Message } from '../../../../protocols/openflow/values/messages.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { until } from '../../../../scripts/lab/waiting.ts';
import { KeyMaterial } from '../../../lib/runtime/key-material.ts';
import { freePort } from '../../../support/free-port.ts';
import { type DummyBridge, startDummyBridge } from '../dummy-bridge.ts';

const BATCHES = 12;
const FLOWS_OF_A_BATCH = 250;
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

function flowMod(number: number): FlowMod {
  const flow = { table: 1, priority: number, cookie: BigInt(number), match: [], instructions: [] };
  return { type: 'flow_mod', command: 'add', flow };
}

/** Adds flows in batches, as many as the session takes at a time, and counts what the switch says it has. */
class Feeder {
  readonly connection: Connection<OpenFlowEvent>;
  readonly #session: OpenFlowSession;
  #sent = 0;
  confirmed = 0;
  /** At once. */
  unsentMost = 0;
  counted: number | undefined;
  failure: string | undefined;

  constructor(socket: Socket) {
    this.#session = new OpenFlowSession(now(), { batchesUnderWayMax: 2, batchesWaitingMax: 2 });
    this.connection = new Connection(socket, this.#session, {
      onEvent: (event) => this.#take(event),
      onClosed: quiet,
    });
  }

  #take(event: OpenFlowEvent): void {
    if (event.type === 'ready') this.#feed();
    else if (event.type === 'batch') {
      this.confirmed++;
      if (event.errors.length > 0) this.failure = 'a flow was refused';
      this.#feed();
    } else if (event.type === 'reply' && event.message?.type === 'multipart_reply') {
      const { reply } = event.message;
      if (reply.kind === 'aggregate') this.counted = reply.flows;
    } else if (event.type !== 'async') this.failure = event.type;
  }

  #feed(): void {
    while (this.#sent < BATCHES) {
      const from = this.#sent * FLOWS_OF_A_BATCH;
      const messages = Array.from({ length: FLOWS_OF_A_BATCH }, (_, at) => flowMod(from + at));
      if (this.#session.sendBatch(messages, 10_000, now()) === undefined) break;
      this.#sent++;
      this.connection.flush();
      this.unsentMost = Math.max(this.unsentMost, this.connection.unsentBytes);
    }
    if (this.confirmed < BATCHES) return;
    const request = { kind: 'aggregate', table: 1 } as const;
    this.#session.request({ type: 'multipart_request', request }, 10_000, now());
    this.connection.flush();
  }
}

describe('OpenFlow sessions over each transport with a real bridge', function () {
  this.timeout(30_000);
  let bridge: DummyBridge;
  let keys: KeyMaterial;
  let tls: TlsCredentials;
  let source: StreamSource | undefined;
  let sockets: Socket[];

  before(async () => {
    [bridge, keys] = await Promise.all([startDummyBridge(), KeyMaterial.create()]);
    tls = new TlsCredentials(keys.place('ours', await keys.pki.sign('nva', 'controller')), log);
    const { privateKey, certificate } = await keys.pki.sign('h1', 'switch');
    await bridge.vsctl('set-ssl', privateKey, certificate, keys.pki.authority('controller'));
  });

  after(async () => {
    tls?.close();
    keys?.close();
    await bridge?.stop();
  });

  beforeEach(() => {
    sockets = [];
  });

  afterEach(async () => {
    source?.close();
    for (const socket of sockets) socket.destroy();
    await bridge.vsctl('del-controller', 'br0');
    await bridge.ofctl('OpenFlow13', 'del-flows');
  });

  /** Opens it as the daemon does, and gives what it drives. */
  async function open(text: string): Promise<Feeder[]> {
    const endpoint = parseEndpoint(text, 0);
    if (!endpoint.ok) throw new Error(endpoint.error);
    const feeders: Feeder[] = [];
    source = await openSource(endpoint.value, { connectionsMax: 10, log, tls }, (socket) => {
      sockets.push(socket);
      feeders.push(new Feeder(socket));
    });
    return feeders;
  }

  async function expectFlows(feeders: readonly Feeder[]): Promise<void> {
    await until(
      'all flows are counted',
      () => feeders[0]?.counted !== undefined || feeders[0]?.failure !== undefined,
      { deadlineMs: 20_000 },
    );
    expect(feeders[0]?.failure).to.equal(undefined);
    expect(feeders[0]?.confirmed).to.equal(BATCHES);
    expect(feeders[0]?.counted).to.equal(BATCHES * FLOWS_OF_A_BATCH);
    // Four batches at most, not all twelve.
    expect(feeders[0]?.unsentMost).to.be.below(4 * FLOWS_OF_A_BATCH * 100);
  }

  const controller = (target: string) => bridge.vsctl('set-controller', 'br0', target);
  const portOf = (address: string | undefined) => /:(\d+)/.exec(address ?? '')?.[1];

  for (const [listen, target] of [
    ['ptcp', 'tcp'],
    ['pssl', 'ssl'],
  ]) {
    it(`are accepted by ${listen}:`, async () => {
      const feeders = await open(`${listen}:0:127.0.0.1`);
      await controller(`${target}:127.0.0.1:${portOf(source?.address)}`);
      await expectFlows(feeders);
    });

    it(`are dialed by ${target}:`, async () => {
      const port = await freePort();
      await controller(`${listen}:${port}:127.0.0.1`);
      await expectFlows(await open(`${target}:127.0.0.1:${port}`));
    });
  }

  it('are accepted by punix:', async () => {
    // The only one that a bridge connects to.
    const path = bridge.socket.replace(/mgmt$/, 'controller');
    const feeders = await open(`punix:${path}`);
    await controller(`unix:${path}`);
    await expectFlows(feeders);
  });

  it('are dialed by unix:', async () => {
    await expectFlows(await open(`unix:${bridge.socket}`));
  });
});

describe('an OpenFlow peer that asks and does not read', () => {
  it('loses its connection at a bound', async () => {
    let closed: string | undefined;
    let connection: Connection<OpenFlowEvent> | undefined;
    const server: Server = createServer((socket) => {
      connection = new Connection(socket, new OpenFlowSession(now()), {
        onEvent: quiet,
        onClosed: (reason) => {
          closed = reason;
        },
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const peer = connect(address.port, '127.0.0.1');
    peer.on('error', quiet);
    peer.pause();
    try {
      const echo: Message = { type: 'echo_request', data: new Uint8Array(60_000) };
      const hello = encodeMessage(4, 1, { type: 'hello', versions: [4] });
      peer.write(hello);
      const echoes = Buffer.concat(Array.from({ length: 20 }, () => encodeMessage(4, 1, echo)));
      let most = 0;
      for (let turn = 0; turn < 100 && closed === undefined; turn++) {
        peer.write(echoes);
        await new Promise((resolve) => setImmediate(resolve));
        most = Math.max(most, connection?.unsentBytes ?? 0);
      }
      await until('the connection is closed', () => closed !== undefined, { deadlineMs: 10_000 });
      expect(closed).to.equal('it does not read what it is sent');
      expect(most).to.be.below(18 * 1024 * 1024);
    } finally {
      peer.destroy();
      server.close();
    }
  }).timeout(20_000);
});
