import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, createServer, type SecureContextOptions } from 'node:tls';
import { expect } from 'chai';
import { Connection } from '../../../lib/runtime/connection.ts';
import { parseEndpoint } from '../../../lib/runtime/endpoint.ts';
import type { Log } from '../../../lib/runtime/log.ts';
import type { StreamSource } from '../../../lib/runtime/stream-source.ts';
import { openSource } from '../../../lib/runtime/streams.ts';
import { TlsCredentials } from '../../../lib/runtime/tls-credentials.ts';
import type { TlsFiles } from '../../../lib/runtime/tls-files.ts';
import { certificateNames } from '../../../lib/runtime/tls-peer.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { KeyMaterial } from './key-material.ts';

/** Of what one turn of the event loop may cost because of a peer. */
const TURN_MAX_MS = 20;

/** What each turn of the event loop costs, in processor time: other work of the machine does not count. */
class Turns {
  #before = process.cpuUsage();
  #worstMs = 0;
  #over = 0;
  #next = setImmediate(() => this.#turn());

  #turn(): void {
    const { user, system } = process.cpuUsage(this.#before);
    this.#before = process.cpuUsage();
    const turnMs = (user + system) / 1000;
    this.#worstMs = Math.max(this.#worstMs, turnMs);
    if (turnMs > TURN_MAX_MS) this.#over++;
    this.#next = setImmediate(() => this.#turn());
  }

  end() {
    clearImmediate(this.#next);
    return { worstMs: this.#worstMs, isOver: this.#over };
  }
}

describe('streams with TLS', function () {
  this.timeout(30_000);
  let keys: KeyMaterial;
  let files: TlsFiles;
  let peer: SecureContextOptions;
  let credentials: TlsCredentials;
  let source: StreamSource | undefined;
  let port = 0;
  let taken: { socket: Socket; peer: string }[];
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const log: Log = { debug: say, info: say, warn: say, error: say };

  before(async () => {
    keys = await KeyMaterial.create();
    files = keys.place('ours', await keys.pki.sign('nva', 'controller'));
    peer = await keys.peer('h1');
  });

  after(() => keys.close());

  const open = async (text: string, more: { connectionsMax?: number; handshakeMaxMs?: number }) => {
    const endpoint = parseEndpoint(text, 0);
    if (!endpoint.ok) throw new Error(endpoint.error);
    const options = { connectionsMax: 1000, log, tls: credentials, ...more };
    source = await openSource(endpoint.value, options, (socket, from) => {
      taken.push({ socket, peer: from });
    });
    port = Number(/:(\d+)/.exec(source.address)?.[1]);
  };

  beforeEach(async () => {
    lines.length = 0;
    taken = [];
    credentials = new TlsCredentials(files, log, { lookMs: 20, patienceMs: 100 });
  });

  afterEach(() => {
    for (const { socket } of taken) socket.destroy();
    source?.close();
    credentials.close();
  });

  /** Ended: in words. */
  const dialled = (options: SecureContextOptions): Promise<string> =>
    new Promise((resolve) => {
      const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
      let end = 'closed';
      socket.on('error', (error) => {
        end = error.message;
      });
      socket.on('close', () => resolve(end)).resume();
    });
  const said = (what: RegExp): Promise<true | undefined> =>
    until(String(what), async () => lines.some((line) => what.test(line)) || undefined, {
      ...{ deadlineMs: 5000, everyMs: 5 },
    }).catch((error: unknown) => {
      throw new Error(`${error}: ${lines.join('; ')}`);
    });
  const takenSo = (count: number): Promise<unknown> =>
    until(`${count} sockets`, async () => taken.length === count, {
      ...{ deadlineMs: 15_000, everyMs: 2 },
    });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`let in who shows a certificate of our authority, by ${version}`, async () => {
      await open('pssl:0:127.0.0.1', {});
      void dialled({ ...peer, minVersion: version, maxVersion: version });
      await takenSo(1);
      const [{ socket, peer: from } = { socket: undefined, peer: '' }] = taken;
      expect(socket && certificateNames(socket)).to.deep.equal(['h1']);
      expect(from).to.match(/^127\.0\.0\.1:\d+$/);
    });
  }

  it('refuse who is older than TLS 1.2', async () => {
    await open('pssl:0:127.0.0.1', {});
    const ciphers = 'DEFAULT:@SECLEVEL=0';
    await dialled({ ...peer, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers });
    await said(/it offers no TLS 1\.2 or newer/);
    expect(taken).to.deep.equal([]);
  });

  it('refuse who shows no certificate, or one of an authority that nobody knows, and say it', async () => {
    await open('pssl:0:127.0.0.1', {});
    const [, strange] = await Promise.all([
      dialled({}),
      keys.peer('h9', keys.strange).then((options) => dialled(options)),
    ]);
    expect(strange).to.be.a('string');
    await said(
      /^pssl:\d+:127\.0\.0\.1: 127\.0\.0\.1:\d+ is refused: it shows no certificate: .*set-ssl/,
    );
    await said(/is signed by none of the authorities in --ca-cert .*\(it names "h9"\)$/);
    expect(taken).to.deep.equal([]);
  });

  it('refuse who speaks no TLS, and who does not trust us', async () => {
    await open('pssl:0:127.0.0.1', {});
    const plain = connect(port, '127.0.0.1').on('error', () => undefined);
    plain.write('{"method":"echo","params":[],"id":1}');
    await said(/it speaks no TLS: its target must begin with ssl:/);
    plain.destroy();
    expect(taken).to.deep.equal([]);
  });

  it('cut who says nothing and who stops in the middle, and let others in meanwhile', async () => {
    await open('pssl:0:127.0.0.1', { handshakeMaxMs: 300 });
    const idle = [1, 2].map(() => connect(port, '127.0.0.1').on('error', () => undefined));
    idle[1]?.write(Buffer.from('160301', 'hex'));
    const ends = idle.map((socket) => new Promise((resolve) => socket.on('close', resolve)));
    void dialled(peer);
    await takenSo(1);
    await Promise.all(ends);
    await said(/it did not begin its handshake in time/);
    await said(/it did not complete its handshake in time/);
    expect(taken).to.have.lengthOf(1);
  });

  it('count a peer from its first packet, not from its certificate', async () => {
    await open('pssl:0:127.0.0.1', { connectionsMax: 2 });
    const idle = [1, 2].map(() => connect(port, '127.0.0.1').on('error', () => undefined));
    await sleep(50);
    await dialled(peer);
    await said(/more than 2 connections/);
    for (const socket of idle) socket.destroy();
  });

  it('use new files for who comes from then on, and leave who is here', async () => {
    await open('pssl:0:127.0.0.1', {});
    void dialled(peer);
    await takenSo(1);
    copyFileSync(keys.strange.authority('switch'), files['ca-cert']);
    await said(/are new/);
    await dialled(peer);
    await said(/signed by none/);
    copyFileSync(keys.pki.authority('switch'), files['ca-cert']);
    await until('the old', async () => lines.filter((line) => /are new/.test(line)).length === 2, {
      deadlineMs: 3000,
    });
    void dialled(peer);
    await takenSo(2);
    expect(taken[0]?.socket.destroyed).to.equal(false);
  });

  it('take nobody any more when they are closed, whatever his handshake had come to', async () => {
    await open('pssl:0:127.0.0.1', {});
    void dialled(peer);
    await takenSo(1);
    const outside = [1, 2].map(() => connect(port, '127.0.0.1').on('error', () => undefined));
    const cut = outside.map((socket) => new Promise((resolve) => socket.on('close', resolve)));
    outside[1]?.write(Buffer.from('160301', 'hex'));
    await sleep(50);
    const started = performance.now();
    source?.close();
    await Promise.all(cut);
    expect(performance.now() - started).to.be.below(1000);
    expect(taken).to.have.lengthOf(1);
    expect(taken[0]?.socket.destroyed).to.equal(false);
  });

  it('end who would shake hands anew in the middle', async () => {
    await open('pssl:0:127.0.0.1', {});
    const options = { host: '127.0.0.1', port, rejectUnauthorized: false, ...peer };
    const socket = connectTls({ ...options, maxVersion: 'TLSv1.2' });
    const end = new Promise<Error>((resolve) => socket.on('error', resolve).resume());
    // Before its own handshake is over a client does not begin another.
    await Promise.all([takenSo(1), new Promise((resolve) => socket.on('secureConnect', resolve))]);
    let isAnew = false;
    socket.renegotiate({}, (error) => {
      isAnew = error === null;
    });
    expect((await Promise.race([end, sleep(5000)])) ?? 'nothing').to.match(/no renegotiation/);
    expect(isAnew).to.equal(false);
  });

  it('take no session of before for a certificate of now', async () => {
    await open('pssl:0:127.0.0.1', {});
    const session = await new Promise<Buffer>((resolve) => {
      const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...peer });
      socket.on('session', resolve).resume();
    });
    const reused = await new Promise<boolean>((resolve) => {
      const options = { host: '127.0.0.1', port, rejectUnauthorized: false, session, ...peer };
      const socket = connectTls(options, () => resolve(socket.isSessionReused()));
      socket.on('error', () => resolve(false)).resume();
    });
    expect(reused).to.equal(false);
    await takenSo(2);
  });

  it('connect to a server of our authority, whatever name it has, and to no other', async () => {
    const server = createServer({
      ...{ ...peer, requestCert: true, rejectUnauthorized: true },
      ca: readFileSync(keys.pki.authority('controller'), 'utf8'),
    });
    await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
    const address = server.address();
    const there = typeof address === 'object' ? address?.port : 0;
    await open(`ssl:[::1]:${there}`, {});
    await takenSo(1);
    expect(taken[0] && certificateNames(taken[0].socket)).to.deep.equal(['h1']);
    server.setSecureContext(await keys.peer('h1', keys.strange));
    taken[0]?.socket.destroy();
    await said(/^ssl:\[::1\]:\d+: its certificate is signed by none .*; trying again$/);
    expect(taken).to.have.lengthOf(1);
    server.close();
  });

  it('tell how much waits for a peer that does not read, and end it above the bound', async () => {
    await open('pssl:0:127.0.0.1', {});
    const client = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...peer });
    client.on('error', () => undefined).pause();
    await takenSo(1);
    const socket = taken[0]?.socket;
    if (socket === undefined) throw new Error('no socket');
    const output: Uint8Array[] = [new Uint8Array(12 * 1024 * 1024)];
    let reason = '';
    const connection = new Connection(
      socket,
      {
        receive: () => undefined,
        tick: () => undefined,
        deadline: () => undefined,
        takeEvents: () => [],
        takeOutput: () => output.splice(0),
      },
      {
        onEvent: () => undefined,
        onClosed: (why) => {
          reason = why;
        },
      },
    );
    await sleep(100);
    expect(connection.unsentBytes).to.be.within(1024 * 1024, 12 * 1024 * 1024);
    output.push(new Uint8Array(12 * 1024 * 1024));
    connection.flush();
    await until('its end', async () => reason !== '', { deadlineMs: 3000 });
    expect(reason).to.equal('it does not read what it is sent');
    client.destroy();
  });

  it('let two hundred in at once without a long turn of the event loop', async () => {
    await open('pssl:0:127.0.0.1', {});
    // In a process of its own: their side of the arithmetic is not ours.
    const crowd = spawn(
      process.execPath,
      [
        '-e',
        `const { connect } = require('node:tls');
         const options = JSON.parse(process.argv[1]);
         for (let i = 0; i < 200; i++) connect(options).on('error', () => 0).resume();`,
        JSON.stringify({ host: '127.0.0.1', rejectUnauthorized: false, port, ...peer }),
      ],
      { stdio: 'ignore' },
    );
    try {
      const turns = new Turns();
      const started = performance.now();
      await takenSo(200);
      const { worstMs, isOver } = turns.end();
      const elapsedMs = Math.round(performance.now() - started);
      process.stdout.write(
        `      200 handshakes in ${elapsedMs} ms; the longest turn took ${worstMs.toFixed(1)} ms of processor time\n`,
      );
      // One may meet a collection of garbage.
      expect(isOver).to.be.below(3);
    } finally {
      crowd.kill('SIGKILL');
    }
  });
});
